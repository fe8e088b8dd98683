/* Reading and writing out parsed documents; json_read.c makes them. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json_node.h"
#include "base/str.h"

void
json_free(struct json *root)
{
	struct json_document *document = (struct json_document *)root;

	_Static_assert(offsetof(struct json_document, root) == 0, "a root is its document");
	if (document == NULL) {
		return;
	}
	while (document->chunks != NULL) {
		struct json_chunk *chunk = document->chunks;

		document->chunks = chunk->next;
		free(chunk);
	}
	free(document);
}

static bool
is_kind(const struct json *j, enum json_kind kind)
{
	return j != NULL && j->kind == kind;
}

bool
json_is_object(const struct json *j)
{
	return is_kind(j, KIND_OBJECT);
}

bool
json_is_array(const struct json *j)
{
	return is_kind(j, KIND_ARRAY);
}

const struct json *
json_get(const struct json *object, const char *key)
{
	size_t length = strlen(key);

	if (!json_is_object(object)) {
		return NULL;
	}
	for (const struct json *j = object->value.first; j != NULL; j = j->next) {
		if (j->key_length == length && memcmp(j->key, key, length) == 0) {
			return j->kind == KIND_NULL ? NULL : j;
		}
	}
	return NULL;
}

size_t
json_length(const struct json *array)
{
	return json_is_array(array) ? array->length : 0;
}

const struct json *
json_at(const struct json *array, size_t index)
{
	const struct json *j;

	if (index >= json_length(array)) {
		return NULL;
	}
	if (array->index != NULL) {
		return array->index[index];
	}
	for (j = array->value.first; index > 0; index--) {
		j = j->next;
	}
	return j;
}

const char *
json_string_value(const struct json *j, size_t *length)
{
	if (!is_kind(j, KIND_STRING)) {
		return NULL;
	}
	if (length != NULL) {
		*length = j->length;
	}
	return j->value.text;
}

const char *
json_string(const struct json *object, const char *key)
{
	return json_string_value(json_get(object, key), NULL);
}

bool
json_i64(const struct json *object, const char *key, int64_t *out)
{
	const struct json *value = json_get(object, key);

	if (!is_kind(value, KIND_INTEGER)) {
		return false;
	}
	*out = value->value.integer;
	return true;
}

bool
json_bool(const struct json *object, const char *key, bool *out)
{
	const struct json *value = json_get(object, key);

	if (!is_kind(value, KIND_TRUE) && !is_kind(value, KIND_FALSE)) {
		return false;
	}
	*out = value->kind == KIND_TRUE;
	return true;
}

bool
json_id(const struct json *object, const char *key, uint64_t *out)
{
	const char *text = json_string(object, key);
	uint64_t id;

	/* Ids are 63-bit: a larger one would be negative in the database. */
	if (text == NULL || !str_parse_u64(text, &id) || id > INT64_MAX) {
		return false;
	}
	*out = id;
	return true;
}

const char *
json_iterate(const struct json *object, void **iterator, const struct json **value)
{
	const struct json *j = *iterator;

	if (j != NULL) {
		j = j->next;
	} else if (json_is_object(object)) {
		j = object->value.first;
	}
	*iterator = (void *)j;
	if (j == NULL) {
		return NULL;
	}
	*value = j;
	return j->key;
}

static void
dump(const struct json *j, struct json_writer *w)
{
	switch (j->kind) {
	case KIND_NULL:
		jw_null(w);
		break;
	case KIND_FALSE:
	case KIND_TRUE:
		jw_bool(w, j->kind == KIND_TRUE);
		break;
	case KIND_INTEGER:
		jw_i64(w, j->value.integer);
		break;
	case KIND_REAL:
		jw_raw(w, j->value.text, j->length);
		break;
	case KIND_STRING:
		jw_string_n(w, j->value.text, j->length);
		break;
	case KIND_ARRAY:
		jw_array(w);
		for (const struct json *c = j->value.first; c != NULL; c = c->next) {
			dump(c, w);
		}
		jw_array_end(w);
		break;
	case KIND_OBJECT:
		jw_object(w);
		for (const struct json *c = j->value.first; c != NULL; c = c->next) {
			jw_key(w, c->key);
			dump(c, w);
		}
		jw_object_end(w);
		break;
	}
}

void
json_dump(const struct json *j, struct buf *out)
{
	struct json_writer w;

	if (j == NULL) {
		return;
	}
	jw_init(&w, out);
	dump(j, &w);
}
