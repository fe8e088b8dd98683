/* A question, and rules as administrators write them: the first line is asked, each other line is
 * a rule in JSON. What passes the check compiles; what is found lies inside the question. */
#include "knowledge/rule_set.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "knowledge/fold.h"

enum { RULES = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
read_rules(const char *text, struct arena *a, struct rule *out)
{
	size_t count = 0;

	while (text != NULL && count < RULES) {
		const char *end = strchr(text, '\n');
		size_t length = end == NULL ? strlen(text) : (size_t)(end - text);
		struct json *body;

		if (json_parse(text, length, &body, NULL) == ERR_OK) {
			if (rule_decode(body, a, &out[count], NULL) == ERR_OK &&
				rule_check(&out[count], NULL) == ERR_OK) {
				count++;
			}
			json_free(body);
		}
		text = end == NULL ? NULL : end + 1;
	}
	return count;
}

static void
check_fold(const char *text, struct arena *a)
{
	struct folded once;
	struct folded twice;

	fold_text(text, strlen(text), a, &once);
	assert(utf8_valid(once.text, once.length) && strlen(once.text) == once.length);
	fold_text(once.text, once.length, a, &twice);
	for (size_t i = 0; i < once.length; i++) {
		assert(once.origin[i] <= once.origin[i + 1]);
	}
}

static void
check_hits(const struct rule_hit *hits, size_t count, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		assert(hits[i].begin <= hits[i].end && hits[i].end <= length);
	}
}

static void
ask(const struct rule_set *s, const char *text, struct arena *a)
{
	struct rule_question q = {.text = text,
		.channel_kind = "web",
		.open = true,
		.now = 1000000,
		.chance = 3};
	struct rule_answer plain;
	struct rule_answer told;
	const struct rule_trial *trials;
	size_t count;

	for (int round = 0; round < 3; round++) {
		rule_answer(s, &q, a, &plain);
		rule_explain(s, &q, a, &told, &trials, &count);
		assert(plain.verdict == told.verdict && plain.rule == told.rule);
		assert(plain.reason == told.reason);
		assert(memcmp(&plain.state, &told.state, sizeof(plain.state)) == 0);
		check_hits(plain.hits, plain.hit_count, strlen(text));
		for (size_t i = 0; i < count; i++) {
			assert((trials[i].why[0] == '\0') == trials[i].won);
			check_hits(trials[i].hits, trials[i].hit_count, strlen(text));
		}
		q.state = plain.state;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const human[] = {"人工"};
	static const char *const group[] = {"开户", "open", NULL};
	static const char *const *const groups[] = {group};
	struct rule_settings settings = {.human_words = human,
		.human_word_count = 1,
		.synonyms = groups,
		.synonym_count = 1,
		.misses = 2,
		.menu_ms = 600000,
		.repeat_ms = 60000};
	struct rule rules[RULES];
	struct arena *a = arena_create();
	char *text = utf8_repair(a, (const char *)data, size, NULL);
	char *rest = strchr(text, '\n');
	struct rule_set *set;
	size_t count;

	if (rest != NULL) {
		*rest++ = '\0';
	}
	count = read_rules(rest, a, rules);
	for (size_t i = 0; i < count; i++) {
		rules[i].id = i + 1;
	}
	check_fold(text, a);
	if (rule_set_create(rules, count, &settings, &set, NULL) == ERR_OK) {
		ask(set, text, a);
		rule_set_put(set);
	}
	arena_destroy(a);
	return 0;
}
