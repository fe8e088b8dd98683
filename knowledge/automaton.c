#include "knowledge/automaton.h"

#include <stdlib.h>

#include "knowledge/automaton_internal.h"
#include "knowledge/utf8_step.h"

void
automaton_destroy(struct automaton *a)
{
	if (a == NULL) {
		return;
	}
	free(a->cell);
	free(a->word);
	free(a->code);
	free(a);
}

size_t
automaton_bytes(const struct automaton *a)
{
	return sizeof(*a) + a->cell_count * (sizeof(*a->cell) + sizeof(*a->word)) +
		a->page_count * CODE_PAGE_SIZE * sizeof(*a->code);
}

/* The state after `code`: by the suffixes, longest first, until one of them goes on. */
static uint32_t
follow(const struct automaton_cell *cell, uint32_t state, uint32_t code)
{
	for (;;) {
		uint32_t next = cell[state].base + code;

		if (cell[next].parent == state) {
			return next;
		}
		if (state == 0) {
			return 0;
		}
		state = cell[state].fail;
	}
}

void
automaton_scan(const struct automaton *a, const char *text, size_t length,
	automaton_found found, void *context)
{
	const struct automaton_cell *cell = a->cell;
	uint32_t state = 0;
	size_t at = 0;

	while (at < length) {
		uint32_t code = automaton_code(a, utf8_next(text, &at));

		if (code == 0) {
			state = 0;
			continue;
		}
		state = follow(cell, state, code);
		for (uint32_t out = cell[state].out; out != 0; out = cell[cell[out].fail].out) {
			found(context, a->word[out].word, at - a->word[out].length, at);
		}
	}
}
