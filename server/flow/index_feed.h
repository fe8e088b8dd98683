/* Keeps the search index (knowledge/index.h) abreast of the store, on a thread of its own: reads
 * every node's feed from where the index stands, several times a second. So it has what this
 * process, other nodes and commands write alike, and after a crash goes on where it was. An
 * index that does not belong to this database (it was restored, or the program is newer) is
 * made anew.
 *
 * start, stop, take and state: loop thread. borrow and give back: any thread. */
#ifndef FLOW_INDEX_FEED_H
#define FLOW_INDEX_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "knowledge/index.h"

struct fact;
struct index_feed;
struct reader;
struct store_conf;

#define INDEX_FOLDER_SIZE 900

/* <data_dir>/search, and where a command builds another one beside it. */
MUST_CHECK enum err index_feed_folder(const struct store_conf *conf, bool aside,
	char out[static INDEX_FOLDER_SIZE], struct error *e);

/* `conf` must stay. */
MUST_CHECK enum err
index_feed_start(const struct store_conf *conf, struct index_feed **out, struct error *e);
void index_feed_stop(struct index_feed *f); /* NULL is fine */
/* What this process committed, in its order, so that it need not be read again. Loop thread. */
void index_feed_take(struct index_feed *f, const struct fact *fact);

/* To search it; NULL: there is none yet. It is not closed before it is given back. */
struct index *index_feed_borrow(struct index_feed *f);
void index_feed_give_back(struct index_feed *f);

struct index_feed_state {
	bool ready;      /* can be searched */
	uint64_t behind; /* facts that it does not know yet */
	uint64_t known;
	uint64_t total; /* that there are */
	struct index_stats stats;
};
void index_feed_read_state(struct index_feed *f, struct index_feed_state *out);

/* For a command: everything that is in the store now. */
typedef void index_feed_progress(void *ctx, uint64_t known, uint64_t total);
MUST_CHECK enum err index_feed_fill(struct reader *r, struct index *ix,
	index_feed_progress *progress, void *ctx, struct error *e);

#endif
