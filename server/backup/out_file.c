#include "backup/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"

enum {
	RESERVE_BYTES = 128 * 1024 * 1024, /* left to the server on its own disk */
	LOOK_EVERY_BYTES = 4 * 1024 * 1024,
};

struct out_file {
	int fd;
	char path[PATH_MAX];
	char partial[PATH_MAX + 16]; /* "": it has no name yet, and goes with us */
	uint64_t size;
	uint64_t looked_at; /* size when the free space was last asked for */
	bool beside_server;
};

static enum err
fail(const struct out_file *f, const char *what, struct error *e)
{
	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) {
		return error_set(e, ERR_UNAVAILABLE,
			"the disk is full: %.150s was not written, nothing is left of it", f->path);
	}
	return error_set(e, ERR_UNAVAILABLE, "cannot %s %.150s: %s", what, f->path,
		strerror(errno));
}

static bool
same_disk(int fd, const char *path)
{
	struct stat a;
	struct stat b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev;
}

static void
folder_of(const char *path, char out[static PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL) {
		snprintf(out, PATH_MAX, ".");
	} else {
		snprintf(out, PATH_MAX, "%.*s", slash == path ? 1 : (int)(slash - path), path);
	}
}

/* Even if we are killed nothing is left of it. Not every file system can do that. */
static int
open_unnamed(const struct out_file *f)
{
	char folder[PATH_MAX];

	folder_of(f->path, folder);
	return open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
}

/* Unlike a rename, never over another. */
static int
give_name(const struct out_file *f)
{
	char self[40];

	if (f->partial[0] != '\0') {
		return link(f->partial, f->path);
	}
	snprintf(self, sizeof(self), "/proc/self/fd/%d", f->fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, f->path, AT_SYMLINK_FOLLOW);
}

enum err
out_file_create(const char *path, const char *data_dir, struct out_file **out,
	struct error *e)
{
	struct out_file *f = xcalloc(1, sizeof(*f));
	struct stat status;
	enum err err;

	if (snprintf(f->path, sizeof(f->path), "%s", path) >= (int)sizeof(f->path)) {
		free(f);
		return error_set(e, ERR_INVALID, "the name of the archive is too long");
	}
	if (lstat(path, &status) == 0) {
		free(f);
		return error_set(e, ERR_CONFLICT, "%.150s exists already", path);
	}
	f->fd = open_unnamed(f);
	if (f->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
		snprintf(f->partial, sizeof(f->partial), "%s.part-XXXXXX", path);
		f->fd = mkostemp(f->partial, O_CLOEXEC); /* 0600 */
	}
	if (f->fd < 0) {
		err = fail(f, "make", e);
		free(f);
		return err;
	}
	f->beside_server = same_disk(f->fd, data_dir);
	*out = f;
	return ERR_OK;
}

static enum err
leave_room(struct out_file *f, struct error *e)
{
	struct statvfs disk;

	if (!f->beside_server || f->size - f->looked_at < LOOK_EVERY_BYTES) {
		return ERR_OK;
	}
	f->looked_at = f->size;
	if (fstatvfs(f->fd, &disk) == 0 &&
		(uint64_t)disk.f_bavail * disk.f_frsize < RESERVE_BYTES) {
		return error_set(e, ERR_UNAVAILABLE,
			"the disk is nearly full: %.150s lies on that of the server, which needs the "
			"last %d MiB",
			f->path, RESERVE_BYTES >> 20);
	}
	return ERR_OK;
}

enum err
out_file_write(struct out_file *f, const void *data, size_t length, struct error *e)
{
	const char *p = data;

	while (length > 0) {
		ssize_t written = write(f->fd, p, length);

		if (written < 0 && errno == EINTR) {
			continue;
		}
		if (written <= 0) {
			return fail(f, "write", e);
		}
		p += written;
		length -= (size_t)written;
		f->size += (uint64_t)written;
	}
	return leave_room(f, e);
}

uint64_t
out_file_size(const struct out_file *f)
{
	return f->size;
}

static bool
sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	bool synced;
	int fd;

	folder_of(path, folder);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	synced = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0) {
		close(fd);
	}
	return synced;
}

enum err
out_file_commit(struct out_file *f, struct error *e)
{
	enum err err = ERR_OK;

	if (fsync(f->fd) != 0) {
		err = fail(f, "write", e);
	} else if (give_name(f) != 0) {
		err = errno == EEXIST
			? error_set(e, ERR_CONFLICT, "%.150s exists already", f->path)
			: fail(f, "name", e);
	} else if (!sync_folder_of(f->path)) {
		err = fail(f, "name", e);
	}
	out_file_abandon(f);
	return err;
}

void
out_file_abandon(struct out_file *f)
{
	if (f != NULL) {
		close(f->fd);
		if (f->partial[0] != '\0') {
			unlink(f->partial);
		}
		free(f);
	}
}
