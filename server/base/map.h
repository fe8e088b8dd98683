/* Hash map from 64-bit keys to pointers; open addressing, never shrinks while iterated.
 * For string keys hash them with map_hash() and compare in the value. One thread. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
	uint64_t key;
	void *value; /* NULL: empty */
};
struct map {
	struct map_slot *slots;
	size_t capacity; /* power of two or 0: an empty map costs nothing */
	size_t count;
};

void map_init(struct map *m);
void map_fini(struct map *m); /* values are the caller's */
void *map_get(const struct map *m, uint64_t key);
void *map_put(struct map *m, uint64_t key, void *value); /* returns the replaced value */
void *map_remove(struct map *m, uint64_t key);
/* From *position = 0 to the end. Meanwhile only the item just returned may be removed,
 * and nothing put. */
bool map_next(const struct map *m, size_t *position, uint64_t *key, void **value);
uint64_t map_hash(const void *data, size_t length); /* seeded per process */

#endif
