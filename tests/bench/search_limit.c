#include "search_limit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "knowledge/index_tokenizer.h"

enum { BLOCK = 128, TERMS_START = 1 << 16 };

struct postings {
	char *term;
	size_t length;
	uint8_t *bytes;
	uint32_t used;
	uint32_t room;
	uint32_t count;
	uint32_t newest;
	uint32_t *offsets; /* of each block */
	uint32_t *ends;    /* the newest number of each block */
};

struct limit_index {
	struct postings **slots;
	size_t capacity;
	struct postings **all; /* sorted when sealed */
	size_t count;
	uint32_t current;
};

struct limit_index *
limit_index_create(void)
{
	struct limit_index *l = xcalloc(1, sizeof(*l));

	l->capacity = TERMS_START;
	l->slots = xcalloc(l->capacity, sizeof(*l->slots));
	return l;
}

static uint64_t
hash(const char *term, size_t length)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < length; i++) {
		h = (h ^ (uint8_t)term[i]) * 1099511628211u;
	}
	return h ^ h >> 29;
}

static struct postings **
slot_of(const struct limit_index *l, const char *term, size_t length)
{
	size_t at = hash(term, length) & (l->capacity - 1);

	while (l->slots[at] != NULL &&
		(l->slots[at]->length != length ||
			memcmp(l->slots[at]->term, term, length) != 0)) {
		at = (at + 1) & (l->capacity - 1);
	}
	return &l->slots[at];
}

static void
grow(struct limit_index *l)
{
	free(l->slots);
	l->capacity *= 2;
	l->slots = xcalloc(l->capacity, sizeof(*l->slots));
	for (size_t i = 0; i < l->count; i++) {
		*slot_of(l, l->all[i]->term, l->all[i]->length) = l->all[i];
	}
}

static struct postings *
postings_of(struct limit_index *l, const char *term, size_t length)
{
	struct postings **slot = slot_of(l, term, length);
	struct postings *p = *slot;

	if (p != NULL) {
		return p;
	}
	p = xcalloc(1, sizeof(*p));
	p->term = xmalloc(length + 1);
	memcpy(p->term, term, length);
	p->term[length] = '\0';
	p->length = length;
	*slot = p;
	if ((l->count & (l->count + 1)) == 0) {
		l->all = xrealloc(l->all, (l->count * 2 + 2) * sizeof(struct postings *));
	}
	l->all[l->count++] = p;
	if (l->count * 2 > l->capacity) {
		grow(l);
	}
	return p;
}

static void
put_gap(struct postings *p, uint32_t gap)
{
	if (p->used + 5 > p->room) {
		p->room = p->room * 2 + 8;
		p->bytes = xrealloc(p->bytes, p->room);
	}
	while (gap >= 128) {
		p->bytes[p->used++] = (uint8_t)(gap | 128);
		gap >>= 7;
	}
	p->bytes[p->used++] = (uint8_t)gap;
}

static int
add_term(void *ctx, const char *term, size_t length)
{
	struct limit_index *l = ctx;
	struct postings *p = postings_of(l, term, length);
	uint32_t block = p->count / BLOCK;

	if (p->newest == l->current) {
		return 0;
	}
	if (p->count % BLOCK == 0) {
		p->offsets = xrealloc(p->offsets, (block + 1) * sizeof(*p->offsets));
		p->ends = xrealloc(p->ends, (block + 1) * sizeof(*p->ends));
		p->offsets[block] = p->used;
	}
	put_gap(p, l->current - p->newest);
	p->newest = l->current;
	p->ends[block] = l->current;
	p->count++;
	return 0;
}

void
limit_index_add(struct limit_index *l, uint32_t number, const char *text, size_t length)
{
	l->current = number;
	(void)index_terms(text, length, add_term, l);
}

static int
compare(const void *x, const void *y)
{
	return strcmp((*(struct postings *const *)x)->term,
		(*(struct postings *const *)y)->term);
}

void
limit_index_seal(struct limit_index *l)
{
	qsort(l->all, l->count, sizeof(struct postings *), compare);
}

uint64_t
limit_index_bytes(const struct limit_index *l)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < l->count; i++) {
		const struct postings *p = l->all[i];

		bytes += p->used + p->length + 1 + 16 + (p->count / BLOCK) * 8;
	}
	return bytes;
}

void
limit_index_destroy(struct limit_index *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->all[i]->term);
		free(l->all[i]->bytes);
		free(l->all[i]->offsets);
		free(l->all[i]->ends);
		free(l->all[i]);
	}
	free(l->all);
	free(l->slots);
	free(l);
}

/* --- searching ---------------------------------------------------------------------------- */

struct reader {
	const struct postings *p;
	int64_t block; /* that lies in numbers; -1: none yet */
	uint32_t numbers[BLOCK];
	int at;
};

static void
load(struct reader *r, uint32_t block)
{
	const uint8_t *byte = r->p->bytes + r->p->offsets[block];
	uint32_t number = block > 0 ? r->p->ends[block - 1] : 0;
	uint32_t count = r->p->count - block * BLOCK;

	count = count < BLOCK ? count : BLOCK;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t gap = 0;
		unsigned shift = 0;

		while (*byte >= 128) {
			gap |= (uint32_t)(*byte++ & 127) << shift;
			shift += 7;
		}
		gap |= (uint32_t)*byte++ << shift;
		number += gap;
		r->numbers[i] = number;
	}
	r->block = block;
	r->at = (int)count - 1;
}

/* The largest number that is not above; 0: none. Asked for with ever smaller ones. */
static uint32_t
seek(struct reader *r, uint32_t above)
{
	uint32_t low = 0;
	uint32_t high = r->block < 0 ? (r->p->count - 1) / BLOCK : (uint32_t)r->block;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (r->p->ends[middle] >= above) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	for (;;) {
		if (r->block != low) {
			load(r, low);
		}
		while (r->at >= 0 && r->numbers[r->at] > above) {
			r->at--;
		}
		if (r->at >= 0) {
			return r->numbers[r->at];
		}
		if (low == 0) {
			return 0;
		}
		low--;
	}
}

struct group { /* any of its lists */
	struct reader *readers;
	size_t count;
	uint64_t postings;
};

static uint32_t
seek_any(struct group *g, uint32_t above)
{
	uint32_t best = 0;

	for (size_t i = 0; i < g->count && best < above; i++) {
		uint32_t found = seek(&g->readers[i], above);

		best = found > best ? found : best;
	}
	return best;
}

static void
add_list(struct group *g, const struct postings *p)
{
	if ((g->count & (g->count + 1)) == 0) {
		g->readers = xrealloc(g->readers, (g->count * 2 + 2) * sizeof(*g->readers));
	}
	g->readers[g->count++] = (struct reader){.p = p, .block = -1};
	g->postings += p->count;
}

static struct group
open_term(const struct limit_index *l, const struct limit_term *t)
{
	struct group g = {.count = 0};
	size_t low = 0;
	size_t high = l->count;

	if (!t->begins) {
		const struct postings *p = *slot_of(l, t->text, t->length);

		if (p != NULL) {
			add_list(&g, p);
		}
		return g;
	}
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(l->all[middle]->term, t->text) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	while (low < l->count && strncmp(l->all[low]->term, t->text, t->length) == 0) {
		add_list(&g, l->all[low++]);
	}
	return g;
}

static int
rarest_first(const void *x, const void *y)
{
	const struct group *a = x;
	const struct group *b = y;

	return (a->postings > b->postings) - (a->postings < b->postings);
}

static uint32_t
agree(struct group *groups, size_t count, uint32_t above)
{
	for (size_t i = 0; i < count && above > 0;) {
		uint32_t found = seek_any(&groups[i], above);

		if (found == above) {
			i++;
		} else {
			above = found;
			i = 0;
		}
	}
	return above;
}

void
limit_index_search(const struct limit_index *l, const struct limit_term *terms,
	size_t count, uint32_t first, uint32_t last, limit_found *each, void *ctx)
{
	struct group groups[64];
	uint32_t number = last;

	for (size_t i = 0; i < count; i++) {
		groups[i] = open_term(l, &terms[i]);
		number = groups[i].count > 0 ? number : 0;
	}
	qsort(groups, count, sizeof(groups[0]), rarest_first);
	while (number > 0 && (number = agree(groups, count, number)) >= first && number > 0 &&
		each(ctx, number)) {
		number--;
	}
	for (size_t i = 0; i < count; i++) {
		free(groups[i].readers);
	}
}
