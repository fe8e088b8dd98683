#include "base/err.h"

#include <string.h>

#include "lib/test.h"

static void
every_code_has_its_own_name(void **state)
{
	(void)state;
	for (int a = ERR_OK; a <= ERR_CORRUPT; a++) {
		for (int b = ERR_OK; b < a; b++) {
			assert_string_not_equal(err_name((enum err)a), err_name((enum err)b));
		}
	}
	assert_string_equal(err_name(ERR_NOT_FOUND), "not_found");
	assert_string_equal(err_name((enum err)99), "unknown");
	assert_string_equal(err_name((enum err) - 1), "unknown");
}

static void
set_returns_the_code_and_fills_the_text(void **state)
{
	struct error e = {0};

	(void)state;
	assert_int_equal(error_set(&e, ERR_BUSY, "queue of %d", 7), ERR_BUSY);
	assert_int_equal(e.code, ERR_BUSY);
	assert_string_equal(e.text, "queue of 7");
	assert_int_equal(error_set(NULL, ERR_DENIED, "nobody asks"), ERR_DENIED);
}

static void
an_error_can_wrap_itself(void **state)
{
	struct error e = {0};

	(void)state;
	error_set(&e, ERR_INVALID, "inner");
	error_set(&e, ERR_CORRUPT, "outer: %s", e.text);
	assert_string_equal(e.text, "outer: inner");
}

static void
a_long_text_is_cut_between_characters(void **state)
{
	struct error e = {0};
	char text[600];

	(void)state;
	for (int i = 0; i < 199; i++) {
		memcpy(text + 3 * i, "\xE5\xAE\xA2", 3);
	}
	text[597] = '\0';
	error_set(&e, ERR_INVALID, "%s", text);
	assert_int_equal(strlen(e.text), 237); /* 79 characters of 3 bytes */
	error_set(&e, ERR_INVALID, "x%s", text);
	assert_int_equal(strlen(e.text), 238);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_its_own_name),
		cmocka_unit_test(set_returns_the_code_and_fills_the_text),
		cmocka_unit_test(an_error_can_wrap_itself),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
