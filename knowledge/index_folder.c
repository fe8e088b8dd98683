#include "knowledge/index_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"

enum { TRIES = 8 };

struct range {
	uint32_t first;
	uint32_t upto;
};

struct ranges {
	struct range *items;
	size_t count;
};

void
index_segments_name(const char *block, uint32_t first, uint32_t upto,
	char out[static INDEX_NAME_SIZE])
{
	snprintf(out, INDEX_NAME_SIZE, "%s.%06x-%06x", block, first, upto);
}

/* "BLOCK.FIRST-UPTO" and nothing behind it. */
static bool
range_of(const char *name, const char *block, struct range *out)
{
	size_t length = strlen(block);
	int end = 0;

	return strncmp(name, block, length) == 0 &&
		sscanf(name + length, ".%6x-%6x%n", &out->first, &out->upto, &end) == 2 &&
		end > 0 && name[length + (size_t)end] == '\0' && out->first < out->upto;
}

static bool
is_unfinished(const char *name, const char *block)
{
	const size_t ending = strlen(INDEX_UNFINISHED);
	size_t length = strlen(block);
	size_t all = strlen(name);

	return strncmp(name, block, length) == 0 && name[length] == '.' && all > ending &&
		strcmp(name + all - ending, INDEX_UNFINISHED) == 0;
}

static DIR *
read_again(int folder)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *names = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && names == NULL) {
		close(fd);
	}
	return names;
}

/* By first number, the longer ones before the shorter. */
static int
compare(const void *x, const void *y)
{
	const struct range *a = x;
	const struct range *b = y;

	if (a->first != b->first) {
		return a->first < b->first ? -1 : 1;
	}
	return (a->upto < b->upto) - (a->upto > b->upto);
}

static enum err
list(int folder, const char *block, struct ranges *out, struct error *e)
{
	DIR *names = read_again(folder);
	struct dirent *entry;
	struct range range;

	if (names == NULL) {
		return error_set(e, ERR_UNAVAILABLE, "cannot read the folder of the index: %s",
			strerror(errno));
	}
	while ((entry = readdir(names)) != NULL) {
		if (range_of(entry->d_name, block, &range)) {
			out->items = xrealloc(out->items, (out->count + 1) * sizeof(range));
			out->items[out->count++] = range;
		}
	}
	closedir(names);
	if (out->count > 0) {
		qsort(out->items, out->count, sizeof(*out->items), compare);
	}
	return ERR_OK;
}

static enum err
open_ranges(int folder, const char *block, const struct ranges *ranges,
	struct index_segments *out, struct error *e)
{
	uint32_t upto = 0;
	enum err err = ERR_OK;

	for (size_t i = 0; i < ranges->count && err == ERR_OK; i++) {
		char name[INDEX_NAME_SIZE];
		const struct index_segment_about *about;
		struct index_segment *s;

		if (ranges->items[i].first != upto) {
			continue; /* another one covers it */
		}
		index_segments_name(block, upto, ranges->items[i].upto, name);
		err = index_segment_open(folder, name, &s, e);
		if (err != ERR_OK) {
			break;
		}
		about = index_segment_about(s);
		index_segments_replace(out, out->count, 0, s);
		if (about->first != upto || about->upto != ranges->items[i].upto) {
			err = error_set(e, ERR_CORRUPT, "search index: %s has another name", name);
		}
		upto = about->upto;
	}
	return err;
}

/* Another process may merge files away between listing and opening them. */
enum err
index_segments_open(int folder, const char *block, bool cleans,
	struct index_segments *out, struct error *e)
{
	struct index_segments segments = {.count = 0};
	enum err err = ERR_NOT_FOUND;

	for (int i = 0; i < TRIES && err == ERR_NOT_FOUND; i++) {
		struct ranges ranges = {.count = 0};

		index_segments_close(&segments);
		err = list(folder, block, &ranges, e);
		if (err == ERR_OK) {
			err = open_ranges(folder, block, &ranges, &segments, e);
		}
		free(ranges.items);
	}
	if (err != ERR_OK) {
		index_segments_close(&segments);
		return err;
	}
	if (cleans) {
		index_segments_clean(folder, block, &segments);
	}
	*out = segments;
	return ERR_OK;
}

void
index_segments_close(struct index_segments *s)
{
	for (size_t i = 0; i < s->count; i++) {
		index_segment_put(s->items[i]);
	}
	free(s->items);
	*s = (struct index_segments){.count = 0};
}

void
index_segments_copy(const struct index_segments *s, struct index_segments *out)
{
	out->items = xmalloc((s->count + 1) * sizeof(struct index_segment *));
	out->count = s->count;
	for (size_t i = 0; i < s->count; i++) {
		out->items[i] = index_segment_get(s->items[i]);
	}
}

void
index_segments_replace(struct index_segments *s, size_t from, size_t count,
	struct index_segment *with)
{
	size_t behind = s->count - from - count;

	for (size_t i = 0; i < count; i++) {
		index_segment_put(s->items[from + i]);
	}
	if (count == 0) {
		s->items = xrealloc(s->items, (s->count + 1) * sizeof(struct index_segment *));
	}
	memmove(s->items + from + 1, s->items + from + count,
		behind * sizeof(struct index_segment *));
	s->items[from] = with;
	s->count = from + 1 + behind;
}

static bool
counts(const struct index_segments *s, const struct range *range)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct index_segment_about *about = index_segment_about(s->items[i]);

		if (about->first == range->first && about->upto == range->upto) {
			return true;
		}
	}
	return false;
}

void
index_segments_clean(int folder, const char *block, const struct index_segments *s)
{
	DIR *names = read_again(folder);
	struct dirent *entry;
	struct range range;

	while (names != NULL && (entry = readdir(names)) != NULL) {
		bool is_segment = range_of(entry->d_name, block, &range);

		if ((is_segment && !counts(s, &range)) || is_unfinished(entry->d_name, block)) {
			(void)unlinkat(folder, entry->d_name, 0);
		}
	}
	if (names != NULL) {
		closedir(names);
	}
}
