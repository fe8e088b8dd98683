#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "knowledge/index_segment_private.h"

enum {
	CHUNK = 256 * 1024,
	LIST_MAX = 64 * 1024 * 1024,
	TABLE_MAX = 1024 * 1024 * 1024,
};

struct index_segment_writer {
	int folder;
	char name[INDEX_NAME_SIZE];
	char made[INDEX_NAME_SIZE + sizeof(INDEX_UNFINISHED)];
	int fd;
	struct index_segment_head head;
	uint64_t written; /* bytes that went to the file */
	uint64_t page_began;
	struct buf out;  /* bytes that did not yet */
	struct buf list; /* of one term */
	struct buf keys;
	struct buf pages;
	char term[INDEX_TERM_BYTES]; /* the one before */
	size_t length;
	bool page_open;
	int failed; /* errno */
};

uint32_t
index_segment_checksum(const struct index_segment_head *head)
{
	struct index_segment_head copy = *head;
	const uint8_t *bytes = (const uint8_t *)&copy;
	uint32_t sum = 2166136261u;

	copy.checksum = 0;
	for (size_t i = 0; i < sizeof(copy); i++) {
		sum = (sum ^ bytes[i]) * 16777619u;
	}
	return sum;
}

static void
flush(struct index_segment_writer *w)
{
	size_t done = 0;

	while (w->failed == 0 && done < w->out.length) {
		ssize_t n = write(w->fd, w->out.data + done, w->out.length - done);

		if (n < 0 && errno != EINTR) {
			w->failed = errno;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	w->written += w->out.length;
	buf_clear(&w->out);
}

enum err
index_segment_write(int folder, const char *name, const struct index_segment_about *about,
	struct index_segment_writer **out, struct error *e)
{
	struct index_segment_writer *w = xcalloc(1, sizeof(*w));

	w->folder = folder;
	snprintf(w->name, sizeof(w->name), "%s", name);
	snprintf(w->made, sizeof(w->made), "%s" INDEX_UNFINISHED, w->name);
	w->fd = openat(folder, w->made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (w->fd < 0) {
		enum err err = error_set(e, ERR_UNAVAILABLE, "cannot make %s: %s", w->made,
			strerror(errno));

		free(w);
		return err;
	}
	w->head = (struct index_segment_head){
		.magic = INDEX_SEGMENT_MAGIC,
		.version = INDEX_SEGMENT_VERSION,
		.first = about->first,
		.upto = about->upto,
		.entries = about->entries,
		.mark = about->mark,
	};
	buf_init(&w->out, LIST_MAX);
	buf_init(&w->list, LIST_MAX);
	buf_init(&w->keys, TABLE_MAX);
	buf_init(&w->pages, TABLE_MAX);
	buf_append(&w->out, &w->head, sizeof(w->head)); /* its place */
	*out = w;
	return ERR_OK;
}

static void
add_page(struct index_segment_writer *w, const char *term, size_t length)
{
	struct index_segment_page page = {
		.begin = w->written + w->out.length,
		.key = w->keys.length,
	};

	buf_append(&w->pages, &page, sizeof(page));
	buf_append(&w->keys, term, length);
}

static size_t
shared_with(const struct index_segment_writer *w, const char *term, size_t length)
{
	size_t most = length < w->length ? length : w->length;
	size_t shared = 0;

	while (shared < most && w->term[shared] == term[shared]) {
		shared++;
	}
	return shared;
}

/* How much of it the term before it has too; a page begins with a whole term. */
static size_t
begin_term(struct index_segment_writer *w, const char *term, size_t length)
{
	uint64_t here = w->written + w->out.length;

	if (w->page_open && here - w->page_began < INDEX_PAGE_BYTES) {
		return shared_with(w, term, length);
	}
	add_page(w, term, length);
	w->page_open = true;
	w->page_began = here;
	return 0;
}

void
index_segment_write_list(struct index_segment_writer *w, const char *term, size_t length,
	const uint8_t *list, size_t list_length, uint32_t count)
{
	size_t shared = begin_term(w, term, length);
	uint8_t head[2 + INDEX_TERM_BYTES + 2 * INDEX_VARINT_BYTES];
	size_t used = 2 + length - shared;
	char *to;

	head[0] = (uint8_t)shared;
	head[1] = (uint8_t)(length - shared);
	memcpy(head + 2, term + shared, length - shared);
	used += index_varint_write(head + used, count);
	if (count > 1) { /* of one number it is known */
		used += index_varint_write(head + used, (uint32_t)list_length);
	}
	to = buf_extend(&w->out, used + list_length);
	if (to == NULL || w->keys.overflowed || w->pages.overflowed) {
		w->failed = EFBIG;
		return;
	}
	memcpy(to, head, used);
	memcpy(to + used, list, list_length);
	memcpy(w->term, term, length);
	w->length = length;
	if (w->out.length >= CHUNK) {
		flush(w);
	}
}

void
index_segment_write_term(struct index_segment_writer *w, const char *term, size_t length,
	const uint32_t *numbers, uint32_t count)
{
	buf_clear(&w->list);
	index_list_write(&w->list, numbers, count, w->head.first);
	if (w->list.overflowed) {
		w->failed = EFBIG;
		return;
	}
	index_segment_write_list(w, term, length, (const uint8_t *)w->list.data,
		w->list.length, count);
}

static void
free_writer(struct index_segment_writer *w)
{
	buf_fini(&w->out);
	buf_fini(&w->list);
	buf_fini(&w->keys);
	buf_fini(&w->pages);
	if (w->fd >= 0) {
		close(w->fd);
	}
	free(w);
}

/* The name too, before what the segment replaces may go. */
static void
put_in_place(struct index_segment_writer *w)
{
	struct index_segment_head *head = &w->head;

	head->checksum = index_segment_checksum(head);
	if (pwrite(w->fd, head, sizeof(*head), 0) != (ssize_t)sizeof(*head) ||
		fdatasync(w->fd) != 0 || renameat(w->folder, w->made, w->folder, w->name) != 0 ||
		fsync(w->folder) != 0) {
		w->failed = errno != 0 ? errno : EIO;
	}
}

enum err
index_segment_write_end(struct index_segment_writer *w, struct error *e)
{
	enum err err = ERR_OK;

	w->head.pages = (uint32_t)(w->pages.length / sizeof(struct index_segment_page));
	w->head.keys = w->written + w->out.length;
	add_page(w, "", 0);
	flush(w);
	buf_append(&w->out, w->keys.data, w->keys.length);
	w->head.table = w->written + w->out.length;
	buf_append(&w->out, w->pages.data, w->pages.length);
	w->head.length = w->written + w->out.length;
	flush(w);
	if (w->failed == 0) {
		put_in_place(w);
	}
	if (w->failed != 0) {
		err = error_set(e, ERR_UNAVAILABLE, "cannot write %s: %s", w->name,
			strerror(w->failed));
		(void)unlinkat(w->folder, w->made, 0);
	}
	free_writer(w);
	return err;
}

void
index_segment_write_cancel(struct index_segment_writer *w)
{
	if (w != NULL) {
		(void)unlinkat(w->folder, w->made, 0);
		free_writer(w);
	}
}
