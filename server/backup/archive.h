/* The archive of a backup: tar inside zstd, so that ordinary tools open it
 * (`tar --zstd -xf FILE`), inside frames under a passphrase when there is one. Streamed both
 * ways; at most one block of each layer is in memory.
 *
 * What is not sealed ends with the SHA-256 of all bytes before, in a frame that zstd skips.
 *
 * Members are plain files in a row. A digest over all names, sizes and contents so far runs
 * along on both sides; the caller writes it into the last member and compares it when reading. */
#ifndef BACKUP_ARCHIVE_H
#define BACKUP_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backup/tar_head.h"
#include "base/digest.h"
#include "base/err.h"

struct archive_writer;
struct archive_reader;

enum {
	ARCHIVE_TRAILER_HEAD = 8,
	ARCHIVE_TRAILER_SIZE = ARCHIVE_TRAILER_HEAD + DIGEST_SIZE
};
/* A skippable frame of zstd: its magic number and its length, little-endian. */
#define ARCHIVE_TRAILER "\x5a\x2a\x4d\x18\x20\x00\x00\x00"

#define ARCHIVE_MEMBER_MAX ((uint64_t)1 << 32)

/* --- writing ------------------------------------------------------------------------------ */

/* `passphrase` NULL: not sealed. `data_dir`: where the server's data lie. */
MUST_CHECK enum err archive_create(const char *path, const char *data_dir,
	const char *passphrase, struct archive_writer **out, struct error *e);
/* A member of exactly this size, then its bytes in pieces. */
MUST_CHECK enum err archive_begin_member(struct archive_writer *w, const char *name,
	uint64_t size, struct error *e);
MUST_CHECK enum err archive_append(struct archive_writer *w, const void *data,
	size_t length, struct error *e);
MUST_CHECK enum err archive_end_member(struct archive_writer *w, struct error *e);
MUST_CHECK enum err archive_put(struct archive_writer *w, const char *name,
	const void *data, size_t length, struct error *e);
uint64_t archive_members(const struct archive_writer *w);
void archive_chain(const struct archive_writer *w, uint8_t out[static DIGEST_SIZE]);
/* Under its name and on the disk; *size in bytes. Frees in any case. */
MUST_CHECK enum err
archive_finish(struct archive_writer *w, uint64_t *size, struct error *e);
void archive_abandon(struct archive_writer *w); /* nothing is left; NULL is fine */

/* --- reading ------------------------------------------------------------------------------ */

struct archive_member {
	char name[TAR_NAME_SIZE + 1];
	uint64_t size;
};

/* ERR_DENIED: it is sealed and no passphrase was given. */
MUST_CHECK enum err archive_open(const char *path, const char *passphrase,
	struct archive_reader **out, struct error *e);
bool archive_is_sealed(const struct archive_reader *r);
void archive_close(struct archive_reader *r); /* NULL is fine */
/* The next member; what was not read of the one before is skipped. ERR_NOT_FOUND: the proper
 * end. ERR_CORRUPT: changed, cut off, or the wrong passphrase; `e` names the file. */
MUST_CHECK enum err
archive_next(struct archive_reader *r, struct archive_member *out, struct error *e);
/* Up to `size` bytes of it; *got is 0 at its end. */
MUST_CHECK enum err archive_read(struct archive_reader *r, void *data, size_t size,
	size_t *got, struct error *e);
/* Over the members that were read, as the writer had it at that point. */
uint64_t archive_members_read(const struct archive_reader *r);
void archive_chain_read(const struct archive_reader *r, uint8_t out[static DIGEST_SIZE]);
/* Bytes of the file that were read, and all of them: for progress. */
void archive_position(const struct archive_reader *r, uint64_t *done, uint64_t *total);

#endif
