#include "knowledge/phrase_set.h"

#include <string.h>

#include "base/arena.h"
#include "lib/test.h"

static const struct phrase phrases[] = {
	{.id = 1,
		.text = "保本",
		.action = PHRASE_BLOCK,
		.advice = "不得承诺",
		.except = (const char *const[]){"不保本", "非保本"},
		.except_count = 2},
	{.id = 2, .text = "稳赚", .action = PHRASE_WARN},
	{.id = 3, .text = "sure win", .action = PHRASE_FLAG},
	{.id = 4, .text = "赚", .action = PHRASE_FLAG},
};

struct checked {
	struct arena *arena;
	const struct phrase_hit *hits;
	size_t count;
	enum phrase_action action;
};

static struct phrase_set *set;

static int
make(void **state)
{
	(void)state;
	return phrase_set_create(phrases, 4, &set, NULL) == ERR_OK ? 0 : -1;
}

static int
drop(void **state)
{
	(void)state;
	phrase_set_put(set);
	return 0;
}

static struct checked
check(const char *text)
{
	struct checked c = {.arena = arena_create()};

	phrase_check(set, text, strlen(text), c.arena, &c.hits, &c.count, &c.action);
	return c;
}

/* The only phrase found, and what of the text it is. */
static void
expect_one(const char *text, uint64_t id, const char *part)
{
	struct checked c = check(text);

	assert_int_equal(c.count, 1);
	assert_int_equal(c.hits[0].phrase->id, id);
	assert_int_equal(c.hits[0].end - c.hits[0].begin, strlen(part));
	assert_memory_equal(text + c.hits[0].begin, part, strlen(part));
	arena_destroy(c.arena);
}

static void
expect_none(const char *text)
{
	struct checked c = check(text);

	assert_int_equal(c.count, 0);
	assert_int_equal(c.action, 0);
	arena_destroy(c.arena);
}

static void
disguises_do_not_help(void **state)
{
	(void)state;
	expect_one("这款产品保本的", 1, "保本");
	expect_one("保 本", 1, "保 本");
	expect_one("保\u200B本", 1, "保\u200B本");
	expect_one("保　\n本", 1, "保　\n本");
	expect_one("a ＳＵＲＥ　ＷＩＮ!", 3, "ＳＵＲＥ　ＷＩＮ");
	expect_none("pleasure wins");
	expect_none("");
}

static void
exceptions_excuse_only_their_own_place(void **state)
{
	(void)state;
	expect_none("本产品不保本");
	expect_none("非 保 本，不保本");
	expect_one("不保本？保本！", 1, "保本");
	expect_one("保本不保本", 1, "保本");
}

static void
the_strictest_action_counts_and_places_are_in_order(void **state)
{
	struct checked c = check("穩賺而且保本");

	(void)state;
	assert_int_equal(c.count, 3);
	assert_int_equal(c.hits[0].phrase->id, 2);
	assert_int_equal(c.hits[1].phrase->id, 4);
	assert_int_equal(c.hits[2].phrase->id, 1);
	assert_string_equal(c.hits[2].phrase->advice, "不得承诺");
	assert_int_equal(c.action, PHRASE_BLOCK);
	arena_destroy(c.arena);
}

static void
a_set_without_phrases_finds_none(void **state)
{
	struct phrase_set *mine = set;

	(void)state;
	assert_int_equal(phrase_set_create(NULL, 0, &set, NULL), ERR_OK);
	expect_none("保本");
	phrase_set_put(phrase_set_get(set));
	phrase_set_put(set);
	set = mine;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disguises_do_not_help),
		cmocka_unit_test(exceptions_excuse_only_their_own_place),
		cmocka_unit_test(the_strictest_action_counts_and_places_are_in_order),
		cmocka_unit_test(a_set_without_phrases_finds_none),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
