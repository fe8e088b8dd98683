/* What a form or a program posts about a visit, and what must become of it. */
#include "lib/test.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "channels/counter/driver.h"
#include "model/change.h"
#include "model/visit.h"

static enum err
decode(const char *body, struct change **out, struct error *e)
{
	struct inbound in = {0};
	struct json *json = NULL;
	enum err err;

	*out = change_create(CHANGE_POST, NULL);
	assert_int_equal(json_parse(body, strlen(body), &json, NULL), ERR_OK);
	in.body = json;
	err = counter_driver.decode(&in, *out, e);
	json_free(json);
	return err;
}

static void
a_whole_visit_is_understood(void **state)
{
	struct error e = {0};
	struct change *c;

	(void)state;
	assert_int_equal(decode("{\"ref\":\"01JDABCDEFGH\",\"customer\":\"42\","
							"\"place\":\" 南京路营业部 \",\"topic\":\"开户\\n风险测评\","
							"\"next_step\":\"寄合同\",\"next_on\":\"2028-02-29\","
							"\"at\":\"2026-11-21T08:00:00Z\",\"files\":[\"7\",\"9\"]}",
						 &c, &e),
		ERR_OK);
	assert_int_equal(c->kind, CHANGE_POST);
	assert_int_equal(c->post.kind, FACT_VISIT);
	assert_string_equal(c->ref, "01JDABCDEFGH");
	assert_int_equal(c->post.party.customer, 42);
	assert_string_equal(c->post.visit->place, "南京路营业部");
	assert_string_equal(c->post.visit->topic, "开户\n风险测评");
	assert_string_equal(c->post.visit->next_step, "寄合同");
	assert_string_equal(c->post.visit->next_on, "2028-02-29");
	assert_int_equal(c->post.at, 1795248000000);
	assert_int_equal(c->post.file_count, 2);
	assert_int_equal(c->post.files[1], 9);
	change_destroy(c);
}

static void
little_is_enough(void **state)
{
	struct error e = {0};
	struct change *c;

	(void)state;
	assert_int_equal(
		decode("{\"ref\":\"12345678\",\"customer\":\"42\",\"topic\":\"Hello\"}", &c, &e),
		ERR_OK);
	assert_string_equal(c->post.visit->place, "");
	assert_string_equal(c->post.visit->next_step, "");
	assert_string_equal(c->post.visit->next_on, "");
	assert_int_equal(c->post.at, 0);
	assert_int_equal(c->post.file_count, 0);
	change_destroy(c);
}

static void
what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *body;
		const char *named;
	} rows[] = {
		{"{\"customer\":\"42\",\"topic\":\"Hello\"}", "ref: "},
		{"{\"ref\":\"12345678\",\"topic\":\"Hello\"}", "customer: is missing"},
		{"{\"ref\":\"12345678\",\"customer\":\"x\",\"topic\":\"Hello\"}", "customer: "},
		{"{\"ref\":\"12345678\",\"customer\":\"1\",\"topic\":\"  \"}", "topic: "},
		{"{\"ref\":\"12345678\",\"customer\":\"1\",\"topic\":7}", "topic: "},
		{"{\"ref\":\"12345678\",\"customer\":\"1\",\"topic\":\"a\",\"next_step\":\"b\","
		 "\"next_on\":\"2027-02-29\"}",
			"next_on: "},
		{"{\"ref\":\"12345678\",\"customer\":\"1\",\"topic\":\"a\",\"next_step\":\"b\","
		 "\"next_on\":\"2027-13-01\"}",
			"next_on: "},
		{"{\"ref\":\"12345678\",\"customer\":\"1\",\"topic\":\"a\","
		 "\"next_on\":\"2027-02-01\"}",
			"next_step: "},
		{"{\"ref\":\"12345678\",\"customer\":\"1\",\"topic\":\"a\",\"at\":\"today\"}",
			"at: "},
		{"{\"ref\":\"12345678\",\"customer\":\"1\",\"topic\":\"a\",\"files\":[0]}",
			"files: "},
		{"{\"ref\":\"12345678\",\"customer\":\"1\",\"topic\":\"a\",\"files\":{}}",
			"files: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error e = {0};
		struct change *c;

		assert_int_equal(decode(rows[i].body, &c, &e), ERR_INVALID);
		if (strncmp(e.text, rows[i].named, strlen(rows[i].named)) != 0) {
			fail_msg("%s: refused with %s", rows[i].body, e.text);
		}
		change_destroy(c);
	}
}

static void
lengths_count_characters(void **state)
{
	char body[8 * 1024] = "{\"ref\":\"12345678\",\"customer\":\"1\",\"topic\":\"";
	struct error e = {0};
	struct change *c;
	size_t length = strlen(body);

	(void)state;
	for (int i = 0; i < VISIT_TOPIC_MAX; i++) {
		memcpy(body + length, "谈", 3);
		length += 3;
	}
	memcpy(body + length, "\"}", 3);
	assert_int_equal(decode(body, &c, &e), ERR_OK);
	change_destroy(c);
	memcpy(body + length, "谈\"}", 6);
	assert_int_equal(decode(body, &c, &e), ERR_INVALID);
	change_destroy(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_visit_is_understood),
		cmocka_unit_test(little_is_enough),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(lengths_count_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
