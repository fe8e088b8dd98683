/* What index_memory.c and index_memory_write.c share. */
#ifndef KNOWLEDGE_INDEX_MEMORY_PRIVATE_H
#define KNOWLEDGE_INDEX_MEMORY_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "knowledge/index_memory.h"

enum {
	INDEX_CHUNK_BITS = 20, /* of bytes */
	INDEX_CHUNK_BYTES = 1 << INDEX_CHUNK_BITS,
	INDEX_SLICE_BYTES = 16, /* of the first; the last four are the place of the next */
	INDEX_SLICE_LEVELS = 8,
};

/* Places are of bytes in all chunks; records and slices begin at multiples of eight. */
struct index_record {
	uint32_t newest;
	uint32_t count; /* 0: of a head */
	uint32_t begin; /* the first slice; 0: none, `newest` is the only number */
	uint32_t end;   /* where the next byte goes */
	uint32_t alike; /* the next with the same head */
	uint16_t room;  /* bytes that the last slice still has */
	uint8_t level;  /* and its size */
	uint8_t length;
	char term[];
};

struct index_slot {
	uint32_t tag;
	uint32_t ref; /* 0: free */
};

struct index_memory {
	pthread_rwlock_t changing; /* guards all but: */
	_Atomic unsigned references;
	_Atomic uint32_t entries;
	uint32_t first;
	uint64_t seed;
	struct index_slot *slots;
	size_t capacity; /* a power of two */
	size_t count;
	uint8_t **chunks;
	size_t chunk_count;
	uint32_t used; /* bytes of the last chunk */
};

static inline void *
index_memory_at(const struct index_memory *m, uint32_t place)
{
	return m->chunks[place >> INDEX_CHUNK_BITS] + (place & (INDEX_CHUNK_BYTES - 1));
}

static inline uint32_t
index_slice_room(uint8_t level)
{
	return ((uint32_t)INDEX_SLICE_BYTES << level) - (uint32_t)sizeof(uint32_t);
}

static inline uint8_t
index_slice_above(uint8_t level)
{
	return level + 1 < INDEX_SLICE_LEVELS ? level + 1 : level;
}

/* The numbers of a record, ascending. */
struct index_slices {
	const struct index_memory *memory;
	const uint8_t *at; /* NULL: one number, without a slice */
	const uint8_t *end;
	uint32_t left;
	uint32_t number;
	uint8_t level;
};

static inline struct index_slices
index_memory_slices(const struct index_memory *m, const struct index_record *r)
{
	struct index_slices s = {.memory = m, .left = r->count, .number = m->first};

	if (r->begin == 0) {
		s.number = r->newest;
		return s;
	}
	s.at = index_memory_at(m, r->begin);
	s.end = s.at + index_slice_room(0);
	return s;
}

static inline uint8_t
index_slices_byte(struct index_slices *s)
{
	if (s->at == s->end) {
		uint32_t next;

		memcpy(&next, s->end, sizeof(next));
		s->level = index_slice_above(s->level);
		s->at = index_memory_at(s->memory, next);
		s->end = s->at + index_slice_room(s->level);
	}
	return *s->at++;
}

static inline bool
index_slices_next(struct index_slices *s, uint32_t *out)
{
	unsigned shift = 0;
	uint32_t distance = 0;
	uint8_t byte;

	if (s->left == 0) {
		return false;
	}
	s->left--;
	if (s->at != NULL) {
		do {
			byte = index_slices_byte(s);
			distance |= (uint32_t)(byte & 127) << shift;
			shift += 7;
		} while (byte >= 128);
	}
	s->number += distance;
	*out = s->number;
	return true;
}

#endif
