/* One block of the search index: its rows (index_rows.h), the segments that have the terms of its
 * numbers (index_segment.h), and the newest entries in memory (index_memory.h) until there are
 * enough of them for another segment. What is in memory is lost with the process; then the
 * feeder reads it once more, from index_file_upto() on. Segments of a size become one larger, so
 * that there are never many; a full block has one.
 *
 * BLOCK.rows, BLOCK.FIRST-UPTO. A segment that covers others takes their place by being there.
 *
 * One thread feeds, any searches. */
#ifndef KNOWLEDGE_INDEX_FILE_H
#define KNOWLEDGE_INDEX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "knowledge/index_match.h"
#include "knowledge/index_rows.h"

struct index_file;

/* `folder` must stay open. ERR_CORRUPT: broken, or of another version.
 * `writes`: is made when it is not there, and what was left over is removed; else nothing but
 * searching is allowed, also while another process feeds. */
MUST_CHECK enum err index_file_open(int folder, const char *block, bool writes,
	struct index_file **out, struct error *e);
void index_file_close(struct index_file *f); /* NULL is fine */

/* Numbers within the block, 0 .. INDEX_BLOCK_ROWS: everything below is in; and how many of them
 * have text. */
uint64_t index_file_upto(const struct index_file *f);
uint64_t index_file_entries(struct index_file *f);
uint64_t index_file_bytes(struct index_file *f); /* on the disk */
/* What the feeder wrote down to know its source again. */
uint64_t index_file_mark(const struct index_file *f);
struct index_rows *index_file_rows(const struct index_file *f);
/* See index_segment_warm(); the newest first. */
void index_file_warm(struct index_file *f, uint64_t *left);

/* --- the feeder --------------------------------------------------------------------------- */
/* `text`: joined (index_text.h). */
void index_file_add(struct index_file *f, size_t place, const struct index_row *row,
	const char *text, size_t length);
void index_file_reached(struct index_file *f, uint64_t upto, uint64_t mark);
/* Rows and memory should go to the disk before more is added. */
bool index_file_full(const struct index_file *f);
/* Rows to the disk, then what is in memory as a segment; merges segments when there are many,
 * which takes seconds for a full block. */
MUST_CHECK enum err index_file_sync(struct index_file *f, struct error *e);
/* Nothing remains of entries whose rows were cleared. */
MUST_CHECK enum err index_file_purge(struct index_file *f, struct error *e);

/* --- searching ---------------------------------------------------------------------------- */
/* Calls `each` with the places that match, from the last to the first, until it says false. */
MUST_CHECK enum err
index_file_search(struct index_file *f, const struct index_match *match, size_t first,
	size_t last, index_found *each, void *ctx, struct error *e);

#endif
