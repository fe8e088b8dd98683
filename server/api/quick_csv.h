/* Quick replies as a table of comma-separated values: folder, title, shortcut, text. The heading
 * line names the columns, in English or Chinese, in any order; other columns are passed over.
 * Pure: no I/O. Any thread. */
#ifndef API_QUICK_CSV_H
#define API_QUICK_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "model/quick_reply.h"

struct arena;
struct buf;

enum { QUICK_CSV_ROWS_MAX = QUICK_PLACE_MAX, QUICK_CSV_BAD_MAX = 200 };

struct quick_csv_row {
	size_t line;
	struct quick_reply
		reply; /* folder, title, shortcut and body only, none of them NULL */
};

struct quick_csv_bad {
	size_t line;
	const char *reason; /* a code: "no_title" "repeated_title" ..., see docs/api.md */
	const char *title;  /* as far as there is one */
};

struct quick_csv {
	const char *charset;
	bool no_heading; /* the columns for title and text are missing: nothing was read */
	struct quick_csv_row *rows;
	size_t row_count;
	struct quick_csv_bad bad[QUICK_CSV_BAD_MAX];
	size_t bad_count; /* all of them, listed or not */
};

void
quick_csv_parse(struct arena *a, const char *data, size_t length, struct quick_csv *out);
void quick_csv_add_bad(struct quick_csv *csv, size_t line, const char *reason,
	const char *title);
/* With a byte-order mark and CRLF, for spreadsheets; formulas are made harmless. */
void quick_csv_write(struct buf *out, const struct quick_reply *items, size_t count,
	bool chinese);

#endif
