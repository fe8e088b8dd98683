/* Whole tables of MySQL and MariaDB. A consistent snapshot of InnoDB costs the writer nothing;
 * the server keeps the old versions of rows until the reader has finished. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "store/mysql_conn.h"

static struct mysql_conn *
conn_of(struct store_conn *db)
{
	return (struct mysql_conn *)db;
}

enum err
mysql_snapshot(struct store_conn *db, struct error *e)
{
	static const char *const steps[] = {
		"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
		/* A slow disk at our end must not make the server hang up. */
		"SET SESSION net_write_timeout = 3600",
		"START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
	};
	struct mysql_conn *c = conn_of(db);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (mysql_query(c->db, steps[i]) != 0) {
			return mysql_fail(c, steps[i], e);
		}
	}
	return ERR_OK;
}

static enum err
take_value(const MYSQL_FIELD *field, const char *data, unsigned long length,
	struct value *out, struct error *e)
{
	int64_t number;

	if (data == NULL) {
		*out = value_null();
	} else if (mysql_type_is_number(field->type)) {
		if (!str_parse_i64(data, &number)) {
			return error_set(e, ERR_INVALID, "MySQL: column %s is no whole number",
				field->name);
		}
		*out = value_i64(number);
	} else if (field->charsetnr == MYSQL_CHARSET_BINARY) {
		*out = value_blob(data, length);
	} else {
		*out = value_text_n(data, length);
	}
	return ERR_OK;
}

static enum err
take_rows(struct mysql_conn *c, MYSQL_RES *result, scan_row *each, void *ctx,
	struct error *e)
{
	unsigned columns = mysql_num_fields(result);
	const MYSQL_FIELD *fields = mysql_fetch_fields(result);
	struct value *row = xcalloc(columns, sizeof(*row));
	enum err err = ERR_OK;
	MYSQL_ROW data;

	while (err == ERR_OK && (data = mysql_fetch_row(result)) != NULL) {
		const unsigned long *lengths = mysql_fetch_lengths(result);

		for (unsigned i = 0; err == ERR_OK && i < columns; i++) {
			err = take_value(&fields[i], data[i], lengths[i], &row[i], e);
		}
		if (err == ERR_OK) {
			err = each(ctx, row, e);
		}
	}
	if (err == ERR_OK && mysql_errno(c->db) != 0) {
		err = mysql_fail(c, "scan", e);
	}
	free(row);
	return err;
}

enum err
mysql_scan(struct store_conn *db, const char *sql, size_t columns, scan_row *each,
	void *ctx, struct error *e)
{
	struct mysql_conn *c = conn_of(db);
	MYSQL_RES *result;
	enum err err;

	if (mysql_query(c->db, sql) != 0) {
		return mysql_fail(c, sql, e);
	}
	result = mysql_use_result(c->db); /* not all of it in our memory */
	if (result == NULL) {
		return mysql_fail(c, sql, e);
	}
	if (mysql_num_fields(result) == columns) {
		err = take_rows(c, result, each, ctx, e);
	} else {
		err = error_set(e, ERR_INVALID, "MySQL: %s: other columns than asked for", sql);
	}
	mysql_free_result(result);
	return err;
}

enum err
mysql_insert(struct store_conn *db, const char *sql, size_t columns,
	const struct value *args, size_t rows, struct error *e)
{
	struct mysql_conn *c = conn_of(db);
	enum err err = ERR_OK;
	struct buf text;

	buf_init(&text, (size_t)MYSQL_CHUNK_BYTES * 16);
	while (err == ERR_OK && rows > 0) {
		size_t count = mysql_chunk(args, columns, rows);

		buf_clear(&text);
		mysql_build_text(c, sql, args, count, &text);
		if (text.overflowed) {
			err = error_set(e, ERR_INVALID, "MySQL: a row is too long");
		} else if (mysql_real_query(c->db, text.data, text.length) != 0) {
			err = mysql_fail(c, "insert", e);
		}
		args += count * columns;
		rows -= count;
	}
	buf_fini(&text);
	return err;
}
