/* Words about a customer, inside a batch. */
#ifndef STORE_TAGS_H
#define STORE_TAGS_H

#include "model/tag.h"
#include "store/apply.h"

/* What shall be so; what is so already is left alone. Texts that are not tag_valid() are passed
 * over. Lists may be NULL with a count of 0. */
struct tag_wish {
	const char *intent; /* NULL or "": stays as it is */
	const char *const *tags;
	size_t tag_count;
	const char *const *topics;
	size_t topic_count;
	enum tag_source source;
	uint64_t rule; /* TAG_BY_RULE */
};

/* Gives them to the customer of this timeline, and appends FACT_TAGGED if anything is new. */
MUST_CHECK enum err
tags_add(struct batch *b, struct job *j, struct head *h, const struct tag_wish *w);

void record_tag(const struct value *v, struct customer_tag *out); /* TAG_FIELDS */

#endif
