/* Quick replies as a table of comma-separated values: folder, title, shortcut, text. The heading
 * line names the columns, in English or Chinese, in any order; other columns are passed over.
 * Pure: no I/O. Any thread. */
#ifndef API_QUICK_CSV_H
#define API_QUICK_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "api/table_file.h"
#include "model/quick_reply.h"

struct arena;
struct buf;

enum { QUICK_CSV_ROWS_MAX = QUICK_PLACE_MAX };

struct quick_csv_row {
	size_t line;
	struct quick_reply
		reply; /* folder, title, shortcut and body only, none of them NULL */
};

struct quick_csv {
	struct table_report report;
	struct quick_csv_row *rows;
	size_t row_count;
};

void
quick_csv_parse(struct arena *a, const char *data, size_t length, struct quick_csv *out);
/* With a byte-order mark and CRLF, for spreadsheets; formulas are made harmless. */
void quick_csv_write(struct buf *out, const struct quick_reply *items, size_t count,
	bool chinese);

#endif
