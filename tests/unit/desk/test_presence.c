#include "desk/presence.h"

#include "base/clock.h"
#include "base/wheel.h"
#include "lib/test.h"

enum { GRACE_MS = 10000, LEAVE_MS = 300000, CHANGES_MAX = 20, START_MS = 1000000 };

static const uint64_t ANNA = 301;
static const uint64_t BAO = 302;

struct fixture {
	struct wheel *wheel;
	struct presence *presence;
	enum presence_state changes[CHANGES_MAX];
	int change_count;
	int left;
};

static void
changed(void *ctx, uint64_t staff, enum presence_state state)
{
	struct fixture *f = ctx;

	(void)staff;
	assert_true(f->change_count < CHANGES_MAX);
	f->changes[f->change_count++] = state;
}

static void
left(void *ctx, uint64_t staff)
{
	(void)staff;
	((struct fixture *)ctx)->left++;
}

static void
pass(struct fixture *f, int64_t ms)
{
	clock_advance(ms);
	wheel_advance(f->wheel, clock_monotonic_ms());
}

static int
setup(void **state)
{
	static struct fixture f;
	struct presence_hooks hooks = {changed, left, &f};

	f = (struct fixture){0};
	clock_set_virtual(START_MS);
	f.wheel = wheel_create(clock_monotonic_ms());
	f.presence = presence_create(f.wheel, GRACE_MS, LEAVE_MS, &hooks);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	presence_destroy(f->presence);
	wheel_destroy(f->wheel);
	return 0;
}

static void
who_was_never_here_is_offline(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(presence_of(f->presence, ANNA), PRESENCE_OFFLINE);
	assert_false(presence_anyone(f->presence));
}

static void
one_online_socket_makes_a_person_online(void **state)
{
	struct fixture *f = *state;

	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_AWAY);
	assert_int_equal(presence_of(f->presence, ANNA), PRESENCE_AWAY);
	assert_false(presence_anyone(f->presence));
	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_ONLINE);
	assert_int_equal(presence_of(f->presence, ANNA), PRESENCE_ONLINE);
	assert_true(presence_anyone(f->presence));
	presence_socket(f->presence, ANNA, PRESENCE_ONLINE, PRESENCE_AWAY);
	assert_int_equal(presence_of(f->presence, ANNA), PRESENCE_AWAY);
	assert_int_equal(f->change_count, 3);
}

static void
a_reload_is_no_absence(void **state)
{
	struct fixture *f = *state;

	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_ONLINE);
	presence_socket(f->presence, ANNA, PRESENCE_ONLINE, PRESENCE_OFFLINE);
	pass(f, GRACE_MS - 100);
	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_ONLINE);
	pass(f, LEAVE_MS * 2);
	assert_int_equal(f->change_count, 1);
	assert_int_equal(f->left, 0);
}

static void
who_stays_away_is_offline_and_then_has_left_once(void **state)
{
	struct fixture *f = *state;

	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_ONLINE);
	presence_socket(f->presence, ANNA, PRESENCE_ONLINE, PRESENCE_OFFLINE);
	pass(f, GRACE_MS + WHEEL_TICK_MS);
	assert_int_equal(presence_of(f->presence, ANNA), PRESENCE_OFFLINE);
	assert_int_equal(f->left, 0);
	pass(f, LEAVE_MS);
	assert_int_equal(f->left, 1);
	pass(f, LEAVE_MS * 3);
	assert_int_equal(f->left, 1);
	assert_int_equal(f->change_count, 2);
}

static void
after_a_start_everybody_has_time_to_come_back(void **state)
{
	struct fixture *f = *state;

	presence_expect(f->presence, ANNA);
	presence_expect(f->presence, BAO);
	pass(f, LEAVE_MS / 2);
	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_AWAY);
	pass(f, LEAVE_MS);
	assert_int_equal(f->left, 1);
}

static void
a_log_out_leaves_at_once_unless_another_window_is_open(void **state)
{
	struct fixture *f = *state;

	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_ONLINE);
	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_ONLINE);
	presence_socket(f->presence, ANNA, PRESENCE_ONLINE, PRESENCE_OFFLINE);
	presence_logged_out(f->presence, ANNA);
	assert_int_equal(f->left, 0);
	presence_socket(f->presence, ANNA, PRESENCE_ONLINE, PRESENCE_OFFLINE);
	presence_logged_out(f->presence, ANNA);
	assert_int_equal(f->left, 1);
	assert_int_equal(presence_of(f->presence, ANNA), PRESENCE_OFFLINE);
	pass(f, LEAVE_MS * 2);
	assert_int_equal(f->left, 1);
}

static void
leaving_is_tried_again_while_she_is_away(void **state)
{
	struct fixture *f = *state;

	presence_expect(f->presence, ANNA);
	pass(f, LEAVE_MS + WHEEL_TICK_MS);
	presence_leave_again(f->presence, ANNA, 5000);
	pass(f, 5000 + WHEEL_TICK_MS);
	assert_int_equal(f->left, 2);
	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_ONLINE);
	presence_leave_again(f->presence, ANNA, 5000);
	pass(f, 20000);
	assert_int_equal(f->left, 2);
}

static void
a_call_shows_while_it_is_talked_in(void **state)
{
	struct fixture *f = *state;

	presence_call(f->presence, ANNA, 1, true);
	assert_int_equal(presence_of(f->presence, ANNA), PRESENCE_OFFLINE);
	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_ONLINE);
	assert_int_equal(presence_of(f->presence, ANNA), PRESENCE_CALL);
	assert_true(presence_anyone(f->presence));
	presence_call(f->presence, ANNA, 2, true);
	presence_call(f->presence, ANNA, 1, false);
	assert_int_equal(presence_of(f->presence, ANNA), PRESENCE_CALL);
	presence_call(f->presence, ANNA, 2, false);
	presence_call(f->presence, ANNA, 2, false);
	assert_int_equal(presence_of(f->presence, ANNA), PRESENCE_ONLINE);
}

static void
more_calls_than_anybody_can_hold_are_forgotten(void **state)
{
	struct fixture *f = *state;

	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_ONLINE);
	for (uint64_t call = 1; call <= 20; call++) {
		clock_advance(1);
		presence_call(f->presence, ANNA, call, true);
	}
	for (uint64_t call = 17; call <= 20; call++) {
		presence_call(f->presence, ANNA, call, false);
	}
	assert_int_equal(presence_of(f->presence, ANNA), PRESENCE_ONLINE);
}

static void
all_who_are_there_can_be_listed(void **state)
{
	struct fixture *f = *state;
	size_t position = 0;
	uint64_t staff;
	enum presence_state shown;

	presence_socket(f->presence, ANNA, PRESENCE_OFFLINE, PRESENCE_AWAY);
	presence_expect(f->presence, BAO);
	assert_true(presence_next(f->presence, &position, &staff, &shown));
	assert_int_equal(staff, ANNA);
	assert_int_equal(shown, PRESENCE_AWAY);
	assert_false(presence_next(f->presence, &position, &staff, &shown));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_was_never_here_is_offline, setup, teardown),
		cmocka_unit_test_setup_teardown(one_online_socket_makes_a_person_online, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_reload_is_no_absence, setup, teardown),
		cmocka_unit_test_setup_teardown(who_stays_away_is_offline_and_then_has_left_once,
			setup, teardown),
		cmocka_unit_test_setup_teardown(after_a_start_everybody_has_time_to_come_back,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_log_out_leaves_at_once_unless_another_window_is_open, setup, teardown),
		cmocka_unit_test_setup_teardown(leaving_is_tried_again_while_she_is_away, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_call_shows_while_it_is_talked_in, setup,
			teardown),
		cmocka_unit_test_setup_teardown(more_calls_than_anybody_can_hold_are_forgotten,
			setup, teardown),
		cmocka_unit_test_setup_teardown(all_who_are_there_can_be_listed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
