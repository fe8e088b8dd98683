#include <assert.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "backup/archive.h"
#include "backup/chain.h"
#include "backup/out_file.h"
#include "backup/sealed.h"
#include "base/arena.h"
#include "base/clock.h"

enum { LEVEL = 3, PACKED_SIZE = 128 * 1024 };

struct archive_writer {
	struct out_file *file;
	struct sealing *sealing; /* NULL: not sealed */
	ZSTD_CCtx *zstd;
	EVP_MD_CTX *digest; /* of the bytes of the file, when it is not sealed */
	struct chain chain;
	uint64_t left;    /* of the present member */
	uint64_t padding; /* after it */
	int64_t at_seconds;
	size_t frame_length;
	uint8_t frame[SEALED_FRAME_SIZE];
	uint8_t sealed[SEALED_FRAME_SIZE + SEALED_TAG_SIZE];
	uint8_t packed[PACKED_SIZE];
};

static enum err
write_frame(struct archive_writer *w, bool last, struct error *e)
{
	size_t length = w->frame_length;

	sealing_close_frame(w->sealing, w->frame, length, last, w->sealed);
	w->frame_length = 0;
	return out_file_write(w->file, w->sealed, length + SEALED_TAG_SIZE, e);
}

/* Below zstd: frames, or the file itself. A full frame waits, as it may be the last. */
static enum err
put_packed(struct archive_writer *w, const uint8_t *data, size_t length, struct error *e)
{
	enum err err = ERR_OK;

	if (w->sealing == NULL) {
		if (EVP_DigestUpdate(w->digest, data, length) != 1) {
			abort();
		}
		return out_file_write(w->file, data, length, e);
	}
	while (err == ERR_OK && length > 0) {
		size_t room = SEALED_FRAME_SIZE - w->frame_length;
		size_t part = length < room ? length : room;

		if (room == 0) {
			err = write_frame(w, false, e);
			continue;
		}
		memcpy(w->frame + w->frame_length, data, part);
		w->frame_length += part;
		data += part;
		length -= part;
	}
	return err;
}

static enum err
pack(struct archive_writer *w, const void *data, size_t length, ZSTD_EndDirective how,
	struct error *e)
{
	ZSTD_inBuffer in = {data, length, 0};
	bool done = false;

	while (!done) {
		ZSTD_outBuffer out = {w->packed, PACKED_SIZE, 0};
		size_t left = ZSTD_compressStream2(w->zstd, &out, &in, how);
		enum err err;

		if (ZSTD_isError(left)) {
			return error_set(e, ERR_UNAVAILABLE, "zstd: %s", ZSTD_getErrorName(left));
		}
		err = put_packed(w, w->packed, out.pos, e);
		if (err != ERR_OK) {
			return err;
		}
		done = how == ZSTD_e_end ? left == 0 : in.pos == in.size;
	}
	return ERR_OK;
}

enum err
archive_create(const char *path, const char *data_dir, const char *passphrase,
	struct archive_writer **out, struct error *e)
{
	struct archive_writer *w = xcalloc(1, sizeof(*w));
	uint8_t head[SEALED_HEAD_SIZE];
	enum err err = out_file_create(path, data_dir, &w->file, e);

	chain_init(&w->chain);
	w->at_seconds = clock_now_ms() / 1000;
	w->zstd = ZSTD_createCCtx();
	w->digest = EVP_MD_CTX_new();
	if (w->zstd == NULL || w->digest == NULL ||
		EVP_DigestInit_ex(w->digest, EVP_sha256(), NULL) != 1) {
		abort();
	}
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1);
	if (err == ERR_OK && passphrase != NULL) {
		err = sealing_create(passphrase, head, &w->sealing, e);
		if (err == ERR_OK) {
			err = out_file_write(w->file, head, sizeof(head), e);
		}
	}
	if (err != ERR_OK) {
		archive_abandon(w);
		return err;
	}
	*out = w;
	return ERR_OK;
}

enum err
archive_begin_member(struct archive_writer *w, const char *name, uint64_t size,
	struct error *e)
{
	uint8_t block[TAR_BLOCK_SIZE];

	assert(w->left == 0);
	tar_head_encode(name, size, w->at_seconds, block);
	chain_begin(&w->chain, name, size);
	w->left = size;
	w->padding = tar_padding(size);
	return pack(w, block, sizeof(block), ZSTD_e_continue, e);
}

enum err
archive_append(struct archive_writer *w, const void *data, size_t length, struct error *e)
{
	assert(length <= w->left);
	chain_add(&w->chain, data, length);
	w->left -= length;
	return length > 0 ? pack(w, data, length, ZSTD_e_continue, e) : ERR_OK;
}

enum err
archive_end_member(struct archive_writer *w, struct error *e)
{
	static const uint8_t zeros[TAR_BLOCK_SIZE];

	assert(w->left == 0);
	chain_end(&w->chain);
	return w->padding > 0 ? pack(w, zeros, (size_t)w->padding, ZSTD_e_continue, e)
						  : ERR_OK;
}

enum err
archive_put(struct archive_writer *w, const char *name, const void *data, size_t length,
	struct error *e)
{
	enum err err = archive_begin_member(w, name, length, e);

	if (err == ERR_OK) {
		err = archive_append(w, data, length, e);
	}
	return err == ERR_OK ? archive_end_member(w, e) : err;
}

uint64_t
archive_members(const struct archive_writer *w)
{
	return w->chain.members;
}

void
archive_chain(const struct archive_writer *w, uint8_t out[static DIGEST_SIZE])
{
	memcpy(out, w->chain.digest, DIGEST_SIZE);
}

static void
destroy(struct archive_writer *w)
{
	chain_fini(&w->chain);
	ZSTD_freeCCtx(w->zstd);
	EVP_MD_CTX_free(w->digest);
	sealing_destroy(w->sealing);
	explicit_bzero(w->frame, sizeof(w->frame));
	free(w);
}

/* zstd's own checksum is of what was packed: a bit of the packing may change without it. */
static enum err
put_trailer(struct archive_writer *w, struct error *e)
{
	uint8_t trailer[ARCHIVE_TRAILER_SIZE];

	memcpy(trailer, ARCHIVE_TRAILER, ARCHIVE_TRAILER_HEAD);
	if (EVP_DigestFinal_ex(w->digest, trailer + ARCHIVE_TRAILER_HEAD, NULL) != 1) {
		abort();
	}
	return out_file_write(w->file, trailer, sizeof(trailer), e);
}

enum err
archive_finish(struct archive_writer *w, uint64_t *size, struct error *e)
{
	static const uint8_t zeros[2 * TAR_BLOCK_SIZE];
	enum err err = pack(w, zeros, sizeof(zeros), ZSTD_e_end, e);

	if (err == ERR_OK) {
		err = w->sealing != NULL ? write_frame(w, true, e) : put_trailer(w, e);
	}
	if (err != ERR_OK) {
		archive_abandon(w);
		return err;
	}
	*size = out_file_size(w->file);
	err = out_file_commit(w->file, e);
	destroy(w);
	return err;
}

void
archive_abandon(struct archive_writer *w)
{
	if (w != NULL) {
		out_file_abandon(w->file);
		destroy(w);
	}
}
