/* Searching all files of the index in the order of time.
 *
 * Within a file terms lead to entries from the last number to the first, which is nearly, but
 * not always, from the newest to the oldest: an import brings old times under new numbers. So
 * the best so far are kept in order, and a file is left once the page is full and no earlier
 * span of it has a time as late as the oldest of the page. Files with later times come first,
 * and the search ends when the next one has nothing that late. */
#include "knowledge/index.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "knowledge/index_private.h"
#include "model/fact.h"

struct candidate {
	const struct index_block *block;
	size_t first; /* spans that may have what is wanted */
	size_t last;
	int64_t high; /* no wanted entry is later */
};

struct search {
	const struct index_filter *filter;
	struct index_page *page;
	size_t limit;
	int64_t before_at;
	uint64_t before_id;
	uint8_t said_mask; /* of index_row.said */
	uint8_t said;
	/* Of the file that is searched: */
	const struct index_rows *rows;
	uint64_t base;
	int64_t latest[INDEX_SPANS]; /* the latest time of this span and all before it */
};

static bool
is_older(int64_t at, uint64_t id, int64_t than_at, uint64_t than_id)
{
	return at < than_at || (at == than_at && id < than_id);
}

static bool
owns(const struct index_filter *f, uint64_t timeline)
{
	size_t low = 0;
	size_t high = f->own_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (f->own[middle] == timeline) {
			return true;
		}
		if (f->own[middle] < timeline) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return false;
}

static bool
passes(const struct search *s, const struct index_row *row, int64_t at, uint64_t id)
{
	const struct index_filter *f = s->filter;
	uint32_t unit = __atomic_load_n(&row->unit, __ATOMIC_RELAXED);

	return at >= f->from && (f->to == 0 || at < f->to) &&
		is_older(at, id, s->before_at, s->before_id) &&
		(f->kind == 0 || row->kind == (uint8_t)f->kind) &&
		(row->said & s->said_mask) == s->said &&
		(f->agent == 0 || row->agent == index_agent_hash(f->agent)) &&
		((unit >= f->scope.unit_low && unit <= f->scope.unit_high) ||
			owns(f, row->timeline));
}

static void
keep(struct search *s, int64_t at, uint64_t id)
{
	struct index_page *page = s->page;
	size_t i = page->count;

	if (i == s->limit) {
		if (is_older(at, id, page->hits[i - 1].at, page->hits[i - 1].id)) {
			return;
		}
		i--;
	} else {
		page->count++;
	}
	for (; i > 0 && is_older(page->hits[i - 1].at, page->hits[i - 1].id, at, id); i--) {
		page->hits[i] = page->hits[i - 1];
	}
	page->hits[i] = (struct index_hit){.id = id, .at = at};
}

static bool
found(void *ctx, size_t place)
{
	struct search *s = ctx;
	const struct index_row *row = index_rows_at(s->rows, place);
	const struct index_page *page = s->page;
	bool there = __atomic_load_n(&row->timeline, __ATOMIC_ACQUIRE) != 0;
	int64_t at = index_row_at(row);
	uint64_t id = s->base + place;
	const struct index_hit *oldest;

	if (there && passes(s, row, at, id)) {
		keep(s, at, id);
	}
	if (page->count < s->limit) {
		return true;
	}
	oldest = &page->hits[page->count - 1];
	return !is_older(s->latest[place / INDEX_SPAN_ROWS], id, oldest->at, oldest->id);
}

/* --- files -------------------------------------------------------------------------------- */

static bool
wanted(const struct search *s, struct index_span span)
{
	const struct index_filter *f = s->filter;

	return span.high >= f->from && span.low <= s->before_at &&
		(f->to == 0 || span.low < f->to);
}

static bool
consider(const struct search *s, const struct index_block *b, struct candidate *out)
{
	const struct index_rows *rows = index_file_rows(b->file);
	struct candidate c = {.block = b, .first = INDEX_SPANS, .high = INT64_MIN};
	size_t used = ((size_t)index_file_upto(b->file) + INDEX_SPAN_ROWS - 1) /
		INDEX_SPAN_ROWS;

	for (size_t i = 0; i < used; i++) {
		struct index_span span = index_rows_span(rows, i);

		if (!wanted(s, span)) {
			continue;
		}
		c.first = i < c.first ? i : c.first;
		c.last = i;
		c.high = span.high > c.high ? span.high : c.high;
	}
	if (c.high > s->before_at) {
		c.high = s->before_at;
	}
	if (s->filter->to != 0 && c.high >= s->filter->to) {
		c.high = s->filter->to - 1;
	}
	*out = c;
	return c.first < INDEX_SPANS;
}

static int
latest_first(const void *x, const void *y)
{
	const struct candidate *a = x;
	const struct candidate *b = y;

	if (a->high != b->high) {
		return a->high < b->high ? 1 : -1;
	}
	return (a->block < b->block) - (a->block > b->block);
}

static enum err
search_file(struct search *s, const struct candidate *c, struct error *e)
{
	struct index_file *file = c->block->file;
	int64_t latest = INT64_MIN;

	s->rows = index_file_rows(file);
	s->base = FACT_ID(c->block->node, c->block->number << INDEX_BLOCK_BITS);
	for (size_t i = c->first; i <= c->last; i++) {
		struct index_span span = index_rows_span(s->rows, i);

		latest = span.high > latest ? span.high : latest;
		s->latest[i] = latest;
	}
	return index_file_search(file, s->filter->match, c->first * INDEX_SPAN_ROWS,
		(c->last + 1) * INDEX_SPAN_ROWS - 1, found, s, e);
}

/* What is sure although later files were not searched: all that is newer than them. */
static void
cut(struct search *s, int64_t high)
{
	struct index_page *page = s->page;

	while (page->count > 0 && page->hits[page->count - 1].at <= high) {
		page->count--;
	}
	page->partial = true;
	page->more = true;
	page->next_at = high;
	page->next_id = INT64_MAX;
}

static enum err
search_files(struct search *s, const struct candidate *files, size_t count,
	struct error *e)
{
	struct index_page *page = s->page;
	int64_t deadline = s->filter->deadline_us;

	for (size_t i = 0; i < count; i++) {
		enum err err;

		if (page->count == s->limit && page->hits[page->count - 1].at > files[i].high) {
			break;
		}
		/* Only where the next page would begin later than this one did. */
		if (i > 0 && deadline != 0 && files[i].high < s->before_at &&
			clock_monotonic_us() > deadline) {
			cut(s, files[i].high);
			return ERR_OK;
		}
		err = search_file(s, &files[i], e);
		if (err != ERR_OK) {
			return err;
		}
	}
	if (page->count == s->limit) {
		page->more = true;
		page->next_at = page->hits[page->count - 1].at;
		page->next_id = page->hits[page->count - 1].id;
	}
	return ERR_OK;
}

static void
begin(struct search *s)
{
	const struct index_filter *f = s->filter;
	uint8_t said = index_row_said(f->author >= 0 ? (unsigned)f->author : 0,
		f->channel_kind != NULL ? f->channel_kind : "");

	s->said_mask = (uint8_t)((f->author >= 0 ? 0x07 : 0) |
		(f->channel_kind != NULL ? 0xf8 : 0));
	s->said = said & s->said_mask;
	s->before_at = f->before_at != 0 ? f->before_at : INT64_MAX;
	s->before_id = f->before_at != 0 ? f->before_id : INT64_MAX;
}

enum err
index_search(struct index *ix, const struct index_filter *f, size_t limit,
	struct index_page *out, struct error *e)
{
	struct search *s = xcalloc(1, sizeof(*s));
	struct candidate *files;
	size_t count = 0;
	enum err err;

	*out = (struct index_page){.count = 0};
	s->filter = f;
	s->page = out;
	s->limit = limit < INDEX_PAGE_MAX ? limit : INDEX_PAGE_MAX;
	begin(s);
	pthread_rwlock_rdlock(&ix->changing);
	files = xcalloc(ix->count + 1, sizeof(*files));
	for (size_t i = 0; i < ix->count; i++) {
		count += consider(s, &ix->blocks[i], &files[count]);
	}
	if (count > 1) {
		qsort(files, count, sizeof(*files), latest_first);
	}
	err = search_files(s, files, count, e);
	pthread_rwlock_unlock(&ix->changing);
	free(files);
	free(s);
	return err;
}
