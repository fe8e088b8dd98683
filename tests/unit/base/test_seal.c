#include "base/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/test.h"

static const uint8_t secret[SEAL_SECRET_SIZE] = {1, 2, 3};
static const uint8_t other_secret[SEAL_SECRET_SIZE] = {1, 2, 4};

struct folder {
	char path[40];
	char keys[60];
	char key[80];
};

static int
set_up(void **state)
{
	struct folder *f = calloc(1, sizeof(*f));
	char base[] = "/tmp/test_seal_XXXXXX";

	assert_non_null(mkdtemp(base));
	snprintf(f->path, sizeof(f->path), "%s", base);
	snprintf(f->keys, sizeof(f->keys), "%s/keys", f->path);
	snprintf(f->key, sizeof(f->key), "%s/server.key", f->keys);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct folder *f = *state;

	unlink(f->key);
	rmdir(f->keys);
	assert_int_equal(rmdir(f->path), 0); /* nothing else was left in it */
	free(f);
	return 0;
}

static void
what_is_sealed_opens_under_its_context_only(void **state)
{
	char sealed[SEAL_TEXT_SIZE];
	char plain[20] = "untouched";
	size_t length = 77;

	(void)state;
	assert_int_equal(seal(secret, "mailbox:1", "hunter2", 7, sealed), ERR_OK);
	assert_null(strstr(sealed, "hunter2"));
	assert_int_equal(seal_open(secret, "mailbox:2", sealed, plain, sizeof(plain),
						 &length),
		ERR_CORRUPT);
	assert_int_equal(seal_open(other_secret, "mailbox:1", sealed, plain, sizeof(plain),
						 &length),
		ERR_CORRUPT);
	assert_int_equal(seal_open(secret, "mailbox:1", sealed, plain, 6, &length),
		ERR_CORRUPT);
	assert_string_equal(plain, "untouched");
	assert_int_equal(length, 77);
	assert_int_equal(seal_open(secret, "mailbox:1", sealed, plain, 7, &length), ERR_OK);
	assert_int_equal(length, 7);
	assert_memory_equal(plain, "hunter2", 7);
}

static void
any_changed_or_missing_character_is_noticed(void **state)
{
	char sealed[SEAL_TEXT_SIZE];
	char plain[20];
	size_t length;

	(void)state;
	assert_int_equal(seal(secret, "c", "hunter2", 7, sealed), ERR_OK);
	for (size_t i = 0; sealed[i] != '\0'; i++) {
		char kept = sealed[i];

		sealed[i] = kept == 'A' ? 'B' : 'A';
		assert_int_equal(seal_open(secret, "c", sealed, plain, sizeof(plain), &length),
			ERR_CORRUPT);
		sealed[i] = '\0';
		assert_int_equal(seal_open(secret, "c", sealed, plain, sizeof(plain), &length),
			ERR_CORRUPT);
		sealed[i] = kept;
	}
	assert_int_equal(seal_open(secret, "c", sealed, plain, sizeof(plain), &length),
		ERR_OK);
}

static void
the_longest_and_the_empty_text_fit(void **state)
{
	char sealed[SEAL_TEXT_SIZE];
	char text[SEAL_PLAIN_MAX + 1];
	char plain[SEAL_PLAIN_MAX];
	size_t length;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(seal(secret, "c", text, SEAL_PLAIN_MAX + 1, sealed), ERR_INVALID);
	assert_int_equal(seal(secret, "c", text, SEAL_PLAIN_MAX, sealed), ERR_OK);
	assert_int_equal(strlen(sealed), SEAL_TEXT_SIZE - 1);
	assert_int_equal(seal_open(secret, "c", sealed, plain, sizeof(plain), &length),
		ERR_OK);
	assert_int_equal(length, SEAL_PLAIN_MAX);
	assert_memory_equal(plain, text, SEAL_PLAIN_MAX);
	assert_int_equal(seal(secret, "c", "", 0, sealed), ERR_OK);
	assert_int_equal(seal_open(secret, "c", sealed, plain, sizeof(plain), &length),
		ERR_OK);
	assert_int_equal(length, 0);
}

static void
equal_texts_seal_differently(void **state)
{
	char first[SEAL_TEXT_SIZE];
	char second[SEAL_TEXT_SIZE];

	(void)state;
	assert_int_equal(seal(secret, "c", "same", 4, first), ERR_OK);
	assert_int_equal(seal(secret, "c", "same", 4, second), ERR_OK);
	assert_string_not_equal(first, second);
}

static void
derived_keys_differ_by_purpose_and_secret(void **state)
{
	uint8_t a[SEAL_SECRET_SIZE];
	uint8_t b[SEAL_SECRET_SIZE];

	(void)state;
	seal_derive(secret, "csrf", a);
	seal_derive(secret, "csrf", b);
	assert_memory_equal(a, b, sizeof(a));
	seal_derive(secret, "seal", b);
	assert_memory_not_equal(a, b, sizeof(a));
	seal_derive(other_secret, "csrf", b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
the_key_is_made_once_and_private(void **state)
{
	const struct folder *f = *state;
	uint8_t first[SEAL_SECRET_SIZE];
	uint8_t second[SEAL_SECRET_SIZE];
	struct stat status;
	struct error e;

	assert_int_equal(seal_secret_load(f->path, first, &e), ERR_OK);
	assert_int_equal(stat(f->key, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_size, SEAL_SECRET_SIZE);
	assert_int_equal(stat(f->keys, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_int_equal(seal_secret_load(f->path, second, &e), ERR_OK);
	assert_memory_equal(first, second, sizeof(first));
}

static void
a_damaged_or_public_key_is_refused(void **state)
{
	const struct folder *f = *state;
	uint8_t key[SEAL_SECRET_SIZE];
	struct error e = {0};

	assert_int_equal(seal_secret_load(f->path, key, &e), ERR_OK);
	assert_int_equal(chmod(f->key, 0640), 0);
	assert_int_equal(seal_secret_load(f->path, key, &e), ERR_INVALID);
	assert_non_null(strstr(e.text, "chmod 600"));
	assert_int_equal(chmod(f->key, 0600), 0);
	assert_int_equal(truncate(f->key, SEAL_SECRET_SIZE - 1), 0);
	assert_int_equal(seal_secret_load(f->path, key, &e), ERR_INVALID);
	assert_int_equal(truncate(f->key, SEAL_SECRET_SIZE + 1), 0);
	assert_int_equal(seal_secret_load(f->path, key, &e), ERR_INVALID);
}

static void
a_folder_that_cannot_be_made_is_reported(void **state)
{
	uint8_t key[SEAL_SECRET_SIZE];
	struct error e = {0};

	(void)state;
	assert_int_equal(seal_secret_load("/proc/nowhere/at/all", key, &e), ERR_UNAVAILABLE);
	assert_non_null(strstr(e.text, "/proc/nowhere"));
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_opens_under_its_context_only),
		cmocka_unit_test(any_changed_or_missing_character_is_noticed),
		cmocka_unit_test(the_longest_and_the_empty_text_fit),
		cmocka_unit_test(equal_texts_seal_differently),
		cmocka_unit_test(derived_keys_differ_by_purpose_and_secret),
		WITH_FOLDER(the_key_is_made_once_and_private),
		WITH_FOLDER(a_damaged_or_public_key_is_refused),
		cmocka_unit_test(a_folder_that_cannot_be_made_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
