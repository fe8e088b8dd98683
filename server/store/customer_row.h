/* Customers and their contact points inside a batch, for the changes that touch them. */
#ifndef STORE_CUSTOMER_ROW_H
#define STORE_CUSTOMER_ROW_H

#include <stddef.h>

#include "model/customer.h"
#include "store/batch.h"

enum { CUSTOMER_MEMBERS_MAX = 200 }; /* timelines read under one customer */

MUST_CHECK enum err customer_load(struct batch *b, struct job *j, uint64_t id,
	struct customer *out); /* refuses with ERR_NOT_FOUND */
MUST_CHECK enum err customer_store(struct batch *b, const struct customer *c);
/* Conversations of `from` are shown under `to` with this unit and owner from now on. */
MUST_CHECK enum err customer_moved(struct batch *b, uint64_t from, uint64_t to,
	uint64_t unit, uint64_t owner);

/* {"changes":{...}}: what an edit of the profile changed. */
void customer_write_changes(struct json_writer *w, const struct customer *from,
	const struct customer *to);

/* Refuses what cannot be a contact point at all. */
MUST_CHECK enum err contact_check(struct job *j, const struct contact_point *p);
/* Refuses a proven value that somebody else has. */
MUST_CHECK enum err
contact_check_free(struct batch *b, struct job *j, const struct contact_point *p);
/* Adds it and says so in the timeline. */
MUST_CHECK enum err contact_add_fact(struct batch *b, struct job *j, struct head *h,
	const struct contact_point *p);

/* Which contact points of a CHANGE_CUSTOMER are to be added to this customer (0: a new one).
 * Those that a person gives may not collide with anybody's; see by_external_id for a list's. */
MUST_CHECK enum err contacts_plan(struct batch *b, struct job *j, uint64_t customer,
	const struct contact_point **out, size_t *count);
MUST_CHECK enum err contacts_store(struct batch *b, struct job *j, struct head *h,
	const struct contact_point *contacts, size_t count);

#endif
