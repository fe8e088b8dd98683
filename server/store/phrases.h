/* Rows of phrases. */
#ifndef STORE_PHRASES_H
#define STORE_PHRASES_H

#include "model/phrase.h"
#include "store/value.h"

struct arena;

/* The columns of PHRASE_COLUMNS; texts are the rows', lists lie in the arena. */
void record_phrase(const struct value *v, struct arena *a, struct phrase_row *out);

#endif
