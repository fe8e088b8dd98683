/* What somebody looks for in the transcripts. Pure; everything lives in the arena.
 *
 * The words of a query are parted by spaces, "several words" in quotes are one; all of them must
 * be there, in any order. Each is found where the folded text has it as it stands, and, if it
 * begins with a letter or a digit, only where such a word begins: "收益" is in "保证收益率",
 * "acc" in "account", "count" is not. The index answers with all entries that have it and, where
 * it knows only pieces (a Han word of four and more, several runs), some that do not: what it
 * found is compared with the text by query_match() before anybody sees it. */
#ifndef KNOWLEDGE_INDEX_QUERY_H
#define KNOWLEDGE_INDEX_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "knowledge/index_match.h"

struct arena;

enum {
	INDEX_QUERY_BYTES = 600,
	INDEX_QUERY_WORDS = 8,
	INDEX_QUERY_TERMS = 64,
	INDEX_QUERY_CUSTOMERS = 200,
};

struct index_word {
	const char *text; /* folded */
	size_t length;
	bool starts; /* only where a word of its class begins */
};

struct index_query {
	struct index_word words[INDEX_QUERY_WORDS];
	size_t word_count;
	struct index_match match;
};

/* `text`: valid UTF-8. ERR_INVALID, with a reason for a person: too long, too many words, or
 * nothing in it that could be found (only punctuation). */
MUST_CHECK enum err index_query_read(const char *text, struct arena *a,
	struct index_query *out, struct error *e);
/* What the index is asked, restricted to these timelines (count 0: to none). */
const struct index_match *index_query_match(const struct index_query *q,
	const uint64_t *timelines, size_t count, struct arena *a);

/* Where a word stands in the folded text at or behind `from`; false: nowhere. */
bool index_word_find(const struct index_word *w, const char *text, size_t length,
	size_t from, size_t *begin);

#endif
