/* Watermarks in memory: they are raised all the time and by little. What a batch changed goes to
 * the database with its flush, one row a mark. Writer thread only. */
#ifndef STORE_MARK_CACHE_H
#define STORE_MARK_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

struct mark {
	uint64_t delivered;
	uint64_t seen;
	uint64_t conversation;
	uint64_t inbound_read;
};

struct mark_entry {
	uint64_t timeline;
	uint64_t party;
	struct mark mark;
	struct list dirty;       /* in mark_cache.dirty until it is flushed */
	struct mark_entry *next; /* of the same hash */
};

struct mark_cache;

struct mark_cache *mark_cache_create(size_t limit);
void mark_cache_destroy(struct mark_cache *c);
struct mark_entry *
mark_cache_get(struct mark_cache *c, uint64_t timeline, uint64_t party);
struct mark_entry *mark_cache_add(struct mark_cache *c, uint64_t timeline, uint64_t party,
	const struct mark *mark);
void mark_cache_touch(struct mark_cache *c, struct mark_entry *m);
size_t mark_cache_dirty(const struct mark_cache *c);
struct mark_entry *mark_cache_take_dirty(struct mark_cache *c); /* NULL: no more */
/* When there are too many. None may be dirty, and none that was found is looked at again. */
void mark_cache_make_room(struct mark_cache *c);
/* After a rollback nothing in memory can be trusted. */
void mark_cache_clear(struct mark_cache *c);

#endif
