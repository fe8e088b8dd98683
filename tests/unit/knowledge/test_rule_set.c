#include "knowledge/rule_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lib/test.h"

static const struct rule_settings plain = {
	.human_words = (const char *const[]){"人工", "agent"},
	.human_word_count = 2,
	.stop_words = (const char *const[]){"荐股"},
	.stop_word_count = 1,
	.synonyms =
		(const char *const *const[]){
			(const char *const[]){"开户", "开立账户", NULL},
		},
	.synonym_count = 1,
	.misses = 2,
	.menu_ms = 600000,
	.repeat_ms = 60000,
};

static struct arena *memory;
static struct rule_set *set;

static void
make(const struct rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct error e;

		if (rule_check(&rules[i], &e) != ERR_OK) {
			fail_msg("rule %zu: %s", i, e.text);
		}
	}
	rule_set_put(set);
	set = NULL;
	assert_int_equal(rule_set_create(rules, count, &plain, &set, NULL), ERR_OK);
}

static int
begin(void **state)
{
	(void)state;
	memory = arena_create();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	rule_set_put(set);
	set = NULL;
	arena_destroy(memory);
	return 0;
}

static struct rule_answer
ask_as(const struct rule_question *q)
{
	struct rule_answer out;

	rule_answer(set, q, memory, &out);
	return out;
}

static struct rule_answer
ask(const char *text)
{
	return ask_as(&(struct rule_question){.text = text,
		.channel_kind = "web",
		.open = true,
		.now = 1000000});
}

static uint64_t
rule_of(const char *text)
{
	struct rule_answer out = ask(text);

	return out.rule == NULL ? 0 : out.rule->id;
}

static struct rule
reply_rule(uint64_t id, enum rule_match match)
{
	static const char *const replies[] = {"好的"};

	return (struct rule){.id = id,
		.title = "t",
		.enabled = true,
		.match = match,
		.replies = replies,
		.reply_count = 1};
}

static void
each_kind_of_match_is_what_it_says(void **state)
{
	struct rule rules[4];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		rules[i] = reply_rule(i + 1, (enum rule_match)(i + 1));
	}
	rules[0].any = (const char *const[]){"你好", "hi!"};
	rules[0].any_count = 2;
	rules[1].any = (const char *const[]){"请问"};
	rules[1].any_count = 1;
	rules[2].any = (const char *const[]){"科创板", "ETF"};
	rules[2].any_count = 2;
	rules[2].all = (const char *const[]){"权限"};
	rules[2].all_count = 1;
	rules[2].none = (const char *const[]){"关闭"};
	rules[2].none_count = 1;
	rules[3].pattern = "佣金.{0,6}多少|多少.{0,6}佣金";
	make(rules, 4);
	assert_int_equal(rule_of("你好！"), 1);
	assert_int_equal(rule_of("ＨＩ"), 1);
	assert_int_equal(rule_of("你好吗"), 0);
	assert_int_equal(rule_of("“請問，有人吗"), 2);
	assert_int_equal(rule_of("我请问"), 0);
	assert_int_equal(rule_of("科創板 怎么开 权 限"), 3);
	assert_int_equal(rule_of("etf权限"), 3);
	assert_int_equal(rule_of("betfx权限"), 0);
	assert_int_equal(rule_of("科创板"), 0);
	assert_int_equal(rule_of("关闭科创板权限"), 0);
	assert_int_equal(rule_of("我的佣金現在是多少"), 4);
	assert_int_equal(rule_of("佣金"), 0);
}

static void
a_person_comes_before_all_rules(void **state)
{
	struct rule rule = reply_rule(1, RULE_CONTAINS);
	struct rule_answer out;

	(void)state;
	rule.any = (const char *const[]){"开户"};
	rule.any_count = 1;
	rule.priority = 1000;
	make(&rule, 1);
	out = ask("开户，转人 工");
	assert_int_equal(out.verdict, RULE_HUMAN);
	assert_int_equal(out.reason, RULE_BY_HUMAN_WORD);
	assert_string_equal(out.hits[0].term, "人工");
	assert_int_equal(out.hits[0].begin, strlen("开户，转"));
	assert_int_equal(out.hits[0].end, strlen("开户，转人 工"));
	assert_int_equal(ask("Agents please").reason, RULE_BY_HUMAN_WORD);
	assert_int_equal(ask("reagent").verdict, RULE_NOTHING);
	assert_int_equal(ask("开户后荐股吗").reason, RULE_BY_STOP_WORD);
	assert_int_equal(ask("开户").reason, RULE_BY_RULE);
}

static void
priority_then_length_then_age_decide(void **state)
{
	struct rule rules[5];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		rules[i] = reply_rule(10 - i, RULE_CONTAINS);
		rules[i].any_count = 1;
	}
	rules[0].any = (const char *const[]){"融资"};
	rules[1].any = (const char *const[]){"融资融券"};
	rules[2].any = (const char *const[]){"融资"};
	rules[3].any = (const char *const[]){"逆回购"};
	rules[3].priority = 1;
	rules[4].any = (const char *const[]){"融资，逆回购"};
	rules[4].match = RULE_EXACT;
	make(rules, 5);
	assert_int_equal(rule_of("融资"), 8);
	assert_int_equal(rule_of("融资融券"), 9);
	assert_int_equal(rule_of("融资融券和逆回购"), 7);
	assert_int_equal(ask("融资,逆回购？").reason, RULE_BY_EXACT);
	assert_int_equal(rule_of("融资,逆回购？"), 6);
}

static void
synonyms_and_conditions_count(void **state)
{
	struct rule rules[2];
	struct rule_question q = {.text = "怎么开立账户",
		.channel_kind = "web",
		.open = true,
		.now = 1000000};

	(void)state;
	rules[0] = reply_rule(1, RULE_CONTAINS);
	rules[0].any = (const char *const[]){"开户"};
	rules[0].any_count = 1;
	rules[0].hours = RULE_CLOSED;
	rules[1] = reply_rule(2, RULE_CONTAINS);
	rules[1].all = (const char *const[]){"开户", "怎么"};
	rules[1].all_count = 2;
	rules[1].priority = -1;
	rules[1].channels = (const char *const[]){"web", "wechat"};
	rules[1].channel_count = 2;
	make(rules, 2);
	assert_int_equal(ask_as(&q).rule->id, 2);
	q.open = false;
	assert_int_equal(ask_as(&q).rule->id, 1);
	q.open = true;
	q.channel_kind = "email";
	assert_null(ask_as(&q).rule);
}

static void
two_misses_bring_a_person(void **state)
{
	struct rule_question q = {.text = "天气",
		.channel_kind = "web",
		.open = true,
		.now = 1000000};
	struct rule_answer out;

	(void)state;
	make(NULL, 0);
	out = ask_as(&q);
	assert_int_equal(out.verdict, RULE_NOTHING);
	assert_int_equal(out.state.misses, 1);
	q.state = out.state;
	out = ask_as(&q);
	assert_int_equal(out.verdict, RULE_HUMAN);
	assert_int_equal(out.reason, RULE_BY_MISSES);
	assert_int_equal(out.state.misses, 0);
}

static void
a_menu_waits_for_its_number(void **state)
{
	static const struct rule_menu_item menu[] = {{"如何开户", 2, false},
		{"找人", 0, true}, {"没了", 99, false}};
	struct rule rules[2];
	struct rule_question q = {.text = "菜单",
		.channel_kind = "web",
		.open = true,
		.now = 1000000};
	struct rule_answer out;

	(void)state;
	rules[0] = reply_rule(1, RULE_CONTAINS);
	rules[0].any = (const char *const[]){"菜单"};
	rules[0].any_count = 1;
	rules[0].menu = menu;
	rules[0].menu_count = 3;
	rules[1] = reply_rule(2, RULE_CONTAINS);
	make(rules, 2);
	out = ask_as(&q);
	assert_int_equal(out.menu_count, 3);
	assert_int_equal(out.state.menu_rule, 1);
	q.state = out.state;
	q.text = "①";
	assert_int_equal(ask_as(&q).rule->id, 2);
	assert_int_equal(ask_as(&q).reason, RULE_BY_MENU);
	q.text = "如何開戶?";
	assert_int_equal(ask_as(&q).rule->id, 2);
	q.text = "二";
	assert_int_equal(ask_as(&q).verdict, RULE_HUMAN);
	q.text = "3";
	assert_int_equal(ask_as(&q).verdict, RULE_NOTHING);
	q.text = "1";
	q.now += 600000;
	assert_int_equal(ask_as(&q).verdict, RULE_NOTHING);
}

static void
nothing_is_said_twice_at_once(void **state)
{
	struct rule rules[2];
	struct rule_question q = {.text = "你好，费用",
		.channel_kind = "web",
		.open = true,
		.now = 1000000};
	struct rule_answer out;

	(void)state;
	rules[0] = reply_rule(1, RULE_CONTAINS);
	rules[0].any = (const char *const[]){"你好"};
	rules[0].any_count = 1;
	rules[0].priority = 5;
	rules[0].cooldown_ms = 3600000;
	rules[1] = reply_rule(2, RULE_CONTAINS);
	rules[1].any = (const char *const[]){"费用"};
	rules[1].any_count = 1;
	make(rules, 2);
	out = ask_as(&q);
	assert_int_equal(out.rule->id, 1);
	q.state = out.state;
	out = ask_as(&q);
	assert_int_equal(out.rule->id, 2);
	q.state = out.state;
	/* The greeting keeps quiet without harm; the same answer again is a miss. */
	q.text = "你好";
	out = ask_as(&q);
	assert_int_equal(out.verdict, RULE_NOTHING);
	assert_int_equal(out.reason, RULE_BY_COOLDOWN);
	assert_int_equal(out.state.misses, 0);
	q.text = "费用";
	out = ask_as(&q);
	assert_int_equal(out.reason, RULE_BY_COOLDOWN);
	assert_int_equal(out.state.misses, 1);
	q.now += 60000;
	assert_int_equal(ask_as(&q).rule->id, 2);
}

static void
replies_take_turns_and_variables_are_filled(void **state)
{
	struct rule rule = reply_rule(1, RULE_CONTAINS);
	struct rule_question q = {.text = "hello",
		.channel_kind = "web",
		.open = true,
		.now = 1000000,
		.language = "en",
		.chance = 7};
	struct rule_answer out;

	(void)state;
	rule.any = (const char *const[]){"hello"};
	rule.any_count = 1;
	rule.replies = (const char *const[]){"Hi {{name|there}}",
		"Dear {{ customer.name }}!"};
	rule.reply_count = 2;
	make(&rule, 1);
	out = ask_as(&q);
	assert_string_equal(out.texts[0], "Hi there");
	q.state = out.state;
	out = ask_as(&q);
	assert_string_equal(out.texts[0], "Dear customer!");
	q.state = out.state;
	q.customer_name = "Li {{name}}";
	assert_string_equal(ask_as(&q).texts[0], "Hi Li {{name}}");
	rule.pick = RULE_PICK_ALL;
	make(&rule, 1);
	q.now += 60000;
	out = ask_as(&q);
	assert_int_equal(out.text_count, 2);
	rule.pick = RULE_PICK_RANDOM;
	make(&rule, 1);
	assert_string_equal(ask_as(&q).texts[0], "Dear Li {{name}}!");
}

static void
the_test_console_is_told_why(void **state)
{
	static const char *const words[] = {"开户"};
	static const char *const expected[] = {"", "lower", "none-word", "channel", "off"};
	struct rule rules[5];
	struct rule_question q = {.text = "开户",
		.channel_kind = "web",
		.open = true,
		.now = 1000000};
	const struct rule_trial *trials;
	struct rule_answer out;
	size_t count;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		rules[i] = reply_rule(i + 1, RULE_CONTAINS);
		rules[i].any = words;
		rules[i].any_count = 1;
	}
	rules[2].none = (const char *const[]){"户"};
	rules[2].none_count = 1;
	rules[3].channels = (const char *const[]){"email"};
	rules[3].channel_count = 1;
	rules[4].enabled = false;
	make(rules, 5);
	rule_explain(set, &q, memory, &out, &trials, &count);
	assert_int_equal(out.rule->id, 1);
	assert_int_equal(count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(trials[i].why, expected[i]);
		assert_int_equal(trials[i].won, i == 0);
		assert_int_equal(trials[i].rule->id, i + 1);
	}
	q.text = "开户人工";
	rule_explain(set, &q, memory, &out, &trials, &count);
	assert_int_equal(out.verdict, RULE_HUMAN);
	assert_string_equal(trials[0].why, "earlier");
}

/* ---- Against a naive matcher --------------------------------------------------------------- */

enum { RULES = 12, TERMS = 6 };

static const char *const letters[] = {"开", "户", "费", "率", "查"};

static const char *
any_term(unsigned *seed, size_t length_max)
{
	size_t length = 1 + (size_t)rand_r(seed) % length_max;
	char *out = arena_alloc(memory, length * 3 + 1);

	for (size_t i = 0; i < length; i++) {
		memcpy(out + i * 3, letters[(size_t)rand_r(seed) % 5], 3);
	}
	return out;
}

static const char *const *
any_terms(unsigned *seed, size_t count)
{
	const char **out = arena_alloc(memory, (count + 1) * sizeof(*out));

	for (size_t i = 0; i < count; i++) {
		out[i] = any_term(seed, 3);
	}
	return out;
}

static struct rule
any_rule(unsigned *seed, uint64_t id)
{
	struct rule r = reply_rule(id, (enum rule_match)(RULE_EXACT + rand_r(seed) % 3));

	r.any_count = (size_t)rand_r(seed) % 3 + (r.match != RULE_CONTAINS);
	r.all_count = (size_t)rand_r(seed) % 3;
	r.none_count = (size_t)rand_r(seed) % 2;
	r.any = any_terms(seed, r.any_count);
	r.all = any_terms(seed, r.all_count);
	r.none = any_terms(seed, r.none_count);
	r.priority = rand_r(seed) % 3;
	return r;
}

/* Characters of the longest of `any` that counts; -1: the rule does not match. */
static long
naive_length(const struct rule *r, const char *text)
{
	long longest = r->any_count == 0 && r->all_count > 0 ? 0 : -1;
	long all = 0;

	for (size_t i = 0; i < r->any_count; i++) {
		const char *place = strstr(text, r->any[i]);
		bool hit = place != NULL;

		hit = r->match == RULE_EXACT  ? strcmp(text, r->any[i]) == 0
			: r->match == RULE_PREFIX ? place == text
									  : hit;
		if (hit && (long)strlen(r->any[i]) / 3 > longest) {
			longest = (long)strlen(r->any[i]) / 3;
		}
	}
	for (size_t i = 0; i < r->all_count; i++) {
		if (strstr(text, r->all[i]) == NULL) {
			return -1;
		}
		all += (long)strlen(r->all[i]) / 3;
	}
	for (size_t i = 0; i < r->none_count; i++) {
		if (strstr(text, r->none[i]) != NULL) {
			return -1;
		}
	}
	return longest < 0 ? -1 : longest + all;
}

static uint64_t
naive_winner(const struct rule *rules, size_t count, const char *text)
{
	const struct rule *best = NULL;
	long best_length = -1;

	for (size_t i = 0; i < count; i++) {
		const struct rule *r = &rules[i];
		long length = naive_length(r, text);
		bool exact = r->match == RULE_EXACT;
		bool best_exact = best != NULL && best->match == RULE_EXACT;
		bool better;

		if (length < 0) {
			continue;
		}
		better = best == NULL || (exact && !best_exact);
		if (best != NULL && exact == best_exact) {
			better = r->priority > best->priority ||
				(r->priority == best->priority && length > best_length);
		}
		if (better) {
			best = r;
			best_length = length;
		}
	}
	return best == NULL ? 0 : best->id;
}

static void
it_chooses_what_a_naive_matcher_chooses(void **state)
{
	unsigned seed = 42;
	size_t answered = 0;

	(void)state;
	for (int round = 0; round < 1500; round++) {
		struct rule rules[RULES];

		arena_reset(memory);
		for (size_t i = 0; i < RULES; i++) {
			rules[i] = any_rule(&seed, i + 1);
		}
		make(rules, RULES);
		for (int question = 0; question < 10; question++) {
			const char *text = any_term(&seed, 8);
			uint64_t expected = naive_winner(rules, RULES, text);

			assert_int_equal(rule_of(text), expected);
			answered += expected != 0;
		}
	}
	assert_true(answered > 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_kind_of_match_is_what_it_says, begin, end),
		cmocka_unit_test_setup_teardown(a_person_comes_before_all_rules, begin, end),
		cmocka_unit_test_setup_teardown(priority_then_length_then_age_decide, begin, end),
		cmocka_unit_test_setup_teardown(synonyms_and_conditions_count, begin, end),
		cmocka_unit_test_setup_teardown(two_misses_bring_a_person, begin, end),
		cmocka_unit_test_setup_teardown(a_menu_waits_for_its_number, begin, end),
		cmocka_unit_test_setup_teardown(nothing_is_said_twice_at_once, begin, end),
		cmocka_unit_test_setup_teardown(replies_take_turns_and_variables_are_filled,
			begin, end),
		cmocka_unit_test_setup_teardown(the_test_console_is_told_why, begin, end),
		cmocka_unit_test_setup_teardown(it_chooses_what_a_naive_matcher_chooses, begin,
			end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
