/* What a connection that writes gathers for its log reaches everybody else by the commit. */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/sqlite_sql.h"
#include "lib/test.h"
#include "store/sqlite_log.h"

enum { ROWS = 2000, LOG_BYTES_MAX = 512 * 1024 };

struct pair {
	char dir[64];
	char path[96];
	sqlite3 *writer; /* with a cache so small that pages leave it before the commit */
	sqlite3 *reader; /* SQLite's own way */
};

static void
fill(sqlite3 *db, int rows)
{
	char sql[200];

	snprintf(sql, sizeof(sql),
		"WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d) "
		"INSERT INTO t (body) SELECT hex(randomblob(200)) FROM c",
		rows);
	assert_int_equal(sqlite_sql(db, sql), SQLITE_OK);
}

static int
open_both(void **state)
{
	static const char *gathering;
	struct pair *p = calloc(1, sizeof(*p));
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

	if (gathering == NULL) {
		gathering = sqlite_log_register();
	}
	assert_non_null(gathering);
	snprintf(p->dir, sizeof(p->dir), "/tmp/trunkline-log-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->path, sizeof(p->path), "%s/db", p->dir);
	assert_int_equal(sqlite3_open_v2(p->path, &p->writer, flags, gathering), SQLITE_OK);
	assert_int_equal(sqlite_sql(p->writer,
						 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
						 "PRAGMA cache_size=20; PRAGMA wal_autocheckpoint=0;"
						 "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)"),
		SQLITE_OK);
	assert_int_equal(sqlite3_open_v2(p->path, &p->reader, flags, NULL), SQLITE_OK);
	*state = p;
	return 0;
}

static int
close_both(void **state)
{
	struct pair *p = *state;

	sqlite3_close(p->reader);
	sqlite3_close(p->writer);
	unlink(p->path);
	rmdir(p->dir);
	free(p);
	return 0;
}

static void
readers_see_each_commit_whole(void **state)
{
	struct pair *p = *state;

	for (int i = 1; i <= 5; i++) {
		assert_int_equal(sqlite_sql(p->writer, "BEGIN IMMEDIATE"), SQLITE_OK);
		fill(p->writer, ROWS);
		assert_int_equal(sqlite_number(p->reader, "SELECT COUNT(*) FROM t"),
			(i - 1) * ROWS);
		/* Pages that left the cache are read back from what was gathered. */
		assert_int_equal(sqlite_number(p->writer, "SELECT COUNT(*) FROM t"), i * ROWS);
		assert_int_equal(sqlite_sql(p->writer, "COMMIT"), SQLITE_OK);
		assert_int_equal(sqlite_number(p->reader, "SELECT COUNT(*) FROM t"), i * ROWS);
	}
	assert_int_equal(sqlite_number(p->reader,
						 "SELECT COUNT(*) FROM pragma_integrity_check "
						 "WHERE integrity_check = 'ok'"),
		1);
}

static void
what_was_rolled_back_leaves_no_trace_in_the_log(void **state)
{
	struct pair *p = *state;

	fill(p->writer, 1);
	assert_int_equal(sqlite_sql(p->writer, "BEGIN IMMEDIATE"), SQLITE_OK);
	fill(p->writer, ROWS);
	assert_int_equal(sqlite_sql(p->writer, "ROLLBACK"), SQLITE_OK);
	fill(p->writer, 1);
	assert_int_equal(sqlite_number(p->reader, "SELECT COUNT(*) FROM t"), 2);
	assert_int_equal(sqlite_sql(p->reader, "PRAGMA wal_checkpoint(TRUNCATE)"), SQLITE_OK);
	fill(p->writer, 1);
	assert_int_equal(sqlite_number(p->reader, "SELECT COUNT(*) FROM t"), 3);
}

/* A file that may not grow stands for a full disk. */
static void
a_commit_that_does_not_reach_the_file_is_refused(void **state)
{
	struct pair *p = *state;
	struct rlimit before;
	struct rlimit small;

	fill(p->writer, 1);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = LOG_BYTES_MAX;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(sqlite_sql(p->writer, "PRAGMA cache_size=-65536; BEGIN IMMEDIATE"),
		SQLITE_OK);
	fill(p->writer, ROWS);
	assert_int_not_equal(sqlite_sql(p->writer, "COMMIT"), SQLITE_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	(void)sqlite_sql(p->writer, "ROLLBACK");
	assert_int_equal(sqlite_number(p->reader, "SELECT COUNT(*) FROM t"), 1);
	fill(p->writer, 1);
	assert_int_equal(sqlite_number(p->reader, "SELECT COUNT(*) FROM t"), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(readers_see_each_commit_whole, open_both,
			close_both),
		cmocka_unit_test_setup_teardown(what_was_rolled_back_leaves_no_trace_in_the_log,
			open_both, close_both),
		cmocka_unit_test_setup_teardown(a_commit_that_does_not_reach_the_file_is_refused,
			open_both, close_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
