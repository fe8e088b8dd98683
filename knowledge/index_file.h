/* The index of one block: 2^20 numbers of one node's feed. An SQLite file with an FTS5 table
 * that has no content of its own, and the rows beside it (index_rows.h).
 *
 * One thread writes: begin, add or erase, commit. Any thread searches, on a connection that it
 * borrows from a few that are kept. Whoever closes a file sees to it that nobody uses it. */
#ifndef KNOWLEDGE_INDEX_FILE_H
#define KNOWLEDGE_INDEX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "knowledge/index_rows.h"

struct index_file;

/* `path`: without the endings that this adds. ERR_CORRUPT: not ours, or made by another
 * tokenizer. `writes`: is made when it is not there; else nothing but searching is allowed. */
MUST_CHECK enum err
index_file_open(const char *path, bool writes, struct index_file **out, struct error *e);
void index_file_close(struct index_file *f); /* NULL is fine */

/* Numbers within the block, 0 .. INDEX_BLOCK_ROWS: everything below is in, on the disk and
 * committed; and how many of them have text. */
uint64_t index_file_upto(const struct index_file *f);
uint64_t index_file_entries(const struct index_file *f);
uint64_t index_file_bytes(const struct index_file *f);
/* What the feeder wrote down to know its source again. */
uint64_t index_file_mark(const struct index_file *f);
struct index_rows *index_file_rows(const struct index_file *f);

/* --- the writer --------------------------------------------------------------------------- */
MUST_CHECK enum err index_file_begin(struct index_file *f, struct error *e);
/* `text`: joined (index_text.h), or NULL for a row without terms that was indexed before. */
MUST_CHECK enum err index_file_add(struct index_file *f, size_t place,
	const struct index_row *row, const char *text, size_t length, struct error *e);
/* The text must be the one that was added: FTS5 cannot tell. */
MUST_CHECK enum err index_file_erase(struct index_file *f, size_t place, const char *text,
	size_t length, struct error *e);
MUST_CHECK enum err
index_file_commit(struct index_file *f, uint64_t upto, uint64_t mark, struct error *e);
void index_file_rollback(struct index_file *f);
/* Merges everything into one tree; after this or an erasure nothing of the old remains. Takes
 * seconds for a full block. */
MUST_CHECK enum err index_file_optimize(struct index_file *f, struct error *e);
/* The rows up to here to the disk; now and then, see index_rows_synced(). */
MUST_CHECK enum err index_file_sync(struct index_file *f, struct error *e);

/* --- searching ---------------------------------------------------------------------------- */
/* Calls `each` with the places that match, from the last to the first, until it says false. */
typedef bool index_found(void *ctx, size_t place);
MUST_CHECK enum err index_file_search(struct index_file *f, const char *match,
	size_t first, size_t last, index_found *each, void *ctx, struct error *e);

#endif
