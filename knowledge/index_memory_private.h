/* What index_memory.c and index_memory_write.c share. */
#ifndef KNOWLEDGE_INDEX_MEMORY_PRIVATE_H
#define KNOWLEDGE_INDEX_MEMORY_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "knowledge/index_memory.h"

enum { INDEX_CHUNK_UNITS = 128 * 1024 }; /* of 8 bytes */

struct index_record {
	uint32_t newest;
	uint32_t count; /* 0: of a head */
	uint32_t begin; /* the first slice; 0: none, `newest` is the only number */
	uint32_t slice; /* the last one */
	uint32_t alike; /* the next with the same head */
	uint16_t used;  /* bytes of the last slice */
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
	uint32_t used; /* units of the last chunk */
};

void *index_memory_at(const struct index_memory *m, uint32_t ref);

/* The numbers of a record, ascending. */
struct index_slices {
	const struct index_memory *memory;
	const uint8_t *at; /* NULL: one number, without a slice */
	const uint8_t *end;
	uint32_t left;
	uint32_t number;
	uint8_t level;
};
struct index_slices
index_memory_slices(const struct index_memory *m, const struct index_record *r);
bool index_slices_next(struct index_slices *s, uint32_t *out);

#endif
