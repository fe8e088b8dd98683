#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "backup/archive.h"
#include "backup/chain.h"
#include "backup/sealed.h"
#include "base/arena.h"

enum {
	FRAME_MAX = SEALED_FRAME_SIZE + SEALED_TAG_SIZE,
	WINDOW_LOG_MAX = 27,
};

struct archive_reader {
	FILE *file;
	char *path;
	struct sealing *sealing; /* NULL: not sealed */
	ZSTD_DCtx *zstd;
	EVP_MD_CTX *digest; /* of the bytes of the file, when it is not sealed */
	struct chain chain;
	uint64_t position;
	uint64_t total;
	uint64_t left;    /* of the present member */
	uint64_t padding; /* after it */
	bool in_member;
	bool frame_done; /* zstd's frame has ended and its checksum agreed */
	bool file_done;
	ZSTD_inBuffer in;
	uint8_t frame[FRAME_MAX];
};

static enum err
corrupt(const struct archive_reader *r, const char *what, struct error *e)
{
	return error_set(e, ERR_CORRUPT, "%.150s cannot be used: %s", r->path, what);
}

static enum err
open_sealed(struct archive_reader *r, const char *passphrase, struct error *e)
{
	uint8_t head[SEALED_HEAD_SIZE];
	struct error why = {0};
	enum err err;

	if (fread(head, 1, sizeof(head), r->file) != sizeof(head)) {
		return corrupt(r, "it is cut off", e);
	}
	if (passphrase == NULL) {
		return error_set(e, ERR_DENIED,
			"%.150s is sealed: give its passphrase by --passphrase-file", r->path);
	}
	err = sealing_open(passphrase, head, &r->sealing, &why);
	return err == ERR_OK ? ERR_OK : error_set(e, err, "%.100s: %s", r->path, why.text);
}

static enum err
begin(struct archive_reader *r, const char *passphrase, struct error *e)
{
	uint8_t mark[SEALED_MARK_SIZE];
	struct stat status;
	size_t got;

	r->file = fopen(r->path, "re");
	if (r->file == NULL || fstat(fileno(r->file), &status) != 0) {
		return error_set(e, ERR_NOT_FOUND, "cannot open %.150s: %s", r->path,
			strerror(errno));
	}
	if (!S_ISREG(status.st_mode)) {
		return error_set(e, ERR_INVALID, "%.150s is no file", r->path);
	}
	r->total = (uint64_t)status.st_size;
	got = fread(mark, 1, sizeof(mark), r->file);
	rewind(r->file);
	if (sealed_has_mark(mark, got)) {
		return open_sealed(r, passphrase, e);
	}
	return ERR_OK;
}

enum err
archive_open(const char *path, const char *passphrase, struct archive_reader **out,
	struct error *e)
{
	struct archive_reader *r = xcalloc(1, sizeof(*r));
	enum err err;

	r->path = xstrdup(path);
	chain_init(&r->chain);
	r->zstd = ZSTD_createDCtx();
	r->digest = EVP_MD_CTX_new();
	if (r->zstd == NULL || r->digest == NULL ||
		EVP_DigestInit_ex(r->digest, EVP_sha256(), NULL) != 1) {
		abort();
	}
	ZSTD_DCtx_setParameter(r->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	err = begin(r, passphrase, e);
	if (err != ERR_OK) {
		archive_close(r);
		return err;
	}
	*out = r;
	return ERR_OK;
}

bool
archive_is_sealed(const struct archive_reader *r)
{
	return r->sealing != NULL;
}

void
archive_close(struct archive_reader *r)
{
	if (r == NULL) {
		return;
	}
	if (r->file != NULL) {
		fclose(r->file);
	}
	chain_fini(&r->chain);
	ZSTD_freeDCtx(r->zstd);
	EVP_MD_CTX_free(r->digest);
	sealing_destroy(r->sealing);
	explicit_bzero(r->frame, sizeof(r->frame));
	free(r->path);
	free(r);
}

static bool
at_end(FILE *file)
{
	int c = getc(file);

	if (c == EOF) {
		return true;
	}
	ungetc(c, file);
	return false;
}

/* All but the trailer itself. */
static void
digest_bytes(struct archive_reader *r, size_t got)
{
	uint64_t end = r->total > ARCHIVE_TRAILER_SIZE ? r->total - ARCHIVE_TRAILER_SIZE : 0;
	uint64_t left = r->position < end ? end - r->position : 0;

	if (EVP_DigestUpdate(r->digest, r->frame, left < got ? (size_t)left : got) != 1) {
		abort();
	}
}

/* The next bytes for zstd: a frame of the sealing, or simply of the file. */
static enum err
refill(struct archive_reader *r, struct error *e)
{
	size_t wanted = r->sealing != NULL ? (size_t)FRAME_MAX : (size_t)SEALED_FRAME_SIZE;
	size_t got = fread(r->frame, 1, wanted, r->file);

	if (ferror(r->file)) {
		return error_set(e, ERR_UNAVAILABLE, "cannot read %.150s: %s", r->path,
			strerror(errno));
	}
	if (r->sealing == NULL) {
		digest_bytes(r, got);
	}
	r->position += got;
	r->file_done = at_end(r->file);
	if (r->sealing != NULL) {
		if (!sealing_open_frame(r->sealing, r->frame, got, r->file_done, r->frame)) {
			return corrupt(r,
				"the passphrase is wrong, or it was cut off or changed since it was made",
				e);
		}
		got -= SEALED_TAG_SIZE;
	} else if (got == 0) {
		return corrupt(r, "it is cut off", e);
	}
	r->in = (ZSTD_inBuffer){r->frame, got, 0};
	return ERR_OK;
}

/* Exactly `length` bytes of the tar stream. */
static enum err
unpack(struct archive_reader *r, void *data, size_t length, struct error *e)
{
	ZSTD_outBuffer out = {data, length, 0};

	while (out.pos < length) {
		size_t before = out.pos;
		size_t rc;

		if (r->frame_done) {
			return corrupt(r, "it is cut off", e);
		}
		rc = ZSTD_decompressStream(r->zstd, &out, &r->in);
		if (ZSTD_isError(rc)) {
			return corrupt(r, "it was changed since it was made, or is no backup", e);
		}
		r->frame_done = rc == 0;
		if (out.pos == before && !r->frame_done && r->in.pos == r->in.size) {
			enum err err = r->file_done ? corrupt(r, "it is cut off", e) : refill(r, e);

			if (err != ERR_OK) {
				return err;
			}
		}
	}
	return ERR_OK;
}

static enum err
check_file_end(struct archive_reader *r, struct error *e)
{
	if (!r->file_done || r->in.pos < r->in.size) {
		return corrupt(r, "something follows its end", e);
	}
	return ERR_NOT_FOUND;
}

/* What is left must be the trailer, which may begin in one read and end in the next. */
static enum err
check_trailer(struct archive_reader *r, struct error *e)
{
	uint8_t expected[ARCHIVE_TRAILER_SIZE];
	uint8_t found[ARCHIVE_TRAILER_SIZE];
	const uint8_t *bytes;
	size_t length = 0;

	while (length < sizeof(found)) {
		if (r->in.pos == r->in.size) {
			enum err err = r->file_done ? corrupt(r, "it is cut off", e) : refill(r, e);

			if (err != ERR_OK) {
				return err;
			}
		}
		bytes = r->in.src;
		found[length++] = bytes[r->in.pos++];
	}
	memcpy(expected, ARCHIVE_TRAILER, ARCHIVE_TRAILER_HEAD);
	if (EVP_DigestFinal_ex(r->digest, expected + ARCHIVE_TRAILER_HEAD, NULL) != 1) {
		abort();
	}
	if (memcmp(found, expected, sizeof(found)) != 0) {
		return corrupt(r, "it was changed since it was made", e);
	}
	return check_file_end(r, e);
}

/* zstd's checksum comes after the last byte, and nothing after that. */
static enum err
finish(struct archive_reader *r, struct error *e)
{
	uint8_t block[TAR_BLOCK_SIZE];
	char name[TAR_NAME_SIZE + 1];
	uint64_t size;
	bool end = false;
	enum err err = unpack(r, block, sizeof(block), e);

	if (err != ERR_OK) {
		return err;
	}
	if (!tar_head_decode(block, name, &size, &end) || !end) {
		return corrupt(r, "it does not end as it should", e);
	}
	while (!r->frame_done) {
		ZSTD_outBuffer out = {block, sizeof(block), 0};
		size_t rc = ZSTD_decompressStream(r->zstd, &out, &r->in);

		if (ZSTD_isError(rc) || out.pos > 0) {
			return corrupt(r, "it was changed since it was made", e);
		}
		r->frame_done = rc == 0;
		if (!r->frame_done && r->in.pos == r->in.size) {
			err = r->file_done ? corrupt(r, "it is cut off", e) : refill(r, e);
			if (err != ERR_OK) {
				return err;
			}
		}
	}
	return r->sealing == NULL ? check_trailer(r, e) : check_file_end(r, e);
}

static enum err
leave_member(struct archive_reader *r, struct error *e)
{
	uint8_t rest[4096];
	size_t got = 1;
	enum err err = ERR_OK;

	while (err == ERR_OK && r->left > 0 && got > 0) {
		err = archive_read(r, rest, sizeof(rest), &got, e);
	}
	if (err == ERR_OK && r->padding > 0) {
		err = unpack(r, rest, (size_t)r->padding, e);
	}
	chain_end(&r->chain);
	r->in_member = false;
	return err;
}

enum err
archive_next(struct archive_reader *r, struct archive_member *out, struct error *e)
{
	uint8_t block[TAR_BLOCK_SIZE];
	struct archive_member m = {0};
	bool end = false;
	enum err err = r->in_member ? leave_member(r, e) : ERR_OK;

	if (err == ERR_OK) {
		err = unpack(r, block, sizeof(block), e);
	}
	if (err != ERR_OK) {
		return err;
	}
	if (!tar_head_decode(block, m.name, &m.size, &end) || m.size > ARCHIVE_MEMBER_MAX) {
		return corrupt(r, "it was changed since it was made, or is no backup", e);
	}
	if (end) {
		return finish(r, e);
	}
	chain_begin(&r->chain, m.name, m.size);
	r->in_member = true;
	r->left = m.size;
	r->padding = tar_padding(m.size);
	*out = m;
	return ERR_OK;
}

enum err
archive_read(struct archive_reader *r, void *data, size_t size, size_t *got,
	struct error *e)
{
	size_t length = r->left < size ? (size_t)r->left : size;
	enum err err = unpack(r, data, length, e);

	if (err == ERR_OK) {
		chain_add(&r->chain, data, length);
		r->left -= length;
		*got = length;
	}
	return err;
}

uint64_t
archive_members_read(const struct archive_reader *r)
{
	return r->chain.members;
}

void
archive_chain_read(const struct archive_reader *r, uint8_t out[static DIGEST_SIZE])
{
	memcpy(out, r->chain.digest, DIGEST_SIZE);
}

void
archive_position(const struct archive_reader *r, uint64_t *done, uint64_t *total)
{
	*done = r->position;
	*total = r->total;
}
