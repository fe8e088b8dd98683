/* Reads for the search of transcripts: what the index is fed with, and what it found. As read.h:
 * results in the caller's arena. */
#ifndef STORE_READ_SEARCH_H
#define STORE_READ_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/actor.h"
#include "model/fact.h"

struct arena;
struct reader;

enum { FOUND_READ_MAX = 32, SEARCHABLE_MAX = 1000 };

/* Every process that writes has a feed: its number, and the newest fact that is committed. */
struct feed_end {
	unsigned node;
	uint64_t n;
};
MUST_CHECK enum err read_feed_ends(struct reader *r, struct arena *a,
	struct feed_end **out, size_t *count, struct error *e);

struct searchable {
	uint64_t id;
	uint64_t timeline;
	enum fact_kind kind;
	const char *channel_kind;
	enum author_kind author_kind;
	uint64_t author;
	int64_t at;
	int64_t committed_at;
	const char *body; /* NULL: erased */
	const char *files;
	bool restricted;
	uint64_t unit; /* of the primary, as it is now */
};
/* [from, to] of one node, ascending, SEARCHABLE_MAX at most. */
MUST_CHECK enum err read_searchable(struct reader *r, uint64_t from, uint64_t to,
	struct arena *a, struct searchable **out, size_t *count, struct error *e);
/* 0: there is no such fact. */
MUST_CHECK enum err
read_committed_at(struct reader *r, uint64_t id, int64_t *out, struct error *e);

/* Of these entries (FOUND_READ_MAX at most) those that may be seen, in the given order. */
struct found {
	struct fact *fact; /* to be put */
	const char *customer_name;
	bool anonymous;
};
MUST_CHECK enum err
read_found(struct reader *r, const struct scope *scope, const uint64_t *ids, size_t count,
	struct arena *a, struct found **out, size_t *found_count, struct error *e);
/* Timelines that scope.self may read although their unit is none of hers, ascending. */
MUST_CHECK enum err read_timelines_elsewhere(struct reader *r, const struct scope *scope,
	struct arena *a, uint64_t **out, size_t *count, struct error *e);

#endif
