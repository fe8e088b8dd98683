/* The gate that every message passes on its way into the store, whatever it came by: what leaves
 * the house is checked for phrases that are watched, what a customer asks may be answered in the
 * same transaction. Everything else goes straight on. Loop thread only. */
#ifndef FLOW_INGEST_H
#define FLOW_INGEST_H

#include "base/err.h"
#include "store/store.h"

struct answers;
struct change;
struct outgoing;

struct ingest {
	struct store *store;
	struct outgoing *outgoing;
	struct answers *answers;
};

/* As store_submit(), and instead of it. `done` may be called before this returns: a text that was
 * refused has outcome.found, and code ERR_CONFLICT when its author may say that she sends it all
 * the same, else ERR_DENIED. */
MUST_CHECK enum err
ingest_submit(const struct ingest *in, struct change *c, store_done *done, void *ctx);

#endif
