/* Text helpers: bounded copies, UTF-8, hex, base64url, constant-time comparison. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

/* A borrowed span of bytes; never owns. */
struct slice {
	const char *data;
	size_t length;
};

struct slice slice_of(const char *text);
bool slice_equals(struct slice s, const char *text);

static inline bool
str_empty(const char *s) /* NULL or "" */
{
	return s == NULL || s[0] == '\0';
}

bool str_equals(const char *a, const char *b); /* NULL-safe */
bool str_starts_with(const char *s, const char *prefix);

/* Copies and always terminates; false if it was cut. */
bool str_copy(char *out, size_t out_size, const char *text);

bool str_parse_i64(const char *text, int64_t *out); /* whole string, decimal */
bool str_parse_u64(const char *text, uint64_t *out);

/* The strict UTF-8 of RFC 3629: no surrogates, no over-long forms. */
bool utf8_valid(const char *data, size_t length);
/* Copies, replacing every invalid byte run by U+FFFD and NUL by U+FFFD. out_length may be NULL. */
char *utf8_repair(struct arena *a, const char *data, size_t length, size_t *out_length);
/* Largest prefix of at most max_bytes that does not split a character. */
size_t utf8_truncate(const char *data, size_t length, size_t max_bytes);
size_t utf8_count(const char *data, size_t length); /* code points */

void hex_encode(const void *data, size_t length, char *out); /* 2n+1 bytes */
MUST_CHECK enum err hex_decode(const char *text, void *out, size_t out_length);
/* base64url without padding (RFC 4648 section 5). out has ((n*4+2)/3)+1 bytes. */
void base64url_encode(const void *data, size_t length, char *out);
/* The usual alphabet, padded. out has (n+2)/3*4+1 bytes. */
void base64_encode(const void *data, size_t length, char *out);
MUST_CHECK enum err base64url_decode(const char *text, size_t text_length, void *out,
	size_t out_size, size_t *out_length);

/* Time does not depend on where the first difference is. */
bool equals_constant_time(const void *a, const void *b, size_t length);

#endif
