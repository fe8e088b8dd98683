#include "store/customer_values.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/records.h"

/* Each field has at most FIELD_CHOICES_MAX rows. */
enum { VALUE_ROWS_MAX = FIELDS_MAX * FIELD_CHOICES_MAX };

enum err
fields_load(struct batch *b)
{
	struct value args[] = {value_i64(FIELDS_MAX)};
	struct rows r;

	if (b->fields != NULL) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_FIELD_LIST, args, &r) != ERR_OK) {
		return b->failed;
	}
	b->fields = arena_alloc(b->arena, (r.count + 1) * sizeof(*b->fields));
	b->field_count = r.count;
	for (size_t i = 0; i < r.count; i++) {
		record_field(rows_at(&r, i), &b->fields[i]);
	}
	return ERR_OK;
}

const struct field *
fields_find(const struct batch *b, const char *key)
{
	for (size_t i = 0; b->fields != NULL && i < b->field_count; i++) {
		if (str_equals(b->fields[i].key, key)) {
			return &b->fields[i];
		}
	}
	return NULL;
}

static enum err
refuse_value(struct job *j, enum err code, const char *key, const char *text)
{
	snprintf(j->outcome.field, sizeof(j->outcome.field), "fields.%.40s", key);
	return job_refuse(j, code, "%s", text);
}

static bool
may_set(const struct job *j, const struct field *f)
{
	const struct actor *a = &j->change->actor;

	return a->kind != AUTHOR_STAFF || j->change->imported || a->role >= f->edit_role;
}

/* What she has now in this field; several choices are joined by lines. */
static struct field_value
value_now(struct batch *b, const struct rows *r, const struct field *f)
{
	struct field_value now = {.text = ""};

	for (size_t i = 0; i < r->count; i++) {
		struct field_value item;

		record_value(rows_at(r, i), &item);
		if (item.field != f->id) {
			continue;
		}
		if (now.text[0] != '\0') {
			item.text = arena_printf(b->arena, "%s\n%s", now.text, item.text);
		}
		now = item;
	}
	return now;
}

static struct value_step *
step_of(struct value_plan *plan, const struct field *f)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->steps[i].field == f) {
			return &plan->steps[i];
		}
	}
	return NULL;
}

static enum err
plan_one(struct batch *b, struct job *j, const struct rows *now,
	const struct value_change *wish, struct value_plan *plan)
{
	const struct field *f = fields_find(b, wish->key);
	struct field_value before;
	struct error e = {0};
	const char *after;

	if (f == NULL || !f->active) {
		return refuse_value(j, ERR_INVALID, wish->key, "there is no such field");
	}
	if (!may_set(j, f)) {
		return refuse_value(j, ERR_DENIED, wish->key, "your role may not set this field");
	}
	if (field_normalise(f, wish->text, b->arena, &after, &e) != ERR_OK) {
		return refuse_value(j, ERR_INVALID, wish->key, e.text);
	}
	if (step_of(plan, f) != NULL) {
		return refuse_value(j, ERR_INVALID, wish->key, "the same field twice");
	}
	before = value_now(b, now, f);
	if (strcmp(before.text, after) != 0) {
		plan->steps[plan->count++] = (struct value_step){f, before, after};
	}
	return ERR_OK;
}

enum err
values_plan(struct batch *b, struct job *j, uint64_t customer, struct value_plan *out)
{
	const struct customer_change *change = &j->change->customer;
	struct value args[] = {value_id(customer), value_i64(VALUE_ROWS_MAX)};
	struct rows now = {0};

	*out = (struct value_plan){0};
	if (change->value_count == 0) {
		return ERR_OK;
	}
	if (fields_load(b) != ERR_OK ||
		(customer != 0 && batch_read(b, STATEMENT_VALUES_OF, args, &now) != ERR_OK)) {
		return b->failed;
	}
	out->steps = arena_alloc(b->arena, change->value_count * sizeof(*out->steps));
	for (size_t i = 0; i < change->value_count; i++) {
		enum err err = plan_one(b, j, &now, &change->values[i], out);

		if (err != ERR_OK) {
			return err;
		}
	}
	return ERR_OK;
}

void
values_describe(const struct value_plan *plan, struct json_writer *w)
{
	char name[FIELD_KEY_MAX + 8];

	for (size_t i = 0; i < plan->count; i++) {
		const struct value_step *s = &plan->steps[i];

		snprintf(name, sizeof(name), "field.%s", s->field->key);
		jw_key(w, name);
		jw_object(w);
		jw_kstring(w, "from", s->before.text);
		jw_kstring(w, "to", s->after);
		jw_object_end(w);
	}
}

static enum value_source
source_of(const struct change *c)
{
	if (c->imported) {
		return VALUE_BY_IMPORT;
	}
	switch (c->actor.kind) {
	case AUTHOR_STAFF:
		return VALUE_BY_AGENT;
	case AUTHOR_API:
		return VALUE_BY_API;
	case AUTHOR_BOT:
		return VALUE_BY_BOT;
	case AUTHOR_SYSTEM:
	case AUTHOR_CUSTOMER:
		break;
	}
	return VALUE_BY_SYSTEM;
}

static enum err
keep_former(struct batch *b, uint64_t customer, const struct value_step *s)
{
	struct value args[] = {
		value_id(batch_id(b)),
		value_id(customer),
		value_id(s->field->id),
		value_text(s->before.text),
		value_i64((int64_t)s->before.source),
		value_i64((int64_t)s->before.author_kind),
		value_id(s->before.author),
		value_i64(s->before.at),
		value_i64(b->now),
	};
	struct value key[] = {value_id(customer), value_id(s->field->id)};

	if (batch_run(b, STATEMENT_FORMER_VALUE_INSERT, args, NULL) != ERR_OK) {
		return b->failed;
	}
	return batch_run(b, STATEMENT_VALUE_DELETE, key, NULL);
}

static enum err
store_item(struct batch *b, const struct job *j, uint64_t customer,
	const struct field *field, int64_t item, struct slice text)
{
	const struct change *c = j->change;
	const char *value = arena_strndup(b->arena, text.data, text.length);
	struct value args[] = {
		value_id(customer),
		value_id(field->id),
		value_i64(item),
		value_text(value),
		value_i64(field_number(field->kind, value)),
		value_i64((int64_t)source_of(c)),
		value_i64((int64_t)c->actor.kind),
		value_id(c->actor.id),
		value_i64(b->now),
	};

	return batch_run(b, STATEMENT_VALUE_INSERT, args, NULL);
}

static enum err
store_step(struct batch *b, const struct job *j, uint64_t customer,
	const struct value_step *s)
{
	bool several = s->field->kind == FIELD_MULTI_CHOICE;
	int64_t item = 0;

	if (s->before.text[0] != '\0' && keep_former(b, customer, s) != ERR_OK) {
		return b->failed;
	}
	for (const char *p = s->after; *p != '\0';) {
		size_t length = several ? strcspn(p, "\n") : strlen(p);
		struct slice text = {p, length};

		if (store_item(b, j, customer, s->field, item++, text) != ERR_OK) {
			return b->failed;
		}
		p += length + (several && p[length] == '\n');
	}
	return ERR_OK;
}

enum err
values_store(struct batch *b, const struct job *j, uint64_t customer,
	const struct value_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		if (store_step(b, j, customer, &plan->steps[i]) != ERR_OK) {
			return b->failed;
		}
	}
	return ERR_OK;
}
