/* The search index against a plain search through all texts: whatever the texts and the queries
 * are, it finds every entry that has what is looked for, and those that it finds and that do not
 * have it are told apart by comparing. */
#include "lib/test.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "knowledge/index.h"
#include "knowledge/index_query.h"
#include "knowledge/index_text.h"
#include "model/fact.h"

enum { ENTRIES = 1500, QUERIES = 400, UNITS = 4, CUSTOMERS = 40 };

struct told {
	struct index_entry entry;
	char text[200];
	const char *joined;
};

struct world {
	struct arena *arena;
	char folder[80];
	struct index *index;
	uint64_t random;
	struct told *told;
	size_t count;
};

static size_t
pick(struct world *w, size_t below)
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

static void
make_text(struct world *w, size_t most, char *out, size_t size)
{
	size_t count = 1 + pick(w, most);
	size_t length = 0;

	out[0] = '\0';
	while (count-- > 0) {
		const char *piece = pieces[pick(w, sizeof(pieces) / sizeof(pieces[0]))];

		if (length + strlen(piece) + 1 < size) {
			memcpy(out + length, piece, strlen(piece) + 1);
			length += strlen(piece);
		}
	}
}

static const char *
joined(struct world *w, const char *text, size_t *length)
{
	struct index_text fields = {.count = 1};

	fields.fields[0].name = "text";
	fields.fields[0].text = text;
	fold_text(text, strlen(text), w->arena, &fields.fields[0].folded);
	return index_text_join(&fields, w->arena, length);
}

/* Mostly one after the other in time, now and then long ago. */
static void
tell(struct world *w, unsigned node, uint64_t n, const char *text)
{
	struct told *t = &w->told[w->count];
	uint64_t customer = 1 + pick(w, CUSTOMERS);

	snprintf(t->text, sizeof(t->text), "%s", text);
	t->entry = (struct index_entry){
		.id = FACT_ID(node, n),
		.timeline = customer,
		.at = pick(w, 10) == 0 ? 1000 + (int64_t)pick(w, 500)
							   : 1000000 + (int64_t)(w->count / 3),
		.unit = UNIT_ROOT + customer % UNITS,
		.author = 1 + pick(w, 3),
		.author_kind = pick(w, 2) == 0 ? AUTHOR_STAFF : AUTHOR_CUSTOMER,
		.kind = pick(w, 4) == 0 ? FACT_NOTE : FACT_MESSAGE,
		.channel_kind = pick(w, 2) == 0 ? "webchat" : "phone",
	};
	t->entry.text = joined(w, t->text, &t->entry.length);
	t->joined = t->entry.text;
	w->count++;
}

static void
feed(struct world *w, size_t from, size_t to)
{
	struct index_entry batch[64];
	struct error e;
	size_t count = 0;

	for (size_t i = from; i < to; i++) {
		batch[count++] = w->told[i].entry;
		if (i + 1 == to || count == 64 ||
			FACT_NODE(w->told[i + 1].entry.id) != FACT_NODE(w->told[i].entry.id)) {
			assert_int_equal(index_add(w->index, batch, count, w->told[i].entry.id,
								 w->told[i].entry.id, &e),
				ERR_OK);
			count = 0;
		}
	}
}

static void
fill(struct world *w)
{
	uint64_t numbers[2] = {0, 0};
	char text[200];

	for (size_t i = 0; i < ENTRIES; i++) {
		unsigned second = i > ENTRIES * 2 / 3;

		make_text(w, 12, text, sizeof(text));
		tell(w, 1 + second, ++numbers[second], text);
	}
	feed(w, 0, ENTRIES);
}

static int
set_up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct error e;

	w->arena = arena_create();
	w->random = 88172645463325252ULL;
	w->told = xcalloc(ENTRIES + 10, sizeof(*w->told));
	snprintf(w->folder, sizeof(w->folder), "/tmp/trunkline-index-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	assert_int_equal(index_open(w->folder, true, &w->index, &e), ERR_OK);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	index_close(w->index);
	assert_int_equal(index_wipe(w->folder, NULL), ERR_OK);
	assert_int_not_equal(access(w->folder, F_OK), 0);
	arena_destroy(w->arena);
	free(w->told);
	free(w);
	return 0;
}

/* --- the plain way ------------------------------------------------------------------------ */

static bool
has(const struct index_query *q, const char *text, size_t length)
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

static size_t
search_plainly(const struct world *w, const struct index_query *q,
	const struct index_filter *f, struct index_hit *out)
{
	size_t count = 0;

	for (size_t i = 0; i < w->count; i++) {
		const struct told *t = &w->told[i];

		if (fits(f, t) && has(q, t->joined, t->entry.length)) {
			out[count++] = (struct index_hit){t->entry.id, t->entry.at};
		}
	}
	qsort(out, count, sizeof(*out), newest_first);
	return count;
}

static const struct told *
told_of(const struct world *w, uint64_t id)
{
	for (size_t i = 0; i < w->count; i++) {
		if (w->told[i].entry.id == id) {
			return &w->told[i];
		}
	}
	return NULL;
}

/* Page by page to the end. What the index gives too much is left out, and its order checked. */
static size_t
search_index(const struct world *w, const struct index_query *q, struct index_filter f,
	size_t limit, struct index_hit *out)
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
			if (has(q, t->joined, t->entry.length) && fits(&f, t)) {
				out[count++] = page.hits[i];
			}
		}
		f.before_at = page.next_at;
		f.before_id = page.next_id;
	} while (page.more);
	return count;
}

static struct index_filter
any(const struct world *w, const struct index_query *q)
{
	return (struct index_filter){
		.match = index_query_match(q, NULL, 0, w->arena),
		.scope = {.unit_low = 0, .unit_high = UNIT_LAST},
		.author = -1,
	};
}

static struct index_filter
some(struct world *w, const struct index_query *q)
{
	struct index_filter f = any(w, q);

	if (pick(w, 3) == 0) {
		f.scope.unit_low = f.scope.unit_high = UNIT_ROOT + pick(w, UNITS);
	}
	if (pick(w, 3) == 0) {
		f.from = 1000000 + (int64_t)pick(w, ENTRIES / 3);
	}
	if (pick(w, 3) == 0) {
		f.to = 1000000 + (int64_t)pick(w, ENTRIES / 3);
	}
	f.agent = pick(w, 4) == 0 ? 1 + pick(w, 3) : 0;
	f.author = pick(w, 4) == 0 ? AUTHOR_STAFF : -1;
	f.kind = pick(w, 4) == 0 ? FACT_NOTE : 0;
	f.channel_kind = pick(w, 4) == 0 ? "phone" : NULL;
	return f;
}

static void
assert_same(const struct world *w, const struct index_query *q,
	const struct index_filter *f, size_t limit, const char *text)
{
	static struct index_hit expected[ENTRIES + 10];
	static struct index_hit hits[ENTRIES + 10];
	size_t wanted = search_plainly(w, q, f, expected);
	size_t count = search_index(w, q, *f, limit, hits);

	if (count != wanted || memcmp(hits, expected, count * sizeof(*hits)) != 0) {
		fail_msg("'%s': %zu found, %zu are there", text, count, wanted);
	}
}

/* --- tests -------------------------------------------------------------------------------- */

static void
finds_what_a_plain_search_finds(void **state)
{
	struct world *w = *state;
	unsigned searched = 0;
	char text[60];

	fill(w);
	for (unsigned i = 0; i < QUERIES; i++) {
		struct index_query q;
		struct index_filter f;

		make_text(w, 4, text, sizeof(text));
		if (index_query_read(text, w->arena, &q, NULL) != ERR_OK) {
			continue;
		}
		searched++;
		f = any(w, &q);
		assert_same(w, &q, &f, 1 + pick(w, 50), text);
		f = some(w, &q);
		assert_same(w, &q, &f, 1 + pick(w, 50), text);
	}
	assert_true(searched > QUERIES / 2);
}

static size_t
count_of(struct world *w, const char *text)
{
	static struct index_hit hits[ENTRIES + 10];
	struct index_query q;
	struct error e;

	if (index_query_read(text, w->arena, &q, &e) != ERR_OK) {
		fail_msg("'%s' %s", text, e.text);
	}
	return search_index(w, &q, any(w, &q), 10, hits);
}

static void
knows_words_and_characters(void **state)
{
	struct world *w = *state;

	tell(w, 1, 1, "任何人都不能向您承诺保证收益。");
	tell(w, 1, 2, "買A股還是港股？賬戶 SH600519，Account-Number 20261122");
	tell(w, 1, 3, "ＦＵＬＬ　Ｗｉｄｔｈ，请问客服在吗");
	feed(w, 0, 3);
	assert_int_equal(count_of(w, "证收"), 1);
	assert_int_equal(count_of(w, "保证收益"), 1);
	assert_int_equal(count_of(w, "收益 保证"), 1);
	assert_int_equal(count_of(w, "益"), 1);
	assert_int_equal(count_of(w, "A股"), 1);
	assert_int_equal(count_of(w, "股"), 1);
	assert_int_equal(count_of(w, "买a"), 1);
	assert_int_equal(count_of(w, "账户"), 1);
	assert_int_equal(count_of(w, "賬戶"), 1);
	assert_int_equal(count_of(w, "600519"), 1);
	assert_int_equal(count_of(w, "sh6005"), 1);
	assert_int_equal(count_of(w, "acc"), 1);
	assert_int_equal(count_of(w, "ccount"), 0);
	assert_int_equal(count_of(w, "account-n"), 1);
	assert_int_equal(count_of(w, "2026112"), 1);
	assert_int_equal(count_of(w, "full w"), 1);
	assert_int_equal(count_of(w, "\"full width\""), 1);
	assert_int_equal(count_of(w, "\"width full\""), 0);
	assert_int_equal(count_of(w, "width full"), 1);
	assert_int_equal(count_of(w, "保证本金"), 0);
}

static void
refuses_what_cannot_be_found(void **state)
{
	struct world *w = *state;
	struct index_query q;
	struct error e;

	assert_int_equal(index_query_read("，。!?", w->arena, &q, &e), ERR_INVALID);
	assert_int_equal(index_query_read("", w->arena, &q, &e), ERR_INVALID);
	assert_int_equal(index_query_read("a b c d e f g h i", w->arena, &q, &e),
		ERR_INVALID);
	/* Nothing in it is syntax. */
	assert_int_equal(index_query_read("a\" OR t:b* NEAR(", w->arena, &q, &e), ERR_OK);
	assert_int_equal(count_of(w, "a\" OR t:b* NEAR("), 0);
}

static void
searches_one_customer_by_her_timelines(void **state)
{
	static struct index_hit hits[ENTRIES + 10];
	struct world *w = *state;
	uint64_t timelines[] = {3, 7};
	struct index_query q;
	struct index_filter f;
	size_t expected = 0;

	fill(w);
	assert_int_equal(index_query_read("acc", w->arena, &q, NULL), ERR_OK);
	for (size_t i = 0; i < w->count; i++) {
		uint64_t timeline = w->told[i].entry.timeline;

		expected += (timeline == 3 || timeline == 7) &&
			has(&q, w->told[i].joined, w->told[i].entry.length);
	}
	f = any(w, &q);
	f.match = index_query_match(&q, timelines, 2, w->arena);
	assert_true(expected > 0);
	assert_int_equal(search_index(w, &q, f, 20, hits), expected);
}

static void
follows_a_customer_to_another_unit(void **state)
{
	static struct index_hit hits[ENTRIES + 10];
	struct world *w = *state;
	uint64_t moved[] = {4};
	uint32_t unit[] = {UNIT_ROOT + 200};
	struct index_query q;
	struct index_filter f;

	fill(w);
	assert_int_equal(index_query_read("acc", w->arena, &q, NULL), ERR_OK);
	f = any(w, &q);
	f.scope.unit_low = f.scope.unit_high = UNIT_ROOT + 200;
	assert_int_equal(search_index(w, &q, f, 20, hits), 0);
	index_move(w->index, moved, unit, 1);
	for (size_t i = 0; i < w->count; i++) {
		if (w->told[i].entry.timeline == 4) {
			w->told[i].entry.unit = UNIT_ROOT + 200;
		}
	}
	assert_same(w, &q, &f, 20, "acc");
	assert_true(search_index(w, &q, f, 20, hits) > 0);
	/* Whoever owns her sees her wherever she is. */
	f.scope.unit_low = f.scope.unit_high = UNIT_ROOT + 201;
	f.own = moved;
	f.own_count = 1;
	{
		struct index_page page;

		assert_int_equal(index_search(w->index, &f, 5, &page, NULL), ERR_OK);
		assert_true(page.count > 0);
	}
}

static void
forgets_what_is_erased(void **state)
{
	struct world *w = *state;

	fill(w);
	for (size_t i = 0; i < w->count; i++) {
		if (i % 7 == 0) {
			assert_int_equal(index_erase(w->index, w->told[i].entry.id, NULL), ERR_OK);
			assert_int_equal(index_erase(w->index, w->told[i].entry.id, NULL),
				ERR_NOT_FOUND);
			w->told[i].entry.length = 0;
		}
	}
	assert_int_equal(index_purge(w->index, NULL), ERR_OK);
	for (size_t i = 0; i < 60; i++) {
		struct index_query q;
		struct index_filter f;
		char text[40];

		make_text(w, 3, text, sizeof(text));
		if (index_query_read(text, w->arena, &q, NULL) == ERR_OK) {
			f = any(w, &q);
			assert_same(w, &q, &f, 30, text);
		}
	}
}

static void
goes_on_where_it_was(void **state)
{
	struct world *w = *state;
	struct index_stats before;
	struct index_stats after;
	uint64_t upto;
	uint64_t mark;
	struct index *other;
	struct error e;

	fill(w);
	index_stats(w->index, &before);
	assert_int_equal(before.entries, ENTRIES);
	assert_int_equal(index_open(w->folder, true, &other, &e), ERR_BUSY);
	/* What never reached the disk is asked for once more. */
	index_close(w->index);
	assert_int_equal(index_open(w->folder, true, &w->index, &e), ERR_OK);
	index_stats(w->index, &after);
	assert_int_equal(after.entries, 0);
	assert_int_equal(index_next(w->index, 1), FACT_ID(1, 0));
	assert_int_equal(index_mark(w->index, 1, &upto), 0);
	assert_int_equal(upto, 0);
	feed(w, 0, ENTRIES);
	feed(w, 0, ENTRIES);
	index_stats(w->index, &after);
	assert_int_equal(after.entries, ENTRIES);
	mark = index_mark(w->index, 1, &upto);
	assert_int_equal(mark, upto);
	assert_int_equal(index_sync(w->index, &e), ERR_OK);
	index_close(w->index);
	assert_int_equal(index_open(w->folder, true, &w->index, &e), ERR_OK);
	assert_int_equal(index_next(w->index, 1), upto + 1);
	assert_int_equal(index_mark(w->index, 1, &upto), mark);
	index_stats(w->index, &after);
	assert_int_equal(after.entries, ENTRIES);
	assert_int_equal(index_next(w->index, 3), FACT_ID(3, 0));
}

/* Killed in the midst of feeding, time and again: in the end everything is there once. */
static void
survives_being_killed(void **state)
{
	struct world *w = *state;
	struct index_stats stats;
	struct index_query q;
	struct index_filter f;

	fill(w); /* to know the texts; then from the beginning */
	index_close(w->index);
	w->index = NULL;
	assert_int_equal(index_wipe(w->folder, NULL), ERR_OK);
	for (unsigned kill_after = 3; kill_after < 12; kill_after += 4) {
		pid_t child = fork();
		int status;

		assert_true(child >= 0);
		if (child == 0) {
			struct index_entry batch[40];
			uint64_t next;
			struct error e;

			if (index_open(w->folder, true, &w->index, &e) != ERR_OK) {
				_exit(1);
			}
			next = FACT_N(index_next(w->index, 1));
			next = next > 0 ? next - 1 : 0;
			for (unsigned k = 0; k < kill_after; k++) {
				for (size_t i = 0; i < 40; i++) {
					batch[i] = w->told[next + i].entry;
				}
				next += 40;
				if (index_add(w->index, batch, 40, batch[39].id, 0, &e) != ERR_OK) {
					_exit(2);
				}
			}
			kill(getpid(), SIGKILL);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
	}
	assert_int_equal(index_open(w->folder, true, &w->index, NULL), ERR_OK);
	feed(w, 0, ENTRIES);
	index_stats(w->index, &stats);
	assert_int_equal(stats.entries, ENTRIES);
	assert_int_equal(index_query_read("保", w->arena, &q, NULL), ERR_OK);
	f = any(w, &q);
	assert_same(w, &q, &f, 50, "保");
}

static void
gives_a_part_when_time_is_up(void **state)
{
	static struct index_hit expected[ENTRIES + 10];
	static struct index_hit hits[ENTRIES + 10];
	struct world *w = *state;
	struct index_query q;
	struct index_filter f;
	struct index_page page;
	size_t count;

	fill(w);
	assert_int_equal(index_query_read("zz", w->arena, &q, NULL), ERR_OK);
	f = any(w, &q);
	f.deadline_us = clock_monotonic_us() - 1;
	assert_int_equal(index_search(w->index, &f, 100, &page, NULL), ERR_OK);
	assert_true(page.partial);
	assert_true(page.more);
	count = search_index(w, &q, f, 100, hits);
	assert_int_equal(count, search_plainly(w, &q, &f, expected));
	assert_memory_equal(hits, expected, count * sizeof(*hits));
}

struct searcher {
	struct world *world;
	const struct index_filter *filter;
	_Atomic bool stop;
	_Atomic unsigned searches;
	_Atomic unsigned wrong;
};

static void *
search_on(void *ctx)
{
	struct searcher *s = ctx;
	struct index_page page;
	size_t seen = 0;

	while (!s->stop) {
		if (index_search(s->world->index, s->filter, 100, &page, NULL) != ERR_OK) {
			s->wrong++;
		}
		for (size_t i = 1; i < page.count; i++) {
			s->wrong += page.hits[i].at > page.hits[i - 1].at;
		}
		/* What was found once stays. */
		s->wrong += page.count < seen;
		seen = page.count;
		s->searches++;
	}
	return NULL;
}

static void
is_searched_while_it_grows(void **state)
{
	struct world *w = *state;
	struct index_query q;
	struct index_filter f;
	struct searcher s = {.world = w, .filter = &f};
	uint64_t moved[] = {5};
	uint32_t unit[] = {UNIT_ROOT + 9};
	pthread_t thread;
	char text[200];

	assert_int_equal(index_query_read("保", w->arena, &q, NULL), ERR_OK);
	f = any(w, &q);
	assert_int_equal(pthread_create(&thread, NULL, search_on, &s), 0);
	for (size_t i = 0; i < ENTRIES; i++) {
		make_text(w, 12, text, sizeof(text));
		tell(w, 1, i + 1, text);
	}
	for (size_t i = 0; i < ENTRIES; i += 50) {
		unsigned before = s.searches;

		feed(w, i, i + 50);
		index_move(w->index, moved, unit, 1);
		while (s.searches == before) {
			sched_yield();
		}
	}
	s.stop = true;
	pthread_join(thread, NULL);
	assert_int_equal(s.wrong, 0);
	assert_same(w, &q, &f, 50, "保");
}

int
main(void)
{
/* clang-format off */
#define INDEX_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	/* clang-format on */
	const struct CMUnitTest tests[] = {
		INDEX_TEST(finds_what_a_plain_search_finds),
		INDEX_TEST(knows_words_and_characters),
		INDEX_TEST(refuses_what_cannot_be_found),
		INDEX_TEST(searches_one_customer_by_her_timelines),
		INDEX_TEST(follows_a_customer_to_another_unit),
		INDEX_TEST(forgets_what_is_erased),
		INDEX_TEST(goes_on_where_it_was),
		INDEX_TEST(survives_being_killed),
		INDEX_TEST(gives_a_part_when_time_is_up),
		INDEX_TEST(is_searched_while_it_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
