/* Keyword rules as a table and as JSON: what goes out comes in again, and what is wrong is named. */
#include "lib/test.h"

#include <string.h>

#include "api/rule_file.h"
#include "base/arena.h"
#include "base/buf.h"

static struct arena *
arena_of(void **state)
{
	return *state;
}

static int
set_up(void **state)
{
	*state = arena_create();
	return 0;
}

static int
tear_down(void **state)
{
	arena_destroy(*state);
	return 0;
}

static struct rule_file *
parse(void **state, const char *text)
{
	struct rule_file *f = arena_alloc(arena_of(state), sizeof(*f));

	rule_file_parse(arena_of(state), text, strlen(text), f);
	return f;
}

static void
assert_list(const char *const *list, size_t count, const char *const *expected)
{
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(list[i], expected[i]);
	}
	assert_null(expected[count]);
}

static const char *const nasty[] = {"=SUM(A1)", "a\\b", "两行\n词", "甲=>乙", "---x",
	NULL};
static const char *const replies[] = {"第一段\n\n---\n不是分隔", "---", "+86 10\\n",
	NULL};

static struct rule_file_row
nasty_row(void)
{
	static const struct rule_menu_item menu[] = {
		{.label = "看 => 那"},
		{.label = "人工", .human = true},
	};

	return (struct rule_file_row){
		.rule =
			{
				.title = "标题,\"带引号\"",
				.folder = "@目录",
				.enabled = false,
				.priority = -7,
				.match = RULE_CONTAINS,
				.any = nasty,
				.any_count = 5,
				.pattern = "",
				.hours = RULE_CLOSED,
				.cooldown_ms = 1500,
				.replies = replies,
				.reply_count = 3,
				.pick = RULE_PICK_ALL,
				.menu = menu,
				.menu_count = 2,
				.human = true,
				.ask_helpful = true,
				.intent = "-意图",
				.tags = nasty,
				.tag_count = 2,
			},
		.targets = {"别的 => 规则", NULL},
	};
}

static void
assert_same(const struct rule_file *f)
{
	const struct rule *r = &f->rows[0].rule;

	assert_null(f->report.problem);
	assert_int_equal(f->report.bad_count, 0);
	assert_int_equal(f->row_count, 1);
	assert_string_equal(r->title, "标题,\"带引号\"");
	assert_string_equal(r->folder, "@目录");
	assert_false(r->enabled);
	assert_int_equal(r->priority, -7);
	assert_int_equal(r->hours, RULE_CLOSED);
	assert_int_equal(r->cooldown_ms, 1500);
	assert_int_equal(r->pick, RULE_PICK_ALL);
	assert_true(r->human && r->ask_helpful);
	assert_string_equal(r->intent, "-意图");
	assert_list(r->any, r->any_count, nasty);
	assert_list(r->replies, r->reply_count, replies);
	assert_int_equal(r->tag_count, 2);
	assert_int_equal(r->menu_count, 2);
	assert_string_equal(r->menu[0].label, "看 => 那");
	assert_string_equal(f->rows[0].targets[0], "别的 => 规则");
	assert_true(r->menu[1].human);
	assert_null(f->rows[0].targets[1]);
}

static void
a_table_loses_nothing(void **state)
{
	struct rule_file_row row = nasty_row();
	struct buf out;

	for (int chinese = 0; chinese < 2; chinese++) {
		buf_init(&out, 64 * 1024);
		rule_file_write_csv(&out, &row, 1, chinese);
		assert_non_null(strstr(out.data, "'@"));
		assert_same(parse(state, out.data));
		buf_fini(&out);
	}
}

static void
json_loses_nothing(void **state)
{
	struct rule_file_row row = nasty_row();
	struct buf out;

	buf_init(&out, 64 * 1024);
	rule_file_write_json(&out, &row, 1);
	assert_same(parse(state, out.data));
	buf_fini(&out);
}

static void
headings_may_stand_in_any_order_and_language(void **state)
{
	const struct rule_file *f = parse(state,
		"答案,什么,关键词,问题,启用\n答,x,\"开户\n开立\",怎么开户,否\n");

	assert_int_equal(f->row_count, 1);
	assert_string_equal(f->rows[0].rule.title, "怎么开户");
	assert_int_equal(f->rows[0].rule.any_count, 2);
	assert_string_equal(f->rows[0].rule.replies[0], "答");
	assert_false(f->rows[0].rule.enabled);
}

static void
bad_rows_are_named_and_the_rest_is_kept(void **state)
{
	const struct rule_file *f = parse(state,
		"title,any words,replies,match,enabled,cooldown seconds,menu\n"
		",x,y,,,,\n"
		"甲,x,y,like,,,\n"
		"乙,x,y,,maybe,,\n"
		"丙,x,y,,,soon,\n"
		"丁,x,y,,,,no mark\n"
		"戊,x,y,exact,yes,0.5,\n"
		"戊,x,y,,,,\n"
		"己,,y,exact,,,\n");
	const char *const reasons[] = {"no_title", "wrong_value", "wrong_value",
		"wrong_value", "wrong_menu", "repeated_title", "wrong_rule"};

	assert_int_equal(f->row_count, 1);
	assert_int_equal(f->rows[0].rule.cooldown_ms, 500);
	assert_int_equal(f->report.bad_count, 7);
	for (size_t i = 0; i < 7; i++) {
		assert_string_equal(f->report.bad[i].reason, reasons[i]);
	}
}

static void
what_is_no_table_of_rules_is_refused(void **state)
{
	assert_non_null(parse(state, "甲,乙\n1,2\n")->report.problem);
	assert_non_null(parse(state, "")->report.problem);
	assert_non_null(parse(state, "{\"rules\":")->report.problem);
	assert_non_null(parse(state, "{\"other\":[]}")->report.problem);
	assert_null(parse(state, "[]")->report.problem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_table_loses_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(json_loses_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(headings_may_stand_in_any_order_and_language,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_rows_are_named_and_the_rest_is_kept, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_table_of_rules_is_refused, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
