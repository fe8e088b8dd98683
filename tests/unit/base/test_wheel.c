#include "base/wheel.h"

#include <stdlib.h>

#include "lib/test.h"

enum { START_MS = 1000003, MANY = 3000 };

struct probe {
	struct timer timer; /* first: a timer is cast to its probe */
	struct wheel *wheel;
	struct timer *other;
	int64_t *now_ms;
	int64_t fired_at_ms;
	int fired;
};

static void
note(struct timer *t)
{
	struct probe *p = (struct probe *)t;

	p->fired++;
	p->fired_at_ms = *p->now_ms;
	assert_false(timer_pending(t));
}

static void
note_and_repeat(struct timer *t)
{
	struct probe *p = (struct probe *)t;

	note(t);
	wheel_add(p->wheel, t, *p->now_ms + WHEEL_TICK_MS);
}

static void
note_and_cancel_other(struct timer *t)
{
	struct probe *p = (struct probe *)t;

	note(t);
	timer_cancel(p->other);
}

static void
probe_init(struct probe *p, struct wheel *w, int64_t *now_ms, timer_fire *fire)
{
	*p = (struct probe){.wheel = w, .now_ms = now_ms};
	timer_init(&p->timer, fire);
}

static void
a_timer_fires_once_and_never_early(void **state)
{
	int64_t now_ms = START_MS;
	struct wheel *w = wheel_create(now_ms);
	struct probe p;

	(void)state;
	probe_init(&p, w, &now_ms, note);
	assert_false(timer_pending(&p.timer));
	for (int64_t delay = 0; delay < 400; delay++) {
		int64_t due_ms = now_ms + delay;

		p.fired = 0;
		wheel_add(w, &p.timer, due_ms);
		assert_true(timer_pending(&p.timer));
		while (p.fired == 0) {
			now_ms++;
			wheel_advance(w, now_ms);
		}
		assert_true(p.fired_at_ms >= due_ms);
		assert_true(p.fired_at_ms <= due_ms + WHEEL_TICK_MS);
		wheel_advance(w, now_ms + 1000);
		now_ms += 1000;
		assert_int_equal(p.fired, 1);
	}
	wheel_destroy(w);
}

static void
cancelled_and_moved_timers_obey(void **state)
{
	int64_t now_ms = START_MS;
	struct wheel *w = wheel_create(now_ms);
	struct probe p;

	(void)state;
	probe_init(&p, w, &now_ms, note);
	timer_cancel(&p.timer); /* not pending: harmless */
	wheel_add(w, &p.timer, now_ms + 100);
	timer_cancel(&p.timer);
	wheel_advance(w, now_ms += 1000);
	assert_int_equal(p.fired, 0);
	wheel_add(w, &p.timer, now_ms + 100);
	wheel_add(w, &p.timer, now_ms + 5000);
	wheel_advance(w, now_ms += 4999);
	assert_int_equal(p.fired, 0);
	wheel_advance(w, now_ms += 51);
	assert_int_equal(p.fired, 1);
	wheel_destroy(w);
}

/* All distances that matter: around each turn of a ring, and random ones. */
static void
far_timers_fire_on_time(void **state)
{
	static struct probe probes[MANY];
	static int64_t due_ms[MANY];
	int64_t now_ms = START_MS;
	struct wheel *w = wheel_create(now_ms);
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		int64_t edge = INT64_C(1) << (8 * (1 + i % 2));
		int64_t ticks = i % 3 == 0 ? edge + i % 7 - 3 : rand_r(&seed) % 200000;

		probe_init(&probes[i], w, &now_ms, note);
		due_ms[i] = now_ms + ticks * WHEEL_TICK_MS + i % 50;
		wheel_add(w, &probes[i].timer, due_ms[i]);
		if (i % 10 == 0) {
			now_ms += 13;
			wheel_advance(w, now_ms);
		}
	}
	for (int i = 0; i < 210000; i++) {
		now_ms += WHEEL_TICK_MS;
		wheel_advance(w, now_ms);
	}
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(probes[i].fired, 1);
		assert_true(probes[i].fired_at_ms >= due_ms[i]);
		assert_true(probes[i].fired_at_ms <= due_ms[i] + 2 * WHEEL_TICK_MS);
	}
	wheel_destroy(w);
}

static void
a_jump_of_years_fires_what_is_due_and_keeps_the_rest(void **state)
{
	const int64_t day_ms = INT64_C(86400000);
	static const int64_t days[] = {1, 30, 364, 366, 3000, 40000};
	struct probe probes[6];
	int64_t now_ms = START_MS;
	struct wheel *w = wheel_create(now_ms);

	(void)state;
	for (int i = 0; i < 6; i++) {
		probe_init(&probes[i], w, &now_ms, note);
		wheel_add(w, &probes[i].timer, now_ms + days[i] * day_ms);
	}
	now_ms += 365 * day_ms;
	wheel_advance(w, now_ms);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(probes[i].fired, days[i] < 365 ? 1 : 0);
	}
	now_ms += day_ms + WHEEL_TICK_MS;
	wheel_advance(w, now_ms);
	assert_int_equal(probes[3].fired, 1);
	now_ms += 40000 * day_ms;
	wheel_advance(w, now_ms);
	assert_int_equal(probes[4].fired, 1);
	assert_int_equal(probes[5].fired, 1);
	wheel_destroy(w);
}

static void
a_timer_may_add_itself_again(void **state)
{
	int64_t now_ms = START_MS;
	struct wheel *w = wheel_create(now_ms);
	struct probe p;

	(void)state;
	probe_init(&p, w, &now_ms, note_and_repeat);
	wheel_add(w, &p.timer, now_ms);
	for (int i = 0; i < 1000; i++) {
		now_ms += WHEEL_TICK_MS;
		wheel_advance(w, now_ms);
	}
	assert_in_range(p.fired, 499, 1000);
	assert_true(timer_pending(&p.timer));
	wheel_destroy(w);
	assert_false(timer_pending(&p.timer)); /* and may be cancelled after its wheel */
	timer_cancel(&p.timer);
}

static void
a_timer_may_cancel_one_due_at_the_same_time(void **state)
{
	int64_t now_ms = START_MS;
	struct wheel *w = wheel_create(now_ms);
	struct probe first;
	struct probe second;

	(void)state;
	probe_init(&first, w, &now_ms, note_and_cancel_other);
	probe_init(&second, w, &now_ms, note);
	first.other = &second.timer;
	wheel_add(w, &first.timer, now_ms + 100);
	wheel_add(w, &second.timer, now_ms + 100);
	wheel_advance(w, now_ms += 1000);
	assert_int_equal(first.fired, 1);
	assert_int_equal(second.fired, 0);
	wheel_destroy(w);
	wheel_destroy(NULL);
}

static void
time_that_stands_or_goes_back_fires_nothing(void **state)
{
	int64_t now_ms = START_MS;
	struct wheel *w = wheel_create(now_ms);
	struct probe p;

	(void)state;
	probe_init(&p, w, &now_ms, note);
	wheel_add(w, &p.timer, now_ms - 5000); /* overdue: at the next tick */
	wheel_advance(w, now_ms);
	wheel_advance(w, now_ms - 100000);
	assert_int_equal(p.fired, 0);
	wheel_advance(w, now_ms + WHEEL_TICK_MS);
	assert_int_equal(p.fired, 1);
	wheel_destroy(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timer_fires_once_and_never_early),
		cmocka_unit_test(cancelled_and_moved_timers_obey),
		cmocka_unit_test(far_timers_fire_on_time),
		cmocka_unit_test(a_jump_of_years_fires_what_is_due_and_keeps_the_rest),
		cmocka_unit_test(a_timer_may_add_itself_again),
		cmocka_unit_test(a_timer_may_cancel_one_due_at_the_same_time),
		cmocka_unit_test(time_that_stands_or_goes_back_fires_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
