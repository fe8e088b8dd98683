#include "net/static_files.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/map.h"
#include "base/str.h"

enum {
	PATH_SIZE = 1024,
	FILE_BYTES_MAX = 32 * 1024 * 1024,
	TOTAL_BYTES_MAX = 128 * 1024 * 1024,
	DEPTH_MAX = 8,
	HASH_LENGTH = 8, /* of vite's file names */
	ETAG_BYTES = 8,
};

struct static_files {
	struct map by_path; /* hash of the path → struct entry, a chain */
	size_t count;
	size_t total_bytes;
};

struct entry {
	struct static_file file; /* first */
	struct entry *next;
};

static const struct {
	const char *suffix;
	const char *type;
} types[] = {
	{".html", "text/html; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".mjs", "text/javascript; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".json", "application/json; charset=utf-8"},
	{".webmanifest", "application/manifest+json"},
	{".txt", "text/plain; charset=utf-8"},
	{".svg", "image/svg+xml"},
	{".png", "image/png"},
	{".jpg", "image/jpeg"},
	{".webp", "image/webp"},
	{".gif", "image/gif"},
	{".ico", "image/x-icon"},
	{".woff2", "font/woff2"},
	{".woff", "font/woff"},
	{".wasm", "application/wasm"},
	{".mp3", "audio/mpeg"},
	{".ogg", "audio/ogg"},
	{".wav", "audio/wav"},
};

static bool
ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text);
	size_t suffix_length = strlen(suffix);

	return length > suffix_length && strcmp(text + length - suffix_length, suffix) == 0;
}

static const char *
type_of(const char *path)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (ends_with(path, types[i].suffix)) {
			return types[i].type;
		}
	}
	return "application/octet-stream";
}

/* ".../assets/index-BdZx3f_1.js" */
static bool
is_hashed(const char *path)
{
	const char *name = strrchr(path, '/');
	const char *dot = strchr(name, '.');
	const char *hash;

	if (strstr(path, "/assets/") == NULL || dot == NULL || dot - name < HASH_LENGTH + 2) {
		return false;
	}
	hash = dot - HASH_LENGTH;
	for (const char *p = hash; p < dot; p++) {
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_') {
			return false;
		}
	}
	return hash[-1] == '-';
}

const struct static_file *
static_files_find(const struct static_files *f, const char *path)
{
	struct entry *e = map_get(&f->by_path, map_hash(path, strlen(path)));

	while (e != NULL && strcmp(e->file.path, path) != 0) {
		e = e->next;
	}
	return e != NULL ? &e->file : NULL;
}

static struct static_file *
find_or_add(struct static_files *f, const char *path)
{
	const struct static_file *found = static_files_find(f, path);
	struct entry *e;

	if (found != NULL) {
		return (struct static_file *)found;
	}
	e = xcalloc(1, sizeof(*e));
	e->file.path = xstrdup(path);
	e->file.content_type = type_of(path);
	e->file.hashed = is_hashed(path);
	e->next = map_put(&f->by_path, map_hash(path, strlen(path)), e);
	f->count++;
	return &e->file;
}

static char *
read_whole(int fd, size_t length)
{
	char *data = xmalloc(length + 1);
	size_t got = 0;

	while (got < length) {
		ssize_t n = read(fd, data + got, length - got);

		if (n <= 0) {
			free(data);
			return NULL;
		}
		got += (size_t)n;
	}
	return data;
}

static enum err
add_file(struct static_files *f, const char *disk_path, const char *path, struct error *e)
{
	enum encoding encoding = ends_with(path, ".br") ? ENCODING_BROTLI
		: ends_with(path, ".gz")                    ? ENCODING_GZIP
													: ENCODING_NONE;
	char name[PATH_SIZE];
	struct static_file *file;
	struct stat status;
	char *data = NULL;
	int fd = open(disk_path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, &status) == 0 && status.st_size <= FILE_BYTES_MAX &&
		f->total_bytes + (size_t)status.st_size <= TOTAL_BYTES_MAX) {
		data = read_whole(fd, (size_t)status.st_size);
	}
	if (fd >= 0) {
		close(fd);
	}
	if (data == NULL) {
		return error_set(e, ERR_UNAVAILABLE, "%s cannot be read or is too large",
			disk_path);
	}
	str_copy(name, sizeof(name), path);
	if (encoding != ENCODING_NONE) {
		name[strlen(name) - 3] = '\0';
	}
	file = find_or_add(f, name);
	file->variants[encoding].data = data;
	file->variants[encoding].length = (size_t)status.st_size;
	f->total_bytes += (size_t)status.st_size;
	return ERR_OK;
}

static enum err
add_folder(struct static_files *f, const char *disk_path, const char *path, int depth,
	struct error *e)
{
	DIR *folder = opendir(disk_path);
	struct dirent *item;
	enum err err = ERR_OK;

	if (folder == NULL) {
		return error_set(e, ERR_UNAVAILABLE, "%s: %s", disk_path, strerror(errno));
	}
	while (err == ERR_OK && (item = readdir(folder)) != NULL) {
		char disk_child[PATH_SIZE];
		char child[PATH_SIZE];
		struct stat status;

		if (item->d_name[0] == '.') {
			continue;
		}
		if (snprintf(disk_child, PATH_SIZE, "%s/%s", disk_path, item->d_name) >=
				PATH_SIZE ||
			snprintf(child, PATH_SIZE, "%s/%s", path, item->d_name) >= PATH_SIZE ||
			stat(disk_child, &status) != 0) {
			continue;
		}
		if (S_ISDIR(status.st_mode) && depth < DEPTH_MAX) {
			err = add_folder(f, disk_child, child, depth + 1, e);
		} else if (S_ISREG(status.st_mode)) {
			err = add_file(f, disk_child, child, e);
		}
	}
	closedir(folder);
	return err;
}

static void
free_file(struct static_file *file)
{
	for (int i = 0; i < ENCODINGS; i++) {
		free(file->variants[i].data);
	}
	free(file->path);
}

/* What has only compressed forms cannot be given to everybody: it is left out of the map's
 * reach by having no plain data. The others get their tag. */
static void
tag_all(struct static_files *f)
{
	size_t position = 0;
	uint64_t key;
	void *value;

	while (map_next(&f->by_path, &position, &key, &value)) {
		for (struct entry *e = value; e != NULL; e = e->next) {
			uint8_t digest[DIGEST_SIZE];

			sha256(e->file.variants[ENCODING_NONE].data,
				e->file.variants[ENCODING_NONE].length, digest);
			hex_encode(digest, ETAG_BYTES, e->file.etag);
		}
	}
}

/* build/trunkline → web/dist; PREFIX/bin/trunkline → PREFIX/share/trunkline/web */
static bool
find_root(char out[static PATH_SIZE])
{
	static const char *const candidates[] = {"../web/dist", "../share/trunkline/web"};
	char program[PATH_SIZE];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	if (length <= 0) {
		return false;
	}
	program[length] = '\0';
	slash = strrchr(program, '/');
	if (slash == NULL) {
		return false;
	}
	*slash = '\0';
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		if (snprintf(out, PATH_SIZE, "%s/%s", program, candidates[i]) < PATH_SIZE &&
			access(out, R_OK | X_OK) == 0) {
			return true;
		}
	}
	return false;
}

enum err
static_files_load(struct static_files **out, const char *root, struct error *e)
{
	struct static_files *f = xcalloc(1, sizeof(*f));
	char found[PATH_SIZE];
	enum err err = ERR_OK;

	map_init(&f->by_path);
	if (str_empty(root) && !find_root(found)) {
		log_event(LOG_WARN, "web_pages_missing",
			"hint=\"make web, or set server.web_root\"");
		*out = f;
		return ERR_OK;
	}
	err = add_folder(f, str_empty(root) ? found : root, "", 0, e);
	if (err != ERR_OK) {
		static_files_destroy(f);
		return err;
	}
	tag_all(f);
	log_event(LOG_INFO, "web_pages_loaded", "files=%zu bytes=%zu", f->count,
		f->total_bytes);
	*out = f;
	return ERR_OK;
}

void
static_files_destroy(struct static_files *f)
{
	size_t position = 0;
	uint64_t key;
	void *value;

	if (f == NULL) {
		return;
	}
	while (map_next(&f->by_path, &position, &key, &value)) {
		struct entry *e = value;

		while (e != NULL) {
			struct entry *next = e->next;

			free_file(&e->file);
			free(e);
			e = next;
		}
	}
	map_fini(&f->by_path);
	free(f);
}
