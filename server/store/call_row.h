/* The row of a phone call inside a batch. */
#ifndef STORE_CALL_ROW_H
#define STORE_CALL_ROW_H

#include "model/call.h"
#include "store/batch.h"

struct call_row {
	struct call call;
	bool settled; /* the result was reported, not concluded */
};

MUST_CHECK enum err call_find(struct batch *b, uint64_t channel, const char *external_id,
	struct call_row *out, bool *found);
MUST_CHECK enum err
call_load(struct batch *b, uint64_t id, struct call_row *out, bool *found);
MUST_CHECK enum err call_insert(struct batch *b, const struct call_row *r);
MUST_CHECK enum err call_update(struct batch *b, const struct call_row *r);

/* What an event knows goes into the row; texts are cut to what the columns take. */
void call_merge(struct batch *b, struct call *row, const struct call *event);
/* Result and durations of a call that has ended. */
void call_conclude(struct call_row *r, enum call_result reported);
bool call_missed(const struct call *c); /* inbound, and nobody talked */

#endif
