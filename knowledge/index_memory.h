/* The newest entries of a block, as long as no segment has them: the same terms and numbers in
 * memory. One thread adds, any thread searches meanwhile. */
#ifndef KNOWLEDGE_INDEX_MEMORY_H
#define KNOWLEDGE_INDEX_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "knowledge/index_bits.h"
#include "knowledge/index_segment.h"

struct index_memory;

struct index_memory *index_memory_create(uint32_t first); /* no number is below it */
struct index_memory *index_memory_get(struct index_memory *m);
void index_memory_put(struct index_memory *m); /* NULL is fine */
uint32_t index_memory_first(const struct index_memory *m);

/* Numbers ascend. The text is joined (index_text.h). */
void index_memory_add(struct index_memory *m, uint32_t number, uint64_t timeline,
	const char *text, size_t length);
uint32_t index_memory_entries(const struct index_memory *m);
/* True when it should become a segment: it has enough entries or takes enough room. */
bool index_memory_full(const struct index_memory *m);
/* Only who adds may call this. */
void index_memory_write(const struct index_memory *m, struct index_segment_writer *w);

/* Puts all numbers into the set that have the term, or one that it begins (index_match.h). */
void index_memory_search(struct index_memory *m, const char *term, size_t length,
	bool begins, struct index_bits *out);

#endif
