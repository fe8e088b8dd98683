#include "knowledge/index_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

struct reading {
	struct index_text *out;
	struct arena *arena;
};

static void
add(const struct reading *r, const char *name, const char *text)
{
	struct index_field *field;

	if (str_empty(text) || r->out->count == INDEX_FIELDS_MAX) {
		return;
	}
	field = &r->out->fields[r->out->count++];
	field->name = name;
	field->text = arena_strdup(r->arena, text);
	fold_text(field->text, strlen(field->text), r->arena, &field->folded);
}

static void
add_menu(const struct reading *r, const struct json *menu)
{
	for (size_t i = 0; i < json_length(menu); i++) {
		add(r, "menu", json_string(json_at(menu, i), "label"));
	}
}

static void
add_body(const struct reading *r, enum fact_kind kind, const struct json *body)
{
	const struct json *mail = json_get(body, "mail");
	const struct json *visit = json_get(body, "visit");

	switch (kind) {
	case FACT_MESSAGE:
	case FACT_NOTE:
	case FACT_ASSIGNED:
	case FACT_RELEASED:
	case FACT_VISIT:
		if (mail != NULL) {
			add(r, "subject", json_string(mail, "subject"));
		}
		add(r, "text", json_string(body, "text"));
		add_menu(r, json_get(body, "menu"));
		if (mail != NULL) {
			add(r, "quote", json_string(mail, "quote"));
		}
		if (visit != NULL) {
			add(r, "topic", json_string(visit, "topic"));
			add(r, "next_step", json_string(visit, "next_step"));
		}
		return;
	case FACT_CALL_OUTCOME:
		add(r, "note", json_string(body, "note"));
		return;
	default:
		return;
	}
}

static void
add_files(const struct reading *r, const struct json *files)
{
	for (size_t i = 0; i < json_length(files); i++) {
		add(r, "file", json_string(json_at(files, i), "name"));
	}
}

void
index_text_read(enum fact_kind kind, const char *body, const char *files, struct arena *a,
	struct index_text *out)
{
	struct reading r = {out, a};
	struct json *json;

	out->count = 0;
	if (body != NULL && json_parse(body, strlen(body), &json, NULL) == ERR_OK) {
		if (json_is_object(json)) {
			add_body(&r, kind, json);
		}
		json_free(json);
	}
	if (files != NULL && json_parse(files, strlen(files), &json, NULL) == ERR_OK) {
		add_files(&r, json);
		json_free(json);
	}
}

const char *
index_text_join(const struct index_text *t, struct arena *a, size_t *length)
{
	size_t size = 0;
	char *text;
	char *end;

	for (size_t i = 0; i < t->count; i++) {
		size += t->fields[i].folded.length + 1;
	}
	if (size == 0) {
		return NULL;
	}
	text = arena_alloc(a, size + 1);
	end = text;
	for (size_t i = 0; i < t->count; i++) {
		memcpy(end, t->fields[i].folded.text, t->fields[i].folded.length);
		end += t->fields[i].folded.length;
		*end++ = '\n';
	}
	*length = size;
	return text;
}
