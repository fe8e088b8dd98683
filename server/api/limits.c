/* Buckets stand in a hash map and in a list ordered by use; the one unused for longest is
 * forgotten when there are too many. A forgotten bucket comes back full, which is what it
 * would mostly be by then. Names and keys are told apart by a seeded 64-bit hash alone:
 * a collision makes two strangers share a bucket, nothing worse. */
#include "api/limits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"

#define MINUTE_MS 60000

struct bucket {
	struct list link; /* oldest use first */
	uint64_t id;
	int64_t filled_at_ms;
	int64_t parts; /* tokens * MINUTE_MS: refilling needs no fractions */
};

struct limits {
	struct map buckets;
	struct list used;
	size_t max_keys;
};

struct limits *
limits_create(size_t max_keys)
{
	struct limits *l = xcalloc(1, sizeof(*l));

	assert(max_keys > 0);
	map_init(&l->buckets);
	list_init(&l->used);
	l->max_keys = max_keys;
	return l;
}

static void
forget(struct limits *l, struct bucket *b)
{
	list_remove(&b->link);
	map_remove(&l->buckets, b->id);
	free(b);
}

void
limits_destroy(struct limits *l)
{
	if (l == NULL) {
		return;
	}
	while (!list_empty(&l->used)) {
		forget(l, list_item(l->used.next, struct bucket, link));
	}
	map_fini(&l->buckets);
	free(l);
}

static uint64_t
bucket_id(const char *name, const char *key)
{
	struct {
		uint64_t name;
		uint64_t key;
	} both = {map_hash(name, strlen(name)), map_hash(key, strlen(key))};

	return map_hash(&both, sizeof(both));
}

static struct bucket *
find(struct limits *l, const char *name, const char *key, int64_t per_minute)
{
	uint64_t id = bucket_id(name, key);
	struct bucket *b = map_get(&l->buckets, id);
	int64_t full = per_minute * MINUTE_MS;
	int64_t now = clock_monotonic_ms();

	if (b == NULL) {
		if (l->buckets.count >= l->max_keys) {
			forget(l, list_item(l->used.next, struct bucket, link));
		}
		b = xcalloc(1, sizeof(*b));
		list_init(&b->link);
		b->id = id;
		b->parts = full;
		b->filled_at_ms = now;
		map_put(&l->buckets, id, b);
	}
	list_remove(&b->link);
	list_append(&l->used, &b->link);
	/* A whole minute fills it: more need not be counted, and could overflow. */
	if (now - b->filled_at_ms >= MINUTE_MS) {
		b->parts = full;
	} else {
		b->parts += (now - b->filled_at_ms) * per_minute;
	}
	b->parts = b->parts < full ? b->parts : full;
	b->filled_at_ms = now;
	return b;
}

bool
limits_take(struct limits *l, const char *name, const char *key, int64_t per_minute,
	int64_t *retry_ms)
{
	struct bucket *b;

	if (per_minute <= 0) {
		return true;
	}
	b = find(l, name, key, per_minute);
	if (b->parts < MINUTE_MS) {
		if (retry_ms != NULL) {
			*retry_ms = (MINUTE_MS - b->parts + per_minute - 1) / per_minute;
		}
		return false;
	}
	b->parts -= MINUTE_MS;
	return true;
}

void
limits_give_back(struct limits *l, const char *name, const char *key, int64_t per_minute)
{
	struct bucket *b;

	if (per_minute <= 0) {
		return;
	}
	b = find(l, name, key, per_minute);
	b->parts += MINUTE_MS;
	if (b->parts > per_minute * MINUTE_MS) {
		b->parts = per_minute * MINUTE_MS;
	}
}
