/* The search index against a plain search through all texts: whatever the texts and the queries
 * are, it finds every entry that has what is looked for, and those that it finds and that do not
 * have it are told apart by comparing. */
#include "lib/test.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "base/clock.h"
#include "lib/index_world.h"
#include "model/fact.h"

enum { QUERIES = 400 };

static void
finds_what_a_plain_search_finds(void **state)
{
	struct index_world *w = *state;
	unsigned searched = 0;
	char text[60];

	index_world_fill(w);
	for (unsigned i = 0; i < QUERIES; i++) {
		struct index_query q;
		struct index_filter f;

		index_world_text(w, 4, text, sizeof(text));
		if (index_query_read(text, w->arena, &q, NULL) != ERR_OK) {
			continue;
		}
		searched++;
		f = index_world_any(w, &q);
		index_world_same(w, &q, &f, 1 + index_world_pick(w, 50), text);
		f = index_world_some(w, &q);
		index_world_same(w, &q, &f, 1 + index_world_pick(w, 50), text);
	}
	assert_true(searched > QUERIES / 2);
}

static size_t
count_of(struct index_world *w, const char *text)
{
	static struct index_hit hits[INDEX_WORLD_ENTRIES + 10];
	struct index_query q;
	struct error e;

	if (index_query_read(text, w->arena, &q, &e) != ERR_OK) {
		fail_msg("'%s' %s", text, e.text);
	}
	return index_world_search(w, &q, index_world_any(w, &q), 10, hits);
}

static void
knows_words_and_characters(void **state)
{
	struct index_world *w = *state;

	index_world_tell(w, 1, 1, "任何人都不能向您承诺保证收益。");
	index_world_tell(w, 1, 2, "買A股還是港股？賬戶 SH600519，Account-Number 20261122");
	index_world_tell(w, 1, 3, "ＦＵＬＬ　Ｗｉｄｔｈ，请问客服在吗");
	index_world_feed(w, 0, 3);
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
	struct index_world *w = *state;
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
	static struct index_hit hits[INDEX_WORLD_ENTRIES + 10];
	struct index_world *w = *state;
	uint64_t timelines[] = {3, 7};
	struct index_query q;
	struct index_filter f;
	size_t expected = 0;

	index_world_fill(w);
	assert_int_equal(index_query_read("acc", w->arena, &q, NULL), ERR_OK);
	for (size_t i = 0; i < w->count; i++) {
		uint64_t timeline = w->told[i].entry.timeline;

		expected += (timeline == 3 || timeline == 7) &&
			index_world_has(&q, w->told[i].joined, w->told[i].entry.length);
	}
	f = index_world_any(w, &q);
	f.match = index_query_match(&q, timelines, 2, w->arena);
	assert_true(expected > 0);
	assert_int_equal(index_world_search(w, &q, f, 20, hits), expected);
}

static void
follows_a_customer_to_another_unit(void **state)
{
	static struct index_hit hits[INDEX_WORLD_ENTRIES + 10];
	struct index_world *w = *state;
	uint64_t moved[] = {4};
	uint32_t unit[] = {UNIT_ROOT + 200};
	struct index_query q;
	struct index_filter f;

	index_world_fill(w);
	assert_int_equal(index_query_read("acc", w->arena, &q, NULL), ERR_OK);
	f = index_world_any(w, &q);
	f.scope.unit_low = f.scope.unit_high = UNIT_ROOT + 200;
	assert_int_equal(index_world_search(w, &q, f, 20, hits), 0);
	index_move(w->index, moved, unit, 1);
	for (size_t i = 0; i < w->count; i++) {
		if (w->told[i].entry.timeline == 4) {
			w->told[i].entry.unit = UNIT_ROOT + 200;
		}
	}
	index_world_same(w, &q, &f, 20, "acc");
	assert_true(index_world_search(w, &q, f, 20, hits) > 0);
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
	struct index_world *w = *state;

	index_world_fill(w);
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

		index_world_text(w, 3, text, sizeof(text));
		if (index_query_read(text, w->arena, &q, NULL) == ERR_OK) {
			f = index_world_any(w, &q);
			index_world_same(w, &q, &f, 30, text);
		}
	}
}

static void
gives_a_part_when_time_is_up(void **state)
{
	static struct index_hit expected[INDEX_WORLD_ENTRIES + 10];
	static struct index_hit hits[INDEX_WORLD_ENTRIES + 10];
	struct index_world *w = *state;
	struct index_query q;
	struct index_filter f;
	struct index_page page;
	size_t count;

	index_world_fill(w);
	assert_int_equal(index_query_read("zz", w->arena, &q, NULL), ERR_OK);
	f = index_world_any(w, &q);
	f.deadline_us = clock_monotonic_us() - 1;
	assert_int_equal(index_search(w->index, &f, 100, &page, NULL), ERR_OK);
	assert_true(page.partial);
	assert_true(page.more);
	count = index_world_search(w, &q, f, 100, hits);
	assert_int_equal(count, index_world_plainly(w, &q, &f, expected));
	assert_memory_equal(hits, expected, count * sizeof(*hits));
}

struct searcher {
	struct index_world *world;
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
	struct index_world *w = *state;
	struct index_query q;
	struct index_filter f;
	struct searcher s = {.world = w, .filter = &f};
	uint64_t moved[] = {5};
	uint32_t unit[] = {UNIT_ROOT + 9};
	pthread_t thread;
	char text[200];

	assert_int_equal(index_query_read("保", w->arena, &q, NULL), ERR_OK);
	f = index_world_any(w, &q);
	assert_int_equal(pthread_create(&thread, NULL, search_on, &s), 0);
	for (size_t i = 0; i < INDEX_WORLD_ENTRIES; i++) {
		index_world_text(w, 12, text, sizeof(text));
		index_world_tell(w, 1, i + 1, text);
	}
	for (size_t i = 0; i < INDEX_WORLD_ENTRIES; i += 50) {
		unsigned before = s.searches;

		index_world_feed(w, i, i + 50);
		index_move(w->index, moved, unit, 1);
		if (i % 100 == 0) {
			assert_int_equal(index_sync(w->index, NULL), ERR_OK);
		}
		while (s.searches == before) {
			sched_yield();
		}
	}
	s.stop = true;
	pthread_join(thread, NULL);
	assert_int_equal(s.wrong, 0);
	index_world_same(w, &q, &f, 50, "保");
}

int
main(void)
{
/* clang-format off */
#define INDEX_TEST(test) cmocka_unit_test_setup_teardown(test, index_world_set_up, index_world_tear_down)
	/* clang-format on */
	const struct CMUnitTest tests[] = {
		INDEX_TEST(finds_what_a_plain_search_finds),
		INDEX_TEST(knows_words_and_characters),
		INDEX_TEST(refuses_what_cannot_be_found),
		INDEX_TEST(searches_one_customer_by_her_timelines),
		INDEX_TEST(follows_a_customer_to_another_unit),
		INDEX_TEST(forgets_what_is_erased),
		INDEX_TEST(gives_a_part_when_time_is_up),
		INDEX_TEST(is_searched_while_it_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
