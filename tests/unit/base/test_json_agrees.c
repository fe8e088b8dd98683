/* Our JSON reader against jansson, which it replaced: both accept the same texts, and what
 * ours writes out jansson reads as the same value. Random damage to a few good texts, with
 * a fixed seed. jansson comes first, because base/json.h takes over some of its names. */
#include <jansson.h>
#undef json_is_object
#undef json_is_array

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "lib/test.h"

enum { ROUNDS = 60000, TEXT_SIZE = 512 };

static const char *const good[] = {
	"{\"t\":\"send\",\"ref\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"n\":[1,-2.5e+3,true,false,null]}",
	"[{\"a\":{\"b\":[[],{}]}},\"\\ud83d\\ude00 \\u5ba2\\n\\\"\\/\",\"\xE5\xAE\xA2\xF0\x9F\x98\x80\"]",
	"[0,-0,0.0,1e5,1E-5,9223372036854775807,-9223372036854775808,1.7976931348623157e308]",
	" { \"k\" : \"v\" , \"\" : \"\" , \"k2\" : [ \"\" ] } \r\n\t",
	"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]",
	"{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":10,\"k\":11,"
	"\"l\":12,\"m\":13,\"n\":14,\"o\":15,\"p\":16,\"q\":17,\"r\":18}",
};

static size_t
damage(char *text, size_t length, unsigned *seed)
{
	static const char bytes[] =
		"\"\\{}[]:,0123456789-+.eEtrufalsn \n\t\x01\x7f\x80\xE5\xFF";
	int changes = rand_r(seed) % 3 + 1;

	for (int i = 0; i < changes && length > 0; i++) {
		size_t at = (size_t)rand_r(seed) % length;

		switch (rand_r(seed) % 4) {
		case 0: /* replace; now and then by NUL */
			text[at] = bytes[(size_t)rand_r(seed) % sizeof(bytes)];
			break;
		case 1: /* remove */
			memmove(text + at, text + at + 1, length - at - 1);
			length--;
			break;
		case 2: /* double */
			memmove(text + at + 1, text + at, length - at);
			length++;
			break;
		default: /* cut */
			length = rand_r(seed) % 8 == 0 ? at : length;
			break;
		}
	}
	return length;
}

static void
assert_same_value(const struct json *ours, const json_t *theirs)
{
	json_t *read_back;
	struct buf out;

	buf_init(&out, 100000);
	json_dump(ours, &out);
	read_back = json_loadb(out.data, out.length, JSON_REJECT_DUPLICATES, NULL);
	if (read_back == NULL || !json_equal(read_back, theirs)) {
		fail_msg("written differently: %s", out.data);
	}
	json_decref(read_back);
	buf_fini(&out);
}

static int
compare(const char *text, size_t length)
{
	struct json *ours = NULL;
	json_t *theirs;
	struct error e = {0};
	enum err rc = json_parse(text, length, &ours, &e);

	if (memchr(text, '\0', length) != NULL) {
		assert_int_equal(rc, ERR_INVALID); /* jansson skips some */
		return 0;
	}
	theirs = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	if ((rc == ERR_OK) != (theirs != NULL)) {
		fail_msg("we %s (%s): %.*s", rc == ERR_OK ? "accept" : "refuse", e.text,
			(int)length, text);
	}
	if (rc != ERR_OK) {
		return 0;
	}
	assert_same_value(ours, theirs);
	json_decref(theirs);
	json_free(ours);
	return 1;
}

static void
both_accept_the_same_and_read_the_same(void **state)
{
	unsigned seed = 20261121;
	int accepted = 0;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		const char *from = good[(size_t)round % (sizeof(good) / sizeof(good[0]))];
		char text[TEXT_SIZE];
		size_t length = strlen(from);

		memcpy(text, from, length);
		if (round >= 6) {
			length = damage(text, length, &seed);
		}
		accepted += compare(text, length);
	}
	assert_in_range(accepted, ROUNDS / 20, ROUNDS - ROUNDS / 20);
}

static void
duplicates_are_found_among_many_keys(void **state)
{
	enum { KEYS = 5000 };
	struct json *root;
	struct buf text;

	(void)state;
	for (int twice = -1; twice < KEYS; twice += 1250) {
		buf_init(&text, 1 << 20);
		buf_putc(&text, '{');
		for (int i = 0; i < KEYS; i++) {
			buf_printf(&text, "\"key%d\":%d,", i, i);
		}
		buf_printf(&text, "\"key%d\":0}", twice >= 0 ? twice : KEYS);
		assert_int_equal(json_parse(text.data, text.length, &root, NULL),
			twice >= 0 ? ERR_INVALID : ERR_OK);
		if (twice < 0) {
			int64_t value;

			assert_true(json_i64(root, "key4999", &value));
			assert_int_equal(value, 4999);
			json_free(root);
		}
		buf_fini(&text);
	}
}

static void
long_arrays_are_indexed(void **state)
{
	enum { COUNT = 20000 };
	struct json *root;
	struct buf text;

	(void)state;
	buf_init(&text, 1 << 20);
	for (int i = 0; i < COUNT; i++) {
		buf_printf(&text, "%c\"%d\"", i == 0 ? '[' : ',', i);
	}
	buf_putc(&text, ']');
	assert_int_equal(json_parse(text.data, text.length, &root, NULL), ERR_OK);
	assert_int_equal(json_length(root), COUNT);
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(atoi(json_string_value(json_at(root, (size_t)i), NULL)), i);
	}
	assert_null(json_at(root, COUNT));
	json_free(root);
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_accept_the_same_and_read_the_same),
		cmocka_unit_test(duplicates_are_found_among_many_keys),
		cmocka_unit_test(long_arrays_are_indexed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
