/* Rows of an exported table: CSV that no spreadsheet takes for formulas. Pure. */
#ifndef API_EXPORT_ROW_H
#define API_EXPORT_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct staff;

/* The mark by which spreadsheets know UTF-8, at the beginning of a file. */
#define EXPORT_MARK "\xef\xbb\xbf"

struct export_row {
	struct buf *out;
	bool begun; /* has a field */
};

void export_row_text(struct export_row *r, const char *text); /* NULL: empty */
void export_row_time(struct export_row *r, int64_t at);       /* 0: empty */
/* Ids are longer than a spreadsheet's numbers: as quoted text they stay whole. */
void export_row_id(struct export_row *r, uint64_t id);
void export_row_count(struct export_row *r, uint64_t count);
void export_row_end(struct export_row *r); /* the next field begins the next row */

/* NULL: nobody of the list. */
const char *export_staff_name(const struct staff *list, size_t count, uint64_t id);

#endif
