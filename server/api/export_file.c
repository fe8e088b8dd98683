#include "api/export_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/app.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"

enum {
	TOKEN_BYTES = 16,
	KEPT_SECONDS = 3600, /* what was sent long ago goes with the next export */
};

const char *
export_file_path(const struct app *app, struct arena *a, const char *ending)
{
	uint8_t token[TOKEN_BYTES];
	char hex[2 * TOKEN_BYTES + 1];

	random_bytes(token, sizeof(token));
	hex_encode(token, sizeof(token), hex);
	return arena_printf(a, "%s/exports/%s%s", app->conf->data_dir, hex, ending);
}

static void
forget_old(const char *folder)
{
	DIR *dir = opendir(folder);
	int64_t now = clock_now_ms() / 1000;
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct stat status;

		if (entry->d_name[0] != '.' &&
			fstatat(dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISREG(status.st_mode) && now - status.st_mtime > KEPT_SECONDS) {
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
		}
	}
	if (dir != NULL) {
		closedir(dir);
	}
}

static enum err
open_file(const char *path, const char *mode, FILE **out, struct error *e)
{
	FILE *file = fopen(path, mode);

	if (file == NULL) {
		return error_set(e, ERR_UNAVAILABLE, "the export cannot be written: %s",
			strerror(errno));
	}
	*out = file;
	return ERR_OK;
}

enum err
export_file_begin(const char *path, FILE **out, struct error *e)
{
	struct arena *a = arena_create();
	char *folder = arena_strndup(a, path, (size_t)(strrchr(path, '/') - path));
	enum err err = ERR_OK;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
		err = error_set(e, ERR_UNAVAILABLE, "the export cannot be written: %s",
			strerror(errno));
	} else {
		forget_old(folder);
	}
	arena_destroy(a);
	return err == ERR_OK ? open_file(path, "wbxe", out, e) : err;
}

enum err
export_file_continue(const char *path, FILE **out, struct error *e)
{
	return open_file(path, "abe", out, e);
}

enum err
export_file_write(FILE *file, const void *bytes, size_t length, struct error *e)
{
	return length == 0 || fwrite(bytes, 1, length, file) == length
		? ERR_OK
		: error_set(e, ERR_UNAVAILABLE, "the disk is full");
}

enum err
export_file_take(FILE *file, const struct buf *gathered, struct error *e)
{
	return gathered->overflowed
		? error_set(e, ERR_CORRUPT, "a portion of this export is too large")
		: export_file_write(file, gathered->data, gathered->length, e);
}

enum err
export_file_end(FILE *file, struct error *e)
{
	return fclose(file) == 0 ? ERR_OK : error_set(e, ERR_UNAVAILABLE, "the disk is full");
}
