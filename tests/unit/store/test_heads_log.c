/* Records of signed heads, also those that older versions wrote. */
#include "store/heads_log.h"

#include <string.h>

#include "base/arena.h"
#include "lib/test.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define RECORD \
	"\"at\":1,\"node\":1,\"from\":1,\"n\":1,\"facts\":\"AAAAAAAAAAA\",\"heads\":[[\"7\",\"1\"]]," \
	"\"feed\":\"" ZEROS "\",\"audit\":\"0\",\"audit_hash\":\"" ZEROS "\"," \
	"\"previous\":\"" ZEROS "\",\"signature\":\"\"}"

static enum err
decode(const char *line, struct arena *a, struct heads_record *out)
{
	struct error e = {0};

	return heads_record_decode(line, strlen(line), NULL, a, out, &e);
}

static void
a_record_without_a_version_is_of_the_first(void **state)
{
	struct arena *a = arena_create();
	struct heads_record r;

	(void)state;
	assert_int_equal(decode("{" RECORD, a, &r), ERR_OK);
	assert_int_equal(r.version, 1);
	assert_int_equal(decode("{\"version\":2," RECORD, a, &r), ERR_OK);
	assert_int_equal(r.version, 2);
	assert_int_equal(decode("{\"version\":3," RECORD, a, &r), ERR_CORRUPT);
	arena_destroy(a);
}

static void
the_first_version_went_over_the_feed_fact_by_fact(void **state)
{
	uint8_t hashes[2 * DIGEST_SIZE];
	uint8_t feed[DIGEST_SIZE] = {0};
	uint8_t expected[DIGEST_SIZE] = {0};
	uint8_t step[DIGEST_SIZE];

	(void)state;
	memset(hashes, 1, DIGEST_SIZE);
	memset(hashes + DIGEST_SIZE, 2, DIGEST_SIZE);
	for (size_t i = 0; i < 2; i++) {
		sha256_two(expected, DIGEST_SIZE, hashes + i * DIGEST_SIZE, DIGEST_SIZE, step);
		memcpy(expected, step, DIGEST_SIZE);
	}
	heads_feed_add(1, feed, hashes, 2);
	assert_memory_equal(feed, expected, DIGEST_SIZE);
}

static void
the_second_version_covers_the_facts_of_a_record_at_once(void **state)
{
	uint8_t hashes[2 * DIGEST_SIZE] = {3};
	uint8_t feed[DIGEST_SIZE] = {0};
	uint8_t before[DIGEST_SIZE] = {0};
	uint8_t expected[DIGEST_SIZE];

	(void)state;
	sha256_two(feed, DIGEST_SIZE, hashes, sizeof(hashes), expected);
	heads_feed_add(2, feed, hashes, 2);
	assert_memory_equal(feed, expected, DIGEST_SIZE);
	heads_feed_add(2, before, hashes, 0);
	assert_memory_equal(before, ((uint8_t[DIGEST_SIZE]){0}), DIGEST_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_without_a_version_is_of_the_first),
		cmocka_unit_test(the_first_version_went_over_the_feed_fact_by_fact),
		cmocka_unit_test(the_second_version_covers_the_facts_of_a_record_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
