#include "api/customer_view.h"

#include "api/app.h"
#include "api/exchange.h"
#include "api/reading.h"
#include "base/arena.h"
#include "store/read.h"

static bool
has_assigned(struct reader *r, const struct scope *scope, uint64_t customer,
	struct arena *a)
{
	struct conversation_filter f = {
		.scope = *scope,
		.view = VIEW_ALL,
		.any_state = true,
		.customer = customer,
		.limit = 1,
	};
	struct conversation_item *items;
	size_t count;

	return scope->self != 0 &&
		read_conversations(r, &f, a, &items, &count, NULL) == ERR_OK && count > 0;
}

enum err
customer_find(struct reader *r, const struct scope *scope, uint64_t id, struct arena *a,
	struct customer *out, struct error *e)
{
	struct customer found;
	enum err rc = read_customer(r, id, a, &found, e);

	if (rc == ERR_OK && found.primary != found.id) {
		rc = read_customer(r, found.primary, a, &found, e);
	}
	if (rc == ERR_NOT_FOUND ||
		(rc == ERR_OK && !scope_allows(scope, found.unit, found.owner, 0) &&
			!has_assigned(r, scope, found.id, a))) {
		return error_set(e, ERR_NOT_FOUND, "there is no such customer");
	}
	if (rc == ERR_OK) {
		*out = found;
	}
	return rc;
}

static enum err
write_contacts(struct reader *r, uint64_t customer, struct arena *a,
	struct json_writer *w, struct error *e)
{
	struct contact_point *contacts;
	size_t count;
	enum err rc = read_contacts(r, customer, a, &contacts, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_key(w, "contacts");
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_object(w);
		contact_point_encode(&contacts[i], w);
		jw_object_end(w);
	}
	jw_array_end(w);
	return ERR_OK;
}

/* Only what she has, in the fields that are in use, in their order. */
static enum err
write_fields(struct reader *r, uint64_t customer, struct arena *a, struct json_writer *w,
	struct error *e)
{
	struct field_value *values;
	struct field *fields;
	size_t value_count;
	size_t count;
	enum err rc = read_fields(r, a, &fields, &count, e);

	if (rc == ERR_OK) {
		rc = read_values(r, customer, a, &values, &value_count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	jw_key(w, "fields");
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < value_count && fields[i].active; k++) {
			if (values[k].field == fields[i].id) {
				jw_object(w);
				field_value_encode(&fields[i], &values[k], w);
				jw_object_end(w);
			}
		}
	}
	jw_array_end(w);
	return ERR_OK;
}

static enum err
write_tags(struct reader *r, uint64_t customer, struct arena *a, struct json_writer *w,
	struct error *e)
{
	struct customer_tag *tags;
	size_t count;
	enum err rc = read_tags(r, customer, a, &tags, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_key(w, "tags");
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_object(w);
		tag_encode(&tags[i], w);
		jw_object_end(w);
	}
	jw_array_end(w);
	return ERR_OK;
}

static enum err
write_notices(struct reader *r, uint64_t customer, struct arena *a, struct json_writer *w,
	struct error *e)
{
	struct accepted_notice *notices;
	size_t count;
	enum err rc = read_notices_of(r, customer, a, &notices, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_key(w, "notices");
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_object(w);
		jw_kid(w, "channel", notices[i].channel);
		jw_ki64(w, "version", notices[i].version);
		jw_ktime(w, "at", notices[i].at);
		jw_object_end(w);
	}
	jw_array_end(w);
	return ERR_OK;
}

static void
write_party(struct json_writer *w, uint64_t party)
{
	if (party == PARTY_CUSTOMER) {
		jw_kstring(w, "party", "customer");
	} else if (party == PARTY_HOUSE) {
		jw_kstring(w, "party", "house");
	} else {
		jw_kid(w, "party", party);
	}
}

static enum err
write_marks(struct reader *r, uint64_t timeline, struct arena *a, struct json_writer *w,
	struct error *e)
{
	struct mark_row *marks;
	size_t count;
	enum err rc = read_marks(r, timeline, a, &marks, &count, e);

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		jw_object(w);
		jw_kid(w, "timeline", marks[i].timeline);
		write_party(w, marks[i].party);
		jw_ki64(w, "delivered", (int64_t)marks[i].delivered);
		jw_ki64(w, "seen", (int64_t)marks[i].seen);
		jw_ki64(w, "inbound_read", (int64_t)marks[i].inbound_read);
		jw_object_end(w);
	}
	return rc;
}

static enum err
write_timelines(struct reader *r, uint64_t customer, struct arena *a,
	struct json_writer *w, struct error *e)
{
	struct timeline_end *ends;
	size_t count;
	enum err rc = read_timelines_of(r, customer, a, &ends, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_key(w, "timelines");
	jw_array(w);
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		uint64_t pub = 0;

		rc = read_public_end(r, &ends[i], a, &pub, e);
		jw_object(w);
		jw_kid(w, "timeline", ends[i].timeline);
		jw_ki64(w, "seq", (int64_t)ends[i].seq);
		jw_ki64(w, "pub", (int64_t)pub);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_key(w, "marks");
	jw_array(w);
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		rc = write_marks(r, ends[i].timeline, a, w, e);
	}
	jw_array_end(w);
	return rc;
}

static enum err
write_conversation(struct reader *r, const struct scope *scope, uint64_t customer,
	struct arena *a, struct json_writer *w, struct error *e)
{
	struct conversation_filter f = {
		.scope = *scope,
		.view = VIEW_ALL,
		.customer = customer,
		.limit = 1,
	};
	struct conversation_item *items;
	size_t count;
	enum err rc = read_conversations(r, &f, a, &items, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_key(w, "conversation");
	if (count == 0) {
		jw_null(w);
		return ERR_OK;
	}
	jw_object(w);
	conversation_encode(&items[0].conversation, w);
	jw_kstring(w, "customer_name", items[0].customer_name);
	jw_kbool(w, "anonymous", items[0].anonymous);
	jw_ki64(w, "inbound_read", (int64_t)items[0].inbound_read);
	jw_object_end(w);
	return ERR_OK;
}

enum err
customer_write(struct reader *r, const struct scope *scope, const struct customer *c,
	struct arena *a, struct json_writer *w, struct error *e)
{
	enum err rc;

	jw_key(w, "customer");
	jw_object(w);
	customer_encode(c, w);
	jw_object_end(w);
	rc = write_contacts(r, c->id, a, w, e);
	if (rc == ERR_OK) {
		rc = write_fields(r, c->id, a, w, e);
	}
	if (rc == ERR_OK) {
		rc = write_tags(r, c->id, a, w, e);
	}
	if (rc == ERR_OK) {
		rc = write_notices(r, c->id, a, w, e);
	}
	if (rc == ERR_OK) {
		rc = write_timelines(r, c->id, a, w, e);
	}
	if (rc == ERR_OK) {
		rc = write_conversation(r, scope, c->id, a, w, e);
	}
	return rc;
}

static enum err
run_profile(struct reading *r, struct reader *reader, struct error *e)
{
	const uint64_t *id = r->parameters;
	struct customer customer;
	enum err rc = customer_find(reader, &r->scope, *id, r->arena, &customer, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	rc = customer_write(reader, &r->scope, &customer, r->arena, &r->json, e);
	jw_object_end(&r->json);
	return rc;
}

void
customer_reply(struct exchange *x, uint64_t id)
{
	reading_of(x, id, run_profile);
}

struct conflict {
	uint64_t current;
	uint64_t holder;
	const char *field;
	const char *text;
};

static void
write_member(struct json_writer *w, const char *name, const struct customer *c)
{
	jw_key(w, name);
	jw_object(w);
	customer_encode(c, w);
	jw_object_end(w);
}

static enum err
run_conflict(struct reading *r, struct reader *reader, struct error *e)
{
	const struct conflict *conflict = r->parameters;
	const char *text = conflict->text;
	struct customer holder;
	struct customer current;
	bool named = false;

	if (conflict->holder != 0) {
		named = customer_find(reader, &r->scope, conflict->holder, r->arena, &holder,
					NULL) == ERR_OK;
		/* The store's text has her name, which is for those who may see her. */
		text = named ? text : "another customer has this already";
	}
	error_begin(&r->json, err_name(ERR_CONFLICT), conflict->field, text);
	if (named) {
		write_member(&r->json, "customer", &holder);
	}
	if (conflict->current != 0) {
		enum err rc = customer_find(reader, &r->scope, conflict->current, r->arena,
			&current, e);

		if (rc != ERR_OK) {
			return rc;
		}
		write_member(&r->json, "current", &current);
	}
	jw_object_end(&r->json);
	return ERR_OK;
}

void
customer_conflict(struct exchange *x, const struct outcome *o, const char *field,
	uint64_t current)
{
	struct reading *r = reading_create(x, sizeof(struct conflict));

	*(struct conflict *)r->parameters = (struct conflict){
		.current = current,
		.holder = o->id,
		.field = field != NULL ? arena_strdup(r->arena, field) : NULL,
		.text = arena_strdup(r->arena, o->text),
	};
	x->status = 409;
	r->run = run_conflict;
	reading_start(r);
}

struct check {
	uint64_t id;
	uint64_t primary;
	customer_next *next;
};

static enum err
run_check(struct reading *r, struct reader *reader, struct error *e)
{
	struct check *check = r->parameters;
	struct customer customer;
	enum err rc = customer_find(reader, &r->scope, check->id, r->arena, &customer, e);

	if (rc == ERR_OK) {
		check->primary = customer.id;
	}
	return rc;
}

static void
checked(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct check check = *(struct check *)r->parameters;

	reading_destroy(r);
	check.next(x, check.primary);
}

void
customer_check(struct exchange *x, uint64_t id, customer_next *next)
{
	struct reading *r = reading_create(x, sizeof(struct check));

	*(struct check *)r->parameters = (struct check){.id = id, .next = next};
	r->run = run_check;
	r->done = checked;
	reading_start(r);
}
