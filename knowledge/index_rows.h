/* What the index keeps of each entry besides its terms: whose it is, who may see it, when it
 * was. One row for each number of a block, in a file that is mapped into memory, so that a
 * filter costs a few nanoseconds for an entry that matches.
 *
 * The rows of 1024 numbers form a span, of which the earliest and the latest time are known:
 * by them whatever lies outside of the wanted time is skipped, and a search in the order of time
 * knows when nothing newer can come, although an import has old times under new numbers.
 *
 * One thread writes, any reads. A row is written before the terms that lead to it. */
#ifndef KNOWLEDGE_INDEX_ROWS_H
#define KNOWLEDGE_INDEX_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
	INDEX_BLOCK_BITS = 20,
	INDEX_BLOCK_ROWS = 1 << INDEX_BLOCK_BITS,
	INDEX_SPAN_ROWS = 1024,
	INDEX_SPANS = INDEX_BLOCK_ROWS / INDEX_SPAN_ROWS,
};

/* 24 bytes. The small numbers are hashes or parts: what they let pass is compared once more
 * with the entry itself. */
struct index_row {
	uint64_t timeline; /* 0: nothing to be found here */
	uint32_t at_low;   /* of 48 bits, milliseconds */
	uint16_t at_high;
	uint8_t kind;
	uint8_t said; /* by which kind of author, and on which kind of channel */
	uint32_t unit;
	uint32_t agent;
};

struct index_span {
	int64_t low; /* INT64_MAX: no row yet */
	int64_t high;
};

struct index_rows;

MUST_CHECK enum err
index_rows_open(int folder, const char *name, struct index_rows **out, struct error *e);
void index_rows_close(struct index_rows *r);           /* NULL is fine */
uint64_t index_rows_bytes(const struct index_rows *r); /* on the disk */
/* Everything below is on the disk, or more. */
uint64_t index_rows_synced(const struct index_rows *r);
MUST_CHECK enum err index_rows_sync(struct index_rows *r, uint64_t upto, struct error *e);
/* Rows below that are of other units than on the disk, perhaps. */
bool index_rows_moved(const struct index_rows *r);

/* Has the kernel read them ahead, if no more than `*left` bytes, which become fewer. */
void index_rows_warm(const struct index_rows *r, uint64_t *left);

void index_rows_put(struct index_rows *r, size_t place, const struct index_row *row);
void index_rows_clear(struct index_rows *r, size_t place); /* erased */
const struct index_row *index_rows_at(const struct index_rows *r, size_t place);
struct index_span index_rows_span(const struct index_rows *r, size_t span);
/* Rows of these timelines (ascending) belong to these units from now on. */
void index_rows_move(struct index_rows *r, const uint64_t *timelines,
	const uint32_t *units, size_t count);

static inline int64_t
index_row_at(const struct index_row *row)
{
	/* The upper half has the sign. */
	return (int64_t)((uint64_t)(int64_t)(int16_t)row->at_high << 32 | row->at_low);
}

uint8_t index_row_said(unsigned author_kind, const char *channel_kind);
static inline unsigned
index_row_author(const struct index_row *row)
{
	return row->said & 7;
}

#endif
