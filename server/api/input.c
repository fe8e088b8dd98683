#include "api/input.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/exchange.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"
#include "net/net.h"

void
input_init(struct input *in, struct exchange *x, struct arena *a)
{
	memset(in, 0, sizeof(*in));
	in->object = x->body;
	in->exchange = x;
	in->arena = a;
}

void
input_wrong(struct input *in, const char *name, const char *fmt, ...)
{
	va_list args;

	if (in->field != NULL) {
		return;
	}
	snprintf(in->field_name, sizeof(in->field_name), "%s%s",
		in->prefix != NULL ? in->prefix : "", name);
	in->field = in->field_name;
	va_start(args, fmt);
	vsnprintf(in->text, sizeof(in->text), fmt, args);
	va_end(args);
}

/* --- members of the body ------------------------------------------------------------------ */

bool
input_given(const struct input *in, const char *name)
{
	const struct json *value;
	const char *key;
	void *iterator = NULL;

	while ((key = json_iterate(in->object, &iterator, &value)) != NULL) {
		if (strcmp(key, name) == 0) {
			return true;
		}
	}
	return false;
}

static const char *
member_text(struct input *in, const char *name)
{
	const struct json *value = json_get(in->object, name);
	const char *text;

	if (value == NULL || in->field != NULL) {
		return NULL;
	}
	text = json_string_value(value, NULL);
	if (text == NULL) {
		input_wrong(in, name, "must be a text");
	}
	return text;
}

/* C0, DEL and C1 controls have no place in what people read; of lines only LF and TAB. */
static bool
has_controls(const char *text, bool lines)
{
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		bool allowed = lines && (*p == '\n' || *p == '\t');

		if ((*p < 0x20 && !allowed) || *p == 0x7f ||
			(*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)) {
			return true;
		}
	}
	return false;
}

static const char *
bounded(struct input *in, const char *name, const char *text, size_t max, bool lines)
{
	size_t length;

	while (*text == ' ' || (lines && (*text == '\n' || *text == '\t'))) {
		text++;
	}
	length = strlen(text);
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\n')) {
		length--;
	}
	if (utf8_count(text, length) > max) {
		input_wrong(in, name, "is longer than %zu characters", max);
		return NULL;
	}
	text = arena_strndup(in->arena, text, length);
	if (has_controls(text, lines)) {
		input_wrong(in, name, "contains control characters");
		return NULL;
	}
	return text;
}

/* A carriage return before a line feed is how some systems end their lines. */
static const char *
without_carriage_returns(struct input *in, const char *text)
{
	char *out = arena_strdup(in->arena, text);
	char *to = out;

	for (const char *from = out; *from != '\0'; from++) {
		if (from[0] != '\r' || from[1] != '\n') {
			*to++ = *from;
		}
	}
	*to = '\0';
	return out;
}

const char *
input_line(struct input *in, const char *name, size_t max)
{
	const char *text = member_text(in, name);

	return text == NULL ? NULL : bounded(in, name, text, max, false);
}

const char *
input_required_line(struct input *in, const char *name, size_t max)
{
	const char *text = input_line(in, name, max);

	if (str_empty(text)) {
		input_wrong(in, name, "is missing");
		return NULL;
	}
	return text;
}

const char *
input_text(struct input *in, const char *name, size_t max)
{
	const char *text = member_text(in, name);

	if (text == NULL) {
		return NULL;
	}
	return bounded(in, name, without_carriage_returns(in, text), max, true);
}

const char *
input_secret(struct input *in, const char *name, size_t max_bytes)
{
	const char *text = member_text(in, name);

	if (text == NULL) {
		return NULL;
	}
	if (strlen(text) > max_bytes) {
		input_wrong(in, name, "is longer than %zu bytes", max_bytes);
		return NULL;
	}
	return arena_strdup(in->arena, text);
}

const char *
input_clearable(struct input *in, const char *name, size_t max)
{
	if (in->field == NULL && json_get(in->object, name) == NULL &&
		input_given(in, name)) {
		return "";
	}
	return input_line(in, name, max);
}

uint64_t
input_id(struct input *in, const char *name)
{
	uint64_t id = 0;

	if (json_get(in->object, name) != NULL && !json_id(in->object, name, &id)) {
		input_wrong(in, name, "must be an id: digits in a text");
	}
	return id;
}

int64_t
input_number(struct input *in, const char *name, int64_t min, int64_t max,
	int64_t fallback)
{
	int64_t value = fallback;

	if (json_get(in->object, name) == NULL) {
		return fallback;
	}
	if (!json_i64(in->object, name, &value) || value < min || value > max) {
		input_wrong(in, name, "must be a whole number from %lld to %lld", (long long)min,
			(long long)max);
		return fallback;
	}
	return value;
}

uint64_t
input_version(struct input *in)
{
	return (uint64_t)input_number(in, "version", 0, INT64_MAX, 0);
}

bool
input_flag(struct input *in, const char *name, bool fallback)
{
	bool value = fallback;

	if (json_get(in->object, name) != NULL && !json_bool(in->object, name, &value)) {
		input_wrong(in, name, "must be true or false");
	}
	return value;
}

static int64_t
parse_time(struct input *in, const char *name, const char *text)
{
	int64_t at;

	if (text == NULL) {
		return 0;
	}
	if (!time_parse(text, &at) || at <= 0) {
		input_wrong(in, name, "must be a time like 2026-11-21T08:00:00Z");
		return 0;
	}
	return at;
}

int64_t
input_time(struct input *in, const char *name)
{
	return parse_time(in, name, member_text(in, name));
}

const char *
input_language(struct input *in, const char *name)
{
	const char *text = input_line(in, name, 12);

	if (text != NULL && strcmp(text, "zh-CN") != 0 && strcmp(text, "en") != 0) {
		input_wrong(in, name, "must be zh-CN or en");
		return NULL;
	}
	return text;
}

void
input_ref(struct input *in, const char *name, char *out)
{
	const char *text = member_text(in, name);

	if (text == NULL || !ref_valid(text, strlen(text))) {
		input_wrong(in, name, "must be a ref made by you: 8 to 26 letters or digits");
		return;
	}
	str_copy(out, REF_SIZE, text);
}

const uint64_t *
input_ids(struct input *in, const char *name, size_t max, size_t *count)
{
	const struct json *list = json_get(in->object, name);
	size_t length = json_length(list);
	uint64_t *ids;

	*count = 0;
	if (list == NULL) {
		return NULL;
	}
	if (!json_is_array(list) || length > max) {
		input_wrong(in, name, "must be a list of at most %zu ids", max);
		return NULL;
	}
	ids = arena_alloc(in->arena, (length > 0 ? length : 1) * sizeof(*ids));
	for (size_t i = 0; i < length; i++) {
		const char *text = json_string_value(json_at(list, i), NULL);

		if (!str_parse_u64(text, &ids[i]) || ids[i] == 0 || ids[i] > INT64_MAX) {
			input_wrong(in, name, "must be a list of ids: digits in texts");
			return NULL;
		}
	}
	*count = length;
	return ids;
}

/* --- parameters of the query -------------------------------------------------------------- */

const char *
query_text(struct input *in, const char *name, size_t max)
{
	const char *text = http_query(in->exchange->http, name);

	if (str_empty(text) || in->field != NULL) {
		return NULL;
	}
	text = bounded(in, name, text, max, false);
	return str_empty(text) ? NULL : text;
}

uint64_t
query_id(struct input *in, const char *name)
{
	const char *text = http_query(in->exchange->http, name);
	uint64_t id = 0;

	if (!str_empty(text) && (!str_parse_u64(text, &id) || id > INT64_MAX)) {
		input_wrong(in, name, "must be an id");
		return 0;
	}
	return id;
}

int64_t
query_time(struct input *in, const char *name)
{
	const char *text = http_query(in->exchange->http, name);

	return str_empty(text) ? 0 : parse_time(in, name, text);
}

bool
query_flag(struct input *in, const char *name)
{
	const char *text = http_query(in->exchange->http, name);

	if (!str_empty(text) && !str_equals(text, "true") && !str_equals(text, "false")) {
		input_wrong(in, name, "must be true or false");
	}
	return str_equals(text, "true");
}

bool
query_chinese(struct input *in)
{
	const char *language = query_text(in, "language", 12);

	return language != NULL && str_starts_with(language, "zh");
}

size_t
query_limit(struct input *in, size_t fallback)
{
	const char *text = http_query(in->exchange->http, "limit");
	uint64_t limit;

	assert(fallback <= PAGE_SIZE_MAX);
	if (str_empty(text)) {
		return fallback;
	}
	if (!str_parse_u64(text, &limit) || limit == 0 || limit > PAGE_SIZE_MAX) {
		input_wrong(in, "limit", "must be a number from 1 to %d", PAGE_SIZE_MAX);
		return fallback;
	}
	return limit;
}

void
query_page(struct input *in, const char *name, int64_t *at, uint64_t *id)
{
	const char *text = http_query(in->exchange->http, name);
	const char *dot = text != NULL ? strchr(text, '.') : NULL;
	char first[24];
	int64_t parsed_at;
	uint64_t parsed_id;

	if (str_empty(text)) {
		return;
	}
	if (dot == NULL || (size_t)(dot - text) >= sizeof(first)) {
		input_wrong(in, name, "is not a place of this list");
		return;
	}
	memcpy(first, text, (size_t)(dot - text));
	first[dot - text] = '\0';
	if (!str_parse_i64(first, &parsed_at) || !str_parse_u64(dot + 1, &parsed_id) ||
		parsed_id > INT64_MAX) {
		input_wrong(in, name, "is not a place of this list");
		return;
	}
	*at = parsed_at;
	*id = parsed_id;
}

void
page_write(int64_t at, uint64_t id, char out[static PAGE_TEXT_SIZE])
{
	snprintf(out, PAGE_TEXT_SIZE, "%lld.%llu", (long long)at, (unsigned long long)id);
}
