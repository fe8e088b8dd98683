/* MySQL commits after each CREATE, so the number of finished steps of a migration is kept
 * beside its version. After a crash the step that follows may have happened or not: for it, and
 * for it alone, "exists already" counts as done. */
#include "store/migrate.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "store/driver.h"
#include "store/migrations.h"
#include "store/store.h"

enum {
	MIGRATIONS_MAX = 1000,
	STEP_MAX_BYTES = 64 * 1024,
	UNFINISHED_VERSION = 1000000, /* of a database that a restore is filling */
};

struct token {
	const char *name;
	const char *text[2]; /* by dialect */
};

static const struct token tokens[] = {
	{"{ID}", {"INTEGER", "BIGINT"}},
	{"{OF_FACT}", {"", "ON fact"}},
	{"{OF_CONVERSATION}", {"", "ON conversation"}},
	{"{BYTES}", {"BLOB", "BINARY"}},
	{"{TABLE}",
		{"",
			"ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"}},
	{"{KEYED}",
		{"WITHOUT ROWID",
			"ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"}},
};

static size_t
append_token(struct buf *out, const char *p, enum dialect dialect)
{
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		size_t length = strlen(tokens[i].name);

		if (strncmp(p, tokens[i].name, length) == 0) {
			buf_puts(out, tokens[i].text[dialect]);
			return length;
		}
	}
	buf_putc(out, *p);
	return 1;
}

/* Reads the next statement without comments into `out`; returns where the rest starts, NULL at
 * the end. */
static const char *
next_step(const char *sql, enum dialect dialect, struct buf *out)
{
	const char *p = sql;

	buf_clear(out);
	while (*p != '\0' && *p != ';') {
		if (p[0] == '-' && p[1] == '-') {
			p += strcspn(p, "\n");
		} else if (*p == '{') {
			p += append_token(out, p, dialect);
		} else {
			buf_putc(out, *p++);
		}
	}
	return *p == ';' ? p + 1 : NULL;
}

static enum err
record(struct store_conn *db, const struct migration *m, int64_t steps, bool complete,
	struct error *e)
{
	struct value args[] = {
		value_i64(m->version),
		value_text(m->name),
		value_i64(steps),
		value_i64(complete ? clock_now_ms() : 0),
	};

	return db->driver->run(db, STATEMENT_MIGRATION_STEP, args, 1, NULL, e);
}

static enum err
apply_one(struct store_conn *db, const struct migration *m, int64_t done, struct error *e)
{
	const struct store_driver *driver = db->driver;
	const char *p = m->sql;
	int64_t step = 0;
	enum err err = ERR_OK;
	struct buf sql;

	buf_init(&sql, STEP_MAX_BYTES);
	while (err == ERR_OK && (p = next_step(p, driver->dialect, &sql)) != NULL) {
		if (++step <= done) {
			continue;
		}
		err = driver->script(db, sql.data, e);
		if (err == ERR_CONFLICT && step == done + 1 && !driver->ddl_in_transaction) {
			err = ERR_OK;
		}
		if (err == ERR_OK && !driver->ddl_in_transaction) {
			err = record(db, m, step, false, e);
		}
	}
	buf_fini(&sql);
	if (err != ERR_OK) {
		return err;
	}
	return record(db, m, step, true, e);
}

struct present {
	int version;       /* newest complete one */
	int64_t half_done; /* steps of version + 1 */
};

static enum err
look(struct store_conn *db, struct present *out, struct error *e)
{
	struct arena *a = arena_create();
	struct value args[] = {value_i64(MIGRATIONS_MAX)};
	struct rows r = {0};
	struct present p = {0};
	enum err err = db->driver->read(db, STATEMENT_MIGRATION_LIST, args, a, &r, e);

	for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
		const struct value *row = rows_at(&r, i);

		if (value_as_i64(&row[2]) > 0) {
			p.version = (int)value_as_i64(&row[0]);
			p.half_done = 0;
		} else {
			p.half_done = value_as_i64(&row[1]);
		}
	}
	if (err == ERR_OK) {
		*out = p;
	}
	arena_destroy(a);
	return err;
}

static enum err
apply_all(struct store_conn *db, struct present *p, int limit, struct error *e)
{
	for (const struct migration *m = migrations; m->version != 0 && m->version <= limit;
		 m++) {
		enum err err;

		if (m->version <= p->version) {
			continue;
		}
		err = apply_one(db, m, p->half_done, e);
		if (err != ERR_OK) {
			return err;
		}
		p->version = m->version;
		p->half_done = 0;
	}
	return ERR_OK;
}

static enum err
compare(const struct present *p, int newest, bool apply, struct error *e)
{
	if (p->version == UNFINISHED_VERSION) {
		return error_set(e, ERR_INVALID,
			"a restore into this database has not finished: do it again with --force");
	}
	if (p->version > newest) {
		return error_set(e, ERR_INVALID,
			"the database has schema %d, this program knows up to %d: use a newer trunkline",
			p->version, newest);
	}
	if (p->version < newest && !apply) {
		return error_set(e, ERR_INVALID,
			"the database has schema %d, this program needs %d: run `trunkline migrate`",
			p->version, newest);
	}
	return ERR_OK;
}

/* One process at a time: SQLite by its write lock, MySQL by a named lock that ends with the
 * connection. */
static enum err
migrate_locked(struct store_conn *db, bool apply, int limit, int *from, int *to,
	struct error *e)
{
	struct present p = {0};
	enum err err;

	err = db->driver->run(db, STATEMENT_MIGRATION_TABLE, NULL, 1, NULL, e);
	if (err == ERR_OK) {
		err = look(db, &p, e);
	}
	if (err == ERR_OK) {
		err = compare(&p, limit, apply, e);
	}
	if (err != ERR_OK) {
		return err;
	}
	*from = p.version;
	err = apply_all(db, &p, limit, e);
	*to = p.version;
	return err;
}

static enum err
lock(struct store_conn *db, enum statement statement, struct error *e)
{
	struct arena *a = arena_create();
	struct rows r = {0};
	enum err err = db->driver->read(db, statement, NULL, a, &r, e);

	if (err == ERR_OK && (r.count == 0 || value_as_i64(rows_at(&r, 0)) != 1)) {
		err = error_set(e, ERR_UNAVAILABLE, "another process is migrating the database");
	}
	arena_destroy(a);
	return err;
}

static enum err
migrate_in_transaction(struct store_conn *db, bool apply, int limit, int *from, int *to,
	struct error *e)
{
	const struct store_driver *driver = db->driver;
	enum err err = driver->begin(db, e);

	if (err != ERR_OK) {
		return err;
	}
	err = migrate_locked(db, apply, limit, from, to, e);
	if (err == ERR_OK) {
		return driver->commit(db, e);
	}
	driver->rollback(db);
	return err;
}

enum err
migrate_mark_unfinished(struct store_conn *db, bool unfinished, struct error *e)
{
	static const struct migration mark = {UNFINISHED_VERSION, "restore", NULL};
	struct value args[] = {value_i64(UNFINISHED_VERSION)};
	enum err err = db->driver->begin(db, e);

	if (err == ERR_OK && unfinished) {
		err = record(db, &mark, 0, true, e);
	} else if (err == ERR_OK) {
		err = db->driver->run(db, STATEMENT_MIGRATION_FORGET, args, 1, NULL, e);
	}
	return err == ERR_OK ? db->driver->commit(db, e) : err;
}

int
migrate_newest(void)
{
	int newest = 0;

	for (const struct migration *m = migrations; m->version != 0; m++) {
		newest = m->version;
	}
	return newest;
}

static enum err
migrate_to(struct store_conn *db, bool apply, int limit, int *from, int *to,
	struct error *e)
{
	int was = 0;
	int now = 0;
	enum err unlocked;
	enum err err = lock(db, STATEMENT_MIGRATION_LOCK, e);

	if (err != ERR_OK) {
		return err;
	}
	err = migrate_in_transaction(db, apply, limit, &was, &now, e);
	unlocked = lock(db, STATEMENT_MIGRATION_UNLOCK, err == ERR_OK ? e : NULL);
	if (err == ERR_OK) {
		err = unlocked;
	}
	if (err == ERR_OK) {
		*from = was;
		*to = now;
	}
	return err;
}

enum err
migrate(struct store_conn *db, bool apply, int *from, int *to, struct error *e)
{
	return migrate_to(db, apply, migrate_newest(), from, to, e);
}

enum err
migrate_up_to(struct store_conn *db, int version, struct error *e)
{
	int from;
	int to;

	return migrate_to(db, true, version, &from, &to, e);
}

enum err
migrate_version(struct store_conn *db, int *out, struct error *e)
{
	struct present p;
	enum err err = look(db, &p, e);

	if (err == ERR_OK && (p.half_done != 0 || p.version == 0)) {
		err = error_set(e, ERR_INVALID,
			"the database is not in shape: run `trunkline migrate`");
	}
	if (err == ERR_OK) {
		*out = p.version;
	}
	return err;
}

enum err
store_migrate(const struct store_conf *conf, int *from, int *to, struct error *e)
{
	struct store_conn *db = NULL;
	enum err err = store_driver_of(conf)->connect(conf, CONNECTION_WRITES, &db, e);

	if (err != ERR_OK) {
		return err;
	}
	err = migrate(db, true, from, to, e);
	db->driver->disconnect(db);
	return err;
}
