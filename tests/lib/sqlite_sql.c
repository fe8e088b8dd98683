#include "lib/sqlite_sql.h"

#include <stddef.h>

#include "lib/test.h"

int
sqlite_sql(sqlite3 *db, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

int
sqlite_number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int result;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	result = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return result;
}
