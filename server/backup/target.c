#include "backup/target.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/backup.h"
#include "backup/contents.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "store/tables.h"

enum { OPEN_FILES = 16, KEY_BYTES_MAX = 64 * 1024, STAMP_SIZE = 24 };

/* What a backup brings into a data folder, besides the database. */
static const char *const folders[] = {"files", "heads", "keys", NULL};

static bool
path_in(const struct target *t, const char *name, char out[static PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s/%s", t->store.data_dir, name) < PATH_MAX;
}

static bool
exists(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

static int
remove_entry(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
remove_tree(const char *path)
{
	(void)nftw(path, remove_entry, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
}

/* --- emptiness ---------------------------------------------------------------------------- */

static enum err
drop_tables(const struct store_conf *conf, bool only_look, struct error *e)
{
	struct arena *a = arena_create();
	struct table_shape *shapes = NULL;
	struct store_conn *db = NULL;
	size_t count = 0;
	enum err err = store_driver_of(conf)->connect(conf, CONNECTION_WRITES, &db, e);

	if (err == ERR_OK) {
		err = tables_list(db, a, &shapes, &count, e);
	}
	if (err == ERR_OK && only_look && count > 0) {
		err = error_set(e, ERR_CONFLICT,
			"the database %.60s is not empty; --force drops its tables", conf->database);
	}
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		err = table_drop(db, shapes[i].name, e);
	}
	if (db != NULL) {
		db->driver->disconnect(db);
	}
	arena_destroy(a);
	return err;
}

/* 2026-11-22T01:30:00Z without what a name cannot have. */
static void
stamp(char out[static STAMP_SIZE])
{
	char text[TIME_TEXT_SIZE];
	size_t length = 0;

	time_format(clock_now_ms(), text);
	for (const char *p = text; *p != '\0' && *p != '.' && length + 1 < STAMP_SIZE; p++) {
		if (*p != ':' && *p != '-') {
			out[length++] = *p;
		}
	}
	out[length] = '\0';
}

static enum err
move(const char *from, const char *aside, struct error *e)
{
	const char *name = strrchr(from, '/') + 1;
	char to[PATH_MAX];

	if (!exists(from)) {
		return ERR_OK;
	}
	if (snprintf(to, sizeof(to), "%s/%s", aside, name) >= (int)sizeof(to) ||
		rename(from, to) != 0) {
		return error_set(e, ERR_UNAVAILABLE, "cannot move %.100s to %.100s: %s", from,
			aside, strerror(errno));
	}
	return ERR_OK;
}

/* Nothing is thrown away: it lies beside, to be deleted by hand. */
static enum err
set_aside(const struct target *t, struct error *e)
{
	static const char *const endings[] = {"", "-wal", "-shm", NULL};
	char when[STAMP_SIZE];
	char aside[PATH_MAX];
	char path[PATH_MAX];
	enum err err = ERR_OK;

	stamp(when);
	if (snprintf(aside, sizeof(aside), "%.3800s/before-restore-%s", t->store.data_dir,
			when) >= (int)sizeof(aside) ||
		mkdir(aside, 0700) != 0) {
		return error_set(e, ERR_UNAVAILABLE, "cannot make %.150s: %s", aside,
			strerror(errno));
	}
	for (size_t i = 0; err == ERR_OK && folders[i] != NULL; i++) {
		err = path_in(t, folders[i], path) ? move(path, aside, e) : ERR_INVALID;
	}
	for (size_t i = 0; err == ERR_OK && t->path[0] != '\0' && endings[i] != NULL; i++) {
		snprintf(path, sizeof(path), "%.4000s%s", t->path, endings[i]);
		err = move(path, aside, e);
	}
	return err;
}

/* An empty folder is as good as none. */
static bool
is_filled(const char *path)
{
	if (!exists(path)) {
		return false;
	}
	return rmdir(path) != 0;
}

static enum err
look(const struct target *t, struct error *e)
{
	char path[PATH_MAX];

	for (size_t i = 0; folders[i] != NULL; i++) {
		if (path_in(t, folders[i], path) && is_filled(path)) {
			return error_set(e, ERR_CONFLICT,
				"there is an installation already (%.120s); --force sets it aside", path);
		}
	}
	if (t->path[0] != '\0' && exists(t->path)) {
		return error_set(e, ERR_CONFLICT,
			"there is an installation already (%.120s); --force sets it aside", t->path);
	}
	return ERR_OK;
}

enum err
target_open(struct target *t, const struct store_conf *conf, bool force, struct error *e)
{
	bool file = conf->driver == 0;
	enum err err;

	memset(t, 0, sizeof(*t));
	t->store = *conf;
	if (file) {
		int length = str_empty(conf->path)
			? snprintf(t->path, sizeof(t->path), "%s/trunkline.db", conf->data_dir)
			: snprintf(t->path, sizeof(t->path), "%s", conf->path);

		if (length >= PATH_MAX - 32) {
			return error_set(e, ERR_INVALID, "store.path is too long");
		}
		snprintf(t->building, sizeof(t->building), "%.4000s.restoring", t->path);
		t->store.path = t->building;
	}
	err = look(t, e);
	if (err == ERR_CONFLICT && force) {
		err = set_aside(t, e);
	}
	if (err == ERR_OK && !file) {
		err = drop_tables(conf, !force, e);
	}
	if (err == ERR_OK && file) {
		target_empty_again(t); /* what a killed restore left */
	}
	return err;
}

/* --- filling ------------------------------------------------------------------------------ */

enum err
target_make_folders(const struct target *t, const char *name, char path[static PATH_MAX],
	struct error *e)
{
	size_t start = strlen(t->store.data_dir) + 1;

	if (!path_in(t, name, path)) {
		return error_set(e, ERR_INVALID, "the name of the data folder is too long");
	}
	for (char *p = path + start; *p != '\0'; p++) {
		if (*p != '/') {
			continue;
		}
		*p = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST) {
			return error_set(e, ERR_UNAVAILABLE, "cannot make %.150s: %s", path,
				strerror(errno));
		}
		*p = '/';
	}
	return ERR_OK;
}

static enum err
copy_key(const struct target *t, const char *folder, const char *file, struct error *e)
{
	char *bytes = xmalloc(KEY_BYTES_MAX);
	char from[PATH_MAX];
	char to[PATH_MAX];
	char name[80];
	ssize_t length = -1;
	enum err err;
	int fd;

	snprintf(from, sizeof(from), "%.3900s/%.60s", folder, file);
	snprintf(name, sizeof(name), "keys/%.60s", file);
	fd = open(from, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		length = read(fd, bytes, KEY_BYTES_MAX);
		close(fd);
	}
	err = length < 0
		? error_set(e, ERR_UNAVAILABLE, "cannot read %.150s: %s", from, strerror(errno))
		: target_make_folders(t, name, to, e);
	if (err == ERR_OK) {
		fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0 || write(fd, bytes, (size_t)length) != length) {
			err = error_set(e, ERR_UNAVAILABLE, "cannot write %.150s: %s", to,
				strerror(errno));
		}
		if (fd >= 0) {
			close(fd);
		}
	}
	explicit_bzero(bytes, KEY_BYTES_MAX);
	free(bytes);
	return err;
}

enum err
target_copy_keys(const struct target *t, const char *folder, struct error *e)
{
	bool found = false;
	struct dirent *entry;
	enum err err = ERR_OK;
	DIR *dir = opendir(folder);

	if (dir == NULL) {
		return error_set(e, ERR_NOT_FOUND, "cannot open %.150s: %s", folder,
			strerror(errno));
	}
	while (err == ERR_OK && (entry = readdir(dir)) != NULL) {
		if (key_name_valid(entry->d_name)) {
			err = copy_key(t, folder, entry->d_name, e);
			found |= strcmp(entry->d_name, "server.key") == 0;
		}
	}
	closedir(dir);
	if (err == ERR_OK && !found) {
		err = error_set(e, ERR_NOT_FOUND, "there is no server.key in %.150s", folder);
	}
	return err;
}

enum err
target_settle(struct target *t, struct error *e)
{
	int fd = open(t->store.data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fd >= 0 && syncfs(fd) == 0;

	if (fd >= 0) {
		close(fd);
	}
	if (!synced || (t->path[0] != '\0' && rename(t->building, t->path) != 0)) {
		return error_set(e, ERR_UNAVAILABLE, "cannot finish %.150s: %s",
			t->store.data_dir, strerror(errno));
	}
	fd = open(t->store.data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	return ERR_OK;
}

void
target_empty_again(struct target *t)
{
	static const char *const endings[] = {"", "-wal", "-shm", NULL};
	struct log_quoted q;
	struct error e;
	char path[PATH_MAX];

	for (size_t i = 0; folders[i] != NULL; i++) {
		if (path_in(t, folders[i], path)) {
			remove_tree(path);
		}
	}
	for (size_t i = 0; t->path[0] != '\0' && endings[i] != NULL; i++) {
		snprintf(path, sizeof(path), "%.4000s%s", t->building, endings[i]);
		unlink(path);
	}
	if (t->path[0] == '\0' && drop_tables(&t->store, false, &e) != ERR_OK) {
		log_event(LOG_WARN, "tables_left", "reason=%s", log_quote(&q, e.text));
	}
}

/* --- new keys ----------------------------------------------------------------------------- */

enum err
restore_set_heads_aside(const char *data_dir, struct error *e)
{
	char when[STAMP_SIZE];
	char aside[PATH_MAX];
	char path[PATH_MAX];
	struct dirent *entry;
	enum err err = ERR_OK;
	DIR *dir;

	stamp(when);
	snprintf(path, sizeof(path), "%.4000s/heads", data_dir);
	snprintf(aside, sizeof(aside), "%.3900s/heads/before-%s", data_dir, when);
	dir = opendir(path);
	if (dir == NULL) {
		return ERR_OK;
	}
	if (mkdir(aside, 0700) != 0) {
		err = error_set(e, ERR_UNAVAILABLE, "cannot make %.150s: %s", aside,
			strerror(errno));
	}
	while (err == ERR_OK && (entry = readdir(dir)) != NULL) {
		if (strspn(entry->d_name, "0123456789") > 0) {
			snprintf(path, sizeof(path), "%.3700s/heads/%.255s", data_dir, entry->d_name);
			err = move(path, aside, e);
		}
	}
	closedir(dir);
	if (err == ERR_OK) {
		snprintf(path, sizeof(path), "%.4000s/keys/heads.pub", data_dir);
		err = move(path, aside, e);
	}
	return err;
}
