/* The numbers that have a term, ascending, as a segment of the index keeps them: the distances
 * between them, 7 bits a byte. Of more than INDEX_LIST_BLOCK a table goes before them that says
 * where each block ends, so that a search comes to old numbers without reading the newer ones.
 * Pure. The bytes are those of a file: none is believed, nothing behind their end is read. */
#ifndef KNOWLEDGE_INDEX_LIST_H
#define KNOWLEDGE_INDEX_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum { INDEX_LIST_BLOCK = 128, INDEX_VARINT_BYTES = 5 };

struct index_list {
	const uint8_t *bytes; /* of the file */
	size_t length;
	uint32_t count;
	uint32_t base; /* no number is below it */
};

/* One number; returns behind it, NULL: it is broken off or too large. */
static inline const uint8_t *
index_varint_read(const uint8_t *at, const uint8_t *end, uint32_t *out)
{
	uint32_t value = 0;

	for (unsigned shift = 0; shift < 7 * INDEX_VARINT_BYTES && at < end; shift += 7) {
		uint8_t byte = *at++;

		value |= (uint32_t)(byte & 127) << shift;
		if (byte < 128) {
			*out = value;
			return at;
		}
	}
	return NULL;
}

/* Returns how many bytes, INDEX_VARINT_BYTES at most. */
static inline size_t
index_varint_write(uint8_t *out, uint32_t value)
{
	size_t length = 0;

	while (value >= 128) {
		out[length++] = (uint8_t)(value | 128);
		value >>= 7;
	}
	out[length++] = (uint8_t)value;
	return length;
}

void
index_list_write(struct buf *out, const uint32_t *numbers, uint32_t count, uint32_t base);
/* All of them, `count` numbers; false: broken. */
bool index_list_read(const struct index_list *l, uint32_t *out);

/* From the last to the first. */
struct index_list_cursor {
	struct index_list list;
	int64_t block; /* the one that lies in numbers; -1: none yet */
	uint32_t numbers[INDEX_LIST_BLOCK];
	int64_t at;
	bool broken;
};
void index_list_begin(struct index_list_cursor *c, const struct index_list *l);
/* The largest number that is not larger than `most`, which never grows; -1: none. */
int64_t index_list_seek(struct index_list_cursor *c, int64_t most);

#endif
