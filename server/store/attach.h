/* Attaching and taking apart, for the changes that do it: by hand, or when a visitor is
 * identified. Merges in force form trees whose root is customer.primary_id of all in it. */
#ifndef STORE_ATTACH_H
#define STORE_ATTACH_H

#include "model/merge.h"
#include "store/customer_row.h"

struct attaching {
	uint64_t from; /* both are primaries */
	uint64_t to;
	enum merge_how how;
	const struct merge_value
		*values;        /* MERGE_FIELDS of them that `to` takes; NULL: none */
	const char *reason; /* NULL: none */
};

/* Whether so many timelines can be read as one. */
MUST_CHECK enum err attach_fits(struct batch *b, uint64_t from, uint64_t to, bool *fits);
/* Heads of both are forgotten afterwards. *merge is the id of the new row. */
MUST_CHECK enum err
attach_now(struct batch *b, struct job *j, const struct attaching *a, uint64_t *merge);

/* --- merge_row.c ------------------------------------------------------------------------- */

/* Refuses with ERR_NOT_FOUND. */
MUST_CHECK enum err
merge_load(struct batch *b, struct job *j, uint64_t id, struct merge *out);
MUST_CHECK enum err merge_insert(struct batch *b, const struct job *j,
	const struct attaching *a, uint64_t id);
MUST_CHECK enum err merge_store_taken(struct batch *b, uint64_t id,
	const struct merge_value values[static MERGE_FIELDS]);
MUST_CHECK enum err
merge_set_number(struct batch *b, uint64_t customer, const char *number);
/* Customer numbers are unique: `other` gets `number`, which `one` had, and `one` the other. */
MUST_CHECK enum err merge_swap_numbers(struct batch *b, uint64_t one, const char *number,
	uint64_t other, const char *other_number);
MUST_CHECK enum err
distinct_put(struct batch *b, const struct job *j, uint64_t one, uint64_t other);
MUST_CHECK enum err distinct_remove(struct batch *b, uint64_t one, uint64_t other);

#endif
