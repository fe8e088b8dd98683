/* A tournament of cursors, smallest term first; of the same term the older segment first, so
 * that the numbers of all of them ascend. */
#include "knowledge/index_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct merging {
	struct index_segment_cursor *cursors; /* by age */
	size_t *heap; /* of those that have a term; the smallest first */
	size_t count;
	uint32_t *numbers;
	size_t capacity;
	size_t used;
	bool broken;
};

static bool
goes_before(const struct merging *m, size_t a, size_t b)
{
	const struct index_segment_cursor *x = &m->cursors[a];
	const struct index_segment_cursor *y = &m->cursors[b];
	size_t most = x->length < y->length ? x->length : y->length;
	int order = memcmp(x->term, y->term, most);

	if (order != 0) {
		return order < 0;
	}
	return x->length != y->length ? x->length < y->length : a < b;
}

static void
sink(struct merging *m, size_t at)
{
	size_t moved = m->heap[at];

	for (;;) {
		size_t child = at * 2 + 1;

		if (child + 1 < m->count && goes_before(m, m->heap[child + 1], m->heap[child])) {
			child++;
		}
		if (child >= m->count || !goes_before(m, m->heap[child], moved)) {
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
	struct index_segment_cursor *c = &m->cursors[m->heap[0]];

	if (!index_segment_next(c)) {
		m->broken = m->broken || c->broken;
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
	struct index_segment_cursor *c = &m->cursors[m->heap[0]];
	char term[INDEX_TERM_BYTES];
	size_t length = c->length;

	memcpy(term, c->term, length);
	m->used = 0;
	do {
		take_numbers(m, &c->list);
		step(m);
		c = m->count > 0 ? &m->cursors[m->heap[0]] : NULL;
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
			m.heap[m.count++] = i;
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
