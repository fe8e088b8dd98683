/* Deciding on answers: from questions in a chat through the writer and back, on SQLite. */
#include "lib/answer_stage.h"
#include "lib/test.h"

#include <string.h>

#include "base/arena.h"
#include "flow/answer_state.h"

static int
set_up(void **state)
{
	const struct stage_rules rules = stage_rules();
	struct stage *s = stage_create(&rules);

	s->channel = fixture_channel(s->f, "webchat");
	s->visitor = fixture_visitor(s->f, s->channel);
	*state = s;
	return 0;
}

static struct change *
question(struct stage *s, const char *text)
{
	struct change *c = change_create(CHANGE_POST, &s->visitor);

	c->post.kind = FACT_MESSAGE;
	c->post.party.visitor = s->visitor.id;
	c->post.channel = s->channel;
	c->post.channel_kind = "webchat";
	c->post.text = text;
	return c;
}

static bool
answered(struct stage *s, uint64_t count)
{
	struct answers_stats stats;

	answers_stats(s->answers, &stats);
	return stats.answered >= count;
}

static void
ask(struct stage *s, const char *text)
{
	stage_ask(s, question(s, text));
}

static void
first_question_of_a_new_visitor_is_answered(void **state)
{
	struct stage *s = *state;

	ask(s, "What is the fee?");
	assert_int_equal(stage_facts(s, STAGE_BY_BOT), 1);
	assert_int_equal(s->conversation.bot, BOT_ANSWERED);
	assert_int_equal(s->conversation.waiting_since, 0);
	assert_int_equal(stage_facts_with(s, STAGE_BY_BOT, "\"helpful\":true"), 1);
}

static void
a_number_goes_on_with_the_menu(void **state)
{
	struct stage *s = *state;

	ask(s, "hello");
	ask(s, "1");
	assert_int_equal(stage_facts_with(s, STAGE_BY_BOT, "depend on your"), 1);
	assert_int_equal(s->conversation.bot, BOT_ANSWERED);
}

static void
a_second_miss_brings_a_person(void **state)
{
	struct stage *s = *state;

	ask(s, "qwertz");
	assert_int_equal(s->conversation.bot, BOT_UNANSWERED);
	assert_true(s->conversation.waiting_since > 0);
	assert_int_equal(stage_facts(s, STAGE_BY_BOT), 0);
	ask(s, "uiop");
	assert_int_equal(s->conversation.bot, BOT_QUIET);
	assert_int_equal(stage_facts(s, STAGE_HANDED_OVER), 1);
	/* From then on it says nothing, whatever is asked. */
	ask(s, "fee");
	assert_int_equal(stage_facts_with(s, STAGE_BY_BOT, "depend on your"), 0);
}

static void
who_asks_for_a_person_is_told_that_one_comes(void **state)
{
	struct stage *s = *state;

	ask(s, "人工");
	assert_int_equal(s->conversation.bot, BOT_QUIET);
	assert_true(s->conversation.waiting_since > 0);
	assert_int_equal(stage_facts_with(s, STAGE_BY_BOT, "转接人工"), 1);
	assert_int_equal(stage_facts_with(s, STAGE_HANDED_OVER, "human_word"), 1);
}

static void
the_button_needs_no_word(void **state)
{
	struct stage *s = *state;
	struct change *c = question(s, "please");

	s->open = false;
	c->post.ask_human = true;
	stage_send(s, c);
	stage_settle(s, 1);
	assert_int_equal(s->conversation.bot, BOT_QUIET);
	assert_int_equal(stage_facts_with(s, STAGE_HANDED_OVER, "\"asked\""), 1);
	assert_int_equal(stage_facts_with(s, STAGE_BY_BOT, "非工作时间"), 1);
}

static void
two_at_once_are_answered_in_their_order(void **state)
{
	struct stage *s = *state;

	stage_send(s, question(s, "hello"));
	stage_send(s, question(s, "fee"));
	stage_settle(s, 2);
	assert_int_equal(stage_facts(s, STAGE_BY_BOT), 2);
	assert_int_equal(
		fixture_number(s->f,
			"SELECT (SELECT seq FROM fact WHERE body LIKE '%Hello, what%') < "
			"(SELECT seq FROM fact WHERE body = '{\"text\":\"fee\"}')"),
		1);
}

static void
an_agent_who_came_first_is_not_talked_over(void **state)
{
	struct stage *s = *state;

	ask(s, "hello");
	/* Nobody told the bot: it finds out in the writer, and looks again. */
	fixture_reply(s->f, &s->agent, s->conversation.id, "I am here");
	ask(s, "fee");
	assert_int_equal(s->conversation.assignee, s->agent.id);
	stage_settle(s, s->done);
	assert_int_equal(stage_facts(s, STAGE_BY_BOT), 1);
	ask(s, "fee again");
	assert_int_equal(stage_facts(s, STAGE_BY_BOT), 1);
}

static void
what_went_on_meanwhile_is_judged_again(void **state)
{
	struct stage *s = *state;
	struct answers_stats stats;

	ask(s, "hello");
	/* Another window of hers, past this loop. */
	fixture_say(s->f, &s->visitor, s->channel, "from elsewhere");
	stage_send(s, question(s, "fee"));
	stage_until(s, answered, 2);
	assert_int_equal(stage_facts(s, STAGE_BY_BOT), 2);
	assert_int_equal(stage_facts_with(s, STAGE_BY_BOT, "depend on your"), 1);
	answers_stats(s->answers, &stats);
	assert_int_equal(stats.stale, 1);
	assert_int_equal(stats.answered, 2);
}

static void
what_a_stopped_server_knew_is_in_the_store(void **state)
{
	struct stage *s = *state;

	ask(s, "hello");
	stage_forget(s);
	/* The menu is still open. */
	ask(s, "1");
	assert_int_equal(stage_facts_with(s, STAGE_BY_BOT, "depend on your"), 1);
}

static void
the_same_ref_again_is_answered_once(void **state)
{
	struct stage *s = *state;

	for (int i = 0; i < 2; i++) {
		struct change *c = question(s, "fee");

		memcpy(c->ref, "01JD0000000000000000000001",
			sizeof("01JD0000000000000000000001"));
		stage_send(s, c);
	}
	stage_settle(s, 2);
	assert_int_equal(stage_facts(s, STAGE_BY_BOT), 1);
}

static void
history_and_staff_are_not_answered(void **state)
{
	struct stage *s = *state;
	struct change *c = question(s, "fee");

	c->imported = true;
	assert_false(answers_wanted(s->answers, c));
	c->imported = false;
	assert_true(answers_wanted(s->answers, c));
	c->post.kind = FACT_NOTE;
	assert_false(answers_wanted(s->answers, c));
	c->post.kind = FACT_MESSAGE;
	c->actor = s->agent;
	assert_false(answers_wanted(s->answers, c));
	change_destroy(c);
	c = question(s, "");
	assert_false(answers_wanted(s->answers, c));
	change_destroy(c);
}

static void
without_rules_nothing_is_asked(void **state)
{
	struct stage *s = *state;
	struct answers_stats stats;

	rule_set_put(s->set);
	s->set = NULL;
	ask(s, "fee");
	answers_stats(s->answers, &stats);
	assert_int_equal(stats.asked, 0);
	assert_int_equal(s->conversation.bot, BOT_NONE);
	assert_int_equal(fixture_number(s->f, "SELECT COUNT(*) FROM bot_state"), 0);
}

static void
memory_is_read_as_it_was_written(void **state)
{
	struct arena *a = arena_create();
	struct rule_state s = {.misses = 1,
		.menu_rule = 7,
		.menu_until = 123,
		.helpful_rule = 9,
		.said = {{.rule = 3, .at = 5, .uses = 2}}};
	struct rule_state back = answer_state_decode(answer_state_encode(&s, a));

	(void)state;
	assert_memory_equal(&back, &s, sizeof(s));
	back = answer_state_decode("not json");
	assert_int_equal(back.misses, 0);
	answer_state_begin(&s);
	assert_int_equal(s.menu_rule, 0);
	assert_int_equal(s.said[0].rule, 3);
	arena_destroy(a);
}

int
main(void)
{
#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, stage_tear_down)
	const struct CMUnitTest tests[] = {
		STAGED(first_question_of_a_new_visitor_is_answered),
		STAGED(a_number_goes_on_with_the_menu),
		STAGED(a_second_miss_brings_a_person),
		STAGED(who_asks_for_a_person_is_told_that_one_comes),
		STAGED(the_button_needs_no_word),
		STAGED(two_at_once_are_answered_in_their_order),
		STAGED(an_agent_who_came_first_is_not_talked_over),
		STAGED(what_went_on_meanwhile_is_judged_again),
		STAGED(what_a_stopped_server_knew_is_in_the_store),
		STAGED(the_same_ref_again_is_answered_once),
		STAGED(history_and_staff_are_not_answered),
		STAGED(without_rules_nothing_is_asked),
		cmocka_unit_test(memory_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
