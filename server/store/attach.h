/* Attaching, for the changes that do it: by hand, or when a visitor is identified. */
#ifndef STORE_ATTACH_H
#define STORE_ATTACH_H

#include "store/customer_row.h"

/* Both are primaries. Heads of both are forgotten afterwards. */
MUST_CHECK enum err
attach_now(struct batch *b, struct job *j, uint64_t from, uint64_t to);

#endif
