/* Quick replies as a spreadsheet writes and reads them. */
#include "api/quick_csv.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lib/test.h"

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

static struct quick_csv *
parse(struct arena *a, const char *text)
{
	struct quick_csv *csv = arena_alloc(a, sizeof(*csv));

	quick_csv_parse(a, text, strlen(text), csv);
	return csv;
}

static void
columns_are_found_by_their_names_in_any_order(void **state)
{
	struct quick_csv *csv = parse(*state,
		"Text,ID,Title,FOLDER,Shortcut\r\nhello there,7,Greeting,Start,GR\r\n");

	assert_null(csv->report.problem);
	assert_int_equal(csv->row_count, 1);
	assert_int_equal(csv->rows[0].line, 2);
	assert_string_equal(csv->rows[0].reply.title, "Greeting");
	assert_string_equal(csv->rows[0].reply.body, "hello there");
	assert_string_equal(csv->rows[0].reply.folder, "Start");
	assert_string_equal(csv->rows[0].reply.shortcut, "gr");
	csv = parse(*state, "标题,内容\n开户,请带身份证\n");
	assert_string_equal(csv->rows[0].reply.title, "开户");
	assert_string_equal(csv->rows[0].reply.folder, "");
	assert_non_null(parse(*state, "标题,备注\n开户,x\n")->report.problem);
	assert_non_null(parse(*state, "")->report.problem);
}

static void
a_table_of_gb18030_is_read(void **state)
{
	struct quick_csv *csv = parse(*state,
		"\xB1\xEA\xCC\xE2,\xC4\xDA\xC8\xDD\r\n\xBF\xAA\xBB\xA7,\xC4\xFA\xBA\xC3\r\n");

	assert_string_equal(csv->report.charset, "GB18030");
	assert_int_equal(csv->row_count, 1);
	assert_string_equal(csv->rows[0].reply.title, "开户");
	assert_string_equal(csv->rows[0].reply.body, "您好");
}

static void
bad_rows_are_listed_with_their_lines(void **state)
{
	struct quick_csv *csv = parse(*state,
		"title,shortcut,text\n"
		",a,no title\n"
		"no text,b,\n"
		"good,g,\"two\r\nlines\"\n"
		"good,h,again\n"
		"other,G,same shortcut\n"
		"third,a b,wrong shortcut\n"
		"\n"
		"\xFF,x,cannot be read\n");
	static const char *const reasons[] = {"no_title", "no_text", "repeated_title",
		"repeated_shortcut", "wrong_shortcut", "unreadable"};
	static const size_t lines[] = {2, 3, 6, 7, 8, 10};

	assert_int_equal(csv->row_count, 1);
	assert_string_equal(csv->rows[0].reply.body, "two\nlines");
	assert_int_equal(csv->report.bad_count, 6);
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(csv->report.bad[i].reason, reasons[i]);
		assert_int_equal(csv->report.bad[i].line, lines[i]);
	}
}

static void
what_is_written_is_harmless_and_reads_back_the_same(void **state)
{
	struct quick_reply items[] = {
		{.folder = "",
			.title = "=1+1",
			.body = "+86 10 1234\n\"quoted\", yes",
			.used = 3},
		{.folder = "业务", .title = "-x", .shortcut = "zz", .body = "@all {{now}}"},
	};
	struct quick_csv *csv;
	struct buf out;

	buf_init(&out, 10000);
	quick_csv_write(&out, items, 2, true);
	assert_non_null(strstr(out.data, "\xEF\xBB\xBF目录,标题,快捷码,内容,使用次数\r\n"));
	assert_non_null(strstr(out.data, "'=1+1"));
	assert_non_null(strstr(out.data, "\"'+86"));
	csv = parse(*state, out.data);
	buf_fini(&out);
	assert_int_equal(csv->row_count, 2);
	assert_int_equal(csv->report.bad_count, 0);
	for (size_t i = 0; i < 2; i++) {
		const struct quick_reply *q = &csv->rows[i].reply;

		assert_string_equal(q->title, items[i].title);
		assert_string_equal(q->body, items[i].body);
		assert_string_equal(q->folder, items[i].folder);
	}
}

static void
a_table_has_an_end(void **state)
{
	struct buf text;
	struct quick_csv *csv;

	buf_init(&text, 1000000);
	buf_puts(&text, "title,text\n");
	for (int i = 0; i < QUICK_CSV_ROWS_MAX + TABLE_BAD_MAX + 50; i++) {
		buf_printf(&text, "t%d,x\n", i);
	}
	csv = parse(*state, text.data);
	buf_fini(&text);
	assert_int_equal(csv->row_count, QUICK_CSV_ROWS_MAX);
	assert_int_equal(csv->report.bad_count, TABLE_BAD_MAX + 50);
	assert_string_equal(csv->report.bad[TABLE_BAD_MAX - 1].reason, "too_many");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(columns_are_found_by_their_names_in_any_order,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_table_of_gb18030_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_rows_are_listed_with_their_lines, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_written_is_harmless_and_reads_back_the_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_table_has_an_end, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
