/* The parts of a store. The loop thread owns the struct; what the writer and the readers change
 * lies behind `lock`. */
#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "store/driver.h"
#include "store/store.h"

struct job;
struct queue;
struct readers;
struct writer;

enum store_state { STORE_READY, STORE_DOWN, STORE_FENCED };

/* A committed (or failed) batch on its way to the loop. */
struct delivery {
	struct queue_node node;
	struct job *first; /* a chain by job.node.next */
	size_t count;
};

struct store {
	struct store_conf conf; /* strings are the caller's, who keeps them */
	struct store_hooks hooks;
	const struct store_driver *driver;
	struct queue *changes;    /* struct job: loop → writer */
	struct queue *deliveries; /* struct delivery: writer → loop */
	struct queue *queries;    /* struct query: loop → readers */
	struct queue *answers;    /* struct query: readers → loop */
	struct writer *writer;
	struct readers *readers;
	atomic_int state; /* enum store_state */
	atomic_uint_fast64_t refused;

	pthread_mutex_t lock;
	struct error why; /* not ready */
	struct store_stats stats;
};

/* With another driver than that of the configuration: for tests that inject faults. */
MUST_CHECK enum err store_open_with(struct store **out, const struct store_conf *conf,
	const struct store_driver *driver, const struct store_hooks *hooks, bool migrate,
	struct error *e);
void store_set_state(struct store *s, enum store_state state, const struct error *why);
void store_wake_loop(struct store *s);

/* Takes over the connection. */
MUST_CHECK enum err writer_start(struct store *s, struct store_conn *db,
	struct writer **out, struct error *e);
void writer_stop(struct writer *w); /* the queue of changes is closed already */

MUST_CHECK enum err readers_start(struct store *s, struct readers **out, struct error *e);
void readers_stop(struct readers *r); /* the queue of queries is closed already */

#endif
