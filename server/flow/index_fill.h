/* One round of feeding the search index: for index_feed.c. On the thread that feeds. */
#ifndef FLOW_INDEX_FILL_H
#define FLOW_INDEX_FILL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct index;
struct index_window;
struct reader;

struct index_fill {
	struct reader *reader;
	struct index *index;
	/* What need not be read, as long as only this node writes; NULL: all is. */
	struct index_window *window;
	unsigned node;
	bool others_known;
	uint64_t others; /* facts of other nodes when it began */
	/* Rows that were put since then know the units of now; 0: there are older ones. */
	int64_t fresh_since;
	uint64_t known; /* facts that are in, as of the last round */
	uint64_t total;
	/* Called after each batch; false ends the round. */
	bool (*go_on)(void *ctx, const struct index_fill *fill);
	void *ctx;
};

/* ERR_CORRUPT: the index is of another history than the store's. */
MUST_CHECK enum err index_fill_check(struct index_fill *fill, struct error *e);
MUST_CHECK enum err index_fill_round(struct index_fill *fill, struct error *e);

#endif
