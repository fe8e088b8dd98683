#include "desk/marks.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/wheel.h"
#include "model/change.h"
#include "store/store.h"

enum {
	/* Marks cost the writer more than messages do: they come in drops, never in a flood. */
	QUICK_DELAY_MS = 200,
	QUICK_PACE_MS = 50,
	QUICK_AT_ONCE = 64,
	SLOW_DELAY_MS = 5000,
	SLOW_PACE_MS = 200,
	SLOW_AT_ONCE = 20,
	RETRY_MS = 2000,
	WAITING_MAX = 50000, /* of one lane; beyond that marks are dropped */
};

struct mark {
	struct actor actor;
	uint64_t customer;
	uint64_t timeline;
	uint64_t party;
	uint64_t delivered;
	uint64_t seen;
};

struct lane {
	struct map waiting; /* hash of (timeline, party) → mark */
	struct timer timer;
	struct marks *marks;
	int64_t delay_ms; /* of the first after a rest */
	int64_t pace_ms;  /* while there are more */
	size_t at_once;
};

struct marks {
	struct store *store;
	struct wheel *wheel;
	marks_committed *committed;
	void *ctx;
	struct lane quick;
	struct lane slow;
};

/* On its way: the mark, to be put back when the store went away. */
struct flight {
	struct marks *marks;
	struct mark mark;
};

static void put(struct lane *lane, const struct mark *mark, int64_t delay_ms);

static struct lane *
lane_of(struct marks *m, const struct mark *mark)
{
	bool quick = mark->seen > 0 || mark->party == PARTY_CUSTOMER;

	return quick ? &m->quick : &m->slow;
}

static void
landed(void *ctx, const struct outcome *o)
{
	struct flight *flight = ctx;
	struct marks *m = flight->marks;
	const struct mark *mark = &flight->mark;

	if (o->code == ERR_OK) {
		m->committed(m->ctx, mark->customer, mark->timeline, mark->party, o);
	} else if (o->code == ERR_UNAVAILABLE || o->code == ERR_BUSY) {
		put(lane_of(m, mark), mark, RETRY_MS);
	}
	free(flight);
}

static enum err
submit(struct marks *m, const struct mark *mark)
{
	struct change *c = change_create(CHANGE_MARK, &mark->actor);
	struct flight *flight = xmalloc(sizeof(*flight));
	enum err rc;

	c->mark = (struct mark_change){
		.timeline = mark->timeline,
		.party = mark->party,
		.delivered = mark->delivered,
		.seen = mark->seen,
	};
	*flight = (struct flight){m, *mark};
	rc = store_submit(m->store, c, landed, flight);
	if (rc != ERR_OK) {
		free(flight);
	}
	return rc;
}

static uint64_t
key_of(uint64_t timeline, uint64_t party)
{
	uint64_t parts[2] = {timeline, party};

	return map_hash(parts, sizeof(parts));
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void
put(struct lane *lane, const struct mark *mark, int64_t delay_ms)
{
	uint64_t key = key_of(mark->timeline, mark->party);
	struct mark *waiting = map_get(&lane->waiting, key);

	if (waiting == NULL && lane->waiting.count >= WAITING_MAX) {
		return;
	}
	if (waiting == NULL) {
		waiting = xmalloc(sizeof(*waiting));
		*waiting = *mark;
		map_put(&lane->waiting, key, waiting);
	} else if (waiting->timeline == mark->timeline && waiting->party == mark->party) {
		waiting->delivered = larger(waiting->delivered, mark->delivered);
		waiting->seen = larger(waiting->seen, mark->seen);
		waiting->customer = mark->customer;
	} else {
		*waiting = *mark; /* two with one hash: the next mark brings the other again */
	}
	if (!timer_pending(&lane->timer)) {
		wheel_add(lane->marks->wheel, &lane->timer, clock_monotonic_ms() + delay_ms);
	}
}

/* False: the store takes no more now. */
static bool
flush_lane(struct lane *lane, size_t at_most)
{
	size_t position = 0;
	uint64_t key;
	void *mark;

	while (at_most > 0 && map_next(&lane->waiting, &position, &key, &mark)) {
		enum err rc = submit(lane->marks, mark);

		if (rc == ERR_BUSY || rc == ERR_UNAVAILABLE) {
			return false;
		}
		map_remove(&lane->waiting, key);
		free(mark);
		at_most--;
	}
	return true;
}

static void
lane_due(struct timer *t)
{
	struct lane *lane = list_item(t, struct lane, timer);
	int64_t pause_ms = flush_lane(lane, lane->at_once) ? lane->pace_ms : RETRY_MS;

	if (lane->waiting.count > 0) {
		wheel_add(lane->marks->wheel, t, clock_monotonic_ms() + pause_ms);
	}
}

static void
lane_init(struct lane *lane, struct marks *m, int64_t delay_ms, int64_t pace_ms,
	size_t at_once)
{
	map_init(&lane->waiting);
	timer_init(&lane->timer, lane_due);
	lane->marks = m;
	lane->delay_ms = delay_ms;
	lane->pace_ms = pace_ms;
	lane->at_once = at_once;
}

static void
lane_fini(struct lane *lane)
{
	size_t position = 0;
	uint64_t key;
	void *mark;

	timer_cancel(&lane->timer);
	while (map_next(&lane->waiting, &position, &key, &mark)) {
		free(mark);
	}
	map_fini(&lane->waiting);
}

struct marks *
marks_create(struct store *store, struct wheel *wheel, marks_committed *committed,
	void *ctx)
{
	struct marks *m = xcalloc(1, sizeof(*m));

	m->store = store;
	m->wheel = wheel;
	m->committed = committed;
	m->ctx = ctx;
	lane_init(&m->quick, m, QUICK_DELAY_MS, QUICK_PACE_MS, QUICK_AT_ONCE);
	lane_init(&m->slow, m, SLOW_DELAY_MS, SLOW_PACE_MS, SLOW_AT_ONCE);
	return m;
}

void
marks_destroy(struct marks *m)
{
	if (m == NULL) {
		return;
	}
	lane_fini(&m->quick);
	lane_fini(&m->slow);
	free(m);
}

void
marks_put(struct marks *m, const struct actor *actor, uint64_t customer,
	uint64_t timeline, uint64_t party, uint64_t delivered, uint64_t seen)
{
	struct mark mark = {
		.actor = *actor,
		.customer = customer,
		.timeline = timeline,
		.party = party,
		.delivered = delivered,
		.seen = seen,
	};
	struct lane *lane = lane_of(m, &mark);

	put(lane, &mark, lane->delay_ms);
}

uint64_t
marks_delivered(const struct marks *m, uint64_t timeline, uint64_t party)
{
	const struct mark *mark = map_get(&m->slow.waiting, key_of(timeline, party));
	bool found = mark != NULL && mark->timeline == timeline && mark->party == party;

	return found ? mark->delivered : 0;
}

void
marks_flush(struct marks *m)
{
	if (!flush_lane(&m->quick, SIZE_MAX) || !flush_lane(&m->slow, SIZE_MAX)) {
		return; /* the store is away: they are lost, and come again with the next */
	}
}

size_t
marks_waiting(const struct marks *m)
{
	return m->quick.waiting.count + m->slow.waiting.count;
}
