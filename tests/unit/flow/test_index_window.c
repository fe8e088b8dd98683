/* What was committed a moment ago is at hand for the search index, in its order and without a gap;
 * whatever is not is read from the database. */
#include "flow/index_window.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "knowledge/index.h"
#include "lib/test.h"
#include "model/fact.h"
#include "store/read_search.h"

enum { NODE = 1, LONG_BODY = 60 * 1000, TOO_MANY = 700 /* times LONG_BODY */ };

static int
setup(void **state)
{
	*state = index_window_create();
	return 0;
}

static int
teardown(void **state)
{
	index_window_destroy(*state);
	return 0;
}

static void
put_text(struct index_window *w, uint64_t n, const char *body)
{
	struct fact *f = fact_create();

	f->id = FACT_ID(NODE, n);
	f->timeline = 7001;
	f->kind = FACT_MESSAGE;
	f->unit = 3;
	str_copy(f->channel_kind, sizeof(f->channel_kind), "webchat");
	f->body = xstrdup(body);
	f->body_length = strlen(body);
	index_window_put(w, f);
	fact_put(f);
}

static void
put(struct index_window *w, uint64_t from, uint64_t to)
{
	for (uint64_t n = from; n <= to; n++) {
		put_text(w, n, "{\"text\":\"hello\"}");
	}
}

/* Takes the facts from `from` to `to`, which are one run. */
static void
expect_run(struct index_window *w, uint64_t from, uint64_t to)
{
	uint64_t begins;
	struct index_run *run = index_window_take(w, FACT_ID(NODE, from), &begins);

	assert_non_null(run);
	assert_int_equal(run->count, to - from + 1);
	for (uint64_t i = 0; i < run->count; i++) {
		assert_int_equal(run->facts[i].id, FACT_ID(NODE, from + i));
	}
	index_run_destroy(run);
}

/* There is nothing for `from`; 0: at all. */
static void
expect_nothing_before(struct index_window *w, uint64_t from, uint64_t expected)
{
	uint64_t begins;

	assert_null(index_window_take(w, FACT_ID(NODE, from), &begins));
	assert_int_equal(begins, expected != 0 ? FACT_ID(NODE, expected) : 0);
}

static void
what_was_put_is_taken_once_and_whole(void **state)
{
	struct index_window *w = *state;
	struct index_run *run;
	uint64_t begins;

	put(w, 10, 12);
	run = index_window_take(w, FACT_ID(NODE, 10), &begins);
	assert_non_null(run);
	assert_int_equal(run->count, 3);
	assert_int_equal(run->facts[2].id, FACT_ID(NODE, 12));
	assert_int_equal(run->facts[2].timeline, 7001);
	assert_int_equal(run->facts[2].unit, 3);
	assert_string_equal(run->facts[2].channel_kind, "webchat");
	assert_string_equal(run->facts[2].body, "{\"text\":\"hello\"}");
	assert_null(run->facts[2].files);
	index_run_destroy(run);
	expect_nothing_before(w, 10, 0);
	put(w, 13, 13);
	expect_run(w, 13, 13);
}

static void
who_is_behind_is_told_where_it_begins(void **state)
{
	put(*state, 10, 12);
	expect_nothing_before(*state, 4, 10);
	expect_run(*state, 10, 12);
}

static void
a_gap_is_no_run(void **state)
{
	put(*state, 10, 12);
	put(*state, 15, 16);
	expect_run(*state, 10, 12);
	expect_nothing_before(*state, 13, 15);
	expect_run(*state, 15, 16);
}

static void
what_is_known_already_is_forgotten(void **state)
{
	put(*state, 10, 12);
	expect_nothing_before(*state, 12, 0);
	put(*state, 13, 13);
	expect_run(*state, 13, 13);
}

static void
a_run_is_no_longer_than_what_is_read_at_once(void **state)
{
	put(*state, 1, SEARCHABLE_MAX + 5);
	expect_run(*state, 1, SEARCHABLE_MAX);
	expect_run(*state, SEARCHABLE_MAX + 1, SEARCHABLE_MAX + 5);
}

static void
a_run_ends_with_its_block_of_the_index(void **state)
{
	put(*state, INDEX_BLOCK_ROWS - 2, INDEX_BLOCK_ROWS + 1);
	expect_run(*state, INDEX_BLOCK_ROWS - 2, INDEX_BLOCK_ROWS - 1);
	expect_run(*state, INDEX_BLOCK_ROWS, INDEX_BLOCK_ROWS + 1);
}

static void
what_cannot_be_used_is_gone(void **state)
{
	put(*state, 10, 12);
	index_window_clear(*state);
	expect_nothing_before(*state, 10, 0);
	put(*state, 13, 13);
	expect_run(*state, 13, 13);
}

static void
what_nobody_takes_makes_room(void **state)
{
	struct index_window *w = *state;
	char *body = xmalloc(LONG_BODY + 1);
	uint64_t begins;

	memset(body, 'x', LONG_BODY);
	body[LONG_BODY] = '\0';
	for (uint64_t n = 1; n <= TOO_MANY; n++) {
		put_text(w, n * 2, body); /* each a run of its own */
	}
	assert_null(index_window_take(w, FACT_ID(NODE, 1), &begins));
	assert_in_range(FACT_N(begins), 3, TOO_MANY * 2);
	expect_run(w, FACT_N(begins), FACT_N(begins));
	free(body);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_put_is_taken_once_and_whole),
		TEST(who_is_behind_is_told_where_it_begins),
		TEST(a_gap_is_no_run),
		TEST(what_is_known_already_is_forgotten),
		TEST(a_run_is_no_longer_than_what_is_read_at_once),
		TEST(a_run_ends_with_its_block_of_the_index),
		TEST(what_cannot_be_used_is_gone),
		TEST(what_nobody_takes_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
