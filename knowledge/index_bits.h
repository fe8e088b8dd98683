/* A set of numbers [first, upto), a bit each. */
#ifndef KNOWLEDGE_INDEX_BITS_H
#define KNOWLEDGE_INDEX_BITS_H

#include <stdint.h>

struct index_bits {
	uint64_t *words; /* (upto - first) / 64 + 1 */
	uint32_t first;
	uint32_t upto;
};

static inline void
index_bits_set(struct index_bits *b, uint32_t number)
{
	uint32_t place = number - b->first;

	if (number >= b->first && number < b->upto) {
		b->words[place / 64] |= UINT64_C(1) << place % 64;
	}
}

/* The largest number that is in and not larger than `most`; -1: none. */
static inline int64_t
index_bits_seek(const struct index_bits *b, int64_t most)
{
	int64_t place = (most < (int64_t)b->upto ? most : (int64_t)b->upto - 1) - b->first;
	uint64_t word;

	if (place < 0) {
		return -1;
	}
	word = b->words[place / 64] & UINT64_MAX >> (63 - place % 64);
	for (place /= 64; word == 0; word = b->words[place]) {
		if (place-- == 0) {
			return -1;
		}
	}
	return (int64_t)b->first + place * 64 + 63 - __builtin_clzll(word);
}

#endif
