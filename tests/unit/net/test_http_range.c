#include "net/http_range.h"

#include "lib/test.h"

static void
assert_part(const char *header, uint64_t size, uint64_t first, uint64_t length)
{
	uint64_t got_first = 0;
	uint64_t got_length = 0;

	assert_int_equal(http_range_parse(header, size, &got_first, &got_length), RANGE_PART);
	assert_int_equal(got_first, first);
	assert_int_equal(got_length, length);
}

static void
assert_result(const char *header, uint64_t size, enum range_result expected)
{
	uint64_t first = 7;
	uint64_t length = 7;

	assert_int_equal(http_range_parse(header, size, &first, &length), expected);
	assert_int_equal(first, 7);
	assert_int_equal(length, 7);
}

static void
parts_are_cut_to_the_size(void **state)
{
	(void)state;
	assert_part("bytes=0-0", 10, 0, 1);
	assert_part("bytes=0-9", 10, 0, 10);
	assert_part("bytes=2-", 10, 2, 8);
	assert_part("bytes=9-99", 10, 9, 1);
	assert_part("bytes=-3", 10, 7, 3);
	assert_part("Bytes=-30", 10, 0, 10);
	assert_part("bytes=5-18446744073709551615", 10, 5, 5);
}

static void
parts_beyond_the_end_cannot_be_had(void **state)
{
	(void)state;
	assert_result("bytes=10-", 10, RANGE_UNSATISFIABLE);
	assert_result("bytes=10-20", 10, RANGE_UNSATISFIABLE);
	assert_result("bytes=-0", 10, RANGE_UNSATISFIABLE);
	assert_result("bytes=0-", 0, RANGE_UNSATISFIABLE);
	assert_result("bytes=-1", 0, RANGE_UNSATISFIABLE);
}

static void
what_is_no_single_range_is_ignored(void **state)
{
	static const char *const headers[] = {NULL, "", "bytes", "bytes=", "bytes=-",
		"bytes=a-b", "bytes=5-2", "bytes=1-2,4-5", "items=0-1", "bytes=1-2x",
		"bytes= 1-2", "bytes=--1", "bytes=99999999999999999999-"};

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		assert_result(headers[i], 10, RANGE_WHOLE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_are_cut_to_the_size),
		cmocka_unit_test(parts_beyond_the_end_cannot_be_had),
		cmocka_unit_test(what_is_no_single_range_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
