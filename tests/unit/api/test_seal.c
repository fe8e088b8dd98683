#include "base/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/password.h"
#include "lib/test.h"

static const uint8_t secret[SEAL_SECRET_SIZE] = {1, 2, 3};
static const uint8_t other_secret[SEAL_SECRET_SIZE] = {1, 2, 4};

static void
what_is_sealed_can_be_opened_in_its_place_only(void **state)
{
	char sealed[SEAL_TEXT_SIZE];
	char again[SEAL_TEXT_SIZE];
	char plain[64];
	size_t length = 0;

	(void)state;
	assert_int_equal(seal(secret, "here", "hello", 5, sealed), ERR_OK);
	assert_int_equal(seal(secret, "here", "hello", 5, again), ERR_OK);
	assert_string_not_equal(sealed, again);
	assert_null(strstr(sealed, "hello"));
	assert_int_equal(seal_open(secret, "here", sealed, plain, sizeof(plain), &length),
		ERR_OK);
	assert_int_equal(length, 5);
	assert_memory_equal(plain, "hello", 5);
	assert_int_equal(seal_open(secret, "there", sealed, plain, sizeof(plain), &length),
		ERR_CORRUPT);
	assert_int_equal(seal_open(other_secret, "here", sealed, plain, sizeof(plain),
						 &length),
		ERR_CORRUPT);
	assert_int_equal(seal_open(secret, "here", sealed, plain, 4, &length), ERR_CORRUPT);
}

static void
a_changed_seal_does_not_open(void **state)
{
	char sealed[SEAL_TEXT_SIZE];
	char plain[64];
	size_t length = 0;

	(void)state;
	assert_int_equal(seal(secret, "here", "hello", 5, sealed), ERR_OK);
	for (size_t i = 0; i < strlen(sealed); i++) {
		char before = sealed[i];

		sealed[i] = before == 'A' ? 'B' : 'A';
		assert_int_equal(seal_open(secret, "here", sealed, plain, sizeof(plain), &length),
			ERR_CORRUPT);
		sealed[i] = before;
	}
	assert_int_equal(seal_open(secret, "here", "", plain, sizeof(plain), &length),
		ERR_CORRUPT);
	assert_int_equal(seal_open(secret, "here", "AAAA", plain, sizeof(plain), &length),
		ERR_CORRUPT);
	assert_int_equal(seal_open(secret, "here", "no base64!", plain, sizeof(plain),
						 &length),
		ERR_CORRUPT);
}

static void
the_longest_and_nothing_can_be_sealed(void **state)
{
	char plain[SEAL_PLAIN_MAX + 1] = {0};
	char opened[SEAL_PLAIN_MAX];
	char sealed[SEAL_TEXT_SIZE];
	size_t length = 1;

	(void)state;
	assert_int_equal(seal(secret, "", plain, SEAL_PLAIN_MAX + 1, sealed), ERR_INVALID);
	assert_int_equal(seal(secret, "", plain, SEAL_PLAIN_MAX, sealed), ERR_OK);
	assert_int_equal(seal_open(secret, "", sealed, opened, sizeof(opened), &length),
		ERR_OK);
	assert_int_equal(length, SEAL_PLAIN_MAX);
	assert_int_equal(seal(secret, "", "", 0, sealed), ERR_OK);
	assert_int_equal(seal_open(secret, "", sealed, opened, sizeof(opened), &length),
		ERR_OK);
	assert_int_equal(length, 0);
}

static void
purposes_have_keys_of_their_own(void **state)
{
	uint8_t one[SEAL_SECRET_SIZE];
	uint8_t two[SEAL_SECRET_SIZE];

	(void)state;
	seal_derive(secret, "csrf", one);
	seal_derive(secret, "seal", two);
	assert_memory_not_equal(one, two, sizeof(one));
	assert_memory_not_equal(one, secret, sizeof(one));
	seal_derive(secret, "csrf", two);
	assert_memory_equal(one, two, sizeof(one));
}

static void
the_key_file_is_made_once_and_kept_from_others(void **state)
{
	char folder[] = "/tmp/trunkline-seal-XXXXXX";
	char path[64];
	uint8_t first[SEAL_SECRET_SIZE];
	uint8_t second[SEAL_SECRET_SIZE];
	struct stat status;
	struct error e = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(seal_secret_load(folder, first, &e), ERR_OK);
	assert_int_equal(seal_secret_load(folder, second, &e), ERR_OK);
	assert_memory_equal(first, second, sizeof(first));
	snprintf(path, sizeof(path), "%s/keys/server.key", folder);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	/* Others can read it: that is told, not used. */
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(seal_secret_load(folder, second, &e), ERR_INVALID);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(truncate(path, 31), 0);
	assert_int_equal(seal_secret_load(folder, second, &e), ERR_INVALID);
	unlink(path);
	snprintf(path, sizeof(path), "%s/keys", folder);
	assert_int_equal(rmdir(path), 0); /* nothing else was left in it */
	rmdir(folder);
}

static void
a_password_is_known_by_its_hash(void **state)
{
	char hash[PASSWORD_HASH_SIZE];
	char again[PASSWORD_HASH_SIZE];

	(void)state;
	password_hash("correct horse", 1024, 1, hash);
	password_hash("correct horse", 1024, 1, again);
	assert_string_not_equal(hash, again);
	assert_int_equal(strncmp(hash, "$argon2id$v=19$m=1024,t=1,p=1$", 30), 0);
	assert_true(password_verify(hash, "correct horse", 1024, 1));
	assert_false(password_verify(hash, "correct horse ", 1024, 1));
	assert_false(password_verify(hash, "", 1024, 1));
	assert_false(password_verify(NULL, "correct horse", 1024, 1));
	assert_false(password_verify("", "correct horse", 1024, 1));
	assert_false(password_verify("no hash", "correct horse", 1024, 1));
}

static void
passwords_have_bounds(void **state)
{
	char long_one[PASSWORD_MAX + 2];
	char made[PASSWORD_GENERATED_SIZE];
	struct error e = {0};

	(void)state;
	assert_int_equal(password_acceptable("1234567", "anna", &e), ERR_INVALID);
	assert_int_equal(password_acceptable("12345678", "anna", &e), ERR_OK);
	/* Eight characters, not bytes. */
	assert_int_equal(password_acceptable("密码密码密码密", "anna", &e), ERR_INVALID);
	assert_int_equal(password_acceptable("密码密码密码密码", "anna", &e), ERR_OK);
	assert_int_equal(password_acceptable("Anna.Long", "anna.long", &e), ERR_INVALID);
	memset(long_one, 'x', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	assert_int_equal(password_acceptable(long_one, "anna", &e), ERR_INVALID);
	long_one[PASSWORD_MAX] = '\0';
	assert_int_equal(password_acceptable(long_one, "anna", &e), ERR_OK);
	password_generate(made);
	assert_int_equal(strlen(made), PASSWORD_GENERATED_SIZE - 1);
	assert_int_equal(password_acceptable(made, "anna", &e), ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_can_be_opened_in_its_place_only),
		cmocka_unit_test(a_changed_seal_does_not_open),
		cmocka_unit_test(the_longest_and_nothing_can_be_sealed),
		cmocka_unit_test(purposes_have_keys_of_their_own),
		cmocka_unit_test(the_key_file_is_made_once_and_kept_from_others),
		cmocka_unit_test(a_password_is_known_by_its_hash),
		cmocka_unit_test(passwords_have_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
