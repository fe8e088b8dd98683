/* GET /api/v1/customers: finding customers. */
#include <string.h>

#include "api/app.h"
#include "api/customer_query.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"

enum { LIST_LIMIT = 50 };

struct listing {
	struct customer_query query;
	const struct field *fields;
	size_t field_count;
};

static enum err
write_phone(struct reader *reader, uint64_t customer, struct arena *a,
	struct json_writer *w, struct error *e)
{
	struct contact_point *contacts;
	const char *phone = "";
	size_t count;
	enum err rc = read_contacts(reader, customer, a, &contacts, &count, e);

	for (size_t i = 0; rc == ERR_OK && i < count && phone[0] == '\0'; i++) {
		phone = strcmp(contacts[i].kind, "phone") == 0 ? contacts[i].value : "";
	}
	jw_kstring(w, "phone", phone);
	return rc;
}

static enum err
write_values(struct reader *reader, const struct listing *l, uint64_t customer,
	struct arena *a, struct json_writer *w, struct error *e)
{
	struct field_value *values;
	size_t count;
	enum err rc = read_values(reader, customer, a, &values, &count, e);

	jw_key(w, "fields");
	jw_object(w);
	for (size_t i = 0; rc == ERR_OK && i < l->field_count; i++) {
		for (size_t k = 0; k < count && l->fields[i].active; k++) {
			if (values[k].field == l->fields[i].id) {
				jw_key(w, l->fields[i].key);
				field_value_write(&l->fields[i], values[k].text, w);
			}
		}
	}
	jw_object_end(w);
	return rc;
}

static enum err
write_item(struct reader *reader, const struct listing *l,
	const struct customer_item *item, struct arena *a, struct json_writer *w,
	struct error *e)
{
	enum err rc;

	jw_object(w);
	customer_encode(&item->customer, w);
	jw_ktime(w, "last_contact_at", item->last_contact_at);
	rc = write_phone(reader, item->customer.id, a, w, e);
	if (rc == ERR_OK && l->field_count > 0) {
		rc = write_values(reader, l, item->customer.id, a, w, e);
	}
	jw_object_end(w);
	return rc;
}

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	struct listing *l = r->parameters;
	struct customer_filter *f = &l->query.filter;
	size_t wanted = f->limit;
	char page[PAGE_TEXT_SIZE];
	struct customer_item *items;
	struct field *fields;
	size_t count;
	enum err rc = read_fields(reader, r->arena, &fields, &l->field_count, e);

	if (rc == ERR_OK) {
		l->fields = fields;
		rc = customer_query_resolve(&l->query, fields, l->field_count, r->arena, e);
	}
	f->limit = wanted + 1;
	if (rc == ERR_OK) {
		rc = read_customers(reader, f, r->arena, &items, &count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	jw_key(&r->json, "items");
	jw_array(&r->json);
	for (size_t i = 0; rc == ERR_OK && i < count && i < wanted; i++) {
		rc = write_item(reader, l, &items[i], r->arena, &r->json, e);
	}
	jw_array_end(&r->json);
	if (count > wanted) {
		page_write(items[wanted - 1].place_at, items[wanted - 1].place_id, page);
	}
	jw_kstring(&r->json, "next", count > wanted ? page : NULL);
	jw_object_end(&r->json);
	return rc;
}

static void
start_list(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(struct listing));
	struct listing *l = r->parameters;
	struct customer_filter *f = &l->query.filter;
	struct input in;

	input_init(&in, x, r->arena);
	customer_query_read(&in, &l->query);
	f->scope = r->scope;
	f->limit = query_limit(&in, LIST_LIMIT);
	query_page(&in, "after", &f->after_at, &f->after_id);
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	r->run = run_list;
	reading_start(r);
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "customers:read"};

	exchange_begin(rq, app, &access, start_list);
}

const struct http_route customer_list_routes[] = {
	{"GET", "/api/v1/customers", list, 0},
	{0},
};
