/* The reader half of json.h. A struct json is a json_t under another name: it is never
 * defined, so that nobody but this file depends on jansson. */
#include <jansson.h>

/* base/json.h comes second, as it takes over names that jansson uses too. */
static const char *
text_of(const json_t *string)
{
	return json_string_value(string);
}
#undef json_is_object
#undef json_is_array
#include "base/json.h"

#include <string.h>

#include "base/buf.h"
#include "base/json_memory.h"
#include "base/json_plain.h"
#include "base/str.h"

static json_t *
node(const struct json *j)
{
	return (json_t *)j;
}

/* jansson would recurse 2,048 levels deep, so depth is judged before it is asked. */
static bool
too_deep(const char *data, size_t length)
{
	int depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < length; i++) {
		char c = data[i];

		if (in_string) {
			if (c == '\\') {
				i++;
			} else if (c == '"') {
				in_string = false;
			}
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_DEPTH_MAX) {
				return true;
			}
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return false;
}

/* NULL: it is not one of the plain documents. */
static json_t *
parse_plain(const char *data, size_t length)
{
	struct json_memory *memory;
	json_t *root;

	json_memory_begin();
	root = json_plain(data, length);
	memory = json_memory_end();
	if (root == NULL) {
		json_memory_free(memory);
	}
	return root;
}

static enum err
parse(const char *data, size_t length, size_t flags, struct json **out, struct error *e)
{
	struct json_memory *memory;
	json_error_t reason;
	json_t *root;
	const char *quote;

	root = parse_plain(data, length);
	if (root != NULL) {
		*out = (struct json *)root;
		return ERR_OK;
	}
	if (too_deep(data, length)) {
		return error_set(e, ERR_INVALID, "JSON is nested deeper than %d levels",
			JSON_DEPTH_MAX);
	}
	/* Between two values jansson skips one. */
	if (length > 0 && memchr(data, '\0', length) != NULL) {
		return error_set(e, ERR_INVALID, "JSON with a NUL character");
	}
	json_memory_begin();
	root = json_loadb(data, length, flags, &reason);
	memory = json_memory_end();
	if (root == NULL) {
		json_memory_free(memory);
		/* What follows " near " quotes the input, which may be private. */
		quote = strstr(reason.text, " near ");
		return error_set(e, ERR_INVALID, "JSON line %d, column %d: %.*s", reason.line,
			reason.column,
			(int)(quote != NULL ? (size_t)(quote - reason.text) : strlen(reason.text)),
			reason.text);
	}
	*out = (struct json *)root;
	return ERR_OK;
}

enum err
json_parse(const char *data, size_t length, struct json **out, struct error *e)
{
	return parse(data, length, JSON_REJECT_DUPLICATES, out, e);
}

enum err
json_parse_foreign(const char *data, size_t length, struct json **out, struct error *e)
{
	return parse(data, length, 0, out, e);
}

void
json_free(struct json *root)
{
	if (root != NULL) {
		json_memory_free(json_memory_of(root));
	}
}

static bool
has_type(const struct json *j, json_type type)
{
	return j != NULL && json_typeof(node(j)) == type;
}

bool
json_is_object(const struct json *j)
{
	return has_type(j, JSON_OBJECT);
}

bool
json_is_array(const struct json *j)
{
	return has_type(j, JSON_ARRAY);
}

const struct json *
json_get(const struct json *object, const char *key)
{
	const json_t *value = json_object_get(node(object), key);

	return value == NULL || json_is_null(value) ? NULL : (const struct json *)value;
}

size_t
json_length(const struct json *array)
{
	return json_array_size(node(array));
}

const struct json *
json_at(const struct json *array, size_t index)
{
	return (const struct json *)json_array_get(node(array), index);
}

const char *
json_string_value(const struct json *j, size_t *length)
{
	if (!has_type(j, JSON_STRING)) {
		return NULL;
	}
	if (length != NULL) {
		*length = json_string_length(node(j));
	}
	return text_of(node(j));
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

	if (!has_type(value, JSON_INTEGER)) {
		return false;
	}
	*out = json_integer_value(node(value));
	return true;
}

bool
json_bool(const struct json *object, const char *key, bool *out)
{
	const struct json *value = json_get(object, key);

	if (!has_type(value, JSON_TRUE) && !has_type(value, JSON_FALSE)) {
		return false;
	}
	*out = has_type(value, JSON_TRUE);
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
	*iterator = *iterator == NULL ? json_object_iter(node(object))
								  : json_object_iter_next(node(object), *iterator);
	if (*iterator == NULL) {
		return NULL;
	}
	*value = (const struct json *)json_object_iter_value(*iterator);
	return json_object_iter_key(*iterator);
}

static int
append(const char *text, size_t length, void *out)
{
	buf_append(out, text, length);
	return 0;
}

void
json_dump(const struct json *j, struct buf *out)
{
	json_dump_callback(node(j), append, out, JSON_COMPACT | JSON_ENCODE_ANY);
}
