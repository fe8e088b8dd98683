/* What goes into a statement and comes out of a query. Text and blobs are borrowed: the caller
 * keeps what it binds until the call returns; what is read lives in the arena of the read. */
#ifndef STORE_VALUE_H
#define STORE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum value_type { VALUE_NULL, VALUE_INTEGER, VALUE_TEXT, VALUE_BLOB };

struct value {
	enum value_type type;
	uint32_t length; /* of text and blobs, in bytes */
	union {
		int64_t integer;
		const char *data; /* read ones are followed by a NUL */
	};
};

struct rows {
	size_t count;
	size_t columns;
	struct value *values; /* row after row */
};

static inline struct value
value_null(void)
{
	return (struct value){.type = VALUE_NULL};
}

static inline struct value
value_i64(int64_t integer)
{
	return (struct value){.type = VALUE_INTEGER, .integer = integer};
}

static inline struct value
value_id(uint64_t id)
{
	return value_i64((int64_t)id);
}

static inline struct value
value_text_n(const char *text, size_t length)
{
	return (struct value){.type = VALUE_TEXT, .length = (uint32_t)length, .data = text};
}

/* NULL is stored as "": most text columns are NOT NULL. */
static inline struct value
value_text(const char *text)
{
	return text != NULL ? value_text_n(text, strlen(text)) : value_text_n("", 0);
}

static inline struct value
value_text_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? value_text(text) : value_null();
}

static inline struct value
value_blob(const void *data, size_t length)
{
	return (struct value){.type = VALUE_BLOB, .length = (uint32_t)length, .data = data};
}

static inline const struct value *
rows_at(const struct rows *r, size_t index)
{
	return r->values + index * r->columns;
}

static inline int64_t
value_as_i64(const struct value *v)
{
	return v->type == VALUE_INTEGER ? v->integer : 0;
}

static inline uint64_t
value_as_id(const struct value *v)
{
	return (uint64_t)value_as_i64(v);
}

static inline bool
value_as_bool(const struct value *v)
{
	return value_as_i64(v) != 0;
}

static inline const char *
value_as_text(const struct value *v)
{
	return v->type == VALUE_TEXT || v->type == VALUE_BLOB ? v->data : "";
}

static inline const char *
value_as_text_or_null(const struct value *v)
{
	return v->type == VALUE_TEXT || v->type == VALUE_BLOB ? v->data : NULL;
}

/* Copies a blob of exactly this size; false when it has another. */
static inline bool
value_as_bytes(const struct value *v, void *out, size_t size)
{
	if ((v->type != VALUE_BLOB && v->type != VALUE_TEXT) || v->length != size) {
		return false;
	}
	memcpy(out, v->data, size);
	return true;
}

#endif
