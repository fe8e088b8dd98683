/* What a single setting may hold: reading it and saying what is allowed. Part of option.h's
 * implementation; nobody else includes it. */
#ifndef BASE_OPTION_VALUE_H
#define BASE_OPTION_VALUE_H

#include <stdbool.h>

#include "base/option.h"

struct buf;

bool option_is_text(const struct option *o); /* kept as char * */

/* Stores the value in the target, freeing the text it replaces. False: not allowed, and
 * the target is untouched. */
bool option_store(const struct option *o, void *target, const char *value);

/* "a whole number from 1 to 65535", "one of text, json", ... */
void option_describe(const struct option *o, struct buf *out);

#endif
