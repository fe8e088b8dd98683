#include "flow/bus.h"

#include <stdlib.h>

#include "base/arena.h"
#include "lib/test.h"
#include "model/fact.h"

enum { NODE = 1, WINDOW = 8, LIMIT = 4 };

static const uint64_t CUSTOMER = 7001;
static const uint64_t AGENT = 301;
static const uint64_t OTHER = 302;

static void
count_wakes(void *ctx)
{
	(*(int *)ctx)++;
}

static struct fact *
fact_of(uint64_t n, uint64_t assignee_before, uint64_t assignee)
{
	struct fact *f = fact_create();

	f->id = FACT_ID(NODE, n);
	f->timeline = CUSTOMER;
	f->customer = CUSTOMER;
	f->has_conversation = true;
	f->assignee_before = assignee_before;
	f->after.assignee = assignee;
	return f;
}

static void
publish(struct bus *b, uint64_t n, uint64_t assignee_before, uint64_t assignee)
{
	struct fact *f = fact_of(n, assignee_before, assignee);

	bus_publish(b, f);
	fact_put(f);
}

static uint64_t
take(struct bus_subscription *s)
{
	const struct fact *f = bus_next(s);

	return f != NULL ? FACT_N(f->id) : 0;
}

struct fixture {
	struct bus *bus;
	struct bus_subscription *s;
	int wakes;
};

static int
setup(void **state)
{
	static struct fixture f;

	f.wakes = 0;
	f.bus = bus_create(WINDOW, LIMIT);
	f.s = bus_subscribe(f.bus, count_wakes, &f.wakes);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	bus_unsubscribe(f->s);
	bus_destroy(f->bus);
	return 0;
}

static void
nothing_comes_that_was_not_asked_for(void **state)
{
	struct fixture *f = *state;

	publish(f->bus, 1, AGENT, AGENT);
	bus_follow(f->s, topic(TOPIC_STAFF, OTHER), true);
	bus_follow(f->s, topic(TOPIC_CUSTOMER, OTHER), true);
	bus_follow(f->s, topic(TOPIC_UNASSIGNED, 0), true);
	publish(f->bus, 2, AGENT, AGENT);
	assert_int_equal(f->wakes, 0);
	assert_null(bus_next(f->s));
}

static void
a_fact_comes_once_however_many_topics_it_has(void **state)
{
	struct fixture *f = *state;

	bus_follow(f->s, topic(TOPIC_CUSTOMER, CUSTOMER), true);
	bus_follow(f->s, topic(TOPIC_TIMELINE, CUSTOMER), true);
	bus_follow(f->s, topic(TOPIC_STAFF, AGENT), true);
	bus_follow(f->s, topic(TOPIC_ALL, 0), true);
	publish(f->bus, 1, AGENT, AGENT);
	assert_int_equal(take(f->s), 1);
	assert_int_equal(take(f->s), 0);
}

static void
it_wakes_once_until_it_was_emptied(void **state)
{
	struct fixture *f = *state;

	bus_follow(f->s, topic(TOPIC_ALL, 0), true);
	publish(f->bus, 1, 0, 0);
	publish(f->bus, 2, 0, 0);
	assert_int_equal(f->wakes, 1);
	assert_int_equal(take(f->s), 1);
	publish(f->bus, 3, 0, 0);
	assert_int_equal(f->wakes, 1);
	assert_int_equal(take(f->s), 2);
	assert_int_equal(take(f->s), 3);
	assert_int_equal(take(f->s), 0);
	publish(f->bus, 4, 0, 0);
	assert_int_equal(f->wakes, 2);
}

static void
both_the_former_and_the_new_assignee_are_told(void **state)
{
	struct fixture *f = *state;

	bus_follow(f->s, topic(TOPIC_STAFF, AGENT), true);
	publish(f->bus, 1, AGENT, OTHER);
	publish(f->bus, 2, OTHER, AGENT);
	publish(f->bus, 3, OTHER, OTHER);
	assert_int_equal(take(f->s), 1);
	assert_int_equal(take(f->s), 2);
	assert_int_equal(take(f->s), 0);
}

static void
unassigned_hears_of_what_is_or_was_unassigned(void **state)
{
	struct fixture *f = *state;

	bus_follow(f->s, topic(TOPIC_UNASSIGNED, 0), true);
	publish(f->bus, 1, 0, 0);
	publish(f->bus, 2, 0, AGENT);
	publish(f->bus, 3, AGENT, AGENT);
	publish(f->bus, 4, AGENT, 0);
	assert_int_equal(take(f->s), 1);
	assert_int_equal(take(f->s), 2);
	assert_int_equal(take(f->s), 4);
	assert_int_equal(take(f->s), 0);
}

static void
what_is_no_longer_followed_does_not_come(void **state)
{
	struct fixture *f = *state;

	bus_follow(f->s, topic(TOPIC_CUSTOMER, CUSTOMER), true);
	bus_follow(f->s, topic(TOPIC_CUSTOMER, CUSTOMER), true);
	bus_follow(f->s, topic(TOPIC_CUSTOMER, CUSTOMER), false);
	publish(f->bus, 1, 0, 0);
	assert_int_equal(f->wakes, 0);
}

static void
a_slow_reader_loses_all_and_is_told(void **state)
{
	struct fixture *f = *state;

	bus_follow(f->s, topic(TOPIC_ALL, 0), true);
	for (uint64_t n = 1; n <= LIMIT; n++) {
		publish(f->bus, n, 0, 0);
	}
	assert_false(bus_lost(f->s));
	publish(f->bus, LIMIT + 1, 0, 0);
	assert_true(bus_lost(f->s));
	assert_null(bus_next(f->s));
	publish(f->bus, LIMIT + 2, 0, 0);
	assert_null(bus_next(f->s));
	bus_recover(f->s);
	assert_false(bus_lost(f->s));
	publish(f->bus, LIMIT + 3, 0, 0);
	assert_int_equal(take(f->s), LIMIT + 3);
}

/* A few thousand long entries would fill the memory if only their number counted. */
static void
long_entries_count_by_their_bytes(void **state)
{
	enum { BODY = 60 * 1000, ENTRIES = 400 };
	struct bus *b = bus_create(2 * ENTRIES, 2 * ENTRIES);
	int wakes = 0;
	struct bus_subscription *s = bus_subscribe(b, count_wakes, &wakes);

	(void)state;
	bus_follow(s, topic(TOPIC_ALL, 0), true);
	for (uint64_t n = 1; n <= ENTRIES; n++) {
		struct fact *f = fact_of(n, 0, 0);

		f->body = calloc(1, BODY);
		f->body_length = BODY;
		bus_publish(b, f);
		fact_put(f);
	}
	assert_true(bus_lost(s));
	bus_recover(s);
	assert_false(bus_replay(s, FACT_ID(NODE, 1)));
	assert_true(bus_replay(s, FACT_ID(NODE, ENTRIES - 10)));
	assert_int_equal(take(s), ENTRIES - 9);
	bus_unsubscribe(s);
	bus_destroy(b);
}

static void
the_window_replays_what_came_after_the_cursor(void **state)
{
	struct fixture *f = *state;

	bus_set_newest(f->bus, FACT_ID(NODE, 10));
	publish(f->bus, 11, 0, 0);
	publish(f->bus, 12, AGENT, AGENT);
	publish(f->bus, 13, 0, 0);
	bus_follow(f->s, topic(TOPIC_UNASSIGNED, 0), true);
	assert_true(bus_replay(f->s, FACT_ID(NODE, 11)));
	assert_int_equal(f->wakes, 1);
	assert_int_equal(take(f->s), 13);
	assert_int_equal(take(f->s), 0);
	assert_true(bus_replay(f->s, FACT_ID(NODE, 10)));
	assert_int_equal(take(f->s), 11);
}

static void
nothing_missed_is_a_good_replay(void **state)
{
	struct fixture *f = *state;

	bus_set_newest(f->bus, FACT_ID(NODE, 10));
	assert_true(bus_replay(f->s, FACT_ID(NODE, 10)));
	assert_null(bus_next(f->s));
}

static void
a_cursor_that_the_window_does_not_reach_is_refused(void **state)
{
	struct fixture *f = *state;

	bus_follow(f->s, topic(TOPIC_ALL, 0), true);
	bus_set_newest(f->bus, FACT_ID(NODE, 10));
	assert_false(bus_replay(f->s, FACT_ID(NODE, 9)));  /* nothing kept yet */
	assert_false(bus_replay(f->s, FACT_ID(NODE, 11))); /* from a lost future */
	publish(f->bus, 11, 0, 0);
	assert_false(bus_replay(f->s, FACT_ID(NODE, 9)));
	for (uint64_t n = 12; n <= 11 + WINDOW; n++) {
		publish(f->bus, n, AGENT, AGENT);
	}
	bus_recover(f->s);
	assert_false(bus_replay(f->s, FACT_ID(NODE, 10)));
	assert_false(bus_replay(f->s, FACT_ID(NODE + 1, 15)));
}

static void
a_replay_longer_than_the_queue_is_refused(void **state)
{
	struct fixture *f = *state;

	for (uint64_t n = 1; n <= LIMIT + 1; n++) {
		publish(f->bus, n, 0, 0);
	}
	bus_follow(f->s, topic(TOPIC_ALL, 0), true);
	assert_false(bus_replay(f->s, FACT_ID(NODE, 0)));
	assert_null(bus_next(f->s));
}

static void
topics_of_one_id_differ_by_kind(void **state)
{
	(void)state;
	for (int a = TOPIC_STAFF; a <= TOPIC_ALL; a++) {
		for (int b = TOPIC_STAFF; b < a; b++) {
			assert_true(topic((enum topic_kind)a, CUSTOMER) !=
				topic((enum topic_kind)b, CUSTOMER));
		}
	}
}

static void
forgotten_frames_are_made_again_for_whoever_resumes(void **state)
{
	struct fixture *f = *state;
	struct fact *fact = fact_of(1, 0, AGENT);
	size_t length;
	char *first;

	bus_publish(f->bus, fact);
	first = xstrdup(fact_staff_frame(fact, &length));
	bus_forget_frames(f->bus);
	assert_null(fact->staff_json);
	publish(f->bus, 2, 0, AGENT);
	bus_forget_frames(f->bus);
	assert_string_equal(fact_staff_frame(fact, &length), first);
	free(first);
	fact_put(fact);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_comes_that_was_not_asked_for, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_fact_comes_once_however_many_topics_it_has,
			setup, teardown),
		cmocka_unit_test_setup_teardown(it_wakes_once_until_it_was_emptied, setup,
			teardown),
		cmocka_unit_test_setup_teardown(both_the_former_and_the_new_assignee_are_told,
			setup, teardown),
		cmocka_unit_test_setup_teardown(unassigned_hears_of_what_is_or_was_unassigned,
			setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_longer_followed_does_not_come, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_slow_reader_loses_all_and_is_told, setup,
			teardown),
		cmocka_unit_test_setup_teardown(the_window_replays_what_came_after_the_cursor,
			setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_missed_is_a_good_replay, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_cursor_that_the_window_does_not_reach_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_replay_longer_than_the_queue_is_refused, setup,
			teardown),
		cmocka_unit_test(long_entries_count_by_their_bytes),
		cmocka_unit_test_setup_teardown(
			forgotten_frames_are_made_again_for_whoever_resumes, setup, teardown),
		cmocka_unit_test(topics_of_one_id_differ_by_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
