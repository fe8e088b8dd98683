/* Every group becomes a source of numbers that is asked for the largest one not above another:
 * a list read from its end, or, of several, a set of bits. The source with the fewest leads; each
 * of the others names the next candidate, until all agree. */
#include "knowledge/index_match.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "knowledge/index_bits.h"
#include "knowledge/index_memory.h"
#include "knowledge/index_segment.h"

struct source {
	uint64_t weight; /* about how many numbers it has */
	struct index_list_cursor cursor;
	struct index_bits bits; /* words NULL: it is the cursor */
};

static int64_t
seek(struct source *s, int64_t most)
{
	return s->bits.words != NULL ? index_bits_seek(&s->bits, most)
								 : index_list_seek(&s->cursor, most);
}

/* The largest number of all sources up to there; -1: none. */
static int64_t
agree(struct source *sources, size_t count, int64_t most)
{
	for (size_t i = 0; i < count && most >= 0;) {
		int64_t found = seek(&sources[i], most);

		if (found == most) {
			i++;
		} else {
			most = found;
			i = 0;
		}
	}
	return most;
}

/* Numbers that are no numbers of this source's range come from a broken file. */
static bool
tell_all(struct source *sources, size_t count, int64_t first, int64_t last,
	index_found *each, void *ctx)
{
	int64_t number = last + 1;

	while ((number = agree(sources, count, number - 1)) >= first) {
		if (!each(ctx, (size_t)number)) {
			return true;
		}
	}
	return false;
}

static int
rarest_first(const void *x, const void *y)
{
	const struct source *a = x;
	const struct source *b = y;

	return (a->weight > b->weight) - (a->weight < b->weight);
}

static struct index_bits
make_bits(uint32_t first, uint32_t upto)
{
	return (struct index_bits){
		.words = xcalloc((upto - first) / 64 + 1, sizeof(uint64_t)),
		.first = first,
		.upto = upto,
	};
}

static void
free_sources(struct source *sources, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(sources[i].bits.words);
	}
	free(sources);
}

/* --- segments ----------------------------------------------------------------------------- */

struct lists {
	struct index_list *items;
	size_t count;
	size_t capacity;
	uint64_t numbers;
	uint32_t longest;
	bool broken;
};

static void
add_list(struct lists *l, const struct index_list *list)
{
	if (l->count == l->capacity) {
		l->capacity = l->capacity * 2 + 8;
		l->items = xrealloc(l->items, l->capacity * sizeof(*l->items));
	}
	l->items[l->count++] = *list;
	l->numbers += list->count;
	l->longest = list->count > l->longest ? list->count : l->longest;
}

static void
add_key(struct lists *l, const struct index_segment *s, const struct index_key *key)
{
	struct index_segment_cursor c;

	for (bool more = index_segment_seek(&c, s, key->term, key->length);
		 more && c.length >= key->length && memcmp(c.term, key->term, key->length) == 0;
		 more = index_segment_next(&c)) {
		if (!key->begins) {
			if (c.length == key->length) {
				add_list(l, &c.list);
			}
			break;
		}
		if (index_head(c.term, c.length) > 0) {
			add_list(l, &c.list);
		}
	}
	l->broken = l->broken || c.broken;
}

static bool
put_lists(const struct lists *l, struct index_bits *out)
{
	uint32_t *numbers = xmalloc(l->longest * sizeof(*numbers));
	bool sound = true;

	for (size_t i = 0; i < l->count && sound; i++) {
		sound = index_list_read(&l->items[i], numbers);
		for (uint32_t k = 0; sound && k < l->items[i].count; k++) {
			index_bits_set(out, numbers[k]);
		}
	}
	free(numbers);
	return sound;
}

/* False: broken. */
static bool
open_source(const struct index_segment *s, const struct index_group *group,
	struct source *out)
{
	const struct index_segment_about *about = index_segment_about(s);
	struct lists l = {.broken = false};

	for (size_t i = 0; i < group->count; i++) {
		add_key(&l, s, &group->keys[i]);
	}
	out->weight = l.numbers;
	if (l.count == 1) {
		index_list_begin(&out->cursor, &l.items[0]);
	} else if (l.count > 1) {
		out->bits = make_bits(about->first, about->upto);
		l.broken = !put_lists(&l, &out->bits) || l.broken;
	}
	free(l.items);
	return !l.broken;
}

enum err
index_match_segment(const struct index_match *match, const struct index_segment *s,
	int64_t first, int64_t last, index_found *each, void *ctx, bool *stopped,
	struct error *e)
{
	const struct index_segment_about *about = index_segment_about(s);
	struct source *sources = xcalloc(match->count, sizeof(*sources));
	bool sound = true;
	bool none = false;

	for (size_t i = 0; i < match->count && sound && !none; i++) {
		sound = open_source(s, &match->groups[i], &sources[i]);
		none = sources[i].weight == 0;
	}
	*stopped = false;
	if (sound && !none) {
		qsort(sources, match->count, sizeof(*sources), rarest_first);
		first = first > about->first ? first : about->first;
		last = last < (int64_t)about->upto ? last : (int64_t)about->upto - 1;
		*stopped = tell_all(sources, match->count, first, last, each, ctx);
		for (size_t i = 0; i < match->count; i++) {
			sound = sound && !sources[i].cursor.broken;
		}
	}
	free_sources(sources, match->count);
	return sound ? ERR_OK
				 : error_set(e, ERR_CORRUPT, "search index: a segment is broken");
}

/* --- memory ------------------------------------------------------------------------------- */

void
index_match_memory(const struct index_match *match, struct index_memory *m, uint32_t upto,
	int64_t first, int64_t last, index_found *each, void *ctx, bool *stopped)
{
	uint32_t begin = index_memory_first(m);
	struct source *sources;

	*stopped = false;
	first = first > begin ? first : begin;
	last = last < (int64_t)upto ? last : (int64_t)upto - 1;
	if (first > last) {
		return;
	}
	sources = xcalloc(match->count, sizeof(*sources));
	for (size_t i = 0; i < match->count; i++) {
		const struct index_group *group = &match->groups[i];

		sources[i].bits = make_bits(begin, upto);
		for (size_t k = 0; k < group->count; k++) {
			index_memory_search(m, group->keys[k].term, group->keys[k].length,
				group->keys[k].begins, &sources[i].bits);
		}
	}
	*stopped = tell_all(sources, match->count, first, last, each, ctx);
	free_sources(sources, match->count);
}
