/* The automaton's shape, between building (automaton_build.c) and reading (automaton.c).
 *
 * A trie of characters in a double array: the child of the state at cell s by the character of
 * code c is cell `base + c`, if that says it belongs to s. A character that is in no word has
 * the code 0. `fail` is the state of the longest proper suffix that is also in the trie, `out`
 * the nearest state along those, itself included, where a word ends. Cell 0 is the root. */
#ifndef KNOWLEDGE_AUTOMATON_INTERNAL_H
#define KNOWLEDGE_AUTOMATON_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#define AUTOMATON_NONE UINT32_MAX
#define CODE_PAGE_BITS 8
#define CODE_PAGE_SIZE (1u << CODE_PAGE_BITS)
#define CODE_PAGES (0x110000u >> CODE_PAGE_BITS)
#define CODES_MAX 65536u

struct automaton_cell {
	uint32_t base;
	uint32_t parent; /* AUTOMATON_NONE: not in use */
	uint32_t fail;
	uint32_t out; /* 0: no word ends here */
};

struct automaton_word {
	uint32_t word;
	uint32_t length; /* bytes */
};

struct automaton {
	struct automaton_cell
		*cell; /* so many more behind the last that base + code is inside */
	size_t cell_count;
	struct automaton_word *word; /* by cell */
	uint16_t page[CODE_PAGES];   /* page 0 has no codes */
	uint16_t *code;
	size_t page_count;
};

static inline uint32_t
automaton_code(const struct automaton *a, uint32_t character)
{
	return a->code[(uint32_t)a->page[character >> CODE_PAGE_BITS] * CODE_PAGE_SIZE +
		(character & (CODE_PAGE_SIZE - 1))];
}

#endif
