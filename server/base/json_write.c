/* The writer half of json.h. */
#include "base/json.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/digits.h"
#include "base/json_text.h"

void
jw_init(struct json_writer *w, struct buf *out)
{
	w->out = out;
	w->need_comma = false;
}

static void
begin_value(struct json_writer *w)
{
	if (w->need_comma) {
		buf_putc(w->out, ',');
	}
	w->need_comma = true;
}

static void
open_with(struct json_writer *w, char bracket)
{
	begin_value(w);
	buf_putc(w->out, bracket);
	w->need_comma = false;
}

static void
close_with(struct json_writer *w, char bracket)
{
	buf_putc(w->out, bracket);
	w->need_comma = true;
}

/* The comma, if one is needed, and room for `length` bytes behind it. */
static char *
extend_value(struct json_writer *w, size_t length)
{
	size_t comma = w->need_comma ? 1 : 0;
	char *p = buf_extend(w->out, comma + length);

	w->need_comma = true;
	if (p == NULL) {
		return NULL;
	}
	p[0] = ',';
	return p + comma;
}

static void
append_value(struct json_writer *w, const char *text, size_t length)
{
	char *p = extend_value(w, length);

	if (p != NULL) {
		memcpy(p, text, length);
	}
}

void
jw_object(struct json_writer *w)
{
	open_with(w, '{');
}

void
jw_object_end(struct json_writer *w)
{
	close_with(w, '}');
}

void
jw_array(struct json_writer *w)
{
	open_with(w, '[');
}

void
jw_array_end(struct json_writer *w)
{
	close_with(w, ']');
}

static void
append_escaped(struct buf *out, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";
	char text[6] = {'\\', json_escapes[byte]};
	size_t length = 2;

	if (json_escapes[byte] == 'u') {
		memcpy(text, "\\u00", 4);
		text[4] = digits[byte >> 4];
		text[5] = digits[byte & 15];
		length = 6;
	}
	buf_append(out, text, length);
}

static void
append_escaping(struct buf *out, const char *text, size_t length)
{
	size_t run = json_plain_run(text, length);

	buf_putc(out, '"');
	while (run < length) {
		buf_append(out, text, run);
		append_escaped(out, (unsigned char)text[run]);
		text += run + 1;
		length -= run + 1;
		run = json_plain_run(text, length);
	}
	buf_append(out, text, length);
	buf_putc(out, '"');
}

void
jw_key_n(struct json_writer *w, const char *key, size_t length)
{
	size_t comma = w->need_comma ? 1 : 0;
	char *p = buf_extend(w->out, comma + length + 3);

	w->need_comma = false;
	if (p == NULL) {
		return;
	}
	p[0] = ',';
	p += comma;
	p[0] = '"';
	memcpy(p + 1, key, length);
	p[length + 1] = '"';
	p[length + 2] = ':';
}

void
jw_key_any(struct json_writer *w, const char *key)
{
	begin_value(w);
	append_escaping(w->out, key, strlen(key));
	buf_putc(w->out, ':');
	w->need_comma = false;
}

void
jw_string_n(struct json_writer *w, const char *text, size_t length)
{
	char *p;

	if (json_plain_run(text, length) < length) {
		begin_value(w);
		append_escaping(w->out, text, length);
		return;
	}
	p = extend_value(w, length + 2);
	if (p != NULL) {
		p[0] = '"';
		memcpy(p + 1, length > 0 ? text : "", length);
		p[length + 1] = '"';
	}
}

void
jw_string(struct json_writer *w, const char *text)
{
	if (text == NULL) {
		jw_null(w);
		return;
	}
	jw_string_n(w, text, strlen(text));
}

void
jw_i64(struct json_writer *w, int64_t value)
{
	char text[I64_TEXT_SIZE];

	append_value(w, text, (size_t)(json_put_i64(text, value) - text));
}

void
jw_id(struct json_writer *w, uint64_t id)
{
	char text[JSON_ID_SIZE];

	append_value(w, text, (size_t)(json_put_id(text, id) - text));
}

void
jw_id_or_null(struct json_writer *w, uint64_t id)
{
	if (id == 0) {
		jw_null(w);
	} else {
		jw_id(w, id);
	}
}

void
jw_bool(struct json_writer *w, bool value)
{
	if (value) {
		append_value(w, "true", 4);
	} else {
		append_value(w, "false", 5);
	}
}

void
jw_null(struct json_writer *w)
{
	append_value(w, "null", 4);
}

void
jw_raw(struct json_writer *w, const char *json, size_t length)
{
	append_value(w, json, length);
}

void
jw_time(struct json_writer *w, int64_t ms)
{
	char *p;

	if (ms == 0) {
		jw_null(w);
		return;
	}
	/* The NUL that time_format writes falls on the closing quote. */
	p = extend_value(w, TIME_TEXT_SIZE + 1);
	if (p != NULL) {
		p[0] = '"';
		time_format(ms, p + 1);
		p[TIME_TEXT_SIZE] = '"';
	}
}
