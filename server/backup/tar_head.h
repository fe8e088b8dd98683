/* One header block of a tar archive (POSIX ustar): plain files only, so that any tar unpacks ours
 * and ours refuses what could do harm. */
#ifndef BACKUP_TAR_HEAD_H
#define BACKUP_TAR_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TAR_BLOCK_SIZE = 512,
	TAR_NAME_SIZE = 100,
};

/* How much follows `size` bytes to fill their last block. */
static inline size_t
tar_padding(uint64_t size)
{
	return (size_t)((TAR_BLOCK_SIZE - size % TAR_BLOCK_SIZE) % TAR_BLOCK_SIZE);
}

/* `name` is shorter than TAR_NAME_SIZE, `size` below 8 GiB. */
void tar_head_encode(const char *name, uint64_t size, int64_t at_seconds,
	uint8_t out[static TAR_BLOCK_SIZE]);
/* False: damaged, or no plain file. *end: the block of zeros that closes an archive. */
bool tar_head_decode(const uint8_t block[static TAR_BLOCK_SIZE],
	char name[static TAR_NAME_SIZE + 1], uint64_t *size, bool *end);

#endif
