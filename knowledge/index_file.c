#include "knowledge/index_file.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "knowledge/index_folder.h"
#include "knowledge/index_memory.h"
#include "knowledge/index_merge.h"
#include "knowledge/index_segment.h"

enum {
	ALIKE = 16, /* so many segments of a size become one */
};

struct index_file {
	int folder;
	char block[INDEX_BLOCK_NAME_SIZE];
	struct index_rows *rows;
	bool writes;
	uint64_t mark;
	_Atomic uint64_t upto;
	pthread_mutex_t lock; /* guards what who searches takes with it: */
	struct index_segments segments;
	struct index_memory *memory;
};

static uint32_t
durable_upto(const struct index_file *f)
{
	const struct index_segments *s = &f->segments;

	return s->count > 0 ? index_segment_about(s->items[s->count - 1])->upto : 0;
}

/* --- opening ------------------------------------------------------------------------------ */

static enum err
open_rows(struct index_file *f, struct error *e)
{
	char name[INDEX_NAME_SIZE];
	enum err err;

	snprintf(name, sizeof(name), "%s.rows", f->block);
	err = index_rows_open(f->folder, name, &f->rows, e);
	if (err == ERR_OK && index_rows_synced(f->rows) < durable_upto(f)) {
		err = error_set(e, ERR_CORRUPT, "search index: %s was lost", name);
	}
	return err;
}

enum err
index_file_open(int folder, const char *block, bool writes, struct index_file **out,
	struct error *e)
{
	struct index_file *f = xcalloc(1, sizeof(*f));
	enum err err;

	pthread_mutex_init(&f->lock, NULL);
	f->folder = folder;
	(void)snprintf(f->block, sizeof(f->block), "%s", block);
	f->writes = writes;
	err = index_segments_open(folder, f->block, writes, &f->segments, e);
	if (err == ERR_OK) {
		err = open_rows(f, e);
	}
	if (err != ERR_OK) {
		index_file_close(f);
		return err;
	}
	f->upto = durable_upto(f);
	if (f->segments.count > 0) {
		f->mark = index_segment_about(f->segments.items[f->segments.count - 1])->mark;
	}
	f->memory = index_memory_create((uint32_t)f->upto);
	*out = f;
	return ERR_OK;
}

void
index_file_close(struct index_file *f)
{
	if (f == NULL) {
		return;
	}
	index_segments_close(&f->segments);
	index_memory_put(f->memory);
	index_rows_close(f->rows);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

uint64_t
index_file_upto(const struct index_file *f)
{
	return f->upto;
}

uint64_t
index_file_entries(struct index_file *f)
{
	uint64_t entries;

	pthread_mutex_lock(&f->lock);
	entries = index_memory_entries(f->memory);
	for (size_t i = 0; i < f->segments.count; i++) {
		entries += index_segment_about(f->segments.items[i])->entries;
	}
	pthread_mutex_unlock(&f->lock);
	return entries;
}

uint64_t
index_file_mark(const struct index_file *f)
{
	return f->mark;
}

struct index_rows *
index_file_rows(const struct index_file *f)
{
	return f->rows;
}

uint64_t
index_file_bytes(struct index_file *f)
{
	uint64_t bytes = index_rows_bytes(f->rows);

	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < f->segments.count; i++) {
		bytes += index_segment_bytes(f->segments.items[i]);
	}
	pthread_mutex_unlock(&f->lock);
	return bytes;
}

void
index_file_warm(struct index_file *f, uint64_t *left)
{
	index_rows_warm(f->rows, left);
	for (size_t i = f->segments.count; i-- > 0;) { /* only this thread changes them */
		index_segment_warm(f->segments.items[i], left);
	}
}

/* --- feeding ------------------------------------------------------------------------------ */

void
index_file_add(struct index_file *f, size_t place, const struct index_row *row,
	const char *text, size_t length)
{
	assert(f->writes && place >= f->upto && place < INDEX_BLOCK_ROWS);
	index_rows_put(f->rows, place, row);
	index_memory_add(f->memory, (uint32_t)place, row->timeline, text, length);
}

void
index_file_reached(struct index_file *f, uint64_t upto, uint64_t mark)
{
	assert(upto >= f->upto && upto <= INDEX_BLOCK_ROWS);
	f->mark = mark;
	f->upto = upto;
}

bool
index_file_full(const struct index_file *f)
{
	return index_memory_full(f->memory);
}

/* The segment and an empty memory behind it, in one step. */
static void
take_over(struct index_file *f, struct index_segment *s)
{
	struct index_memory *written = f->memory;
	struct index_memory *fresh = index_memory_create(index_segment_about(s)->upto);

	pthread_mutex_lock(&f->lock);
	index_segments_replace(&f->segments, f->segments.count, 0, s);
	f->memory = fresh;
	pthread_mutex_unlock(&f->lock);
	index_memory_put(written);
}

static enum err
write_memory(struct index_file *f, struct error *e)
{
	struct index_segment_about about = {
		.first = index_memory_first(f->memory),
		.upto = (uint32_t)f->upto,
		.entries = index_memory_entries(f->memory),
		.mark = f->mark,
	};
	struct index_segment_writer *w;
	struct index_segment *s = NULL;
	char name[INDEX_NAME_SIZE];
	enum err err;

	index_segments_name(f->block, about.first, about.upto, name);
	err = index_segment_write(f->folder, name, &about, &w, e);
	if (err != ERR_OK) {
		return err;
	}
	index_memory_write(f->memory, w);
	err = index_segment_write_end(w, e);
	if (err == ERR_OK) {
		err = index_segment_open(f->folder, name, &s, e);
	}
	if (err == ERR_OK) {
		take_over(f, s);
	}
	return err;
}

/* Of a range: entries that were not erased. */
static uint32_t
count_rows(const struct index_file *f, const struct index_segment_about *about)
{
	uint32_t count = 0;

	for (uint32_t place = about->first; place < about->upto; place++) {
		count += index_rows_at(f->rows, place)->timeline != 0;
	}
	return count;
}

/* Segments from `from` on become one. */
static enum err
merge(struct index_file *f, size_t from, bool purge, struct error *e)
{
	struct index_segment **old = &f->segments.items[from];
	size_t count = f->segments.count - from;
	struct index_segment_about about = *index_segment_about(old[count - 1]);
	struct index_segment_writer *w = NULL;
	struct index_segment *s = NULL;
	char name[INDEX_NAME_SIZE];
	enum err err;

	about.first = index_segment_about(old[0])->first;
	for (size_t i = 0; i + 1 < count; i++) {
		about.entries += index_segment_about(old[i])->entries;
	}
	about.entries = purge ? count_rows(f, &about) : about.entries;
	index_segments_name(f->block, about.first, about.upto, name);
	err = index_segment_write(f->folder, name, &about, &w, e);
	if (err != ERR_OK) {
		return err;
	}
	err = index_merge(old, count, purge ? f->rows : NULL, w, e);
	if (err != ERR_OK) {
		index_segment_write_cancel(w);
		return err;
	}
	err = index_segment_write_end(w, e);
	if (err == ERR_OK) {
		err = index_segment_open(f->folder, name, &s, e);
	}
	if (err == ERR_OK) {
		pthread_mutex_lock(&f->lock);
		index_segments_replace(&f->segments, from, count, s);
		pthread_mutex_unlock(&f->lock);
		index_segments_clean(f->folder, f->block, &f->segments);
	}
	return err;
}

/* From where on segments have no more than so many entries each. */
static size_t
small_from(const struct index_segments *s, uint32_t entries)
{
	size_t from = s->count;

	while (from > 0 && index_segment_about(s->items[from - 1])->entries < entries) {
		from--;
	}
	return from;
}

static enum err
merge_alike(struct index_file *f, struct error *e)
{
	static const uint32_t sizes[] = {2048, 32768};
	enum err err = ERR_OK;

	if (f->upto == INDEX_BLOCK_ROWS) {
		return f->segments.count > 1 ? merge(f, 0, false, e) : ERR_OK;
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]) && err == ERR_OK; i++) {
		size_t from = small_from(&f->segments, sizes[i]);

		if (f->segments.count - from >= ALIKE) {
			err = merge(f, from, false, e);
		}
	}
	return err;
}

enum err
index_file_sync(struct index_file *f, struct error *e)
{
	enum err err;

	if (durable_upto(f) < f->upto) {
		err = index_rows_sync(f->rows, f->upto, e);
		if (err == ERR_OK) {
			err = write_memory(f, e);
		}
		if (err != ERR_OK) {
			return err;
		}
	}
	return merge_alike(f, e);
}

enum err
index_file_purge(struct index_file *f, struct error *e)
{
	bool erased = false;
	enum err err = index_file_sync(f, e);

	if (err == ERR_OK) {
		err = index_rows_sync(f->rows, f->upto, e);
	}
	for (size_t i = 0; i < f->segments.count; i++) {
		const struct index_segment_about *about = index_segment_about(
			f->segments.items[i]);

		erased = erased || count_rows(f, about) != about->entries;
	}
	return err == ERR_OK && erased ? merge(f, 0, true, e) : err;
}

/* --- searching ---------------------------------------------------------------------------- */

struct snapshot {
	struct index_memory *memory;
	struct index_segments segments;
	uint32_t upto;
};

static void
take_snapshot(struct index_file *f, struct snapshot *out)
{
	pthread_mutex_lock(&f->lock);
	out->memory = index_memory_get(f->memory);
	index_segments_copy(&f->segments, &out->segments);
	out->upto = (uint32_t)f->upto;
	pthread_mutex_unlock(&f->lock);
}

enum err
index_file_search(struct index_file *f, const struct index_match *match, size_t first,
	size_t last, index_found *each, void *ctx, struct error *e)
{
	struct snapshot s;
	bool stopped = false;
	enum err err = ERR_OK;

	take_snapshot(f, &s);
	index_match_memory(match, s.memory, s.upto, (int64_t)first, (int64_t)last, each, ctx,
		&stopped);
	for (size_t i = s.segments.count; i-- > 0 && err == ERR_OK && !stopped;) {
		const struct index_segment_about *about = index_segment_about(
			s.segments.items[i]);

		if (about->first <= last && about->upto > first) {
			err = index_match_segment(match, s.segments.items[i], (int64_t)first,
				(int64_t)last, each, ctx, &stopped, e);
		}
	}
	index_memory_put(s.memory);
	index_segments_close(&s.segments);
	return err;
}
