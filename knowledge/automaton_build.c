/* Building: codes for the characters, the more frequent the smaller; a trie by hashing (parent,
 * code); its nodes by depth into the double array, where a bitmap of taken cells tells 64 places
 * at once whether all children fit; at last the suffixes, from the root down. */
#include "knowledge/automaton.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "knowledge/automaton_internal.h"
#include "knowledge/utf8_step.h"

enum { FIT_CLASSES = 32 };

struct node {
	uint32_t parent; /* a node */
	uint32_t cell;
	uint32_t word;
	uint16_t code;
	uint16_t depth;
};

struct building {
	struct automaton *result;
	const struct slice *words;
	size_t count;
	uint32_t *same;
	uint32_t code_count;
	struct node *node;
	size_t node_count;
	size_t node_max;
	uint16_t depth_max;
	uint32_t *slot; /* hash: numbers of nodes, 0 empty */
	size_t slot_mask;
	uint32_t *order; /* nodes by depth */
	uint32_t *first; /* of each node: where its children begin in `child` */
	uint32_t *child;
	uint64_t *taken; /* a bit a cell */
	size_t taken_words;
	size_t free_from;             /* cells below are taken */
	size_t fit_from[FIT_CLASSES]; /* where to look first, by the number of children */
	size_t highest_base;
};

static void
building_fini(struct building *b)
{
	free(b->node);
	free(b->slot);
	free(b->order);
	free(b->first);
	free(b->child);
	free(b->taken);
}

/* ---- Codes ------------------------------------------------------------------------------ */

struct seen {
	uint32_t character;
	uint32_t times;
};

static int
by_times(const void *a, const void *b)
{
	const struct seen *x = a;
	const struct seen *y = b;

	if (x->times != y->times) {
		return x->times > y->times ? -1 : 1;
	}
	return x->character < y->character ? -1 : x->character > y->character;
}

static void
set_code(struct automaton *a, uint32_t character, uint16_t code)
{
	uint16_t *page = &a->page[character >> CODE_PAGE_BITS];

	if (*page == 0) {
		a->code = xrealloc(a->code,
			(a->page_count + 1) * CODE_PAGE_SIZE * sizeof(*a->code));
		memset(a->code + a->page_count * CODE_PAGE_SIZE, 0,
			CODE_PAGE_SIZE * sizeof(*a->code));
		*page = (uint16_t)a->page_count++;
	}
	a->code[*page * CODE_PAGE_SIZE + (character & (CODE_PAGE_SIZE - 1))] = code;
}

/* Counts the characters; their codes are in the order of arrival meanwhile. */
static enum err
count_characters(struct building *b, struct seen *seen, size_t *count, struct error *e)
{
	size_t bytes = 0;

	for (size_t i = 0; i < b->count; i++) {
		bytes += b->words[i].length;
		for (size_t at = 0; at < b->words[i].length; b->node_max++) {
			uint32_t character = utf8_next(b->words[i].data, &at);
			uint32_t code = automaton_code(b->result, character);

			if (code == 0) {
				if (*count == CODES_MAX) {
					return error_set(e, ERR_INVALID, "too many different characters");
				}
				code = (uint32_t)(*count)++;
				seen[code].character = character;
				set_code(b->result, character, (uint16_t)code);
			}
			seen[code].times++;
		}
		if (bytes > AUTOMATON_BYTES_MAX) {
			return error_set(e, ERR_INVALID, "too many words");
		}
	}
	return ERR_OK;
}

static enum err
give_codes(struct building *b, struct error *e)
{
	struct seen *seen = xcalloc(CODES_MAX, sizeof(*seen));
	size_t count = 1; /* 0: in no word */
	enum err err;

	b->result->code = xcalloc(CODE_PAGE_SIZE, sizeof(*b->result->code));
	b->result->page_count = 1;
	err = count_characters(b, seen, &count, e);
	if (err == ERR_OK) {
		qsort(seen + 1, count - 1, sizeof(*seen), by_times);
		for (size_t i = 1; i < count; i++) {
			set_code(b->result, seen[i].character, (uint16_t)i);
		}
		b->code_count = (uint32_t)count;
	}
	free(seen);
	return err;
}

/* ---- Trie ------------------------------------------------------------------------------- */

static uint32_t
child_of(struct building *b, uint32_t parent, uint16_t code)
{
	uint64_t key = ((uint64_t)parent << 16 | code) * UINT64_C(0x9E3779B97F4A7C15);
	size_t at = (size_t)(key >> 20) & b->slot_mask;

	while (b->slot[at] != 0) {
		const struct node *n = &b->node[b->slot[at]];

		if (n->parent == parent && n->code == code) {
			return b->slot[at];
		}
		at = (at + 1) & b->slot_mask;
	}
	b->node[b->node_count] = (struct node){.parent = parent,
		.code = code,
		.depth = (uint16_t)(b->node[parent].depth + 1),
		.word = AUTOMATON_NONE};
	if (b->node[b->node_count].depth > b->depth_max) {
		b->depth_max = b->node[b->node_count].depth;
	}
	b->slot[at] = (uint32_t)b->node_count;
	return (uint32_t)b->node_count++;
}

static void
add_word(struct building *b, uint32_t index)
{
	const struct slice *word = &b->words[index];
	uint32_t at_node = 0;

	assert(word->length > 0 && word->length < UINT16_MAX);
	for (size_t at = 0; at < word->length;) {
		uint32_t character = utf8_next(word->data, &at);

		at_node = child_of(b, at_node, (uint16_t)automaton_code(b->result, character));
	}
	if (b->node[at_node].word == AUTOMATON_NONE) {
		b->node[at_node].word = index;
	}
	b->same[index] = b->node[at_node].word;
}

static void
make_trie(struct building *b)
{
	size_t slots = 1024;

	while (slots < b->node_max * 2) {
		slots *= 2;
	}
	b->slot = xcalloc(slots, sizeof(*b->slot));
	b->slot_mask = slots - 1;
	b->node = xcalloc(b->node_max + 1, sizeof(*b->node));
	b->node[0] = (struct node){.parent = AUTOMATON_NONE, .word = AUTOMATON_NONE};
	b->node_count = 1;
	for (size_t i = 0; i < b->count; i++) {
		add_word(b, (uint32_t)i);
	}
	free(b->slot);
	b->slot = NULL;
}

/* Nodes by depth, and each node's children together. Children have higher numbers than their
 * parent; counting twice sorts both. */
static void
make_orders(struct building *b)
{
	uint32_t *place = xcalloc((size_t)b->depth_max + 2, sizeof(*place));

	b->order = xcalloc(b->node_count, sizeof(*b->order));
	b->first = xcalloc(b->node_count + 1, sizeof(*b->first));
	b->child = xcalloc(b->node_count, sizeof(*b->child));
	for (size_t i = 0; i < b->node_count; i++) {
		place[b->node[i].depth + 1]++;
	}
	for (size_t i = 1; i <= b->depth_max; i++) {
		place[i] += place[i - 1];
	}
	for (size_t i = 0; i < b->node_count; i++) {
		b->order[place[b->node[i].depth]++] = (uint32_t)i;
	}
	free(place);
	for (size_t i = 1; i < b->node_count; i++) {
		b->first[b->node[i].parent + 1]++;
	}
	for (size_t i = 0; i < b->node_count; i++) {
		b->first[i + 1] += b->first[i];
	}
	place = xcalloc(b->node_count, sizeof(*place));
	for (size_t i = 1; i < b->node_count; i++) {
		uint32_t parent = b->node[i].parent;

		b->child[b->first[parent] + place[parent]++] = (uint32_t)i;
	}
	free(place);
}

/* ---- Double array ------------------------------------------------------------------------ */

static void
need_bits(struct building *b, size_t bits)
{
	size_t words = bits / 64 + 2;

	if (words <= b->taken_words) {
		return;
	}
	words = words * 2;
	b->taken = xrealloc(b->taken, words * sizeof(*b->taken));
	memset(b->taken + b->taken_words, 0, (words - b->taken_words) * sizeof(*b->taken));
	b->taken_words = words;
}

/* 64 bits from any bit on. */
static uint64_t
bits_at(const uint64_t *bits, size_t at)
{
	size_t shift = at % 64;
	uint64_t low = bits[at / 64] >> shift;

	return shift == 0 ? low : low | bits[at / 64 + 1] << (64 - shift);
}

static size_t
first_free(struct building *b, size_t from)
{
	for (;;) {
		need_bits(b, from + 64);
		if (bits_at(b->taken, from) != UINT64_MAX) {
			return from + (size_t)__builtin_ctzll(~bits_at(b->taken, from));
		}
		from += 64;
	}
}

/* The lowest base from `from` on where all children's cells are free. */
static size_t
fit(struct building *b, const uint32_t *child, size_t count, size_t from)
{
	for (;; from += 64) {
		uint64_t taken = 0;

		need_bits(b, from + b->code_count + 64);
		for (size_t i = 0; i < count && taken != UINT64_MAX; i++) {
			taken |= bits_at(b->taken, from + b->node[child[i]].code);
		}
		if (taken != UINT64_MAX) {
			return from + (size_t)__builtin_ctzll(~taken);
		}
	}
}

static size_t
base_for(struct building *b, const uint32_t *child, size_t count)
{
	size_t class = count < FIT_CLASSES ? count : FIT_CLASSES - 1;
	size_t base;

	if (count == 1) {
		size_t code = b->node[child[0]].code;

		b->free_from = first_free(b, b->free_from);
		base = first_free(b, b->free_from > code ? b->free_from : code) - code;
		return base;
	}
	base = fit(b, child, count, b->fit_from[class]);
	/* What was too full for so many stays so: the next search begins near here. */
	if (base > b->fit_from[class] + 64 * count) {
		b->fit_from[class] = base - 64;
	}
	return base;
}

static void
place_children(struct building *b, uint32_t node)
{
	const uint32_t *child = b->child + b->first[node];
	size_t count = b->first[node + 1] - b->first[node];
	struct automaton *a = b->result;
	size_t base;

	if (count == 0) {
		return;
	}
	base = base_for(b, child, count);
	while (base + b->code_count >= a->cell_count) {
		size_t cells = a->cell_count * 2;

		a->cell = xrealloc(a->cell, cells * sizeof(*a->cell));
		memset(a->cell + a->cell_count, 0xFF, (cells - a->cell_count) * sizeof(*a->cell));
		a->cell_count = cells;
	}
	a->cell[b->node[node].cell].base = (uint32_t)base;
	if (base > b->highest_base) {
		b->highest_base = base;
	}
	for (size_t i = 0; i < count; i++) {
		uint32_t cell = (uint32_t)base + b->node[child[i]].code;

		need_bits(b, cell);
		b->taken[cell / 64] |= UINT64_C(1) << (cell % 64);
		b->node[child[i]].cell = cell;
		a->cell[cell] = (struct automaton_cell){.parent = b->node[node].cell};
	}
}

static void
make_cells(struct building *b)
{
	struct automaton *a = b->result;

	a->cell_count = b->node_count + b->node_count / 8 + 2 * (size_t)b->code_count + 64;
	a->cell = xcalloc(a->cell_count, sizeof(*a->cell));
	memset(a->cell, 0xFF, a->cell_count * sizeof(*a->cell));
	a->cell[0] = (struct automaton_cell){.parent = AUTOMATON_NONE};
	need_bits(b, a->cell_count);
	b->taken[0] = 1;
	for (size_t i = 0; i < b->node_count; i++) {
		place_children(b, b->order[i]);
	}
	/* Room for any code behind any base, and no more. */
	a->cell_count = b->highest_base + b->code_count + 1;
	a->cell = xrealloc(a->cell, a->cell_count * sizeof(*a->cell));
	a->word = xcalloc(a->cell_count, sizeof(*a->word));
}

/* ---- Suffixes ---------------------------------------------------------------------------- */

static uint32_t
suffix_of(const struct automaton_cell *cell, uint32_t parent, uint32_t code)
{
	while (parent != 0) {
		uint32_t next;

		parent = cell[parent].fail;
		next = cell[parent].base + code;
		if (cell[next].parent == parent) {
			return next;
		}
	}
	return 0;
}

static void
make_suffixes(struct building *b)
{
	struct automaton *a = b->result;

	for (size_t i = 1; i < b->node_count; i++) {
		const struct node *n = &b->node[b->order[i]];
		struct automaton_cell *cell = &a->cell[n->cell];

		cell->fail = suffix_of(a->cell, cell->parent, n->code);
		cell->out = a->cell[cell->fail].out;
		if (n->word != AUTOMATON_NONE) {
			cell->out = n->cell;
			a->word[n->cell] = (struct automaton_word){n->word,
				(uint32_t)b->words[n->word].length};
		}
	}
}

enum err
automaton_create(const struct slice *words, size_t count, uint32_t *same,
	struct automaton **out, struct error *e)
{
	struct building b = {.words = words, .count = count, .same = same};
	enum err err;

	b.result = xcalloc(1, sizeof(*b.result));
	err = give_codes(&b, e);
	if (err != ERR_OK) {
		automaton_destroy(b.result);
		return err;
	}
	make_trie(&b);
	make_orders(&b);
	make_cells(&b);
	make_suffixes(&b);
	building_fini(&b);
	*out = b.result;
	return ERR_OK;
}
