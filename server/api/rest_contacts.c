/* /api/v1/customers/{id}/contacts: the ways to reach her. A proven value belongs to one customer
 * only; who wants it for another is told whose it is. */
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/contact_input.h"
#include "api/customer_view.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"
#include "store/read.h"

static void
refused(struct exchange *x, const struct outcome *o)
{
	if (o->code == ERR_CONFLICT) {
		customer_conflict(x, o, "value", 0);
	} else {
		exchange_fail_outcome(x, o);
	}
}

static void
changed(struct exchange *x, const struct outcome *o)
{
	const uint64_t *customer = x->state;

	(void)o;
	console_announce_customer(x->app, *customer);
	customer_reply(x, *customer);
}

/* --- adding ------------------------------------------------------------------------------- */

static void
add_checked(struct exchange *x, uint64_t primary)
{
	struct change *c = exchange_change(x, CHANGE_CONTACT);
	struct contact_point *point = &c->contact.point;
	struct input in;

	*(uint64_t *)x->state = primary;
	input_init(&in, x, c->arena);
	c->contact.action = ROW_ADD;
	contact_read(&in, x->app, point);
	point->customer = primary;
	if (x->who.actor.kind == AUTHOR_API) {
		point->source = "api";
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	x->status = 201;
	exchange_submit(x, c, changed, refused);
}

static void
start_add(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");

	if (id != 0) {
		x->state = arena_alloc(x->arena, sizeof(uint64_t));
		customer_check(x, id, add_checked);
	}
}

static void
add(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT,
		.scope = "customers:write",
		.json = true};

	exchange_begin(rq, app, &access, start_add);
}

/* --- editing and removing ----------------------------------------------------------------- */

struct finding {
	uint64_t customer;
	uint64_t contact;
	struct contact_point point;
};

static enum err
run_find(struct reading *r, struct reader *reader, struct error *e)
{
	struct finding *wanted = r->parameters;
	struct contact_point *points;
	struct customer customer;
	size_t count;
	enum err rc = customer_find(reader, &r->scope, wanted->customer, r->arena, &customer,
		e);

	if (rc == ERR_OK) {
		rc = read_contacts(reader, customer.id, r->arena, &points, &count, e);
	}
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		if (points[i].id == wanted->contact) {
			wanted->customer = customer.id;
			wanted->point = points[i];
			return ERR_OK;
		}
	}
	return rc == ERR_OK ? error_set(e, ERR_NOT_FOUND, "there is no such contact point")
						: rc;
}

static void
start_find(struct exchange *x, void (*found)(struct reading *r))
{
	uint64_t id = exchange_id(x, "id");
	uint64_t contact = id != 0 ? exchange_id(x, "cid") : 0;
	struct reading *r;

	if (contact == 0) {
		return;
	}
	x->state = arena_alloc(x->arena, sizeof(uint64_t));
	r = reading_create(x, sizeof(struct finding));
	*(struct finding *)r->parameters = (struct finding){.customer = id,
		.contact = contact};
	r->run = run_find;
	r->done = found;
	reading_start(r);
}

static struct change *
change_of_found(struct reading *r, enum row_action action)
{
	const struct finding *found = r->parameters;
	struct exchange *x = r->exchange;
	struct change *c = exchange_change(x, CHANGE_CONTACT);
	struct contact_point *point = &c->contact.point;

	c->contact.action = action;
	*point = found->point;
	point->kind = arena_strdup(c->arena, point->kind);
	point->value = arena_strdup(c->arena, point->value);
	point->label = arena_strdup(c->arena, point->label != NULL ? point->label : "");
	point->source = arena_strdup(c->arena, point->source != NULL ? point->source : "");
	*(uint64_t *)x->state = found->customer;
	return c;
}

/* Who a visitor or a signed user is was proven by a machine; people do not change it. */
static bool
editable(struct exchange *x, const struct contact_point *point)
{
	if (strcmp(point->kind, "visitor") == 0 || strcmp(point->kind, "user") == 0) {
		exchange_fail(x, ERR_DENIED, NULL,
			"this contact point cannot be changed by hand");
		return false;
	}
	return true;
}

static void
found_to_edit(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct change *c = change_of_found(r, ROW_EDIT);
	struct contact_point *point = &c->contact.point;
	bool was_proven = point->proven;
	const char *label;
	struct input in;

	reading_destroy(r);
	input_init(&in, x, c->arena);
	point->proven = input_flag(&in, "proven", point->proven);
	label = input_clearable(&in, "label", 60);
	point->label = label != NULL ? label : point->label;
	point->proven_reason = input_line(&in, "reason", CONTACT_REASON_MAX);
	/* From now on this value finds her: whoever says so says how she knows. */
	if (point->proven && !was_proven && x->who.actor.kind == AUTHOR_STAFF &&
		point->proven_reason == NULL) {
		input_wrong(&in, "reason", "is missing");
	}
	if (exchange_refused(x, &in) || !editable(x, point)) {
		return;
	}
	exchange_submit(x, c, changed, refused);
}

static void
start_edit(struct exchange *x)
{
	start_find(x, found_to_edit);
}

static void
edit(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT,
		.scope = "customers:write",
		.json = true};

	exchange_begin(rq, app, &access, start_edit);
}

static void
found_to_remove(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct change *c = change_of_found(r, ROW_REMOVE);

	reading_destroy(r);
	if (!editable(x, &c->contact.point)) {
		return;
	}
	exchange_submit(x, c, changed, NULL);
}

static void
start_remove(struct exchange *x)
{
	start_find(x, found_to_remove);
}

static void
remove_one(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "customers:write"};

	exchange_begin(rq, app, &access, start_remove);
}

const struct http_route contact_routes[] = {
	{"POST", "/api/v1/customers/:id/contacts", add, JSON_BODY_MAX},
	{"PATCH", "/api/v1/customers/:id/contacts/:cid", edit, JSON_BODY_MAX},
	{"DELETE", "/api/v1/customers/:id/contacts/:cid", remove_one, 0},
	{0},
};
