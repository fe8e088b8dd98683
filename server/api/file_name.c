#include "api/file_name.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { ENCODED_MAX = 4096 };

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static size_t
decode(const char *encoded, char *out)
{
	size_t length = 0;

	for (const char *p = encoded; *p != '\0' && p - encoded < ENCODED_MAX; p++) {
		if (p[0] == '%' && hex_value(p[1]) >= 0 && hex_value(p[2]) >= 0) {
			out[length++] = (char)(hex_value(p[1]) << 4 | hex_value(p[2]));
			p += 2;
		} else {
			out[length++] = *p;
		}
	}
	return length;
}

/* The bytes of a character that must not be in a name, from p; 0: it may stay. Among them are
 * the marks of direction: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069. */
static size_t
unwanted(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;

	if (b[0] < 0x20 || b[0] == 0x7f) {
		return 1;
	}
	if (b[0] == 0xc2 && b[1] >= 0x80 && b[1] <= 0x9f) {
		return 2;
	}
	if (b[0] == 0xd8 && b[1] == 0x9c) {
		return 2;
	}
	if (b[0] == 0xe2 && b[1] == 0x80 &&
		(b[2] == 0x8e || b[2] == 0x8f || (b[2] >= 0xa8 && b[2] <= 0xae))) {
		return 3;
	}
	if (b[0] == 0xe2 && b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xa9) {
		return 3;
	}
	return 0;
}

static char *
without_unwanted(char *text)
{
	char *to = text;
	const char *from = text;

	while (*from != '\0') {
		size_t skip = unwanted(from);

		if (skip > 0) {
			from += skip;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return text;
}

static const char *
without_folders(const char *text)
{
	const char *slash = strrchr(text, '/');
	const char *backslash = strrchr(text, '\\');
	const char *last = slash > backslash ? slash : backslash;

	return last != NULL ? last + 1 : text;
}

/* Cut in front of the ending, which tells people what it is. */
static const char *
shortened(struct arena *a, const char *name)
{
	size_t length = strlen(name);
	const char *dot = strrchr(name, '.');
	size_t ending = dot != NULL ? strlen(dot) : 0;

	if (length <= FILE_NAME_MAX) {
		return name;
	}
	if (ending == 0 || ending > 12) {
		return arena_strndup(a, name, utf8_truncate(name, length, FILE_NAME_MAX));
	}
	return arena_printf(a, "%.*s%s",
		(int)utf8_truncate(name, length - ending, FILE_NAME_MAX - ending), name, dot);
}

const char *
file_name_read(struct arena *a, const char *encoded)
{
	char decoded[ENCODED_MAX + 1];
	const char *name;
	size_t length;
	char *text;

	if (encoded == NULL) {
		return "file";
	}
	length = decode(encoded, decoded);
	text = without_unwanted(utf8_repair(a, decoded, length, &length));
	name = without_folders(text);
	while (*name == '.' || *name == ' ') {
		name++;
	}
	return *name != '\0' ? shortened(a, name) : "file";
}

static bool
is_attribute_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(c != '\0' && strchr("!#$&+-.^_`|~", c) != NULL);
}

const char *
file_name_disposition(struct arena *a, const char *type, const char *name)
{
	struct buf out;
	const char *text;

	buf_init(&out, 4 * 1024);
	buf_printf(&out, "%s; filename=\"", type);
	for (const char *p = name; *p != '\0'; p++) {
		bool plain = *p >= 0x20 && *p < 0x7f && *p != '"' && *p != '\\' && *p != '%';

		/* One sign for each character, not for each of its bytes. */
		if (plain) {
			buf_putc(&out, *p);
		} else if ((*p & 0xc0) != 0x80) {
			buf_putc(&out, '_');
		}
	}
	buf_puts(&out, "\"; filename*=UTF-8''");
	for (const char *p = name; *p != '\0'; p++) {
		if (is_attribute_char(*p)) {
			buf_putc(&out, *p);
		} else {
			buf_printf(&out, "%%%02X", (unsigned)(uint8_t)*p);
		}
	}
	text = arena_strndup(a, out.data, out.length);
	buf_fini(&out);
	return text;
}
