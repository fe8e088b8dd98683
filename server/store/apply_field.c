/* Defines the fields of customers. Neither key nor kind of a field ever changes, and a choice
 * that somebody has stays, so that every stored value keeps its meaning. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/customer_values.h"

static enum err
check_role(const struct job *j)
{
	const struct actor *a = &j->change->actor;

	return a->kind == AUTHOR_SYSTEM ||
			(a->kind == AUTHOR_STAFF && a->role == ROLE_ADMINISTRATOR)
		? ERR_OK
		: ERR_DENIED;
}

static enum err
refuse(struct job *j, enum err code, const char *field, const char *text)
{
	str_copy(j->outcome.field, sizeof(j->outcome.field), field);
	return job_refuse(j, code, "%s", text);
}

static bool
has_choices(enum field_kind kind)
{
	return kind == FIELD_CHOICE || kind == FIELD_MULTI_CHOICE;
}

/* Each has a key of its own and a label by which people tell them apart. */
static enum err
check_choices(struct batch *b, struct job *j, const struct field *f,
	struct field_choice **out, size_t *count)
{
	struct error e = {0};

	if (field_choices(f->choices, b->arena, out, count, &e) != ERR_OK) {
		return refuse(j, ERR_INVALID, "choices", e.text);
	}
	if (has_choices(f->kind) && *count == 0) {
		return refuse(j, ERR_INVALID, "choices", "a choice needs something to choose");
	}
	if (!has_choices(f->kind) && *count > 0) {
		return refuse(j, ERR_INVALID, "choices", "this kind has no choices");
	}
	for (size_t i = 0; i < *count; i++) {
		const struct field_choice *c = &(*out)[i];

		if (!field_key_valid(c->key) || (c->zh[0] == '\0' && c->en[0] == '\0') ||
			utf8_count(c->zh, strlen(c->zh)) > FIELD_LABEL_MAX ||
			utf8_count(c->en, strlen(c->en)) > FIELD_LABEL_MAX) {
			return refuse(j, ERR_INVALID, "choices",
				"a choice needs a key of small letters, digits and _, and a label");
		}
		for (size_t k = 0; k < i; k++) {
			if (strcmp(c->key, (*out)[k].key) == 0) {
				return refuse(j, ERR_INVALID, "choices", "the same choice twice");
			}
		}
	}
	return ERR_OK;
}

static enum err
check_labels(struct job *j, const struct field *f)
{
	if (str_empty(f->label_zh) && str_empty(f->label_en)) {
		return refuse(j, ERR_INVALID, "label_zh", "a field needs a label");
	}
	return ERR_OK;
}

static enum err
add(struct batch *b, struct job *j)
{
	struct field f = j->change->field.field;
	struct field_choice *choices;
	size_t count;
	enum err err;

	f.id = batch_id(b);
	f.choices = str_empty(f.choices) ? "[]" : f.choices;
	f.edit_role = f.edit_role != 0 ? f.edit_role : ROLE_AGENT;
	f.label_zh = f.label_zh != NULL ? f.label_zh : "";
	f.label_en = f.label_en != NULL ? f.label_en : "";
	if (str_empty(f.key) || !field_key_valid(f.key)) {
		return refuse(j, ERR_INVALID, "key",
			"must be small letters, digits and _, and begin with a letter");
	}
	if (str_equals(field_kind_name(f.kind), "unknown")) {
		return refuse(j, ERR_INVALID, "kind", "there is no such kind of field");
	}
	err = check_labels(j, &f);
	if (err == ERR_OK) {
		err = check_choices(b, j, &f, &choices, &count);
	}
	if (err == ERR_OK) {
		err = fields_load(b);
	}
	if (err != ERR_OK) {
		return err;
	}
	if (b->field_count >= FIELDS_MAX) {
		return refuse(j, ERR_INVALID, "key", "there are too many fields already");
	}
	if (fields_find(b, f.key) != NULL) {
		return refuse(j, ERR_CONFLICT, "key", "another field has this key");
	}
	if (f.position < 0) {
		f.position = (int64_t)b->field_count + 1;
	}
	struct value args[] = {
		value_id(f.id),
		value_text(f.key),
		value_i64((int64_t)f.kind),
		value_text(f.label_zh),
		value_text(f.label_en),
		value_text(f.choices),
		value_i64((int64_t)f.edit_role),
		value_i64(f.position),
		value_i64(1),
		value_i64(b->now),
		value_i64(1),
	};
	j->outcome.id = f.id;
	b->fields = NULL;
	batch_audit(b, j, "field.created", "field", f.id, f.key);
	return batch_run(b, STATEMENT_FIELD_INSERT, args, NULL);
}

/* A choice may only go when nobody has it. */
static enum err
check_removed(struct batch *b, struct job *j, const struct field *before,
	const struct field_choice *after, size_t after_count)
{
	struct field_choice *choices = NULL;
	size_t count = 0;

	if (field_choices(before->choices, b->arena, &choices, &count, NULL) != ERR_OK) {
		return job_refuse(j, ERR_CORRUPT, "the choices of %s are broken", before->key);
	}
	for (size_t i = 0; i < count; i++) {
		struct value args[] = {value_id(before->id), value_text(choices[i].key)};
		struct rows r;
		bool kept = false;

		for (size_t k = 0; k < after_count && !kept; k++) {
			kept = strcmp(choices[i].key, after[k].key) == 0;
		}
		if (kept) {
			continue;
		}
		if (batch_read(b, STATEMENT_VALUE_CHOICE_USED, args, &r) != ERR_OK) {
			return b->failed;
		}
		if (r.count > 0) {
			return refuse(j, ERR_CONFLICT, "choices",
				arena_printf(b->arena, "customers have the choice %s", choices[i].key));
		}
	}
	return ERR_OK;
}

static enum err
edit(struct batch *b, struct job *j)
{
	const struct field_change *change = &j->change->field;
	const struct field *wish = &change->field;
	const struct field *before = NULL;
	struct field_choice *choices;
	struct field f;
	size_t count;
	enum err err = fields_load(b);

	for (size_t i = 0; err == ERR_OK && i < b->field_count && before == NULL; i++) {
		before = b->fields[i].id == wish->id ? &b->fields[i] : NULL;
	}
	if (err != ERR_OK) {
		return err;
	}
	if (before == NULL) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such field");
	}
	if (wish->version != 0 && wish->version != before->version) {
		return job_refuse(j, ERR_CONFLICT, "the field was edited meanwhile");
	}
	f = *before;
	f.label_zh = wish->label_zh != NULL ? wish->label_zh : f.label_zh;
	f.label_en = wish->label_en != NULL ? wish->label_en : f.label_en;
	f.choices = wish->choices != NULL ? wish->choices : f.choices;
	f.edit_role = wish->edit_role != 0 ? wish->edit_role : f.edit_role;
	f.position = wish->position >= 0 ? wish->position : f.position;
	f.active = change->set_active ? wish->active : f.active;
	err = check_labels(j, &f);
	if (err == ERR_OK) {
		err = check_choices(b, j, &f, &choices, &count);
	}
	if (err == ERR_OK) {
		err = check_removed(b, j, before, choices, count);
	}
	if (err != ERR_OK) {
		return err;
	}
	struct value args[] = {
		value_text(f.label_zh),
		value_text(f.label_en),
		value_text(f.choices),
		value_i64((int64_t)f.edit_role),
		value_i64(f.position),
		value_i64(f.active),
		value_id(f.version + 1),
		value_id(f.id),
	};
	j->outcome.id = f.id;
	b->fields = NULL;
	batch_audit(b, j, "field.edited", "field", f.id, f.key);
	return batch_run(b, STATEMENT_FIELD_UPDATE, args, NULL);
}

enum err
apply_field(struct batch *b, struct job *j)
{
	if (check_role(j) != ERR_OK) {
		return job_refuse(j, ERR_DENIED, "only an administrator can do this");
	}
	switch (j->change->field.action) {
	case ROW_ADD:
		return add(b, j);
	case ROW_EDIT:
		return edit(b, j);
	case ROW_REMOVE:
		break;
	}
	return job_refuse(j, ERR_INVALID, "fields are put aside, not removed");
}
