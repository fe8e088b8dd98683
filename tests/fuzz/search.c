/* What is looked for, and what is looked through: the first line of the input is the query, the rest
 * the text. The terms of a text that has the words must hold what the index is asked for. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "knowledge/index_query.h"
#include "knowledge/index_text.h"
#include "knowledge/index_tokenizer.h"

struct wanted {
	const struct index_group *group;
	bool found;
};

static int
compare(void *ctx, const char *term, size_t length)
{
	struct wanted *w = ctx;

	assert(length > 0 && length <= INDEX_TERM_BYTES);
	for (size_t i = 0; i < w->group->count; i++) {
		const struct index_key *key = &w->group->keys[i];

		w->found = w->found ||
			(length >= key->length && memcmp(term, key->term, key->length) == 0 &&
				(key->begins ? index_head(term, length) > 0 : length == key->length));
	}
	return 0;
}

/* Of every group that is asked for the text has a term. */
static void
check_terms(const struct index_match *match, const char *text, size_t length)
{
	for (size_t i = 0; i < match->count; i++) {
		struct wanted w = {.group = &match->groups[i]};

		(void)index_terms(text, length, compare, &w);
		assert(w.found);
	}
}

static bool
has(const struct index_query *q, const char *text, size_t length)
{
	size_t begin;

	for (size_t i = 0; i < q->word_count; i++) {
		if (!index_word_find(&q->words[i], text, length, 0, &begin)) {
			return false;
		}
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_create();
	size_t length;
	char *text = utf8_repair(a, (const char *)data, size, &length);
	char *rest = strchr(text, '\n');
	struct index_text fields = {.count = 1};
	struct index_query q;
	struct error e;

	if (rest != NULL) {
		*rest++ = '\0';
		fold_text(rest, strlen(rest), a, &fields.fields[0].folded);
		rest = (char *)index_text_join(&fields, a, &length);
		if (index_query_read(text, a, &q, &e) == ERR_OK && has(&q, rest, length)) {
			check_terms(&q.match, rest, length);
		}
	}
	arena_destroy(a);
	return 0;
}
