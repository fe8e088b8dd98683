/* The first block is aligned to its size, so that it is found from the root of the document,
 * which jansson makes before anything that is in it. Each thread keeps one first block. */
#include "base/json_memory.h"

#include <assert.h>
#include <jansson.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"

enum {
	BLOCK_BYTES = 4096,
	LARGE_BYTES = 1024, /* gets a block of its own */
	ALIGNMENT = _Alignof(max_align_t),
};

struct json_memory {
	struct json_memory *next; /* further blocks, in the first block only */
	size_t used;
	_Alignas(max_align_t) unsigned char data[];
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t spare_key;
static _Thread_local struct json_memory *first;  /* while a document is built */
static _Thread_local struct json_memory *newest; /* where the next piece is cut from */

static struct json_memory *
block_create(void)
{
	struct json_memory *m = aligned_alloc(BLOCK_BYTES, BLOCK_BYTES);

	if (m == NULL) {
		abort();
	}
	return m;
}

static struct json_memory *
link_block(size_t size)
{
	struct json_memory *m = xmalloc(size);

	m->next = first->next;
	m->used = 0;
	first->next = m;
	return m;
}

static void *
allocate(size_t size)
{
	void *piece;

	if (first == NULL) {
		return malloc(size);
	}
	if (size > LARGE_BYTES) {
		return size < SIZE_MAX / 2 ? link_block(sizeof(*first) + size)->data : NULL;
	}
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (BLOCK_BYTES - sizeof(*newest) - newest->used < size) {
		newest = link_block(BLOCK_BYTES);
	}
	piece = newest->data + newest->used;
	newest->used += size;
	return piece;
}

/* Documents are freed whole. */
static void
release(void *piece)
{
	if (first == NULL) {
		free(piece);
	}
}

static void
set_up(void)
{
	if (pthread_key_create(&spare_key, free) != 0) {
		abort();
	}
	json_set_alloc_funcs(allocate, release);
}

void
json_memory_begin(void)
{
	assert(first == NULL);
	pthread_once(&once, set_up);
	first = pthread_getspecific(spare_key);
	if (first == NULL) {
		first = block_create();
	} else {
		(void)pthread_setspecific(spare_key, NULL);
	}
	first->next = NULL;
	first->used = 0;
	newest = first;
}

struct json_memory *
json_memory_end(void)
{
	struct json_memory *m = first;

	first = NULL;
	newest = NULL;
	return m;
}

struct json_memory *
json_memory_of(const void *root)
{
	return (struct json_memory *)((uintptr_t)root & ~(uintptr_t)(BLOCK_BYTES - 1));
}

void
json_memory_free(struct json_memory *m)
{
	struct json_memory *further = m->next;

	while (further != NULL) {
		struct json_memory *next = further->next;

		free(further);
		further = next;
	}
	if (pthread_getspecific(spare_key) != NULL ||
		pthread_setspecific(spare_key, m) != 0) {
		free(m);
	}
}
