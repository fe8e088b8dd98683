/* A chain of blocks, newest first. Small requests are cut from the newest block; one that
 * would waste much of it gets a block of its own behind, so that the newest stays in use. */
#include "base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_BYTES = 1920,          /* a message fits on its way through the store */
	BLOCK_BYTES = 8 * 1024 - 64, /* leaves the allocator its header within two pages */
	LARGE_BYTES = 2 * 1024,
	ALIGNMENT = _Alignof(max_align_t),
};

struct block {
	struct block *older;
	size_t used;
	size_t capacity;
	_Alignas(max_align_t) unsigned char data[];
};

/* One piece of memory with its first block. */
struct arena {
	struct block *newest;
	struct block first;
};

static struct block *
block_create(size_t capacity)
{
	struct block *b = xmalloc(sizeof(*b) + capacity);

	b->older = NULL;
	b->used = 0;
	b->capacity = capacity;
	return b;
}

struct arena *
arena_create(void)
{
	struct arena *a = xmalloc(sizeof(*a) + FIRST_BYTES);

	a->first.older = NULL;
	a->first.used = 0;
	a->first.capacity = FIRST_BYTES;
	a->newest = &a->first;
	return a;
}

void
arena_reset(struct arena *a)
{
	struct block *b = a->newest;

	while (b != NULL) {
		struct block *older = b->older;

		if (b != &a->first) {
			free(b);
		}
		b = older;
	}
	a->first.older = NULL;
	a->first.used = 0;
	a->newest = &a->first;
}

void
arena_destroy(struct arena *a)
{
	if (a == NULL) {
		return;
	}
	arena_reset(a);
	free(a);
}

static struct block *
block_for(struct arena *a, size_t size)
{
	struct block *b = a->newest;

	if (b->capacity - b->used >= size) {
		return b;
	}
	if (size > LARGE_BYTES) {
		b = block_create(size);
		b->older = a->newest->older;
		a->newest->older = b;
		return b;
	}
	b = block_create(BLOCK_BYTES);
	b->older = a->newest;
	a->newest = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct block *b;
	void *p;

	if (size > SIZE_MAX / 2) {
		abort();
	}
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (size == 0) {
		size = ALIGNMENT;
	}
	b = block_for(a, size);
	p = b->data + b->used;
	b->used += size;
	return memset(p, 0, size);
}

char *
arena_strndup(struct arena *a, const char *text, size_t length)
{
	char *copy = arena_alloc(a, length + 1);

	if (length > 0) {
		memcpy(copy, text, length);
	}
	return copy;
}

char *
arena_strdup(struct arena *a, const char *text)
{
	return arena_strndup(a, text, strlen(text));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list args;
	va_list again;
	char *text;
	int length;

	va_start(args, fmt);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (length < 0) {
		abort();
	}
	text = arena_alloc(a, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, fmt, again);
	va_end(again);
	return text;
}

void *
xmalloc(size_t size)
{
	return xrealloc(NULL, size);
}

void *
xcalloc(size_t count, size_t size)
{
	void *p = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

	if (p == NULL) {
		abort();
	}
	return p;
}

void *
xrealloc(void *p, size_t size)
{
	void *grown = realloc(p, size > 0 ? size : 1);

	if (grown == NULL) {
		abort();
	}
	return grown;
}

char *
xstrdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(xmalloc(size), text, size);
}
