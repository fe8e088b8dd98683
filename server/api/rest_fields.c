/* /api/v1/fields: the fields of customers that the house defines, and the history of a value. */
#include <string.h>

#include "api/app.h"
#include "api/customer_view.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "api/rows.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"
#include "model/names.h"
#include "store/read.h"

enum { CHOICES_BYTES_MAX = 32 * 1024, POSITION_MAX = 10000 };

/* --- the list ----------------------------------------------------------------------------- */

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	struct field *items;
	size_t count;
	enum err rc = read_fields(reader, r->arena, &items, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	for (size_t i = 0; i < count; i++) {
		jw_object(&r->json);
		field_encode(&items[i], &r->json);
		jw_object_end(&r->json);
	}
	reading_items_end(r);
	return ERR_OK;
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "customers:read"};

	reading_route(rq, app, &access, run_list);
}

/* --- defining ----------------------------------------------------------------------------- */

static enum err
run_one(struct reading *r, struct reader *reader, struct error *e)
{
	uint64_t id = *(uint64_t *)r->parameters;
	struct field *items;
	size_t count;
	enum err rc = read_fields(reader, r->arena, &items, &count, e);

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		if (items[i].id == id) {
			jw_object(&r->json);
			jw_key(&r->json, "field");
			jw_object(&r->json);
			field_encode(&items[i], &r->json);
			jw_object_end(&r->json);
			jw_object_end(&r->json);
		}
	}
	return rc;
}

static void
defined(struct exchange *x, const struct outcome *o)
{
	reading_of(x, o->id, run_one);
}

/* Kept as the JSON that it is, with the three members of each choice and nothing else. */
static const char *
read_choices(struct input *in)
{
	const struct json *list = json_get(in->object, "choices");
	struct json_writer w;
	const char *text;
	struct buf out;

	if (list == NULL) {
		return NULL;
	}
	if (!json_is_array(list) || json_length(list) > FIELD_CHOICES_MAX) {
		input_wrong(in, "choices", "must be a list of at most %d", FIELD_CHOICES_MAX);
		return NULL;
	}
	buf_init(&out, CHOICES_BYTES_MAX);
	jw_init(&w, &out);
	jw_array(&w);
	for (size_t i = 0; i < json_length(list); i++) {
		struct input item = *in;
		const char *key;
		const char *zh;
		const char *en;

		item.object = json_at(list, i);
		item.prefix = arena_printf(in->arena, "choices[%zu].", i);
		key = input_required_line(&item, "key", FIELD_KEY_MAX);
		zh = input_line(&item, "zh", FIELD_LABEL_MAX);
		en = input_line(&item, "en", FIELD_LABEL_MAX);
		if (item.field != NULL) {
			input_wrong(in, item.field_name, "%s", item.text);
			break;
		}
		jw_object(&w);
		jw_kstring(&w, "key", key);
		jw_kstring(&w, "zh", zh != NULL ? zh : "");
		jw_kstring(&w, "en", en != NULL ? en : "");
		jw_object_end(&w);
	}
	jw_array_end(&w);
	text = arena_strndup(in->arena, out.data, out.length);
	buf_fini(&out);
	return text;
}

static void
mark(struct change *c, enum row_action action, uint64_t id)
{
	c->field.action = action;
	c->field.field.id = id;
}

static void
read_identity(struct input *in, struct field *f)
{
	const char *kind;

	f->key = input_required_line(in, "key", FIELD_KEY_MAX);
	kind = input_required_line(in, "kind", 16);
	if (kind != NULL && !field_kind_parse(kind, &f->kind)) {
		input_wrong(in, "kind", "there is no such kind of field");
	}
}

static void
read_definition(struct exchange *x, struct input *in, struct change *c)
{
	struct field_change *change = &c->field;
	struct field *f = &change->field;
	const char *role = input_line(in, "edit_role", 16);

	(void)x;
	f->label_zh = input_clearable(in, "label_zh", FIELD_LABEL_MAX);
	f->label_en = input_clearable(in, "label_en", FIELD_LABEL_MAX);
	f->choices = read_choices(in);
	f->position = input_number(in, "position", 0, POSITION_MAX, -1);
	change->set_active = input_given(in, "active");
	f->active = input_flag(in, "active", true);
	if (role != NULL && !staff_role_parse(role, &f->edit_role)) {
		input_wrong(in, "edit_role", "must be agent, supervisor or administrator");
	}
	if (change->action == ROW_ADD) {
		read_identity(in, f);
	} else {
		f->version = input_version(in);
	}
}

static const struct row_resource definitions = {
	.kind = CHANGE_FIELD,
	.role = ROLE_ADMINISTRATOR,
	.mark = mark,
	.read = read_definition,
	.stored = defined,
};

static void
create(struct http_request *rq, void *app)
{
	rows_create(rq, app, &definitions);
}

static void
edit(struct http_request *rq, void *app)
{
	rows_edit(rq, app, &definitions);
}

/* --- the history of a value --------------------------------------------------------------- */

struct history {
	uint64_t customer;
	const char *key;
};

static void
write_values(struct json_writer *w, const struct field *f,
	const struct field_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (values[i].field == f->id) {
			jw_object(w);
			field_value_encode(f, &values[i], w);
			jw_object_end(w);
		}
	}
}

static enum err
run_history(struct reading *r, struct reader *reader, struct error *e)
{
	const struct history *h = r->parameters;
	const struct field *field = NULL;
	struct field_value *values;
	struct customer customer;
	struct field *fields;
	size_t count;
	enum err rc = customer_find(reader, &r->scope, h->customer, r->arena, &customer, e);

	if (rc == ERR_OK) {
		rc = read_fields(reader, r->arena, &fields, &count, e);
	}
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		field = str_equals(fields[i].key, h->key) ? &fields[i] : field;
	}
	if (rc == ERR_OK && field == NULL) {
		return error_set(e, ERR_NOT_FOUND, "there is no such field");
	}
	if (rc == ERR_OK) {
		rc = read_values(reader, customer.id, r->arena, &values, &count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	write_values(&r->json, field, values, count);
	rc = read_former_values(reader, customer.id, field->id, r->arena, &values, &count, e);
	if (rc == ERR_OK) {
		write_values(&r->json, field, values, count);
	}
	reading_items_end(r);
	return rc;
}

static void
start_history(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct history *h;
	struct reading *r;

	if (id == 0) {
		return;
	}
	r = reading_create(x, sizeof(*h));
	h = r->parameters;
	h->customer = id;
	h->key = arena_strdup(r->arena, http_param(x->http, "key"));
	r->run = run_history;
	reading_start(r);
}

static void
history(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "customers:read"};

	exchange_begin(rq, app, &access, start_history);
}

const struct http_route field_routes[] = {
	{"GET", "/api/v1/fields", list, 0},
	{"POST", "/api/v1/fields", create, JSON_BODY_MAX},
	{"PATCH", "/api/v1/fields/:id", edit, JSON_BODY_MAX},
	{"GET", "/api/v1/customers/:id/fields/:key", history, 0},
	{0},
};
