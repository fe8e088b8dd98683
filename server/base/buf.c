#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { CAPACITY_MIN = 64 };

void
buf_init(struct buf *b, size_t max_bytes)
{
	assert(max_bytes < SIZE_MAX / 2);
	*b = (struct buf){.max_bytes = max_bytes};
}

void
buf_fini(struct buf *b)
{
	free(b->data);
	*b = (struct buf){.max_bytes = b->max_bytes};
}

void
buf_clear(struct buf *b)
{
	b->length = 0;
	b->overflowed = false;
	if (b->data != NULL) {
		b->data[0] = '\0';
	}
}

char *
buf_take(struct buf *b)
{
	char *data = b->data != NULL ? b->data : xcalloc(1, 1);

	b->data = NULL;
	buf_fini(b);
	return data;
}

/* Makes room for `more` bytes and the NUL; false once the ceiling is reached. */
static bool
reserve(struct buf *b, size_t more)
{
	size_t needed;
	size_t capacity;

	if (b->overflowed || more > b->max_bytes - b->length) {
		b->overflowed = true;
		return false;
	}
	needed = b->length + more + 1;
	if (needed <= b->capacity) {
		return true;
	}
	capacity = b->capacity > 0 ? b->capacity * 2 : CAPACITY_MIN;
	if (capacity < needed) {
		capacity = needed;
	}
	if (capacity > b->max_bytes + 1) {
		capacity = b->max_bytes + 1;
	}
	b->data = xrealloc(b->data, capacity);
	b->capacity = capacity;
	return true;
}

void
buf_reserve(struct buf *b, size_t capacity)
{
	if (capacity <= b->max_bytes && b->capacity <= capacity) {
		b->data = xrealloc(b->data, capacity + 1);
		b->data[b->length] = '\0';
		b->capacity = capacity + 1;
	}
}

char *
buf_grow(struct buf *b, size_t length)
{
	char *start;

	if (!reserve(b, length)) {
		return NULL;
	}
	start = b->data + b->length;
	b->length += length;
	b->data[b->length] = '\0';
	return start;
}

void
buf_append(struct buf *b, const void *data, size_t length)
{
	if (length == 0 || !reserve(b, length)) {
		return;
	}
	memcpy(b->data + b->length, data, length);
	b->length += length;
	b->data[b->length] = '\0';
}

void
buf_puts(struct buf *b, const char *text)
{
	buf_append(b, text, strlen(text));
}

void
buf_putc(struct buf *b, char c)
{
	if (!reserve(b, 1)) {
		return;
	}
	b->data[b->length++] = c;
	b->data[b->length] = '\0';
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	char small[256];
	va_list args;
	va_list again;
	int length;

	va_start(args, fmt);
	va_copy(again, args);
	length = vsnprintf(small, sizeof(small), fmt, args);
	va_end(args);
	assert(length >= 0);
	if ((size_t)length < sizeof(small)) {
		buf_append(b, small, (size_t)length);
	} else if (reserve(b, (size_t)length)) {
		vsnprintf(b->data + b->length, (size_t)length + 1, fmt, again);
		b->length += (size_t)length;
	}
	va_end(again);
}
