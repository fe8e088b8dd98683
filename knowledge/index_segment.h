/* A segment of the search index: the terms of a range of one block's numbers and, of each, the
 * numbers that have it. A file that is written once, from the first term to the last, and never
 * changed; many make one larger (index_merge.h).
 *
 *   head | pages of terms, each with its list (index_list.h) | first terms of the pages | table
 *
 * A page begins with a whole term; each other has only what differs from the one before it.
 * Mapped into memory; any thread reads, whoever holds a reference. Its bytes are not believed:
 * a broken file gives ERR_CORRUPT and is never read beyond its end. */
#ifndef KNOWLEDGE_INDEX_SEGMENT_H
#define KNOWLEDGE_INDEX_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "knowledge/index_list.h"
#include "knowledge/index_tokenizer.h"

struct index_segment;

/* Files are known by their names in a folder that is open: it may get another name itself. */
#define INDEX_NAME_SIZE 40
#define INDEX_UNFINISHED ".new"

struct index_segment_about {
	uint32_t first; /* [first, upto) */
	uint32_t upto;
	uint32_t entries; /* that have text */
	uint64_t mark;    /* what the feeder wrote down to know its source again */
};

/* --- reading: any thread ------------------------------------------------------------------ */
/* ERR_NOT_FOUND: there is no such file; ERR_CORRUPT: of another version, or broken. */
MUST_CHECK enum err index_segment_open(int folder, const char *name,
	struct index_segment **out, struct error *e);
struct index_segment *index_segment_get(struct index_segment *s); /* one more reference */
void index_segment_put(struct index_segment *s);                  /* NULL is fine */
const struct index_segment_about *index_segment_about(const struct index_segment *s);
uint64_t index_segment_bytes(const struct index_segment *s);
/* Has the kernel read ahead what every search begins with or, where `*left` bytes suffice, all of
 * it; they become fewer. May wait for the disk. */
void index_segment_warm(const struct index_segment *s, uint64_t *left);

/* Terms in order of their bytes. */
struct index_segment_cursor {
	const struct index_segment *segment;
	const uint8_t *at;
	const uint8_t *end;
	uint32_t page;
	char term[INDEX_TERM_BYTES];
	size_t length;
	struct index_list list;
	bool broken;
};
/* To the first term that is not smaller, which the cursor then has; false: there is none. */
bool index_segment_seek(struct index_segment_cursor *c, const struct index_segment *s,
	const char *term, size_t length);
bool index_segment_next(struct index_segment_cursor *c);

/* --- writing: one thread ------------------------------------------------------------------ */
struct index_segment_writer;

/* Has an ending behind its name until it is whole. `folder` must stay open. */
MUST_CHECK enum err
index_segment_write(int folder, const char *name, const struct index_segment_about *about,
	struct index_segment_writer **out, struct error *e);
/* Terms ascending; numbers ascending, at least one. What fails is told at the end. */
void index_segment_write_term(struct index_segment_writer *w, const char *term,
	size_t length, const uint32_t *numbers, uint32_t count);
/* The same with a list that index_list_write() would have made, of INDEX_LIST_BLOCK numbers at
 * most: distances from `first` on. */
void index_segment_write_list(struct index_segment_writer *w, const char *term,
	size_t length, const uint8_t *list, size_t list_length, uint32_t count);
/* On the disk, under its name. Frees the writer. */
MUST_CHECK enum err
index_segment_write_end(struct index_segment_writer *w, struct error *e);
void index_segment_write_cancel(struct index_segment_writer *w); /* NULL is fine */

#endif
