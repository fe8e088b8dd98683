#include "channels/email/mime_text.h"

#include <gmime/gmime.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "channels/email/mime_part.h"

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

static void
start_library(void)
{
	g_mime_init();
}

void
mime_library(void)
{
	(void)pthread_once(&library_once, start_library);
}

static GMimeContentEncoding
encoding_of(const struct mime_part *part)
{
	const struct slice *field = mime_field(part, "Content-Transfer-Encoding");
	char name[32];
	size_t n = 0;

	if (field == NULL || strncmp(part->type, "multipart/", 10) == 0) {
		return GMIME_CONTENT_ENCODING_DEFAULT;
	}
	for (size_t i = 0; i < field->length && n < sizeof(name) - 1; i++) {
		char c = field->data[i];
		if (c > ' ' && c != '"' && c != ';') {
			name[n++] = c;
		} else if (n > 0) {
			break;
		}
	}
	name[n] = '\0';
	return g_mime_content_encoding_from_string(name);
}

static struct slice
decode(GMimeContentEncoding encoding, struct slice bytes, struct arena *a)
{
	GMimeEncoding state;

	mime_library();
	g_mime_encoding_init_decode(&state, encoding);
	char *out = arena_alloc(a, g_mime_encoding_outlen(&state, bytes.length) + 1);
	size_t n = g_mime_encoding_flush(&state, bytes.data, bytes.length, out);
	out[n] = '\0';
	return (struct slice){out, n};
}

struct slice
mime_part_bytes(const struct mime_part *part, struct arena *a)
{
	GMimeContentEncoding encoding = encoding_of(part);

	if (part->body.length == 0 ||
		(encoding != GMIME_CONTENT_ENCODING_BASE64 &&
			encoding != GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE &&
			encoding != GMIME_CONTENT_ENCODING_UUENCODE)) {
		return part->body;
	}
	return decode(encoding, part->body, a);
}

/* How deep a line is quoted, RFC 3676: the signs stand without spaces between. */
static size_t
quote_depth(const char *line, size_t length)
{
	size_t depth = 0;

	while (depth < length && line[depth] == '>') {
		depth++;
	}
	return depth;
}

static struct slice
unflow(struct slice text, bool delete_space, struct arena *a)
{
	char *out = arena_alloc(a, text.length + 2);
	size_t n = 0;
	bool open = false; /* the line before goes on */
	size_t open_depth = 0;

	for (size_t at = 0; at < text.length;) {
		const char *line = text.data + at;
		const char *end = memchr(line, '\n', text.length - at);
		size_t length = end != NULL ? (size_t)(end - line) : text.length - at;
		size_t depth = quote_depth(line, length);
		size_t skip = depth;
		at += length + 1;
		if (skip < length && line[skip] == ' ') {
			skip++; /* stuffed */
		}
		bool joined = open && depth == open_depth;
		if (open && !joined) {
			out[n++] = '\n';
		}
		if (!joined) {
			memcpy(out + n, line, depth);
			n += depth;
			if (depth > 0 && skip > depth) {
				out[n++] = ' ';
			}
		}
		memcpy(out + n, line + skip, length - skip);
		n += length - skip;
		bool mark = length - skip == 3 && memcmp(line + skip, "-- ", 3) == 0;
		open = !mark && length > skip && line[length - 1] == ' ';
		open_depth = depth;
		if (open && delete_space) {
			n--;
		}
		if (!open) {
			out[n++] = '\n';
		}
	}
	out[n] = '\0';
	return (struct slice){out, n};
}

static struct slice
one_line_end(struct slice text, struct arena *a)
{
	char *out = arena_alloc(a, text.length + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.length; i++) {
		char c = text.data[i];
		if (c == '\r') {
			if (i + 1 < text.length && text.data[i + 1] == '\n') {
				continue;
			}
			c = '\n';
		}
		out[n++] = c;
	}
	out[n] = '\0';
	return (struct slice){out, n};
}

struct slice
mime_part_text(const struct mime_part *part, struct arena *a)
{
	struct slice text = one_line_end(mime_utf8(part->charset, mime_part_bytes(part, a),
										 a),
		a);

	return part->flowed ? unflow(text, part->flowed_delete, a) : text;
}

/* "begin 644 name": the name, or one that is empty. */
static struct slice
begin_line(struct slice line)
{
	size_t at = 6;

	if (line.length < 11 || memcmp(line.data, "begin ", 6) != 0) {
		return (struct slice){"", 0};
	}
	while (at < line.length && line.data[at] >= '0' && line.data[at] <= '7') {
		at++;
	}
	if (at < 9 || at > 10 || at + 1 >= line.length || line.data[at] != ' ') {
		return (struct slice){"", 0};
	}
	return (struct slice){line.data + at + 1, line.length - at - 1};
}

/* One line: a sign for its length, then four signs for three bytes. */
static void
uudecode_line(struct slice line, struct buf *out)
{
	size_t length = line.length > 0 ? ((unsigned char)line.data[0] - 32) & 63 : 0;
	size_t at = 1;

	while (length > 0 && at < line.length) {
		uint32_t group = 0;
		for (size_t i = 0; i < 4; i++) {
			unsigned char c = at + i < line.length ? (unsigned char)line.data[at + i]
												   : (unsigned char)' ';
			group = group << 6 | ((uint32_t)(c - 32) & 63);
		}
		at += 4;
		for (int shift = 16; shift >= 0 && length > 0; shift -= 8, length--) {
			buf_putc(out, (char)(group >> shift & 255));
		}
	}
}

bool
mime_uudecode(struct slice *text, struct arena *a, const char **name, struct slice *bytes)
{
	const char *begin = NULL;
	struct slice file = {"", 0};
	struct buf out;

	buf_init(&out, text->length);
	for (size_t at = 0; at < text->length;) {
		const char *line = text->data + at;
		const char *end = memchr(line, '\n', text->length - at);
		size_t length = end != NULL ? (size_t)(end - line) : text->length - at;
		at += length + (end != NULL ? 1 : 0);
		if (begin == NULL) {
			file = begin_line((struct slice){line, length});
			if (file.length > 0) {
				begin = line;
			}
		} else if (length >= 3 && memcmp(line, "end", 3) == 0 &&
			(length == 3 || line[3] == ' ')) {
			size_t coded = (size_t)(line - begin) + length;
			*bytes = (struct slice){arena_strndup(a, out.length > 0 ? out.data : "",
										out.length),
				out.length};
			*name = arena_strndup(a, file.data, file.length);
			size_t before = (size_t)(begin - text->data);
			char *rest = arena_alloc(a, text->length - coded + 1);
			memcpy(rest, text->data, before);
			memcpy(rest + before, line + length, text->length - before - coded);
			*text = (struct slice){rest, text->length - coded};
			buf_fini(&out);
			return true;
		} else {
			uudecode_line((struct slice){line, length}, &out);
		}
	}
	buf_fini(&out);
	return false;
}
