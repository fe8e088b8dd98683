/* Whatever the short way takes, jansson reads the same. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json_plain.h"
#include "lib/test.h"

enum { ROUNDS = 200000, TEXT_MAX = 400 };

static bool
taken(const char *text)
{
	json_t *root = json_plain(text, strlen(text));
	bool is_taken = root != NULL;

	json_decref(root);
	return is_taken;
}

static void
frames_are_plain(void **state)
{
	(void)state;
	assert_true(taken("{\"t\":\"send\",\"ref\":\"01JD\",\"text\":\"你好, ok?\"}"));
	assert_true(taken(" { \"a\" : -12 ,\n\"b\":true,\"c\":false,\"d\":null, \"\":0 } "));
	assert_true(taken("{\"a\":999999999999999999}"));
}

static void
anything_else_is_left_to_jansson(void **state)
{
	static const char *const others[] = {"", "{}", "[]", "1", "{\"a\":1}x", "{\"a\":1}{",
		"{\"a\":[]}", "{\"a\":{}}", "{\"a\":\"\\n\"}", "{\"a\":\"\n\"}", "{\"a\":1.0}",
		"{\"a\":1e3}", "{\"a\":01}", "{\"a\":-}", "{\"a\":1,\"a\":2}", "{\"a\":1,}",
		"{\"a\" 1}", "{a:1}", "{\"a\":\"x}", "{\"a\":\"\x80\"}",
		"{\"a\":\"\xED\xA0\x80\"}", "{\"a\":tru}", "{\"a\":1", "{\"a\":", "{\"a\"", "{\"",
		"{\"a\":1000000000000000000}", "\xEF\xBB\xBF{\"a\":1}", "{\"a\x01\":1}",
		"{\"a\":1 2}"};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (taken(others[i])) {
			fail_msg("taken: %s", others[i]);
		}
	}
	assert_null(json_plain("{\"a\":1}\0", 8));
	assert_null(json_plain("{\"a\0b\":1}", 9));
}

/* In texts of all lengths, at the beginning, at the end and between. */
static void
any_byte_is_seen_wherever_it_stands(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		for (size_t length = 1; length < 20; length++) {
			for (size_t at = 0; at < length; at++) {
				char text[40] = "{\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxx";
				json_t *whole;

				text[6 + at] = (char)byte;
				memcpy(text + 6 + length, "\"}", 3);
				whole = json_loadb(text, length + 8, JSON_REJECT_DUPLICATES, NULL);
				assert_int_equal(taken(text), whole != NULL);
				json_decref(whole);
			}
		}
	}
}

static unsigned seed = 11;

static unsigned
pick(unsigned below)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % below;
}

static size_t
make(char *out)
{
	static const char *const pieces[] = {"{", "}", "\"a\"", "\"b\"", "\"\"", "\"中文\"",
		"\"x y\"", ":", ":", ",", ",", "1", "-1", "0", "00", "12345678901234567890",
		"true", "false", "null", " ", "\n", "\\", "[", "]", "\x80", "\xC3", "1.5", "e",
		"\t"};
	size_t length = 1;

	out[0] = '{';
	for (unsigned members = 1 + pick(4); members > 0; members--) {
		length += (size_t)snprintf(out + length, TEXT_MAX - length, "%s\"k%u\":%s",
			length > 1 ? "," : "", pick(5), pieces[pick(20)]);
	}
	out[length++] = '}';
	for (unsigned damage = pick(3); damage > 0; damage--) {
		const char *piece = pieces[pick(sizeof(pieces) / sizeof(pieces[0]))];

		memcpy(out + pick((unsigned)length), piece, 1);
	}
	return length;
}

static void
what_is_taken_is_what_jansson_reads(void **state)
{
	char text[TEXT_MAX + 8];
	unsigned count = 0;

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		size_t length = make(text);
		json_t *plain = json_plain(text, length);

		if (plain != NULL) {
			json_t *whole = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);

			if (whole == NULL || !json_equal(plain, whole)) {
				fail_msg("differs: %.*s", (int)length, text);
			}
			json_decref(whole);
			count++;
		}
		json_decref(plain);
	}
	assert_true(count > ROUNDS / 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_plain),
		cmocka_unit_test(anything_else_is_left_to_jansson),
		cmocka_unit_test(any_byte_is_seen_wherever_it_stands),
		cmocka_unit_test(what_is_taken_is_what_jansson_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
