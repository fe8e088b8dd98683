#include "limit_store.h"

#include <mysql.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DATABASE "bench_limit"

/* The columns of one batch, laid out as MariaDB's array binding wants them. */
struct columns {
	int64_t id[BATCH_MAX];
	int64_t created_at[BATCH_MAX];
	uint32_t conversation[BATCH_MAX];
	uint32_t sequence[BATCH_MAX];
	const char *body[BATCH_MAX];
	unsigned long body_length[BATCH_MAX];
};

struct limit_store {
	sqlite3 *sqlite; /* exactly one of the two databases is open */
	sqlite3_stmt *sqlite_insert;
	MYSQL *mysql;
	MYSQL_STMT *mysql_insert;
	struct columns columns;
	int64_t newest_id; /* of an earlier start: numbers go on from there */
	int64_t newest_sequence;
};

void
die(const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static struct limit_store *
store_create(void)
{
	struct limit_store *s = calloc(1, sizeof(*s));
	if (!s) {
		die("limit: out of memory");
	}
	return s;
}

static void
sqlite_run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		die("limit: %s: %s", sql, sqlite3_errmsg(db));
	}
}

#define NEWEST "SELECT COALESCE(MAX(id), 0), COALESCE(MAX(seq), 0) FROM message"

static void
sqlite_read_newest(struct limit_store *s)
{
	sqlite3_stmt *st;
	if (sqlite3_prepare_v2(s->sqlite, NEWEST, -1, &st, NULL) != SQLITE_OK ||
		sqlite3_step(st) != SQLITE_ROW) {
		die("limit: %s", sqlite3_errmsg(s->sqlite));
	}
	s->newest_id = sqlite3_column_int64(st, 0);
	s->newest_sequence = sqlite3_column_int64(st, 1);
	sqlite3_finalize(st);
}

struct limit_store *
limit_store_sqlite(const char *path)
{
	struct limit_store *s = store_create();
	if (sqlite3_open(path, &s->sqlite) != SQLITE_OK) {
		die("limit: cannot open %s", path);
	}
	sqlite_run(s->sqlite, "PRAGMA journal_mode=WAL");
	sqlite_run(s->sqlite, "PRAGMA synchronous=FULL");
	sqlite_run(s->sqlite, "PRAGMA cache_size=-65536");
	sqlite_run(s->sqlite,
		"CREATE TABLE IF NOT EXISTS message(id INTEGER PRIMARY KEY, conversation_id INT, seq INT,"
		" customer_id INT, author INT, channel INT, body TEXT, created_at INT)");
	sqlite_run(s->sqlite,
		"CREATE INDEX IF NOT EXISTS place ON message(conversation_id, seq)");
	sqlite_read_newest(s);
	if (sqlite3_prepare_v2(s->sqlite, "INSERT INTO message VALUES(?,?,?,?,1,2,?,?)", -1,
			&s->sqlite_insert, NULL) != SQLITE_OK) {
		die("limit: %s", sqlite3_errmsg(s->sqlite));
	}
	return s;
}

static void
sqlite_write(struct limit_store *s, struct message *const *batch, size_t count)
{
	sqlite3_stmt *insert = s->sqlite_insert;
	sqlite_run(s->sqlite, "BEGIN");
	for (size_t i = 0; i < count; i++) {
		const struct message *m = batch[i];
		sqlite3_bind_int64(insert, 1, s->newest_id + m->id);
		sqlite3_bind_int64(insert, 2, m->conversation);
		sqlite3_bind_int64(insert, 3, s->newest_sequence + m->sequence);
		sqlite3_bind_int64(insert, 4, m->conversation);
		sqlite3_bind_text(insert, 5, m->body, (int)m->body_length, SQLITE_STATIC);
		sqlite3_bind_int64(insert, 6, time(NULL));
		if (sqlite3_step(insert) != SQLITE_DONE) {
			die("limit: insert: %s", sqlite3_errmsg(s->sqlite));
		}
		sqlite3_reset(insert);
	}
	sqlite_run(s->sqlite, "COMMIT");
}

static void
mysql_run(MYSQL *db, const char *sql)
{
	if (mysql_query(db, sql) != 0) {
		die("limit: %s: %s", sql, mysql_error(db));
	}
}

static void
mysql_read_newest(struct limit_store *s)
{
	mysql_run(s->mysql, NEWEST);
	MYSQL_RES *result = mysql_store_result(s->mysql);
	MYSQL_ROW row = result ? mysql_fetch_row(result) : NULL;
	if (!row) {
		die("limit: %s", mysql_error(s->mysql));
	}
	s->newest_id = strtoll(row[0], NULL, 10);
	s->newest_sequence = strtoll(row[1], NULL, 10);
	mysql_free_result(result);
}

static void
mysql_bind_columns(struct limit_store *s)
{
	struct columns *c = &s->columns;
	MYSQL_BIND bind[6] = {
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = c->id},
		{.buffer_type = MYSQL_TYPE_LONG, .buffer = c->conversation},
		{.buffer_type = MYSQL_TYPE_LONG, .buffer = c->sequence},
		{.buffer_type = MYSQL_TYPE_LONG, .buffer = c->conversation},
		{.buffer_type = MYSQL_TYPE_STRING,
			.buffer = (void *)c->body,
			.length = c->body_length},
		{.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = c->created_at},
	};
	if (mysql_stmt_bind_param(s->mysql_insert, bind)) {
		die("limit: bind: %s", mysql_stmt_error(s->mysql_insert));
	}
}

struct limit_store *
limit_store_mysql(const char *socket_path)
{
	static const char insert[] = "INSERT INTO message VALUES(?,?,?,?,1,2,?,?)";
	struct limit_store *s = store_create();
	s->mysql = mysql_init(NULL);
	if (!s->mysql ||
		!mysql_real_connect(s->mysql, NULL, "root", NULL, NULL, 0, socket_path, 0)) {
		die("limit: cannot connect to %s: %s", socket_path,
			s->mysql ? mysql_error(s->mysql) : "out of memory");
	}
	mysql_run(s->mysql,
		"CREATE DATABASE IF NOT EXISTS " DATABASE " CHARACTER SET utf8mb4");
	mysql_run(s->mysql, "USE " DATABASE);
	mysql_run(s->mysql,
		"CREATE TABLE IF NOT EXISTS message(id BIGINT PRIMARY KEY, conversation_id BIGINT NOT NULL,"
		" seq INT NOT NULL, customer_id BIGINT NOT NULL, author INT NOT NULL,"
		" channel INT NOT NULL, body VARCHAR(4000) NOT NULL, created_at BIGINT NOT NULL,"
		" KEY place(conversation_id, seq)) ENGINE=InnoDB");
	mysql_read_newest(s);
	s->mysql_insert = mysql_stmt_init(s->mysql);
	if (!s->mysql_insert ||
		mysql_stmt_prepare(s->mysql_insert, insert, sizeof(insert) - 1)) {
		die("limit: prepare: %s", mysql_error(s->mysql));
	}
	return s;
}

/* One statement in autocommit mode: the server commits it as a whole. */
static void
mysql_write(struct limit_store *s, struct message *const *batch, size_t count)
{
	struct columns *c = &s->columns;
	for (size_t i = 0; i < count; i++) {
		const struct message *m = batch[i];
		c->id[i] = s->newest_id + m->id;
		c->conversation[i] = m->conversation;
		c->sequence[i] = (uint32_t)s->newest_sequence + m->sequence;
		c->body[i] = m->body;
		c->body_length[i] = m->body_length;
		c->created_at[i] = time(NULL);
	}
	unsigned int rows = (unsigned int)count;
	mysql_stmt_attr_set(s->mysql_insert, STMT_ATTR_ARRAY_SIZE, &rows);
	mysql_bind_columns(s); /* the size counts only for what is bound after it */
	if (mysql_stmt_execute(s->mysql_insert)) {
		die("limit: insert: %s", mysql_stmt_error(s->mysql_insert));
	}
}

void
limit_store_write(struct limit_store *s, struct message *const *batch, size_t count)
{
	if (s->sqlite) {
		sqlite_write(s, batch, count);
	} else {
		mysql_write(s, batch, count);
	}
}
