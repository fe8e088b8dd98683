/* What of an entry can be found: its text, and what else people read in it. The fields of an
 * entry are folded one by one and joined by new lines, so that no word reaches from one into
 * the next. The same bytes go into the index, out of it again, and under the comparison. Pure;
 * everything lives in the arena. */
#ifndef KNOWLEDGE_INDEX_TEXT_H
#define KNOWLEDGE_INDEX_TEXT_H

#include <stddef.h>

#include "knowledge/fold.h"
#include "model/types.h"

struct arena;

enum { INDEX_FIELDS_MAX = 24 };

struct index_field {
	const char
		*name; /* "text" "subject" "quote" "menu" "topic" "next_step" "note" "file" */
	const char *text; /* as it was written */
	struct folded folded;
};

struct index_text {
	struct index_field fields[INDEX_FIELDS_MAX];
	size_t count;
};

/* `body` and `files`: as stored, NULL: none. What is no JSON has no fields. */
void index_text_read(enum fact_kind kind, const char *body, const char *files,
	struct arena *a, struct index_text *out);
/* For the index, which does not need to know fields: joined. NULL: nothing to be found. */
const char *index_text_join(const struct index_text *t, struct arena *a, size_t *length);

#endif
