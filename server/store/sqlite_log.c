/* A VFS as SQLite's own, but for the log: its file is this one, with the real one behind it. */
#include "store/sqlite_log.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* Pages with their heads; SQLite's own files take less than 128 KiB at once. */
enum { GATHERED_MAX = 31 * (24 + 4096) };

struct log_file {
	sqlite3_file base;
	char *gathered; /* made when the first bytes come */
	int length;
	sqlite3_int64 offset; /* where they belong */
						  /* the real file follows */
};

static sqlite3_vfs vfs;
static sqlite3_vfs *original;

static struct log_file *
log_of(sqlite3_file *file)
{
	return (struct log_file *)file;
}

static sqlite3_file *
real_of(sqlite3_file *file)
{
	return (sqlite3_file *)(log_of(file) + 1);
}

/* What cannot be written is dropped: SQLite hears of it and gives the transaction up. */
static int
flush(sqlite3_file *file)
{
	struct log_file *l = log_of(file);
	sqlite3_file *real = real_of(file);
	int length = l->length;

	l->length = 0;
	return length == 0 ? SQLITE_OK
					   : real->pMethods->xWrite(real, l->gathered, length, l->offset);
}

static int
log_close(sqlite3_file *file)
{
	sqlite3_file *real = real_of(file);

	(void)flush(file); /* of no commit: each one was brought to the disk */
	free(log_of(file)->gathered);
	return real->pMethods->xClose(real);
}

static int
log_read(sqlite3_file *file, void *out, int length, sqlite3_int64 offset)
{
	sqlite3_file *real = real_of(file);
	int rc = flush(file);

	return rc == SQLITE_OK ? real->pMethods->xRead(real, out, length, offset) : rc;
}

static int
log_write(sqlite3_file *file, const void *data, int length, sqlite3_int64 offset)
{
	struct log_file *l = log_of(file);
	sqlite3_file *real = real_of(file);
	int rc = SQLITE_OK;

	if (offset != l->offset + l->length || length > GATHERED_MAX - l->length) {
		rc = flush(file);
	}
	if (rc != SQLITE_OK) {
		return rc;
	}
	if (length > GATHERED_MAX) {
		return real->pMethods->xWrite(real, data, length, offset);
	}
	if (l->gathered == NULL) {
		l->gathered = xmalloc(GATHERED_MAX);
	}
	if (l->length == 0) {
		l->offset = offset;
	}
	memcpy(l->gathered + l->length, data, (size_t)length);
	l->length += length;
	return SQLITE_OK;
}

static int
log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	sqlite3_file *real = real_of(file);
	int rc = flush(file);

	return rc == SQLITE_OK ? real->pMethods->xTruncate(real, size) : rc;
}

static int
log_sync(sqlite3_file *file, int flags)
{
	sqlite3_file *real = real_of(file);
	int rc = flush(file);

	return rc == SQLITE_OK ? real->pMethods->xSync(real, flags) : rc;
}

static int
log_size(sqlite3_file *file, sqlite3_int64 *out)
{
	sqlite3_file *real = real_of(file);
	int rc = flush(file);

	return rc == SQLITE_OK ? real->pMethods->xFileSize(real, out) : rc;
}

static int
log_lock(sqlite3_file *file, int level)
{
	sqlite3_file *real = real_of(file);

	return real->pMethods->xLock(real, level);
}

static int
log_unlock(sqlite3_file *file, int level)
{
	sqlite3_file *real = real_of(file);

	return real->pMethods->xUnlock(real, level);
}

static int
log_reserved(sqlite3_file *file, int *out)
{
	sqlite3_file *real = real_of(file);

	return real->pMethods->xCheckReservedLock(real, out);
}

static int
log_control(sqlite3_file *file, int what, void *argument)
{
	sqlite3_file *real = real_of(file);

	return real->pMethods->xFileControl(real, what, argument);
}

static int
log_sector_size(sqlite3_file *file)
{
	sqlite3_file *real = real_of(file);

	return real->pMethods->xSectorSize(real);
}

static int
log_characteristics(sqlite3_file *file)
{
	sqlite3_file *real = real_of(file);

	return real->pMethods->xDeviceCharacteristics(real);
}

static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = log_lock,
	.xUnlock = log_unlock,
	.xCheckReservedLock = log_reserved,
	.xFileControl = log_control,
	.xSectorSize = log_sector_size,
	.xDeviceCharacteristics = log_characteristics,
};

static int
open_file(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
	int *out_flags)
{
	int rc;

	(void)self;
	if ((flags & SQLITE_OPEN_WAL) == 0) {
		return original->xOpen(original, name, file, flags, out_flags);
	}
	*log_of(file) = (struct log_file){0};
	rc = original->xOpen(original, name, real_of(file), flags, out_flags);
	if (rc == SQLITE_OK) {
		file->pMethods = &methods; /* NULL otherwise: there is nothing to close */
	}
	return rc;
}

const char *
sqlite_log_register(void)
{
	original = sqlite3_vfs_find(NULL);
	if (original == NULL) {
		return NULL;
	}
	vfs = *original;
	vfs.zName = "trunkline";
	vfs.szOsFile += (int)sizeof(struct log_file);
	vfs.xOpen = open_file;
	return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK ? vfs.zName : NULL;
}
