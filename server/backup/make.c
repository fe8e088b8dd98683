/* Making a backup. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/archive.h"
#include "backup/backup.h"
#include "backup/contents.h"
#include "backup/rows.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "store/migrate.h"
#include "store/store.h"

enum {
	NODES_MAX = 256,
	READ_BYTES = 256 * 1024,
	KEY_BYTES_MAX = 64 * 1024,
	SHARDS = 256, /* folders of uploads */
	TELL_EVERY_ROWS = 5000,
};

struct making {
	const struct backup_plan *plan;
	const char *data_dir;
	struct archive_writer *archive;
	struct store_conn *db;
	struct backup_facts facts;
	uint64_t heads[NODES_MAX]; /* bytes of each node's log that are taken, 0: none */
	char *bytes;               /* READ_BYTES */
	/* of the table that is being written */
	const struct table_shape *shape;
	struct buf piece;
	unsigned pieces;
	uint64_t rows;
};

static void
tell(struct making *m)
{
	if (m->plan->progress != NULL) {
		m->plan->progress(m->plan->ctx, m->facts.rows, m->facts.files, 0, 0);
	}
}

/* --- signed heads ------------------------------------------------------------------------- */

/* Up to the last whole line: the server may be in the middle of the next one. */
static uint64_t
whole_lines(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char last;

	while (end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n') {
		end--;
	}
	return end > 0 ? (uint64_t)end : 0;
}

static int
open_heads(const struct making *m, unsigned node)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/heads/%u.log", m->data_dir, node);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Before the database's moment: what is signed by now was committed before. */
static void
measure_heads(struct making *m)
{
	for (unsigned node = 1; node < NODES_MAX; node++) {
		int fd = open_heads(m, node);

		if (fd >= 0) {
			m->heads[node] = whole_lines(fd);
			close(fd);
		}
	}
}

/* Exactly `size` bytes; *whole is false when the file is shorter. */
static enum err
copy_bytes(struct making *m, int fd, uint64_t size, bool *whole, EVP_MD_CTX *digest,
	struct error *e)
{
	enum err err = ERR_OK;

	*whole = true;
	while (err == ERR_OK && size > 0) {
		size_t wanted = size < READ_BYTES ? (size_t)size : READ_BYTES;
		ssize_t got = *whole ? read(fd, m->bytes, wanted) : 0;

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			*whole = false;
			memset(m->bytes, 0, wanted);
			got = (ssize_t)wanted;
		}
		if (digest != NULL && EVP_DigestUpdate(digest, m->bytes, (size_t)got) != 1) {
			abort();
		}
		err = archive_append(m->archive, m->bytes, (size_t)got, e);
		size -= (uint64_t)got;
	}
	return err;
}

static enum err
put_heads(struct making *m, struct error *e)
{
	enum err err = ERR_OK;

	for (unsigned node = 1; err == ERR_OK && node < NODES_MAX; node++) {
		char name[TAR_NAME_SIZE];
		bool whole = true;
		int fd;

		if (m->heads[node] == 0) {
			continue;
		}
		snprintf(name, sizeof(name), "heads/%u.log", node);
		fd = open_heads(m, node);
		if (fd < 0) {
			return error_set(e, ERR_UNAVAILABLE, "%s is gone", name);
		}
		err = archive_begin_member(m->archive, name, m->heads[node], e);
		if (err == ERR_OK) {
			err = copy_bytes(m, fd, m->heads[node], &whole, NULL, e);
		}
		close(fd);
		if (err == ERR_OK && !whole) {
			err = error_set(e, ERR_UNAVAILABLE, "%s cannot be read", name);
		}
		if (err == ERR_OK) {
			err = archive_end_member(m->archive, e);
		}
	}
	return err;
}

/* --- tables ------------------------------------------------------------------------------- */

static enum err
put_piece(struct making *m, struct error *e)
{
	char name[TAR_NAME_SIZE];
	enum err err;

	if (m->piece.overflowed) {
		return error_set(e, ERR_INVALID, "a row of table %s is too long", m->shape->name);
	}
	snprintf(name, sizeof(name), "database/%s.%06u", m->shape->name, ++m->pieces);
	err = archive_put(m->archive, name, m->piece.data, m->piece.length, e);
	buf_clear(&m->piece);
	rows_begin(&m->piece, m->shape);
	tell(m);
	return err;
}

static enum err
take_row(void *ctx, const struct value *row, struct error *e)
{
	struct making *m = ctx;

	rows_append(&m->piece, row, m->shape->column_count);
	m->rows++;
	if (++m->facts.rows % TELL_EVERY_ROWS == 0) {
		tell(m);
	}
	return m->piece.length >= ROWS_PIECE_BYTES || m->piece.overflowed ? put_piece(m, e)
																	  : ERR_OK;
}

static enum err
put_table(struct making *m, const struct table_shape *t, struct error *e)
{
	size_t empty;
	enum err err;

	m->shape = t;
	m->pieces = 0;
	m->rows = 0;
	buf_clear(&m->piece);
	rows_begin(&m->piece, t);
	empty = m->piece.length;
	err = table_scan(m->db, t, take_row, m, e);
	if (err == ERR_OK && m->piece.length > empty) {
		err = put_piece(m, e);
	}
	if (strcmp(t->name, "fact") == 0) {
		m->facts.entries = m->rows;
	}
	return err;
}

static enum err
put_tables(struct making *m, struct error *e)
{
	struct arena *a = arena_create();
	struct table_shape *shapes = NULL;
	size_t count = 0;
	enum err err = tables_list(m->db, a, &shapes, &count, e);

	buf_init(&m->piece, ROWS_PIECE_MAX);
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		if (table_is_copied(shapes[i].name)) {
			err = put_table(m, &shapes[i], e);
		}
	}
	buf_fini(&m->piece);
	arena_destroy(a);
	return err;
}

/* --- uploaded files ----------------------------------------------------------------------- */

static void
note_damaged(struct making *m, const char *name)
{
	struct log_quoted q;

	m->facts.damaged++;
	log_event(LOG_ERROR, "file_damaged", "name=%s", log_quote(&q, name));
}

/* One whose bytes are no longer those that were uploaded goes along as it is: it may be all that
 * there is. */
static enum err
put_file(struct making *m, int fd, uint64_t size, const struct member_name *name,
	const char *text, struct error *e)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	uint8_t found[DIGEST_SIZE];
	bool whole = true;
	enum err err;

	if (digest == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1) {
		abort();
	}
	err = archive_begin_member(m->archive, text, size, e);
	if (err == ERR_OK) {
		err = copy_bytes(m, fd, size, &whole, digest, e);
	}
	if (err == ERR_OK) {
		err = archive_end_member(m->archive, e);
	}
	if (EVP_DigestFinal_ex(digest, found, NULL) != 1) {
		abort();
	}
	EVP_MD_CTX_free(digest);
	if (err == ERR_OK) {
		m->facts.files++;
		if (!whole || memcmp(found, name->digest, DIGEST_SIZE) != 0) {
			note_damaged(m, text);
		}
		tell(m);
	}
	return err;
}

static enum err
put_entry(struct making *m, unsigned shard, const char *entry, struct error *e)
{
	char text[TAR_NAME_SIZE];
	char path[PATH_MAX];
	struct member_name name;
	struct stat status;
	enum err err;
	int fd;

	snprintf(text, sizeof(text), "files/%02x/%.64s", shard, entry);
	if (!member_parse(text, &name)) {
		return ERR_OK; /* an upload that is being written */
	}
	snprintf(path, sizeof(path), "%s/%s", m->data_dir, text);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		if (errno != ENOENT) { /* else erased meanwhile */
			note_damaged(m, text);
		}
		return ERR_OK;
	}
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		note_damaged(m, text);
		close(fd);
		return ERR_OK;
	}
	err = put_file(m, fd, (uint64_t)status.st_size, &name, text, e);
	close(fd);
	return err;
}

static enum err
put_files(struct making *m, struct error *e)
{
	enum err err = ERR_OK;

	for (unsigned shard = 0; err == ERR_OK && shard < SHARDS; shard++) {
		char path[PATH_MAX];
		struct dirent *entry;
		DIR *folder;

		snprintf(path, sizeof(path), "%s/files/%02x", m->data_dir, shard);
		folder = opendir(path);
		while (err == ERR_OK && folder != NULL && (entry = readdir(folder)) != NULL) {
			err = put_entry(m, shard, entry->d_name, e);
		}
		if (folder != NULL) {
			closedir(folder);
		}
	}
	return err;
}

/* --- keys, head and end ------------------------------------------------------------------- */

static enum err
put_key(struct making *m, const char *file, struct error *e)
{
	char name[TAR_NAME_SIZE];
	char path[PATH_MAX];
	char *bytes;
	ssize_t got;
	enum err err;
	int fd;

	snprintf(name, sizeof(name), "keys/%.60s", file);
	snprintf(path, sizeof(path), "%s/%s", m->data_dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		return error_set(e, ERR_UNAVAILABLE, "cannot open %.150s: %s", path,
			strerror(errno));
	}
	bytes = xmalloc(KEY_BYTES_MAX);
	got = read(fd, bytes, KEY_BYTES_MAX);
	close(fd);
	err = got < 0 || got == KEY_BYTES_MAX
		? error_set(e, ERR_INVALID, "%.150s is no key", path)
		: archive_put(m->archive, name, bytes, (size_t)got, e);
	m->facts.has_keys |= !key_is_public(file);
	explicit_bzero(bytes, KEY_BYTES_MAX);
	free(bytes);
	return err;
}

static enum err
put_keys(struct making *m, struct error *e)
{
	char path[PATH_MAX];
	struct dirent *entry;
	enum err err = ERR_OK;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/keys", m->data_dir);
	folder = opendir(path);
	while (err == ERR_OK && folder != NULL && (entry = readdir(folder)) != NULL) {
		if (key_name_valid(entry->d_name) &&
			(m->facts.sealed || key_is_public(entry->d_name))) {
			err = put_key(m, entry->d_name, e);
		}
	}
	if (folder != NULL) {
		closedir(folder);
	}
	return err;
}

static enum err
put_head(struct making *m, struct error *e)
{
	struct json_writer w;
	struct buf text;
	enum err err;

	buf_init(&text, CONTENTS_TEXT_MAX);
	jw_init(&w, &text);
	jw_object(&w);
	jw_ki64(&w, "format", CONTENTS_FORMAT);
	jw_kstring(&w, "program", m->facts.program);
	jw_ki64(&w, "schema", m->facts.schema);
	jw_ki64(&w, "created_at", m->facts.created_at);
	jw_kstring(&w, "driver", m->facts.driver);
	jw_object_end(&w);
	err = archive_put(m->archive, CONTENTS_HEAD, text.data, text.length, e);
	buf_fini(&text);
	return err;
}

static enum err
put_end(struct making *m, struct error *e)
{
	uint8_t digest[DIGEST_SIZE];
	char hex[2 * DIGEST_SIZE + 1];
	struct json_writer w;
	struct buf text;
	enum err err;

	archive_chain(m->archive, digest);
	hex_encode(digest, DIGEST_SIZE, hex);
	buf_init(&text, CONTENTS_TEXT_MAX);
	jw_init(&w, &text);
	jw_object(&w);
	jw_ki64(&w, "members", (int64_t)archive_members(m->archive));
	jw_ki64(&w, "rows", (int64_t)m->facts.rows);
	jw_ki64(&w, "entries", (int64_t)m->facts.entries);
	jw_ki64(&w, "files", (int64_t)m->facts.files);
	jw_kstring(&w, "digest", hex);
	jw_object_end(&w);
	err = archive_put(m->archive, CONTENTS_END, text.data, text.length, e);
	buf_fini(&text);
	return err;
}

/* --- all of it ---------------------------------------------------------------------------- */

static enum err
open_database(struct making *m, struct error *e)
{
	const struct store_driver *driver = store_driver_of(m->plan->store);
	enum err err = driver->connect(m->plan->store, CONNECTION_READS, &m->db, e);

	if (err == ERR_OK) {
		err = driver->snapshot(m->db, e);
	}
	if (err == ERR_OK) {
		err = migrate_version(m->db, &m->facts.schema, e);
	}
	str_copy(m->facts.driver, sizeof(m->facts.driver), driver->name);
	return err;
}

static enum err
put_all(struct making *m, struct error *e)
{
	static enum err (*const steps[])(struct making *, struct error *) = {
		put_head,
		put_heads,
		put_tables,
		put_files,
		put_keys,
		put_end,
	};
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < sizeof(steps) / sizeof(steps[0]); i++) {
		err = steps[i](m, e);
	}
	return err;
}

enum err
backup_make(const struct backup_plan *plan, struct backup_facts *out, struct error *e)
{
	struct making *m = xcalloc(1, sizeof(*m));
	enum err err;

	m->plan = plan;
	m->data_dir = plan->store->data_dir;
	m->bytes = xmalloc(READ_BYTES);
	m->facts.sealed = plan->passphrase != NULL;
	m->facts.created_at = clock_now_ms();
	str_copy(m->facts.program, sizeof(m->facts.program), plan->program);
	measure_heads(m);
	err = open_database(m, e);
	if (err == ERR_OK) {
		err = archive_create(plan->path, m->data_dir, plan->passphrase, &m->archive, e);
	}
	if (err == ERR_OK) {
		err = put_all(m, e);
		if (err == ERR_OK) {
			err = archive_finish(m->archive, &m->facts.bytes, e);
		} else {
			archive_abandon(m->archive);
		}
	}
	if (m->db != NULL) {
		m->db->driver->disconnect(m->db);
	}
	if (err == ERR_OK) {
		*out = m->facts;
	}
	free(m->bytes);
	free(m);
	return err;
}
