#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

enum { FIELDS_SIZE = 4096, LINE_MAX_BYTES = 8 * FIELDS_SIZE };

static _Atomic int threshold = LOG_INFO;
static _Atomic int chosen_format = LOG_TEXT;

static const char *const level_names[] = {
	[LOG_DEBUG] = "debug",
	[LOG_INFO] = "info",
	[LOG_WARN] = "warn",
	[LOG_ERROR] = "error",
};

void
log_configure(enum log_level level, enum log_format format)
{
	atomic_store(&threshold, (int)level);
	atomic_store(&chosen_format, (int)format);
}

/* C0, DEL and (in two bytes) C1: what a terminal or a line-based reader would obey. */
static bool
is_control(const char *text)
{
	unsigned char byte = (unsigned char)text[0];

	return byte < 0x20 || byte == 0x7F ||
		(byte == 0xC2 && (unsigned char)text[1] >= 0x80 && (unsigned char)text[1] < 0xA0);
}

/* Appends the character at *text so that it is harmless within a line and, when `quoted`,
 * within quotes; moves past it. The escapes are those of JSON. */
static void
append_safe(struct buf *out, const char **text, bool quoted)
{
	const unsigned char *s = (const unsigned char *)*text;
	size_t length = 1;

	if (is_control(*text)) {
		length = s[0] == 0xC2 ? 2 : 1;
		buf_printf(out, "\\u%04x", s[length - 1]);
	} else if (quoted && (s[0] == '"' || s[0] == '\\')) {
		buf_putc(out, '\\');
		buf_putc(out, (char)s[0]);
	} else {
		while (length < 4 && s[length] >= 0x80 && s[length] < 0xC0) {
			length++;
		}
		if (utf8_valid(*text, length)) {
			buf_append(out, s, length);
		} else {
			length = 1;
			buf_puts(out, "\\ufffd");
		}
	}
	*text += length;
}

const char *
log_quote(struct log_quoted *q, const char *text)
{
	static const char cut[] = "\xE2\x80\xA6"; /* an ellipsis */
	const size_t longest_escape = 6;
	struct buf out;

	buf_init(&out, LOG_QUOTE_SIZE - 1);
	buf_putc(&out, '"');
	for (const char *s = text != NULL ? text : ""; *s != '\0';) {
		if (out.length + longest_escape + sizeof(cut) >= LOG_QUOTE_SIZE) {
			buf_puts(&out, cut);
			break;
		}
		append_safe(&out, &s, true);
	}
	buf_putc(&out, '"');
	memcpy(q->text, out.data, out.length + 1);
	buf_fini(&out);
	return q->text;
}

/* End of the value at `text`: of a quoted string past its quote, else the next space. */
static const char *
value_end(const char *text)
{
	if (*text != '"') {
		return text + strcspn(text, " ");
	}
	for (text++; *text != '\0' && *text != '"'; text++) {
		if (*text == '\\' && text[1] != '\0') {
			text++;
		}
	}
	return *text == '"' ? text + 1 : text;
}

/* Whether the value is what log_quote() makes: then its escapes are those of JSON. */
static bool
is_quoted(const char *value, size_t length)
{
	if (length < 2 || value[0] != '"' || value[length - 1] != '"') {
		return false;
	}
	for (size_t i = 1; i < length - 1; i++) {
		if (value[i] != '\\') {
			continue;
		}
		i++;
		if (value[i] == 'u' && i + 4 < length - 1 &&
			(strncmp(value + i, "u00", 3) == 0 || strncmp(value + i, "ufffd", 5) == 0) &&
			strspn(value + i + 1, "0123456789abcdef") >= 4) {
			i += 4;
		} else if (i == length - 1 || (value[i] != '"' && value[i] != '\\')) {
			return false;
		}
	}
	return true;
}

static void
write_json_value(struct json_writer *w, const char *value, size_t length)
{
	char digits[24];
	int64_t number;

	if (is_quoted(value, length)) {
		jw_raw(w, value, length);
		return;
	}
	if (length < sizeof(digits)) {
		memcpy(digits, value, length);
		digits[length] = '\0';
		if (str_parse_i64(digits, &number)) {
			jw_i64(w, number);
			return;
		}
	}
	jw_string_n(w, value, length);
}

static void
write_json(struct buf *line, const char *time, const char *level, const char *event,
	const char *fields)
{
	struct json_writer w;
	struct buf key;

	buf_init(&key, FIELDS_SIZE);
	jw_init(&w, line);
	jw_object(&w);
	jw_kstring(&w, "time", time);
	jw_kstring(&w, "level", level);
	jw_kstring(&w, "event", event);
	while (*fields != '\0') {
		size_t key_length = strcspn(fields, "= ");
		const char *value = fields + key_length;
		const char *end;

		if (*value == '=') {
			value++;
		}
		end = value_end(value);
		if (key_length > 0) {
			buf_clear(&key);
			buf_append(&key, fields, key_length);
			jw_key_any(&w, key.data);
			write_json_value(&w, value, (size_t)(end - value));
		}
		fields = end + strspn(end, " ");
	}
	jw_object_end(&w);
	buf_fini(&key);
}

void
log_event(enum log_level level, const char *event, const char *fields_fmt, ...)
{
	char raw[FIELDS_SIZE];
	char time[TIME_TEXT_SIZE];
	struct buf fields;
	struct buf line;
	va_list args;
	ssize_t written;

	if ((int)level < atomic_load_explicit(&threshold, memory_order_relaxed)) {
		return;
	}
	va_start(args, fields_fmt);
	vsnprintf(raw, sizeof(raw), fields_fmt, args);
	va_end(args);
	time_format(clock_now_ms(), time);
	buf_init(&fields, LINE_MAX_BYTES);
	buf_init(&line, 2 * LINE_MAX_BYTES);
	for (const char *s = raw; *s != '\0';) {
		append_safe(&fields, &s, false);
	}
	if (atomic_load_explicit(&chosen_format, memory_order_relaxed) == LOG_JSON) {
		write_json(&line, time, level_names[level], event,
			fields.length > 0 ? fields.data : "");
	} else {
		buf_printf(&line, "%s %-5s %s%s%s", time, level_names[level], event,
			fields.length > 0 ? " " : "", fields.length > 0 ? fields.data : "");
	}
	buf_putc(&line, '\n');
	/* One write, so that lines of several threads do not mix. There is nowhere to
	 * report that it failed. */
	written = write(STDERR_FILENO, line.data, line.length);
	(void)written;
	buf_fini(&line);
	buf_fini(&fields);
}
