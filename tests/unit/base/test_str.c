#include "base/str.h"

#include <string.h>

#include "base/arena.h"
#include "lib/test.h"

static void
comparisons_stand_null(void **state)
{
	(void)state;
	assert_true(str_empty(NULL));
	assert_true(str_empty(""));
	assert_false(str_empty(" "));
	assert_true(str_equals(NULL, NULL));
	assert_false(str_equals(NULL, ""));
	assert_false(str_equals("", NULL));
	assert_true(str_equals("a", "a"));
	assert_false(str_equals("a", "A"));
	assert_true(str_starts_with("abc", ""));
	assert_true(str_starts_with("abc", "abc"));
	assert_false(str_starts_with("ab", "abc"));
}

static void
slices_compare_by_length_too(void **state)
{
	(void)state;
	assert_true(slice_equals(slice_of(""), ""));
	assert_true(slice_equals((struct slice){NULL, 0}, ""));
	assert_true(slice_equals((struct slice){"abcdef", 3}, "abc"));
	assert_false(slice_equals((struct slice){"abcdef", 3}, "abcd"));
	assert_false(slice_equals((struct slice){"ab\0", 3}, "ab"));
}

static void
a_copy_is_terminated_and_cut_between_characters(void **state)
{
	char out[6];

	(void)state;
	assert_true(str_copy(out, sizeof(out), "12345"));
	assert_string_equal(out, "12345");
	assert_false(str_copy(out, sizeof(out), "123456"));
	assert_string_equal(out, "12345");
	assert_false(str_copy(out, sizeof(out), "\xE5\xAE\xA2\xE6\x88\xB7"));
	assert_string_equal(out, "\xE5\xAE\xA2");
	assert_false(str_copy(out, 1, "x"));
	assert_string_equal(out, "");
	assert_false(str_copy(out, 0, ""));
}

static void
numbers_are_read_whole_or_not_at_all(void **state)
{
	static const char *const wrong[] = {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "1e3",
		"--1", "9223372036854775808", "-9223372036854775809",
		"99999999999999999999999999"};
	int64_t value = 5;
	uint64_t natural = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(str_parse_i64(wrong[i], &value));
	}
	assert_false(str_parse_i64(NULL, &value));
	assert_false(str_parse_u64("-1", &natural));
	assert_false(str_parse_u64("18446744073709551616", &natural));
	assert_int_equal(value, 5);
	assert_int_equal(natural, 5);
	assert_true(str_parse_i64("-9223372036854775808", &value));
	assert_true(value == INT64_MIN);
	assert_true(str_parse_i64("9223372036854775807", &value));
	assert_true(value == INT64_MAX);
	assert_true(str_parse_i64("-0", &value));
	assert_int_equal(value, 0);
	assert_true(str_parse_u64("18446744073709551615", &natural));
	assert_true(natural == UINT64_MAX);
	assert_true(str_parse_u64("007", &natural));
	assert_int_equal(natural, 7);
}

static void
utf8_is_strict(void **state)
{
	static const char *const right[] = {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF",
		"\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
		"\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "eight by\xE5\xAE\xA2te",
		"0123456\xC3\xA9"};
	static const char *const wrong[] = {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2",
		"\xC2\x41", "\xE0\x9F\xBF", "\xE5\xAE", "\xE5\xAE\x41", "\xED\xA0\x80",
		"\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
		"\xF0\x90\x80", "\xFE", "\xFF", "0123456\xC3", "01234567\x80",
		"0123456789abcdef\xE5\xAE"};

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_true(utf8_valid(right[i], strlen(right[i])));
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(utf8_valid(wrong[i], strlen(wrong[i])));
	}
	assert_true(
		utf8_valid("a\0b", 3)); /* NUL is a character; JSON and repair refuse it */
	assert_false(utf8_valid("\xE5\xAE\xA2", 2));
}

static void
utf8_of_three_bytes_is_neither_over_long_nor_a_surrogate(void **state)
{
	static const uint8_t thirds[] = {0x20, 0x7F, 0x80, 0xBF, 0xC0, 0xFF};

	(void)state;
	for (unsigned lead = 0xE0; lead <= 0xEF; lead++) {
		for (unsigned second = 0; second <= 0xFF; second++) {
			for (size_t i = 0; i < sizeof(thirds); i++) {
				char text[] = {'a', (char)lead, (char)second, (char)thirds[i], 'b'};
				unsigned character = (lead & 0x0F) << 12 | (second & 0x3F) << 6 |
					(thirds[i] & 0x3F);
				bool right = (second & 0xC0) == 0x80 && (thirds[i] & 0xC0) == 0x80 &&
					character >= 0x800 && (character < 0xD800 || character > 0xDFFF);

				assert_int_equal(utf8_valid(text, sizeof(text)), right);
			}
		}
	}
}

static void
repair_replaces_what_is_broken(void **state)
{
	static const struct {
		const char *in;
		size_t length;
		const char *out;
	} cases[] = {
		{"", 0, ""}, {"fine \xE5\xAE\xA2", 8, "fine \xE5\xAE\xA2"},
		{"a\0b", 3,
			"a\xEF\xBF\xBD"
			"b"},
		{"\0\0", 2, "\xEF\xBF\xBD\xEF\xBF\xBD"},
		{"a\x80\x81\xFF"
		 "b",
			5,
			"a\xEF\xBF\xBD"
			"b"},
		{"\xE5\xAE", 2, "\xEF\xBF\xBD"},
		{"\xFF\0\xFF", 3, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
		{"\xED\xA0\x80z", 4, "\xEF\xBF\xBDz"},
		{"\xB9\xE3\xD6\xDD", 4, "\xEF\xBF\xBD"}, /* GBK read as UTF-8 */
	};
	struct arena *a = arena_create();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length;
		char *out = utf8_repair(a, cases[i].in, cases[i].length, &length);

		assert_string_equal(out, cases[i].out);
		assert_int_equal(length, strlen(cases[i].out));
	}
	arena_destroy(a);
}

static void
truncation_never_splits_a_character(void **state)
{
	const char *text = "a\xC3\xA9\xE5\xAE\xA2\xF0\x9F\x98\x80"; /* 1 + 2 + 3 + 4 bytes */
	static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};

	(void)state;
	for (size_t max = 0; max < 12; max++) {
		assert_int_equal(utf8_truncate(text, 10, max), expected[max]);
	}
	assert_int_equal(utf8_truncate("\x80\x80\x80\x80\x80\x80", 6, 5), 5);
	assert_int_equal(utf8_count(text, 10), 4);
	assert_int_equal(utf8_count("", 0), 0);
}

static void
hex_goes_both_ways(void **state)
{
	uint8_t bytes[3] = {1, 2, 3};
	char text[7];

	(void)state;
	hex_encode("\x00\x7f\xff", 3, text);
	assert_string_equal(text, "007fff");
	assert_int_equal(hex_decode("00", bytes, 3), ERR_INVALID);
	assert_int_equal(hex_decode("0102030", bytes, 3), ERR_INVALID);
	assert_int_equal(hex_decode("01020304", bytes, 3), ERR_INVALID);
	assert_int_equal(hex_decode("ff02g3", bytes, 3), ERR_INVALID);
	assert_memory_equal(bytes, "\1\2\3", 3);
	assert_int_equal(hex_decode("007FfF", bytes, 3), ERR_OK);
	assert_memory_equal(bytes, "\x00\x7f\xff", 3);
	assert_int_equal(hex_decode("", bytes, 0), ERR_OK);
}

/* RFC 4648, section 10, without padding. */
static void
base64url_goes_both_ways(void **state)
{
	static const char *const pairs[][2] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"},
		{"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"},
		{"\xFB\xFF\xBE", "-_--"}};
	char text[16];
	char back[16];
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		base64url_encode(pairs[i][0], strlen(pairs[i][0]), text);
		assert_string_equal(text, pairs[i][1]);
		assert_int_equal(base64url_decode(text, strlen(text), back, sizeof(back),
							 &length),
			ERR_OK);
		assert_int_equal(length, strlen(pairs[i][0]));
		assert_memory_equal(back, pairs[i][0], length);
	}
}

static void
base64url_has_one_text_for_one_value(void **state)
{
	static const char *const wrong[] = {"Z", "Zm9vY", "Zg==", "Zh", "Zm9", "+/--", "Zm 8",
		"Zm8\n", "Zm9v\xC3\xA9=="};
	char back[16];
	size_t length = 99;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(base64url_decode(wrong[i], strlen(wrong[i]), back, sizeof(back),
							 &length),
			ERR_INVALID);
	}
	assert_int_equal(base64url_decode("Zm9v", 4, back, 2, &length), ERR_INVALID);
	assert_int_equal(length, 99);
	assert_int_equal(base64url_decode("Zm9v", 4, back, 3, &length), ERR_OK);
}

static void
constant_time_comparison_compares(void **state)
{
	(void)state;
	assert_true(equals_constant_time("abc", "abc", 3));
	assert_false(equals_constant_time("abc", "abd", 3));
	assert_false(equals_constant_time("abc", "bbc", 3));
	assert_true(equals_constant_time("a", "b", 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparisons_stand_null),
		cmocka_unit_test(slices_compare_by_length_too),
		cmocka_unit_test(a_copy_is_terminated_and_cut_between_characters),
		cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
		cmocka_unit_test(utf8_is_strict),
		cmocka_unit_test(utf8_of_three_bytes_is_neither_over_long_nor_a_surrogate),
		cmocka_unit_test(repair_replaces_what_is_broken),
		cmocka_unit_test(truncation_never_splits_a_character),
		cmocka_unit_test(hex_goes_both_ways),
		cmocka_unit_test(base64url_goes_both_ways),
		cmocka_unit_test(base64url_has_one_text_for_one_value),
		cmocka_unit_test(constant_time_comparison_compares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
