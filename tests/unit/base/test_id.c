#include "base/id.h"

#include <string.h>

#include "base/clock.h"
#include "lib/test.h"

#define EPOCH_MS INT64_C(1735689600000)

static void
ids_carry_time_node_and_counter(void **state)
{
	struct id_source s;

	(void)state;
	clock_set_virtual(EPOCH_MS + 5);
	id_source_init(&s, 3, 0);
	assert_int_equal(id_next(&s), UINT64_C(5) << 22 | UINT64_C(3) << 14);
	assert_int_equal(id_next(&s), UINT64_C(5) << 22 | UINT64_C(3) << 14 | 1);
	clock_advance(1);
	assert_int_equal(id_next(&s), UINT64_C(6) << 22 | UINT64_C(3) << 14);
}

static void
ids_increase_when_the_counter_is_used_up(void **state)
{
	struct id_source s;
	uint64_t last = 0;

	(void)state;
	clock_set_virtual(EPOCH_MS + 1000);
	id_source_init(&s, 255, 0);
	for (int i = 0; i < 40000; i++) {
		uint64_t id = id_next(&s);

		assert_true(id > last);
		assert_int_equal(id >> 14 & 255, 255);
		last = id;
	}
	assert_true(last < UINT64_C(1) << 63);
}

static void
ids_increase_when_the_clock_goes_back(void **state)
{
	struct id_source s;
	uint64_t first;

	(void)state;
	clock_set_virtual(EPOCH_MS + 1000);
	id_source_init(&s, 1, 0);
	first = id_next(&s);
	clock_set_virtual(EPOCH_MS + 10);
	assert_int_equal(id_next(&s), first + 1);
	clock_set_virtual(0); /* before the epoch of ids */
	assert_int_equal(id_next(&s), first + 2);
}

static void
ids_start_above_the_floor_of_any_node(void **state)
{
	struct id_source s;
	uint64_t floor = UINT64_C(500) << 22 | UINT64_C(9) << 14 | 16383;
	uint64_t id;

	(void)state;
	clock_set_virtual(EPOCH_MS + 500);
	id_source_init(&s, 2, floor);
	id = id_next(&s);
	assert_true(id > floor);
	assert_int_equal(id >> 14 & 255, 2);
	id_source_init(&s, 0, 0);
	clock_set_virtual(EPOCH_MS);
	assert_true(id_next(&s) > 0);
}

static void
refs_are_checked(void **state)
{
	(void)state;
	assert_true(ref_valid("abcDEF_-", 8));
	assert_true(ref_valid("01ARZ3NDEKTSV4RRFFQ69G5FAV", 26));
	assert_false(ref_valid("1234567", 7));
	assert_false(ref_valid("", 0));
	assert_false(ref_valid("01ARZ3NDEKTSV4RRFFQ69G5FAVX", 27));
	assert_false(ref_valid("1234567 ", 8));
	assert_false(ref_valid("1234567\0", 8));
	assert_false(ref_valid("1234567\xC3", 8));
	assert_false(ref_valid("12345'--", 8));
}

static void
refs_are_ulids_in_time_order(void **state)
{
	char earlier[REF_SIZE];
	char later[REF_SIZE];

	(void)state;
	clock_set_virtual(INT64_C(1469918176385));
	ref_make(earlier);
	assert_int_equal(strlen(earlier), 26);
	assert_memory_equal(earlier, "01ARYZ6S41", 10); /* the example of the ULID text */
	assert_int_equal(strspn(earlier, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26);
	assert_true(ref_valid(earlier, 26));
	clock_advance(1);
	ref_make(later);
	assert_true(strcmp(earlier, later) < 0);
	clock_set_virtual(INT64_C(1469918176385));
	ref_make(later);
	assert_string_not_equal(earlier, later);
}

static void
random_bytes_fill_all(void **state)
{
	uint8_t seen[64] = {0};
	uint8_t bytes[64];

	(void)state;
	for (int round = 0; round < 8; round++) {
		random_bytes(bytes, sizeof(bytes));
		for (size_t i = 0; i < sizeof(bytes); i++) {
			seen[i] |= bytes[i];
		}
	}
	for (size_t i = 0; i < sizeof(bytes); i++) {
		assert_int_not_equal(seen[i], 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_carry_time_node_and_counter),
		cmocka_unit_test(ids_increase_when_the_counter_is_used_up),
		cmocka_unit_test(ids_increase_when_the_clock_goes_back),
		cmocka_unit_test(ids_start_above_the_floor_of_any_node),
		cmocka_unit_test(refs_are_checked),
		cmocka_unit_test(refs_are_ulids_in_time_order),
		cmocka_unit_test(random_bytes_fill_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
