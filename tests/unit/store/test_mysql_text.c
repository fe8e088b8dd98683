/* Where array binding is missing (MySQL), many rows go as one statement of text. */
#include "lib/store_both.h"

#include <string.h>

#include "store/mysql_conn.h"
#include "store/records.h"

enum { ROWS = 2500, COLUMNS = 18 };

static int
set_up(void **state)
{
	*state = fixture_create(FIXTURE_MYSQL);
	return 0;
}

static void
fill(struct value *v, unsigned i, const char *text)
{
	static const uint8_t binary[32] = {0, '\'', '\\', '"', 0xff, '?', ')', 0};

	v[0] = value_id(FACT_ID(9, i + 1));
	v[1] = value_id(77);
	v[2] = value_id(i + 1);
	v[3] = i % 2 == 0 ? value_null() : value_id(i + 1);
	v[4] = value_i64(-5);
	v[5] = value_i64(1);
	v[6] = value_i64(0);
	v[7] = value_text("webchat");
	v[8] = value_i64(1);
	v[9] = value_i64(INT64_MAX);
	v[10] = value_i64(1);
	v[11] = value_i64(1);
	v[12] = value_null();
	v[13] = value_text(text);
	v[14] = value_text_or_null("");
	v[15] = value_blob(binary, 16);
	v[16] = value_blob(binary, 32);
	v[17] = value_blob(binary, 32);
}

static void
write_and_read(struct store_fixture *f, bool arrays)
{
	static const char text[] = "it's a \"test\" \\ with ? and ) and 您好 \n 😀";
	static struct value values[ROWS * COLUMNS];
	struct value args[] = {value_id(77), value_id(0), value_i64(10000)};
	struct store_conn *db = NULL;
	struct rows rows;
	uint64_t affected = 0;
	struct error e = {0};

	fixture_sql(f, "DELETE FROM fact WHERE timeline = 77");
	assert_int_equal(store_mysql.connect(&f->conf, CONNECTION_WRITES, &db, &e), ERR_OK);
	((struct mysql_conn *)db)->arrays = arrays;
	for (unsigned i = 0; i < ROWS; i++) {
		fill(&values[i * COLUMNS], i, text);
	}
	if (store_mysql.run(db, STATEMENT_FACT_INSERT, values, ROWS, &affected, &e) !=
		ERR_OK) {
		fail_msg("%s", e.text);
	}
	assert_int_equal(affected, ROWS);
	assert_int_equal(store_mysql.run(db, STATEMENT_FACT_INSERT, values, 2, &affected, &e),
		ERR_CONFLICT);
	assert_int_equal(store_mysql.commit(db, &e), ERR_OK);
	assert_int_equal(store_mysql.read(db, STATEMENT_VERIFY_TIMELINE, args, f->arena,
						 &rows, &e),
		ERR_OK);
	assert_int_equal(rows.count, ROWS);
	for (unsigned i = 0; i < ROWS; i++) {
		const struct value *row = rows_at(&rows, i);
		struct value expected[COLUMNS];
		uint8_t salt[16];

		fill(expected, i, text);
		assert_int_equal(value_as_id(&row[0]), expected[0].integer);
		assert_int_equal(row[3].type, expected[3].type);
		assert_int_equal(value_as_i64(&row[4]), -5);
		assert_int_equal(value_as_i64(&row[9]), INT64_MAX);
		assert_int_equal(row[12].type, VALUE_NULL);
		assert_string_equal(value_as_text(&row[13]), text);
		assert_true(value_as_bytes(&row[15], salt, sizeof(salt)));
		assert_memory_equal(salt, expected[15].data, sizeof(salt));
	}
	store_mysql.disconnect(db);
}

static void
text_stores_what_arrays_store(void **state)
{
	write_and_read(*state, true);
	write_and_read(*state, false);
}

/* SQLite numbers the parameters of this one, and uses but some of them. */
static void
rows_are_as_long_as_mysql_takes_them(void **state)
{
	(void)state;
	assert_int_equal(statement_parameters(STATEMENT_FACT_INSERT), COLUMNS);
	assert_int_equal(statement_parameters(STATEMENT_CONVERSATION_PROGRESS),
		CONVERSATION_COLUMN_COUNT + 1);
	assert_int_equal(statement_parameters(STATEMENT_CONVERSATION_UPSERT),
		CONVERSATION_COLUMN_COUNT + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_as_long_as_mysql_takes_them),
		cmocka_unit_test_setup_teardown(text_stores_what_arrays_store, set_up,
			tear_down_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
