#include "base/json_plain.h"

#include <stdbool.h>
#include <string.h>

/* These two know base/err.h only, so jansson's names are safe from them. */
#include "base/json_text.h"
#include "base/str.h"

enum { DIGITS_MAX = 18 }; /* fewer than the largest 64-bit integer has */

struct text {
	const char *start;
	size_t length;
};

struct reader {
	const char *at;
	const char *end;
};

static char
next(struct reader *r)
{
	while (r->at < r->end &&
		(*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')) {
		r->at++;
	}
	return r->at < r->end ? *r->at : '\0';
}

static bool
take(struct reader *r, char c)
{
	if (next(r) != c) {
		return false;
	}
	r->at++;
	return true;
}

static bool
take_text(struct reader *r, struct text *out)
{
	if (!take(r, '"')) {
		return false;
	}
	out->start = r->at;
	out->length = json_plain_run(r->at, (size_t)(r->end - r->at));
	r->at += out->length;
	if (r->at == r->end || *r->at != '"') {
		return false;
	}
	r->at++;
	return utf8_valid(out->start, out->length);
}

static json_t *
take_integer(struct reader *r)
{
	bool negative = *r->at == '-';
	const char *first = r->at + negative;
	json_int_t value = 0;
	size_t digits;

	for (r->at = first; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
		if (r->at - first == DIGITS_MAX) {
			return NULL;
		}
		value = value * 10 + (*r->at - '0');
	}
	digits = (size_t)(r->at - first);
	if (digits == 0 || (digits > 1 && *first == '0')) {
		return NULL;
	}
	return json_integer(negative ? -value : value);
}

static bool
take_word(struct reader *r, const char *word, size_t length)
{
	if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0) {
		return false;
	}
	r->at += length;
	return true;
}

static json_t *
take_value(struct reader *r)
{
	struct text text;

	switch (next(r)) {
	case '"':
		return take_text(r, &text) ? json_stringn_nocheck(text.start, text.length) : NULL;
	case 't':
		return take_word(r, "true", 4) ? json_true() : NULL;
	case 'f':
		return take_word(r, "false", 5) ? json_false() : NULL;
	case 'n':
		return take_word(r, "null", 4) ? json_null() : NULL;
	default:
		return r->at < r->end ? take_integer(r) : NULL;
	}
}

static bool
take_member(struct reader *r, json_t *object)
{
	struct text key;
	json_t *value;

	if (!take_text(r, &key) || !take(r, ':')) {
		return false;
	}
	if (json_object_getn(object, key.start, key.length) != NULL) {
		return false; /* twice: whether that is allowed is for the caller to say */
	}
	value = take_value(r);
	return value != NULL &&
		json_object_setn_new_nocheck(object, key.start, key.length, value) == 0;
}

static bool
take_members(struct reader *r, json_t *object)
{
	do {
		if (!take_member(r, object)) {
			return false;
		}
	} while (take(r, ','));
	return take(r, '}') && next(r) == '\0' && r->at == r->end;
}

json_t *
json_plain(const char *data, size_t length)
{
	struct reader r = {data, data + length};
	json_t *object;

	if (!take(&r, '{')) {
		return NULL;
	}
	object = json_object();
	if (object == NULL || !take_members(&r, object)) {
		json_decref(object);
		return NULL;
	}
	return object;
}
