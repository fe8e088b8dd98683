/* Deciding on answers: from questions through the writer and back, on SQLite. The rules are made
 * here. */
#include "lib/store_both.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "flow/answer_state.h"
#include "flow/answers.h"
#include "flow/ingest.h"
#include "flow/outgoing.h"
#include "knowledge/rule_set.h"

struct stage {
	struct store_fixture *f;
	struct rule_set *set;
	struct outgoing *outgoing;
	struct answers *answers;
	struct ingest ingest;
	uint64_t channel;
	struct actor visitor;
	struct actor agent;
	bool open;
	unsigned done;
	enum err code;
	struct conversation conversation;
	bool has_conversation;
	uint64_t customer;
};

static struct rule_set *
stage_rules(void *ctx)
{
	return ((struct stage *)ctx)->set;
}

static bool
stage_open(void *ctx, int64_t now)
{
	(void)now;
	return ((struct stage *)ctx)->open;
}

static struct rule_set *
make_rules(void)
{
	static const char *const fee_words[] = {"fee", "佣金"};
	static const char *const fee_replies[] = {"Fees depend on your plan."};
	static const char *const hello_words[] = {"hello"};
	static const char *const hello_replies[] = {"Hello, what is it about?"};
	static const struct rule_menu_item menu[] = {{.label = "Fees", .rule = 1},
		{.label = "A person", .human = true}};
	static const char *const human_words[] = {"agent", "人工"};
	const struct rule rules[] = {
		{.id = 1,
			.title = "Fees",
			.folder = "",
			.enabled = true,
			.match = RULE_CONTAINS,
			.any = fee_words,
			.any_count = 2,
			.pattern = "",
			.replies = fee_replies,
			.reply_count = 1,
			.ask_helpful = true,
			.intent = "fees"},
		{.id = 2,
			.title = "Hello",
			.folder = "",
			.enabled = true,
			.match = RULE_CONTAINS,
			.any = hello_words,
			.any_count = 1,
			.pattern = "",
			.replies = hello_replies,
			.reply_count = 1,
			.menu = menu,
			.menu_count = 2,
			.intent = ""},
	};
	const struct rule_settings settings = {
		.human_words = human_words,
		.human_word_count = 2,
		.misses = 2,
		.menu_ms = 600000,
		.repeat_ms = 60000,
	};
	struct rule_set *set = NULL;
	struct error e;

	assert_int_equal(rule_set_create(rules, 2, &settings, &set, &e), ERR_OK);
	return set;
}

static int
set_up(void **state)
{
	struct stage *s = xcalloc(1, sizeof(*s));
	struct answers_hooks hooks = {stage_rules, stage_open, s};

	s->f = fixture_create(FIXTURE_SQLITE);
	s->open = true;
	s->set = make_rules();
	s->outgoing = outgoing_create(s->f->store, NULL);
	s->answers = answers_create(s->f->store, s->outgoing, 3600000, &hooks);
	s->ingest = (struct ingest){s->f->store, s->outgoing, s->answers};
	s->channel = fixture_channel(s->f, "webchat");
	s->visitor = fixture_visitor(s->f, s->channel);
	s->agent = fixture_staff(s->f, "chen", ROLE_AGENT, UNIT_ROOT);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct stage *s = *state;

	fixture_destroy(s->f);
	answers_destroy(s->answers);
	outgoing_destroy(s->outgoing);
	rule_set_put(s->set);
	free(s);
	return 0;
}

static void
noted(void *ctx, const struct outcome *o)
{
	struct stage *s = ctx;

	s->done++;
	s->code = o->code;
	s->customer = o->customer;
	s->has_conversation = o->conversation != NULL;
	if (o->conversation != NULL) {
		s->conversation = *o->conversation;
	}
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

static void
send(struct stage *s, struct change *c)
{
	assert_int_equal(ingest_submit(&s->ingest, c, noted, s), ERR_OK);
}

/* The loop's work, until so many were answered. */
static void
answered(struct stage *s, uint64_t count)
{
	int64_t until = clock_monotonic_ms() + 10000;
	struct answers_stats stats;

	answers_stats(s->answers, &stats);
	while (stats.answered < count && clock_monotonic_ms() < until) {
		store_drain(s->f->store);
		usleep(1000);
		answers_stats(s->answers, &stats);
	}
	assert_int_equal(stats.answered, count);
}

static void
settle(struct stage *s, unsigned done)
{
	int64_t until = clock_monotonic_ms() + 10000;

	while (s->done < done && clock_monotonic_ms() < until) {
		store_drain(s->f->store);
		usleep(1000);
	}
	assert_int_equal(s->done, done);
}

static void
ask(struct stage *s, const char *text)
{
	send(s, question(s, text));
	settle(s, s->done + 1);
	assert_int_equal(s->code, ERR_OK);
}

#define BY_BOT "author_kind = 3 AND kind = 1"
#define HANDED_OVER "kind = 41"

static void
first_question_of_a_new_visitor_is_answered(void **state)
{
	struct stage *s = *state;

	ask(s, "What is the fee?");
	assert_int_equal(fixture_number(s->f, "SELECT COUNT(*) FROM fact WHERE " BY_BOT), 1);
	assert_int_equal(s->conversation.bot, BOT_ANSWERED);
	assert_int_equal(s->conversation.waiting_since, 0);
	assert_int_equal(
		fixture_number(s->f,
			"SELECT COUNT(*) FROM fact WHERE body LIKE '%\"helpful\":true%'"),
		1);
}

static void
a_number_goes_on_with_the_menu(void **state)
{
	struct stage *s = *state;

	ask(s, "hello");
	ask(s, "1");
	assert_int_equal(fixture_number(s->f,
						 "SELECT COUNT(*) FROM fact WHERE body LIKE '%depend on your%'"),
		1);
	assert_int_equal(s->conversation.bot, BOT_ANSWERED);
}

static void
a_second_miss_brings_a_person(void **state)
{
	struct stage *s = *state;

	ask(s, "qwertz");
	assert_int_equal(s->conversation.bot, BOT_UNANSWERED);
	assert_true(s->conversation.waiting_since > 0);
	assert_int_equal(fixture_number(s->f, "SELECT COUNT(*) FROM fact WHERE " BY_BOT), 0);
	ask(s, "uiop");
	assert_int_equal(s->conversation.bot, BOT_QUIET);
	assert_int_equal(fixture_number(s->f, "SELECT COUNT(*) FROM fact WHERE " HANDED_OVER),
		1);
	/* From then on it says nothing, whatever is asked. */
	ask(s, "fee");
	assert_int_equal(fixture_number(s->f,
						 "SELECT COUNT(*) FROM fact WHERE body LIKE '%depend on your%'"),
		0);
}

static void
who_asks_for_a_person_is_told_that_one_comes(void **state)
{
	struct stage *s = *state;

	ask(s, "人工");
	assert_int_equal(s->conversation.bot, BOT_QUIET);
	assert_true(s->conversation.waiting_since > 0);
	assert_int_equal(fixture_number(s->f,
						 "SELECT COUNT(*) FROM fact WHERE body LIKE '%转接人工%'"),
		1);
	assert_int_equal(fixture_number(s->f,
						 "SELECT COUNT(*) FROM fact WHERE body LIKE '%human_word%'"),
		1);
}

static void
the_button_needs_no_word(void **state)
{
	struct stage *s = *state;
	struct change *c = question(s, "please");

	s->open = false;
	c->post.ask_human = true;
	send(s, c);
	settle(s, 1);
	assert_int_equal(s->conversation.bot, BOT_QUIET);
	assert_int_equal(fixture_number(s->f,
						 "SELECT COUNT(*) FROM fact WHERE body LIKE '%\"asked\"%'"),
		1);
	assert_int_equal(fixture_number(s->f,
						 "SELECT COUNT(*) FROM fact WHERE body LIKE '%非工作时间%'"),
		1);
}

static void
two_at_once_are_answered_in_their_order(void **state)
{
	struct stage *s = *state;

	send(s, question(s, "hello"));
	send(s, question(s, "fee"));
	settle(s, 2);
	assert_int_equal(fixture_number(s->f, "SELECT COUNT(*) FROM fact WHERE " BY_BOT), 2);
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
	settle(s, s->done);
	assert_int_equal(fixture_number(s->f, "SELECT COUNT(*) FROM fact WHERE " BY_BOT), 1);
	ask(s, "fee again");
	assert_int_equal(fixture_number(s->f, "SELECT COUNT(*) FROM fact WHERE " BY_BOT), 1);
}

static void
what_went_on_meanwhile_is_judged_again(void **state)
{
	struct stage *s = *state;
	struct answers_stats stats;

	ask(s, "hello");
	/* Another window of hers, past this loop. */
	fixture_say(s->f, &s->visitor, s->channel, "from elsewhere");
	send(s, question(s, "fee"));
	answered(s, 2);
	assert_int_equal(fixture_number(s->f, "SELECT COUNT(*) FROM fact WHERE " BY_BOT), 2);
	assert_int_equal(fixture_number(s->f,
						 "SELECT COUNT(*) FROM fact WHERE body LIKE '%depend on your%'"),
		1);
	answers_stats(s->answers, &stats);
	assert_int_equal(stats.stale, 1);
	assert_int_equal(stats.answered, 2);
}

static void
what_a_stopped_server_knew_is_in_the_store(void **state)
{
	struct stage *s = *state;
	struct answers_hooks hooks = {stage_rules, stage_open, s};

	ask(s, "hello");
	answers_destroy(s->answers);
	s->answers = answers_create(s->f->store, s->outgoing, 3600000, &hooks);
	s->ingest.answers = s->answers;
	/* The menu is still open. */
	ask(s, "1");
	assert_int_equal(fixture_number(s->f,
						 "SELECT COUNT(*) FROM fact WHERE body LIKE '%depend on your%'"),
		1);
}

static void
the_same_ref_again_is_answered_once(void **state)
{
	struct stage *s = *state;

	for (int i = 0; i < 2; i++) {
		struct change *c = question(s, "fee");

		memcpy(c->ref, "01JD0000000000000000000001",
			sizeof("01JD0000000000000000000001"));
		send(s, c);
	}
	settle(s, 2);
	assert_int_equal(fixture_number(s->f, "SELECT COUNT(*) FROM fact WHERE " BY_BOT), 1);
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
#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
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
