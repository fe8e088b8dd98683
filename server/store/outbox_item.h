/* Putting items into the outbox. Writer thread; see outbox.c. */
#ifndef STORE_OUTBOX_ITEM_H
#define STORE_OUTBOX_ITEM_H

#include "model/outbox.h"
#include "store/batch.h"

/* id (0: a new one), channel, kind, lane, fact, idempotent and due_at are the caller's; it waits until then. The
 * channel is made known to the outbox. */
MUST_CHECK enum err outbox_add(struct batch *b, const struct outbox_item *item);

#endif
