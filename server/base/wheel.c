/* A hierarchical wheel: the first ring has one slot a tick, each further ring one slot for
 * a whole turn of the ring before it. When a ring has turned once, the next slot of the
 * ring above is dealt out to the rings below. A timer is thus touched at most RINGS times,
 * however far away it is. */
#include "base/wheel.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/arena.h"

enum {
	RINGS = 4,
	SLOT_BITS = 8,
	SLOTS = 1 << SLOT_BITS,
	LONG_JUMP = 1 << 20, /* ticks (14 hours): cheaper to deal all timers out anew */
};

struct wheel {
	int64_t tick; /* the last tick that has been fired */
	struct list rings[RINGS][SLOTS];
};

static int64_t
floor_tick(int64_t ms)
{
	return ms / WHEEL_TICK_MS - (ms % WHEEL_TICK_MS < 0 ? 1 : 0);
}

/* The first tick that is not before `ms`. */
static int64_t
ceiling_tick(int64_t ms)
{
	return floor_tick(ms) + (ms % WHEEL_TICK_MS != 0 ? 1 : 0);
}

struct wheel *
wheel_create(int64_t now_ms)
{
	struct wheel *w = xcalloc(1, sizeof(*w));

	w->tick = floor_tick(now_ms);
	for (int ring = 0; ring < RINGS; ring++) {
		for (int slot = 0; slot < SLOTS; slot++) {
			list_init(&w->rings[ring][slot]);
		}
	}
	return w;
}

static void
move_all(struct list *from, struct list *to)
{
	while (!list_empty(from)) {
		struct list *link = from->next;

		list_remove(link);
		list_append(to, link);
	}
}

static void
take_all(struct wheel *w, struct list *out)
{
	for (int ring = 0; ring < RINGS; ring++) {
		for (int slot = 0; slot < SLOTS; slot++) {
			move_all(&w->rings[ring][slot], out);
		}
	}
}

void
wheel_destroy(struct wheel *w)
{
	struct list orphans;

	if (w == NULL) {
		return;
	}
	list_init(&orphans);
	take_all(w, &orphans);
	while (!list_empty(&orphans)) {
		list_remove(orphans.next); /* their owners may cancel them later */
	}
	free(w);
}

void
timer_init(struct timer *t, timer_fire *fire)
{
	list_init(&t->link);
	t->due_ms = 0;
	t->fire = fire;
}

bool
timer_pending(const struct timer *t)
{
	return !list_empty(&t->link);
}

void
timer_cancel(struct timer *t)
{
	list_remove(&t->link);
}

/* `earliest` is the tick whose slot is the next to be fired. */
static void
place(struct wheel *w, struct timer *t, int64_t earliest)
{
	int64_t tick = ceiling_tick(t->due_ms);
	int ring = 0;

	if (tick < earliest) {
		tick = earliest;
	}
	/* Beyond the last ring (six years) it waits there and is dealt out once more. */
	while (ring < RINGS - 1 && (tick - w->tick) >> (SLOT_BITS * (ring + 1)) != 0) {
		ring++;
	}
	list_append(&w->rings[ring][tick >> (SLOT_BITS * ring) & (SLOTS - 1)], &t->link);
}

void
wheel_add(struct wheel *w, struct timer *t, int64_t due_ms)
{
	list_remove(&t->link);
	t->due_ms = due_ms;
	place(w, t, w->tick + 1);
}

static void
deal_out(struct wheel *w, struct list *timers)
{
	while (!list_empty(timers)) {
		struct timer *t = list_item(timers->next, struct timer, link);

		list_remove(&t->link);
		place(w, t, w->tick);
	}
}

static void
turn_upper_rings(struct wheel *w)
{
	for (int ring = RINGS - 1; ring > 0; ring--) {
		int64_t below = (INT64_C(1) << (SLOT_BITS * ring)) - 1;
		struct list timers;

		if ((w->tick & below) != 0) {
			continue;
		}
		list_init(&timers);
		move_all(&w->rings[ring][w->tick >> (SLOT_BITS * ring) & (SLOTS - 1)], &timers);
		deal_out(w, &timers);
	}
}

/* What is due moves to a list of its own first, so that a timer may add or cancel any
 * timer, itself too, when it fires. */
static void
fire_slot(struct list *slot)
{
	struct list due;

	list_init(&due);
	move_all(slot, &due);
	while (!list_empty(&due)) {
		struct timer *t = list_item(due.next, struct timer, link);

		list_remove(&t->link);
		t->fire(t);
	}
}

void
wheel_advance(struct wheel *w, int64_t now_ms)
{
	int64_t target = floor_tick(now_ms);

	if (target - w->tick > LONG_JUMP) {
		struct list timers;

		list_init(&timers);
		take_all(w, &timers);
		w->tick = target;
		deal_out(w, &timers);
		fire_slot(&w->rings[0][target & (SLOTS - 1)]);
	}
	while (w->tick < target) {
		w->tick++;
		turn_upper_rings(w);
		fire_slot(&w->rings[0][w->tick & (SLOTS - 1)]);
	}
}
