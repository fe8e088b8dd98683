#include "api/data_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OWNER_TEXT = 24 };

static enum err
held_by_another(int fd, const char *data_dir, struct error *e)
{
	char owner[OWNER_TEXT] = "";
	ssize_t length = pread(fd, owner, sizeof(owner) - 1, 0);

	owner[length > 0 ? length : 0] = '\0';
	owner[strcspn(owner, "\n")] = '\0';
	return error_set(e, ERR_CONFLICT, "another server (process %s) works on %.150s",
		owner[0] != '\0' ? owner : "unknown", data_dir);
}

enum err
data_lock(const char *data_dir, int *out, struct error *e)
{
	char path[PATH_MAX];
	int fd;

	if (mkdir(data_dir, 0700) != 0 && errno != EEXIST) {
		return error_set(e, ERR_INVALID, "cannot make %.150s: %s", data_dir,
			strerror(errno));
	}
	if (snprintf(path, sizeof(path), "%s/server.lock", data_dir) >= (int)sizeof(path)) {
		return error_set(e, ERR_INVALID, "the path of the data folder is too long");
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		return error_set(e, ERR_INVALID, "cannot open %.150s: %s", path, strerror(errno));
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		enum err rc = errno == EWOULDBLOCK
			? held_by_another(fd, data_dir, e)
			: error_set(e, ERR_INVALID, "cannot lock %.150s: %s", path, strerror(errno));

		close(fd);
		return rc;
	}
	if (ftruncate(fd, 0) == 0) {
		dprintf(fd, "%ld\n", (long)getpid());
	}
	*out = fd;
	return ERR_OK;
}
