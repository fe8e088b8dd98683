/* The writer thread and all that it keeps between batches. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include <pthread.h>

#include "base/id.h"
#include "base/map.h"
#include "store/batch.h"
#include "store/signed_heads.h"
#include "store/store_private.h"

/* Jobs that are committed together. */
struct work {
	struct batch *batch;
	struct job **jobs;
	size_t count;
	size_t applied; /* the first of them, to what the batch holds in memory */
	int64_t started_us;
	bool ended; /* by a commit, well or not */
	enum err result;
};

struct writer {
	pthread_t thread;
	struct store *store;
	struct store_conn *db; /* NULL: away */
	struct batch batches[2];
	struct work hand;  /* conf.batch places each */
	struct work ahead; /* applied while the database writes what is in hand */
	struct heads *heads;
	struct id_source ids;
	struct dedupe_recent *recent;
	struct mark_cache *marks;
	struct map visitors;
	struct position position; /* as committed */
	struct signer *signer;
	enum store_state state;
	int64_t probed_at;
	int64_t closing_at; /* 0: not being closed */
};

#endif
