#include <string.h>

#include "base/buf.h"
#include "base/digits.h"
#include "base/json.h"
#include "lib/test.h"

struct fixture {
	struct buf out;
	struct json_writer w;
};

static void
begin(struct fixture *f)
{
	buf_init(&f->out, 10000);
	jw_init(&f->w, &f->out);
}

static void
expect(struct fixture *f, const char *expected)
{
	assert_false(f->out.overflowed);
	assert_string_equal(f->out.data, expected);
	buf_fini(&f->out);
}

static void
commas_come_by_themselves(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	jw_object(&f.w);
	jw_key(&f.w, "a");
	jw_array(&f.w);
	jw_i64(&f.w, 1);
	jw_object(&f.w);
	jw_object_end(&f.w);
	jw_array(&f.w);
	jw_array_end(&f.w);
	jw_null(&f.w);
	jw_array_end(&f.w);
	jw_kbool(&f.w, "b", true);
	jw_key(&f.w, "c");
	jw_raw(&f.w, "[0]", 3);
	jw_kstring(&f.w, "d", NULL);
	jw_object_end(&f.w);
	expect(&f, "{\"a\":[1,{},[],null],\"b\":true,\"c\":[0],\"d\":null}");
}

static void
every_byte_below_space_is_escaped(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	jw_string_n(&f.w, "\0\1\b\t\n\v\f\r\x1f \"\\/\x7f", 14);
	expect(&f, "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f \\\"\\\\/\x7f\"");
}

static void
what_is_written_reads_back(void **state)
{
	char text[200];
	struct fixture f;
	struct json *root = NULL;
	size_t length;

	(void)state;
	for (int i = 1; i < 128; i++) {
		text[i - 1] = (char)i;
	}
	memcpy(text + 127, "\xE5\xAE\xA2\xF0\x9F\x98\x80", 8);
	begin(&f);
	jw_array(&f.w);
	jw_string(&f.w, text);
	jw_array_end(&f.w);
	assert_int_equal(json_parse(f.out.data, f.out.length, &root, NULL), ERR_OK);
	assert_string_equal(json_string_value(json_at(root, 0), &length), text);
	assert_int_equal(length, strlen(text));
	json_free(root);
	buf_fini(&f.out);
}

static void
numbers_at_the_edge_are_exact(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	jw_array(&f.w);
	jw_i64(&f.w, INT64_MIN);
	jw_i64(&f.w, INT64_MAX);
	jw_i64(&f.w, 0);
	jw_i64(&f.w, -1);
	jw_id(&f.w, UINT64_MAX);
	jw_id(&f.w, 0);
	jw_array_end(&f.w);
	expect(&f,
		"[-9223372036854775808,9223372036854775807,0,-1,"
		"\"18446744073709551615\",\"0\"]");
}

static void
absent_ids_and_times_are_null(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	jw_object(&f.w);
	jw_kid(&f.w, "a", 0);
	jw_kid(&f.w, "b", 5);
	jw_ktime(&f.w, "c", 0);
	jw_ktime(&f.w, "d", INT64_C(1795248000123));
	jw_ki64(&f.w, "e", 0);
	jw_key_any(&f.w, "f\n");
	jw_string(&f.w, "");
	jw_object_end(&f.w);
	expect(&f,
		"{\"a\":null,\"b\":\"5\",\"c\":null,\"d\":\"2026-11-21T08:00:00.123Z\","
		"\"e\":0,\"f\\n\":\"\"}");
}

static void
a_full_buffer_is_marked(void **state)
{
	struct fixture f;

	(void)state;
	buf_init(&f.out, 8);
	jw_init(&f.w, &f.out);
	jw_string(&f.w, "123456");
	assert_false(f.out.overflowed);
	jw_string(&f.w, "x");
	assert_true(f.out.overflowed);
	assert_string_equal(f.out.data, "\"123456\"");
	buf_fini(&f.out);
}

static void
write_members(struct json_writer *w)
{
	static const int64_t numbers[] = {0, 9, -9, 99999999, 100000000, 1000000010000000,
		INT64_MAX, INT64_MIN};

	jw_object(w);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		jw_ki64(w, "n", numbers[i]);
		jw_kid(w, "id", (uint64_t)numbers[i]);
	}
	jw_kstring(w, "plain", "1234567");
	jw_kstring(w, "long", "twelve bytes and a \"");
	jw_kstring(w, "end", "12345678\n");
	jw_kstring(w, "none", NULL);
	jw_ktime(w, "at", 1763712000123);
	jw_ktime(w, "never", 0);
	jw_object_end(w);
}

/* Where there is room, members are written in another way than at the end of the memory. */
static void
members_do_not_depend_on_the_room_there_is(void **state)
{
	struct fixture f;
	struct buf roomy;
	struct json_writer w;

	(void)state;
	begin(&f);
	write_members(&f.w);
	buf_init(&roomy, 10000);
	buf_reserve(&roomy, 5000);
	jw_init(&w, &roomy);
	write_members(&w);
	assert_int_equal(roomy.length, strlen(roomy.data));
	assert_string_equal(roomy.data, f.out.data);
	for (uint64_t power = 10, digits = 1; digits < 20; power *= 10, digits++) {
		assert_int_equal(digits_count(power - 1), digits);
		assert_int_equal(digits_count(power), digits + 1);
	}
	assert_int_equal(digits_count(0), 1);
	assert_int_equal(digits_count(UINT64_MAX), 20);
	buf_fini(&roomy);
	expect(&f,
		"{\"n\":0,\"id\":null,\"n\":9,\"id\":\"9\",\"n\":-9,"
		"\"id\":\"18446744073709551607\",\"n\":99999999,\"id\":\"99999999\","
		"\"n\":100000000,\"id\":\"100000000\",\"n\":1000000010000000,"
		"\"id\":\"1000000010000000\",\"n\":9223372036854775807,"
		"\"id\":\"9223372036854775807\",\"n\":-9223372036854775808,"
		"\"id\":\"9223372036854775808\",\"plain\":\"1234567\","
		"\"long\":\"twelve bytes and a \\\"\",\"end\":\"12345678\\n\",\"none\":null,"
		"\"at\":\"2025-11-21T08:00:00.123Z\",\"never\":null}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_come_by_themselves),
		cmocka_unit_test(every_byte_below_space_is_escaped),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(numbers_at_the_edge_are_exact),
		cmocka_unit_test(absent_ids_and_times_are_null),
		cmocka_unit_test(a_full_buffer_is_marked),
		cmocka_unit_test(members_do_not_depend_on_the_room_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
