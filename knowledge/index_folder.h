/* The segments of one block as files of a folder: which there are, which count, which are left
 * over. For index_file.c. */
#ifndef KNOWLEDGE_INDEX_FOLDER_H
#define KNOWLEDGE_INDEX_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "knowledge/index_segment.h"

/* "NODE-NUMBER", with which the names of all files of a block begin. */
#define INDEX_BLOCK_NAME_SIZE 24

/* Ranges follow each other without a gap, from 0 on. Holds a reference to each. */
struct index_segments {
	struct index_segment **items;
	size_t count;
};

void index_segments_name(const char *block, uint32_t first, uint32_t upto,
	char out[static INDEX_NAME_SIZE]);
/* `cleans`: removes files that do not count. */
MUST_CHECK enum err index_segments_open(int folder, const char *block, bool cleans,
	struct index_segments *out, struct error *e);
void index_segments_close(struct index_segments *s);
void index_segments_copy(const struct index_segments *s, struct index_segments *out);
/* `with` takes the place of `count` segments from `from` on; they are put. */
void index_segments_replace(struct index_segments *s, size_t from, size_t count,
	struct index_segment *with);
/* Removes the files of this block that are not among these. */
void index_segments_clean(int folder, const char *block, const struct index_segments *s);

#endif
