#include "knowledge/index_file.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "base/arena.h"
#include "knowledge/fold.h"
#include "knowledge/index_tokenizer.h"

enum {
	READERS_KEPT = 4,
	PATH_SIZE = 1024,
	BUSY_TIMEOUT_MS = 5000,
	/* Of what makes the terms: texts folded in another way have others. */
	VERSION = INDEX_TOKENIZER_VERSION * 1000 + FOLD_VERSION,
};

/* --- its SQL ------------------------------------------------------------------------------ */

static const char writes_sql[] = "PRAGMA page_size=4096;"
								 "PRAGMA journal_mode=WAL;"
								 "PRAGMA synchronous=NORMAL;"
								 "PRAGMA journal_size_limit=67108864;"
								 "PRAGMA cache_size=-65536;"
								 "PRAGMA temp_store=MEMORY";
static const char reads_sql[] = "PRAGMA query_only=ON;"
								"PRAGMA cache_size=-4096;"
								"PRAGMA mmap_size=2147483648";
/* No content, no sizes, no places: only which entry has which term. */
static const char create_sql[] =
	"BEGIN IMMEDIATE;"
	"CREATE VIRTUAL TABLE IF NOT EXISTS ft USING fts5(t, content='', columnsize=0, "
	"detail=none, tokenize='hz');"
	"CREATE TABLE IF NOT EXISTS meta(k TEXT PRIMARY KEY, v INTEGER NOT NULL) "
	"WITHOUT ROWID;"
	"INSERT OR IGNORE INTO meta VALUES ('upto', 0), ('entries', 0), ('mark', 0);"
	/* A segment of what is still in memory; SQLite's default of 1 MB makes many small ones. */
	"INSERT INTO ft(ft, rank) VALUES ('hashsize', 67108864);"
	"COMMIT";
static const char version_sql[] = "INSERT OR IGNORE INTO meta VALUES ('tokenizer', ?1)";
static const char get_sql[] = "SELECT v FROM meta WHERE k = ?1";
static const char set_sql[] = "UPDATE meta SET v = ?2 WHERE k = ?1";
static const char add_sql[] = "INSERT INTO ft(rowid, t) VALUES (?1, ?2)";
static const char erase_sql[] = "INSERT INTO ft(ft, rowid, t) VALUES ('delete', ?1, ?2)";
static const char optimize_sql[] = "INSERT INTO ft(ft) VALUES ('optimize')";
static const char search_sql[] =
	"SELECT rowid FROM ft WHERE ft MATCH ?1 AND rowid BETWEEN ?2 AND ?3 "
	"ORDER BY rowid DESC";

struct borrowed {
	sqlite3 *db;
	sqlite3_stmt *search;
};

struct index_file {
	struct index_rows *rows;
	sqlite3 *db; /* the writer's, as are: */
	sqlite3_stmt *add;
	sqlite3_stmt *erase;
	sqlite3_stmt *set;
	int64_t pending; /* entries added in this transaction, less those erased */
	uint64_t mark;
	_Atomic uint64_t upto;
	_Atomic uint64_t entries;
	pthread_mutex_t lock; /* guards: */
	struct borrowed idle[READERS_KEPT];
	size_t idle_count;
	char path[PATH_SIZE];
};

/* From 1 on, as row ids are used to. */
static sqlite3_int64
rowid_of(size_t place)
{
	return (sqlite3_int64)place + 1;
}

static enum err
fail(sqlite3 *db, const char *what, struct error *e)
{
	int rc = sqlite3_errcode(db);
	enum err code = ERR_UNAVAILABLE;

	if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB) {
		code = ERR_CORRUPT;
	} else if (rc == SQLITE_ERROR) {
		code = ERR_INVALID;
	}
	return error_set(e, code, "search index: %s: %s", what, sqlite3_errmsg(db));
}

/* --- opening ------------------------------------------------------------------------------ */

static enum err
connect(const char *path, bool create, const char *settings, sqlite3 **out,
	struct error *e)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	char name[PATH_SIZE];
	sqlite3 *db = NULL;
	enum err err;

	if (snprintf(name, sizeof(name), "%s.db", path) >= (int)sizeof(name)) {
		return error_set(e, ERR_INVALID, "the path of the search index is too long");
	}
	if (sqlite3_open_v2(name, &db, create ? flags | SQLITE_OPEN_CREATE : flags, NULL) !=
		SQLITE_OK) {
		err = error_set(e, ERR_UNAVAILABLE, "cannot open %s: %s", name,
			db != NULL ? sqlite3_errmsg(db) : "out of memory");
		sqlite3_close(db);
		return err;
	}
	sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
	err = index_tokenizer_register(db, e);
	if (err == ERR_OK && sqlite3_exec(db, settings, NULL, NULL, NULL) != SQLITE_OK) {
		err = fail(db, "settings", e);
	}
	if (err != ERR_OK) {
		sqlite3_close(db);
		return err;
	}
	*out = db;
	return ERR_OK;
}

static enum err
prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out, struct error *e)
{
	if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) !=
		SQLITE_OK) {
		return fail(db, "statement", e);
	}
	return ERR_OK;
}

static enum err
get(struct index_file *f, const char *key, uint64_t *out, struct error *e)
{
	sqlite3_stmt *st = NULL;
	enum err err = prepare(f->db, get_sql, &st, e);

	if (err != ERR_OK) {
		return err;
	}
	sqlite3_bind_text(st, 1, key, -1, SQLITE_STATIC);
	if (sqlite3_step(st) == SQLITE_ROW) {
		*out = (uint64_t)sqlite3_column_int64(st, 0);
	} else {
		err = error_set(e, ERR_CORRUPT, "search index: %s has no %s", f->path, key);
	}
	sqlite3_finalize(st);
	return err;
}

static enum err
set_version(struct index_file *f, struct error *e)
{
	sqlite3_stmt *st = NULL;
	enum err err = prepare(f->db, version_sql, &st, e);

	if (err == ERR_OK) {
		sqlite3_bind_int(st, 1, VERSION);
		err = sqlite3_step(st) == SQLITE_DONE ? ERR_OK : fail(f->db, "version", e);
	}
	sqlite3_finalize(st);
	return err;
}

static enum err
read_state(struct index_file *f, struct error *e)
{
	uint64_t version = 0;
	uint64_t upto = 0;
	uint64_t entries = 0;
	enum err err = get(f, "tokenizer", &version, e);

	if (err == ERR_OK && version != VERSION) {
		err = error_set(e, ERR_CORRUPT, "search index: %s was made by another version",
			f->path);
	}
	if (err == ERR_OK) {
		err = get(f, "upto", &upto, e);
	}
	if (err == ERR_OK) {
		err = get(f, "entries", &entries, e);
	}
	if (err == ERR_OK) {
		err = get(f, "mark", &f->mark, e);
	}
	f->upto = upto;
	f->entries = entries;
	return err;
}

static enum err
open_to_read(struct index_file *f, struct error *e)
{
	enum err err = connect(f->path, false, reads_sql, &f->db, e);

	return err == ERR_OK ? read_state(f, e) : err;
}

static enum err
open_to_write(struct index_file *f, struct error *e)
{
	enum err err = connect(f->path, true, writes_sql, &f->db, e);

	if (err == ERR_OK && sqlite3_exec(f->db, create_sql, NULL, NULL, NULL) != SQLITE_OK) {
		err = fail(f->db, "tables", e);
	}
	if (err == ERR_OK) {
		err = set_version(f, e);
	}
	if (err == ERR_OK) {
		err = read_state(f, e);
	}
	if (err == ERR_OK) {
		err = prepare(f->db, add_sql, &f->add, e);
	}
	if (err == ERR_OK) {
		err = prepare(f->db, erase_sql, &f->erase, e);
	}
	return err == ERR_OK ? prepare(f->db, set_sql, &f->set, e) : err;
}

enum err
index_file_open(const char *path, bool writes, struct index_file **out, struct error *e)
{
	struct index_file *f = xcalloc(1, sizeof(*f));
	char rows[PATH_SIZE];
	enum err err;

	pthread_mutex_init(&f->lock, NULL);
	snprintf(f->path, sizeof(f->path), "%s", path);
	err = writes ? open_to_write(f, e) : open_to_read(f, e);
	if (err == ERR_OK && snprintf(rows, sizeof(rows), "%s.rows", path) >= PATH_SIZE) {
		err = error_set(e, ERR_INVALID, "the path of the search index is too long");
	}
	if (err == ERR_OK) {
		err = index_rows_open(rows, &f->rows, e);
	}
	if (err != ERR_OK) {
		index_file_close(f);
		return err;
	}
	*out = f;
	return ERR_OK;
}

void
index_file_close(struct index_file *f)
{
	if (f == NULL) {
		return;
	}
	for (size_t i = 0; i < f->idle_count; i++) {
		sqlite3_finalize(f->idle[i].search);
		sqlite3_close(f->idle[i].db);
	}
	sqlite3_finalize(f->add);
	sqlite3_finalize(f->erase);
	sqlite3_finalize(f->set);
	sqlite3_close(f->db);
	index_rows_close(f->rows);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

uint64_t
index_file_upto(const struct index_file *f)
{
	return f->upto;
}

uint64_t
index_file_entries(const struct index_file *f)
{
	return f->entries;
}

uint64_t
index_file_mark(const struct index_file *f)
{
	return f->mark;
}

struct index_rows *
index_file_rows(const struct index_file *f)
{
	return f->rows;
}

uint64_t
index_file_bytes(const struct index_file *f)
{
	static const char *const endings[] = {".db", ".db-wal", ".db-shm", ".rows"};
	enum { DISK_UNIT = 512 };
	uint64_t bytes = 0;

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		char path[PATH_SIZE + 16];
		struct stat status;

		snprintf(path, sizeof(path), "%s%s", f->path, endings[i]);
		bytes += stat(path, &status) == 0 ? (uint64_t)status.st_blocks * DISK_UNIT : 0;
	}
	return bytes;
}

/* --- writing ------------------------------------------------------------------------------ */

enum err
index_file_begin(struct index_file *f, struct error *e)
{
	f->pending = 0;
	if (sqlite3_exec(f->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
		return fail(f->db, "begin", e);
	}
	return ERR_OK;
}

void
index_file_rollback(struct index_file *f)
{
	(void)sqlite3_exec(f->db, "ROLLBACK", NULL, NULL, NULL);
}

static enum err
step(struct index_file *f, sqlite3_stmt *st, const char *what, struct error *e)
{
	enum err err = sqlite3_step(st) == SQLITE_DONE ? ERR_OK : fail(f->db, what, e);

	sqlite3_reset(st);
	return err;
}

enum err
index_file_add(struct index_file *f, size_t place, const struct index_row *row,
	const char *text, size_t length, struct error *e)
{
	index_rows_put(f->rows, place, row);
	if (text == NULL) {
		return ERR_OK;
	}
	f->pending++;
	sqlite3_bind_int64(f->add, 1, rowid_of(place));
	sqlite3_bind_text(f->add, 2, text, (int)length, SQLITE_STATIC);
	return step(f, f->add, "add", e);
}

enum err
index_file_erase(struct index_file *f, size_t place, const char *text, size_t length,
	struct error *e)
{
	index_rows_clear(f->rows, place);
	f->pending--;
	sqlite3_bind_int64(f->erase, 1, rowid_of(place));
	sqlite3_bind_text(f->erase, 2, text, (int)length, SQLITE_STATIC);
	return step(f, f->erase, "erase", e);
}

static enum err
set(struct index_file *f, const char *key, uint64_t value, struct error *e)
{
	sqlite3_bind_text(f->set, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(f->set, 2, (int64_t)value);
	return step(f, f->set, key, e);
}

enum err
index_file_commit(struct index_file *f, uint64_t upto, uint64_t mark, struct error *e)
{
	uint64_t entries = f->entries + (uint64_t)f->pending;
	enum err err = set(f, "upto", upto, e);

	if (err == ERR_OK) {
		err = set(f, "entries", entries, e);
	}
	if (err == ERR_OK) {
		err = set(f, "mark", mark, e);
	}
	if (err == ERR_OK && sqlite3_exec(f->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
		err = fail(f->db, "commit", e);
	}
	if (err != ERR_OK) {
		index_file_rollback(f);
		return err;
	}
	f->mark = mark;
	f->entries = entries;
	f->upto = upto;
	return ERR_OK;
}

enum err
index_file_optimize(struct index_file *f, struct error *e)
{
	if (sqlite3_exec(f->db, optimize_sql, NULL, NULL, NULL) != SQLITE_OK) {
		return fail(f->db, "optimize", e);
	}
	(void)sqlite3_wal_checkpoint_v2(f->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return ERR_OK;
}

enum err
index_file_sync(struct index_file *f, struct error *e)
{
	return index_rows_sync(f->rows, f->upto, e);
}

/* --- searching ---------------------------------------------------------------------------- */

static enum err
borrow(struct index_file *f, struct borrowed *out, struct error *e)
{
	struct borrowed b = {.db = NULL};
	enum err err;

	pthread_mutex_lock(&f->lock);
	if (f->idle_count > 0) {
		b = f->idle[--f->idle_count];
	}
	pthread_mutex_unlock(&f->lock);
	if (b.db == NULL) {
		err = connect(f->path, false, reads_sql, &b.db, e);
		if (err == ERR_OK) {
			err = prepare(b.db, search_sql, &b.search, e);
		}
		if (err != ERR_OK) {
			sqlite3_close(b.db);
			return err;
		}
	}
	*out = b;
	return ERR_OK;
}

static void
give_back(struct index_file *f, struct borrowed *b)
{
	bool kept = false;

	pthread_mutex_lock(&f->lock);
	if (f->idle_count < READERS_KEPT) {
		f->idle[f->idle_count++] = *b;
		kept = true;
	}
	pthread_mutex_unlock(&f->lock);
	if (!kept) {
		sqlite3_finalize(b->search);
		sqlite3_close(b->db);
	}
}

enum err
index_file_search(struct index_file *f, const char *match, size_t first, size_t last,
	index_found *each, void *ctx, struct error *e)
{
	struct borrowed b;
	enum err err = borrow(f, &b, e);
	int rc;

	if (err != ERR_OK) {
		return err;
	}
	sqlite3_bind_text(b.search, 1, match, -1, SQLITE_STATIC);
	sqlite3_bind_int64(b.search, 2, rowid_of(first));
	sqlite3_bind_int64(b.search, 3, rowid_of(last));
	while ((rc = sqlite3_step(b.search)) == SQLITE_ROW) {
		if (!each(ctx, (size_t)(sqlite3_column_int64(b.search, 0) - 1))) {
			rc = SQLITE_DONE;
			break;
		}
	}
	if (rc != SQLITE_DONE) {
		err = fail(b.db, "search", e);
	}
	sqlite3_reset(b.search);
	sqlite3_clear_bindings(b.search);
	give_back(f, &b);
	return err;
}
