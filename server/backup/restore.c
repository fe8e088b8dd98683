/* Filling an empty installation from an archive. The database is filled table by table in the
 * schema of the archive and brought up to date afterwards; an SQLite file gets its name at the
 * very end, so that a restore that was killed leaves nothing that could be taken for whole. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/backup.h"
#include "backup/contents.h"
#include "backup/rows.h"
#include "backup/target.h"
#include "base/arena.h"
#include "base/str.h"
#include "store/migrate.h"
#include "store/store.h"

enum { READ_BYTES = 256 * 1024, TELL_EVERY_ROWS = 5000 };

struct restoring {
	const struct restore_plan *plan;
	struct target target;
	struct store_conn *db;
	struct arena *arena;
	struct table_shape *shapes;
	size_t shape_count;
	char *bytes;          /* ROWS_PIECE_MAX */
	struct value *values; /* of one piece */
	size_t value_capacity;
	uint64_t rows;
	uint64_t files;
};

/* --- tables ------------------------------------------------------------------------------- */

static const struct table_shape *
find_shape(const struct restoring *r, const char *name)
{
	for (size_t i = 0; i < r->shape_count; i++) {
		if (strcmp(r->shapes[i].name, name) == 0) {
			return &r->shapes[i];
		}
	}
	return NULL;
}

static bool
has_column(const struct table_shape *t, const char *name)
{
	for (size_t i = 0; i < t->column_count; i++) {
		if (strcmp(t->columns[i], name) == 0) {
			return true;
		}
	}
	return false;
}

/* The columns in the order of the archive, each one that the target has too. */
static enum err
match(const struct restoring *r, const char *table, const struct rows_reader *rows,
	struct table_shape *out, struct error *e)
{
	const struct table_shape *t = find_shape(r, table);

	if (t == NULL) {
		return error_set(e, ERR_INVALID,
			"the archive has a table %s, its schema has none", table);
	}
	out->name = t->name;
	out->column_count = rows->column_count;
	for (size_t i = 0; i < rows->column_count; i++) {
		if (!has_column(t, rows->columns[i])) {
			return error_set(e, ERR_INVALID,
				"the archive has a column %s.%s, its schema has none", table,
				rows->columns[i]);
		}
		out->columns[i] = rows->columns[i];
	}
	return ERR_OK;
}

static size_t
decode(struct restoring *r, struct rows_reader *rows, bool *whole)
{
	size_t count = 0;

	for (;;) {
		size_t needed = (count + 1) * rows->column_count;

		if (needed > r->value_capacity) {
			r->value_capacity = needed * 2;
			r->values = xrealloc(r->values, r->value_capacity * sizeof(*r->values));
		}
		if (!rows_next(rows, r->values + count * rows->column_count, whole)) {
			return count;
		}
		count++;
	}
}

static enum err
load_piece(struct restoring *r, struct archive_reader *archive,
	const struct archive_member *m, const char *table, struct error *e)
{
	struct rows_reader rows;
	struct table_shape shape;
	bool whole = false;
	size_t got = 0;
	size_t count = 0;
	enum err err = ERR_OK;

	if (m->size > ROWS_PIECE_MAX) {
		return error_set(e, ERR_CORRUPT, "a part of table %s is too large", table);
	}
	err = archive_read(archive, r->bytes, (size_t)m->size, &got, e);
	if (err == ERR_OK) {
		err = rows_open(&rows, r->bytes, got, e);
	}
	if (err == ERR_OK) {
		err = match(r, table, &rows, &shape, e);
	}
	if (err == ERR_OK) {
		count = decode(r, &rows, &whole);
		err = whole ? r->db->driver->begin(r->db, e)
					: error_set(e, ERR_CORRUPT, "a part of table %s is damaged", table);
	}
	if (err == ERR_OK) {
		err = table_insert(r->db, &shape, r->values, count, e);
	}
	if (err == ERR_OK) {
		err = r->db->driver->commit(r->db, e);
	}
	r->rows += count;
	return err;
}

/* --- files -------------------------------------------------------------------------------- */

static bool
write_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, data, length);

		if (written < 0 && errno == EINTR) {
			continue;
		}
		if (written <= 0) {
			return false;
		}
		data += written;
		length -= (size_t)written;
	}
	return true;
}

static enum err
cannot_write(const char *path, struct error *e)
{
	bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

	return error_set(e, ERR_UNAVAILABLE, "cannot write %.150s: %s", path,
		full ? "the disk is full" : strerror(errno));
}

/* Below the data folder, under its own name: member_parse() has let it pass. */
static enum err
load_file(struct restoring *r, struct archive_reader *archive, const char *name,
	struct error *e)
{
	char path[PATH_MAX];
	size_t got = 1;
	enum err err = target_make_folders(&r->target, name, path, e);
	int fd;

	if (err != ERR_OK) {
		return err;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		return cannot_write(path, e);
	}
	while (err == ERR_OK && got > 0) {
		err = archive_read(archive, r->bytes, READ_BYTES, &got, e);
		if (err == ERR_OK && !write_all(fd, r->bytes, got)) {
			err = cannot_write(path, e);
		}
	}
	if (close(fd) != 0 && err == ERR_OK) {
		err = cannot_write(path, e);
	}
	return err;
}

static enum err
visit(void *ctx, struct archive_reader *archive, const struct archive_member *m,
	const struct member_name *name, struct error *e)
{
	struct restoring *r = ctx;
	bool keys_from_elsewhere = r->plan->keys != NULL;
	uint64_t done;
	uint64_t total;
	enum err err;

	if (name->kind == MEMBER_KEY && keys_from_elsewhere) {
		return ERR_OK;
	}
	err = name->kind == MEMBER_TABLE ? load_piece(r, archive, m, name->table, e)
									 : load_file(r, archive, m->name, e);
	r->files += name->kind == MEMBER_FILE;
	if (err == ERR_OK && r->plan->progress != NULL) {
		archive_position(archive, &done, &total);
		r->plan->progress(r->plan->ctx, r->rows, r->files, done, total);
	}
	return err;
}

/* --- all of it ---------------------------------------------------------------------------- */

static enum err
clear_tables(struct restoring *r, struct error *e)
{
	enum err err = r->db->driver->begin(r->db, e);

	for (size_t i = 0; err == ERR_OK && i < r->shape_count; i++) {
		if (strcmp(r->shapes[i].name, "migration") != 0) {
			err = table_clear(r->db, r->shapes[i].name, e);
		}
	}
	return err == ERR_OK ? r->db->driver->commit(r->db, e) : err;
}

/* The tables as they were when the backup was made, without the rows that a new one has. */
static enum err
prepare_database(struct restoring *r, int schema, struct error *e)
{
	const struct store_driver *driver = store_driver_of(&r->target.store);
	enum err err = driver->connect(&r->target.store, CONNECTION_WRITES, &r->db, e);

	if (err == ERR_OK) {
		err = migrate_up_to(r->db, schema, e);
	}
	if (err == ERR_OK) {
		err = tables_list(r->db, r->arena, &r->shapes, &r->shape_count, e);
	}
	/* Not inside a transaction that MySQL has begun for the reads. */
	if (r->db != NULL) {
		driver->rollback(r->db);
	}
	if (err == ERR_OK) {
		err = migrate_mark_unfinished(r->db, true, e);
	}
	return err == ERR_OK ? clear_tables(r, e) : err;
}

static enum err
load_archive(struct restoring *r, const struct backup_facts *facts, struct error *e)
{
	struct archive_reader *archive = NULL;
	struct backup_facts loaded;
	enum err err = archive_open(r->plan->path, r->plan->passphrase, &archive, e);

	if (err != ERR_OK) {
		return err;
	}
	err = contents_walk(archive, r->plan->path, visit, r, &loaded, e);
	if (err == ERR_OK && (r->rows != facts->rows || r->files != facts->files)) {
		err = error_set(e, ERR_CORRUPT, "%.150s was changed while it was read",
			r->plan->path);
	}
	archive_close(archive);
	return err;
}

static enum err
load(struct restoring *r, const struct backup_facts *facts, struct error *e)
{
	enum err err = prepare_database(r, facts->schema, e);

	if (err == ERR_OK) {
		err = load_archive(r, facts, e);
	}
	if (err == ERR_OK && r->plan->keys != NULL) {
		err = target_copy_keys(&r->target, r->plan->keys, e);
	}
	if (err == ERR_OK) {
		err = migrate_mark_unfinished(r->db, false, e);
	}
	if (err == ERR_OK) {
		err = migrate_up_to(r->db, migrate_newest(), e);
	}
	if (r->db != NULL) {
		if (err != ERR_OK) {
			r->db->driver->rollback(r->db);
		}
		r->db->driver->disconnect(r->db);
		r->db = NULL;
	}
	return err == ERR_OK ? target_settle(&r->target, e) : err;
}

static enum err
check_plan(const struct restore_plan *plan, const struct backup_facts *facts,
	struct error *e)
{
	if (facts->schema > migrate_newest()) {
		return error_set(e, ERR_INVALID,
			"the archive has schema %d, this program knows up to %d: use a newer trunkline",
			facts->schema, migrate_newest());
	}
	if (!facts->has_keys && plan->keys == NULL && !plan->new_keys) {
		return error_set(e, ERR_DENIED,
			"the archive was made without a passphrase, so the private keys are not in it: "
			"name the folder where they are kept by --keys, or go on with --new-keys");
	}
	return ERR_OK;
}

enum err
restore_load(const struct restore_plan *plan, const struct backup_facts *facts,
	struct error *e)
{
	struct restoring r = {.plan = plan};
	enum err err = check_plan(plan, facts, e);

	if (err == ERR_OK) {
		err = target_open(&r.target, plan->store, plan->force, e);
	}
	if (err != ERR_OK) {
		return err;
	}
	r.arena = arena_create();
	r.bytes = xmalloc(ROWS_PIECE_MAX);
	err = load(&r, facts, e);
	if (err != ERR_OK) {
		target_empty_again(&r.target);
	}
	free(r.values);
	free(r.bytes);
	arena_destroy(r.arena);
	return err;
}
