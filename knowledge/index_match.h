/* What a search asks of the index: entries that have, of every group, any of its terms; and how
 * it is answered. */
#ifndef KNOWLEDGE_INDEX_MATCH_H
#define KNOWLEDGE_INDEX_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct index_memory;
struct index_segment;

struct index_key {
	const char *term;
	size_t length;
	bool begins; /* terms that begin with it, of those that index_head() tells */
};

struct index_group {
	const struct index_key *keys;
	size_t count;
};

struct index_match {
	const struct index_group *groups; /* at least one */
	size_t count;
};

/* Calls `each` with the numbers that match, from `last` down to `first`, until it says false,
 * which `*stopped` tells. Any thread. */
typedef bool index_found(void *ctx, size_t number);
MUST_CHECK enum err index_match_segment(const struct index_match *match,
	const struct index_segment *s, int64_t first, int64_t last, index_found *each,
	void *ctx, bool *stopped, struct error *e);
/* Of numbers below `upto`. */
void
index_match_memory(const struct index_match *match, struct index_memory *m, uint32_t upto,
	int64_t first, int64_t last, index_found *each, void *ctx, bool *stopped);

#endif
