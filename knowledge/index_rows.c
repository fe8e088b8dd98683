#include "knowledge/index_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

/* Changes with the layout: rows of another one are taken for none. */
static const uint64_t layout = 0x74726b6c726f7731; /* "trklrow1" */

struct head {
	uint64_t layout;
	uint64_t synced;
	uint64_t unused[6];
	struct index_span spans[INDEX_SPANS];
};

struct file {
	struct head head;
	struct index_row rows[INDEX_BLOCK_ROWS];
};

struct index_rows {
	struct file *file;
	int fd;
	bool moved;
};

static void
begin(struct head *head)
{
	if (head->layout == layout) {
		return;
	}
	for (size_t i = 0; i < INDEX_SPANS; i++) {
		head->spans[i] = (struct index_span){INT64_MAX, INT64_MIN};
	}
	head->synced = 0;
	head->layout = layout;
}

enum err
index_rows_open(int folder, const char *name, struct index_rows **out, struct error *e)
{
	int fd = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct index_rows *r;
	void *memory;

	if (fd < 0) {
		return error_set(e, ERR_UNAVAILABLE, "cannot open %s: %s", name, strerror(errno));
	}
	/* The disk is given out page by page as rows come. */
	if (ftruncate(fd, sizeof(struct file)) != 0) {
		close(fd);
		return error_set(e, ERR_UNAVAILABLE, "cannot make %s larger: %s", name,
			strerror(errno));
	}
	memory = mmap(NULL, sizeof(struct file), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED) {
		close(fd);
		return error_set(e, ERR_UNAVAILABLE, "cannot map %s: %s", name, strerror(errno));
	}
	r = xcalloc(1, sizeof(*r));
	r->file = memory;
	r->fd = fd;
	begin(&r->file->head);
	*out = r;
	return ERR_OK;
}

void
index_rows_close(struct index_rows *r)
{
	if (r == NULL) {
		return;
	}
	munmap(r->file, sizeof(*r->file));
	close(r->fd);
	free(r);
}

uint64_t
index_rows_bytes(const struct index_rows *r)
{
	enum { DISK_UNIT = 512 };
	struct stat status;

	return fstat(r->fd, &status) == 0 ? (uint64_t)status.st_blocks * DISK_UNIT : 0;
}

uint64_t
index_rows_synced(const struct index_rows *r)
{
	return r->file->head.synced;
}

bool
index_rows_moved(const struct index_rows *r)
{
	return r->moved;
}

/* The number goes with the rows: where they are on the disk it is no smaller. */
enum err
index_rows_sync(struct index_rows *r, uint64_t upto, struct error *e)
{
	r->file->head.synced = upto;
	if (msync(r->file, sizeof(*r->file), MS_SYNC) != 0) {
		return error_set(e, ERR_UNAVAILABLE, "cannot write the rows of the index: %s",
			strerror(errno));
	}
	r->moved = false;
	return ERR_OK;
}

void
index_rows_warm(const struct index_rows *r, uint64_t *left)
{
	if (sizeof(*r->file) <= *left) {
		*left -= sizeof(*r->file);
		(void)madvise(r->file, sizeof(*r->file), MADV_WILLNEED);
	}
}

void
index_rows_put(struct index_rows *r, size_t place, const struct index_row *row)
{
	struct index_span *span = &r->file->head.spans[place / INDEX_SPAN_ROWS];
	int64_t at = index_row_at(row);

	/* Whoever sees the timeline sees the rest. */
	r->file->rows[place] = (struct index_row){
		.at_low = row->at_low,
		.at_high = row->at_high,
		.kind = row->kind,
		.said = row->said,
		.unit = row->unit,
		.agent = row->agent,
	};
	__atomic_store_n(&r->file->rows[place].timeline, row->timeline, __ATOMIC_RELEASE);
	if (at < span->low) {
		__atomic_store_n(&span->low, at, __ATOMIC_RELEASE);
	}
	if (at > span->high) {
		__atomic_store_n(&span->high, at, __ATOMIC_RELEASE);
	}
}

void
index_rows_clear(struct index_rows *r, size_t place)
{
	__atomic_store_n(&r->file->rows[place].timeline, 0, __ATOMIC_RELEASE);
}

const struct index_row *
index_rows_at(const struct index_rows *r, size_t place)
{
	return &r->file->rows[place];
}

struct index_span
index_rows_span(const struct index_rows *r, size_t span)
{
	const struct index_span *s = &r->file->head.spans[span];

	return (struct index_span){
		.low = __atomic_load_n(&s->low, __ATOMIC_ACQUIRE),
		.high = __atomic_load_n(&s->high, __ATOMIC_ACQUIRE),
	};
}

/* The place of the first that is not smaller. */
static size_t
find(const uint64_t *sorted, size_t count, uint64_t wanted)
{
	size_t low = 0;

	while (count > 0) {
		size_t half = count / 2;

		if (sorted[low + half] < wanted) {
			low += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return low;
}

void
index_rows_move(struct index_rows *r, const uint64_t *timelines, const uint32_t *units,
	size_t count)
{
	const struct index_span *spans = r->file->head.spans;

	for (size_t place = 0; place < INDEX_BLOCK_ROWS && count > 0; place++) {
		struct index_row *row = &r->file->rows[place];
		size_t at;

		if (place % INDEX_SPAN_ROWS == 0 &&
			spans[place / INDEX_SPAN_ROWS].low == INT64_MAX) {
			place += INDEX_SPAN_ROWS - 1; /* nobody is there */
			continue;
		}
		at = row->timeline != 0 ? find(timelines, count, row->timeline) : count;
		if (at < count && timelines[at] == row->timeline && row->unit != units[at]) {
			__atomic_store_n(&row->unit, units[at], __ATOMIC_RELAXED);
			r->moved = true;
		}
	}
}

/* 3 bits of the author, 5 bits of the channel's name. */
uint8_t
index_row_said(unsigned author_kind, const char *channel_kind)
{
	unsigned hash = 5381;

	for (const char *c = channel_kind; *c != '\0'; c++) {
		hash = hash * 33 + (unsigned char)*c;
	}
	return (uint8_t)((hash % 31 + 1) << 3 | (author_kind & 7));
}
