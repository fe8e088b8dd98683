/* The store is a fake: it keeps what was submitted and answers when it is told to. It takes
 * the place of the real one by its name, so the file under test is compiled in here. */
#define store_submit fake_store_submit
#include "desk/marks.c"

#include "lib/test.h"

enum { SUBMITTED_MAX = 400, CUSTOMER = 7001, TIMELINE = 7001, STAFF = 301 };

struct fake_store {
	enum err accepts;
	struct mark_change submitted[SUBMITTED_MAX];
	store_done *done[SUBMITTED_MAX];
	void *ctx[SUBMITTED_MAX];
	int count;
	int committed;
};

static struct fake_store fake;
static const struct actor anna = {.kind = AUTHOR_STAFF, .id = STAFF};

enum err
fake_store_submit(struct store *s, struct change *chg, store_done *done, void *ctx)
{
	(void)s;
	assert_int_equal(chg->kind, CHANGE_MARK);
	if (fake.accepts == ERR_OK) {
		assert_true(fake.count < SUBMITTED_MAX);
		fake.submitted[fake.count] = chg->mark;
		fake.done[fake.count] = done;
		fake.ctx[fake.count] = ctx;
		fake.count++;
	}
	change_destroy(chg);
	return fake.accepts;
}

static void
answer(int i, enum err code)
{
	struct outcome o = {.code = code};

	fake.done[i](fake.ctx[i], &o);
}

static void
committed(void *ctx, uint64_t customer, uint64_t timeline, uint64_t party,
	const struct outcome *o)
{
	(void)ctx;
	(void)party;
	assert_int_equal(customer, CUSTOMER);
	assert_int_equal(timeline, TIMELINE);
	assert_int_equal(o->code, ERR_OK);
	fake.committed++;
}

struct fixture {
	struct wheel *wheel;
	struct marks *marks;
};

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

	fake = (struct fake_store){.accepts = ERR_OK};
	clock_set_virtual(1000000);
	f.wheel = wheel_create(clock_monotonic_ms());
	f.marks = marks_create(NULL, f.wheel, committed, NULL);
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	marks_destroy(f->marks);
	wheel_destroy(f->wheel);
	return 0;
}

static void
of_many_marks_the_highest_is_written_once(void **state)
{
	struct fixture *f = *state;

	marks_put(f->marks, &anna, CUSTOMER, TIMELINE, STAFF, 3, 3);
	marks_put(f->marks, &anna, CUSTOMER, TIMELINE, STAFF, 9, 7);
	marks_put(f->marks, &anna, CUSTOMER, TIMELINE, STAFF, 5, 5);
	assert_int_equal(fake.count, 0);
	pass(f, 500);
	assert_int_equal(fake.count, 1);
	assert_int_equal(fake.submitted[0].delivered, 9);
	assert_int_equal(fake.submitted[0].seen, 7);
	answer(0, ERR_OK);
	assert_int_equal(fake.committed, 1);
	pass(f, 60000);
	assert_int_equal(fake.count, 1);
}

static void
delivery_to_the_house_may_wait(void **state)
{
	struct fixture *f = *state;

	marks_put(f->marks, &anna, CUSTOMER, TIMELINE, STAFF, 3, 0);
	marks_put(f->marks, &anna, CUSTOMER, TIMELINE, PARTY_CUSTOMER, 2, 0);
	pass(f, 500);
	assert_int_equal(fake.count, 1);
	assert_int_equal(fake.submitted[0].party, PARTY_CUSTOMER);
	assert_int_equal(marks_delivered(f->marks, TIMELINE, STAFF), 3);
	pass(f, 5000);
	assert_int_equal(fake.count, 2);
	assert_int_equal(fake.submitted[1].delivered, 3);
	assert_int_equal(marks_delivered(f->marks, TIMELINE, STAFF), 0);
	answer(0, ERR_OK);
	answer(1, ERR_OK);
}

static void
many_marks_come_in_drops(void **state)
{
	enum { MANY = 300 };
	struct fixture *f = *state;
	int before;

	for (uint64_t party = STAFF; party < STAFF + MANY; party++) {
		marks_put(f->marks, &anna, CUSTOMER, TIMELINE, party, 3, 3);
	}
	pass(f, 300);
	assert_in_range(fake.count, 1, MANY / 2);
	for (int i = 0; i < 100 && fake.count < MANY; i++) {
		before = fake.count;
		pass(f, WHEEL_TICK_MS);
		assert_in_range(fake.count - before, 0, MANY / 2);
	}
	assert_int_equal(fake.count, MANY);
	for (int i = 0; i < MANY; i++) {
		answer(i, ERR_OK);
	}
}

static void
a_store_that_is_away_is_asked_again(void **state)
{
	struct fixture *f = *state;

	fake.accepts = ERR_UNAVAILABLE;
	marks_put(f->marks, &anna, CUSTOMER, TIMELINE, STAFF, 3, 3);
	pass(f, 500);
	assert_int_equal(marks_waiting(f->marks), 1);
	fake.accepts = ERR_OK;
	pass(f, 3000);
	assert_int_equal(fake.count, 1);
	answer(0, ERR_UNAVAILABLE); /* it went away before the commit */
	assert_int_equal(marks_waiting(f->marks), 1);
	pass(f, 3000);
	assert_int_equal(fake.count, 2);
	assert_int_equal(fake.submitted[1].seen, 3);
	answer(1, ERR_OK);
	assert_int_equal(fake.committed, 1);
}

static void
a_refused_mark_is_forgotten(void **state)
{
	struct fixture *f = *state;

	marks_put(f->marks, &anna, CUSTOMER, TIMELINE, STAFF, 3, 3);
	marks_flush(f->marks);
	assert_int_equal(fake.count, 1);
	answer(0, ERR_DENIED);
	pass(f, 60000);
	assert_int_equal(fake.count, 1);
	assert_int_equal(fake.committed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(of_many_marks_the_highest_is_written_once, setup,
			teardown),
		cmocka_unit_test_setup_teardown(delivery_to_the_house_may_wait, setup, teardown),
		cmocka_unit_test_setup_teardown(many_marks_come_in_drops, setup, teardown),
		cmocka_unit_test_setup_teardown(a_store_that_is_away_is_asked_again, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_refused_mark_is_forgotten, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
