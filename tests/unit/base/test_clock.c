#include "base/clock.h"

#include <time.h>

#include "lib/test.h"

#define MS_YEAR_0 INT64_C(-62167219200000)

static void
assert_time(const char *text, int64_t expected_ms)
{
	int64_t ms = -1;

	assert_true(time_parse(text, &ms));
	assert_int_equal(ms, expected_ms);
}

static void
assert_formatted(int64_t ms, const char *expected)
{
	char text[TIME_TEXT_SIZE];

	time_format(ms, text);
	assert_string_equal(text, expected);
}

static void
known_instants_are_written(void **state)
{
	(void)state;
	assert_formatted(0, "1970-01-01T00:00:00.000Z");
	assert_formatted(-1, "1969-12-31T23:59:59.999Z");
	assert_formatted(INT64_C(951782400000), "2000-02-29T00:00:00.000Z");
	assert_formatted(INT64_C(4107542399999), "2100-02-28T23:59:59.999Z");
	assert_formatted(INT64_C(4107542400000), "2100-03-01T00:00:00.000Z");
	assert_formatted(INT64_C(1795248000123), "2026-11-21T08:00:00.123Z");
	assert_formatted(MS_YEAR_0, "0000-01-01T00:00:00.000Z");
}

static void
years_that_do_not_fit_are_clamped(void **state)
{
	(void)state;
	assert_formatted(INT64_MIN, "0000-01-01T00:00:00.000Z");
	assert_formatted(INT64_MAX, "9999-12-31T23:59:59.999Z");
}

static void
every_day_of_five_centuries_agrees_with_the_library(void **state)
{
	(void)state;
	for (int64_t day = -90000; day < 90000; day++) {
		time_t seconds = (time_t)(day * 86400);
		char expected[40];
		char text[TIME_TEXT_SIZE];
		struct tm parts;
		int64_t back;

		gmtime_r(&seconds, &parts);
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S.000Z", &parts);
		time_format(day * 86400000, text);
		assert_string_equal(text, expected);
		assert_true(time_parse(text, &back));
		assert_int_equal(back, day * 86400000);
	}
}

static void
offsets_and_fractions_are_read(void **state)
{
	(void)state;
	assert_time("2026-11-21T08:00:00Z", INT64_C(1795248000000));
	assert_time("2026-11-21t08:00:00z", INT64_C(1795248000000));
	assert_time("2026-11-21 08:00:00Z", INT64_C(1795248000000));
	assert_time("2026-11-21T16:00:00+08:00", INT64_C(1795248000000));
	assert_time("2026-11-21T03:30:00-04:30", INT64_C(1795248000000));
	assert_time("2026-11-21T08:00:00-00:00", INT64_C(1795248000000));
	assert_time("2026-11-21T08:00:00.1Z", INT64_C(1795248000100));
	assert_time("2026-11-21T08:00:00.12Z", INT64_C(1795248000120));
	assert_time("2026-11-21T08:00:00.123999999999999999999999Z", INT64_C(1795248000123));
	assert_time("2016-12-31T23:59:60Z", INT64_C(1483228800000));
	assert_time("0000-01-01T00:00:00Z", MS_YEAR_0);
}

static void
what_is_no_time_is_refused_and_leaves_the_output(void **state)
{
	static const char *const wrong[] = {
		"",
		"2026",
		"2026-11-21",
		"2026-11-21T08:00:00",
		"2026-11-21T08:00Z",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z",
		"2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00+24:00",
		"2026-01-01T00:00:00+0800",
		"2026-01-01T00:00:00+08:60",
		"2026-01-01T00:00:00Z ",
		" 2026-01-01T00:00:00Z",
		"+026-01-01T00:00:00Z",
		"2026-1-01T00:00:00Z",
		"2026-01-01X00:00:00Z",
		"2026-01-01T00:00:00",
		"2026-01-01T00:00:0",
		"-2026-01-01T00:00:00Z",
	};
	int64_t ms = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (time_parse(wrong[i], &ms)) {
			fail_msg("accepted: %s", wrong[i]);
		}
	}
	assert_int_equal(ms, 77);
}

static void
the_real_clocks_run(void **state)
{
	int64_t start = clock_monotonic_ms();

	(void)state;
	assert_true(clock_now_ms() > INT64_C(1700000000000));
	assert_true(clock_monotonic_ms() >= start);
}

/* Last: the virtual clock cannot be taken back. */
static void
a_virtual_clock_moves_only_when_told(void **state)
{
	(void)state;
	clock_set_virtual(1000);
	assert_int_equal(clock_now_ms(), 1000);
	assert_int_equal(clock_monotonic_ms(), 1000);
	clock_advance(5);
	clock_advance(0);
	assert_int_equal(clock_now_ms(), 1005);
	assert_int_equal(clock_monotonic_ms(), 1005);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_instants_are_written),
		cmocka_unit_test(years_that_do_not_fit_are_clamped),
		cmocka_unit_test(every_day_of_five_centuries_agrees_with_the_library),
		cmocka_unit_test(offsets_and_fractions_are_read),
		cmocka_unit_test(what_is_no_time_is_refused_and_leaves_the_output),
		cmocka_unit_test(the_real_clocks_run),
		cmocka_unit_test(a_virtual_clock_moves_only_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
