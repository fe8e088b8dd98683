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

#endif
