/* A growing byte buffer with a ceiling from birth. Once an append would pass the ceiling
 * nothing more is appended and `overflowed` stays set; check it once at the end. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* always followed by a NUL when length > 0 */
	size_t length;
	size_t capacity;
	size_t max_bytes;
	bool overflowed;
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_fini(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory */
char *buf_take(struct buf *b); /* hands the malloc'ed bytes over, leaves b empty */
void buf_reserve(struct buf *b, size_t capacity); /* a guess at what will be needed */
char *buf_grow(struct buf *b, size_t length); /* buf_extend, when there is no room yet */
/* `length` more bytes, for the caller to fill in; NULL when they pass the ceiling. Inline, as
 * a frame is written in a hundred pieces. */
static inline char *
buf_extend(struct buf *b, size_t length)
{
	char *start;

	if (b->overflowed || length >= b->capacity - b->length) {
		return buf_grow(b, length);
	}
	start = b->data + b->length;
	b->length += length;
	start[length] = '\0';
	return start;
}

/* Where `length` more bytes would lie, or NULL when there is no room for them yet; buf_end says
 * how far they were needed. */
static inline char *
buf_room(struct buf *b, size_t length)
{
	return b->overflowed || length >= b->capacity - b->length ? NULL
															  : b->data + b->length;
}

static inline void
buf_end(struct buf *b, char *end)
{
	*end = '\0';
	b->length = (size_t)(end - b->data);
}

void buf_append(struct buf *b, const void *data, size_t length);
void buf_puts(struct buf *b, const char *text);
void buf_putc(struct buf *b, char c);
void
buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
