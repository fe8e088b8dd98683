/* Whole tables of SQLite. A reader's transaction sees the moment of its first read, and the
 * writer goes on beside it: only the log is not cut back until the reader has finished. */
#include <stdlib.h>

#include "base/arena.h"
#include "store/sqlite_conn.h"

static struct sqlite_conn *
conn_of(struct store_conn *db)
{
	return (struct sqlite_conn *)db;
}

enum err
sqlite_snapshot(struct store_conn *db, struct error *e)
{
	struct sqlite_conn *c = conn_of(db);

	/* The moment is that of the first read, so there is one at once. */
	if (sqlite3_exec(c->db, "BEGIN; SELECT COUNT(*) FROM sqlite_master", NULL, NULL,
			NULL) != SQLITE_OK) {
		return sqlite_fail(c, "snapshot", false, e);
	}
	return ERR_OK;
}

static enum err
take_row(sqlite3_stmt *st, struct value *row, size_t columns, struct error *e)
{
	for (size_t i = 0; i < columns; i++) {
		int at = (int)i;

		switch (sqlite3_column_type(st, at)) {
		case SQLITE_NULL:
			row[i] = value_null();
			break;
		case SQLITE_INTEGER:
			row[i] = value_i64(sqlite3_column_int64(st, at));
			break;
		case SQLITE_TEXT:
			row[i] = value_text_n((const char *)sqlite3_column_text(st, at),
				(size_t)sqlite3_column_bytes(st, at));
			break;
		case SQLITE_BLOB:
			row[i] = value_blob(sqlite3_column_blob(st, at),
				(size_t)sqlite3_column_bytes(st, at));
			break;
		default:
			return error_set(e, ERR_INVALID, "SQLite: a column of an unknown kind");
		}
	}
	return ERR_OK;
}

enum err
sqlite_scan(struct store_conn *db, const char *sql, size_t columns, scan_row *each,
	void *ctx, struct error *e)
{
	struct sqlite_conn *c = conn_of(db);
	struct value *row = xcalloc(columns, sizeof(*row));
	sqlite3_stmt *st = NULL;
	enum err err = ERR_OK;
	int rc;

	if (sqlite3_prepare_v2(c->db, sql, -1, &st, NULL) != SQLITE_OK ||
		(size_t)sqlite3_column_count(st) != columns) {
		err = sqlite_fail(c, sql, true, e);
	}
	while (err == ERR_OK && (rc = sqlite3_step(st)) != SQLITE_DONE) {
		if (rc != SQLITE_ROW) {
			err = sqlite_fail(c, "scan", true, e);
			break;
		}
		err = take_row(st, row, columns, e);
		if (err == ERR_OK) {
			err = each(ctx, row, e);
		}
	}
	sqlite3_finalize(st);
	free(row);
	return err;
}

enum err
sqlite_insert(struct store_conn *db, const char *sql, size_t columns,
	const struct value *args, size_t rows, struct error *e)
{
	struct sqlite_conn *c = conn_of(db);
	sqlite3_stmt *st = NULL;
	enum err err = ERR_OK;

	if (sqlite3_prepare_v2(c->db, sql, -1, &st, NULL) != SQLITE_OK) {
		err = sqlite_fail(c, sql, true, e);
	}
	for (size_t i = 0; err == ERR_OK && i < rows; i++) {
		sqlite_bind(st, args + i * columns, (int)columns);
		if (sqlite3_step(st) != SQLITE_DONE) {
			err = sqlite_fail(c, "insert", true, e);
		}
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return err;
}
