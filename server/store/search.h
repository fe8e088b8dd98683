/* Patterns for LIKE. */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

struct arena;

/* "%text%" in lower case, its own wildcards escaped by '!'; "" for an empty search. */
const char *search_pattern(struct arena *a, const char *text);

#endif
