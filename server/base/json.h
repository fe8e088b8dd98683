/* JSON: a bounded, strict reader (jansson behind it) and an append-only writer.
 * The reader refuses duplicate keys, NUL characters, invalid UTF-8 and nesting beyond
 * JSON_DEPTH_MAX, so that what passes can be stored and sent on as it is. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"

#define JSON_DEPTH_MAX 32

struct buf;
struct json; /* a borrowed node of a parsed document */

/* jansson exports these two names itself; ours get their own symbols. */
#define json_string base_json_string
#define json_string_value base_json_string_value

MUST_CHECK enum err
json_parse(const char *data, size_t length, struct json **out, struct error *e);
/* As json_parse, but a repeated key is allowed and its last value wins: some programs (the
 * call records of FreeSWITCH) write such documents. Never for what is stored as it came. */
MUST_CHECK enum err
json_parse_foreign(const char *data, size_t length, struct json **out, struct error *e);
void json_free(struct json *root); /* the root only; NULL is fine */

bool json_is_object(const struct json *j);
bool json_is_array(const struct json *j);
const struct json *
json_get(const struct json *object, const char *key); /* NULL: absent or null */
size_t json_length(const struct json *array);
const struct json *json_at(const struct json *array, size_t index);

/* NULL / false when absent or of another type. Strings are NUL-terminated UTF-8. */
const char *json_string(const struct json *object, const char *key);
const char *json_string_value(const struct json *j, size_t *length);
bool json_i64(const struct json *object, const char *key, int64_t *out);
bool json_bool(const struct json *object, const char *key, bool *out);
/* Our 64-bit ids travel as decimal strings. */
bool json_id(const struct json *object, const char *key, uint64_t *out);
/* Iterate an object: returns NULL at the end. */
const char *
json_iterate(const struct json *object, void **iterator, const struct json **value);
/* Serialises a node compactly, keys in their order of arrival. */
void json_dump(const struct json *j, struct buf *out);

/* Writer: appends to buf; commas are put by itself. No allocation besides the buffer. */
struct json_writer {
	struct buf *out;
	bool need_comma;
};
void jw_init(struct json_writer *w, struct buf *out);
void jw_object(struct json_writer *w);
void jw_object_end(struct json_writer *w);
void jw_array(struct json_writer *w);
void jw_array_end(struct json_writer *w);
/* A name of our own, which needs no escaping: letters, digits and what else is plain. */
void jw_key_n(struct json_writer *w, const char *key, size_t length);
void jw_key_any(struct json_writer *w, const char *key); /* somebody else's name */
void jw_string(struct json_writer *w, const char *text); /* NULL writes null */
void jw_string_n(struct json_writer *w, const char *text, size_t length);
void jw_i64(struct json_writer *w, int64_t value);
void jw_id(struct json_writer *w, uint64_t id); /* as a string */
void jw_bool(struct json_writer *w, bool value);
void jw_null(struct json_writer *w);
void jw_raw(struct json_writer *w, const char *json, size_t length); /* trusted JSON */
/* Inline, so that the length of a literal is known to the compiler. */
static inline void
jw_key(struct json_writer *w, const char *key)
{
	jw_key_n(w, key, strlen(key));
}

/* Key and value in one; 0 as an id writes null. */
void
jw_kstring_n(struct json_writer *w, const char *key, size_t length, const char *text);
void jw_ki64_n(struct json_writer *w, const char *key, size_t length, int64_t value);
void jw_kid_n(struct json_writer *w, const char *key, size_t length, uint64_t id);
void jw_ktime_n(struct json_writer *w, const char *key, size_t length, int64_t ms);
void jw_id_or_null(struct json_writer *w, uint64_t id);
void jw_time(struct json_writer *w, int64_t ms); /* RFC 3339; 0 writes null */

static inline void
jw_kstring(struct json_writer *w, const char *key, const char *text)
{
	jw_kstring_n(w, key, strlen(key), text);
}

static inline void
jw_ki64(struct json_writer *w, const char *key, int64_t value)
{
	jw_ki64_n(w, key, strlen(key), value);
}

static inline void
jw_kid(struct json_writer *w, const char *key, uint64_t id)
{
	jw_kid_n(w, key, strlen(key), id);
}

static inline void
jw_ktime(struct json_writer *w, const char *key, int64_t ms)
{
	jw_ktime_n(w, key, strlen(key), ms);
}

static inline void
jw_kbool(struct json_writer *w, const char *key, bool value)
{
	jw_key_n(w, key, strlen(key));
	jw_bool(w, value);
}

#endif
