/* Everything durable. store_submit() is the only way to write: one writer thread takes all
 * that is queued, commits it in one transaction and hands the outcomes to the loop thread.
 * Readers run apart, on their own threads and connections.
 *
 * Threads: store_submit, store_query, store_drain and all callbacks: loop thread.
 * store_call (synchronous) is for commands and tests, from any thread but the loop. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/option.h"
#include "base/queue.h"
#include "model/auto_answer.h"

struct arena;
struct change;
struct conversation;
struct fact;
struct phrase_found;
struct store;
struct reader; /* one reading connection, see store/read.h */

struct store_conf {
	int driver; /* index into store_driver_names: 0 sqlite, 1 mysql */
	char *path; /* SQLite file; "" = <data_dir>/trunkline.db */
	char *host; /* MySQL/MariaDB */
	int64_t port;
	char *socket; /* takes precedence over host */
	char *database;
	char *user;
	char *password;
	char *tls_ca;          /* MySQL/MariaDB; "": no TLS is asked for */
	char *tls_certificate; /* ours, both or none */
	char *tls_key;
	int64_t readers; /* threads, 2 */
	int64_t queue;   /* changes waiting at most, 20000 */
	int64_t batch;   /* changes in one transaction at most, 1000 */
	int64_t node;    /* number of this process, 1..255 */
	int64_t
		reopen_ms; /* a customer who writes within this time reopens her conversation */
	int64_t heads_ms;     /* how often signed heads are written outside the database */
	const char *data_dir; /* set by the caller, not an option; as are: */
	int64_t
		outbox_grace_ms;    /* an entry that has not arrived by then is told of outside */
	int64_t answer_mail_ms; /* time to see an answer before it goes by mail */
	int64_t outbox_give_up_ms; /* an item that did not get through by then is dead */
};
extern const struct option store_options[]; /* section "store", offsets into store_conf */

/* What became of a change. Valid only during the callback; take references to keep facts. */
struct outcome {
	enum err code;  /* ERR_OK also for a duplicate: then facts has the original */
	char text[240]; /* why it failed, for a person */
	char field
		[64]; /* which member of the wish was wrong, as "fields.risk"; "": not known */
	bool duplicate;
	struct fact *const *facts; /* in order of seq; the change's own first */
	size_t fact_count;
	uint64_t id; /* of the row that was created or changed (customer, call, staff ...) */
	uint64_t customer;                       /* primary id concerned, 0: none */
	uint64_t timeline;                       /* 0: none */
	const struct conversation *conversation; /* as it is now, NULL: none */
	uint64_t previous;       /* CHANGE_VISITOR/IDENTIFY: the former customer */
	uint64_t mark_delivered; /* CHANGE_MARK: the watermarks as they are now */
	uint64_t mark_seen;
	uint64_t mark_inbound_read;
	bool dropped; /* CHANGE_POST of mail: our own came back, nothing was stored */
	int64_t at;   /* commit time */
	enum answer_fate answer; /* of post.answer or CHANGE_ANSWER */
	/* Never from the store: the check of outgoing texts refused it. */
	const struct phrase_found *found;
	size_t found_count;
	const char *found_in; /* the text that was checked */
};

typedef void store_done(void *ctx, const struct outcome *outcome);
typedef void store_wake(void *ctx); /* any thread: call store_drain soon */
typedef void
store_publish(void *ctx, struct fact *f); /* loop thread, in commit order, before
                                                           the done callbacks of the batch */
struct store_hooks {
	store_wake *wake;
	store_publish *publish; /* may be NULL */
	void *ctx;
};

/* Opens, checks the schema version (ERR_INVALID when newer or, unless `migrate`, older),
 * starts the threads. ERR_UNAVAILABLE: the database is away now. */
MUST_CHECK enum err store_open(struct store **out, const struct store_conf *conf,
	const struct store_hooks *hooks, bool migrate, struct error *e);
void store_close(
	struct store *s); /* finishes what is queued (10 s at most), signs the heads */

/* Takes ownership of `chg`, also on failure. ERR_BUSY = queue full, ERR_UNAVAILABLE = the
 * database is away or the disk is full: nothing was queued, tell the sender to retry. `done`
 * may be NULL. A change that was queued always gets its `done`; when the database goes away
 * before the commit it gets ERR_UNAVAILABLE, and nothing of it was stored. */
MUST_CHECK enum err
store_submit(struct store *s, struct change *chg, store_done *done, void *ctx);
void
store_drain(struct store *s); /* loop thread, after wake: publish, then done callbacks */
bool store_ready(const struct store *s, struct error *why); /* for /readyz; any thread */

/* A read: `run` on a reader thread, then `done` on the loop thread. The query embeds this. */
struct query;
typedef void query_step(struct query *q);
struct query {
	struct queue_node node;
	enum err (*run)(struct query *q, struct reader *r, struct error *e);
	query_step *done; /* loop thread; frees the query */
	enum err code;    /* what run returned; ERR_UNAVAILABLE when no connection */
	struct error error;
};
MUST_CHECK enum err store_query(struct store *s, struct query *q); /* ERR_BUSY */

/* Synchronous: submits and waits, draining by itself. `outcome` keeps its facts until
 * outcome_release. For commands and tests that run no loop. */
MUST_CHECK enum err
store_call(struct store *s, struct change *chg, struct outcome **out, struct error *e);
void outcome_release(struct outcome *o);
/* A reader of one's own for commands and tests; not to be shared between threads. */
MUST_CHECK enum err
store_reader_open(const struct store_conf *conf, struct reader **out, struct error *e);
void store_reader_close(struct reader *r);
/* Before a thread that had a reader of its own ends. */
void store_thread_end(const struct store_conf *conf);

enum { STORE_TIME_BOUNDS = 11, STORE_SIZE_BOUNDS = 7 };
extern const uint64_t store_time_bounds_ms[STORE_TIME_BOUNDS];
extern const uint64_t store_size_bounds[STORE_SIZE_BOUNDS];

struct store_stats {
	uint64_t batches;
	uint64_t changes;
	uint64_t facts;
	uint64_t duplicates;
	uint64_t queued;
	uint64_t refused;
	uint64_t last_batch;
	uint64_t
		ahead; /* changes that were applied while the batch before was being written */
	uint64_t commit_us_last;
	uint64_t commit_us_max;
	uint64_t reconnects;
	uint64_t retries;
	/* Batches by how long they took to their commit, and by how many changes they had: how many
	 * up to each bound, the last for all above. */
	uint64_t time_counts[STORE_TIME_BOUNDS + 1];
	uint64_t time_us_sum;
	uint64_t size_counts[STORE_SIZE_BOUNDS + 1];
};
void store_stats(const struct store *s, struct store_stats *out);

/* Migrations. Numbered files, compiled in; safe to run twice. */
MUST_CHECK enum err
store_migrate(const struct store_conf *conf, int *from, int *to, struct error *e);

/* Walks every history: seq and feed without gap, chain whole, body digests right, signed heads
 * matched, audit chain whole. Returns ERR_CORRUPT when something is broken and describes the
 * first broken fact in `e`; `progress` (may be NULL) is called now and then. */
struct verify_report {
	uint64_t timelines;
	uint64_t facts;
	uint64_t audits;
	uint64_t heads;
	uint64_t broken; /* facts or timelines found broken */
	uint64_t first_timeline;
	uint64_t first_seq;
	uint64_t first_fact;
	char first_reason[160]; /* "body does not match its digest", "chain broken", ... */
};
typedef void verify_progress(void *ctx, uint64_t done, uint64_t total);
MUST_CHECK enum err store_verify(const struct store_conf *conf, uint64_t only_customer,
	verify_progress *progress, void *ctx, struct verify_report *out, struct error *e);

#endif
