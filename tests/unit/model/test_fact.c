/* What a fact looks like to staff, to the customer, and in the chain. */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "model/fact.h"

static struct fact *
message(void)
{
	struct fact *f = fact_create();

	f->id = FACT_ID(1, 7);
	f->timeline = 7001;
	f->customer = 7002;
	f->seq = 12;
	f->pub = 5;
	f->conversation = 9001;
	f->kind = FACT_MESSAGE;
	f->channel = 501;
	strcpy(f->channel_kind, "webchat");
	f->author_kind = AUTHOR_STAFF;
	f->author = 301;
	f->at = 1700000000123;
	f->committed_at = 1700000000125;
	strcpy(f->ref, "01JD0000000000000000000001");
	f->body = xstrdup("{\"text\":\"say \\\"hi\\\"\"}");
	f->body_length = strlen(f->body);
	f->files = xstrdup("[{\"id\":\"77\",\"name\":\"a.png\",\"type\":\"image/png\","
					   "\"size\":12,\"sha256\":\"abcd\",\"width\":1,\"height\":2}]");
	return f;
}

static void
customers_see_an_allow_list(void **state)
{
	struct fact *f = message();
	size_t length = 0;
	const char *frame = fact_public_frame(f, "陈嘉禾", &length);

	(void)state;
	assert_string_equal(frame,
		"{\"t\":\"entry\",\"entry\":{\"pub\":5,\"kind\":\"message\","
		"\"author\":{\"kind\":\"staff\",\"name\":\"陈嘉禾\"},"
		"\"at\":\"2023-11-14T22:13:20.123Z\",\"ref\":null,"
		"\"body\":{\"text\":\"say \\\"hi\\\"\"},"
		"\"files\":[{\"id\":\"77\",\"name\":\"a.png\",\"type\":\"image/png\","
		"\"size\":12,\"width\":1,\"height\":2}]}}");
	assert_int_equal(length, strlen(frame));
	/* Encoded once, whoever asks next. */
	assert_ptr_equal(fact_public_frame(f, "another", &length), frame);
	fact_put(f);
}

static void
strange_members_of_a_body_stay_inside(void **state)
{
	static const char *const bodies[] = {
		"{\"text\":\"hi\",\"secret\":1}",
		"{\"secret\":{\"text\":\"x\"},\"text\":\"hi\"}",
		"{\"text\":\"hi\" }",
		"{\"text\":\"hi\"}}",
		"{\"text\":\"hi",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct fact *f = message();
		size_t length = 0;

		free(f->body);
		f->body = xstrdup(bodies[i]);
		f->body_length = strlen(f->body);
		assert_null(strstr(fact_public_frame(f, NULL, &length), "secret"));
		fact_put(f);
	}
}

static void
only_numbered_messages_are_public(void **state)
{
	struct fact *f = message();

	(void)state;
	assert_true(fact_is_public(f));
	f->pub = 0;
	assert_false(fact_is_public(f));
	f->pub = 5;
	f->kind = FACT_NOTE;
	assert_false(fact_is_public(f));
	fact_put(f);
}

static void
her_own_ref_comes_back(void **state)
{
	struct fact *f = message();
	size_t length = 0;

	(void)state;
	f->author_kind = AUTHOR_CUSTOMER;
	assert_non_null(strstr(fact_public_frame(f, NULL, &length),
		"\"ref\":\"01JD0000000000000000000001\""));
	fact_put(f);
}

static void
staff_see_everything(void **state)
{
	struct fact *f = message();
	struct json *j = NULL;
	size_t length = 0;
	const char *frame = fact_staff_frame(f, &length);
	const struct json *entry;
	uint64_t id = 0;

	(void)state;
	assert_int_equal(json_parse(frame, length, &j, NULL), ERR_OK);
	entry = json_get(j, "entry");
	assert_true(json_id(entry, "id", &id));
	assert_int_equal(id, f->id);
	assert_true(json_id(entry, "customer", &id));
	assert_int_equal(id, 7002);
	assert_string_equal(json_string(json_get(entry, "body"), "text"), "say \"hi\"");
	assert_null(json_get(j, "conversation"));
	json_free(j);
	fact_put(f);
}

static void
references_are_counted(void **state)
{
	struct fact *f = message();

	(void)state;
	assert_ptr_equal(fact_get(f), f);
	fact_put(f);
	assert_int_equal(f->references, 1);
	fact_put(f);
	fact_put(NULL);
}

static void
hash_of(const struct fact *f, uint8_t out[DIGEST_SIZE])
{
	struct fact_chain_input in = {0};

	fact_hash(f, &in, out);
}

/* The chain is for ever: this value may only change with a new algorithm name. */
static void
hash_is_what_it_always_was(void **state)
{
	struct fact *f = message();
	uint8_t hash[DIGEST_SIZE];
	char text[2 * DIGEST_SIZE + 1];

	(void)state;
	hash_of(f, hash);
	hex_encode(hash, sizeof(hash), text);
	assert_string_equal(text,
		"0ed4863dc18aacb16dc7105b86c537dc681c274a1aa8eb22a9720de06486628f");
	fact_put(f);
}

static void
every_field_counts(void **state)
{
	uint8_t first[DIGEST_SIZE];
	uint8_t other[DIGEST_SIZE];
	struct fact *f = message();

	(void)state;
	hash_of(f, first);
#define CHANGES(statement) \
	do { \
		struct fact *g = message(); \
		statement; \
		hash_of(g, other); \
		assert_memory_not_equal(first, other, DIGEST_SIZE); \
		fact_put(g); \
	} while (0)
	CHANGES(g->id++);
	CHANGES(g->timeline++);
	CHANGES(g->seq++);
	CHANGES(g->pub++);
	CHANGES(g->conversation++);
	CHANGES(g->kind = FACT_NOTE);
	CHANGES(g->channel++);
	CHANGES(g->channel_kind[0] = 'W');
	CHANGES(g->author_kind = AUTHOR_BOT);
	CHANGES(g->author++);
	CHANGES(g->at++);
	CHANGES(g->committed_at++);
	CHANGES(g->ref[0] = '1');
	CHANGES(g->files[0] = ' ');
#undef CHANGES
	fact_put(f);
}

static void
body_digest_needs_the_salt(void **state)
{
	uint8_t salt[FACT_SALT_SIZE] = {0};
	uint8_t a[DIGEST_SIZE];
	uint8_t b[DIGEST_SIZE];

	(void)state;
	fact_body_digest(salt, "x", 1, a);
	salt[0] = 1;
	fact_body_digest(salt, "x", 1, b);
	assert_memory_not_equal(a, b, DIGEST_SIZE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(customers_see_an_allow_list),
		cmocka_unit_test(strange_members_of_a_body_stay_inside),
		cmocka_unit_test(only_numbered_messages_are_public),
		cmocka_unit_test(her_own_ref_comes_back),
		cmocka_unit_test(staff_see_everything),
		cmocka_unit_test(references_are_counted),
		cmocka_unit_test(hash_is_what_it_always_was),
		cmocka_unit_test(every_field_counts),
		cmocka_unit_test(body_digest_needs_the_salt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
