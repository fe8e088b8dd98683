#include "api/file_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Complete and on the disk under its name, or not there. */
static bool
write_file(struct arena *a, const char *folder, const char *path, const void *data,
	size_t length)
{
	char *temporary = arena_printf(a, "%s/.new-XXXXXX", folder);
	int fd = mkostemp(temporary, O_CLOEXEC);
	bool written;
	int reason;

	if (fd < 0) {
		return false;
	}
	written = write_all(fd, data, length) && fsync(fd) == 0;
	reason = errno;
	written &= close(fd) == 0;
	if (!written || rename(temporary, path) != 0) {
		reason = written ? errno : reason;
		unlink(temporary);
		errno = reason;
		return false;
	}
	return sync_folder(folder);
}

static bool
is_there(const char *path, size_t length)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
		(size_t)status.st_size == length;
}

enum err
file_store_put(const char *data_dir, const uint8_t digest[static DIGEST_SIZE],
	const void *data, size_t length, struct error *e)
{
	struct arena *a = arena_create();
	const char *all = arena_printf(a, "%s/files", data_dir);
	char hex[2 * DIGEST_SIZE + 1];
	const char *folder;
	const char *path;
	enum err rc = ERR_OK;

	hex_encode(digest, DIGEST_SIZE, hex);
	folder = folder_path(a, data_dir, hex);
	path = file_store_path(a, data_dir, digest);
	if (!is_there(path, length) &&
		(!make_folder(all, data_dir) || !make_folder(folder, all) ||
			!write_file(a, folder, path, data, length))) {
		rc = error_set(e, ERR_UNAVAILABLE, "cannot write %s: %s", path, strerror(errno));
	}
	arena_destroy(a);
	return rc;
}
