#include "knowledge/index_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "knowledge/index_segment_private.h"

struct index_segment {
	const uint8_t *bytes;
	size_t length;
	struct index_segment_head head;
	struct index_segment_about about;
	_Atomic unsigned references;
};

/* --- opening ------------------------------------------------------------------------------ */

static bool
is_sound(const struct index_segment_head *h, uint64_t length)
{
	uint64_t table = ((uint64_t)h->pages + 1) * sizeof(struct index_segment_page);

	return h->magic == INDEX_SEGMENT_MAGIC && h->checksum == index_segment_checksum(h) &&
		h->version == INDEX_SEGMENT_VERSION && h->length == length &&
		h->keys >= sizeof(*h) && h->keys <= h->table && h->table <= length &&
		length - h->table == table && h->first < h->upto;
}

static enum err
map(int fd, const char *name, struct index_segment **out, struct error *e)
{
	struct index_segment_head head;
	struct index_segment *s;
	struct stat status;
	void *memory;

	if (fstat(fd, &status) != 0) {
		return error_set(e, ERR_UNAVAILABLE, "cannot read %s: %s", name, strerror(errno));
	}
	if (pread(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
		!is_sound(&head, (uint64_t)status.st_size)) {
		return error_set(e, ERR_CORRUPT,
			"search index: %s is broken or of another version", name);
	}
	memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED) {
		return error_set(e, ERR_UNAVAILABLE, "cannot map %s: %s", name, strerror(errno));
	}
	s = xcalloc(1, sizeof(*s));
	s->bytes = memory;
	s->length = (size_t)status.st_size;
	s->head = head;
	s->about = (struct index_segment_about){head.first, head.upto, head.entries,
		head.mark};
	s->references = 1;
	*out = s;
	return ERR_OK;
}

enum err
index_segment_open(int folder, const char *name, struct index_segment **out,
	struct error *e)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	enum err err;

	if (fd < 0) {
		return error_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_UNAVAILABLE,
			"cannot open %s: %s", name, strerror(errno));
	}
	err = map(fd, name, out, e);
	close(fd);
	return err;
}

struct index_segment *
index_segment_get(struct index_segment *s)
{
	s->references++;
	return s;
}

void
index_segment_put(struct index_segment *s)
{
	if (s != NULL && --s->references == 0) {
		munmap((void *)s->bytes, s->length);
		free(s);
	}
}

const struct index_segment_about *
index_segment_about(const struct index_segment *s)
{
	return &s->about;
}

uint64_t
index_segment_bytes(const struct index_segment *s)
{
	return s->length;
}

void
index_segment_warm(const struct index_segment *s, uint64_t *left)
{
	enum { MEMORY_PAGE = 4096 };
	size_t begin = 0;

	if (s->length > *left) {
		begin = s->head.keys & ~(size_t)(MEMORY_PAGE - 1);
	}
	*left -= s->length - begin < *left ? s->length - begin : *left;
	(void)madvise((void *)(s->bytes + begin), s->length - begin, MADV_WILLNEED);
}

/* --- terms -------------------------------------------------------------------------------- */

static struct index_segment_page
page_of(const struct index_segment *s, uint32_t page)
{
	struct index_segment_page p;

	memcpy(&p, s->bytes + s->head.table + (size_t)page * sizeof(p), sizeof(p));
	return p;
}

static int
compare(const void *x, size_t x_length, const void *y, size_t y_length)
{
	size_t most = x_length < y_length ? x_length : y_length;
	int order = most > 0 ? memcmp(x, y, most) : 0;

	return order != 0 ? order : (x_length > y_length) - (x_length < y_length);
}

/* The last page whose first term is not larger. */
static uint32_t
find_page(const struct index_segment *s, const char *term, size_t length)
{
	uint64_t room = s->head.table - s->head.keys;
	uint32_t low = 0;
	uint32_t high = s->head.pages;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		uint64_t begin = page_of(s, middle).key;
		uint64_t end = page_of(s, middle + 1).key;

		if (begin > end || end > room) { /* broken: whoever reads the page finds out */
			return middle;
		}
		if (compare(s->bytes + s->head.keys + begin, end - begin, term, length) <= 0) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return low;
}

static bool
break_off(struct index_segment_cursor *c)
{
	c->broken = true;
	return false;
}

/* False: behind the last page. */
static bool
open_page(struct index_segment_cursor *c, uint32_t page)
{
	const struct index_segment *s = c->segment;
	uint64_t begin;
	uint64_t end;

	if (page >= s->head.pages) {
		return false;
	}
	begin = page_of(s, page).begin;
	end = page_of(s, page + 1).begin;
	if (begin < sizeof(s->head) || begin >= end || end > s->head.keys) {
		return break_off(c);
	}
	c->page = page;
	c->at = s->bytes + begin;
	c->end = s->bytes + end;
	c->length = 0;
	return true;
}

static bool
read_list(struct index_segment_cursor *c)
{
	const uint8_t *at = index_varint_read(c->at, c->end, &c->list.count);
	uint32_t length = 0;

	if (at == NULL || c->list.count == 0) {
		return break_off(c);
	}
	c->list.base = c->segment->about.first;
	c->list.bytes = at;
	if (c->list.count == 1) {
		at = index_varint_read(at, c->end, &length);
		c->list.length = at != NULL ? (size_t)(at - c->list.bytes) : 0;
		c->at = at;
		return at != NULL || break_off(c);
	}
	at = index_varint_read(at, c->end, &length);
	if (at == NULL || length > (size_t)(c->end - at) || c->list.count > length) {
		return break_off(c);
	}
	c->list.bytes = at;
	c->list.length = length;
	c->at = at + length;
	return true;
}

bool
index_segment_next(struct index_segment_cursor *c)
{
	size_t shared;
	size_t rest;

	if (c->broken || (c->at == c->end && !open_page(c, c->page + 1))) {
		return false;
	}
	if (c->end - c->at < 2) {
		return break_off(c);
	}
	shared = c->at[0];
	rest = c->at[1];
	c->at += 2;
	if (shared > c->length || shared + rest > sizeof(c->term) ||
		rest > (size_t)(c->end - c->at)) {
		return break_off(c);
	}
	memcpy(c->term + shared, c->at, rest);
	c->length = shared + rest;
	c->at += rest;
	return read_list(c);
}

bool
index_segment_seek(struct index_segment_cursor *c, const struct index_segment *s,
	const char *term, size_t length)
{
	c->segment = s;
	c->broken = false;
	if (!open_page(c, find_page(s, term, length))) {
		return false;
	}
	while (index_segment_next(c)) {
		if (compare(c->term, c->length, term, length) >= 0) {
			return true;
		}
	}
	return false;
}
