/* Loads the heads that a batch will need, many with one statement. After a start thousands of
 * customers write their first messages within seconds, and one by one each would wait for six trips
 * to the database. Whatever is not found here is loaded when it is met, as ever.
 *
 * Writer thread; before anything of the batch is applied. */
#ifndef STORE_WARM_UP_H
#define STORE_WARM_UP_H

#include "store/batch.h"

/* A statement that fails leaves its code in b->failed too. */
MUST_CHECK enum err warm_up(struct batch *b, struct job *const *jobs, size_t count);

#endif
