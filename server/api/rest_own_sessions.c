/* /api/v1/staff/me/sessions: where one is logged in, and ending all but this; and what a member
 * of staff was when, for those who lead. */
#include <string.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/clock.h"
#include "store/read.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	const uint8_t *own = r->parameters;
	struct session_item *items;
	size_t count;
	enum err rc = read_sessions(reader, r->actor.id, r->arena, &items, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	for (size_t i = 0; i < count; i++) {
		jw_object(&r->json);
		jw_kbool(&r->json, "current", memcmp(items[i].token_hash, own, DIGEST_SIZE) == 0);
		jw_ktime(&r->json, "created_at", items[i].created_at);
		jw_ktime(&r->json, "expires_at", items[i].expires_at);
		jw_kstring(&r->json, "address", items[i].address);
		jw_kstring(&r->json, "browser", items[i].agent);
		jw_object_end(&r->json);
	}
	reading_items_end(r);
	return ERR_OK;
}

static void
start_list(struct exchange *x)
{
	struct reading *r = reading_create(x, DIGEST_SIZE);

	memcpy(r->parameters, x->who.token_hash, DIGEST_SIZE);
	r->run = run_list;
	reading_start(r);
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_list);
}

static void
ended(struct exchange *x, const struct outcome *o)
{
	(void)o;
	sessions_forget_others(x->app->sessions, x->who.actor.id, x->who.token_hash);
	exchange_reply_empty(x);
}

static void
start_end(struct exchange *x)
{
	struct change *c = exchange_change(x, CHANGE_SESSION);

	c->session.action = ROW_REMOVE;
	c->session.others = true;
	c->session.staff = x->who.actor.id;
	memcpy(c->session.token_hash, x->who.token_hash, DIGEST_SIZE);
	exchange_submit(x, c, ended, NULL);
}

static void
end_others(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_end);
}

/* --- what somebody was when ---------------------------------------------------------------- */

struct presence_query {
	uint64_t staff;
	int64_t from;
	int64_t to;
};

static enum err
run_presence(struct reading *r, struct reader *reader, struct error *e)
{
	const struct presence_query *q = r->parameters;
	struct presence_row *items;
	size_t count;
	enum err rc = read_presence(reader, q->staff, q->from, q->to, r->arena, &items,
		&count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	for (size_t i = 0; i < count; i++) {
		jw_object(&r->json);
		jw_kstring(&r->json, "state", items[i].state);
		jw_kstring(&r->json, "reason", items[i].reason);
		jw_ktime(&r->json, "at", items[i].at);
		jw_object_end(&r->json);
	}
	reading_items_end(r);
	return ERR_OK;
}

static void
start_presence(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	const struct staff *staff = directory_staff(x->app->directory, id);
	struct scope scope = actor_scope(&x->who.actor);
	struct presence_query *q;
	struct reading *r;
	struct input in;

	if (id == 0) {
		return;
	}
	if (staff == NULL || !scope_allows(&scope, staff->unit, 0, 0)) {
		exchange_fail(x, ERR_NOT_FOUND, NULL, "there is no such member of staff");
		return;
	}
	r = reading_create(x, sizeof(*q));
	q = r->parameters;
	input_init(&in, x, r->arena);
	q->staff = id;
	q->from = query_time(&in, "from");
	q->to = query_time(&in, "to");
	if (q->from == 0) {
		q->from = clock_now_ms() - (int64_t)DAY_MS;
	}
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	r->run = run_presence;
	reading_start(r);
}

static void
presence_of_staff(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR};

	exchange_begin(rq, app, &access, start_presence);
}

const struct http_route own_session_routes[] = {
	{"GET", "/api/v1/staff/me/sessions", list, 0},
	{"DELETE", "/api/v1/staff/me/sessions", end_others, 0},
	{"GET", "/api/v1/staff/:id/presence", presence_of_staff, 0},
	{0},
};
