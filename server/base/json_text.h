/* What both halves of the JSON writer know of texts and numbers. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/digits.h"

/* For each byte: 0 = as it is, 'u' = \u00XX, else the letter after the backslash. */
extern const char json_escapes[256];

/* How many bytes of the text stand for themselves. */
size_t json_plain_run(const char *text, size_t length);

/* Both write at `p`, up to I64_TEXT_SIZE and JSON_ID_SIZE bytes without NUL, and return the end.
 * Inline, as they are in every frame. */
static inline char *
json_put_i64(char *p, int64_t value)
{
	uint64_t absolute = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	if (value < 0) {
		*p++ = '-';
	}
	p += digits_count(absolute);
	(void)digits_before(absolute, p);
	return p;
}

#define JSON_ID_SIZE (I64_TEXT_SIZE + 2)
static inline char *
json_put_id(char *p, uint64_t id)
{
	*p++ = '"';
	p += digits_count(id);
	(void)digits_before(id, p);
	*p++ = '"';
	return p;
}

#endif
