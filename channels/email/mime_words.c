#include "channels/email/mime_words.h"

#include <gmime/gmime.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "channels/email/mime_text.h"

enum { CHARSET_SIZE = 64, WORD_MAX = 4096 };

struct word {
	char charset[CHARSET_SIZE];
	struct slice coded;
	bool base64;
	size_t length; /* of the whole, with its signs */
};

/* =?charset?B?....?= at the start of `text`. Spaces within are taken, as programs write them. */
static bool
read_word(struct slice text, struct word *out)
{
	if (text.length < 8 || text.data[0] != '=' || text.data[1] != '?') {
		return false;
	}
	size_t bound = text.length > WORD_MAX ? WORD_MAX : text.length;
	const char *mark = memchr(text.data + 2, '?', bound - 2);
	if (mark == NULL || mark == text.data + 2 ||
		(size_t)(mark - text.data - 2) >= CHARSET_SIZE ||
		(size_t)(mark - text.data) + 3 > bound || mark[2] != '?') {
		return false;
	}
	char kind = mark[1];
	if (kind != 'B' && kind != 'b' && kind != 'Q' && kind != 'q') {
		return false;
	}
	size_t start = (size_t)(mark - text.data) + 3;
	for (size_t i = start; i + 1 < bound; i++) {
		if (text.data[i] == '?' && text.data[i + 1] == '=') {
			size_t label = (size_t)(mark - text.data - 2);
			memcpy(out->charset, text.data + 2, label);
			out->charset[label] = '\0';
			/* RFC 2231: a language may follow. */
			char *language = strchr(out->charset, '*');
			if (language != NULL) {
				*language = '\0';
			}
			out->coded = (struct slice){text.data + start, i - start};
			out->base64 = kind == 'B' || kind == 'b';
			out->length = i + 2;
			return true;
		}
	}
	return false;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
		: c >= 'A' && c <= 'F'  ? c - 'A' + 10
		: c >= 'a' && c <= 'f'  ? c - 'a' + 10
								: -1;
}

static void
append_q(struct slice coded, struct buf *out)
{
	for (size_t i = 0; i < coded.length; i++) {
		char c = coded.data[i];
		if (c == '_') {
			buf_putc(out, ' ');
		} else if (c == '=' && i + 2 < coded.length &&
			hex_digit(coded.data[i + 1]) >= 0 && hex_digit(coded.data[i + 2]) >= 0) {
			buf_putc(out,
				(char)(hex_digit(coded.data[i + 1]) * 16 + hex_digit(coded.data[i + 2])));
			i += 2;
		} else if (c != '\r' && c != '\n') {
			buf_putc(out, c);
		}
	}
}

static void
append_word(const struct word *word, struct buf *out)
{
	if (!word->base64) {
		append_q(word->coded, out);
		return;
	}
	GMimeEncoding state;
	g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_BASE64);
	char *room = buf_extend(out, g_mime_encoding_outlen(&state, word->coded.length));
	if (room != NULL) {
		size_t before = (size_t)(room - out->data);
		size_t n = g_mime_encoding_flush(&state, word->coded.data, word->coded.length,
			room);
		out->length = before + n;
		out->data[out->length] = '\0';
	}
}

/* How many blanks and line ends stand before the next encoded word; 0 when none follows. */
static size_t
blanks_before_word(struct slice text)
{
	size_t n = 0;
	struct word ignored;

	while (n < text.length && strchr(" \t\r\n", text.data[n]) != NULL) {
		n++;
	}
	return read_word((struct slice){text.data + n, text.length - n}, &ignored) ? n : 0;
}

struct slice
mime_words_take(struct slice *rest, struct arena *a)
{
	struct word word;
	struct buf bytes;
	char charset[CHARSET_SIZE];

	if (!read_word(*rest, &word)) {
		return (struct slice){NULL, 0};
	}
	mime_library();
	buf_init(&bytes, 1024 * 1024);
	memcpy(charset, word.charset, sizeof(charset));
	/* Neighbours of one set are one text: a character may be cut between them. */
	for (;;) {
		append_word(&word, &bytes);
		rest->data += word.length;
		rest->length -= word.length;
		size_t blanks = blanks_before_word(*rest);
		struct slice next = {rest->data + blanks, rest->length - blanks};
		if (!read_word(next, &word)) {
			break;
		}
		*rest = next; /* the blanks between two words are not text */
		if (strcasecmp(word.charset, charset) != 0) {
			break;
		}
	}
	struct slice text = mime_utf8(charset,
		(struct slice){bytes.length > 0 ? bytes.data : "", bytes.length}, a);
	buf_fini(&bytes);
	return text.data != NULL ? text : (struct slice){"", 0};
}
