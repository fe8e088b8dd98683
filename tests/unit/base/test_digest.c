#include "base/digest.h"

#include <pthread.h>
#include <string.h>

#include "base/str.h"
#include "lib/test.h"

static void
assert_digest(const uint8_t digest[static DIGEST_SIZE], const char *expected)
{
	char text[2 * DIGEST_SIZE + 1];

	hex_encode(digest, DIGEST_SIZE, text);
	assert_string_equal(text, expected);
}

/* FIPS 180-2, appendix B. */
static void
sha256_of_known_messages(void **state)
{
	uint8_t digest[DIGEST_SIZE];

	(void)state;
	sha256("", 0, digest);
	assert_digest(digest,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256(NULL, 0, digest);
	assert_digest(digest,
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256("abc", 3, digest);
	assert_digest(digest,
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
two_parts_are_hashed_as_one(void **state)
{
	uint8_t whole[DIGEST_SIZE];
	uint8_t parts[DIGEST_SIZE];

	(void)state;
	sha256("abcdef", 6, whole);
	for (size_t cut = 0; cut <= 6; cut++) {
		sha256_two("abcdef", cut, &"abcdef"[cut], 6 - cut, parts);
		assert_memory_equal(whole, parts, DIGEST_SIZE);
	}
}

/* RFC 4231, cases 1, 2 and 6. */
static void
hmac_of_known_messages(void **state)
{
	uint8_t digest[DIGEST_SIZE];
	uint8_t key[131];
	const char *message = "Test Using Larger Than Block-Size Key - Hash Key First";

	(void)state;
	memset(key, 0x0b, 20);
	hmac_sha256(key, 20, "Hi There", 8, digest);
	assert_digest(digest,
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, digest);
	assert_digest(digest,
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	hmac_sha256(key, sizeof(key), message, strlen(message), digest);
	assert_digest(digest,
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void
an_empty_key_is_not_the_last_key(void **state)
{
	uint8_t first[DIGEST_SIZE];
	uint8_t second[DIGEST_SIZE];

	(void)state;
	hmac_sha256(NULL, 0, "", 0, first);
	assert_digest(first,
		"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
	hmac_sha256("secret", 6, "", 0, second);
	hmac_sha256("", 0, "", 0, second);
	assert_memory_equal(first, second, DIGEST_SIZE);
}

static void *
hash_often(void *arg)
{
	uint8_t expected[DIGEST_SIZE];
	uint8_t digest[DIGEST_SIZE];

	sha256("abc", 3, expected);
	for (int i = 0; i < 2000; i++) {
		sha256_two("a", 1, "bc", 2, digest);
		if (memcmp(digest, expected, DIGEST_SIZE) != 0) {
			*(int *)arg = 1;
		}
	}
	return NULL;
}

static void
threads_do_not_disturb_each_other(void **state)
{
	pthread_t threads[4];
	int wrong[4] = {0};

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_create(&threads[i], NULL, hash_often, &wrong[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(wrong[i], 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_of_known_messages),
		cmocka_unit_test(two_parts_are_hashed_as_one),
		cmocka_unit_test(hmac_of_known_messages),
		cmocka_unit_test(an_empty_key_is_not_the_last_key),
		cmocka_unit_test(threads_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
