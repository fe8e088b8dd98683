/* A file that appears under its name complete and on the disk, or not at all. Never in the place
 * of another; and on the disk where the server's own data lie it stops before that is full. */
#ifndef BACKUP_OUT_FILE_H
#define BACKUP_OUT_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct out_file;

/* `data_dir`: where the server's data lie. */
MUST_CHECK enum err out_file_create(const char *path, const char *data_dir,
	struct out_file **out, struct error *e);
MUST_CHECK enum err
out_file_write(struct out_file *f, const void *data, size_t length, struct error *e);
uint64_t out_file_size(const struct out_file *f);
/* ERR_CONFLICT: the name is taken meanwhile. Frees in any case. */
MUST_CHECK enum err out_file_commit(struct out_file *f, struct error *e);
void out_file_abandon(struct out_file *f); /* NULL is fine */

#endif
