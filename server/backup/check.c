/* Reading an archive as a restore would, and comparing every digest on the way. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "backup/backup.h"
#include "backup/contents.h"
#include "backup/rows.h"
#include "base/arena.h"

enum { READ_BYTES = 256 * 1024 };

struct checking {
	const char *path;
	backup_progress *progress;
	void *ctx;
	char *bytes; /* ROWS_PIECE_MAX */
	uint64_t rows;
	uint64_t files;
	uint64_t damaged;
};

static enum err
count_rows(struct checking *c, size_t length, struct error *e)
{
	struct value row[TABLE_COLUMNS_MAX];
	struct rows_reader r;
	bool whole = true;
	enum err err = rows_open(&r, c->bytes, length, NULL);

	while (err == ERR_OK && rows_next(&r, row, &whole)) {
		c->rows++;
	}
	if (err != ERR_OK || !whole) {
		return error_set(e, ERR_CORRUPT,
			"%.150s cannot be used: a table in it is damaged", c->path);
	}
	return ERR_OK;
}

static enum err
check_piece(struct checking *c, struct archive_reader *r, const struct archive_member *m,
	struct error *e)
{
	size_t got = 0;
	enum err err;

	if (m->size > ROWS_PIECE_MAX) {
		return error_set(e, ERR_CORRUPT, "%.150s cannot be used: a part is too large",
			c->path);
	}
	err = archive_read(r, c->bytes, (size_t)m->size, &got, e);
	return err == ERR_OK ? count_rows(c, got, e) : err;
}

static enum err
check_file(struct checking *c, struct archive_reader *r, const struct member_name *name,
	struct error *e)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	uint8_t found[DIGEST_SIZE];
	size_t got = 1;
	enum err err = ERR_OK;

	if (digest == NULL || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1) {
		abort();
	}
	while (err == ERR_OK && got > 0) {
		err = archive_read(r, c->bytes, READ_BYTES, &got, e);
		if (err == ERR_OK && EVP_DigestUpdate(digest, c->bytes, got) != 1) {
			abort();
		}
	}
	if (EVP_DigestFinal_ex(digest, found, NULL) != 1) {
		abort();
	}
	EVP_MD_CTX_free(digest);
	c->files++;
	c->damaged += memcmp(found, name->digest, DIGEST_SIZE) != 0;
	return err;
}

static enum err
visit(void *ctx, struct archive_reader *r, const struct archive_member *m,
	const struct member_name *name, struct error *e)
{
	struct checking *c = ctx;
	uint64_t done;
	uint64_t total;
	enum err err = ERR_OK;

	if (name->kind == MEMBER_TABLE) {
		err = check_piece(c, r, m, e);
	} else if (name->kind == MEMBER_FILE) {
		err = check_file(c, r, name, e);
	}
	if (err == ERR_OK && c->progress != NULL) {
		archive_position(r, &done, &total);
		c->progress(c->ctx, c->rows, c->files, done, total);
	}
	return err;
}

enum err
backup_check(const char *path, const char *passphrase, backup_progress *progress,
	void *ctx, struct backup_facts *out, struct error *e)
{
	struct checking c = {.path = path, .progress = progress, .ctx = ctx};
	struct archive_reader *r = NULL;
	struct backup_facts facts;
	enum err err = archive_open(path, passphrase, &r, e);

	if (err != ERR_OK) {
		return err;
	}
	c.bytes = xmalloc(ROWS_PIECE_MAX);
	err = contents_walk(r, path, visit, &c, &facts, e);
	if (err == ERR_OK && (c.rows != facts.rows || c.files != facts.files)) {
		err = error_set(e, ERR_CORRUPT,
			"%.150s cannot be used: something is missing in it", path);
	}
	if (err == ERR_OK) {
		facts.damaged = c.damaged;
		*out = facts;
	}
	free(c.bytes);
	archive_close(r);
	return err;
}
