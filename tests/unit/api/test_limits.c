#include "api/limits.h"

#include <stdio.h>

#include "api/nonces.h"
#include "base/clock.h"
#include "lib/test.h"

#define START_MS INT64_C(1700000000000)

static int
set_up(void **state)
{
	(void)state;
	clock_set_virtual(START_MS);
	return 0;
}

static int
take_all(struct limits *l, const char *name, const char *key, int64_t per_minute)
{
	int taken = 0;

	while (taken < 1000 && limits_take(l, name, key, per_minute, NULL)) {
		taken++;
	}
	return taken;
}

static void
a_bucket_holds_a_minute(void **state)
{
	struct limits *l = limits_create(10);
	int64_t retry_ms = 0;

	(void)state;
	assert_int_equal(take_all(l, "login", "anna", 10), 10);
	assert_false(limits_take(l, "login", "anna", 10, &retry_ms));
	assert_int_equal(retry_ms, 6000);
	clock_advance(5999);
	assert_false(limits_take(l, "login", "anna", 10, &retry_ms));
	assert_int_equal(retry_ms, 1);
	clock_advance(1);
	assert_true(limits_take(l, "login", "anna", 10, NULL));
	assert_false(limits_take(l, "login", "anna", 10, NULL));
	clock_advance(3600 * 1000);
	assert_int_equal(take_all(l, "login", "anna", 10), 10);
	limits_destroy(l);
}

static void
names_and_keys_do_not_share(void **state)
{
	struct limits *l = limits_create(10);

	(void)state;
	assert_int_equal(take_all(l, "login", "anna", 2), 2);
	assert_int_equal(take_all(l, "login", "bert", 2), 2);
	assert_int_equal(take_all(l, "upload", "anna", 2), 2);
	assert_int_equal(take_all(l, "log", "inanna", 2), 2);
	limits_destroy(l);
}

static void
zero_is_no_limit(void **state)
{
	struct limits *l = limits_create(1);

	(void)state;
	assert_int_equal(take_all(l, "login", "anna", 0), 1000);
	limits_give_back(l, "login", "anna", 0);
	limits_destroy(l);
}

static void
what_is_given_back_can_be_taken_again_but_not_more(void **state)
{
	struct limits *l = limits_create(10);

	(void)state;
	assert_int_equal(take_all(l, "login", "anna", 3), 3);
	limits_give_back(l, "login", "anna", 3);
	assert_int_equal(take_all(l, "login", "anna", 3), 1);
	for (int i = 0; i < 10; i++) {
		limits_give_back(l, "login", "anna", 3);
	}
	assert_int_equal(take_all(l, "login", "anna", 3), 3);
	limits_destroy(l);
}

/* What was refilled meanwhile must not stand in the way of giving back. */
static void
giving_back_fills_a_bucket_that_is_nearly_full(void **state)
{
	struct limits *l = limits_create(10);

	(void)state;
	assert_true(limits_take(l, "login", "anna", 3, NULL));
	clock_advance(100);
	limits_give_back(l, "login", "anna", 3);
	assert_int_equal(take_all(l, "login", "anna", 3), 3);
	limits_destroy(l);
}

static void
the_longest_unused_is_forgotten(void **state)
{
	struct limits *l = limits_create(3);
	char key[16];

	(void)state;
	assert_int_equal(take_all(l, "login", "first", 2), 2);
	for (int i = 0; i < 2; i++) {
		snprintf(key, sizeof(key), "key%d", i);
		assert_true(limits_take(l, "login", key, 2, NULL));
	}
	/* "first" was used last now, so that key0 has to go. */
	assert_false(limits_take(l, "login", "first", 2, NULL));
	assert_true(limits_take(l, "login", "new", 2, NULL));
	assert_false(limits_take(l, "login", "first", 2, NULL));
	assert_int_equal(take_all(l, "login", "key0", 2), 2);
	limits_destroy(l);
	limits_destroy(NULL);
}

static void
a_nonce_counts_once_until_it_expires(void **state)
{
	struct nonces *n = nonces_create(2);

	(void)state;
	assert_false(nonces_seen(n, "one"));
	assert_true(nonces_use(n, "one", START_MS + 1000));
	assert_true(nonces_seen(n, "one"));
	assert_false(nonces_use(n, "one", START_MS + 1000));
	assert_true(nonces_use(n, "two", START_MS + 2000));
	/* Full: refused rather than forgotten. */
	assert_false(nonces_use(n, "three", START_MS + 2000));
	clock_advance(1000);
	assert_false(nonces_seen(n, "one"));
	assert_true(nonces_seen(n, "two"));
	assert_true(nonces_use(n, "three", START_MS + 2000));
	nonces_destroy(n);
	nonces_destroy(NULL);
}

#define clock_test(name) cmocka_unit_test_setup(name, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		clock_test(a_bucket_holds_a_minute),
		clock_test(names_and_keys_do_not_share),
		clock_test(zero_is_no_limit),
		clock_test(what_is_given_back_can_be_taken_again_but_not_more),
		clock_test(giving_back_fills_a_bucket_that_is_nearly_full),
		clock_test(the_longest_unused_is_forgotten),
		clock_test(a_nonce_counts_once_until_it_expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
