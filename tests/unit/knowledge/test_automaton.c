#include "knowledge/automaton.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/test.h"

enum { WORDS_MAX = 40, FINDS_MAX = 4096, TEXT_MAX = 200 };

struct find {
	uint32_t word;
	size_t begin;
	size_t end;
};

struct finds {
	struct find list[FINDS_MAX];
	size_t count;
};

static void
note(void *context, uint32_t word, size_t begin, size_t end)
{
	struct finds *f = context;

	assert_true(f->count < FINDS_MAX);
	f->list[f->count++] = (struct find){word, begin, end};
}

static void
words_are_found_within_each_other(void **state)
{
	struct slice words[] = {slice_of("he"), slice_of("she"), slice_of("his"),
		slice_of("hers"), slice_of("s"), slice_of("he")};
	static const struct find expected[] = {{4, 1, 2}, {1, 1, 4}, {0, 2, 4}, {3, 2, 6},
		{4, 5, 6}};
	struct finds finds = {.count = 0};
	struct automaton *a;
	uint32_t same[6];

	(void)state;
	assert_int_equal(automaton_create(words, 6, same, &a, NULL), ERR_OK);
	assert_int_equal(same[5], 0);
	assert_int_equal(same[3], 3);
	automaton_scan(a, "ushers", 6, note, &finds);
	assert_int_equal(finds.count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(finds.list[i].word, expected[i].word);
		assert_int_equal(finds.list[i].begin, expected[i].begin);
		assert_int_equal(finds.list[i].end, expected[i].end);
	}
	automaton_destroy(a);
}

static void
no_words_find_nothing(void **state)
{
	struct finds finds = {.count = 0};
	struct automaton *a;

	(void)state;
	assert_int_equal(automaton_create(NULL, 0, NULL, &a, NULL), ERR_OK);
	automaton_scan(a, "开户 x", strlen("开户 x"), note, &finds);
	assert_int_equal(finds.count, 0);
	automaton_destroy(a);
	automaton_destroy(NULL);
}

/* From few letters, so that words overlap, repeat and hide in each other. */
static size_t
any_word(unsigned *seed, char *out, size_t letters)
{
	static const char *const alphabet[] = {"a", "b", "开", "户", "\xF0\x9F\x91\x8D"};
	size_t length = 0;

	for (size_t i = 0; i < letters; i++) {
		const char *letter = alphabet[(size_t)rand_r(seed) % 5];

		memcpy(out + length, letter, strlen(letter));
		length += strlen(letter);
	}
	out[length] = '\0';
	return length;
}

static int
by_place(const void *a, const void *b)
{
	const struct find *x = a;
	const struct find *y = b;

	if (x->end != y->end) {
		return x->end < y->end ? -1 : 1;
	}
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* Every place of every word, the first of equal ones. */
static void
find_naively(const struct slice *words, size_t count, const char *text, size_t length,
	struct finds *out)
{
	out->count = 0;
	for (size_t i = 0; i < count; i++) {
		bool again = false;

		for (size_t j = 0; j < i; j++) {
			again = again || slice_equals(words[j], words[i].data);
		}
		for (size_t at = 0; !again && at + words[i].length <= length; at++) {
			if (memcmp(text + at, words[i].data, words[i].length) == 0) {
				note(out, (uint32_t)i, at, at + words[i].length);
			}
		}
	}
	qsort(out->list, out->count, sizeof(out->list[0]), by_place);
}

static void
it_finds_what_a_naive_search_finds(void **state)
{
	static struct finds fast;
	static struct finds naive;
	unsigned seed = 1975;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		char memory[WORDS_MAX][32];
		struct slice words[WORDS_MAX];
		uint32_t same[WORDS_MAX];
		size_t count = 1 + (size_t)rand_r(&seed) % (WORDS_MAX - 1);
		char text[TEXT_MAX];
		size_t length = any_word(&seed, text, (size_t)rand_r(&seed) % 40);
		struct automaton *a;

		for (size_t i = 0; i < count; i++) {
			size_t size = any_word(&seed, memory[i], 1 + (size_t)rand_r(&seed) % 6);

			words[i] = (struct slice){memory[i], size};
		}
		assert_int_equal(automaton_create(words, count, same, &a, NULL), ERR_OK);
		fast.count = 0;
		automaton_scan(a, text, length, note, &fast);
		find_naively(words, count, text, length, &naive);
		assert_int_equal(fast.count, naive.count);
		for (size_t i = 0; i < fast.count; i++) {
			assert_int_equal(fast.list[i].word, naive.list[i].word);
			assert_int_equal(fast.list[i].begin, naive.list[i].begin);
			assert_int_equal(fast.list[i].end, naive.list[i].end);
		}
		automaton_destroy(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_found_within_each_other),
		cmocka_unit_test(no_words_find_nothing),
		cmocka_unit_test(it_finds_what_a_naive_search_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
