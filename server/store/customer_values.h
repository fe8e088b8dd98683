/* What customers have in the fields of the house, inside a batch. A plan is made and judged
 * first and carried out afterwards, so that a refused change leaves nothing behind. */
#ifndef STORE_CUSTOMER_VALUES_H
#define STORE_CUSTOMER_VALUES_H

#include "model/change.h"
#include "store/batch.h"

/* Fills b->fields. */
MUST_CHECK enum err fields_load(struct batch *b);
/* NULL: none, or fields_load was not called. */
const struct field *fields_find(const struct batch *b, const char *key);

struct value_step {
	const struct field *field;
	struct field_value before; /* text "": she had none */
	const char *after;         /* normal form; "": none any more */
};

struct value_plan {
	struct value_step *steps; /* only what differs */
	size_t count;
};

/* What the change wants of this customer (0: she is about to be made). Refuses what is no value
 * of its field, and fields that this person may not set. */
MUST_CHECK enum err
values_plan(struct batch *b, struct job *j, uint64_t customer, struct value_plan *out);
/* {"field.KEY": {"from", "to"}} of each step, inside the open object. */
void values_describe(const struct value_plan *plan, struct json_writer *w);
MUST_CHECK enum err values_store(struct batch *b, const struct job *j, uint64_t customer,
	const struct value_plan *plan);

#endif
