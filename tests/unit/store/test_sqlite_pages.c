/* The page cache is searched for pages behind the end only when there are some. */
#include <sqlite3.h>
#include <stdio.h>

#include "lib/sqlite_sql.h"
#include "lib/test.h"
#include "store/sqlite_pages.h"

enum { COMMITS = 200, ROWS = 50 };

/* SQLite's own, counting. */
static sqlite3_pcache_methods2 real;
static unsigned searches;
static unsigned swaps; /* by way of a page behind the end */

static void
truncate_counting(sqlite3_pcache *cache, unsigned first)
{
	searches++;
	real.xTruncate(cache, first);
}

static void
rekey_counting(sqlite3_pcache *cache, sqlite3_pcache_page *page, unsigned before,
	unsigned after)
{
	swaps += after > 100000;
	real.xRekey(cache, page, before, after);
}

static void
run(sqlite3 *db, const char *sql)
{
	assert_int_equal(sqlite_sql(db, sql), SQLITE_OK);
}

static int
open_counting(void **state)
{
	sqlite3 *db = NULL;
	sqlite3_pcache_methods2 counting;

	assert_int_equal(sqlite3_shutdown(), SQLITE_OK);
	if (real.xCreate == NULL) {
		assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &real), SQLITE_OK);
		counting = real;
		counting.xTruncate = truncate_counting;
		counting.xRekey = rekey_counting;
		assert_int_equal(sqlite3_config(SQLITE_CONFIG_PCACHE2, &counting), SQLITE_OK);
		sqlite_pages_register();
	}
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	run(db, "CREATE TABLE t (k BLOB PRIMARY KEY, n INTEGER) WITHOUT ROWID");
	searches = 0;
	swaps = 0;
	*state = db;
	return 0;
}

static int
close_db(void **state)
{
	return sqlite3_close(*state);
}

/* Keys in no order make the tree balance in the middle. */
static void
insert_somewhere(sqlite3 *db)
{
	run(db, "BEGIN");
	for (int i = 1; i <= ROWS; i++) {
		run(db, "INSERT INTO t VALUES (randomblob(60), abs(random()) % 10)");
	}
	run(db, "COMMIT");
}

static void
commits_do_not_search_for_pages_that_were_there_for_a_moment(void **state)
{
	sqlite3 *db = *state;

	for (int i = 0; i < COMMITS; i++) {
		insert_somewhere(db);
	}
	assert_true(swaps > 10);
	assert_int_equal(searches, 0);
	assert_int_equal(sqlite_number(db, "SELECT COUNT(*) FROM t"), COMMITS * ROWS);
	assert_int_equal(sqlite_number(db,
						 "SELECT COUNT(*) FROM pragma_integrity_check "
						 "WHERE integrity_check = 'ok'"),
		1);
}

static void
pages_behind_a_new_end_are_dropped(void **state)
{
	sqlite3 *db = *state;
	int left;

	for (int i = 0; i < COMMITS; i++) {
		insert_somewhere(db);
	}
	run(db, "BEGIN");
	run(db, "INSERT INTO t SELECT randomblob(60), 20 FROM t");
	run(db, "ROLLBACK");
	assert_int_equal(sqlite_number(db, "SELECT COUNT(*) FROM t"), COMMITS * ROWS);
	run(db, "DELETE FROM t WHERE n < 5");
	left = sqlite_number(db, "SELECT COUNT(*) FROM t");
	run(db, "VACUUM");
	assert_true(searches > 0);
	insert_somewhere(db);
	assert_int_equal(sqlite_number(db, "SELECT COUNT(*) FROM t"), left + ROWS);
	assert_int_equal(sqlite_number(db,
						 "SELECT COUNT(*) FROM pragma_integrity_check "
						 "WHERE integrity_check = 'ok'"),
		1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			commits_do_not_search_for_pages_that_were_there_for_a_moment, open_counting,
			close_db),
		cmocka_unit_test_setup_teardown(pages_behind_a_new_end_are_dropped, open_counting,
			close_db),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
