/* All that happened with a customer, newest first by (at, id), over all timelines that are read
 * under her. Facts that were told of when they happened stand in order by their number, as
 * times of commits never go back within a timeline; late ones are found by late_fact. */
#include <stdlib.h>

#include "base/arena.h"
#include "store/reader_private.h"
#include "store/records.h"

enum { COLUMN_ID = 0, COLUMN_SEQ = 2, COLUMN_AT = 10 };

struct place {
	int64_t at;
	int64_t id;
};

struct gathered {
	struct arena *arena;
	const struct value **rows;
	size_t count;
	size_t capacity;
};

struct wanted {
	struct reader *reader;
	struct place before;
	size_t most;
	struct gathered found;
};

static struct place
place_of(const struct value *row)
{
	return (struct place){value_as_i64(&row[COLUMN_AT]), value_as_i64(&row[COLUMN_ID])};
}

static bool
is_before(struct place a, struct place b)
{
	return a.at < b.at || (a.at == b.at && a.id < b.id);
}

static int
newest_first(const void *x, const void *y)
{
	struct place a = place_of(*(const struct value *const *)x);
	struct place b = place_of(*(const struct value *const *)y);

	return is_before(a, b) - is_before(b, a);
}

static void
gather(struct gathered *g, const struct value *row)
{
	if (g->count == g->capacity) {
		size_t larger = g->capacity == 0 ? 256 : g->capacity * 2;
		const struct value **grown = arena_alloc(g->arena, larger * sizeof(*grown));

		for (size_t i = 0; i < g->count; i++) {
			grown[i] = g->rows[i];
		}
		g->rows = grown;
		g->capacity = larger;
	}
	g->rows[g->count++] = row;
}

/* The newest number that was committed at `at` or before; 0: none. */
static enum err
find_number(struct wanted *w, const struct timeline_end *end, uint64_t *out,
	struct error *e)
{
	uint64_t low = 0;
	uint64_t high = end->seq;

	while (low < high) {
		uint64_t middle = low + (high - low + 1) / 2;
		struct value args[] = {value_id(end->timeline), value_id(middle)};
		struct rows r;
		enum err err = reader_run(w->reader, STATEMENT_COMMITTED_AT, args, w->found.arena,
			&r, e);

		if (err != ERR_OK) {
			return err;
		}
		if (r.count > 0 && value_as_i64(rows_at(&r, 0)) > w->before.at) {
			high = middle - 1;
		} else {
			low = middle;
		}
	}
	*out = low;
	return ERR_OK;
}

/* Facts of several processes may share a millisecond, and then their numbers say nothing about
 * their ids: a page ends only where the time changes. */
struct in_order {
	size_t found;
	int64_t enough_at; /* time of the last that was asked for */
	uint64_t next;     /* number to go on from; 0: that was all */
};

static void
take_in_order(struct wanted *w, const struct rows *r, struct in_order *o)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct value *row = rows_at(r, i);
		struct place place = place_of(row);

		if (o->found >= w->most && place.at < o->enough_at) {
			o->next = 0;
			return;
		}
		o->next = value_as_id(&row[COLUMN_SEQ]) - 1;
		if (is_before(place, w->before)) {
			gather(&w->found, row);
			o->enough_at = ++o->found <= w->most ? place.at : o->enough_at;
		}
	}
	o->next = r->count < w->most ? 0 : o->next;
}

static enum err
read_in_order(struct wanted *w, const struct timeline_end *end, struct error *e)
{
	struct in_order o = {.next = end->seq};
	enum err err = ERR_OK;

	if (w->before.at != INT64_MAX) {
		err = find_number(w, end, &o.next, e);
	}
	while (err == ERR_OK && o.next > 0) {
		struct value args[] = {
			value_id(end->timeline),
			value_id(o.next),
			value_i64((int64_t)w->most),
		};
		struct rows r;

		err = reader_run(w->reader, STATEMENT_ENTRIES_IN_ORDER, args, w->found.arena, &r,
			e);
		if (err == ERR_OK) {
			take_in_order(w, &r, &o);
		}
	}
	return err;
}

static enum err
read_late(struct wanted *w, const struct timeline_end *end, struct error *e)
{
	struct value args[] = {
		value_id(end->timeline),
		value_i64(w->before.at),
		value_i64(w->before.at),
		value_i64(w->before.id),
		value_i64((int64_t)w->most),
	};
	struct rows r;
	enum err err = reader_run(w->reader, STATEMENT_ENTRIES_LATE, args, w->found.arena, &r,
		e);

	for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
		gather(&w->found, rows_at(&r, i));
	}
	return err;
}

static void
conclude(const struct wanted *w, struct fact_list *out)
{
	const struct gathered *g = &w->found;

	if (g->count > 0) {
		qsort(g->rows, g->count, sizeof(*g->rows), newest_first);
	}
	out->count = g->count < w->most ? g->count : w->most;
	out->items = arena_alloc(g->arena, (out->count + 1) * sizeof(struct fact *));
	for (size_t i = 0; i < out->count; i++) {
		out->items[i] = record_fact(g->rows[i]);
	}
}

enum err
read_customer_entries(struct reader *r, uint64_t customer, int64_t before_at,
	uint64_t before_id, size_t limit, struct arena *a, struct fact_list *out,
	struct error *e)
{
	struct wanted w = {
		.reader = r,
		.before = {INT64_MAX, INT64_MAX},
		.most = limit == 0 || limit > READ_LIMIT_MAX ? READ_LIMIT_MAX : limit,
		.found = {.arena = a},
	};
	struct timeline_end *ends = NULL;
	size_t count = 0;
	enum err err = read_timelines_of(r, customer, a, &ends, &count, e);

	if (before_at != 0) {
		w.before = (struct place){before_at, (int64_t)before_id};
	}
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		err = read_in_order(&w, &ends[i], e);
		if (err == ERR_OK) {
			err = read_late(&w, &ends[i], e);
		}
	}
	if (err == ERR_OK) {
		conclude(&w, out);
		err = read_deliveries(r, out->items, out->count, a, e);
	}
	return err;
}
