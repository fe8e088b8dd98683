/* Prepared statements. Many rows go in one execution: by MariaDB's array binding (mysql_arrays.c)
 * where library and server have it, else as one INSERT of many tuples in text. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "store/mysql_conn.h"

enum {
	COLUMNS_MAX = 64,
	READ_ROWS_MAX = 100000,
};

static struct mysql_conn *
conn_of(struct store_conn *db)
{
	return (struct mysql_conn *)db;
}

enum err
mysql_prepare(struct mysql_conn *c, enum statement s, MYSQL_STMT **out, struct error *e)
{
	const char *sql = statement_text(s, DIALECT_MYSQL);
	mysql_flag measure = 1;
	MYSQL_STMT *st = c->prepared[s];
	enum err err;

	if (st != NULL) {
		*out = st;
		return ERR_OK;
	}
	st = mysql_stmt_init(c->db);
	if (st == NULL) {
		abort();
	}
	if (mysql_stmt_prepare(st, sql, strlen(sql)) != 0) {
		err = mysql_fail_statement(st, s, e);
		mysql_stmt_close(st);
		return err;
	}
	if (mysql_stmt_param_count(st) > MYSQL_PARAMETERS_MAX) {
		abort();
	}
	mysql_stmt_attr_set(st, STMT_ATTR_UPDATE_MAX_LENGTH, &measure);
	c->prepared[s] = st;
	*out = st;
	return ERR_OK;
}

/* --- one row ------------------------------------------------------------------------------ */

static void
bind_one(MYSQL_BIND *b, const struct value *v, unsigned long *length)
{
	memset(b, 0, sizeof(*b));
	switch (v->type) {
	case VALUE_NULL:
		b->buffer_type = MYSQL_TYPE_NULL;
		break;
	case VALUE_INTEGER:
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = (void *)&v->integer;
		break;
	case VALUE_TEXT:
	case VALUE_BLOB:
		*length = v->length;
		b->buffer_type = v->type == VALUE_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
		b->buffer = (void *)v->data;
		b->buffer_length = v->length;
		b->length = length;
		break;
	}
}

void
mysql_set_array_size(MYSQL_STMT *st, unsigned rows)
{
#if MYSQL_HAS_ARRAYS
	mysql_stmt_attr_set(st, STMT_ATTR_ARRAY_SIZE, &rows);
#else
	(void)st;
	(void)rows;
#endif
}

static enum err
execute_one(struct mysql_conn *c, enum statement s, const struct value *args,
	MYSQL_STMT **out, struct error *e)
{
	MYSQL_BIND binds[MYSQL_PARAMETERS_MAX];
	unsigned long lengths[MYSQL_PARAMETERS_MAX];
	MYSQL_STMT *st;
	enum err err = mysql_prepare(c, s, &st, e);
	size_t count;

	if (err != ERR_OK) {
		return err;
	}
	count = mysql_stmt_param_count(st);
	for (size_t i = 0; i < count; i++) {
		bind_one(&binds[i], &args[i], &lengths[i]);
	}
	mysql_set_array_size(st, 0);
	if ((count > 0 && mysql_stmt_bind_param(st, binds) != 0) ||
		mysql_stmt_execute(st) != 0) {
		return mysql_fail_statement(st, s, e);
	}
	*out = st;
	return ERR_OK;
}

/* --- many rows: text ---------------------------------------------------------------------- */

static void
put_text(struct mysql_conn *c, struct buf *out, const struct value *v)
{
	char *escaped = xmalloc((size_t)v->length * 2 + 1);
	unsigned long length = mysql_real_escape_string(c->db, escaped, v->data, v->length);

	buf_putc(out, '\'');
	buf_append(out, escaped, length);
	buf_putc(out, '\'');
	free(escaped);
}

static void
put_blob(struct buf *out, const struct value *v)
{
	char *hex = xmalloc((size_t)v->length * 2 + 1);

	hex_encode(v->data, v->length, hex);
	buf_puts(out, "X'");
	buf_puts(out, hex);
	buf_putc(out, '\'');
	free(hex);
}

static void
put_value(struct mysql_conn *c, struct buf *out, const struct value *v)
{
	switch (v->type) {
	case VALUE_NULL:
		buf_puts(out, "NULL");
		break;
	case VALUE_INTEGER:
		buf_printf(out, "%lld", (long long)v->integer);
		break;
	case VALUE_TEXT:
		put_text(c, out, v);
		break;
	case VALUE_BLOB:
		put_blob(out, v);
		break;
	}
}

/* The tuple after VALUES once for each row; its literals stay. */
void
mysql_build_text(struct mysql_conn *c, const char *sql, const struct value *args,
	size_t rows, struct buf *out)
{
	const char *tuple = strstr(sql, "VALUES (") + strlen("VALUES ");
	const char *end = strchr(tuple, ')') + 1;

	buf_append(out, sql, (size_t)(tuple - sql));
	for (size_t i = 0; i < rows; i++) {
		if (i > 0) {
			buf_putc(out, ',');
		}
		for (const char *p = tuple; p < end; p++) {
			if (*p == '?') {
				put_value(c, out, args++);
			} else {
				buf_putc(out, *p);
			}
		}
	}
	buf_puts(out, " ");
	buf_puts(out, end);
}

static enum err
execute_text(struct mysql_conn *c, enum statement s, const struct value *args,
	size_t rows, uint64_t *affected, struct error *e)
{
	struct buf sql;
	enum err err = ERR_OK;

	buf_init(&sql, (size_t)MYSQL_CHUNK_BYTES * 4);
	mysql_build_text(c, statement_text(s, DIALECT_MYSQL), args, rows, &sql);
	if (sql.overflowed) {
		err = error_set(e, ERR_INVALID, "MySQL: %s: too long", statement_name(s));
	} else if (mysql_real_query(c->db, sql.data, sql.length) != 0) {
		err = error_set(e, mysql_code(mysql_errno(c->db)), "MySQL: %s: %u %s",
			statement_name(s), mysql_errno(c->db), mysql_error(c->db));
	} else {
		*affected = mysql_affected_rows(c->db);
	}
	buf_fini(&sql);
	return err;
}

/* --- run ---------------------------------------------------------------------------------- */

size_t
mysql_chunk(const struct value *args, size_t columns, size_t rows)
{
	size_t bytes = 0;
	size_t count = 0;

	while (count < rows && count < MYSQL_CHUNK_ROWS) {
		for (size_t i = 0; i < columns; i++) {
			const struct value *v = &args[count * columns + i];

			bytes += 9;
			if (v->type == VALUE_TEXT || v->type == VALUE_BLOB) {
				bytes += v->length;
			}
		}
		if (bytes > MYSQL_CHUNK_BYTES && count > 0) {
			break;
		}
		count++;
	}
	return count;
}

static enum err
execute_many(struct mysql_conn *c, enum statement s, const struct value *args,
	size_t rows, uint64_t *affected, struct error *e)
{
#if MYSQL_HAS_ARRAYS
	if (c->arrays) {
		return mysql_execute_array(c, s, args, rows, affected, e);
	}
#endif
	return execute_text(c, s, args, rows, affected, e);
}

enum err
mysql_run(struct store_conn *db, enum statement s, const struct value *args, size_t rows,
	uint64_t *affected, struct error *e)
{
	struct mysql_conn *c = conn_of(db);
	size_t columns = statement_parameters(s);
	uint64_t total = 0;
	MYSQL_STMT *st = NULL;

	while (rows > 0) {
		size_t count = mysql_chunk(args, columns, rows);
		uint64_t changed = 0;
		enum err err;

		if (count == 1) {
			err = execute_one(c, s, args, &st, e);
			changed = err == ERR_OK ? mysql_stmt_affected_rows(st) : 0;
		} else {
			err = execute_many(c, s, args, count, &changed, e);
		}
		if (err != ERR_OK) {
			return err;
		}
		total += changed;
		args += count * columns;
		rows -= count;
	}
	if (affected != NULL) {
		*affected = total;
	}
	return ERR_OK;
}

/* What does not go as one array is done at once. */
enum err
mysql_start(struct store_conn *db, enum statement s, const struct value *args,
	size_t rows, struct error *e)
{
	struct mysql_conn *c = conn_of(db);

#if MYSQL_HAS_ARRAYS
	if (c->arrays && mysql_chunk(args, statement_parameters(s), rows) == rows) {
		return mysql_start_array(c, s, args, rows, e);
	}
#endif
	return mysql_run(db, s, args, rows, &c->started_affected, e);
}

bool
mysql_answered(struct store_conn *db, int wait_ms)
{
#if MYSQL_HAS_ARRAYS
	return mysql_array_answered(conn_of(db), wait_ms);
#else
	(void)db;
	(void)wait_ms;
	return true;
#endif
}

enum err
mysql_await(struct store_conn *db, uint64_t *affected, struct error *e)
{
	struct mysql_conn *c = conn_of(db);
	enum err err = ERR_OK;

#if MYSQL_HAS_ARRAYS
	err = mysql_await_array(c, e);
#else
	(void)e;
#endif
	*affected = c->started_affected;
	return err;
}

/* --- read --------------------------------------------------------------------------------- */

struct fetch {
	size_t columns;
	MYSQL_BIND binds[COLUMNS_MAX];
	unsigned long lengths[COLUMNS_MAX];
	mysql_flag nulls[COLUMNS_MAX];
	int64_t numbers[COLUMNS_MAX];
	bool binary[COLUMNS_MAX];
};

bool
mysql_type_is_number(enum enum_field_types type)
{
	switch (type) {
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_INT24:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
	case MYSQL_TYPE_DECIMAL:
	case MYSQL_TYPE_NEWDECIMAL:
	case MYSQL_TYPE_NULL:
		return true;
	default:
		return false;
	}
}

static void
bind_results(MYSQL_RES *meta, struct arena *a, struct fetch *f)
{
	f->columns = mysql_num_fields(meta);
	if (f->columns > COLUMNS_MAX) {
		abort();
	}
	memset(f->binds, 0, sizeof(f->binds));
	for (size_t i = 0; i < f->columns; i++) {
		const MYSQL_FIELD *field = mysql_fetch_field_direct(meta, (unsigned)i);
		MYSQL_BIND *b = &f->binds[i];

		f->binary[i] = field->charsetnr == MYSQL_CHARSET_BINARY;
		b->is_null = &f->nulls[i];
		b->length = &f->lengths[i];
		if (mysql_type_is_number(field->type)) {
			b->buffer_type = MYSQL_TYPE_LONGLONG;
			b->buffer = &f->numbers[i];
		} else {
			b->buffer_type = f->binary[i] ? MYSQL_TYPE_BLOB : MYSQL_TYPE_STRING;
			b->buffer = arena_alloc(a, field->max_length + 1);
			b->buffer_length = field->max_length + 1;
		}
	}
}

static struct value
column(const struct fetch *f, size_t i, struct arena *a)
{
	const char *copy;

	if (f->nulls[i]) {
		return value_null();
	}
	if (f->binds[i].buffer_type == MYSQL_TYPE_LONGLONG) {
		return value_i64(f->numbers[i]);
	}
	copy = arena_strndup(a, f->binds[i].buffer, f->lengths[i]);
	return f->binary[i] ? value_blob(copy, f->lengths[i])
						: value_text_n(copy, f->lengths[i]);
}

static enum err
fetch_rows(MYSQL_STMT *st, enum statement s, struct arena *a, struct rows *out,
	struct error *e)
{
	MYSQL_RES *meta = mysql_stmt_result_metadata(st);
	struct rows r = {0};
	struct fetch f;
	size_t total;
	int rc = 0;

	if (meta == NULL) {
		return mysql_fail_statement(st, s, e);
	}
	if (mysql_stmt_store_result(st) != 0) {
		mysql_free_result(meta);
		return mysql_fail_statement(st, s, e);
	}
	/* max_length is known once the result is stored, in metadata asked for after that. */
	mysql_free_result(meta);
	meta = mysql_stmt_result_metadata(st);
	bind_results(meta, a, &f);
	mysql_free_result(meta);
	if (mysql_stmt_bind_result(st, f.binds) != 0) {
		return mysql_fail_statement(st, s, e);
	}
	total = mysql_stmt_num_rows(st);
	total = total < READ_ROWS_MAX ? total : READ_ROWS_MAX;
	r.columns = f.columns;
	r.values = arena_alloc(a, (total * f.columns + 1) * sizeof(*r.values));
	while (r.count < total && (rc = mysql_stmt_fetch(st)) == 0) {
		for (size_t i = 0; i < f.columns; i++) {
			r.values[r.count * f.columns + i] = column(&f, i, a);
		}
		r.count++;
	}
	if (rc != 0 && rc != MYSQL_NO_DATA) {
		return mysql_fail_statement(st, s, e);
	}
	*out = r;
	return ERR_OK;
}

enum err
mysql_read(struct store_conn *db, enum statement s, const struct value *args,
	struct arena *a, struct rows *out, struct error *e)
{
	MYSQL_STMT *st;
	enum err err = execute_one(conn_of(db), s, args, &st, e);

	if (err != ERR_OK) {
		return err;
	}
	err = fetch_rows(st, s, a, out, e);
	mysql_stmt_free_result(st);
	return err;
}
