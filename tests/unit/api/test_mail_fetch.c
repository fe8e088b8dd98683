/* How long a mailbox that cannot be read is left in peace. */
#include "lib/test.h"

#include "api/mail_fetch.h"

static void
the_pause_grows_is_scattered_and_has_an_end(void **state)
{
	(void)state;
	assert_int_equal(mail_fetch_pause(5000, 1, false, 0), 2500);
	assert_int_equal(mail_fetch_pause(5000, 1, false, 0.5), 3750);
	assert_int_equal(mail_fetch_pause(5000, 2, false, 0), 5000);
	assert_int_equal(mail_fetch_pause(5000, 4, false, 0), 20000);
	assert_int_equal(mail_fetch_pause(5000, 1000, false, 0), 5 * 60 * 1000);
}

static void
who_is_not_let_in_waits_longer(void **state)
{
	(void)state;
	assert_int_equal(mail_fetch_pause(200, 1, true, 0), 30 * 1000);
	assert_int_equal(mail_fetch_pause(200, 1000, true, 0), 15 * 60 * 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pause_grows_is_scattered_and_has_an_end),
		cmocka_unit_test(who_is_not_let_in_waits_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
