/* Addresses of mail. */
#include "lib/test.h"

#include <string.h>

#include "model/email.h"

static void
an_address_is_known_whatever_its_case(void **state)
{
	char out[EMAIL_SIZE];

	(void)state;
	assert_true(email_normalise("Lin@Example.COM", out));
	assert_string_equal(out, "lin@example.com");
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const wrong[] = {"", "lin", "@x.example", "lin@", "lin@x",
		"lin@.example", "lin@x.example.", "lin@x@y.example", "lin <lin@x.example>",
		"lin@x.example,mei@x.example"};
	char longest[EMAIL_SIZE + 1];
	char out[EMAIL_SIZE] = "as it was";

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(email_normalise(wrong[i], out));
	}
	memset(longest, 'a', sizeof(longest));
	memcpy(longest + EMAIL_SIZE - 10, "@x.example", sizeof("@x.example"));
	assert_false(email_normalise(longest, out));
	assert_string_equal(out, "as it was");
	assert_true(email_normalise(longest + 1, out));
}

static void
a_mailbox_is_known_alone_and_with_a_token(void **state)
{
	const char *mailbox = "Support@broker.example";

	(void)state;
	assert_string_equal(email_of_mailbox("support@broker.example", mailbox),
		"@broker.example");
	assert_string_equal(email_of_mailbox("SUPPORT@Broker.Example", mailbox),
		"@Broker.Example");
	assert_string_equal(email_of_mailbox("support+ToKen@broker.example", mailbox),
		"+ToKen@broker.example");
}

static void
other_addresses_are_not_the_mailbox(void **state)
{
	static const char *const others[] = {"", "support", "@broker.example",
		"suppor@broker.example", "supporter@broker.example",
		"support-team@broker.example", "my.support@broker.example",
		"support@other.example", "support+token@other.example",
		"support@mail.broker.example", "support@broker.example@other.example"};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_null(email_of_mailbox(others[i], "support@broker.example"));
	}
	assert_null(email_of_mailbox("support@broker.example", "support"));
	assert_null(email_of_mailbox("support@broker.example", ""));
	assert_null(email_of_mailbox("a@b+x", "a@b@b+x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_known_whatever_its_case),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(a_mailbox_is_known_alone_and_with_a_token),
		cmocka_unit_test(other_addresses_are_not_the_mailbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
