/* A text, and phrases that must not be in it: the first line is checked, each other line is a
 * phrase and, behind bars, its exceptions. */
#include "knowledge/phrase_set.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

enum { PHRASES = 16, EXCEPTIONS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cuts at `mark`; NULL at the end. */
static char *
cut(char **rest, char mark)
{
	char *part = *rest;
	char *end = part == NULL ? NULL : strchr(part, mark);

	*rest = end == NULL ? NULL : end + 1;
	if (end != NULL) {
		*end = '\0';
	}
	return part;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *except[PHRASES][EXCEPTIONS];
	struct phrase phrases[PHRASES];
	struct arena *a = arena_create();
	char *rest = utf8_repair(a, (const char *)data, size, NULL);
	const char *text = cut(&rest, '\n');
	const struct phrase_hit *hits;
	enum phrase_action action;
	struct phrase_set *set;
	size_t hit_count;
	size_t count = 0;

	for (char *line = cut(&rest, '\n'); line != NULL && count < PHRASES;
		 line = cut(&rest, '\n')) {
		struct phrase *p = &phrases[count];

		*p = (struct phrase){.id = count + 1,
			.text = cut(&line, '|'),
			.action = (enum phrase_action)(count % 3 + 1),
			.except = except[count]};
		while (line != NULL && p->except_count < EXCEPTIONS) {
			except[count][p->except_count++] = cut(&line, '|');
		}
		count++;
	}
	if (phrase_set_create(phrases, count, &set, NULL) == ERR_OK) {
		phrase_check(set, text, strlen(text), a, &hits, &hit_count, &action);
		assert((hit_count == 0) == ((int)action == 0));
		for (size_t i = 0; i < hit_count; i++) {
			assert(hits[i].begin <= hits[i].end && hits[i].end <= strlen(text));
			assert(i == 0 || hits[i - 1].begin <= hits[i].begin);
			assert(hits[i].phrase->action <= action);
		}
		phrase_set_put(set);
	}
	arena_destroy(a);
	return 0;
}
