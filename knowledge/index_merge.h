/* Many segments into one. On the feeder's thread. */
#ifndef KNOWLEDGE_INDEX_MERGE_H
#define KNOWLEDGE_INDEX_MERGE_H

#include <stddef.h>

#include "base/err.h"
#include "knowledge/index_rows.h"
#include "knowledge/index_segment.h"

/* Of ranges that follow each other, oldest first. `without`: rows by which to leave out what
 * was erased, NULL: everything. The writer has the new head; it is not ended here. */
MUST_CHECK enum err index_merge(struct index_segment *const *segments, size_t count,
	const struct index_rows *without, struct index_segment_writer *w, struct error *e);

#endif
