#include "store/mark_cache.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"

struct mark_cache {
	struct map by_key;
	struct list dirty;
	size_t dirty_count;
	size_t count;
	size_t limit;
};

struct mark_cache *
mark_cache_create(size_t limit)
{
	struct mark_cache *c = xcalloc(1, sizeof(*c));

	map_init(&c->by_key);
	list_init(&c->dirty);
	c->limit = limit;
	return c;
}

void
mark_cache_clear(struct mark_cache *c)
{
	size_t position = 0;
	uint64_t key;
	void *value;

	while (map_next(&c->by_key, &position, &key, &value)) {
		struct mark_entry *m = value;

		while (m != NULL) {
			struct mark_entry *next = m->next;

			free(m);
			m = next;
		}
	}
	map_fini(&c->by_key);
	map_init(&c->by_key);
	list_init(&c->dirty);
	c->dirty_count = 0;
	c->count = 0;
}

void
mark_cache_destroy(struct mark_cache *c)
{
	if (c != NULL) {
		mark_cache_clear(c);
		map_fini(&c->by_key);
		free(c);
	}
}

static uint64_t
key_of(uint64_t timeline, uint64_t party)
{
	uint64_t pair[] = {timeline, party};

	return map_hash(pair, sizeof(pair));
}

struct mark_entry *
mark_cache_get(struct mark_cache *c, uint64_t timeline, uint64_t party)
{
	struct mark_entry *m = map_get(&c->by_key, key_of(timeline, party));

	while (m != NULL && (m->timeline != timeline || m->party != party)) {
		m = m->next;
	}
	return m;
}

struct mark_entry *
mark_cache_add(struct mark_cache *c, uint64_t timeline, uint64_t party,
	const struct mark *mark)
{
	uint64_t key = key_of(timeline, party);
	struct mark_entry *m = xcalloc(1, sizeof(*m));

	m->timeline = timeline;
	m->party = party;
	m->mark = *mark;
	list_init(&m->dirty);
	m->next = map_get(&c->by_key, key);
	map_put(&c->by_key, key, m);
	c->count++;
	return m;
}

void
mark_cache_touch(struct mark_cache *c, struct mark_entry *m)
{
	if (list_empty(&m->dirty)) {
		list_append(&c->dirty, &m->dirty);
		c->dirty_count++;
	}
}

size_t
mark_cache_dirty(const struct mark_cache *c)
{
	return c->dirty_count;
}

struct mark_entry *
mark_cache_take_dirty(struct mark_cache *c)
{
	struct mark_entry *m;

	if (list_empty(&c->dirty)) {
		return NULL;
	}
	m = list_item(c->dirty.next, struct mark_entry, dirty);
	list_remove(&m->dirty);
	c->dirty_count--;
	return m;
}

void
mark_cache_make_room(struct mark_cache *c)
{
	if (c->count > c->limit) {
		mark_cache_clear(c);
	}
}
