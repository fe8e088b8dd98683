/* The writer half of json.h. */
#include "base/json.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"

enum { I64_TEXT_SIZE = 20 }; /* "-9223372036854775808" without NUL */

/* For each byte: 0 = as it is, 'u' = \u00XX, else the letter after the backslash.
 * RFC 8259 asks for no more than these; the text is UTF-8 already. */
static const char escapes[256] = {
	/* clang-format off */
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',
	'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
	/* clang-format on */
	['"'] = '"',
	['\\'] = '\\',
};

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
	char text[6] = {'\\', escapes[byte]};
	size_t length = 2;

	if (escapes[byte] == 'u') {
		memcpy(text, "\\u00", 4);
		text[4] = digits[byte >> 4];
		text[5] = digits[byte & 15];
		length = 6;
	}
	buf_append(out, text, length);
}

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Whether one of eight bytes may have to be escaped: a control character, a quote or a
 * backslash. By arithmetic on all of them at once; never false when one has to be. */
static bool
may_need_escape(const char *text)
{
	uint64_t eight;
	uint64_t quote;
	uint64_t backslash;

	memcpy(&eight, text, sizeof(eight));
	quote = eight ^ EACH_BYTE('"');
	backslash = eight ^ EACH_BYTE('\\');
	return (((eight - EACH_BYTE(' ')) & ~eight) | ((quote - EACH_BYTE(1)) & ~quote) |
			   ((backslash - EACH_BYTE(1)) & ~backslash)) &
		EACH_BYTE(0x80);
}

/* How many bytes of the text stand for themselves. */
static size_t
plain_run(const char *text, size_t length)
{
	size_t run = 0;

	while (length - run >= sizeof(uint64_t) && !may_need_escape(text + run)) {
		run += sizeof(uint64_t);
	}

	while (run < length && escapes[(unsigned char)text[run]] == 0) {
		run++;
	}
	return run;
}

static void
append_escaping(struct buf *out, const char *text, size_t length)
{
	size_t run = plain_run(text, length);

	buf_putc(out, '"');
	while (run < length) {
		buf_append(out, text, run);
		append_escaped(out, (unsigned char)text[run]);
		text += run + 1;
		length -= run + 1;
		run = plain_run(text, length);
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

	if (plain_run(text, length) < length) {
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

/* Writes backwards from `end`, two digits a division; returns where the digits start. */
static char *
digits_of(uint64_t value, char *end)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324"
								"25262728293031323334353637383940414243444546474849"
								"50515253545556575859606162636465666768697071727374"
								"75767778798081828384858687888990919293949596979899";

	while (value >= 100) {
		end -= 2;
		memcpy(end, pairs + value % 100 * 2, 2);
		value /= 100;
	}
	if (value >= 10) {
		end -= 2;
		memcpy(end, pairs + value * 2, 2);
	} else {
		*--end = (char)('0' + value);
	}
	return end;
}

void
jw_i64(struct json_writer *w, int64_t value)
{
	char text[I64_TEXT_SIZE];
	char *end = text + sizeof(text);
	char *start = digits_of(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, end);

	if (value < 0) {
		*--start = '-';
	}
	append_value(w, start, (size_t)(end - start));
}

void
jw_id(struct json_writer *w, uint64_t id)
{
	char text[I64_TEXT_SIZE + 2];
	char *end = text + sizeof(text);
	char *start;

	end[-1] = '"';
	start = digits_of(id, end - 1);
	*--start = '"';
	append_value(w, start, (size_t)(end - start));
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
