/* Tokens of reply addresses. */
#include "lib/test.h"

#include <ctype.h>
#include <string.h>

#include "flow/mail_token.h"

static const uint8_t secret[SEAL_SECRET_SIZE] = "a secret of thirty-two bytes...";
static const uint8_t other[SEAL_SECRET_SIZE] = "another one of thirty-two bytes";

static void
a_token_gives_back_its_conversation(void **state)
{
	static const uint64_t numbers[] = {1, 255, 9001, 0x0123456789abcdef, INT64_MAX};
	char token[MAIL_TOKEN_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		mail_token_make(secret, numbers[i], token);
		assert_int_equal(strlen(token), MAIL_TOKEN_SIZE - 1);
		assert_int_equal(mail_token_read(secret, token), numbers[i]);
	}
}

static void
a_server_may_change_its_case(void **state)
{
	char token[MAIL_TOKEN_SIZE];

	(void)state;
	mail_token_make(secret, 42, token);
	for (char *p = token; *p != '\0'; p++) {
		*p = (char)toupper((unsigned char)*p);
	}
	assert_int_equal(mail_token_read(secret, token), 42);
}

static void
what_we_did_not_write_is_nobodys(void **state)
{
	char token[MAIL_TOKEN_SIZE];

	(void)state;
	mail_token_make(secret, 42, token);
	assert_int_equal(mail_token_read(other, token), 0);
	for (size_t i = 0; i < MAIL_TOKEN_SIZE - 1; i++) {
		char changed[MAIL_TOKEN_SIZE];

		memcpy(changed, token, sizeof(changed));
		changed[i] = changed[i] == 'q' ? 'r' : 'q';
		assert_int_equal(mail_token_read(secret, changed), 0);
	}
	assert_int_equal(mail_token_read(secret, ""), 0);
	assert_int_equal(mail_token_read(secret, NULL), 0);
	assert_int_equal(mail_token_read(secret, "11111111111111111111111111"), 0);
	assert_int_equal(mail_token_read(secret, "aaaaaaaaaaaaaaaaaaaaaaaaaaa"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_gives_back_its_conversation),
		cmocka_unit_test(a_server_may_change_its_case),
		cmocka_unit_test(what_we_did_not_write_is_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
