/* The index by which transcripts are searched: a folder with one file for 2^20 numbers of a
 * node's feed (index_file.h). It is made of the store alone and can be thrown away at any time.
 *
 * One thread feeds it (index_add and all below that), any thread searches meanwhile. Whoever
 * writes holds the folder's lock, so that two processes never do. */
#ifndef KNOWLEDGE_INDEX_H
#define KNOWLEDGE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "knowledge/index_match.h"
#include "knowledge/index_rows.h"
#include "model/actor.h"

struct index;

enum { INDEX_PAGE_MAX = 128 };

/* The folder is made when it is not there and `writes`. ERR_BUSY: another process writes;
 * ERR_CORRUPT: of another version or broken, so index_wipe() and begin anew. */
MUST_CHECK enum err
index_open(const char *folder, bool writes, struct index **out, struct error *e);
void index_close(struct index *ix); /* NULL is fine; nobody may be searching */
MUST_CHECK enum err index_wipe(const char *folder, struct error *e);
/* Another folder has taken the place of the one that was opened. */
bool index_replaced(const struct index *ix);

struct index_stats {
	uint64_t files;
	uint64_t entries;
	uint64_t bytes; /* on the disk */
};
void index_stats(struct index *ix, struct index_stats *out);

/* --- searching: any thread ---------------------------------------------------------------- */
struct index_filter {
	const struct index_match *match; /* of index_query_match() */
	struct scope scope;
	const uint64_t *own; /* timelines that may be seen whatever their unit, ascending */
	size_t own_count;
	uint64_t agent;           /* who said it; 0: anybody */
	int author;               /* enum author_kind, -1: anybody */
	int kind;                 /* enum fact_kind, 0: any */
	const char *channel_kind; /* NULL: any */
	int64_t from;             /* [from, to); 0: open end */
	int64_t to;
	int64_t
		before_at; /* strictly older than (before_at, before_id); 0: from the newest */
	uint64_t before_id;
	int64_t deadline_us; /* clock_monotonic_us(); looked at between files; 0: none */
};
struct index_hit {
	uint64_t id;
	int64_t at;
};
struct index_page {
	struct index_hit hits[INDEX_PAGE_MAX]; /* newest first, by (at, id) */
	size_t count;
	bool more; /* go on before (next_at, next_id) */
	bool
		partial; /* the deadline came first: there may be fewer hits than there is room */
	int64_t next_at;
	uint64_t next_id;
};
/* May find what the exact query does not and what the rows' hashes confuse, never the reverse:
 * compare with the entry. `limit` at most INDEX_PAGE_MAX. */
MUST_CHECK enum err index_search(struct index *ix, const struct index_filter *f,
	size_t limit, struct index_page *out, struct error *e);

/* --- feeding: one thread ------------------------------------------------------------------ */
struct index_entry {
	uint64_t id;
	uint64_t timeline;
	int64_t at;
	uint64_t unit;
	uint64_t author;
	unsigned author_kind;
	unsigned kind;
	const char *channel_kind;
	const char *text; /* index_text_join(); NULL: nothing to be found */
	size_t length;
};
/* The first id of this node that is not in yet; ids of one block only fit into one index_add. */
uint64_t index_next(struct index *ix, unsigned node);
static inline uint64_t
index_block_end(uint64_t id) /* the last id of its block */
{
	return id | (INDEX_BLOCK_ROWS - 1);
}
/* What was given with the last id of the node that is in; *upto 0: none is. */
uint64_t index_mark(struct index *ix, unsigned node, uint64_t *upto);
/* Ascending, of one block; everything up to `upto` is dealt with then, and can be found. */
MUST_CHECK enum err index_add(struct index *ix, const struct index_entry *entries,
	size_t count, uint64_t upto, uint64_t mark, struct error *e);
/* These timelines (ascending) belong to these units from now on. */
void index_move(struct index *ix, const uint64_t *timelines, const uint32_t *units,
	size_t count);
/* To the disk: what was added since the last time is lost with the process, and index_next()
 * goes back to there. */
MUST_CHECK enum err index_sync(struct index *ix, struct error *e);
/* Is never found again. */
MUST_CHECK enum err index_erase(struct index *ix, uint64_t id, struct error *e);
/* After erasures: nothing of what was erased remains in any file. */
MUST_CHECK enum err index_purge(struct index *ix, struct error *e);
/* Has the kernel read what searches begin with and, as far as a bounded room goes, the newest
 * entries, so that the first searches need not wait for the disk. */
void index_warm(struct index *ix);

#endif
