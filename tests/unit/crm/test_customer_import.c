/* Lists of customers: charsets, headings, what a row becomes, and that repeating changes nothing. */
#include "crm/customer_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "crm/text_file.h"
#include "lib/store_fixture.h"
#include "lib/test.h"

struct list {
	struct store_fixture *store;
	char path[64];
	char bad_path[64];
	struct import_counts counts;
	char bad[4096];
};

static int
set_up(void **state)
{
	struct list *l = calloc(1, sizeof(*l));

	l->store = fixture_create(FIXTURE_SQLITE);
	strcpy(l->path, "/tmp/trunkline-list-XXXXXX");
	strcpy(l->bad_path, "/tmp/trunkline-bad-XXXXXX");
	close(mkstemp(l->path));
	close(mkstemp(l->bad_path));
	*state = l;
	return 0;
}

static int
tear_down(void **state)
{
	struct list *l = *state;

	fixture_destroy(l->store);
	unlink(l->path);
	unlink(l->bad_path);
	free(l);
	return 0;
}

static void
write_list(struct list *l, const void *data, size_t length)
{
	FILE *file = fopen(l->path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, length, file), length);
	fclose(file);
}

static void
read_bad(struct list *l)
{
	FILE *file = fopen(l->bad_path, "rb");
	size_t length;

	assert_non_null(file);
	length = fread(l->bad, 1, sizeof(l->bad) - 1, file);
	l->bad[length] = '\0';
	fclose(file);
}

/* Columns as their headings say. */
static void
import_as(struct list *l, const struct actor *actor)
{
	static struct import_options o;
	struct customer_import *m;
	struct import_preview p;
	struct field *fields;
	bool ended = false;
	size_t count;

	memset(&o, 0, sizeof(o));
	assert_int_equal(text_file_detect(l->path, &o.charset, NULL), ERR_OK);
	assert_int_equal(customer_import_preview(l->path, o.charset, l->store->arena, &p,
						 NULL),
		ERR_OK);
	assert_int_equal(read_fields(l->store->reader, l->store->arena, &fields, &count,
						 NULL),
		ERR_OK);
	for (size_t i = 0; i < p.columns; i++) {
		customer_column_guess(p.headings[i], fields, count, o.targets[i]);
	}
	o.target_count = p.columns;
	o.path = l->path;
	o.bad_path = l->bad_path;
	o.plan = (struct dial_plan){"CN", "021", 0};
	o.actor = *actor;
	assert_int_equal(customer_import_open(&m, &o, l->store->reader, NULL), ERR_OK);
	while (!ended) {
		struct import_row *rows;

		assert_int_equal(customer_import_step(m, &rows, &count, &ended, NULL), ERR_OK);
		for (size_t i = 0; i < count; i++) {
			struct outcome *outcome = NULL;
			struct outcome refused = {.code = ERR_INVALID};
			char *raw = strdup(rows[i].raw);
			struct error e = {0};

			refused.code = store_call(l->store->store, rows[i].change, &outcome, &e);
			str_copy(refused.text, sizeof(refused.text), e.text);
			customer_import_note(m, rows[i].line, raw,
				outcome != NULL ? outcome : &refused);
			outcome_release(outcome);
			free(raw);
		}
	}
	assert_int_equal(customer_import_finish(m, NULL), ERR_OK);
	l->counts = *customer_import_counts(m);
	customer_import_close(m);
	read_bad(l);
}

static void
expect(const struct list *l, int created, int changed, int unchanged, int bad)
{
	assert_int_equal(l->counts.created, created);
	assert_int_equal(l->counts.changed, changed);
	assert_int_equal(l->counts.unchanged, unchanged);
	assert_int_equal(l->counts.bad, bad);
}

static void
repeating_an_import_changes_nothing(void **state)
{
	static const char text[] = "\xef\xbb\xbf客户号,姓名,手机号,邮箱\r\n"
							   "7001,\"林, 静\",138 0013 8000,Lin@Example.CN\r\n"
							   "7002,王伟,,\r\n";
	static const char more[] =
		"客户号,姓名,手机号,邮箱\n7001,,,\n7002,王伟明,13800138001,\n";
	struct actor system = fixture_system();
	struct list *l = *state;

	write_list(l, text, sizeof(text) - 1);
	import_as(l, &system);
	expect(l, 2, 0, 0, 0);
	import_as(l, &system);
	expect(l, 0, 0, 2, 0);
	/* A blank cell clears nothing. */
	write_list(l, more, sizeof(more) - 1);
	import_as(l, &system);
	expect(l, 0, 1, 1, 0);
	assert_int_equal(
		fixture_number(l->store,
			"SELECT COUNT(*) FROM customer WHERE name IN ('林, 静', '王伟明')"),
		2);
	assert_int_equal(fixture_number(l->store,
						 "SELECT COUNT(*) FROM contact_point WHERE value IN "
						 "('+8613800138000', 'lin@example.cn', '+8613800138001')"),
		3);
}

static void
gb18030_is_recognised_also_where_a_piece_cuts_a_character(void **state)
{
	static const char row[] = "\xc1\xd6\xbe\xb2"; /* 林静 */
	struct actor system = fixture_system();
	struct list *l = *state;
	struct buf text;

	/* Rows of an odd length, so that the pieces end anywhere. */
	buf_init(&text, 4 * 1024 * 1024);
	buf_puts(&text, "id,name\n");
	for (int i = 0; i < 3000; i++) {
		buf_printf(&text, "%d,%s%s%s%s\n", 10000 + i, row, row, row, row);
	}
	write_list(l, text.data, text.length);
	buf_fini(&text);
	import_as(l, &system);
	expect(l, 3000, 0, 0, 0);
	assert_int_equal(fixture_number(l->store,
						 "SELECT COUNT(*) FROM customer WHERE name = '林静林静林静林静'"),
		3000);
}

static void
a_bad_row_is_named_and_the_others_come_in(void **state)
{
	static const char text[] = "客户号,姓名,手机号,负责人\n"
							   ",无号,,\n"
							   "7002,=1+2,12,\n"
							   "7003,某人,,nobody\n"
							   "7004,好人,,chen\n"
							   "7005,\"没有关上\n";
	struct list *l = *state;
	struct actor wei;

	(void)fixture_staff(l->store, "chen", ROLE_AGENT, UNIT_ROOT);
	wei = fixture_staff(l->store, "wei", ROLE_SUPERVISOR, UNIT_ROOT);
	write_list(l, text, sizeof(text) - 1);
	import_as(l, &wei);
	expect(l, 1, 0, 0, 4);
	assert_non_null(strstr(l->bad, "line,reason,客户号,姓名,手机号,负责人\r\n"));
	assert_non_null(strstr(l->bad, "2,the customer number is missing,,无号,,\r\n"));
	/* What is no number stays out, and formulas stay texts. */
	assert_non_null(strstr(l->bad, "3,12 is not a telephone number,7002,'=1+2,12,\r\n"));
	assert_non_null(strstr(l->bad, "owner nobody is not on the staff"));
	assert_non_null(strstr(l->bad, "a quote is not closed"));
}

/* ⛔ An import reaches no further than the person who started it. */
static void
customers_of_another_unit_are_not_changed(void **state)
{
	static const char text[] = "客户号,姓名\n7001,林静\n";
	static const char other[] = "客户号,姓名\n7001,改名\n";
	struct list *l = *state;
	struct actor wei = fixture_staff(l->store, "wei", ROLE_SUPERVISOR, 0x01010000u);
	struct actor gu = fixture_staff(l->store, "gu", ROLE_SUPERVISOR, 0x01020000u);

	write_list(l, text, sizeof(text) - 1);
	import_as(l, &wei);
	expect(l, 1, 0, 0, 0);
	write_list(l, other, sizeof(other) - 1);
	import_as(l, &gu);
	expect(l, 0, 0, 0, 1);
	assert_null(strstr(l->bad, "林静"));
}

static void
headings_are_known_in_both_languages(void **state)
{
	static const char *const cases[][2] = {{"客户号", "external_id"},
		{"Customer No.", "external_id"}, {"手机号码", "phone"}, {"E-Mail", "email"},
		{"客户经理", "owner"}, {"*姓名", "name"}, {"风险 等级", "field.risk"},
		{"Risk level", "field.risk"}, {"其他", ""}};
	const struct field risk = {.key = "risk",
		.label_zh = "风险等级",
		.label_en = "Risk level",
		.active = true};
	char target[IMPORT_TARGET_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		customer_column_guess(cases[i][0], &risk, 1, target);
		assert_string_equal(target, cases[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(repeating_an_import_changes_nothing, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			gb18030_is_recognised_also_where_a_piece_cuts_a_character, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_bad_row_is_named_and_the_others_come_in, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(customers_of_another_unit_are_not_changed, set_up,
			tear_down),
		cmocka_unit_test(headings_are_known_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
