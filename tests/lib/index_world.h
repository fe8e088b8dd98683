/* An index beside all that it was told, to compare what it finds with a plain search through
 * all texts. For tests of one process; `struct index_world` is cmocka's state. */
#ifndef TEST_INDEX_WORLD_H
#define TEST_INDEX_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "knowledge/index.h"
#include "knowledge/index_query.h"
#include "knowledge/index_text.h"

enum {
	INDEX_WORLD_ENTRIES = 1500,
	INDEX_WORLD_UNITS = 4,
	INDEX_WORLD_CUSTOMERS = 40,
	INDEX_WORLD_TEXT = 200,
};

struct told {
	struct index_entry entry;
	char text[INDEX_WORLD_TEXT];
	const char *joined;
};

struct index_world {
	struct arena *arena;
	char folder[80];
	struct index *index;
	uint64_t random;
	struct told *told; /* room for some more than INDEX_WORLD_ENTRIES */
	size_t count;
};

int index_world_set_up(void **state); /* an index that is empty, in a folder of its own */
int index_world_tear_down(void **state);

size_t index_world_pick(struct index_world *w, size_t below);
/* Up to so many pieces of words, as an entry or a query could have them. */
void index_world_text(struct index_world *w, size_t most, char *out, size_t size);
/* Remembers an entry; mostly one after the other in time, now and then long ago. */
void index_world_tell(struct index_world *w, unsigned node, uint64_t n, const char *text);
/* Gives the index what was told, [from, to). */
void index_world_feed(struct index_world *w, size_t from, size_t to);
/* Tells INDEX_WORLD_ENTRIES on two nodes, and feeds them. */
void index_world_fill(struct index_world *w);

bool index_world_has(const struct index_query *q, const char *text, size_t length);
/* Newest first; returns how many. */
size_t index_world_plainly(const struct index_world *w, const struct index_query *q,
	const struct index_filter *f, struct index_hit *out);
/* Page by page to the end. What the index gives too much is left out, and its order checked. */
size_t index_world_search(const struct index_world *w, const struct index_query *q,
	struct index_filter f, size_t limit, struct index_hit *out);
void index_world_same(const struct index_world *w, const struct index_query *q,
	const struct index_filter *f, size_t limit, const char *text);
/* Without any filter, and with some by chance. */
struct index_filter
index_world_any(const struct index_world *w, const struct index_query *q);
struct index_filter index_world_some(struct index_world *w, const struct index_query *q);

#endif
