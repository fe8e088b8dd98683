/* What becomes of each character, from knowledge/tables/fold.tsv, which is built in. Made once,
 * by the first who asks; immutable then; any thread reads. For knowledge/fold.c. */
#ifndef KNOWLEDGE_FOLD_TABLE_H
#define KNOWLEDGE_FOLD_TABLE_H

#include <stdint.h>

#define FOLD_BLOCK_BITS 7
#define FOLD_BLOCK_SIZE (1u << FOLD_BLOCK_BITS)
#define FOLD_BLOCKS (0x110000u >> FOLD_BLOCK_BITS)

/* Kinds of entries; from FOLD_TARGETS on: the number of a target. */
enum {
	FOLD_SAME = 0,
	FOLD_NOTHING, /* left out */
	FOLD_SPACE,
	FOLD_MELTS, /* may melt into what is before it: normalised together with that */
	FOLD_TARGETS,
};

struct fold_target {
	const char *text; /* UTF-8, not terminated */
	uint32_t length;
};

struct fold_table {
	uint16_t block[FOLD_BLOCKS];
	uint16_t *entry; /* blocks of FOLD_BLOCK_SIZE */
	struct fold_target *target;
	uint8_t ascii[128]; /* what each becomes; none of them melts or vanishes */
};

const struct fold_table *fold_table(void);

static inline uint16_t
fold_entry(const struct fold_table *t, uint32_t character)
{
	return t->entry[(uint32_t)t->block[character >> FOLD_BLOCK_BITS] * FOLD_BLOCK_SIZE +
		(character & (FOLD_BLOCK_SIZE - 1))];
}

#endif
