#include "desk/rooms.h"

#include "base/clock.h"
#include "lib/test.h"

static const uint64_t CUSTOMER = 7001;
static const uint64_t OTHER = 7002;

struct visits {
	struct rooms *rooms;
	int count;
};

static void
count(void *ctx, struct place *p)
{
	assert_true(place_customer(p) == CUSTOMER);
	((struct visits *)ctx)->count++;
}

static void
count_and_leave(void *ctx, struct place *p)
{
	struct visits *v = ctx;

	v->count++;
	rooms_leave(v->rooms, p);
}

static void
count_and_move(void *ctx, struct place *p)
{
	struct visits *v = ctx;

	v->count++;
	rooms_leave(v->rooms, p);
	rooms_enter(v->rooms, p, OTHER, p->staff, NULL);
}

static void
an_empty_room_has_nobody(void **state)
{
	struct rooms *r = rooms_create();
	struct room_viewer viewers[4];
	struct visits v = {r, 0};

	(void)state;
	assert_int_equal(rooms_viewers(r, CUSTOMER, viewers, 4), 0);
	rooms_each(r, CUSTOMER, count, &v);
	assert_int_equal(v.count, 0);
	rooms_destroy(r);
}

static void
a_viewer_counts_once_and_the_customer_not_at_all(void **state)
{
	struct rooms *r = rooms_create();
	struct room_viewer viewers[4];
	struct place places[4] = {0};
	struct visits v = {r, 0};

	(void)state;
	rooms_enter(r, &places[0], CUSTOMER, 301, NULL);
	rooms_enter(r, &places[1], CUSTOMER, 301, NULL);
	rooms_enter(r, &places[2], CUSTOMER, 302, NULL);
	rooms_enter(r, &places[3], CUSTOMER, 0, NULL);
	assert_int_equal(rooms_viewers(r, CUSTOMER, viewers, 4), 2);
	assert_int_equal(viewers[0].staff, 301);
	assert_int_equal(viewers[1].staff, 302);
	assert_int_equal(rooms_viewers(r, CUSTOMER, viewers, 1), 1);
	rooms_each(r, CUSTOMER, count, &v);
	assert_int_equal(v.count, 4);
	for (int i = 0; i < 4; i++) {
		rooms_leave(r, &places[i]);
		rooms_leave(r, &places[i]);
		assert_true(place_customer(&places[i]) == 0);
	}
	rooms_destroy(r);
}

static void
composing_ends_by_itself(void **state)
{
	struct rooms *r = rooms_create();
	struct room_viewer viewer;
	struct place p = {0};

	(void)state;
	clock_set_virtual(1000000);
	rooms_enter(r, &p, CUSTOMER, 301, NULL);
	place_composing(&p, true);
	assert_int_equal(rooms_viewers(r, CUSTOMER, &viewer, 1), 1);
	assert_true(viewer.composing);
	clock_advance(6000);
	assert_int_equal(rooms_viewers(r, CUSTOMER, &viewer, 1), 1);
	assert_false(viewer.composing);
	place_composing(&p, true);
	place_composing(&p, false);
	assert_int_equal(rooms_viewers(r, CUSTOMER, &viewer, 1), 1);
	assert_false(viewer.composing);
	rooms_leave(r, &p);
	rooms_destroy(r);
}

static void
all_may_leave_or_move_while_they_are_visited(void **state)
{
	struct rooms *r = rooms_create();
	struct place places[3] = {0};
	struct visits v = {r, 0};

	(void)state;
	for (int i = 0; i < 3; i++) {
		rooms_enter(r, &places[i], CUSTOMER, 301, NULL);
	}
	rooms_each(r, CUSTOMER, count_and_move, &v);
	assert_int_equal(v.count, 3);
	assert_true(place_customer(&places[2]) == OTHER);
	rooms_each(r, OTHER, count_and_leave, &v);
	assert_int_equal(v.count, 6);
	rooms_each(r, OTHER, count_and_leave, &v);
	assert_int_equal(v.count, 6);
	rooms_destroy(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_room_has_nobody),
		cmocka_unit_test(a_viewer_counts_once_and_the_customer_not_at_all),
		cmocka_unit_test(composing_ends_by_itself),
		cmocka_unit_test(all_may_leave_or_move_while_they_are_visited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
