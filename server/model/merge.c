#include "model/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "model/actor.h"

static const char *const field_names[MERGE_FIELDS] = {
	[MERGE_NAME] = "name",
	[MERGE_EXTERNAL_ID] = "external_id",
	[MERGE_LANGUAGE] = "language",
	[MERGE_GENDER] = "gender",
	[MERGE_COMPANY] = "company",
	[MERGE_REMARK] = "remark",
	[MERGE_OWNER] = "owner",
	[MERGE_UNIT] = "unit",
	[MERGE_ANONYMOUS] = "anonymous",
};

const char *
merge_how_name(enum merge_how how)
{
	switch (how) {
	case MERGE_ATTACHED:
		return "attached";
	case MERGE_BY_HAND:
		return "merged";
	case MERGE_IDENTIFIED:
		return "identified";
	}
	return "unknown";
}

const char *
merge_field_name(enum merge_field field)
{
	return field_names[field];
}

bool
merge_field_parse(const char *name, enum merge_field *out)
{
	for (int i = 0; name != NULL && i < MERGE_FIELDS_CHOOSABLE; i++) {
		if (strcmp(field_names[i], name) == 0) {
			*out = (enum merge_field)i;
			return true;
		}
	}
	return false;
}

static const char *
text_of_id(uint64_t id, struct arena *a)
{
	return id == 0 ? "" : arena_printf(a, "%llu", (unsigned long long)id);
}

static const char *
text_of(const char *text)
{
	return text != NULL ? text : "";
}

/* Somebody whom nobody had named yet is nobody's: attaching her is the day's work. */
bool
merge_allowed(const struct actor *a, enum merge_right right,
	const struct customer *source, const struct customer *target)
{
	bool owns = source->owner == a->id || target->owner == a->id;
	bool alone = (source->owner == 0 || source->owner == a->id) &&
		(target->owner == 0 || target->owner == a->id);

	if (a->kind != AUTHOR_STAFF) {
		return a->kind != AUTHOR_CUSTOMER;
	}
	if (a->role >= ROLE_SUPERVISOR || right == MERGE_RIGHT_AGENT || source->anonymous) {
		return true;
	}
	return right == MERGE_RIGHT_OWNER && owns && alone;
}

const char *
merge_value_of(const struct customer *c, enum merge_field field, struct arena *a)
{
	switch (field) {
	case MERGE_NAME:
		return text_of(c->name);
	case MERGE_EXTERNAL_ID:
		return text_of(c->external_id);
	case MERGE_LANGUAGE:
		return text_of(c->language);
	case MERGE_GENDER:
		return text_of(c->gender);
	case MERGE_COMPANY:
		return text_of(c->company);
	case MERGE_REMARK:
		return text_of(c->remark);
	case MERGE_OWNER:
		return text_of_id(c->owner, a);
	case MERGE_UNIT:
		return text_of_id(c->unit, a);
	case MERGE_ANONYMOUS:
		return c->anonymous ? "1" : "";
	case MERGE_FIELDS:
		break;
	}
	return "";
}

void
merge_value_set(struct customer *c, enum merge_field field, const char *text)
{
	switch (field) {
	case MERGE_NAME:
		c->name = text;
		break;
	case MERGE_EXTERNAL_ID:
		c->external_id = text;
		break;
	case MERGE_LANGUAGE:
		c->language = text;
		break;
	case MERGE_GENDER:
		c->gender = text;
		break;
	case MERGE_COMPANY:
		c->company = text;
		break;
	case MERGE_REMARK:
		c->remark = text;
		break;
	case MERGE_OWNER:
		c->owner = strtoull(text, NULL, 10);
		break;
	case MERGE_UNIT:
		c->unit = strtoull(text, NULL, 10);
		break;
	case MERGE_ANONYMOUS:
		c->anonymous = text[0] == '1';
		break;
	case MERGE_FIELDS:
		break;
	}
}

void
merge_values_encode(const struct merge_value values[static MERGE_FIELDS],
	struct json_writer *w)
{
	for (int i = 0; i < MERGE_FIELDS; i++) {
		if (!values[i].taken) {
			continue;
		}
		jw_key(w, field_names[i]);
		jw_object(w);
		jw_kstring(w, "from", values[i].from);
		jw_kstring(w, "to", values[i].to);
		jw_object_end(w);
	}
}

enum err
merge_values_parse(const char *json, struct arena *a,
	struct merge_value out[static MERGE_FIELDS])
{
	struct json *root = NULL;

	memset(out, 0, sizeof(*out) * MERGE_FIELDS);
	if (str_empty(json)) {
		return ERR_OK;
	}
	if (json_parse(json, strlen(json), &root, NULL) != ERR_OK) {
		return ERR_CORRUPT;
	}
	for (int i = 0; i < MERGE_FIELDS; i++) {
		const struct json *value = json_get(root, field_names[i]);

		if (value != NULL) {
			out[i].taken = true;
			out[i].from = arena_strdup(a, text_of(json_string(value, "from")));
			out[i].to = arena_strdup(a, text_of(json_string(value, "to")));
		}
	}
	json_free(root);
	return ERR_OK;
}
