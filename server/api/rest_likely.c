/* /api/v1/customers/{id}/likely and distinct: who may be the same person, and who is not. */
#include "api/api.h"
#include "api/app.h"
#include "api/customer_view.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "model/change.h"
#include "store/read.h"
#include "store/read_identity.h"

static void
write_reason(struct json_writer *w, const struct likely_reason *reason)
{
	jw_object(w);
	jw_kstring(w, "kind", reason->kind);
	jw_kstring(w, "value", reason->value);
	jw_kbool(w, "ours_proven", reason->ours_proven);
	jw_kbool(w, "theirs_proven", reason->theirs_proven);
	jw_object_end(w);
}

static void
write_likely(struct json_writer *w, const struct likely *items, size_t count)
{
	jw_object(w);
	jw_key(w, "items");
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_object(w);
		jw_key(w, "customer");
		jw_object(w);
		customer_encode(&items[i].customer, w);
		jw_object_end(w);
		jw_key(w, "reasons");
		jw_array(w);
		for (size_t k = 0; k < items[i].reason_count; k++) {
			write_reason(w, &items[i].reasons[k]);
		}
		jw_array_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static enum err
run_likely(struct reading *r, struct reader *reader, struct error *e)
{
	const uint64_t *id = r->parameters;
	struct customer customer;
	struct likely *items = NULL;
	size_t count = 0;
	enum err rc = customer_find(reader, &r->scope, *id, r->arena, &customer, e);

	if (rc == ERR_OK) {
		rc = read_likely(reader, &r->scope, &customer, r->arena, &items, &count, e);
	}
	if (rc == ERR_OK) {
		write_likely(&r->json, items, count);
	}
	return rc;
}

static void
likely(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	reading_route_of(rq, app, &access, run_likely);
}

/* --- not the same -------------------------------------------------------------------------- */

static void
noted(struct exchange *x, const struct outcome *o)
{
	console_announce_customer(x->app, o->customer);
	console_announce_customer(x->app, o->id);
	exchange_reply_empty(x);
}

static void
other_checked(struct exchange *x, uint64_t primary)
{
	struct change *c = exchange_change(x, CHANGE_DISTINCT);

	c->distinct = *(const struct distinct_change *)x->state;
	c->distinct.other = primary;
	exchange_submit(x, c, noted, NULL);
}

/* A proposal names the other, who may be out of this person's sight. */
static void
one_checked(struct exchange *x, uint64_t primary)
{
	struct distinct_change *said = x->state;

	said->one = primary;
	if (said->proposal != 0) {
		other_checked(x, 0);
	} else {
		customer_check(x, said->other, other_checked);
	}
}

static void
start_distinct(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct distinct_change *said = arena_alloc(x->arena, sizeof(*said));
	struct input in;

	if (id == 0) {
		return;
	}
	input_init(&in, x, x->arena);
	*said = (struct distinct_change){
		.other = input_id(&in, "other"),
		.proposal = input_id(&in, "proposal"),
		.undo = input_flag(&in, "undo", false),
	};
	if (said->other == 0 && said->proposal == 0) {
		input_wrong(&in, "other", "is missing");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	x->state = said;
	customer_check(x, id, one_checked);
}

static void
distinct(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_distinct);
}

const struct http_route likely_routes[] = {
	{"GET", "/api/v1/customers/:id/likely", likely, 0},
	{"POST", "/api/v1/customers/:id/distinct", distinct, JSON_BODY_MAX},
	{0},
};
