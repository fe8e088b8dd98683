#include "knowledge/fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "knowledge/utf8_step.h"
#include "lib/test.h"

static void
expect(const char *text, const char *folded)
{
	struct arena *a = arena_create();
	struct folded out;

	fold_text(text, strlen(text), a, &out);
	assert_string_equal(out.text, folded);
	assert_int_equal(out.length, strlen(folded));
	assert_int_equal(out.origin[out.length], strlen(text));
	arena_destroy(a);
}

static void
what_looks_the_same_is_the_same(void **state)
{
	(void)state;
	expect("", "");
	expect("Hello, World", "hello, world");
	expect("ＡＢＣ　１２３！", "abc 123!");
	expect("開戶", "开户");
	expect("銀證轉帳產品", "银证转帐产品");
	expect("①㎏ﬁ½", "1kgfi1⁄2");
	expect("Straße", "strasse");
	expect("ΑΣ", "ασ");
	expect("👍🏽好", "👍🏽好");
}

static void
white_space_is_one_space_and_the_invisible_is_gone(void **state)
{
	struct arena *a = arena_create();
	struct folded out;

	(void)state;
	expect("a \t\r\n b", "a b");
	expect("  a  ", " a ");
	expect("a\u00A0\u3000\u2003b", "a b");
	expect("保\u200B\uFEFF本", "保本");
	expect("❤\uFE0F", "❤");
	fold_text("a\0b", 3, a, &out);
	assert_string_equal(out.text, "a b");
	arena_destroy(a);
}

static void
accents_written_apart_melt(void **state)
{
	(void)state;
	expect("Cafe\u0301", "café");
	expect("CAFÉ", "café");
	expect("e\u200B\u0301", "é");
	expect("\u0301", "\u0301");
	expect("\u1112\u1161\u11AB글", "한글");
	expect("x \u0308", "x \u0308");
	expect("ｶﾞ", "ガ");
}

static void
a_find_is_shown_in_the_original(void **state)
{
	const char *text = "請問ＡＢ股\u200B怎 \t麼㎏";
	struct arena *a = arena_create();
	struct folded out;
	size_t from;
	size_t to;
	size_t at;

	(void)state;
	fold_text(text, strlen(text), a, &out);
	assert_string_equal(out.text, "请问ab股怎 么kg");
	at = (size_t)(strstr(out.text, "ab") - out.text);
	fold_place(&out, at, at + 2, &from, &to);
	assert_memory_equal(text + from, "ＡＢ", to - from);
	at = (size_t)(strstr(out.text, "股") - out.text);
	fold_place(&out, at, at + 3, &from, &to);
	assert_int_equal(to - from, strlen("股\u200B"));
	at = (size_t)(strstr(out.text, "k") - out.text);
	fold_place(&out, at, at + 1, &from, &to);
	assert_memory_equal(text + from, "㎏", to - from);
	assert_int_equal(to, strlen(text));
	arena_destroy(a);
}

/* Characters of all kinds; more often those that melt, vanish or grow. */
static uint32_t
any_character(unsigned *seed)
{
	static const uint32_t odd[] = {0x300, 0x301, 0x323, 0x200B, 0xFE0F, 0x20, 0x3000,
		0xFDFA, 0xA8, 0x1161, 0x11A8, 0x1100, 0xAC00, 0x958B, 0x41, 0x3164, 0xFF9E,
		0x212B};
	uint32_t character;

	if (rand_r(seed) % 2 == 0) {
		return odd[(size_t)rand_r(seed) % (sizeof(odd) / sizeof(odd[0]))];
	}
	character = (uint32_t)rand_r(seed) % (rand_r(seed) % 8 == 0 ? 0x110000 : 0x10000);
	return character >= 0xD800 && character < 0xE000 ? 0x4E00 : character;
}

static size_t
any_text(unsigned *seed, char *out, size_t characters)
{
	size_t length = 0;

	for (size_t i = 0; i < characters; i++) {
		length += utf8_put(out + length, any_character(seed));
	}
	return length;
}

static void
folding_again_changes_nothing(void **state)
{
	struct arena *a = arena_create();
	unsigned seed = 20261122;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[64];
		size_t length = any_text(&seed, text, (size_t)rand_r(&seed) % 13);
		struct folded once;
		struct folded twice;

		arena_reset(a);
		fold_text(text, length, a, &once);
		assert_true(utf8_valid(once.text, once.length));
		assert_int_equal(strlen(once.text), once.length);
		fold_text(once.text, once.length, a, &twice);
		assert_string_equal(once.text, twice.text);
		for (size_t i = 0; i < once.length; i++) {
			assert_true(once.origin[i] <= once.origin[i + 1]);
		}
	}
	arena_destroy(a);
}

/* The one accent that becomes a letter: its place among others is not the same before and after
 * (Unicode, D145). */
#define IOTA_BELOW 0x345

/* The same text normalised first, by ICU: composed, and taken apart. */
static void
how_it_was_composed_does_not_matter(void **state)
{
	UErrorCode code = U_ZERO_ERROR;
	const UNormalizer2 *forms[] = {unorm2_getNFCInstance(&code),
		unorm2_getNFDInstance(&code)};
	struct arena *a = arena_create();
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[64];
		char other[1024];
		size_t length = any_text(&seed, text, (size_t)rand_r(&seed) % 13);
		struct folded here;
		struct folded there;
		UChar units[256];
		UChar normal[256];
		int32_t count;

		arena_reset(a);
		fold_text(text, length, a, &here);
		u_strFromUTF8(units, 256, &count, text, (int32_t)length, &code);
		count = unorm2_normalize(forms[1], units, count, normal, 256, &code);
		if (u_memchr(normal, IOTA_BELOW, count) != NULL) {
			continue;
		}
		u_memcpy(units, normal, count);
		count = unorm2_normalize(forms[round % 2], units, count, normal, 256, &code);
		u_strToUTF8(other, sizeof(other), &count, normal, count, &code);
		assert_true(U_SUCCESS(code));
		fold_text(other, (size_t)count, a, &there);
		assert_string_equal(here.text, there.text);
	}
	arena_destroy(a);
}

/* A message of one letter and nothing but accents must not cost the square of its length. */
static void
a_heap_of_accents_is_bounded(void **state)
{
	struct arena *a = arena_create();
	size_t count = 100000;
	char *text = malloc(count * 2 + 1);
	int64_t before;
	struct folded out;

	(void)state;
	assert_non_null(text);
	text[0] = 'a';
	for (size_t i = 0; i < count; i++) {
		memcpy(text + 1 + i * 2, i % 2 == 0 ? "\u0301" : "\u0323", 2);
	}
	before = clock_monotonic_ms();
	fold_text(text, count * 2 + 1, a, &out);
	assert_true(clock_monotonic_ms() - before < 2000);
	assert_true(utf8_valid(out.text, out.length));
	free(text);
	arena_destroy(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_looks_the_same_is_the_same),
		cmocka_unit_test(white_space_is_one_space_and_the_invisible_is_gone),
		cmocka_unit_test(accents_written_apart_melt),
		cmocka_unit_test(a_find_is_shown_in_the_original),
		cmocka_unit_test(folding_again_changes_nothing),
		cmocka_unit_test(how_it_was_composed_does_not_matter),
		cmocka_unit_test(a_heap_of_accents_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
