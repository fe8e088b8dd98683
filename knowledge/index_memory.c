/* A hash table of terms. Each has its newest number, and the distances between all of them in
 * slices that double in size, so that rare terms take little room and frequent ones few slices.
 * Terms and slices lie in chunks and are known by 32-bit places; the table has 8 bytes a term.
 *
 * A search for the beginning of terms goes along a chain: terms with the same head (index_head)
 * hang on a record of the head's own, which has no numbers. */
#include "knowledge/index_memory.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"
#include "knowledge/index_memory_private.h"

enum {
	TABLE_START = 4096,
	FULL_ENTRIES = 64 * 1024,
	FULL_CHUNKS = 64,
	AHEAD = 32,
	MARK_HEAD = '\4', /* no term begins with it */
};

static uint32_t
take(struct index_memory *m, size_t bytes)
{
	uint32_t place;

	bytes = (bytes + 7) & ~(size_t)7;
	if (m->chunk_count == 0 || m->used + bytes > INDEX_CHUNK_BYTES) {
		m->chunks = xrealloc(m->chunks, (m->chunk_count + 1) * sizeof(*m->chunks));
		m->chunks[m->chunk_count++] = xmalloc(INDEX_CHUNK_BYTES);
		m->used = m->chunk_count == 1 ? 8 : 0; /* 0 stands for nothing */
	}
	place = (uint32_t)((m->chunk_count - 1) << INDEX_CHUNK_BITS) + m->used;
	m->used += (uint32_t)bytes;
	return place;
}

/* --- life --------------------------------------------------------------------------------- */

struct index_memory *
index_memory_create(uint32_t first)
{
	struct index_memory *m = xcalloc(1, sizeof(*m));
	pthread_rwlockattr_t kind;

	/* Who searches without a pause must not keep the feeder out for ever. */
	pthread_rwlockattr_init(&kind);
	pthread_rwlockattr_setkind_np(&kind, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&m->changing, &kind);
	pthread_rwlockattr_destroy(&kind);
	m->first = first;
	m->references = 1;
	m->capacity = TABLE_START;
	m->slots = xcalloc(m->capacity, sizeof(*m->slots));
	random_bytes(&m->seed, sizeof(m->seed));
	return m;
}

struct index_memory *
index_memory_get(struct index_memory *m)
{
	m->references++;
	return m;
}

void
index_memory_put(struct index_memory *m)
{
	if (m == NULL || --m->references > 0) {
		return;
	}
	for (size_t i = 0; i < m->chunk_count; i++) {
		free(m->chunks[i]);
	}
	free(m->chunks);
	free(m->slots);
	pthread_rwlock_destroy(&m->changing);
	free(m);
}

uint32_t
index_memory_first(const struct index_memory *m)
{
	return m->first;
}

uint32_t
index_memory_entries(const struct index_memory *m)
{
	return m->entries;
}

bool
index_memory_full(const struct index_memory *m)
{
	return m->entries >= FULL_ENTRIES || m->chunk_count > FULL_CHUNKS;
}

/* --- the table ---------------------------------------------------------------------------- */

static uint64_t
load_64(const char *bytes)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static uint64_t
load_32(const char *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

/* Seeded: nobody can write texts whose terms all fall into one place. */
static inline uint32_t
hash(const struct index_memory *m, const char *term, size_t length)
{
	const uint64_t factor = UINT64_C(0x9fb21c651e98df25);
	uint64_t h = m->seed ^ length * factor;

	for (; length > 8; term += 8, length -= 8) {
		h = (h ^ load_64(term)) * factor;
		h ^= h >> 32;
	}
	if (length >= 4) {
		h ^= load_32(term) | load_32(term + length - 4) << 32;
	} else if (length > 0) {
		h ^= (uint64_t)(uint8_t)term[0] | (uint64_t)(uint8_t)term[length / 2] << 8 |
			(uint64_t)(uint8_t)term[length - 1] << 16;
	}
	h *= factor;
	h ^= h >> 32;
	h *= factor;
	return (uint32_t)(h >> 32);
}

static inline bool
same(const char *a, const char *b, size_t length)
{
	if (length < 4) {
		return memcmp(a, b, length) == 0;
	}
	if (length < 8) {
		return load_32(a) == load_32(b) &&
			load_32(a + length - 4) == load_32(b + length - 4);
	}
	for (size_t i = 0; i + 8 < length; i += 8) {
		if (load_64(a + i) != load_64(b + i)) {
			return false;
		}
	}
	return load_64(a + length - 8) == load_64(b + length - 8);
}

static inline struct index_slot *
slot_of(const struct index_memory *m, uint32_t tag, const char *term, size_t length)
{
	size_t at = tag & (m->capacity - 1);

	for (; m->slots[at].ref != 0; at = (at + 1) & (m->capacity - 1)) {
		const struct index_record *r;

		if (m->slots[at].tag != tag) {
			continue;
		}
		r = index_memory_at(m, m->slots[at].ref);
		if (r->length == length && same(r->term, term, length)) {
			break;
		}
	}
	return &m->slots[at];
}

static void
grow(struct index_memory *m)
{
	struct index_slot *old = m->slots;
	size_t count = m->capacity;

	m->capacity *= 2;
	m->slots = xcalloc(m->capacity, sizeof(*m->slots));
	for (size_t i = 0; i < count; i++) {
		size_t at = old[i].tag & (m->capacity - 1);

		if (old[i].ref == 0) {
			continue;
		}
		while (m->slots[at].ref != 0) {
			at = (at + 1) & (m->capacity - 1);
		}
		m->slots[at] = old[i];
	}
	free(old);
}

static uint32_t
add_record(struct index_memory *m, struct index_slot *slot, uint32_t tag,
	const char *term, size_t length)
{
	uint32_t ref = take(m, sizeof(struct index_record) + length);
	struct index_record *r = index_memory_at(m, ref);

	*r = (struct index_record){.length = (uint8_t)length};
	memcpy(r->term, term, length);
	*slot = (struct index_slot){tag, ref};
	if (++m->count * 2 > m->capacity) {
		grow(m);
	}
	return ref;
}

static const struct index_record *
find_record(const struct index_memory *m, const char *term, size_t length)
{
	const struct index_slot *slot = slot_of(m, hash(m, term, length), term, length);

	return slot->ref != 0 ? index_memory_at(m, slot->ref) : NULL;
}

static size_t
head_key(const char *term, size_t length, char out[static INDEX_TERM_BYTES])
{
	out[0] = MARK_HEAD;
	memcpy(out + 1, term, length);
	return length + 1;
}

static void
hang_on_head(struct index_memory *m, uint32_t ref, const char *term, size_t head)
{
	char key[INDEX_TERM_BYTES];
	size_t length = head_key(term, head, key);
	uint32_t tag = hash(m, key, length);
	struct index_slot *slot = slot_of(m, tag, key, length);
	uint32_t at = slot->ref != 0 ? slot->ref : add_record(m, slot, tag, key, length);
	struct index_record *of_head = index_memory_at(m, at);
	struct index_record *r = index_memory_at(m, ref);

	r->alike = of_head->alike;
	of_head->alike = ref;
}

/* --- adding ------------------------------------------------------------------------------- */

static void
add_slice(struct index_memory *m, struct index_record *r)
{
	uint8_t level = r->begin != 0 ? index_slice_above(r->level) : 0;
	uint32_t slice = take(m, (size_t)INDEX_SLICE_BYTES << level);

	if (r->begin == 0) {
		r->begin = slice;
	} else {
		memcpy(index_memory_at(m, r->end), &slice, sizeof(slice));
	}
	r->end = slice;
	r->level = level;
	r->room = (uint16_t)index_slice_room(level);
}

static inline void
put_byte(struct index_memory *m, struct index_record *r, uint8_t byte)
{
	if (r->room == 0) {
		add_slice(m, r);
	}
	*(uint8_t *)index_memory_at(m, r->end) = byte;
	r->end++;
	r->room--;
}

static inline void
put_distance(struct index_memory *m, struct index_record *r, uint32_t distance)
{
	for (; distance >= 128; distance >>= 7) {
		put_byte(m, r, (uint8_t)(distance | 128));
	}
	put_byte(m, r, (uint8_t)distance);
}

/* One term that comes; the memory that it needs is fetched while those before it are added. */
struct coming {
	const char *term;
	uint32_t tag;
	uint32_t length;
	char copy[INDEX_PREFIX_BYTES]; /* of what is no piece of the text */
};

struct adding {
	struct index_memory *memory;
	uint32_t number;
	uint32_t count;
	struct coming coming[AHEAD];
};

static __attribute__((noinline)) void
add_new(struct index_memory *m, struct index_slot *slot, const struct coming *c,
	uint32_t number)
{
	uint32_t ref = add_record(m, slot, c->tag, c->term, c->length);
	size_t head = index_head(c->term, c->length);
	struct index_record *r = index_memory_at(m, ref);

	r->newest = number;
	r->count = 1;
	if (head > 0) {
		hang_on_head(m, ref, c->term, head);
	}
}

static void
add_term(struct index_memory *m, const struct coming *c, uint32_t number)
{
	struct index_slot *slot = slot_of(m, c->tag, c->term, c->length);
	struct index_record *r;

	if (slot->ref == 0) {
		add_new(m, slot, c, number);
		return;
	}
	r = index_memory_at(m, slot->ref);
	if (r->newest == number) {
		return;
	}
	if (r->count == 1) {
		put_distance(m, r, r->newest - m->first);
	}
	put_distance(m, r, number - r->newest);
	r->newest = number;
	r->count++;
}

static void
add_coming(struct adding *a)
{
	const struct index_memory *m = a->memory;

	for (uint32_t i = 0; i < a->count; i++) {
		const struct index_slot *slot = &m->slots[a->coming[i].tag & (m->capacity - 1)];

		if (slot->ref != 0) {
			__builtin_prefetch(index_memory_at(m, slot->ref), 1);
		}
	}
	for (uint32_t i = 0; i < a->count; i++) {
		add_term(a->memory, &a->coming[i], a->number);
	}
	a->count = 0;
}

static int
take_term(void *ctx, const char *term, size_t length)
{
	struct adding *a = ctx;
	struct coming *c = &a->coming[a->count++];

	c->tag = hash(a->memory, term, length);
	c->length = (uint32_t)length;
	c->term = term;
	if (term[0] == INDEX_MARK_PREFIX) {
		memcpy(c->copy, term, length);
		c->term = c->copy;
	}
	__builtin_prefetch(&a->memory->slots[c->tag & (a->memory->capacity - 1)]);
	if (a->count == AHEAD) {
		add_coming(a);
	}
	return 0;
}

void
index_memory_add(struct index_memory *m, uint32_t number, uint64_t timeline,
	const char *text, size_t length)
{
	struct adding a;
	char customer[INDEX_CUSTOMER_BYTES];

	assert(number >= m->first);
	a.memory = m;
	a.number = number;
	a.count = 0;
	index_customer_term(timeline, customer);
	pthread_rwlock_wrlock(&m->changing);
	(void)take_term(&a, customer, sizeof(customer));
	(void)index_terms(text, length, take_term, &a);
	add_coming(&a);
	m->entries++;
	pthread_rwlock_unlock(&m->changing);
}

/* --- reading ------------------------------------------------------------------------------ */

static void
put_numbers(const struct index_memory *m, const struct index_record *r,
	struct index_bits *out)
{
	struct index_slices s = index_memory_slices(m, r);
	uint32_t number;

	while (index_slices_next(&s, &number)) {
		index_bits_set(out, number);
	}
}

static void
put_beginning(const struct index_memory *m, const char *term, size_t length,
	struct index_bits *out)
{
	char key[INDEX_TERM_BYTES] = {0};
	size_t head = index_head(term, length);
	const struct index_record *r;

	head = head_key(term, head > 0 ? head : length, key);
	r = find_record(m, key, head);
	for (uint32_t ref = r != NULL ? r->alike : 0; ref != 0; ref = r->alike) {
		r = index_memory_at(m, ref);
		if (r->length >= length && memcmp(r->term, term, length) == 0) {
			put_numbers(m, r, out);
		}
	}
}

void
index_memory_search(struct index_memory *m, const char *term, size_t length, bool begins,
	struct index_bits *out)
{
	pthread_rwlock_rdlock(&m->changing);
	if (begins) {
		put_beginning(m, term, length, out);
	} else {
		const struct index_record *r = find_record(m, term, length);

		if (r != NULL) {
			put_numbers(m, r, out);
		}
	}
	pthread_rwlock_unlock(&m->changing);
}
