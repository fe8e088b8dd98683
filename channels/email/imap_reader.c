#include "channels/email/imap_reader.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Never reached: what is kept of a literal is bounded by literal_max. */
#define LITERAL_CEILING (SIZE_MAX / 4)

void
imap_reader_init(struct imap_reader *r)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->line, IMAP_LINE_MAX);
	buf_init(&r->literal, LITERAL_CEILING);
}

void
imap_reader_fini(struct imap_reader *r)
{
	buf_fini(&r->line);
	buf_fini(&r->literal);
}

void
imap_reader_next(struct imap_reader *r)
{
	buf_clear(&r->line);
	buf_fini(&r->literal); /* it may be large: mails come seldom */
	buf_init(&r->literal, LITERAL_CEILING);
	r->has_literal = false;
	r->literal_cut = false;
	r->literal_size = 0;
	r->literals = 0;
	r->mode = READER_LINE;
}

/* --- numbers of a search ------------------------------------------------------------------- */

void
imap_reader_forget_found(struct imap_reader *r, uint32_t above)
{
	r->above = above;
	r->found_count = 0;
}

static void
keep_number(struct imap_reader *r, uint64_t number)
{
	size_t at = r->found_count;

	if (number <= r->above || number > UINT32_MAX) {
		return;
	}
	while (at > 0 && r->found[at - 1] > number) {
		at--;
	}
	if (at == IMAP_PORTION || (at > 0 && r->found[at - 1] == number)) {
		return;
	}
	if (r->found_count == IMAP_PORTION) {
		r->found_count--;
	}
	memmove(&r->found[at + 1], &r->found[at],
		(r->found_count - at) * sizeof(r->found[0]));
	r->found[at] = (uint32_t)number;
	r->found_count++;
}

/* A byte of "* SEARCH 2 3 ...": such a line has no bound, so none of it is kept. */
static void
take_search(struct imap_reader *r, char c)
{
	if (isdigit((unsigned char)c)) {
		r->number = r->in_number ? r->number * 10 + (uint64_t)(c - '0')
								 : (uint64_t)(c - '0');
		r->number = r->number > UINT32_MAX ? (uint64_t)UINT32_MAX + 1 : r->number;
		r->in_number = true;
	} else if (r->in_number) {
		keep_number(r, r->number);
		r->in_number = false;
	}
}

static bool
is_search(const struct imap_reader *r)
{
	return r->line.length == 9 && strncasecmp(r->line.data, "* SEARCH ", 9) == 0;
}

/* --- literals -------------------------------------------------------------------------------- */

/* "* 12 FETCH (": the only response of ours in which literals stand. */
static bool
is_fetch(const char *line)
{
	size_t digits;

	if (strncmp(line, "* ", 2) != 0) {
		return false;
	}
	digits = strspn(line + 2, "0123456789");
	return digits > 0 && strncasecmp(line + 2 + digits, " FETCH (", 8) == 0;
}

/* Words for people may end in braces; they are no literals. */
static bool
is_words(const char *line)
{
	static const char *const words[] = {"* OK", "* NO", "* BAD", "* BYE", "* PREAUTH",
		NULL};

	if (line[0] != '*') {
		return true; /* tagged, or a request for more */
	}
	for (size_t i = 0; words[i] != NULL; i++) {
		size_t length = strlen(words[i]);

		if (strncasecmp(line, words[i], length) == 0 &&
			(line[length] == ' ' || line[length] == '\0')) {
			return true;
		}
	}
	return false;
}

static bool
ends_with(const char *line, size_t length, const char *end)
{
	size_t n = strlen(end);

	return length >= n && strncasecmp(line + length - n, end, n) == 0;
}

/* Whether the line ends by announcing a literal, "{12}" or "{12+}", and of how many bytes. */
static bool
announced(const struct buf *line, size_t *brace, uint64_t *size)
{
	size_t at = line->length;
	uint64_t number = 0;
	size_t digits;

	if (at < 3 || line->data[--at] != '}') {
		return false;
	}
	if (line->data[at - 1] == '+') {
		at--;
	}
	digits = at;
	while (digits > 0 && isdigit((unsigned char)line->data[digits - 1])) {
		digits--;
	}
	if (digits == at || at - digits > 12 || digits == 0 ||
		line->data[digits - 1] != '{') {
		return false;
	}
	for (size_t i = digits; i < at; i++) {
		number = number * 10 + (uint64_t)(line->data[i] - '0');
	}
	*brace = digits - 1;
	*size = number;
	return true;
}

static bool
begin_literal(struct imap_reader *r, struct error *e)
{
	size_t brace;
	uint64_t size;

	if (r->line.length == 0 || is_words(r->line.data) ||
		!announced(&r->line, &brace, &size)) {
		return false;
	}
	if (++r->literals > IMAP_LITERALS_MAX) {
		error_set(e, ERR_INVALID, "the server sends too many parts in one answer");
		return false;
	}
	r->keeping = r->literal_max > 0 && !r->has_literal && is_fetch(r->line.data) &&
		(ends_with(r->line.data, brace, "BODY[] ") ||
			ends_with(r->line.data, brace, "BODY[HEADER] "));
	if (r->keeping) {
		r->has_literal = true;
		r->literal_size = size;
		r->literal_cut = size > r->literal_max;
		if (!r->literal_cut) {
			buf_reserve(&r->literal, (size_t)size);
		}
	}
	r->left = size;
	r->mode = READER_LITERAL;
	return true;
}

static size_t
take_literal(struct imap_reader *r, const char *bytes, size_t length)
{
	size_t part = r->left < length ? (size_t)r->left : length;

	if (r->keeping && r->literal.length < r->literal_max) {
		size_t room = r->literal_max - r->literal.length;

		buf_append(&r->literal, bytes, part < room ? part : room);
	}
	r->left -= part;
	if (r->left == 0) {
		r->mode = READER_LINE;
	}
	return part;
}

/* --- lines ----------------------------------------------------------------------------------- */

/* True: the response is whole. */
static bool
end_line(struct imap_reader *r, struct error *e)
{
	if (r->line.length > 0 && r->line.data[r->line.length - 1] == '\r') {
		r->line.data[--r->line.length] = '\0';
	}
	if (begin_literal(r, e)) {
		if (r->left == 0) {
			r->mode = READER_LINE;
		}
		return false;
	}
	return e->code == ERR_OK;
}

static bool
take_byte(struct imap_reader *r, char c, struct error *e)
{
	if (r->mode == READER_SEARCH) {
		take_search(r, c);
		return c == '\n';
	}
	if (c == '\n') {
		return end_line(r, e);
	}
	buf_putc(&r->line, c != '\0' ? c : ' ');
	if (r->line.overflowed) {
		error_set(e, ERR_INVALID, "the server sends a line without an end");
	} else if (is_search(r)) {
		r->mode = READER_SEARCH;
		r->in_number = false;
	}
	return false;
}

bool
imap_reader_take(struct imap_reader *r, const char *bytes, size_t length, size_t *used,
	struct error *e)
{
	size_t at = 0;
	bool whole = false;

	e->code = ERR_OK;
	while (at < length && !whole && e->code == ERR_OK) {
		if (r->mode == READER_LITERAL) {
			at += take_literal(r, bytes + at, length - at);
		} else {
			whole = take_byte(r, bytes[at++], e);
		}
	}
	*used = at;
	return whole;
}
