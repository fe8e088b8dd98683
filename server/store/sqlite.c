/* The embedded database: one file in WAL mode, synchronous=FULL, so that a commit is on the
 * disk when it returns. Statements are prepared once per connection, on first use. */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "store/sqlite_checkpoint.h"
#include "store/sqlite_conn.h"
#include "store/sqlite_log.h"
#include "store/sqlite_pages.h"
#include "store/store.h"

enum {
	BUSY_TIMEOUT_MS = 5000,
	READ_ROWS_MAX = 100000,
	PATH_SIZE = 1024,
	ROWS_AT_ONCE = 16,
	SQL_MAX = 8 * 1024,
};

static struct sqlite_conn *
conn_of(struct store_conn *db)
{
	return (struct sqlite_conn *)db;
}

static enum err
code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_CONSTRAINT:
		return ERR_CONFLICT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_NOMEM:
	case SQLITE_PROTOCOL:
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_UNAVAILABLE;
	default:
		return ERR_INVALID;
	}
}

/* Some errors end the transaction by themselves; then the statements before are gone too. */
enum err
sqlite_fail(struct sqlite_conn *c, const char *what, bool in_transaction, struct error *e)
{
	enum err code = code_of(sqlite3_extended_errcode(c->db));

	if (in_transaction && code != ERR_UNAVAILABLE && sqlite3_get_autocommit(c->db)) {
		code = ERR_BUSY;
	}
	return error_set(e, code, "SQLite: %s: %s", what, sqlite3_errmsg(c->db));
}

static enum err
execute(struct sqlite_conn *c, const char *sql, struct error *e)
{
	if (sqlite3_exec(c->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		return sqlite_fail(c, sql, false, e);
	}
	return ERR_OK;
}

static void
sqlite_disconnect(struct store_conn *db)
{
	struct sqlite_conn *c = conn_of(db);

	if (c == NULL) {
		return;
	}
	for (size_t i = 0; i < STATEMENT_COUNT; i++) {
		sqlite3_finalize(c->prepared[i]);
		sqlite3_finalize(c->prepared_many[i]);
	}
	checkpointer_stop(c->checkpointer);
	sqlite3_close(c->db);
	free(c);
}

static enum err
configure(struct sqlite_conn *c, enum connection_use use, struct error *e)
{
	static const char writes[] = "PRAGMA journal_mode=WAL;"
								 "PRAGMA synchronous=FULL;"
								 "PRAGMA journal_size_limit=67108864;"
								 "PRAGMA cache_size=-65536;"
								 "PRAGMA temp_store=MEMORY";
	static const char reads[] = "PRAGMA query_only=ON;"
								"PRAGMA cache_size=-2048;"
								"PRAGMA temp_store=MEMORY";

	sqlite3_extended_result_codes(c->db, 1);
	sqlite3_busy_timeout(c->db, BUSY_TIMEOUT_MS);
	return execute(c, use == CONNECTION_WRITES ? writes : reads, e);
}

static pthread_once_t tuned = PTHREAD_ONCE_INIT;
static const char *gathering; /* the way of opening for those that write */

/* SQLite's count of its memory takes a lock in every allocation, and nobody reads it. */
static void
tune(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite_pages_register();
	gathering = sqlite_log_register();
}

static enum err
sqlite_connect(const struct store_conf *conf, enum connection_use use,
	struct store_conn **out, struct error *e)
{
	char path[PATH_SIZE];
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	struct sqlite_conn *c;
	int length;
	enum err err;

	if (str_empty(conf->path)) {
		length = snprintf(path, sizeof(path), "%s/trunkline.db",
			conf->data_dir != NULL ? conf->data_dir : ".");
	} else {
		length = snprintf(path, sizeof(path), "%s", conf->path);
	}
	if (length < 0 || (size_t)length >= sizeof(path)) {
		return error_set(e, ERR_INVALID, "store.path is too long");
	}
	if (use == CONNECTION_WRITES) {
		flags |= SQLITE_OPEN_CREATE;
	}
	pthread_once(&tuned, tune);
	c = xcalloc(1, sizeof(*c));
	c->base.driver = &store_sqlite;
	if (sqlite3_open_v2(path, &c->db, flags,
			use == CONNECTION_WRITES ? gathering : NULL) != SQLITE_OK) {
		err = error_set(e, ERR_UNAVAILABLE, "cannot open %s: %s", path,
			c->db != NULL ? sqlite3_errmsg(c->db) : "out of memory");
	} else {
		err = configure(c, use, e);
	}
	if (err == ERR_OK && use == CONNECTION_WRITES) {
		c->checkpointer = checkpointer_start(c->db, path);
	}
	if (err != ERR_OK) {
		sqlite_disconnect(&c->base);
		return err;
	}
	*out = &c->base;
	return ERR_OK;
}

static enum err
prepare(struct sqlite_conn *c, enum statement s, sqlite3_stmt **out, struct error *e)
{
	if (c->prepared[s] == NULL &&
		sqlite3_prepare_v3(c->db, statement_text(s, DIALECT_SQLITE), -1,
			SQLITE_PREPARE_PERSISTENT, &c->prepared[s], NULL) != SQLITE_OK) {
		return sqlite_fail(c, statement_name(s), !sqlite3_get_autocommit(c->db), e);
	}
	*out = c->prepared[s];
	return ERR_OK;
}

/* Opening and closing tables is a good part of what a row costs. "INSERT OR ..." may leave the rows
 * before a failed one, which the caller rolls back with all others; any other statement keeps a
 * journal of its own as soon as it has several rows. */
static bool
takes_many(enum statement s)
{
	return str_starts_with(statement_text(s, DIALECT_SQLITE), "INSERT OR ");
}

/* The tuple after VALUES, which ends the statement, as often as rows go at once. */
static enum err
prepare_many(struct sqlite_conn *c, enum statement s, sqlite3_stmt **out, struct error *e)
{
	const char *sql = statement_text(s, DIALECT_SQLITE);
	const char *tuple = strstr(sql, "VALUES (");
	enum err err = ERR_OK;
	struct buf text;

	if (c->prepared_many[s] != NULL) {
		*out = c->prepared_many[s];
		return ERR_OK;
	}
	assert(tuple != NULL);
	tuple += sizeof("VALUES ") - 1;
	buf_init(&text, SQL_MAX);
	buf_puts(&text, sql);
	for (size_t i = 1; i < ROWS_AT_ONCE; i++) {
		buf_printf(&text, ", %s", tuple);
	}
	assert(!text.overflowed);
	if (sqlite3_prepare_v3(c->db, text.data, -1, SQLITE_PREPARE_PERSISTENT,
			&c->prepared_many[s], NULL) != SQLITE_OK) {
		err = sqlite_fail(c, statement_name(s), !sqlite3_get_autocommit(c->db), e);
	} else {
		*out = c->prepared_many[s];
	}
	buf_fini(&text);
	return err;
}

void
sqlite_bind(sqlite3_stmt *st, const struct value *args, int count)
{
	for (int i = 0; i < count; i++) {
		const struct value *v = &args[i];

		switch (v->type) {
		case VALUE_NULL:
			sqlite3_bind_null(st, i + 1);
			break;
		case VALUE_INTEGER:
			sqlite3_bind_int64(st, i + 1, v->integer);
			break;
		case VALUE_TEXT:
			sqlite3_bind_text(st, i + 1, v->data, (int)v->length, SQLITE_STATIC);
			break;
		case VALUE_BLOB:
			sqlite3_bind_blob(st, i + 1, v->data, (int)v->length, SQLITE_STATIC);
			break;
		}
	}
}

static enum err
sqlite_begin(struct store_conn *db, struct error *e)
{
	/* At once for writing: a reader that becomes a writer later could not wait. */
	return execute(conn_of(db), "BEGIN IMMEDIATE", e);
}

static void
sqlite_rollback(struct store_conn *db)
{
	struct sqlite_conn *c = conn_of(db);

	if (!sqlite3_get_autocommit(c->db)) {
		sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
	}
}

/* When the disk fails during a commit the frames may have reached it or not: whoever opens the
 * file next decides by what is in the log. */
static enum err
sqlite_commit(struct store_conn *db, struct error *e)
{
	struct sqlite_conn *c = conn_of(db);
	enum err err = execute(c, "COMMIT", e);

	if (err == ERR_OK) {
		return ERR_OK;
	}
	if (err == ERR_UNAVAILABLE) {
		return error_set(e, ERR_UNCERTAIN, "SQLite: COMMIT: %s", sqlite3_errmsg(c->db));
	}
	sqlite_rollback(db);
	return error_set(e, ERR_BUSY, "SQLite: COMMIT: %s", sqlite3_errmsg(c->db));
}

/* Runs the statement once; `args` moves on by what it took. */
static enum err
run_once(struct sqlite_conn *c, enum statement s, sqlite3_stmt *st,
	const struct value **args, uint64_t *changed, struct error *e)
{
	bool in_transaction = !sqlite3_get_autocommit(c->db);
	int count = sqlite3_bind_parameter_count(st);
	enum err err = ERR_OK;

	sqlite_bind(st, *args, count);
	if (sqlite3_step(st) != SQLITE_DONE) {
		err = sqlite_fail(c, statement_name(s), in_transaction, e);
	} else {
		*changed += (uint64_t)sqlite3_changes(c->db);
	}
	sqlite3_reset(st);
	*args += count;
	return err;
}

static enum err
sqlite_run(struct store_conn *db, enum statement statement, const struct value *args,
	size_t rows, uint64_t *affected, struct error *e)
{
	struct sqlite_conn *c = conn_of(db);
	size_t at_once = rows >= ROWS_AT_ONCE && takes_many(statement) ? ROWS_AT_ONCE : 1;
	uint64_t changed = 0;
	enum err err = ERR_OK;

	while (rows > 0 && err == ERR_OK) {
		sqlite3_stmt *st;

		at_once = rows < at_once ? 1 : at_once;
		err = at_once > 1 ? prepare_many(c, statement, &st, e)
						  : prepare(c, statement, &st, e);
		if (err == ERR_OK) {
			err = run_once(c, statement, st, &args, &changed, e);
		}
		rows -= at_once;
	}
	if (err == ERR_OK && affected != NULL) {
		*affected = changed;
	}
	return err;
}

/* Nobody else works for us: it is done at once. */
static enum err
sqlite_start(struct store_conn *db, enum statement statement, const struct value *args,
	size_t rows, struct error *e)
{
	return sqlite_run(db, statement, args, rows, &conn_of(db)->started_affected, e);
}

static bool
sqlite_answered(struct store_conn *db, int wait_ms)
{
	(void)db;
	(void)wait_ms;
	return true;
}

static enum err
sqlite_await(struct store_conn *db, uint64_t *affected, struct error *e)
{
	(void)e;
	*affected = conn_of(db)->started_affected;
	return ERR_OK;
}

static struct value
column(sqlite3_stmt *st, int i, struct arena *a)
{
	size_t length;

	switch (sqlite3_column_type(st, i)) {
	case SQLITE_INTEGER:
		return value_i64(sqlite3_column_int64(st, i));
	case SQLITE_TEXT:
		length = (size_t)sqlite3_column_bytes(st, i);
		return value_text_n(arena_strndup(a, (const char *)sqlite3_column_text(st, i),
								length),
			length);
	case SQLITE_BLOB:
		length = (size_t)sqlite3_column_bytes(st, i);
		return value_blob(arena_strndup(a, sqlite3_column_blob(st, i), length), length);
	default:
		return value_null();
	}
}

static void
append_row(sqlite3_stmt *st, struct arena *a, struct rows *r, size_t *capacity)
{
	if (r->count == *capacity) {
		size_t larger = *capacity == 0 ? 4 : *capacity * 2;
		struct value *grown = arena_alloc(a, larger * r->columns * sizeof(*grown));

		if (r->count > 0) {
			memcpy(grown, r->values, r->count * r->columns * sizeof(*grown));
		}
		r->values = grown;
		*capacity = larger;
	}
	for (size_t i = 0; i < r->columns; i++) {
		r->values[r->count * r->columns + i] = column(st, (int)i, a);
	}
	r->count++;
}

static enum err
sqlite_read(struct store_conn *db, enum statement statement, const struct value *args,
	struct arena *a, struct rows *out, struct error *e)
{
	struct sqlite_conn *c = conn_of(db);
	bool in_transaction = !sqlite3_get_autocommit(c->db);
	struct rows r = {0};
	size_t capacity = 0;
	sqlite3_stmt *st;
	enum err err = prepare(c, statement, &st, e);
	int rc;

	if (err != ERR_OK) {
		return err;
	}
	sqlite_bind(st, args, sqlite3_bind_parameter_count(st));
	r.columns = (size_t)sqlite3_column_count(st);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && r.count < READ_ROWS_MAX) {
		append_row(st, a, &r, &capacity);
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW) {
		err = sqlite_fail(c, statement_name(statement), in_transaction, e);
	}
	sqlite3_reset(st);
	if (err == ERR_OK) {
		*out = r;
	}
	return err;
}

static enum err
sqlite_script(struct store_conn *db, const char *sql, struct error *e)
{
	struct sqlite_conn *c = conn_of(db);

	if (sqlite3_exec(c->db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		return sqlite_fail(c, "migration", !sqlite3_get_autocommit(c->db), e);
	}
	return ERR_OK;
}

static void
sqlite_thread_end(void)
{
	/* SQLite keeps nothing per thread. */
}

const struct store_driver store_sqlite = {
	.name = "sqlite",
	.connect = sqlite_connect,
	.disconnect = sqlite_disconnect,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.run = sqlite_run,
	.start = sqlite_start,
	.answered = sqlite_answered,
	.await = sqlite_await,
	.read = sqlite_read,
	.script = sqlite_script,
	.snapshot = sqlite_snapshot,
	.scan = sqlite_scan,
	.insert = sqlite_insert,
	.thread_end = sqlite_thread_end,
	.dialect = DIALECT_SQLITE,
	.ddl_in_transaction = true,
};
