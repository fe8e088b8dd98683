/* /api/v1/customers: looking up, opening, making, editing and attaching customers. */
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/contact_input.h"
#include "api/customer_view.h"
#include "api/exchange.h"
#include "api/field_input.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"
#include "store/read.h"

enum {
	NAME_MAX_CHARS = 120,
	EXTERNAL_ID_MAX = 64,
	COMPANY_MAX = 200,
	REMARK_MAX = 2000,
	CONTACTS_MAX = 20,
};

/* --- by a contact point -------------------------------------------------------------------------------- */

static void
write_customers(struct json_writer *w, const struct customer *items, size_t count)
{
	jw_key(w, "items");
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_object(w);
		customer_encode(&items[i], w);
		jw_object_end(w);
	}
	jw_array_end(w);
}

struct lookup {
	const char *kind;
	const char *value;
};

static enum err
run_lookup(struct reading *r, struct reader *reader, struct error *e)
{
	const struct lookup *l = r->parameters;
	struct customer *items;
	struct customer *visible;
	size_t visible_count = 0;
	size_t count;
	enum err rc = read_customers_by_contact(reader, l->kind, l->value, r->arena, &items,
		&count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	visible = arena_alloc(r->arena, (count + 1) * sizeof(*visible));
	for (size_t i = 0; i < count; i++) {
		rc = customer_find(reader, &r->scope, items[i].id, r->arena,
			&visible[visible_count], e);
		if (rc == ERR_OK) {
			visible_count++;
		} else if (rc != ERR_NOT_FOUND) {
			return rc;
		}
	}
	jw_object(&r->json);
	write_customers(&r->json, visible, visible_count);
	jw_object_end(&r->json);
	return ERR_OK;
}

static void
start_lookup(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(struct lookup));
	struct lookup *l = r->parameters;
	struct input in;

	input_init(&in, x, r->arena);
	l->kind = query_text(&in, "kind", 16);
	l->value = query_text(&in, "value", 200);
	if (l->kind == NULL) {
		input_wrong(&in, "kind", "is missing");
	} else if (l->value == NULL) {
		input_wrong(&in, "value", "is missing");
	} else if (strcmp(l->kind, "phone") != 0 && strcmp(l->kind, "email") != 0 &&
		strcmp(l->kind, "wechat") != 0 && strcmp(l->kind, "user") != 0) {
		input_wrong(&in, "kind", "must be phone, email, wechat or user");
	} else if (strcmp(l->kind, "user") != 0) {
		l->value = contact_normalise(&in, x->app, l->kind, l->value, "value");
	}
	r->run = run_lookup;
	reading_start_checked(r, &in);
}

static void
lookup(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "customers:read"};

	exchange_begin(rq, app, &access, start_lookup);
}

/* --- opening one -------------------------------------------------------------------------- */

static enum err
run_open(struct reading *r, struct reader *reader, struct error *e)
{
	uint64_t *id = r->parameters;
	struct customer customer;
	enum err rc = customer_find(reader, &r->scope, *id, r->arena, &customer, e);

	if (rc != ERR_OK) {
		return rc;
	}
	*id = customer.id;
	jw_object(&r->json);
	rc = customer_write(reader, &r->scope, &customer, r->arena, &r->json, e);
	jw_object_end(&r->json);
	return rc;
}

static void
opening_audited(struct exchange *x, const struct outcome *o)
{
	(void)o;
	reading_reply(x->state);
}

static void
opening_not_audited(struct exchange *x, const struct outcome *o)
{
	struct reading *r = x->state;

	exchange_fail(x, o->code, NULL, o->text);
	reading_destroy(r);
}

/* Nobody gets to see a customer without a trace: what was read is shown after the commit. */
static void
opened(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct change *c = exchange_change(x, CHANGE_AUDIT);

	c->audit.action = "customer.opened";
	c->audit.subject_kind = "customer";
	c->audit.subject = *(uint64_t *)r->parameters;
	c->audit.detail = "";
	x->state = r;
	exchange_submit(x, c, opening_audited, opening_not_audited);
}

static void
start_open(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct reading *r;

	if (id == 0) {
		return;
	}
	r = reading_create(x, sizeof(id));
	*(uint64_t *)r->parameters = id;
	r->run = run_open;
	r->done = opened;
	reading_start(r);
}

static void
open_one(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "customers:read"};

	exchange_begin(rq, app, &access, start_open);
}

/* --- making and editing ------------------------------------------------------------------- */

static void
read_profile(struct input *in, struct customer *c)
{
	const char *gender = input_clearable(in, "gender", 12);

	c->name = input_line(in, "name", NAME_MAX_CHARS);
	c->external_id = input_clearable(in, "external_id", EXTERNAL_ID_MAX);
	c->language = input_clearable(in, "language", 12);
	c->company = input_clearable(in, "company", COMPANY_MAX);
	c->remark = input_given(in, "remark") && json_get(in->object, "remark") == NULL
		? ""
		: input_text(in, "remark", REMARK_MAX);
	c->gender = gender;
	if (!str_empty(gender) && strcmp(gender, "female") != 0 &&
		strcmp(gender, "male") != 0) {
		input_wrong(in, "gender", "must be female, male or empty");
	}
	if (!str_empty(c->language) && strcmp(c->language, "zh-CN") != 0 &&
		strcmp(c->language, "en") != 0) {
		input_wrong(in, "language", "must be zh-CN, en or empty");
	}
}

/* null takes the customer from her owner. */
static void
read_ownership(struct input *in, struct customer_change *change)
{
	change->customer.owner = input_id(in, "owner");
	change->customer.unit = input_id(in, "unit");
	change->clear_owner = change->customer.owner == 0 && input_given(in, "owner");
}

static void
read_contact_list(struct input *in, const struct app *app, struct customer_change *change)
{
	const struct json *list = json_get(in->object, "contacts");
	const struct json *whole = in->object;
	size_t count = json_length(list);
	struct contact_point *points;

	if (list == NULL) {
		return;
	}
	if (!json_is_array(list) || count > CONTACTS_MAX) {
		input_wrong(in, "contacts", "must be a list of at most %d", CONTACTS_MAX);
		return;
	}
	points = arena_alloc(in->arena, (count > 0 ? count : 1) * sizeof(*points));
	for (size_t i = 0; i < count && in->field == NULL; i++) {
		in->object = json_at(list, i);
		in->prefix = arena_printf(in->arena, "contacts[%zu].", i);
		if (json_is_object(in->object)) {
			contact_read(in, app, &points[i]);
		} else {
			input_wrong(in, "", "must be an object");
		}
	}
	in->object = whole;
	in->prefix = NULL;
	change->contacts = points;
	change->contact_count = count;
}

static void
changed(struct exchange *x, const struct outcome *o)
{
	uint64_t id = o->customer != 0 ? o->customer : o->id;

	console_announce_customer(x->app, id);
	customer_reply(x, id);
}

static void
not_created(struct exchange *x, const struct outcome *o)
{
	if (o->code == ERR_CONFLICT) {
		customer_conflict(x, o, NULL, 0);
	} else {
		exchange_fail_outcome(x, o);
	}
}

static void
start_create(struct exchange *x)
{
	struct change *c = exchange_change(x, CHANGE_CUSTOMER);
	struct input in;

	input_init(&in, x, c->arena);
	c->customer.create = true;
	read_profile(&in, &c->customer.customer);
	read_ownership(&in, &c->customer);
	field_values_read(&in, &c->customer);
	read_contact_list(&in, x->app, &c->customer);
	if (str_empty(c->customer.customer.name)) {
		input_wrong(&in, "name", "is missing");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	x->status = 201;
	exchange_submit(x, c, changed, not_created);
}

static void
create(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT,
		.scope = "customers:write",
		.json = true};

	exchange_begin(rq, app, &access, start_create);
}

/* Whoever edits an old version is shown the newest. */
static void
not_edited(struct exchange *x, const struct outcome *o)
{
	if (o->code == ERR_CONFLICT) {
		customer_conflict(x, o, o->id != 0 ? "external_id" : NULL, *(uint64_t *)x->state);
	} else {
		exchange_fail_outcome(x, o);
	}
}

static void
edit_checked(struct exchange *x, uint64_t primary)
{
	struct change *c = exchange_change(x, CHANGE_CUSTOMER);
	struct input in;

	input_init(&in, x, c->arena);
	read_profile(&in, &c->customer.customer);
	read_ownership(&in, &c->customer);
	field_values_read(&in, &c->customer);
	c->customer.customer.id = primary;
	c->customer.customer.version = input_version(&in);
	if (c->customer.customer.name != NULL && c->customer.customer.name[0] == '\0') {
		input_wrong(&in, "name", "must not be empty");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	x->state = arena_alloc(x->arena, sizeof(primary));
	*(uint64_t *)x->state = primary;
	exchange_submit(x, c, changed, not_edited);
}

static void
start_edit(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");

	if (id != 0) {
		customer_check(x, id, edit_checked);
	}
}

static void
edit(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT,
		.scope = "customers:write",
		.json = true};

	exchange_begin(rq, app, &access, start_edit);
}

/* --- attaching ---------------------------------------------------------------------------- */

struct attaching {
	uint64_t from;
	uint64_t to;
};

static void
attached(struct exchange *x, const struct outcome *o)
{
	const struct attaching *both = x->state;

	(void)o;
	console_announce_customer(x->app, both->from);
	console_announce_customer(x->app, both->to);
	customer_reply(x, both->to);
}

static void
both_checked(struct exchange *x, uint64_t primary)
{
	struct attaching *both = x->state;
	struct change *c;

	both->to = primary;
	if (both->from == both->to) {
		exchange_fail(x, ERR_INVALID, "to", "both are read as one already");
		return;
	}
	c = exchange_change(x, CHANGE_ATTACH);
	c->attach.from = both->from;
	c->attach.to = both->to;
	c->attach.right = (enum merge_right)x->app->conf->merge_right;
	exchange_submit(x, c, attached, NULL);
}

static void
attach_checked(struct exchange *x, uint64_t primary)
{
	struct attaching *both = x->state;

	both->from = primary;
	customer_check(x, both->to, both_checked);
}

static void
start_attach(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct attaching *both = arena_alloc(x->arena, sizeof(*both));
	struct input in;

	if (id == 0) {
		return;
	}
	input_init(&in, x, x->arena);
	both->to = input_id(&in, "to");
	if (both->to == 0) {
		input_wrong(&in, "to", "is missing");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	x->state = both;
	customer_check(x, id, attach_checked);
}

static void
attach(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_attach);
}

const struct http_route customer_routes[] = {
	{"POST", "/api/v1/customers", create, JSON_BODY_MAX},
	{"GET", "/api/v1/customers/lookup", lookup, 0},
	{"GET", "/api/v1/customers/:id", open_one, 0},
	{"PATCH", "/api/v1/customers/:id", edit, JSON_BODY_MAX},
	{"POST", "/api/v1/customers/:id/attach", attach, JSON_BODY_MAX},
	{0},
};
