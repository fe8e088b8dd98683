/* What is shown of an entry that was found: whether it has what was looked for, in which of its
 * fields, and the passage around it, cut into pieces that are marked or not. Pure. */
#ifndef API_SNIPPET_H
#define API_SNIPPET_H

#include <stdbool.h>
#include <stddef.h>

#include "knowledge/index_query.h"
#include "knowledge/index_text.h"

struct json_writer;

enum { SNIPPET_MARKS_MAX = 24 };

struct snippet {
	const struct index_field *field;
	size_t from; /* bytes of the field's text as it was written */
	size_t to;
	struct {
		size_t from;
		size_t to;
	} marks[SNIPPET_MARKS_MAX]; /* ascending, apart from each other */
	size_t mark_count;
};

/* False when a word of the query is in none of the fields. */
bool snippet_find(const struct index_query *q, const struct index_text *t,
	struct snippet *out);
/* As a value: [{"text":"…","mark":true},…]. */
void snippet_write(const struct snippet *s, struct json_writer *w);

#endif
