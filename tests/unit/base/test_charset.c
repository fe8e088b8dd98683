#include "base/charset.h"

#include <string.h>

#include "base/arena.h"
#include "lib/test.h"

static void
assert_decoded(const char *data, size_t length, enum charset expected, const char *text)
{
	struct arena *a = arena_create();
	struct slice out;

	assert_int_equal(charset_guess(data, length), expected);
	out = charset_decode(a, expected, data, length);
	assert_int_equal(out.length, strlen(text));
	assert_string_equal(out.data, text);
	arena_destroy(a);
}

static void
utf8_is_taken_with_and_without_its_mark(void **state)
{
	(void)state;
	assert_decoded("开户", 6, CHARSET_UTF8, "开户");
	assert_decoded("\xEF\xBB\xBF开户", 9, CHARSET_UTF8, "开户");
	assert_decoded("", 0, CHARSET_UTF8, "");
}

static void
gb18030_is_guessed(void **state)
{
	(void)state;
	assert_decoded("\xBF\xAA\xBB\xA7,kh", 7, CHARSET_GB18030, "开户,kh");
	/* Four bytes: a character that GBK does not have. */
	assert_decoded("\xBF\xAA\x82\x30\x82\x30", 6, CHARSET_GB18030, "开\u34AD");
}

static void
utf16_is_known_by_its_mark(void **state)
{
	(void)state;
	assert_decoded("\xFF\xFE\x00\x5F\x37\x62", 6, CHARSET_UTF16LE, "开户");
	assert_decoded("\xFE\xFF\x5F\x00\x62\x37", 6, CHARSET_UTF16BE, "开户");
}

static void
what_cannot_be_read_is_marked(void **state)
{
	(void)state;
	assert_decoded("\xBF\xAA\xFF,a", 5, CHARSET_GB18030, "开\xEF\xBF\xBD,a");
	assert_decoded("\xBF\xAA\xBB", 3, CHARSET_GB18030, "开\xEF\xBF\xBD");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_taken_with_and_without_its_mark),
		cmocka_unit_test(gb18030_is_guessed),
		cmocka_unit_test(utf16_is_known_by_its_mark),
		cmocka_unit_test(what_cannot_be_read_is_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
