/* One connection to SQLite: shared by sqlite.c (connections, transactions, statements) and
 * sqlite_tables.c (whole tables). */
#ifndef STORE_SQLITE_CONN_H
#define STORE_SQLITE_CONN_H

#include <sqlite3.h>
#include <stdbool.h>

#include "store/driver.h"

struct sqlite_conn {
	struct store_conn base;
	sqlite3 *db;
	struct checkpointer *checkpointer; /* of a connection that writes */
	sqlite3_stmt *prepared[STATEMENT_COUNT];
	sqlite3_stmt *prepared_many[STATEMENT_COUNT]; /* of many rows, see sqlite.c */
	uint64_t started_affected; /* of the statement that was started last */
};

/* Says what went wrong last; `in_transaction`: one was open before. */
enum err sqlite_fail(struct sqlite_conn *c, const char *what, bool in_transaction,
	struct error *e);
void sqlite_bind(sqlite3_stmt *st, const struct value *args, int count);
MUST_CHECK enum err sqlite_snapshot(struct store_conn *db, struct error *e);
MUST_CHECK enum err sqlite_scan(struct store_conn *db, const char *sql, size_t columns,
	scan_row *each, void *ctx, struct error *e);
MUST_CHECK enum err sqlite_insert(struct store_conn *db, const char *sql, size_t columns,
	const struct value *args, size_t rows, struct error *e);

#endif
