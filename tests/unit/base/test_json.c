#include "base/json.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "lib/test.h"

static struct json *
parsed(const char *text)
{
	struct json *root = NULL;
	struct error e = {0};

	if (json_parse(text, strlen(text), &root, &e) != ERR_OK) {
		fail_msg("%s: %s", text, e.text);
	}
	return root;
}

static void
assert_refused(const char *text, size_t length)
{
	struct json *root = NULL;
	struct error e = {0};

	if (json_parse(text, length, &root, &e) != ERR_INVALID) {
		fail_msg("accepted: %.*s", (int)length, text);
	}
	assert_null(root);
	assert_true(strlen(e.text) > 0);
}

static void
what_is_not_strict_json_is_refused(void **state)
{
	static const char *const wrong[] = {"", " ", "{", "}", "[1,]", "{\"a\":1,}", "{a:1}",
		"{'a':1}", "[01]", "[1.]", "[.5]", "[+1]", "[NaN]", "[Infinity]", "[1e999]",
		"[1] x", "[1][2]", "1", "\"text\"", "null", "[\"\t\"]", "[\"\n\"]", "[\"\\x\"]",
		"[\"\\u12\"]", "[\"\\ud800\"]", "[\"\\udc00\\ud800\"]", "[\"\\u0000\"]",
		"{\"a\\u0000b\":1}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "[truE]",
		"// c\n[1]", "[\"\x80\"]", "[\"\xC0\x80\"]", "[\"\xED\xA0\x80\"]", "[\"abc",
		"[\"abc\\", "\xEF\xBB\xBF[1]", "[99999999999999999999]", "[1 2]", "{\"a\" 1}"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_refused(wrong[i], strlen(wrong[i]));
	}
	assert_refused("[1]\0", 4);
	assert_refused("[1\0,2]", 6);
	assert_refused("{\"a\":1\0,\"b\":2}", 14);
	assert_refused("[\"a\0b\"]", 7);
}

static void
nesting_is_bounded_but_brackets_in_text_are_free(void **state)
{
	char text[200];
	struct json *root;

	(void)state;
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	text[2 * JSON_DEPTH_MAX] = '\0';
	json_free(parsed(text));
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	assert_refused(text, 2 * (JSON_DEPTH_MAX + 1));
	root = parsed("[\"[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[[[[[[[[[[[[[[[[\"]");
	assert_int_equal(json_length(root), 1);
	json_free(root);
}

static void
errors_do_not_quote_the_input(void **state)
{
	const char *text = "{\"secret\": hunter2}";
	struct json *root;
	struct error e = {0};

	(void)state;
	assert_int_equal(json_parse(text, strlen(text), &root, &e), ERR_INVALID);
	assert_null(strstr(e.text, "hunter"));
	assert_non_null(strstr(e.text, "line 1"));
	text = "{\"password1\": 1, \"password1\": 2}";
	assert_int_equal(json_parse(text, strlen(text), &root, &e), ERR_INVALID);
	assert_null(strstr(e.text, "password"));
}

static void
values_have_types(void **state)
{
	struct json *root = parsed("{\"s\":\"x\",\"i\":-5,\"r\":1.0,\"t\":true,\"f\":false,"
							   "\"n\":null,\"a\":[1,null],\"o\":{}}");
	int64_t number = 7;
	bool flag = false;
	size_t length = 0;

	(void)state;
	assert_true(json_is_object(root));
	assert_false(json_is_array(root));
	assert_true(json_is_array(json_get(root, "a")));
	assert_true(json_is_object(json_get(root, "o")));
	assert_string_equal(json_string(root, "s"), "x");
	assert_null(json_string(root, "i"));
	assert_null(json_string(root, "absent"));
	assert_null(json_get(root, "n"));
	assert_true(json_i64(root, "i", &number));
	assert_int_equal(number, -5);
	assert_false(json_i64(root, "r", &number));
	assert_false(json_i64(root, "s", &number));
	assert_int_equal(number, -5);
	assert_true(json_bool(root, "t", &flag) && flag);
	assert_true(json_bool(root, "f", &flag) && !flag);
	assert_false(json_bool(root, "i", &flag));
	assert_string_equal(json_string_value(json_get(root, "s"), &length), "x");
	assert_int_equal(length, 1);
	assert_int_equal(json_length(json_get(root, "a")), 2);
	assert_non_null(json_at(json_get(root, "a"), 1));
	assert_null(json_at(json_get(root, "a"), 2));
	json_free(root);
}

static void
access_through_the_wrong_type_or_null_finds_nothing(void **state)
{
	struct json *root = parsed("[1]");
	void *iterator = NULL;
	const struct json *value;
	int64_t number;

	(void)state;
	assert_null(json_get(root, "a"));
	assert_null(json_get(NULL, "a"));
	assert_null(json_string(NULL, "a"));
	assert_null(json_string_value(NULL, NULL));
	assert_false(json_i64(NULL, "a", &number));
	assert_int_equal(json_length(NULL), 0);
	assert_null(json_at(NULL, 0));
	assert_false(json_is_object(NULL));
	assert_false(json_is_array(NULL));
	assert_null(json_iterate(root, &iterator, &value));
	json_free(root);
	json_free(NULL);
}

static void
ids_are_decimal_strings_of_63_bits(void **state)
{
	struct json *root = parsed("{\"a\":\"9223372036854775807\","
							   "\"b\":\"9223372036854775808\",\"c\":12,\"d\":\"\","
							   "\"e\":\"-1\",\"f\":\"1x\",\"g\":\"0\"}");
	uint64_t id = 3;

	(void)state;
	for (const char *key = "bcdef"; *key != '\0'; key++) {
		char name[2] = {*key, '\0'};

		assert_false(json_id(root, name, &id));
	}
	assert_int_equal(id, 3);
	assert_true(json_id(root, "a", &id));
	assert_true(id == INT64_MAX);
	assert_true(json_id(root, "g", &id));
	assert_int_equal(id, 0);
	json_free(root);
}

static void
integers_at_the_edge_are_exact(void **state)
{
	struct json *root = parsed("{\"a\":9223372036854775807,\"b\":-9223372036854775808}");
	int64_t number;

	(void)state;
	assert_true(json_i64(root, "a", &number));
	assert_true(number == INT64_MAX);
	assert_true(json_i64(root, "b", &number));
	assert_true(number == INT64_MIN);
	json_free(root);
}

static void
iteration_keeps_the_order_of_arrival(void **state)
{
	struct json *root = parsed("{\"z\":1,\"a\":2,\"m\":3}");
	const struct json *value;
	void *iterator = NULL;
	char keys[4] = {0};
	const char *key;

	(void)state;
	for (int i = 0; (key = json_iterate(root, &iterator, &value)) != NULL; i++) {
		keys[i] = key[0];
	}
	assert_string_equal(keys, "zam");
	json_free(root);
}

static void
foreign_documents_may_repeat_keys(void **state)
{
	const char *text = "{\"a\":1,\"b\":2,\"a\":[3],\"a\":\"last\",\"b\":null,\"c\":4}";
	struct json *root;
	struct buf out;

	(void)state;
	buf_init(&out, 100000);
	assert_int_equal(json_parse_foreign(text, strlen(text), &root, NULL), ERR_OK);
	json_dump(root, &out);
	assert_string_equal(out.data, "{\"a\":\"last\",\"b\":null,\"c\":4}");
	json_free(root);
	buf_clear(&out);
	buf_putc(&out, '{');
	for (int i = 0; i < 100; i++) {
		buf_printf(&out, "\"%d\":%d,", i % 30, i);
	}
	buf_puts(&out, "\"29\":7}");
	assert_int_equal(json_parse_foreign(out.data, out.length, &root, NULL), ERR_OK);
	for (int i = 0; i < 30; i++) {
		char key[12];
		int64_t value = -1;

		snprintf(key, sizeof(key), "%d", i);
		assert_true(json_i64(root, key, &value));
		assert_int_equal(value, i == 29 ? 7 : i < 10 ? 90 + i : 60 + i);
	}
	json_free(root);
	buf_fini(&out);
}

static void
dumps_are_compact_and_in_order(void **state)
{
	struct json *root = parsed("{ \"z\" : [ 1 , 2.5, true, null ], \"a\" : \"\xE5\xAE\xA2"
							   "\\n\\\"/\", \"e\" : {} }");
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	json_dump(root, &out);
	assert_string_equal(out.data,
		"{\"z\":[1,2.5,true,null],\"a\":\"\xE5\xAE\xA2\\n\\\"/\",\"e\":{}}");
	buf_clear(&out);
	json_dump(json_get(root, "a"), &out);
	assert_string_equal(out.data, "\"\xE5\xAE\xA2\\n\\\"/\"");
	buf_fini(&out);
	json_free(root);
}

/* More than one block of memory, and texts that need a block of their own. */
static void
large_documents_come_back_whole(void **state)
{
	enum { COUNT = 3000, LONG = 5000 };
	struct buf text;
	struct buf back;
	struct json *root;

	(void)state;
	buf_init(&text, 1 << 20);
	buf_init(&back, 1 << 20);
	buf_putc(&text, '[');
	for (int i = 0; i < COUNT; i++) {
		buf_printf(&text, "{\"n\":%d},", i);
	}
	buf_putc(&text, '"');
	for (int i = 0; i < LONG; i++) {
		buf_putc(&text, 'x');
	}
	buf_puts(&text, "\"]");
	root = parsed(text.data);
	assert_int_equal(json_length(root), COUNT + 1);
	json_dump(root, &back);
	assert_string_equal(back.data, text.data);
	json_free(root);
	buf_fini(&text);
	buf_fini(&back);
}

static void
several_documents_live_side_by_side(void **state)
{
	struct json *first = parsed("{\"a\":\"one\"}");
	struct json *second = parsed("{\"a\":\"two\"}");
	struct json *third;

	(void)state;
	json_free(first);
	third = parsed("{\"a\":\"three\"}");
	assert_string_equal(json_string(second, "a"), "two");
	assert_string_equal(json_string(third, "a"), "three");
	json_free(third);
	assert_string_equal(json_string(second, "a"), "two");
	json_free(second);
}

static void *
free_document(void *root)
{
	json_free(root);
	return NULL;
}

static void
a_document_may_be_freed_by_another_thread(void **state)
{
	pthread_t thread;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pthread_create(&thread, NULL, free_document,
							 parsed("{\"a\":[1]}")),
			0);
		assert_int_equal(pthread_join(thread, NULL), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_strict_json_is_refused),
		cmocka_unit_test(nesting_is_bounded_but_brackets_in_text_are_free),
		cmocka_unit_test(errors_do_not_quote_the_input),
		cmocka_unit_test(values_have_types),
		cmocka_unit_test(access_through_the_wrong_type_or_null_finds_nothing),
		cmocka_unit_test(ids_are_decimal_strings_of_63_bits),
		cmocka_unit_test(integers_at_the_edge_are_exact),
		cmocka_unit_test(iteration_keeps_the_order_of_arrival),
		cmocka_unit_test(foreign_documents_may_repeat_keys),
		cmocka_unit_test(dumps_are_compact_and_in_order),
		cmocka_unit_test(large_documents_come_back_whole),
		cmocka_unit_test(several_documents_live_side_by_side),
		cmocka_unit_test(a_document_may_be_freed_by_another_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
