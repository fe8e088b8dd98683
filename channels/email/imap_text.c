#include "channels/email/imap_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
	"Aug", "Sep", "Oct", "Nov", "Dec"};

/* --- folders ------------------------------------------------------------------------------- */

/* RFC 3501 section 5.1.3: base64 of UTF-16 between & and -, with a comma for the slash. */
static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

struct utf7 {
	struct buf *out;
	uint32_t bits; /* not written yet */
	unsigned count;
	bool shifted;
};

static void
put_unit(struct utf7 *u, uint32_t unit)
{
	if (!u->shifted) {
		buf_putc(u->out, '&');
		u->shifted = true;
	}
	u->bits = u->bits << 16 | unit;
	u->count += 16;
	while (u->count >= 6) {
		u->count -= 6;
		buf_putc(u->out, digits[u->bits >> u->count & 63]);
	}
	u->bits &= (1u << u->count) - 1;
}

static void
end_shift(struct utf7 *u)
{
	if (!u->shifted) {
		return;
	}
	if (u->count > 0) {
		buf_putc(u->out, digits[u->bits << (6 - u->count) & 63]);
	}
	buf_putc(u->out, '-');
	*u = (struct utf7){.out = u->out};
}

static void
put_plain(struct utf7 *u, char c)
{
	end_shift(u);
	if (c == '"' || c == '\\') {
		buf_putc(u->out, '\\');
	}
	buf_putc(u->out, c);
	if (c == '&') {
		buf_putc(u->out, '-');
	}
}

/* Of valid UTF-8. */
static uint32_t
next_character(const unsigned char **text)
{
	const unsigned char *p = *text;
	unsigned more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
	uint32_t c = more == 0 ? *p : *p & (0x3fu >> more);

	for (p++; more > 0; more--) {
		c = c << 6 | (*p++ & 0x3f);
	}
	*text = p;
	return c;
}

const char *
imap_folder(const char *utf8, struct arena *a)
{
	const unsigned char *p = (const unsigned char *)utf8;
	const char *quoted;
	struct buf out;
	struct utf7 u = {.out = &out};

	if (!utf8_valid(utf8, strlen(utf8))) {
		return NULL;
	}
	buf_init(&out, 8192);
	buf_putc(&out, '"');
	while (*p != '\0') {
		uint32_t c = next_character(&p);

		if (c < 0x20) {
			continue;
		}
		if (c < 0x7f) {
			put_plain(&u, (char)c);
		} else if (c < 0x10000) {
			put_unit(&u, c);
		} else {
			put_unit(&u, 0xd800 + ((c - 0x10000) >> 10));
			put_unit(&u, 0xdc00 + ((c - 0x10000) & 0x3ff));
		}
	}
	end_shift(&u);
	buf_putc(&out, '"');
	quoted = out.overflowed ? NULL : arena_strndup(a, out.data, out.length);
	buf_fini(&out);
	return quoted;
}

/* --- dates ----------------------------------------------------------------------------------- */

static int
month_of(const char *name)
{
	for (int i = 0; i < 12; i++) {
		if (strncasecmp(name, months[i], 3) == 0) {
			return i + 1;
		}
	}
	return 0;
}

bool
imap_date_parse(const char *text, int64_t *out_ms)
{
	char name[4];
	char sign;
	char rfc[40];
	unsigned day;
	unsigned year;
	unsigned hour;
	unsigned minute;
	unsigned second;
	unsigned zone;

	if (sscanf(text, "%2u-%3[A-Za-z]-%4u %2u:%2u:%2u %c%4u", &day, name, &year, &hour,
			&minute, &second, &sign, &zone) != 8 ||
		strlen(name) != 3 || month_of(name) == 0 || (sign != '+' && sign != '-')) {
		return false;
	}
	snprintf(rfc, sizeof(rfc), "%04u-%02d-%02uT%02u:%02u:%02u%c%02u:%02u", year,
		month_of(name), day, hour, minute, second, sign, zone / 100 % 100, zone % 100);
	return time_parse(rfc, out_ms);
}

void
imap_day(int64_t ms, char out[static IMAP_DAY_SIZE])
{
	char text[TIME_TEXT_SIZE];
	int64_t year = 0;
	int64_t month = 0;
	int64_t day = 0;

	time_format(ms > 0 ? ms : 0, text);
	text[4] = text[7] = text[10] = '\0';
	if (!str_parse_i64(text, &year) || !str_parse_i64(text + 5, &month) ||
		!str_parse_i64(text + 8, &day) || month < 1 || month > 12) {
		abort(); /* time_format wrote it */
	}
	snprintf(out, IMAP_DAY_SIZE, "%d-%s-%04d", (int)(day % 100), months[month - 1],
		(int)(year % 10000));
}

/* --- FETCH ----------------------------------------------------------------------------------- */

static void
skip_spaces(const char **p)
{
	*p += strspn(*p, " ");
}

/* A quoted text; into `out`, which may be NULL. False: it has no end. */
static bool
quoted(const char **p, struct buf *out)
{
	for ((*p)++; **p != '"'; (*p)++) {
		if (**p == '\\') {
			(*p)++;
		}
		if (**p == '\0') {
			return false;
		}
		if (out != NULL) {
			buf_putc(out, **p);
		}
	}
	(*p)++;
	return true;
}

/* Any value that says nothing to us. */
static bool
skip_value(const char **p)
{
	int depth = 0;

	do {
		if (**p == '"') {
			if (!quoted(p, NULL)) {
				return false;
			}
			continue;
		}
		if (**p == '\0' || (**p == ')' && depth == 0)) {
			return depth == 0;
		}
		depth += **p == '(' ? 1 : **p == ')' ? -1 : 0;
		(*p)++;
	} while (depth > 0 || (**p != ' ' && **p != ')' && **p != '\0'));
	return true;
}

static bool
number_value(const char **p, uint64_t *out)
{
	char text[24];
	size_t length = strspn(*p, "0123456789");

	if (length == 0 || length >= sizeof(text)) {
		return false;
	}
	memcpy(text, *p, length);
	text[length] = '\0';
	*p += length;
	return str_parse_u64(text, out);
}

static bool
date_value(const char **p, struct imap_item *out)
{
	struct buf text;
	bool fine;

	buf_init(&text, 64);
	fine = **p == '"' && quoted(p, &text);
	if (fine && !text.overflowed && text.length > 0 &&
		!imap_date_parse(text.data, &out->received_at)) {
		out->received_at = 0;
	}
	buf_fini(&text);
	return fine;
}

static bool
body_value(const char **p, struct imap_item *out, struct buf *bytes)
{
	out->has_body = true;
	if (**p == '"') {
		out->body_quoted = true;
		return quoted(p, bytes);
	}
	return skip_value(p); /* "{12}" or NIL */
}

static bool
is_key(const char *key, size_t length, const char *name)
{
	return strlen(name) == length && strncasecmp(key, name, length) == 0;
}

static bool
item_value(const char *key, size_t length, const char **p, struct imap_item *out,
	struct buf *bytes)
{
	uint64_t number = 0;

	if (is_key(key, length, "UID")) {
		bool fine = number_value(p, &number) && number <= UINT32_MAX;

		out->uid = (uint32_t)number;
		return fine;
	}
	if (is_key(key, length, "RFC822.SIZE")) {
		out->has_size = true;
		return number_value(p, &out->size);
	}
	if (is_key(key, length, "INTERNALDATE")) {
		return date_value(p, out);
	}
	if (is_key(key, length, "BODY[]") || is_key(key, length, "BODY[HEADER]")) {
		return body_value(p, out, bytes);
	}
	return skip_value(p);
}

bool
imap_item_parse(const char *line, struct imap_item *out, struct buf *bytes)
{
	const char *p = line;

	memset(out, 0, sizeof(*out));
	if (strncmp(p, "* ", 2) != 0) {
		return false;
	}
	p += 2;
	p += strspn(p, "0123456789");
	if (strncasecmp(p, " FETCH (", 8) != 0) {
		return false;
	}
	for (p += 8; *p != ')'; skip_spaces(&p)) {
		const char *key = p;
		size_t length;

		skip_spaces(&p);
		key = p;
		length = strcspn(p, " ");
		if (p[length] == '\0' || length == 0) {
			return false;
		}
		p += length;
		skip_spaces(&p);
		if (!item_value(key, length, &p, out, bytes)) {
			return false;
		}
	}
	return true;
}
