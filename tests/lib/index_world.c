#include "lib/index_world.h"

#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "model/fact.h"

size_t
index_world_pick(struct index_world *w, size_t below)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (size_t)(w->random % below);
}

/* Few pieces, so that they often stand beside each other. */
static const char *const pieces[] = {"保", "证", "收", "益", "股", "票", "基金", "開戶",
	"账户", "A", "b", "account", "acc", "Order", "12", "123456", "2026", " ", " ", "，",
	"-", "ＡＢ", "é", "カ", "ord", "保证收益", "zz", "𠮷", "\xf0\x9f\x98\x80", "_", "x1",
	"averyveryveryveryverylongwordindeed", "averyveryveryveryverylongwordother"};

void
index_world_text(struct index_world *w, size_t most, char *out, size_t size)
{
	size_t count = 1 + index_world_pick(w, most);
	size_t length = 0;

	out[0] = '\0';
	while (count-- > 0) {
		const char *piece =
			pieces[index_world_pick(w, sizeof(pieces) / sizeof(pieces[0]))];

		if (length + strlen(piece) + 1 < size) {
			memcpy(out + length, piece, strlen(piece) + 1);
			length += strlen(piece);
		}
	}
}

static const char *
joined(struct index_world *w, const char *text, size_t *length)
{
	struct index_text fields = {.count = 1};

	fields.fields[0].name = "text";
	fields.fields[0].text = text;
	fold_text(text, strlen(text), w->arena, &fields.fields[0].folded);
	return index_text_join(&fields, w->arena, length);
}

/* Mostly one after the other in time, now and then long ago. */
void
index_world_tell(struct index_world *w, unsigned node, uint64_t n, const char *text)
{
	struct told *t = &w->told[w->count];
	uint64_t customer = 1 + index_world_pick(w, INDEX_WORLD_CUSTOMERS);

	snprintf(t->text, sizeof(t->text), "%s", text);
	t->entry = (struct index_entry){
		.id = FACT_ID(node, n),
		.timeline = customer,
		.at = index_world_pick(w, 10) == 0 ? 1000 + (int64_t)index_world_pick(w, 500)
										   : 1000000 + (int64_t)(w->count / 3),
		.unit = UNIT_ROOT + customer % INDEX_WORLD_UNITS,
		.author = 1 + index_world_pick(w, 3),
		.author_kind = index_world_pick(w, 2) == 0 ? AUTHOR_STAFF : AUTHOR_CUSTOMER,
		.kind = index_world_pick(w, 4) == 0 ? FACT_NOTE : FACT_MESSAGE,
		.channel_kind = index_world_pick(w, 2) == 0 ? "webchat" : "phone",
	};
	t->entry.text = joined(w, t->text, &t->entry.length);
	t->joined = t->entry.text;
	w->count++;
}

void
index_world_feed(struct index_world *w, size_t from, size_t to)
{
	struct index_entry batch[64];
	struct error e;
	size_t count = 0;

	for (size_t i = from; i < to; i++) {
		batch[count++] = w->told[i].entry;
		if (i + 1 == to || count == 64 ||
			index_block_end(w->told[i + 1].entry.id) !=
				index_block_end(w->told[i].entry.id)) {
			assert_int_equal(index_add(w->index, batch, count, w->told[i].entry.id,
								 w->told[i].entry.id, &e),
				ERR_OK);
			count = 0;
		}
	}
}

void
index_world_fill(struct index_world *w)
{
	uint64_t numbers[2] = {0, 0};
	char text[200];

	for (size_t i = 0; i < INDEX_WORLD_ENTRIES; i++) {
		unsigned second = i > INDEX_WORLD_ENTRIES * 2 / 3;

		index_world_text(w, 12, text, sizeof(text));
		index_world_tell(w, 1 + second, ++numbers[second], text);
	}
	index_world_feed(w, 0, INDEX_WORLD_ENTRIES);
}

int
index_world_set_up(void **state)
{
	struct index_world *w = xcalloc(1, sizeof(*w));
	struct error e;

	w->arena = arena_create();
	w->random = 88172645463325252ULL;
	w->told = xcalloc(INDEX_WORLD_ENTRIES + 10, sizeof(*w->told));
	snprintf(w->folder, sizeof(w->folder), "/tmp/trunkline-index-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	assert_int_equal(index_open(w->folder, true, &w->index, &e), ERR_OK);
	*state = w;
	return 0;
}

int
index_world_tear_down(void **state)
{
	struct index_world *w = *state;

	index_close(w->index);
	assert_int_equal(index_wipe(w->folder, NULL), ERR_OK);
	assert_int_not_equal(access(w->folder, F_OK), 0);
	arena_destroy(w->arena);
	free(w->told);
	free(w);
	return 0;
}

/* --- the plain way ------------------------------------------------------------------------ */

bool
index_world_has(const struct index_query *q, const char *text, size_t length)
{
	for (size_t i = 0; i < q->word_count; i++) {
		size_t begin;

		if (!index_word_find(&q->words[i], text, length, 0, &begin)) {
			return false;
		}
	}
	return true;
}

static bool
fits(const struct index_filter *f, const struct told *t)
{
	const struct index_entry *x = &t->entry;

	return x->at >= f->from && (f->to == 0 || x->at < f->to) &&
		(f->before_at == 0 || x->at < f->before_at ||
			(x->at == f->before_at && x->id < f->before_id)) &&
		(f->agent == 0 || x->author == f->agent) &&
		(f->author < 0 || x->author_kind == (unsigned)f->author) &&
		(f->kind == 0 || x->kind == (unsigned)f->kind) &&
		(f->channel_kind == NULL || strcmp(f->channel_kind, x->channel_kind) == 0) &&
		x->unit >= f->scope.unit_low && x->unit <= f->scope.unit_high;
}

static int
newest_first(const void *x, const void *y)
{
	const struct index_hit *a = x;
	const struct index_hit *b = y;

	if (a->at != b->at) {
		return a->at < b->at ? 1 : -1;
	}
	return a->id < b->id ? 1 : -1;
}

size_t
index_world_plainly(const struct index_world *w, const struct index_query *q,
	const struct index_filter *f, struct index_hit *out)
{
	size_t count = 0;

	for (size_t i = 0; i < w->count; i++) {
		const struct told *t = &w->told[i];

		if (fits(f, t) && index_world_has(q, t->joined, t->entry.length)) {
			out[count++] = (struct index_hit){t->entry.id, t->entry.at};
		}
	}
	qsort(out, count, sizeof(*out), newest_first);
	return count;
}

static const struct told *
told_of(const struct index_world *w, uint64_t id)
{
	for (size_t i = 0; i < w->count; i++) {
		if (w->told[i].entry.id == id) {
			return &w->told[i];
		}
	}
	return NULL;
}

/* Page by page to the end. What the index gives too much is left out, and its order checked. */
size_t
index_world_search(const struct index_world *w, const struct index_query *q,
	struct index_filter f, size_t limit, struct index_hit *out)
{
	struct index_page page;
	struct error e;
	size_t count = 0;

	do {
		assert_int_equal(index_search(w->index, &f, limit, &page, &e), ERR_OK);
		for (size_t i = 0; i < page.count; i++) {
			const struct told *t = told_of(w, page.hits[i].id);

			assert_non_null(t);
			assert_int_equal(t->entry.at, page.hits[i].at);
			if (index_world_has(q, t->joined, t->entry.length) && fits(&f, t)) {
				out[count++] = page.hits[i];
			}
		}
		f.before_at = page.next_at;
		f.before_id = page.next_id;
	} while (page.more);
	return count;
}

struct index_filter
index_world_any(const struct index_world *w, const struct index_query *q)
{
	return (struct index_filter){
		.match = index_query_match(q, NULL, 0, w->arena),
		.scope = {.unit_low = 0, .unit_high = UNIT_LAST},
		.author = -1,
	};
}

struct index_filter
index_world_some(struct index_world *w, const struct index_query *q)
{
	struct index_filter f = index_world_any(w, q);

	if (index_world_pick(w, 3) == 0) {
		f.scope.unit_low = f.scope.unit_high = UNIT_ROOT +
			index_world_pick(w, INDEX_WORLD_UNITS);
	}
	if (index_world_pick(w, 3) == 0) {
		f.from = 1000000 + (int64_t)index_world_pick(w, INDEX_WORLD_ENTRIES / 3);
	}
	if (index_world_pick(w, 3) == 0) {
		f.to = 1000000 + (int64_t)index_world_pick(w, INDEX_WORLD_ENTRIES / 3);
	}
	f.agent = index_world_pick(w, 4) == 0 ? 1 + index_world_pick(w, 3) : 0;
	f.author = index_world_pick(w, 4) == 0 ? AUTHOR_STAFF : -1;
	f.kind = index_world_pick(w, 4) == 0 ? FACT_NOTE : 0;
	f.channel_kind = index_world_pick(w, 4) == 0 ? "phone" : NULL;
	return f;
}

void
index_world_same(const struct index_world *w, const struct index_query *q,
	const struct index_filter *f, size_t limit, const char *text)
{
	static struct index_hit expected[INDEX_WORLD_ENTRIES + 10];
	static struct index_hit hits[INDEX_WORLD_ENTRIES + 10];
	size_t wanted = index_world_plainly(w, q, f, expected);
	size_t count = index_world_search(w, q, *f, limit, hits);

	if (count != wanted || memcmp(hits, expected, count * sizeof(*hits)) != 0) {
		fail_msg("'%s': %zu found, %zu are there", text, count, wanted);
	}
}
