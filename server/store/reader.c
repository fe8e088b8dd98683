/* Reading connections: threads that run queries for the loop, and readers of one's own. A reader
 * connects when it is first needed and again after it lost its connection. */
#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/queue.h"
#include "store/reader_private.h"
#include "store/store_private.h"

enum {
	RECONNECT_MS = 500,
	IDLE_CHECK_MS = 30000,
};

struct reader *
reader_create(const struct store_driver *driver, const struct store_conf *conf)
{
	struct reader *r = xcalloc(1, sizeof(*r));

	r->driver = driver;
	r->conf = *conf;
	return r;
}

static void
drop(struct reader *r)
{
	if (r->db != NULL) {
		r->driver->disconnect(r->db);
		r->db = NULL;
	}
}

void
store_reader_close(struct reader *r)
{
	if (r == NULL) {
		return;
	}
	drop(r);
	free(r);
}

/* Servers close what is idle for long: better found before the query than in it. */
static void
check_idle(struct reader *r)
{
	struct arena *a;
	struct rows ignored;

	if (r->db == NULL || clock_monotonic_ms() - r->used_at < IDLE_CHECK_MS) {
		return;
	}
	a = arena_create();
	if (r->driver->read(r->db, STATEMENT_PING, NULL, a, &ignored, NULL) != ERR_OK) {
		drop(r);
	}
	arena_destroy(a);
}

enum err
reader_connect(struct reader *r, struct error *e)
{
	int64_t now = clock_monotonic_ms();
	enum err err;

	check_idle(r);
	r->used_at = now;
	if (r->db != NULL) {
		return ERR_OK;
	}
	if (r->failed_at != 0 && now - r->failed_at < RECONNECT_MS) {
		return error_set(e, ERR_UNAVAILABLE, "the database is away");
	}
	err = r->driver->connect(&r->conf, CONNECTION_READS, &r->db, e);
	r->failed_at = err == ERR_OK ? 0 : now;
	return err;
}

enum err
reader_run(struct reader *r, enum statement s, const struct value *args, struct arena *a,
	struct rows *out, struct error *e)
{
	enum err err;

	if (r->db == NULL) {
		return error_set(e, ERR_UNAVAILABLE, "the database is away");
	}
	err = r->driver->read(r->db, s, args, a, out, e);
	if (err != ERR_UNAVAILABLE) {
		return err;
	}
	/* The database may have been started anew since the last read: only this connection is
	 * lost then, and a read can be repeated. */
	drop(r);
	if (r->driver->connect(&r->conf, CONNECTION_READS, &r->db, e) != ERR_OK) {
		r->failed_at = clock_monotonic_ms();
		return ERR_UNAVAILABLE;
	}
	err = r->driver->read(r->db, s, args, a, out, e);
	if (err == ERR_UNAVAILABLE) {
		drop(r);
	}
	return err;
}

enum err
store_reader_open(const struct store_conf *conf, struct reader **out, struct error *e)
{
	struct reader *r = reader_create(store_driver_of(conf), conf);
	enum err err = reader_connect(r, e);

	if (err != ERR_OK) {
		store_reader_close(r);
		return err;
	}
	*out = r;
	return ERR_OK;
}

void
store_thread_end(const struct store_conf *conf)
{
	store_driver_of(conf)->thread_end();
}

/* --- threads ---------------------------------------------------------------------------- */

struct reader_thread {
	pthread_t thread;
	struct store *store;
};

struct readers {
	size_t count;
	struct reader_thread threads[];
};

static void
answer(struct reader *r, struct query *q)
{
	q->code = reader_connect(r, &q->error);
	if (q->code == ERR_OK) {
		q->code = q->run(q, r, &q->error);
	}
}

static void *
run(void *ctx)
{
	struct reader_thread *t = ctx;
	struct store *s = t->store;
	struct reader *r = reader_create(s->driver, &s->conf);
	struct queue_node *node;

	pthread_setname_np(pthread_self(), "store-reader");
	while ((node = queue_take(s->queries, 1, -1)) != NULL) {
		struct query *q = (struct query *)node; /* its first member */

		answer(r, q);
		queue_push_always(s->answers, &q->node);
		store_wake_loop(s);
	}
	store_reader_close(r);
	s->driver->thread_end();
	return NULL;
}

enum err
readers_start(struct store *s, struct readers **out, struct error *e)
{
	size_t wanted = (size_t)s->conf.readers;
	struct readers *r = xcalloc(1, sizeof(*r) + wanted * sizeof(r->threads[0]));

	for (; r->count < wanted; r->count++) {
		struct reader_thread *t = &r->threads[r->count];

		t->store = s;
		if (pthread_create(&t->thread, NULL, run, t) != 0) {
			queue_close(s->queries);
			readers_stop(r);
			return error_set(e, ERR_UNAVAILABLE, "cannot start a thread");
		}
	}
	*out = r;
	return ERR_OK;
}

void
readers_stop(struct readers *r)
{
	for (size_t i = 0; i < r->count; i++) {
		pthread_join(r->threads[i].thread, NULL);
	}
	free(r);
}
