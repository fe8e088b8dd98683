/* Rules with 1,000, 10,000 and 100,000 keywords: how long a question takes, how long making the
 * set anew, and what it takes of memory. Beside them the same by strstr() for each keyword, and
 * the limit: one look at each byte of the question with a single memchr(). Prints a line each.
 * Questions and keywords are made up of some thousand characters, few of them frequent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "knowledge/rule_set.h"
#include "knowledge/utf8_step.h"

enum { QUESTIONS = 1000, QUESTION_LETTERS = 25, A_RULE = 5, KEYWORD_BYTES = 32 };

static unsigned seed = 20261122;
static char questions[QUESTIONS][QUESTION_LETTERS * 4 + 1];

static size_t
put_letter(char *out)
{
	double u = (double)rand_r(&seed) / RAND_MAX;

	return utf8_put(out, 0x4E00 + (uint32_t)(3000 * u * u * u));
}

static void
put_text(char *out, int letters)
{
	while (letters-- > 0) {
		out += put_letter(out);
	}
	*out = '\0';
}

static double
micros_a_question(const struct rule_set *set, int rounds, size_t *answered)
{
	struct arena *a = arena_create();
	int64_t begin = clock_monotonic_us();

	*answered = 0;
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < QUESTIONS; i++) {
			struct rule_question q = {.text = questions[i],
				.channel_kind = "web",
				.now = 1000000};
			struct rule_answer out;

			arena_reset(a);
			rule_answer(set, &q, a, &out);
			*answered += out.verdict == RULE_ANSWER;
		}
	}
	arena_destroy(a);
	return (double)(clock_monotonic_us() - begin) / rounds / QUESTIONS;
}

static double
micros_by_strstr(const char *const *words, size_t count)
{
	size_t asked = 2000000 / count < QUESTIONS ? 2000000 / count : QUESTIONS;
	int64_t begin = clock_monotonic_us();
	volatile size_t found = 0;

	for (size_t i = 0; i < asked; i++) {
		for (size_t w = 0; w < count; w++) {
			found += strstr(questions[i], words[w]) != NULL;
		}
	}
	return (double)(clock_monotonic_us() - begin) / (double)asked;
}

static double
micros_by_memchr(void)
{
	int64_t begin = clock_monotonic_us();
	volatile size_t found = 0;

	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < QUESTIONS; i++) {
			found += memchr(questions[i], '\n', strlen(questions[i])) != NULL;
		}
	}
	return (double)(clock_monotonic_us() - begin) / 100 / QUESTIONS;
}

static void
measure(size_t count)
{
	static const char *const replies[] = {"answer"};
	struct rule_settings settings = {.misses = 2, .menu_ms = 600000, .repeat_ms = 60000};
	size_t rule_count = count / A_RULE;
	struct rule *rules = calloc(rule_count, sizeof(*rules));
	char(*letters)[KEYWORD_BYTES] = calloc(count, sizeof(*letters));
	const char **words = calloc(count, sizeof(*words));
	struct rule_set *set;
	size_t answered;
	int64_t begin;
	double rebuild;

	for (size_t i = 0; i < count; i++) {
		put_text(letters[i], 2 + rand_r(&seed) % 5);
		words[i] = letters[i];
	}
	for (size_t i = 0; i < rule_count; i++) {
		rules[i] = (struct rule){.id = i + 1,
			.title = "rule",
			.enabled = true,
			.match = RULE_CONTAINS,
			.any = words + i * A_RULE,
			.any_count = A_RULE,
			.replies = replies,
			.reply_count = 1};
	}
	begin = clock_monotonic_us();
	if (rule_set_create(rules, rule_count, &settings, &set, NULL) != ERR_OK) {
		fprintf(stderr, "keywords: the rules do not compile\n");
		exit(1);
	}
	rebuild = (double)(clock_monotonic_us() - begin) / 1000;
	printf("keywords %6zu: %6.2f us/question, rebuild %6.1f ms, %5.1f MB, ", count,
		micros_a_question(set, 50, &answered), rebuild,
		(double)rule_set_bytes(set) / 1e6);
	printf("strstr %9.1f us, limit %.3f us, answered %zu of %d\n",
		micros_by_strstr(words, count), micros_by_memchr(), answered / 50, QUESTIONS);
	rule_set_put(set);
	free(words);
	free(letters);
	free(rules);
}

int
main(void)
{
	for (size_t i = 0; i < QUESTIONS; i++) {
		put_text(questions[i], QUESTION_LETTERS);
	}
	measure(1000);
	measure(10000);
	measure(100000);
	return 0;
}
