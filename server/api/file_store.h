/* The bytes of uploaded files: under <data_dir>/files by their SHA-256, once each, durable before
 * the database knows of them. Blocks: on a worker or in a command. */
#ifndef API_FILE_STORE_H
#define API_FILE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"

struct arena;

/* "<data_dir>/files/ab/cdef..." */
const char *file_store_path(struct arena *a, const char *data_dir,
	const uint8_t digest[static DIGEST_SIZE]);
/* ERR_UNAVAILABLE: the disk is full or refuses. */
MUST_CHECK enum err
file_store_put(const char *data_dir, const uint8_t digest[static DIGEST_SIZE],
	const void *data, size_t length, struct error *e);

/* What a put made, and nobody has put since: only that may be taken back, as others with the
 * same bytes rely on them. Zeros: they were there already. */
struct file_mark {
	uint64_t inode;
	int64_t changed_seconds;
	int64_t changed_nanoseconds;
};
MUST_CHECK enum err
file_store_put_marked(const char *data_dir, const uint8_t digest[static DIGEST_SIZE],
	const void *data, size_t length, struct file_mark *mark, struct error *e);
void file_store_take_back(const char *data_dir, const uint8_t digest[static DIGEST_SIZE],
	const struct file_mark *mark);

#endif
