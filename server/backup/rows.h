/* Rows of a table as bytes, the same from each database. A piece stands for itself: the names of
 * the columns, then rows up to its end.
 *
 * piece = count of columns, (length, name) each; rows
 * value = 0 (NULL) | 1 and a number | 2, length, text | 3, length, bytes
 * Counts and lengths are base-128 varints, numbers too after zigzag. */
#ifndef BACKUP_ROWS_H
#define BACKUP_ROWS_H

#include "base/buf.h"
#include "store/tables.h"

enum {
	ROWS_PIECE_BYTES = 4 * 1024 * 1024, /* after which a piece ends */
	ROWS_PIECE_MAX = 64 * 1024 * 1024,  /* with its last row */
};

struct rows_reader {
	const uint8_t *at;
	const uint8_t *end;
	size_t column_count;
	char columns[TABLE_COLUMNS_MAX][TABLE_NAME_SIZE];
};

void rows_begin(struct buf *out, const struct table_shape *t);
void rows_append(struct buf *out, const struct value *row, size_t columns);

/* Borrows the bytes; all of it is checked as it goes. ERR_CORRUPT. */
MUST_CHECK enum err
rows_open(struct rows_reader *r, const void *data, size_t length, struct error *e);
/* False: the end, or, with *whole false, not rows at all. */
bool rows_next(struct rows_reader *r, struct value *row, bool *whole);

#endif
