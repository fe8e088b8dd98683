/* A heap of cursors, the smallest term first; of the same term the older segment first, so that
 * the numbers of all of them ascend. The first eight bytes of each term, as a number, tell most
 * terms apart. */
#include "knowledge/index_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct next {
	uint64_t key;
	size_t cursor;
};

struct merging {
	struct index_segment_cursor *cursors; /* by age */
	struct next *heap; /* of those that have a term; the smallest first */
	size_t count;
	uint32_t *numbers;
	size_t capacity;
	size_t used;
	bool broken;
};

static struct next
next_of(const struct merging *m, size_t cursor)
{
	const struct index_segment_cursor *c = &m->cursors[cursor];
	uint64_t key = 0;

	memcpy(&key, c->term, c->length < sizeof(key) ? c->length : sizeof(key));
	return (struct next){be64toh(key), cursor};
}

static bool
goes_before(const struct merging *m, const struct next *a, const struct next *b)
{
	const struct index_segment_cursor *x = &m->cursors[a->cursor];
	const struct index_segment_cursor *y = &m->cursors[b->cursor];
	int order;

	if (a->key != b->key) {
		return a->key < b->key;
	}
	order = memcmp(x->term, y->term, x->length < y->length ? x->length : y->length);
	if (order != 0) {
		return order < 0;
	}
	return x->length != y->length ? x->length < y->length : a->cursor < b->cursor;
}

static void
sink(struct merging *m, size_t at)
{
	struct next moved = m->heap[at];

	for (;;) {
		size_t child = at * 2 + 1;

		if (child + 1 < m->count &&
			goes_before(m, &m->heap[child + 1], &m->heap[child])) {
			child++;
		}
		if (child >= m->count || !goes_before(m, &m->heap[child], &moved)) {
			break;
		}
		m->heap[at] = m->heap[child];
		at = child;
	}
	m->heap[at] = moved;
}

static void
step(struct merging *m)
{
	size_t cursor = m->heap[0].cursor;

	if (index_segment_next(&m->cursors[cursor])) {
		m->heap[0] = next_of(m, cursor);
	} else {
		m->broken = m->broken || m->cursors[cursor].broken;
		m->heap[0] = m->heap[--m->count];
	}
	if (m->count > 0) {
		sink(m, 0);
	}
}

static void
take_numbers(struct merging *m, const struct index_list *list)
{
	if (m->used + list->count > m->capacity) {
		m->capacity = (m->used + list->count) * 2;
		m->numbers = xrealloc(m->numbers, m->capacity * sizeof(*m->numbers));
	}
	if (!index_list_read(list, m->numbers + m->used)) {
		m->broken = true;
		return;
	}
	m->used += list->count;
}

static void
leave_out(struct merging *m, const struct index_rows *rows)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->used; i++) {
		uint32_t number = m->numbers[i];

		if (number < INDEX_BLOCK_ROWS && index_rows_at(rows, number)->timeline != 0) {
			m->numbers[kept++] = number;
		}
	}
	m->used = kept;
}

/* The smallest term, of all segments that have it. */
static void
merge_term(struct merging *m, const struct index_rows *without,
	struct index_segment_writer *w)
{
	struct index_segment_cursor *c = &m->cursors[m->heap[0].cursor];
	char term[INDEX_TERM_BYTES];
	size_t length = c->length;

	memcpy(term, c->term, length);
	m->used = 0;
	do {
		take_numbers(m, &c->list);
		step(m);
		c = m->count > 0 ? &m->cursors[m->heap[0].cursor] : NULL;
	} while (c != NULL && c->length == length && memcmp(c->term, term, length) == 0 &&
		!m->broken);
	if (without != NULL) {
		leave_out(m, without);
	}
	if (m->used > 0 && !m->broken) {
		index_segment_write_term(w, term, length, m->numbers, (uint32_t)m->used);
	}
}

enum err
index_merge(struct index_segment *const *segments, size_t count,
	const struct index_rows *without, struct index_segment_writer *w, struct error *e)
{
	struct merging m = {
		.cursors = xcalloc(count, sizeof(*m.cursors)),
		.heap = xcalloc(count, sizeof(*m.heap)),
	};

	for (size_t i = 0; i < count; i++) {
		if (index_segment_seek(&m.cursors[i], segments[i], "", 0)) {
			m.heap[m.count++] = next_of(&m, i);
		}
		m.broken = m.broken || m.cursors[i].broken;
	}
	for (size_t i = m.count; i-- > 0;) {
		sink(&m, i);
	}
	while (m.count > 0 && !m.broken) {
		merge_term(&m, without, w);
	}
	free(m.cursors);
	free(m.heap);
	free(m.numbers);
	return m.broken ? error_set(e, ERR_CORRUPT, "search index: a segment is broken")
					: ERR_OK;
}
