/* A text made ready for finding words in it: folded, and without the spaces that carry no
 * meaning (beside Chinese, Japanese and Korean letters, and at the ends), so that 保 本 is 保本.
 * Words to be found are made ready the same way. Pure; thread-safe. */
#ifndef KNOWLEDGE_QUESTION_H
#define KNOWLEDGE_QUESTION_H

#include <stdbool.h>
#include <stddef.h>

#include "knowledge/fold.h"

struct question {
	struct folded folded;
	/* The part between the punctuation marks at its ends; all of it when there is nothing
	 * else. */
	size_t begin;
	size_t end;
};

void
question_make(const char *text, size_t length, struct arena *a, struct question *out);

/* A word of Latin letters is found only as a word or at its plural, never in the middle of
 * another: "art" is in "an art" and "arts", not in "start". Others stand anywhere. */
bool question_word_ends(const struct question *q, size_t begin, size_t end);

#endif
