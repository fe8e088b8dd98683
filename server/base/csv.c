#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

enum csv_state {
	FIELD_START,
	IN_PLAIN,
	IN_QUOTES,
	AFTER_QUOTE, /* a quote inside quotes: the end, or the first of two */
	SKIPPING,    /* the rest of a bad record's line */
};

struct csv_reader {
	csv_handler *handle;
	void *ctx;
	enum csv_state state;
	struct buf text; /* all fields of the record, each with a NUL */
	size_t starts[CSV_FIELDS_MAX];
	size_t count;
	size_t line;
	size_t record_line;
	size_t mark_seen; /* bytes of the byte-order mark matched so far */
	const char *problem;
};

struct csv_reader *
csv_create(csv_handler *handle, void *ctx)
{
	struct csv_reader *r = xcalloc(1, sizeof(*r));
	r->handle = handle;
	r->ctx = ctx;
	r->line = 1;
	r->record_line = 1;
	buf_init(&r->text, CSV_RECORD_MAX);
	return r;
}

void
csv_destroy(struct csv_reader *r)
{
	if (r != NULL) {
		buf_fini(&r->text);
		free(r);
	}
}

static void
record_reset(struct csv_reader *r)
{
	buf_clear(&r->text);
	r->count = 0;
	r->problem = NULL;
	r->state = FIELD_START;
	r->record_line = r->line;
}

static void
field_begin(struct csv_reader *r)
{
	if (r->count == CSV_FIELDS_MAX) {
		r->problem = "too many fields";
		return;
	}
	r->starts[r->count++] = r->text.length;
}

static void
record_end(struct csv_reader *r)
{
	struct slice fields[CSV_FIELDS_MAX];
	struct csv_record record = {.line = r->record_line, .fields = fields};
	if (r->text.overflowed) {
		r->problem = "the record is too long";
	}
	if (r->problem == NULL) {
		record.count = r->count;
		for (size_t i = 0; i < r->count; i++) {
			size_t end = i + 1 < r->count ? r->starts[i + 1] : r->text.length;
			fields[i] = (struct slice){r->text.data + r->starts[i],
				end - r->starts[i] - 1};
		}
	}
	/* An empty line is one empty field: nothing that anybody meant. */
	if (r->problem != NULL || record.count > 1 || fields[0].length > 0) {
		r->handle(r->ctx, &record, r->problem);
	}
	record_reset(r);
}

static void
field_end(struct csv_reader *r, char c)
{
	buf_putc(&r->text, '\0');
	if (c == '\n') {
		record_end(r);
	} else {
		r->state = FIELD_START;
	}
}

static void
feed_character(struct csv_reader *r, char c)
{
	switch (r->state) {
	case FIELD_START:
		field_begin(r);
		if (r->problem != NULL) {
			r->state = SKIPPING;
			feed_character(r, c);
		} else if (c == '"') {
			r->state = IN_QUOTES;
		} else {
			r->state = IN_PLAIN;
			feed_character(r, c);
		}
		break;
	case IN_PLAIN:
		if (c == ',' || c == '\n') {
			field_end(r, c);
		} else if (c != '\r') {
			buf_putc(&r->text, c);
		}
		break;
	case IN_QUOTES:
		if (c == '"') {
			r->state = AFTER_QUOTE;
		} else {
			buf_putc(&r->text, c);
		}
		break;
	case AFTER_QUOTE:
		if (c == '"') {
			buf_putc(&r->text, '"');
			r->state = IN_QUOTES;
		} else if (c == ',' || c == '\n') {
			field_end(r, c);
		} else if (c != '\r') {
			/* "abc"def: no standard says what it is; keep the bytes. */
			buf_putc(&r->text, c);
			r->state = IN_PLAIN;
		}
		break;
	case SKIPPING:
		if (c == '\n') {
			record_end(r);
		}
		break;
	}
}

static bool
skip_mark(struct csv_reader *r, char c)
{
	static const char mark[] = "\xef\xbb\xbf";
	if (r->mark_seen < 3 && r->line == 1 && r->state == FIELD_START && r->count == 0) {
		if (c == mark[r->mark_seen]) {
			r->mark_seen++;
			return true;
		}
		r->mark_seen = 3;
	}
	return false;
}

void
csv_feed(struct csv_reader *r, const char *data, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (skip_mark(r, data[i])) {
			continue;
		}
		if (data[i] == '\n') {
			r->line++;
		}
		feed_character(r, data[i]);
		/* An unclosed quote would swallow the file: give up on the record and look for the
		 * next line. */
		if (r->text.overflowed && r->state != SKIPPING) {
			r->problem = "the record is too long, perhaps a quote is not closed";
			r->state = SKIPPING;
		}
	}
}

void
csv_end(struct csv_reader *r)
{
	if (r->state == FIELD_START && r->count == 0) {
		return;
	}
	if (r->state == IN_QUOTES) {
		r->problem = "a quote is not closed at the end of the file";
	}
	if (r->state == FIELD_START) {
		field_begin(r);
	}
	field_end(r, '\n');
}

static bool
needs_quotes(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (strchr(",\"\r\n", text[i]) != NULL && text[i] != '\0') {
			return true;
		}
	}
	return false;
}

void
csv_write_field(struct buf *out, const char *text, size_t length, int formula_safe)
{
	bool guard = formula_safe && length > 0 && memchr("=+-@\t\r", text[0], 6) != NULL;
	bool quotes = needs_quotes(text, length);
	if (quotes) {
		buf_putc(out, '"');
	}
	if (guard) {
		buf_putc(out, '\'');
	}
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"') {
			buf_putc(out, '"');
		}
		buf_putc(out, text[i]);
	}
	if (quotes) {
		buf_putc(out, '"');
	}
}
