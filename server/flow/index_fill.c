#include "flow/index_fill.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "flow/index_window.h"
#include "knowledge/index.h"
#include "knowledge/index_text.h"
#include "store/read.h"
#include "store/read_identity.h"
#include "store/read_search.h"

enum { MOVES_MAX = 4 * SEARCHABLE_MAX, CLOCKS_DIFFER_MS = 60 * 1000 };

/* --- whose unit changed ------------------------------------------------------------------- */

struct moved {
	uint64_t timeline;
	uint32_t unit;
};

struct moves {
	struct moved *items;
	size_t count;
};

static enum err
add_moves(struct index_fill *fill, uint64_t customer, struct arena *a, struct moves *m,
	struct error *e)
{
	struct customer c;
	uint64_t *members;
	size_t count;
	enum err err = read_customer(fill->reader, customer, a, &c, e);

	if (err == ERR_NOT_FOUND) {
		return ERR_OK;
	}
	if (err == ERR_OK && c.primary != c.id) {
		err = read_customer(fill->reader, c.primary, a, &c, e);
	}
	if (err == ERR_OK) {
		err = read_members(fill->reader, c.id, a, &members, &count, e);
	}
	for (size_t i = 0; err == ERR_OK && i < count && m->count < MOVES_MAX; i++) {
		m->items[m->count++] = (struct moved){members[i], (uint32_t)c.unit};
	}
	return err;
}

/* Both who was read under whom, and who is now. */
static enum err
add_moves_of(struct index_fill *fill, const struct searchable *fact, struct arena *a,
	struct moves *m, struct error *e)
{
	static const char *const names[] = {"from", "to"};
	enum err err = add_moves(fill, fact->timeline, a, m, e);
	struct json *body = NULL;

	if (err != ERR_OK || fact->body == NULL ||
		json_parse(fact->body, strlen(fact->body), &body, NULL) != ERR_OK) {
		return err;
	}
	for (size_t i = 0; i < 2 && err == ERR_OK; i++) {
		uint64_t other = 0;

		if (json_id(body, names[i], &other) && other != fact->timeline) {
			err = add_moves(fill, other, a, m, e);
		}
	}
	json_free(body);
	return err;
}

static bool
may_move(const struct index_fill *fill, const struct searchable *fact)
{
	if (fact->committed_at < fill->fresh_since - CLOCKS_DIFFER_MS) {
		return false;
	}
	switch (fact->kind) {
	case FACT_ATTACHED:
	case FACT_SEPARATED:
	case FACT_IDENTIFIED:
		return true;
	case FACT_CUSTOMER_EDITED:
		return fact->body != NULL && strstr(fact->body, "\"unit\":") != NULL;
	default:
		return false;
	}
}

static int
by_timeline(const void *x, const void *y)
{
	const struct moved *a = x;
	const struct moved *b = y;

	return (a->timeline > b->timeline) - (a->timeline < b->timeline);
}

static enum err
follow_moves(struct index_fill *fill, const struct searchable *facts, size_t count,
	struct arena *a, struct error *e)
{
	struct moves m = {.items = NULL};
	uint64_t *timelines;
	uint32_t *units;
	size_t distinct = 0;
	enum err err = ERR_OK;

	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		if (may_move(fill, &facts[i])) {
			if (m.items == NULL) {
				m.items = arena_alloc(a, MOVES_MAX * sizeof(*m.items));
			}
			err = add_moves_of(fill, &facts[i], a, &m, e);
		}
	}
	if (err != ERR_OK || m.count == 0) {
		return err;
	}
	qsort(m.items, m.count, sizeof(*m.items), by_timeline);
	timelines = arena_alloc(a, m.count * sizeof(*timelines));
	units = arena_alloc(a, m.count * sizeof(*units));
	for (size_t i = 0; i < m.count; i++) {
		if (distinct == 0 || timelines[distinct - 1] != m.items[i].timeline) {
			timelines[distinct] = m.items[i].timeline;
			units[distinct++] = m.items[i].unit;
		}
	}
	index_move(fill->index, timelines, units, distinct);
	return ERR_OK;
}

/* --- one batch ---------------------------------------------------------------------------- */

static struct index_entry
entry_of(const struct searchable *fact, struct arena *a)
{
	struct index_entry entry = {
		.id = fact->id,
		.timeline = fact->timeline,
		.at = fact->at,
		.unit = fact->unit,
		.author = fact->author,
		.author_kind = fact->author_kind,
		.kind = fact->kind,
		.channel_kind = fact->channel_kind,
	};
	struct index_text text;

	if (!fact->restricted) {
		index_text_read(fact->kind, fact->body, fact->files, a, &text);
		entry.text = index_text_join(&text, a, &entry.length);
	}
	return entry;
}

/* They are all that there is from *next to `upto`. */
static enum err
add_facts(struct index_fill *fill, uint64_t *next, uint64_t upto,
	const struct searchable *facts, size_t count, struct arena *a, struct error *e)
{
	struct index_entry *entries = arena_alloc(a, (count + 1) * sizeof(*entries));
	uint64_t mark = 0;
	enum err err;

	for (size_t i = 0; i < count; i++) {
		entries[i] = entry_of(&facts[i], a);
	}
	if (count > 0 && facts[count - 1].id == upto) {
		mark = (uint64_t)facts[count - 1].committed_at;
	}
	err = index_add(fill->index, entries, count, upto, mark, e);
	if (err == ERR_OK) {
		fill->known += upto - *next + 1;
		/* A run may reach beyond what there was when the round began. */
		fill->total = fill->total > fill->known ? fill->total : fill->known;
		*next = upto + 1;
	}
	return err;
}

static enum err
add_stored(struct index_fill *fill, uint64_t *next, uint64_t upto, struct arena *a,
	struct error *e)
{
	struct searchable *facts;
	size_t count;
	enum err err = read_searchable(fill->reader, *next, upto, a, &facts, &count, e);

	if (err == ERR_OK) {
		err = follow_moves(fill, facts, count, a, e);
	}
	if (err != ERR_OK) {
		return err;
	}
	if (count == SEARCHABLE_MAX) {
		upto = facts[count - 1].id;
	}
	return add_facts(fill, next, upto, facts, count, a, e);
}

/* Rows of a run have the units of then: where somebody moves, those of now are read. */
static bool
moves_nobody(const struct index_fill *fill, const struct index_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		if (may_move(fill, &run->facts[i])) {
			return false;
		}
	}
	return true;
}

static enum err
add_batch(struct index_fill *fill, struct index_window *window, uint64_t *next,
	uint64_t end, struct arena *a, struct error *e)
{
	uint64_t upto = end < index_block_end(*next) ? end : index_block_end(*next);
	struct index_run *run = NULL;
	uint64_t begins = 0;
	enum err err;

	if (window != NULL) {
		run = index_window_take(window, *next, &begins);
	}
	if (run != NULL && moves_nobody(fill, run)) {
		upto = run->facts[run->count - 1].id;
		err = add_facts(fill, next, upto, run->facts, run->count, a, e);
	} else {
		if (begins > *next && begins <= upto) {
			upto = begins - 1;
		}
		err = add_stored(fill, next, upto, a, e);
	}
	index_run_destroy(run);
	return err;
}

static enum err
fill_node(struct index_fill *fill, struct index_window *window,
	const struct feed_end *feed, bool *stopped, struct error *e)
{
	uint64_t end = FACT_ID(feed->node, feed->n);
	uint64_t next = index_next(fill->index, feed->node);
	struct arena *a = arena_create();
	enum err err = ERR_OK;

	while (err == ERR_OK && next <= end && !*stopped) {
		arena_reset(a);
		err = add_batch(fill, window, &next, end, a, e);
		*stopped = err == ERR_OK && !fill->go_on(fill->ctx, fill);
	}
	arena_destroy(a);
	return err;
}

static enum err
find_ends(struct index_fill *fill, struct arena *a, struct feed_end **ends, size_t *count,
	struct error *e)
{
	enum err err = read_feed_ends(fill->reader, a, ends, count, e);

	fill->known = 0;
	fill->total = 0;
	for (size_t i = 0; err == ERR_OK && i < *count; i++) {
		uint64_t next = FACT_N(index_next(fill->index, (*ends)[i].node));

		fill->total += (*ends)[i].n + 1;
		fill->known += next < (*ends)[i].n + 1 ? next : (*ends)[i].n + 1;
	}
	return err;
}

static uint64_t
facts_of_others(const struct index_fill *fill, const struct feed_end *ends, size_t count)
{
	uint64_t facts = 0;

	for (size_t i = 0; i < count; i++) {
		facts += ends[i].node != fill->node ? ends[i].n : 0;
	}
	return facts;
}

/* Once others have written beside this process, the units of now may be theirs. */
static struct index_window *
usable_window(struct index_fill *fill, const struct feed_end *ends, size_t count)
{
	if (fill->window == NULL || facts_of_others(fill, ends, count) == fill->others) {
		return fill->window;
	}
	index_window_clear(fill->window);
	return NULL;
}

enum err
index_fill_round(struct index_fill *fill, struct error *e)
{
	struct arena *a = arena_create();
	struct index_window *window = NULL;
	struct feed_end *ends;
	bool stopped = false;
	size_t count = 0;
	enum err err = find_ends(fill, a, &ends, &count, e);

	if (err == ERR_OK) {
		window = usable_window(fill, ends, count);
	}
	for (size_t i = 0; i < count && err == ERR_OK && !stopped; i++) {
		err = fill_node(fill, window, &ends[i], &stopped, e);
	}
	arena_destroy(a);
	return err;
}

enum err
index_fill_check(struct index_fill *fill, struct error *e)
{
	struct arena *a = arena_create();
	struct feed_end *ends;
	size_t count = 0;
	enum err err = find_ends(fill, a, &ends, &count, e);

	if (err == ERR_OK && !fill->others_known) {
		fill->others = facts_of_others(fill, ends, count);
		fill->others_known = true;
	}
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		uint64_t upto;
		uint64_t mark = index_mark(fill->index, ends[i].node, &upto);
		int64_t committed_at = 0;

		if (mark == 0) {
			continue;
		}
		err = read_committed_at(fill->reader, upto, &committed_at, e);
		if (err == ERR_OK && committed_at != (int64_t)mark) {
			err = error_set(e, ERR_CORRUPT, "the search index is of another database");
		}
	}
	arena_destroy(a);
	return err;
}
