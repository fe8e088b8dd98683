/* The writer: takes all that is queued when the last commit returns, applies it as one batch and
 * commits it. While a database of its own process writes the rows of a batch, what has come since
 * is applied to the next one already: in memory it stands on what the first did. What may go wrong,
 * and what then:
 *
 *   a change is refused           its outcome says so, the batch goes on
 *   duplicates found at the flush roll back, go back to the heads of before, apply again with
 *                                 the duplicates marked
 *   the transaction is gone       (deadlock, certification) forget the heads, apply again
 *   a statement fails for good    halve the batch until the culprit stands alone
 *   the connection is gone        reconnect and apply again; if that fails nothing was stored and
 *                                 everybody is told "unavailable"
 *   the commit is uncertain       reconnect and look at the feed row: its tick decides
 *   the feed row is not ours      another process has our node number: stop for good
 *
 * Whatever undoes a batch undoes what was applied ahead of it too: that is applied again. */
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
	AHEAD_AT_ONCE = 16, /* changes between two looks whether the database has answered */
	AHEAD_WAIT_MS = 1,  /* between two looks whether there are any */
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
count_batch(struct writer *w, const struct work *k)
{
	struct store *s = w->store;
	uint64_t took = (uint64_t)(clock_monotonic_us() - k->started_us);
	uint64_t duplicates = 0;

	for (size_t i = 0; i < k->count; i++) {
		duplicates += k->jobs[i]->outcome.duplicate;
	}
	pthread_mutex_lock(&s->lock);
	s->stats.batches++;
	s->stats.changes += k->count;
	s->stats.facts += k->batch->fact_count;
	s->stats.duplicates += duplicates;
	s->stats.last_batch = k->count;
	s->stats.commit_us_last = took;
	s->stats.time_counts[bucket(store_time_bounds_ms, STORE_TIME_BOUNDS,
		(took + 999) / 1000)]++;
	s->stats.time_us_sum += took;
	s->stats.size_counts[bucket(store_size_bounds, STORE_SIZE_BOUNDS, k->count)]++;
	if (took > s->stats.commit_us_max) {
		s->stats.commit_us_max = took;
	}
	pthread_mutex_unlock(&s->lock);
}

/* The batch is on the disk: what it did in memory holds. */
static void
keep_effects(struct writer *w, const struct batch *b)
{
	heads_commit(w->heads);
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
	w->ahead.applied = 0;
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
decide(struct writer *w, struct batch *b)
{
	struct error *e = &b->error;
	uint64_t tick = 0;

	disconnect(w);
	for (;;) {
		enum err err = reconnect(w, e);

		if (err == ERR_OK) {
			err = read_tick(w, &tick, e);
		}
		if (err == ERR_OK && tick == b->position.tick) {
			return ERR_OK;
		}
		if (err == ERR_OK && tick == b->start.tick) {
			return ERR_BUSY;
		}
		if (err == ERR_OK || err == ERR_CORRUPT) {
			return batch_refuse_number(b);
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
apply_rest(struct work *k)
{
	struct batch *b = k->batch;

	while (k->applied < k->count) {
		struct job *j = k->jobs[k->applied++];
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
	return ERR_OK;
}

/* Once for each try: what was sent is committed, and all that follows from it done. */
static enum err
end(struct writer *w, struct work *k)
{
	if (k->ended) {
		return k->result;
	}
	k->ended = true;
	k->result = batch_commit(k->batch);
	if (k->result == ERR_UNCERTAIN) {
		k->result = decide(w, k->batch);
	}
	if (k->result != ERR_OK) {
		return k->result;
	}
	keep_effects(w, k->batch);
	go(w, STORE_READY, NULL);
	if (k->count > 0) {
		count_batch(w, k);
		deliver(w, k->jobs, k->count);
	}
	return ERR_OK;
}

/* As soon as a batch that was begun behind another needs the database, see batch_turn: while it is
 * ahead, or when it is in hand itself. */
static enum err
take_turn(void *ctx, struct batch *b)
{
	struct writer *w = ctx;

	if (b == w->ahead.batch && end(w, &w->hand) != ERR_OK) {
		return error_set(&b->error, ERR_BUSY, "the batch before was undone");
	}
	b->db = w->db;
	return w->db->driver->begin(w->db, &b->error);
}

static void
collect(struct work *k, struct queue_node *chain)
{
	for (; chain != NULL; chain = chain->next) {
		k->jobs[k->count++] = (struct job *)chain; /* node is its first member */
	}
}

static size_t
room(const struct writer *w, const struct work *k)
{
	return (size_t)w->store->conf.batch - k->count;
}

static void
count_ahead(struct writer *w, size_t count)
{
	pthread_mutex_lock(&w->store->lock);
	w->store->stats.ahead += count;
	pthread_mutex_unlock(&w->store->lock);
}

/* Until the database has written what is in hand. What has to read ends that first, and is the
 * last: the others may share their reading (see warm_up.h). */
static void
look_ahead(struct writer *w)
{
	struct work *a = &w->ahead;
	int wait_ms = 0;

	while (!w->hand.ended && room(w, a) > 0 && !w->db->driver->answered(w->db, wait_ms)) {
		size_t most = room(w, a) < AHEAD_AT_ONCE ? room(w, a) : AHEAD_AT_ONCE;
		struct queue_node *chain = queue_take(w->store->changes, most, 0);
		size_t before;

		wait_ms = chain == NULL ? AHEAD_WAIT_MS : 0;
		if (chain == NULL) {
			continue;
		}
		if (a->count == 0) {
			batch_begin_behind(a->batch, w->hand.batch, take_turn, w);
		}
		before = a->count;
		collect(a, chain);
		if (apply_rest(a) != ERR_OK) {
			return;
		}
		count_ahead(w, a->count - before);
	}
}

static enum err
try_once(struct writer *w, struct work *k)
{
	struct batch *b = k->batch;
	enum err err = k->applied > 0 ? batch_take_turn(b)
								  : batch_begin(b, w->db, &w->position);

	k->ended = false;
	if (err == ERR_OK) {
		err = warm_up(b, k->jobs + k->applied, k->count - k->applied);
	}
	if (err == ERR_OK) {
		err = apply_rest(k);
	}
	if (err == ERR_OK) {
		err = batch_send(b);
	}
	if (err != ERR_OK) {
		return err;
	}
	heads_pass(w->heads);
	mark_cache_make_room(w->marks);
	if (k == &w->hand && w->ahead.count == 0) {
		look_ahead(w);
	}
	return end(w, k);
}

static void settle(struct writer *w, struct work *k);

static void
bisect(struct writer *w, const struct work *k, enum err code)
{
	struct work first = {.batch = k->batch, .jobs = k->jobs, .count = k->count / 2};
	struct work second = {
		.batch = k->batch,
		.jobs = k->jobs + first.count,
		.count = k->count - first.count,
	};
	struct log_quoted q;

	if (k->count == 1) {
		log_event(LOG_ERROR, "change_failed", "kind=%d reason=%s",
			(int)k->jobs[0]->change->kind, log_quote(&q, k->batch->error.text));
		fail(w, k->jobs, 1, code, "the database refused this");
		return;
	}
	settle(w, &first);
	settle(w, &second);
}

struct attempts {
	unsigned tries;
	unsigned connections;
	unsigned refusals; /* of a change that stands alone */
};

/* Numbers of ours that somebody else has given too are in each other's way. */
static bool
number_is_taken(struct writer *w, struct batch *b)
{
	struct error e = {0};
	uint64_t tick;

	return read_tick(w, &tick, &e) == ERR_OK && tick != b->start.tick;
}

/* True: apply the batch again. False: *err is final. */
static bool
recover(struct writer *w, struct attempts *a, struct work *k, enum err *err)
{
	bool duplicates = k->batch->duplicates;

	k->applied = 0;
	forget_effects(w, !duplicates);
	pthread_mutex_lock(&w->store->lock);
	w->store->stats.retries++;
	pthread_mutex_unlock(&w->store->lock);
	if (duplicates) {
		return ++a->tries < ATTEMPTS_MAX * 2;
	}
	switch (*err) {
	case ERR_BUSY:
		pause_ms(a->tries * 5);
		return ++a->tries < ATTEMPTS_MAX;
	case ERR_CONFLICT:
		if (number_is_taken(w, k->batch)) {
			*err = batch_refuse_number(k->batch);
			return false;
		}
		return ++a->tries < ATTEMPTS_MAX;
	case ERR_UNAVAILABLE:
		disconnect(w);
		return ++a->connections < RECONNECTS_MAX;
	case ERR_INVALID:
		return k->count == 1 && ++a->refusals < 2;
	default:
		return false;
	}
}

static void
give_up(struct writer *w, const struct work *k, enum err err)
{
	const struct error *e = &k->batch->error;

	switch (err) {
	case ERR_BUSY:
		/* Every attempt was undone, by others or at its commit (a full disk shows there): no
		 * write gets through now. The probe will tell when one does. */
		go(w, STORE_DOWN, e);
		fail(w, k->jobs, k->count, ERR_UNAVAILABLE, "the database takes no writes now");
		return;
	case ERR_UNAVAILABLE:
		go(w, STORE_DOWN, e);
		fail(w, k->jobs, k->count, ERR_UNAVAILABLE, e->text);
		return;
	case ERR_UNCERTAIN:
		fail(w, k->jobs, k->count, ERR_UNCERTAIN,
			"stopped before the database could tell");
		return;
	case ERR_CORRUPT:
		go(w, STORE_FENCED, e);
		fail(w, k->jobs, k->count, ERR_UNAVAILABLE, e->text);
		return;
	default:
		bisect(w, k, err);
	}
}

static void
settle(struct writer *w, struct work *k)
{
	struct attempts attempts = {0};
	enum err err;

	k->started_us = clock_monotonic_us();
	do {
		err = reconnect(w, &k->batch->error);
		if (err == ERR_OK) {
			err = try_once(w, k);
		}
		if (err == ERR_OK) {
			return;
		}
	} while (recover(w, &attempts, k, &err));
	give_up(w, k, err);
}

/* --- the thread --------------------------------------------------------------------------- */

/* An empty transaction: does the database take writes again? */
static void
probe(struct writer *w)
{
	struct work k = {.batch = w->hand.batch};
	struct error *e = &k.batch->error;
	enum err err;

	w->probed_at = clock_monotonic_ms();
	err = reconnect(w, e);
	if (err == ERR_OK) {
		err = try_once(w, &k);
	}
	if (err == ERR_OK) {
		return;
	}
	forget_effects(w, true);
	if (err == ERR_CORRUPT) {
		go(w, STORE_FENCED, e);
	} else {
		disconnect(w);
		store_set_state(w->store, w->state, e);
	}
}

/* What was applied ahead is next, and what has come since. */
static void
take(struct writer *w, int wait_ms)
{
	struct work done = w->hand;

	w->hand = w->ahead;
	w->ahead = (struct work){.batch = done.batch, .jobs = done.jobs};
	if (room(w, &w->hand) > 0) {
		collect(&w->hand,
			queue_take(w->store->changes, room(w, &w->hand),
				w->hand.count > 0 ? 0 : wait_ms));
	}
}

static void
write_hand(struct writer *w)
{
	struct work *k = &w->hand;

	if (must_give_up(w)) {
		forget_effects(w, true);
		fail(w, k->jobs, k->count, ERR_UNAVAILABLE, "the server is stopping");
		return;
	}
	if (w->state != STORE_READY) {
		fail(w, k->jobs, k->count, ERR_UNAVAILABLE, "the database is away");
		return;
	}
	settle(w, k);
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

		take(w, down && wait_ms > PROBE_MS ? PROBE_MS : wait_ms);
		if (w->hand.count > 0) {
			write_hand(w);
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
	batch_fini(&w->batches[0]);
	batch_fini(&w->batches[1]);
	heads_destroy(w->heads);
	dedupe_recent_destroy(w->recent);
	mark_cache_destroy(w->marks);
	visitors_clear(&w->visitors);
	map_fini(&w->visitors);
	free(w->hand.jobs);
	free(w->ahead.jobs);
	free(w);
}

static void
begin_work(struct writer *w, struct work *k, struct batch *b)
{
	const struct store_conf *conf = &w->store->conf;

	batch_init(b, conf, w->heads, &w->ids, w->recent, w->marks, &w->visitors);
	k->batch = b;
	k->jobs = xcalloc((size_t)conf->batch, sizeof(struct job *));
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
	map_init(&w->visitors);
	begin_work(w, &w->hand, &w->batches[0]);
	begin_work(w, &w->ahead, &w->batches[1]);
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
