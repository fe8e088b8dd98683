/* SQL straight at SQLite, for tests of what is built around it. */
#ifndef TESTS_SQLITE_SQL_H
#define TESTS_SQLITE_SQL_H

#include <sqlite3.h>

int sqlite_sql(sqlite3 *db, const char *sql);    /* SQLite's result code */
int sqlite_number(sqlite3 *db, const char *sql); /* the first column of the one row */

#endif
