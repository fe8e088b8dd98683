/* The writer: takes all that is queued when the last commit returns, applies it as one batch and
 * commits it. What may go wrong, and what then:
 *
 *   a change is refused           its outcome says so, the batch goes on
 *   duplicates found at the flush roll back, go back to the heads of before, apply again with
 *                                 the duplicates marked
 *   the transaction is gone       (deadlock, certification) forget the heads, apply again
 *   a statement fails for good    halve the batch until the culprit stands alone
 *   the connection is gone        reconnect and apply again; if that fails nothing was stored and
 *                                 everybody is told "unavailable"
 *   the commit is uncertain       reconnect and look at the feed row: its tick decides
 *   the feed row is not ours      another process has our node number: stop for good */
#include "store/writer.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/apply.h"
#include "store/dedupe.h"
#include "store/mark_cache.h"
#include "store/store_private.h"
#include "store/warm_up.h"

enum {
	HEADS_MAX = 16384,
	MARKS_MAX = 32768,
	ATTEMPTS_MAX = 8,
	RECONNECTS_MAX = 3,
	PROBE_MS = 500,
	CLOSE_MS = 10000,
};

static void
pause_ms(int64_t ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

static void
disconnect(struct writer *w)
{
	if (w->db != NULL) {
		w->store->driver->disconnect(w->db);
		w->db = NULL;
	}
}

static void
go(struct writer *w, enum store_state state, const struct error *why)
{
	struct log_quoted q;

	if (state == w->state) {
		return;
	}
	w->state = state;
	store_set_state(w->store, state, why);
	log_event(state == STORE_READY ? LOG_INFO : LOG_ERROR,
		state == STORE_READY ? "store_ready" : "store_away", "reason=%s",
		log_quote(&q, why != NULL ? why->text : ""));
}

/* --- outcomes --------------------------------------------------------------------------- */

/* Hands the jobs to the loop, in their order. */
static void
deliver(struct writer *w, struct job **jobs, size_t count)
{
	struct delivery *d = xcalloc(1, sizeof(*d));

	for (size_t i = 0; i < count; i++) {
		jobs[i]->node.next = i + 1 < count ? &jobs[i + 1]->node : NULL;
	}
	d->first = jobs[0];
	d->count = count;
	queue_push_always(w->store->deliveries, &d->node);
	store_wake_loop(w->store);
}

static void
fail(struct writer *w, struct job **jobs, size_t count, enum err code, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		job_reset(jobs[i]);
		job_refuse(jobs[i], code, "%s", text);
	}
	deliver(w, jobs, count);
}

const uint64_t store_time_bounds_ms[STORE_TIME_BOUNDS] = {1, 2, 5, 10, 20, 50, 100, 200,
	500, 1000, 5000};
const uint64_t store_size_bounds[STORE_SIZE_BOUNDS] = {1, 3, 10, 30, 100, 300, 1000};

static size_t
bucket(const uint64_t *bounds, size_t count, uint64_t value)
{
	size_t i = 0;

	while (i < count && value > bounds[i]) {
		i++;
	}
	return i;
}

static void
count_batch(struct writer *w, struct job **jobs, size_t count, int64_t started_us)
{
	struct store *s = w->store;
	uint64_t took = (uint64_t)(clock_monotonic_us() - started_us);
	uint64_t duplicates = 0;

	for (size_t i = 0; i < count; i++) {
		duplicates += jobs[i]->outcome.duplicate;
	}
	pthread_mutex_lock(&s->lock);
	s->stats.batches++;
	s->stats.changes += count;
	s->stats.facts += w->batch.fact_count;
	s->stats.duplicates += duplicates;
	s->stats.last_batch = count;
	s->stats.commit_us_last = took;
	s->stats.time_counts[bucket(store_time_bounds_ms, STORE_TIME_BOUNDS,
		(took + 999) / 1000)]++;
	s->stats.time_us_sum += took;
	s->stats.size_counts[bucket(store_size_bounds, STORE_SIZE_BOUNDS, count)]++;
	if (took > s->stats.commit_us_max) {
		s->stats.commit_us_max = took;
	}
	pthread_mutex_unlock(&s->lock);
}

/* The batch is on the disk: what it did in memory holds. */
static void
keep_effects(struct writer *w)
{
	struct batch *b = &w->batch;

	heads_commit(w->heads);
	mark_cache_commit(w->marks);
	w->position = b->position;
	for (size_t i = 0; i < b->key_count; i++) {
		dedupe_recent_put(w->recent, b->keys[i].key, b->keys[i].fact);
	}
	signer_add(w->signer, b->facts, b->fact_count, &w->position);
}

static void
forget_effects(struct writer *w, bool others_may_have_written)
{
	if (w->db != NULL) {
		w->db->driver->rollback(w->db);
	}
	if (others_may_have_written) {
		heads_drop(w->heads);
	} else {
		heads_restore(w->heads);
	}
	mark_cache_clear(w->marks);
	visitors_clear(&w->visitors);
}

/* --- connection ------------------------------------------------------------------------- */

static void
count_reconnect(struct writer *w)
{
	pthread_mutex_lock(&w->store->lock);
	w->store->stats.reconnects++;
	pthread_mutex_unlock(&w->store->lock);
}

static enum err
read_tick(struct writer *w, uint64_t *tick, struct error *e)
{
	struct arena *a = arena_create();
	struct value args[] = {value_i64(w->store->conf.node)};
	struct rows r = {0};
	enum err err = w->db->driver->begin(w->db, e);

	if (err == ERR_OK) {
		err = w->db->driver->read(w->db, STATEMENT_FEED_DECIDE, args, a, &r, e);
		w->db->driver->rollback(w->db);
	}
	if (err == ERR_OK && r.count == 0) {
		err = error_set(e, ERR_CORRUPT, "the feed row of this node is missing");
	}
	if (err == ERR_OK) {
		*tick = value_as_id(&rows_at(&r, 0)[1]);
	}
	arena_destroy(a);
	return err;
}

static enum err
reconnect(struct writer *w, struct error *e)
{
	enum err err;

	if (w->db != NULL) {
		return ERR_OK;
	}
	err = w->store->driver->connect(&w->store->conf, CONNECTION_WRITES, &w->db, e);
	if (err != ERR_OK) {
		/* Whatever the reason, an account changed on the server too: away is away. */
		return ERR_UNAVAILABLE;
	}
	count_reconnect(w);
	return ERR_OK;
}

static bool
must_give_up(struct writer *w)
{
	if (!queue_closed(w->store->changes)) {
		return false;
	}
	if (w->closing_at == 0) {
		w->closing_at = clock_monotonic_ms();
	}
	return clock_monotonic_ms() - w->closing_at > CLOSE_MS;
}

/* ERR_OK: the batch is stored. ERR_BUSY: it is not. ERR_UNCERTAIN: nobody knows, and we are
 * being stopped. ERR_CORRUPT: another process writes under our number. */
static enum err
decide(struct writer *w, struct error *e)
{
	uint64_t tick = 0;

	disconnect(w);
	for (;;) {
		enum err err = reconnect(w, e);

		if (err == ERR_OK) {
			err = read_tick(w, &tick, e);
		}
		if (err == ERR_OK && tick == w->batch.position.tick) {
			return ERR_OK;
		}
		if (err == ERR_OK && tick == w->batch.start.tick) {
			return ERR_BUSY;
		}
		if (err == ERR_OK || err == ERR_CORRUPT) {
			return error_set(e, ERR_CORRUPT,
				"another process writes as node %lld: give each its own store.node",
				(long long)w->store->conf.node);
		}
		disconnect(w);
		if (must_give_up(w)) {
			return ERR_UNCERTAIN;
		}
		go(w, STORE_DOWN, e);
		pause_ms(PROBE_MS);
	}
}

/* --- batches ---------------------------------------------------------------------------- */

static enum err
try_once(struct writer *w, struct job **jobs, size_t count)
{
	struct batch *b = &w->batch;
	enum err err = batch_begin(b, w->db, &w->position);

	if (err == ERR_OK) {
		err = warm_up(b, jobs, count);
	}
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		struct job *j = jobs[i];
		enum err code;

		job_reset(j);
		code = apply_change(b, j);
		if (b->failed != ERR_OK) {
			return b->failed;
		}
		j->outcome.code = code;
		j->outcome.at = b->now;
		if (code == ERR_OK) {
			j->outcome.text[0] = '\0';
		}
	}
	return err == ERR_OK ? batch_commit(b) : err;
}

static void settle(struct writer *w, struct job **jobs, size_t count);

static void
bisect(struct writer *w, struct job **jobs, size_t count, enum err code)
{
	struct log_quoted q;

	if (count == 1) {
		log_event(LOG_ERROR, "change_failed", "kind=%d reason=%s",
			(int)jobs[0]->change->kind, log_quote(&q, w->batch.error.text));
		fail(w, jobs, 1, code, "the database refused this");
		return;
	}
	settle(w, jobs, count / 2);
	settle(w, jobs + count / 2, count - count / 2);
}

struct attempts {
	unsigned tries;
	unsigned connections;
	unsigned refusals; /* of a change that stands alone */
};

/* True: apply the batch again. False: err is final. */
static bool
recover(struct writer *w, struct attempts *a, size_t count, enum err err)
{
	bool duplicates = w->batch.duplicates;

	forget_effects(w, !duplicates);
	pthread_mutex_lock(&w->store->lock);
	w->store->stats.retries++;
	pthread_mutex_unlock(&w->store->lock);
	if (duplicates) {
		return ++a->tries < ATTEMPTS_MAX * 2;
	}
	switch (err) {
	case ERR_BUSY:
		pause_ms(a->tries * 5);
		return ++a->tries < ATTEMPTS_MAX;
	case ERR_CONFLICT:
		return ++a->tries < ATTEMPTS_MAX;
	case ERR_UNAVAILABLE:
		disconnect(w);
		return ++a->connections < RECONNECTS_MAX;
	case ERR_INVALID:
		return count == 1 && ++a->refusals < 2;
	default:
		return false;
	}
}

static void
give_up(struct writer *w, struct job **jobs, size_t count, enum err err,
	const struct error *e)
{
	switch (err) {
	case ERR_BUSY:
		/* Every attempt was undone, by others or at its commit (a full disk shows there): no
		 * write gets through now. The probe will tell when one does. */
		go(w, STORE_DOWN, e);
		fail(w, jobs, count, ERR_UNAVAILABLE, "the database takes no writes now");
		return;
	case ERR_UNAVAILABLE:
		go(w, STORE_DOWN, e);
		fail(w, jobs, count, ERR_UNAVAILABLE, e->text);
		return;
	case ERR_UNCERTAIN:
		fail(w, jobs, count, ERR_UNCERTAIN, "stopped before the database could tell");
		return;
	case ERR_CORRUPT:
		go(w, STORE_FENCED, e);
		fail(w, jobs, count, ERR_UNAVAILABLE, e->text);
		return;
	default:
		bisect(w, jobs, count, err);
	}
}

static void
settle(struct writer *w, struct job **jobs, size_t count)
{
	struct attempts attempts = {0};
	int64_t started = clock_monotonic_us();
	enum err err;

	do {
		err = reconnect(w, &w->batch.error);
		if (err == ERR_OK) {
			err = try_once(w, jobs, count);
		}
		if (err == ERR_UNCERTAIN) {
			err = decide(w, &w->batch.error);
		}
		if (err == ERR_OK) {
			keep_effects(w);
			go(w, STORE_READY, NULL);
			count_batch(w, jobs, count, started);
			deliver(w, jobs, count);
			return;
		}
	} while (recover(w, &attempts, count, err));
	give_up(w, jobs, count, err, &w->batch.error);
}

/* --- the thread --------------------------------------------------------------------------- */

/* An empty transaction: does the database take writes again? */
static void
probe(struct writer *w)
{
	struct error e = {0};
	enum err err;

	w->probed_at = clock_monotonic_ms();
	err = reconnect(w, &e);
	if (err == ERR_OK) {
		err = try_once(w, NULL, 0);
		e = w->batch.error;
	}
	if (err == ERR_UNCERTAIN) {
		err = decide(w, &e);
	}
	if (err == ERR_OK) {
		keep_effects(w);
		go(w, STORE_READY, NULL);
		return;
	}
	forget_effects(w, true);
	if (err == ERR_CORRUPT) {
		go(w, STORE_FENCED, &e);
	} else {
		disconnect(w);
		store_set_state(w->store, w->state, &e);
	}
}

static size_t
collect(struct writer *w, struct queue_node *chain)
{
	size_t count = 0;

	for (; chain != NULL; chain = chain->next) {
		w->jobs[count++] = (struct job *)chain; /* node is its first member */
	}
	return count;
}

static void
take(struct writer *w, struct queue_node *chain)
{
	size_t count = collect(w, chain);

	if (must_give_up(w)) {
		fail(w, w->jobs, count, ERR_UNAVAILABLE, "the server is stopping");
		return;
	}
	if (w->state == STORE_READY) {
		settle(w, w->jobs, count);
		return;
	}
	fail(w, w->jobs, count, ERR_UNAVAILABLE, "the database is away");
}

static void *
run(void *ctx)
{
	struct writer *w = ctx;
	struct store *s = w->store;
	int wait_ms = (int)s->conf.heads_ms;

	pthread_setname_np(pthread_self(), "store-writer");
	for (;;) {
		bool down = w->state == STORE_DOWN;
		struct queue_node *chain = queue_take(s->changes, (size_t)s->conf.batch,
			down && wait_ms > PROBE_MS ? PROBE_MS : wait_ms);

		if (chain != NULL) {
			take(w, chain);
		} else if (queue_closed(s->changes)) {
			break;
		}
		if (w->state == STORE_DOWN && clock_monotonic_ms() - w->probed_at >= PROBE_MS) {
			probe(w);
		}
		signer_tick(w->signer, false);
	}
	signer_tick(w->signer, true);
	disconnect(w);
	s->driver->thread_end();
	return NULL;
}

/* --- start ------------------------------------------------------------------------------ */

static enum err
load_feed(struct writer *w, struct arena *a, struct error *e)
{
	struct value args[] = {value_i64(w->store->conf.node)};
	struct rows r;
	enum err err = w->db->driver->read(w->db, STATEMENT_FEED_READ, args, a, &r, e);

	if (err == ERR_OK && r.count == 0) {
		return w->db->driver->run(w->db, STATEMENT_FEED_INSERT, args, 1, NULL, e);
	}
	if (err == ERR_OK) {
		w->position.n = value_as_id(&rows_at(&r, 0)[0]);
		w->position.tick = value_as_id(&rows_at(&r, 0)[1]);
	}
	return err;
}

static enum err
load_audit(struct writer *w, struct arena *a, struct error *e)
{
	struct value args[] = {value_i64(w->store->conf.node)};
	struct rows r;
	enum err err = w->db->driver->read(w->db, STATEMENT_AUDIT_HEAD, args, a, &r, e);

	if (err == ERR_OK && r.count > 0) {
		w->position.audit = value_as_id(&rows_at(&r, 0)[0]);
		(void)value_as_bytes(&rows_at(&r, 0)[1], w->position.audit_hash, DIGEST_SIZE);
	}
	return err;
}

static enum err
load_ids(struct writer *w, struct arena *a, struct error *e)
{
	uint64_t floor = 0;
	struct rows r;
	enum err err = w->db->driver->read(w->db, STATEMENT_ID_FLOOR, NULL, a, &r, e);

	for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
		uint64_t id = value_as_id(rows_at(&r, i));

		floor = id > floor ? id : floor;
	}
	id_source_init(&w->ids, (uint8_t)w->store->conf.node, floor);
	return err;
}

static enum err
load(struct writer *w, struct error *e)
{
	struct arena *a = arena_create();
	enum err err = w->db->driver->begin(w->db, e);

	if (err == ERR_OK) {
		err = load_feed(w, a, e);
	}
	if (err == ERR_OK) {
		err = load_audit(w, a, e);
	}
	if (err == ERR_OK) {
		err = load_ids(w, a, e);
	}
	arena_destroy(a);
	if (err == ERR_OK) {
		err = signer_create(&w->store->conf, w->db, &w->position, &w->signer, e);
	}
	if (err == ERR_OK) {
		err = w->db->driver->commit(w->db, e);
	}
	return err;
}

static void
destroy(struct writer *w)
{
	disconnect(w);
	signer_destroy(w->signer);
	batch_fini(&w->batch);
	heads_destroy(w->heads);
	dedupe_recent_destroy(w->recent);
	mark_cache_destroy(w->marks);
	visitors_clear(&w->visitors);
	map_fini(&w->visitors);
	free(w->jobs);
	free(w);
}

enum err
writer_start(struct store *s, struct store_conn *db, struct writer **out, struct error *e)
{
	struct writer *w = xcalloc(1, sizeof(*w));
	enum err err;

	w->store = s;
	w->db = db;
	w->state = STORE_READY;
	w->heads = heads_create(HEADS_MAX);
	w->recent = dedupe_recent_create();
	w->marks = mark_cache_create(MARKS_MAX);
	w->jobs = xcalloc((size_t)s->conf.batch, sizeof(struct job *));
	map_init(&w->visitors);
	batch_init(&w->batch, &s->conf, w->heads, &w->ids, w->recent, w->marks, &w->visitors);
	err = load(w, e);
	if (err == ERR_OK && pthread_create(&w->thread, NULL, run, w) != 0) {
		err = error_set(e, ERR_UNAVAILABLE, "cannot start a thread");
	}
	if (err != ERR_OK) {
		destroy(w);
		return err;
	}
	*out = w;
	return ERR_OK;
}

void
writer_stop(struct writer *w)
{
	pthread_join(w->thread, NULL);
	destroy(w);
}
