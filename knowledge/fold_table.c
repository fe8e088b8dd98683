#include "knowledge/fold_table.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "knowledge/utf8_step.h"

/* C17 has no #embed: the assembler takes the file in, seen from the root of the tree. */
__asm__(".section .rodata\nknowledge_fold_tsv:\n"
		".incbin \"knowledge/tables/fold.tsv\"\n.byte 0\n.previous\n");
extern const char knowledge_fold_tsv[];

enum { TARGETS_MAX = 16384, POOL_SIZE = 1 << 17, BLOCKS_MAX = 1024 };

static struct fold_table table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

struct filling {
	char *pool; /* the bytes of all targets */
	size_t pool_used;
	size_t targets;
	size_t blocks; /* the first has nothing but FOLD_SAME and stands for all untouched */
};

static void
set_entry(struct filling *f, uint32_t character, uint16_t entry)
{
	uint16_t *block = &table.block[character >> FOLD_BLOCK_BITS];

	if (*block == 0) {
		assert(f->blocks < BLOCKS_MAX);
		*block = (uint16_t)f->blocks++;
	}
	table.entry[*block * FOLD_BLOCK_SIZE + (character & (FOLD_BLOCK_SIZE - 1))] = entry;
}

/* The right half of a line: hex numbers, or a mark. */
static uint16_t
read_target(struct filling *f, const char *s)
{
	struct fold_target *target = &table.target[f->targets];

	switch (*s) {
	case '-':
		return FOLD_NOTHING;
	case '_':
		return FOLD_SPACE;
	case '+':
		return FOLD_MELTS;
	}
	target->text = f->pool + f->pool_used;
	while (*s != '\n') {
		char *end;
		uint32_t character = (uint32_t)strtoul(s, &end, 16);

		f->pool_used += utf8_put(f->pool + f->pool_used, character);
		s = *end == ' ' ? end + 1 : end;
	}
	target->length = (uint32_t)(f->pool + f->pool_used - target->text);
	assert(f->pool_used + 64 < POOL_SIZE && f->targets + 1 < TARGETS_MAX);
	return (uint16_t)f->targets++;
}

static void
read_line(struct filling *f, const char *s)
{
	char *end;
	uint32_t first = (uint32_t)strtoul(s, &end, 16);
	uint32_t last = first;
	uint16_t entry;

	if (*end == '.') {
		last = (uint32_t)strtoul(end + 2, &end, 16);
	}
	entry = read_target(f, end + 1);
	for (uint32_t character = first; character <= last; character++) {
		set_entry(f, character, entry);
	}
}

static void
fill(void)
{
	struct filling f = {.targets = FOLD_TARGETS, .blocks = 1};
	const char *line = knowledge_fold_tsv;

	f.pool = xmalloc(POOL_SIZE);
	table.target = xcalloc(TARGETS_MAX, sizeof(*table.target));
	table.entry = xcalloc(BLOCKS_MAX * FOLD_BLOCK_SIZE, sizeof(*table.entry));
	while (*line != '\0') {
		if (*line != '#') {
			read_line(&f, line);
		}
		line = strchr(line, '\n') + 1;
	}
	for (uint32_t character = 0; character < 128; character++) {
		uint16_t entry = fold_entry(&table, character);

		table.ascii[character] = entry == FOLD_SAME ? (uint8_t)character
			: entry == FOLD_SPACE                   ? (uint8_t)' '
								  : (uint8_t)table.target[entry].text[0];
	}
}

const struct fold_table *
fold_table(void)
{
	pthread_once(&once, fill);
	return &table;
}
