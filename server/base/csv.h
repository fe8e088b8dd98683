/* Comma-separated values (RFC 4180), read in pieces of any size. Quoted fields may hold line
 * breaks and doubled quotes; CRLF and LF both end a record; a byte-order mark is skipped.
 * Bounds: a record that is larger than CSV_RECORD_MAX or has more than CSV_FIELDS_MAX fields
 * is reported as bad and skipped up to its line's end. One thread. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stddef.h>

#include "base/str.h"

#define CSV_RECORD_MAX (256 * 1024)
#define CSV_FIELDS_MAX 256

struct csv_reader;

struct csv_record {
	size_t line;                /* where it begins, from 1 */
	const struct slice *fields; /* NUL-terminated too; valid during the call only */
	size_t count;
};
/* problem is NULL for a good record; else fields is empty and it says what is wrong. */
typedef void csv_handler(void *ctx, const struct csv_record *record, const char *problem);

struct csv_reader *csv_create(csv_handler *handle, void *ctx);
void csv_destroy(struct csv_reader *r); /* NULL is fine */
void csv_feed(struct csv_reader *r, const char *data, size_t length);
void csv_end(struct csv_reader *r); /* the last record may lack its line end */

/* Quotes a field when needed, doubles its quotes. With `formula_safe`, a leading = + - @ TAB or
 * CR gets an apostrophe before it, so that a spreadsheet takes it as text. */
struct buf;
void csv_write_field(struct buf *out, const char *text, size_t length, int formula_safe);

#endif
