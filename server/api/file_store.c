#include "api/file_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

static const char *
folder_path(struct arena *a, const char *data_dir, const char *hex)
{
	return arena_printf(a, "%s/files/%.2s", data_dir, hex);
}

const char *
file_store_path(struct arena *a, const char *data_dir,
	const uint8_t digest[static DIGEST_SIZE])
{
	char hex[2 * DIGEST_SIZE + 1];

	hex_encode(digest, DIGEST_SIZE, hex);
	return arena_printf(a, "%s/%s", folder_path(a, data_dir, hex), hex + 2);
}

static bool
sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0) {
		close(fd);
	}
	return synced;
}

/* A folder that was made must itself survive: its name is in the one above. */
static bool
make_folder(const char *path, const char *above)
{
	if (mkdir(path, 0700) == 0) {
		return sync_folder(above);
	}
	return errno == EEXIST;
}

static bool
write_all(int fd, const char *data, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, data, length);

		if (written < 0 && errno == EINTR) {
			continue;
		}
		if (written <= 0) {
			return false;
		}
		data += written;
		length -= (size_t)written;
	}
	return true;
}

/* Whoever puts, and whoever takes back: one at a time looks and acts. -1: this file system has
 * no locks; then nothing is taken back. */
static int
lock_files(const char *all)
{
	int fd = open(all, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static struct file_mark
mark_of(const struct stat *status)
{
	return (struct file_mark){
		.inode = (uint64_t)status->st_ino,
		.changed_seconds = status->st_mtim.tv_sec,
		.changed_nanoseconds = status->st_mtim.tv_nsec,
	};
}

/* Already there, whole: its time moves on, so that who made it knows that others have it, too. */
static bool
is_there(const char *path, size_t length)
{
	struct stat status;
	struct timespec times[2];

	if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) ||
		(size_t)status.st_size != length) {
		return false;
	}
	times[0] = (struct timespec){.tv_nsec = UTIME_OMIT};
	times[1] = (struct timespec){.tv_sec = status.st_mtim.tv_sec + 1};
	return utimensat(AT_FDCWD, path, times, 0) == 0;
}

/* Under the lock. What was cut off by a crash of another kind is replaced. */
static bool
give_name(const char *temporary, const char *path, size_t length, struct file_mark *mark)
{
	struct stat status;
	bool damaged;

	if (is_there(path, length)) {
		unlink(temporary);
		return true;
	}
	damaged = access(path, F_OK) == 0;
	if (rename(temporary, path) != 0) {
		return false;
	}
	if (!damaged && stat(path, &status) == 0) {
		*mark = mark_of(&status);
	}
	return true;
}

/* Complete and on the disk under its name, or not there. */
static bool
write_file(struct arena *a, const char *all, const char *folder, const char *path,
	const void *data, size_t length, struct file_mark *mark)
{
	char *temporary = arena_printf(a, "%s/.new-XXXXXX", folder);
	int fd = mkostemp(temporary, O_CLOEXEC);
	bool written;
	int reason = 0;
	int lock;

	if (fd < 0) {
		return false;
	}
	written = write_all(fd, data, length) && fsync(fd) == 0;
	written = close(fd) == 0 && written;
	reason = errno;
	lock = lock_files(all);
	if (!written || !give_name(temporary, path, length, mark)) {
		reason = written ? errno : reason;
		unlink(temporary);
		written = false;
	}
	if (lock >= 0) {
		close(lock);
	}
	errno = reason;
	return written && sync_folder(folder);
}

static bool
is_kept(const char *all, const char *path, size_t length)
{
	int lock = lock_files(all);
	bool there = is_there(path, length);

	if (lock >= 0) {
		close(lock);
	}
	return there;
}

enum err
file_store_put_marked(const char *data_dir, const uint8_t digest[static DIGEST_SIZE],
	const void *data, size_t length, struct file_mark *mark, struct error *e)
{
	struct arena *a = arena_create();
	const char *all = arena_printf(a, "%s/files", data_dir);
	char hex[2 * DIGEST_SIZE + 1];
	const char *folder;
	const char *path;
	enum err rc = ERR_OK;

	*mark = (struct file_mark){0};
	hex_encode(digest, DIGEST_SIZE, hex);
	folder = folder_path(a, data_dir, hex);
	path = file_store_path(a, data_dir, digest);
	if (!is_kept(all, path, length) &&
		(!make_folder(all, data_dir) || !make_folder(folder, all) ||
			!write_file(a, all, folder, path, data, length, mark))) {
		rc = error_set(e, ERR_UNAVAILABLE, "cannot write %s: %s", path, strerror(errno));
	}
	arena_destroy(a);
	return rc;
}

enum err
file_store_put(const char *data_dir, const uint8_t digest[static DIGEST_SIZE],
	const void *data, size_t length, struct error *e)
{
	struct file_mark mark;

	return file_store_put_marked(data_dir, digest, data, length, &mark, e);
}

void
file_store_take_back(const char *data_dir, const uint8_t digest[static DIGEST_SIZE],
	const struct file_mark *mark)
{
	struct arena *a = arena_create();
	const char *path = file_store_path(a, data_dir, digest);
	int lock = lock_files(arena_printf(a, "%s/files", data_dir));
	struct file_mark now;
	struct stat status;

	if (lock >= 0 && mark->inode != 0 && stat(path, &status) == 0) {
		now = mark_of(&status);
		if (now.inode == mark->inode && now.changed_seconds == mark->changed_seconds &&
			now.changed_nanoseconds == mark->changed_nanoseconds) {
			unlink(path);
		}
	}
	if (lock >= 0) {
		close(lock);
	}
	arena_destroy(a);
}
