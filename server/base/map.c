/* Linear probing without tombstones: a removal closes its gap by moving later items of the
 * same run back, so that look-ups stay short however long the map lives. */
#include "base/map.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"

enum { CAPACITY_MIN = 8 };

static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint64_t seed[2];

static void
make_seed(void)
{
	random_bytes(seed, sizeof(seed));
}

void
map_init(struct map *m)
{
	*m = (struct map){0};
}

void
map_fini(struct map *m)
{
	free(m->slots);
	map_init(m);
}

/* The finaliser of SplitMix64: our ids differ mostly in a few middle bits. */
static size_t
home_of(const struct map *m, uint64_t key)
{
	key = (key ^ key >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	key = (key ^ key >> 27) * UINT64_C(0x94D049BB133111EB);
	key ^= key >> 31;
	return (size_t)key & (m->capacity - 1);
}

/* The slot of the key, or the empty one where it would go. */
static size_t
find(const struct map *m, uint64_t key)
{
	size_t i = home_of(m, key);

	while (m->slots[i].value != NULL && m->slots[i].key != key) {
		i = (i + 1) & (m->capacity - 1);
	}
	return i;
}

void *
map_get(const struct map *m, uint64_t key)
{
	return m->count > 0 ? m->slots[find(m, key)].value : NULL;
}

static void
grow(struct map *m)
{
	struct map old = *m;

	m->capacity = old.capacity > 0 ? old.capacity * 2 : CAPACITY_MIN;
	m->slots = xcalloc(m->capacity, sizeof(*m->slots));
	for (size_t i = 0; i < old.capacity; i++) {
		if (old.slots[i].value != NULL) {
			m->slots[find(m, old.slots[i].key)] = old.slots[i];
		}
	}
	free(old.slots);
}

void *
map_put(struct map *m, uint64_t key, void *value)
{
	size_t i;
	void *replaced;

	assert(value != NULL);
	if (m->count >= m->capacity / 4 * 3) {
		grow(m);
	}
	i = find(m, key);
	replaced = m->slots[i].value;
	m->slots[i] = (struct map_slot){key, value};
	if (replaced == NULL) {
		m->count++;
	}
	return replaced;
}

void *
map_remove(struct map *m, uint64_t key)
{
	size_t mask = m->capacity - 1;
	size_t gap;
	void *removed;

	if (m->count == 0) {
		return NULL;
	}
	gap = find(m, key);
	removed = m->slots[gap].value;
	if (removed == NULL) {
		return NULL;
	}
	for (size_t i = (gap + 1) & mask; m->slots[i].value != NULL; i = (i + 1) & mask) {
		size_t home = home_of(m, m->slots[i].key);

		/* It may move back only if that does not put it before its home. */
		if (((i - home) & mask) >= ((i - gap) & mask)) {
			m->slots[gap] = m->slots[i];
			gap = i;
		}
	}
	m->slots[gap] = (struct map_slot){0};
	m->count--;
	return removed;
}

/* Goes backwards from an empty slot. A removal moves items towards lower places within
 * their run and no run crosses an empty slot, so removing what has just been returned
 * neither hides nor repeats another item. *position keeps the start (high half, plus one)
 * and the steps made (low half). */
bool
map_next(const struct map *m, size_t *position, uint64_t *key, void **value)
{
	const size_t steps_mask = UINT32_MAX;
	size_t start;

	_Static_assert(sizeof(size_t) == 8, "two halves of 32 bits");
	assert(m->capacity < steps_mask);
	if (m->count == 0) {
		return false;
	}
	if (*position == 0) {
		size_t empty = 0;

		while (m->slots[empty].value != NULL) {
			empty++;
		}
		*position = (empty + 1) << 32;
	}
	start = (*position >> 32) - 1;
	while ((*position & steps_mask) < m->capacity) {
		size_t steps = ++*position & steps_mask;
		const struct map_slot *slot = &m->slots[(start - steps) & (m->capacity - 1)];

		if (slot->value != NULL) {
			*key = slot->key;
			*value = slot->value;
			return true;
		}
	}
	return false;
}

static uint64_t
rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void
sip_round(uint64_t v[static 4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

/* SipHash-1-3: short keys from outside must not be able to pile up in one run. */
uint64_t
map_hash(const void *data, size_t length)
{
	const unsigned char *bytes = data;
	uint64_t last = (uint64_t)length << 56;
	size_t whole = length / 8 * 8;
	uint64_t v[4];

	pthread_once(&once, make_seed);
	v[0] = seed[0] ^ UINT64_C(0x736f6d6570736575);
	v[1] = seed[1] ^ UINT64_C(0x646f72616e646f6d);
	v[2] = seed[0] ^ UINT64_C(0x6c7967656e657261);
	v[3] = seed[1] ^ UINT64_C(0x7465646279746573);
	for (size_t i = 0; i < whole; i += 8) {
		uint64_t word;

		memcpy(&word, bytes + i, sizeof(word));
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	for (size_t i = whole; i < length; i++) {
		last |= (uint64_t)bytes[i] << (8 * (i - whole));
	}
	v[3] ^= last;
	sip_round(v);
	v[0] ^= last;
	v[2] ^= 0xFF;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
