#include "store/tables.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

enum { SQL_MAX = 16 * 1024 };

bool
table_name_valid(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return length > 0 && length < TABLE_NAME_SIZE && name[length] == '\0' &&
		(name[0] < '0' || name[0] > '9');
}

static enum err
names(struct store_conn *db, enum statement s, const struct value *args, struct arena *a,
	struct rows *out, struct error *e)
{
	enum err err = db->driver->read(db, s, args, a, out, e);

	for (size_t i = 0; err == ERR_OK && i < out->count; i++) {
		const char *name = value_as_text_or_null(rows_at(out, i));

		if (name == NULL || !table_name_valid(name)) {
			err = error_set(e, ERR_INVALID,
				"the database has a table or column that is not ours: %.80s",
				name != NULL ? name : "");
		}
	}
	return err;
}

static enum err
read_shape(struct store_conn *db, const char *name, struct arena *a,
	struct table_shape *out, struct error *e)
{
	struct value args[] = {value_text(name)};
	struct rows r = {0};
	enum err err = names(db, STATEMENT_TABLE_COLUMNS, args, a, &r, e);

	if (err != ERR_OK) {
		return err;
	}
	if (r.count == 0 || r.count > TABLE_COLUMNS_MAX) {
		return error_set(e, ERR_INVALID, "table %s has %zu columns", name, r.count);
	}
	out->name = name;
	out->column_count = r.count;
	for (size_t i = 0; i < r.count; i++) {
		out->columns[i] = rows_at(&r, i)->data;
	}
	return ERR_OK;
}

enum err
tables_list(struct store_conn *db, struct arena *a, struct table_shape **out,
	size_t *count, struct error *e)
{
	struct table_shape *shapes;
	struct rows r = {0};
	enum err err = names(db, STATEMENT_TABLES, NULL, a, &r, e);

	if (err != ERR_OK) {
		return err;
	}
	shapes = arena_alloc(a, (r.count + 1) * sizeof(*shapes));
	for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
		err = read_shape(db, rows_at(&r, i)->data, a, &shapes[i], e);
	}
	if (err == ERR_OK) {
		*out = shapes;
		*count = r.count;
	}
	return err;
}

static void
put_columns(struct buf *out, const struct table_shape *t, bool as_values)
{
	for (size_t i = 0; i < t->column_count; i++) {
		buf_puts(out, i > 0 ? ", " : "");
		buf_puts(out, as_values ? "?" : t->columns[i]);
	}
}

/* The statement's text with the names in it. */
static void
fill_in(struct store_conn *db, enum statement s, const struct table_shape *t,
	struct buf *out)
{
	const char *p = statement_text(s, db->driver->dialect);

	while (*p != '\0') {
		if (str_starts_with(p, "{NAME}")) {
			buf_puts(out, t->name);
		} else if (str_starts_with(p, "{COLUMNS}")) {
			put_columns(out, t, false);
		} else if (str_starts_with(p, "{VALUES}")) {
			put_columns(out, t, true);
		} else {
			buf_putc(out, *p++);
			continue;
		}
		p = strchr(p, '}') + 1;
	}
}

enum err
table_scan(struct store_conn *db, const struct table_shape *t, scan_row *each, void *ctx,
	struct error *e)
{
	struct buf sql;
	enum err err;

	buf_init(&sql, SQL_MAX);
	fill_in(db, STATEMENT_TABLE_SCAN, t, &sql);
	err = db->driver->scan(db, sql.data, t->column_count, each, ctx, e);
	buf_fini(&sql);
	return err;
}

enum err
table_insert(struct store_conn *db, const struct table_shape *t, const struct value *args,
	size_t rows, struct error *e)
{
	struct buf sql;
	enum err err;

	buf_init(&sql, SQL_MAX);
	fill_in(db, STATEMENT_TABLE_INSERT, t, &sql);
	err = db->driver->insert(db, sql.data, t->column_count, args, rows, e);
	buf_fini(&sql);
	return err;
}

static enum err
execute(struct store_conn *db, enum statement s, const char *name, struct error *e)
{
	struct table_shape t = {.name = name};
	struct buf sql;
	enum err err;

	buf_init(&sql, SQL_MAX);
	fill_in(db, s, &t, &sql);
	err = db->driver->script(db, sql.data, e);
	buf_fini(&sql);
	return err;
}

enum err
table_clear(struct store_conn *db, const char *name, struct error *e)
{
	return execute(db, STATEMENT_TABLE_CLEAR, name, e);
}

enum err
table_drop(struct store_conn *db, const char *name, struct error *e)
{
	return execute(db, STATEMENT_TABLE_DROP, name, e);
}
