#include "flow/outbox.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/map.h"
#include "base/str.h"
#include "base/wheel.h"
#include "model/change.h"
#include "model/fact.h"
#include "store/store.h"

enum {
	CARRIERS_MAX = 4,
	PER_CHANNEL = 4, /* calls at once ... */
	FAILING = 3,     /* ... but only one after so many failures in a row */
	LOOK_MS = 30000, /* other processes and commands write items, too */
	AWAY_MS = 2000,  /* the store is away */
	BACKOFF_MAX_MS = 3600 * 1000,
	RETRY_AFTER_MAX_MS = 6 * 3600 * 1000,
	LEASE_MS = 10 * 60 * 1000, /* longer than any call: its process is gone */
	HOUSE_MS = 15 * 60 * 1000,
};
#define DAY_MS (24LL * 3600 * 1000)
#define KEEP_SETTLED_MS (7 * DAY_MS)
#define KEEP_DEAD_MS (90 * DAY_MS)

struct outbox_channel {
	size_t running;
	size_t failures; /* in a row */
};

struct outbox {
	struct store *store;
	struct wheel *wheel;
	struct outbox_carrier carriers[CARRIERS_MAX];
	size_t carrier_count;
	struct timer timer;
	int64_t retry_ms;
	struct map channels;        /* id → struct outbox_channel */
	struct delivery *unsettled; /* answered while the store was away */
	int64_t next_look;          /* monotonic; when the timer fires */
	int64_t kept_at;
	bool recovered; /* what our own former run left behind is waiting again */
	bool reading;
	bool read_again;
	bool stopped;
};

struct look {
	struct query query; /* first */
	struct outbox *outbox;
	struct arena *arena;
	struct outbox_due *due;
	int64_t now;
	int64_t next_at;
};

int64_t
outbox_backoff(int64_t retry_ms, int64_t attempts, double chance)
{
	int64_t delay = retry_ms;

	for (int64_t i = 1; i < attempts && delay < BACKOFF_MAX_MS; i++) {
		delay *= 2;
	}
	delay = delay < BACKOFF_MAX_MS ? delay : BACKOFF_MAX_MS;
	return delay / 2 + (int64_t)((double)(delay / 2) * chance);
}

static double
chance(void)
{
	uint16_t bits;

	random_bytes(&bits, sizeof(bits));
	return bits / 65536.0;
}

static struct outbox_channel *
channel_of(struct outbox *o, uint64_t id)
{
	struct outbox_channel *c = map_get(&o->channels, id);

	if (c == NULL) {
		c = xcalloc(1, sizeof(*c));
		map_put(&o->channels, id, c);
	}
	return c;
}

/* NULL: an item of a later release. */
static const struct outbox_carrier *
carrier_of(const struct outbox *o, const struct outbox_due *due)
{
	for (size_t i = 0; i < o->carrier_count; i++) {
		if (strcmp(o->carriers[i].kind, due->item.kind) == 0) {
			return &o->carriers[i];
		}
	}
	return NULL;
}

static void
tell(const struct outbox *o, const struct outbox_due *due, const struct outbox_news *news)
{
	const struct outbox_carrier *carrier = carrier_of(o, due);

	if (carrier != NULL && carrier->told != NULL && due->fact != NULL) {
		carrier->told(carrier->ctx, due->fact, news);
	}
}

static void
look_in(struct outbox *o, int64_t delay_ms)
{
	int64_t at = clock_monotonic_ms() + delay_ms;

	if (!o->stopped && (!timer_pending(&o->timer) || at < o->next_look)) {
		o->next_look = at;
		wheel_add(o->wheel, &o->timer, at);
	}
}

static struct change *
outbox_change(enum outbox_action action)
{
	struct actor system = {.kind = AUTHOR_SYSTEM};
	struct change *c = change_create(CHANGE_OUTBOX, &system);

	c->outbox.action = action;
	return c;
}

/* --- settling ------------------------------------------------------------------------------- */

static void
delivery_destroy(struct delivery *d)
{
	outbox_due_release(&d->due);
	arena_destroy(d->arena);
}

static void
settled(void *ctx, const struct outcome *out)
{
	struct delivery *d = ctx;
	struct outbox *o = d->outbox;

	if ((out->code == ERR_UNAVAILABLE || out->code == ERR_BUSY) && !o->stopped) {
		d->next = o->unsettled;
		o->unsettled = d;
		look_in(o, AWAY_MS);
		return;
	}
	if (out->code == ERR_OK && !o->stopped) {
		tell(o, &d->due, &d->news);
	}
	channel_of(o, d->due.item.channel)->running--;
	delivery_destroy(d);
	look_in(o, 0);
}

static void
log_result(const struct delivery *d, enum outbox_state to)
{
	struct log_quoted q;

	log_event(to == OUTBOX_SENT ? LOG_DEBUG : LOG_WARN,
		to == OUTBOX_SENT ? "outbox_sent" : "outbox_failed",
		"item=%llu channel=%llu attempts=%lld status=%d gave_up=%s reason=%s",
		(unsigned long long)d->due.item.id, (unsigned long long)d->due.item.channel,
		(long long)d->due.item.attempts, d->answer.status,
		to == OUTBOX_DEAD ? "true" : "false",
		log_quote(&q, d->answer.status != 0 ? "answered" : d->answer.text));
}

static enum outbox_state
state_after(const struct delivery *d, int64_t now)
{
	switch (d->answer.verdict) {
	case VERDICT_SENT:
		return OUTBOX_SENT;
	case VERDICT_REFUSED:
		return OUTBOX_DEAD;
	case VERDICT_RETRY:
		break;
	}
	return now >= d->due.item.give_up_at ? OUTBOX_DEAD : OUTBOX_WAITING;
}

static void
settle(struct delivery *d)
{
	struct outbox *o = d->outbox;
	struct change *c = outbox_change(OUTBOX_ACTION_SETTLE);
	int64_t now = clock_now_ms();
	int64_t delay = outbox_backoff(o->retry_ms, d->due.item.attempts, chance());
	enum outbox_state to = state_after(d, now);

	if (d->answer.retry_after_ms > delay) {
		delay = d->answer.retry_after_ms < RETRY_AFTER_MAX_MS ? d->answer.retry_after_ms
															  : RETRY_AFTER_MAX_MS;
	}
	c->outbox.channel = d->due.item.channel;
	c->outbox.item = d->due.item.id;
	c->outbox.from = OUTBOX_SENDING;
	c->outbox.to = to;
	c->outbox.due_at = to == OUTBOX_WAITING ? now + delay : d->due.item.due_at;
	c->outbox.status = d->answer.status;
	c->outbox.answer = arena_strdup(c->arena, d->answer.text);
	d->news = (struct outbox_news){
		.state = to,
		.attempts = d->due.item.attempts,
		.due_at = c->outbox.due_at,
		.text = d->answer.text,
	};
	if (store_submit(o->store, c, settled, d) != ERR_OK) {
		d->next = o->unsettled;
		o->unsettled = d;
		look_in(o, AWAY_MS);
	}
}

void
outbox_answered(struct delivery *d, const struct outbox_answer *answer)
{
	struct outbox *o = d->outbox;
	struct outbox_channel *c = channel_of(o, d->due.item.channel);

	if (o->stopped && d->due.item.idempotent) {
		delivery_destroy(d); /* the next start finds it, and does it again */
		return;
	}
	d->answer = *answer;
	d->answer.text = arena_strdup(d->arena, answer->text != NULL ? answer->text : "");
	c->failures = answer->verdict == VERDICT_SENT ? 0 : c->failures + 1;
	log_result(d, state_after(d, clock_now_ms()));
	settle(d);
}

/* --- claiming ------------------------------------------------------------------------------- */

/* We stop, and it has not begun: the next start must not take it for sent. */
static void
put_back(struct delivery *d)
{
	d->answer = (struct outbox_answer){
		.verdict = VERDICT_RETRY,
		.text = "the server stopped before it was sent",
	};
	settle(d);
}

static void
claimed(void *ctx, const struct outcome *out)
{
	struct delivery *d = ctx;
	struct outbox *o = d->outbox;

	if (out->code == ERR_OK && !o->stopped) {
		const struct outbox_carrier *carrier = carrier_of(o, &d->due);

		d->due.item.attempts++;
		tell(o, &d->due,
			&(struct outbox_news){OUTBOX_SENDING, d->due.item.attempts, 0, ""});
		carrier->carry(carrier->ctx, d);
		return;
	}
	if (out->code == ERR_OK && !d->due.item.idempotent) {
		put_back(d);
		return;
	}
	/* Another process has it, the store is away, or we are: nothing was sent. */
	channel_of(o, d->due.item.channel)->running--;
	delivery_destroy(d);
	look_in(o, AWAY_MS);
}

static struct delivery *
delivery_create(struct outbox *o, struct outbox_due *due)
{
	struct arena *a = arena_create();
	struct delivery *d = arena_alloc(a, sizeof(*d));

	d->arena = a;
	d->outbox = o;
	d->due = *due;
	d->due.next = NULL;
	d->due.item.answer = "";
	d->due.subject = due->subject != NULL ? arena_strdup(a, due->subject) : NULL;
	due->fact = NULL; /* ours now */
	return d;
}

static void
claim(struct outbox *o, struct outbox_due *due)
{
	struct delivery *d = delivery_create(o, due);
	struct change *c = outbox_change(OUTBOX_ACTION_CLAIM);
	struct outbox_channel *channel = channel_of(o, due->item.channel);

	c->outbox.channel = due->item.channel;
	c->outbox.item = due->item.id;
	channel->running++;
	if (store_submit(o->store, c, claimed, d) != ERR_OK) {
		channel->running--;
		delivery_destroy(d);
		look_in(o, AWAY_MS);
	}
}

static void
dropped(void *ctx, const struct outcome *out)
{
	(void)out;
	look_in(ctx, 0); /* the next of its lane */
}

static void
drop(struct outbox *o, const struct outbox_due *due)
{
	struct change *c = outbox_change(OUTBOX_ACTION_SETTLE);

	c->outbox.channel = due->item.channel;
	c->outbox.item = due->item.id;
	c->outbox.from = OUTBOX_WAITING;
	c->outbox.to = OUTBOX_DROPPED;
	c->outbox.due_at = due->item.due_at;
	if (store_submit(o->store, c, dropped, o) != ERR_OK) {
		look_in(o, AWAY_MS);
	}
}

/* --- looking -------------------------------------------------------------------------------- */

static void
take(struct outbox *o, struct outbox_due *due)
{
	struct outbox_channel *c = channel_of(o, due->item.channel);
	const struct outbox_carrier *carrier = carrier_of(o, due);
	size_t most = c->failures >= FAILING ? 1 : PER_CHANNEL;

	if (carrier == NULL) {
		return;
	}
	if (due->fact == NULL || !carrier->wanted(carrier->ctx, due)) {
		drop(o, due);
	} else if (c->running < most) {
		claim(o, due);
	} /* else: looked for again when one of them is settled */
}

static enum err
read_due(struct query *query, struct reader *r, struct error *e)
{
	struct look *l = (struct look *)query;

	return read_outbox_due(r, l->now, PER_CHANNEL, l->arena, &l->due, &l->next_at, e);
}

static void
looked(struct query *query)
{
	struct look *l = (struct look *)query;
	struct outbox *o = l->outbox;
	int64_t wait = LOOK_MS;

	o->reading = false;
	if (query->code == ERR_OK && !o->stopped) {
		for (struct outbox_due *due = l->due; due != NULL; due = due->next) {
			take(o, due);
		}
		if (l->next_at != 0 && l->next_at - clock_now_ms() < wait) {
			wait = l->next_at - clock_now_ms();
		}
	}
	look_in(o, o->read_again || wait < 0 ? 0 : wait);
	outbox_due_release(l->due);
	arena_destroy(l->arena);
	free(l);
}

static void
look(struct outbox *o)
{
	struct look *l;

	o->read_again = o->reading;
	if (o->reading || o->stopped || !o->recovered) {
		return;
	}
	l = xcalloc(1, sizeof(*l));
	l->query.run = read_due;
	l->query.done = looked;
	l->outbox = o;
	l->arena = arena_create();
	l->now = clock_now_ms();
	o->reading = true;
	if (store_query(o->store, &l->query) != ERR_OK) {
		o->reading = false;
		arena_destroy(l->arena);
		free(l);
		look_in(o, AWAY_MS);
	}
}

static void
recovered(void *ctx, const struct outcome *out)
{
	struct outbox *o = ctx;

	o->recovered = o->recovered || out->code == ERR_OK;
	look_in(o, out->code == ERR_OK ? 0 : AWAY_MS);
}

/* What a process left behind that is gone (at first: we ourselves, before anything new is
 * begun), and what nobody will look at any more. */
static void
keep_house(struct outbox *o)
{
	struct change *recover = outbox_change(OUTBOX_ACTION_RECOVER);
	struct change *sweep = outbox_change(OUTBOX_ACTION_SWEEP);
	int64_t now = clock_now_ms();

	o->kept_at = clock_monotonic_ms();
	recover->outbox.own = !o->recovered;
	recover->outbox.before = now - LEASE_MS;
	sweep->outbox.before = now - KEEP_SETTLED_MS;
	sweep->outbox.dead_before = now - KEEP_DEAD_MS;
	if (store_submit(o->store, recover, recovered, o) != ERR_OK) {
		look_in(o, AWAY_MS);
	}
	if (store_submit(o->store, sweep, NULL, NULL) != ERR_OK) {
		look_in(o, AWAY_MS);
	}
}

static void
due(struct timer *t)
{
	struct outbox *o = list_item(t, struct outbox, timer);
	struct delivery *again = o->unsettled;

	o->unsettled = NULL;
	while (again != NULL) {
		struct delivery *d = again;

		again = d->next;
		settle(d);
	}
	if (!o->recovered || clock_monotonic_ms() - o->kept_at >= HOUSE_MS) {
		keep_house(o);
	}
	look(o);
}

/* --- life ----------------------------------------------------------------------------------- */

struct outbox *
outbox_create(struct store *store, struct wheel *wheel,
	const struct outbox_carrier *carriers, size_t count, int64_t retry_ms)
{
	struct outbox *o = xcalloc(1, sizeof(*o));

	assert(count <= CARRIERS_MAX);
	o->store = store;
	o->wheel = wheel;
	memcpy(o->carriers, carriers, count * sizeof(*carriers));
	o->carrier_count = count;
	o->retry_ms = retry_ms;
	map_init(&o->channels);
	timer_init(&o->timer, due);
	return o;
}

void
outbox_start(struct outbox *o)
{
	keep_house(o);
}

void
outbox_stop(struct outbox *o)
{
	o->stopped = true;
	timer_cancel(&o->timer);
}

void
outbox_destroy(struct outbox *o)
{
	size_t position = 0;
	uint64_t key;
	void *channel;

	if (o == NULL) {
		return;
	}
	while (o->unsettled != NULL) {
		struct delivery *d = o->unsettled;

		o->unsettled = d->next;
		delivery_destroy(d);
	}
	while (map_next(&o->channels, &position, &key, &channel)) {
		free(channel);
	}
	map_fini(&o->channels);
	free(o);
}

void
outbox_fact(struct outbox *o, const struct fact *f, int64_t grace_ms)
{
	if (f->pub != 0 && !f->imported && f->author_kind != AUTHOR_CUSTOMER) {
		/* Mail waits for nobody to look at it first. */
		look_in(o, f->delivery.state == OUTBOX_WAITING ? 0 : grace_ms);
	}
}

void
outbox_kick(struct outbox *o)
{
	look_in(o, 0);
}
