/* Questions that come by mail: through the gate, the rules and the writer, and back as mail. On
 * SQLite. */
#include "lib/answer_stage.h"
#include "lib/mail_fixture.h"
#include "lib/test.h"

/* A greeting in two parts, and one for chats only. */
static struct stage_rules
mail_rules(void)
{
	static const char *const hello_replies[] = {"Hello.", "What is it about?"};
	static const char *const chat_words[] = {"chat"};
	static const char *const webchat[] = {"webchat"};
	struct stage_rules r = stage_rules();

	r.rules[STAGE_HELLO].replies = hello_replies;
	r.rules[STAGE_HELLO].reply_count = 2;
	r.rules[STAGE_HELLO].pick = RULE_PICK_ALL;
	r.rules[STAGE_OWN] = r.rules[STAGE_FEES];
	r.rules[STAGE_OWN].id = 3;
	r.rules[STAGE_OWN].title = "Chat only";
	r.rules[STAGE_OWN].any = chat_words;
	r.rules[STAGE_OWN].any_count = 1;
	r.rules[STAGE_OWN].channels = webchat;
	r.rules[STAGE_OWN].channel_count = 1;
	r.count = 3;
	r.settings.menu_ms = 1; /* too short for any letter */
	r.settings.repeat_ms = 0;
	return r;
}

static int
set_up(void **state)
{
	const struct stage_rules rules = mail_rules();
	struct stage *s = stage_create(&rules);

	s->channel = fixture_mailbox(s->f);
	*state = s;
	return 0;
}

/* All of them are from who they say. */
static struct change *
proven(const struct stage *s, const struct letter *l)
{
	struct letter known = *l;

	known.trust = MAIL_TRUST_PROVEN;
	return fixture_letter(s->channel, &known);
}

static void
ask(struct stage *s, const struct letter *l)
{
	stage_ask(s, proven(s, l));
}

static int64_t
answer_count(struct stage *s)
{
	return stage_facts(s,
		STAGE_BY_BOT " AND channel_kind = 'email' AND id IN "
					 "(SELECT fact FROM outbox WHERE kind = 'mail')");
}

static bool
has_answers(struct stage *s, uint64_t count)
{
	return answer_count(s) >= (int64_t)count;
}

/* How many of them have this in their body. */
static int64_t
answers_with(struct stage *s, const char *part)
{
	return stage_facts_with(s, STAGE_BY_BOT, part);
}

static int64_t
handed_over(struct stage *s)
{
	return stage_facts(s, STAGE_HANDED_OVER);
}

static void
a_question_is_answered_by_one_mail_to_its_sender(void **state)
{
	struct stage *s = *state;
	struct letter l = {.id = "1@x", .subject = "My account", .text = "What is the fee?"};

	ask(s, &l);
	assert_int_equal(answer_count(s), 1);
	assert_int_equal(answers_with(s, "\"subject\":\"Re: My account\""), 1);
	assert_int_equal(answers_with(s, "\"in_reply_to\":\"1@x\""), 1);
	assert_int_equal(answers_with(s, "\"nature\":\"automatic\""), 1);
	assert_int_equal(answers_with(s, "\"address\":\"service@broker.example\""), 1);
	assert_int_equal(answers_with(s, "\"address\":\"alice@x.example\""), 1);
	assert_int_equal(answers_with(s, "Fees depend on your plan."), 1);
	assert_int_equal(answers_with(s, "This is an automatic answer."), 1);
	assert_int_equal(answers_with(s, "\"helpful\""), 0);
	assert_int_equal(s->conversation.bot, BOT_ANSWERED);
	assert_int_equal(s->conversation.waiting_since, 0);
	assert_int_equal(stage_facts(s, STAGE_BY_BOT " AND pub > 0"), 1);
}

static void
the_subject_alone_can_be_the_question(void **state)
{
	struct stage *s = *state;
	struct letter bare = {.subject = "佣金是多少", .text = ""};

	ask(s, &bare);
	assert_int_equal(answers_with(s, "Fees depend"), 1);
	/* Her language is that of her words. */
	assert_int_equal(answers_with(s, "本邮件由系统自动回复"), 1);
}

static void
the_subject_of_an_answer_is_no_question(void **state)
{
	struct stage *s = *state;
	struct letter first = {.id = "1@x", .subject = "fee", .text = "please"};
	struct letter thanks = {.answers = "1@x", .subject = "Re: fee", .text = "Thanks"};
	struct letter again = {.subject = "Re: fee", .text = "Thanks again"};

	ask(s, &first);
	assert_int_equal(answer_count(s), 1);
	ask(s, &thanks);
	ask(s, &again);
	assert_int_equal(answer_count(s), 1);
}

static void
a_menu_is_numbered_lines_and_waits_for_days(void **state)
{
	struct stage *s = *state;
	struct letter hello = {.id = "1@x", .subject = "hello", .text = ""};
	struct letter one = {.answers = "1@x",
		.subject = "Re: hello",
		.text = "1\n\nBest regards,\nAlice of the hello department"};

	ask(s, &hello);
	/* All that is said is one letter. */
	assert_int_equal(answer_count(s), 1);
	assert_int_equal(answers_with(s,
						 "Hello.\\n\\nWhat is it about?\\n\\nAnswer this mail with a "
						 "number:\\n1. Fees\\n2. A person\\n\\n-- \\nThis"),
		1);
	assert_int_equal(answers_with(s, "\"menu\""), 0);
	ask(s, &one);
	assert_int_equal(answers_with(s, "Fees depend"), 1);
	assert_int_equal(answer_count(s), 2);
}

static void
a_person_is_asked_for_in_the_subject_too(void **state)
{
	struct stage *s = *state;
	struct letter l = {.subject = "I want an agent", .text = "about the fee"};

	ask(s, &l);
	assert_int_equal(handed_over(s), 1);
	assert_int_equal(s->conversation.bot, BOT_QUIET);
	assert_int_equal(answer_count(s), 1);
	assert_int_equal(answers_with(s, "passed your mail on to a colleague"), 1);
	assert_int_equal(answers_with(s, "with the word"), 0);
}

static void
who_was_not_understood_gets_no_mail_about_it(void **state)
{
	struct stage *s = *state;
	struct letter l = {.subject = "qwertz", .text = "uiop"};

	ask(s, &l);
	assert_int_equal(s->conversation.bot, BOT_UNANSWERED);
	assert_true(s->conversation.waiting_since > 0);
	ask(s, &l);
	assert_int_equal(s->conversation.bot, BOT_QUIET);
	assert_int_equal(handed_over(s), 1);
	assert_int_equal(answer_count(s), 0);
	assert_int_equal(stage_facts(s, STAGE_BY_BOT), 0);
}

static void
what_may_not_be_answered_is_only_stored(void **state)
{
	struct stage *s = *state;
	struct letter l = {.subject = "fee", .unanswerable = true, .text = ""};
	struct answers_stats stats;

	ask(s, &l);
	answers_stats(s->answers, &stats);
	assert_int_equal(stats.asked, 0);
	assert_int_equal(answer_count(s), 0);
	assert_int_equal(s->conversation.bot, BOT_NONE);
}

static void
rules_of_other_channels_do_not_answer_mail(void **state)
{
	struct stage *s = *state;
	struct letter l = {.subject = "chat", .text = ""};

	ask(s, &l);
	assert_int_equal(answer_count(s), 0);
}

static void
a_machine_that_answers_each_answer_gets_three_a_day(void **state)
{
	struct stage *s = *state;
	struct letter l = {.from = "robot@x.example", .subject = "fee", .text = ""};
	struct letter other = {.from = "alice@x.example", .subject = "fee", .text = ""};

	for (int i = 0; i < 6; i++) {
		ask(s, &l);
	}
	assert_int_equal(answer_count(s), 3);
	/* Somebody has to look now. */
	assert_int_equal(s->conversation.bot, BOT_UNANSWERED);
	assert_true(s->conversation.waiting_since > 0);
	ask(s, &other);
	assert_int_equal(answer_count(s), 4);
}

static void
a_machine_does_not_go_on_where_a_person_wrote(void **state)
{
	struct stage *s = *state;
	struct letter silent = {.id = "1@x",
		.subject = "Papers",
		.unanswerable = true,
		.text = ""};
	struct letter fee = {.answers = "1@x", .subject = "Re: Papers", .text = "the fee?"};
	struct change *c;

	ask(s, &silent);
	fixture_reply(s->f, &s->agent, s->conversation.id, "I look at them");
	c = change_create(CHANGE_CONVERSATION, &s->agent);
	c->conversation.conversation = s->conversation.id;
	c->conversation.action = ACTION_RELEASE;
	fixture_call(s->f, c, ERR_OK);
	ask(s, &fee);
	assert_int_equal(s->conversation.assignee, 0);
	assert_int_equal(answer_count(s), 0);
}

static void
the_same_mail_in_two_mailboxes_is_answered_once(void **state)
{
	struct stage *s = *state;
	struct letter l = {.id = "1@x", .subject = "fee", .text = ""};

	stage_send(s, proven(s, &l));
	stage_send(s, proven(s, &l));
	stage_settle(s, 2);
	assert_int_equal(answer_count(s), 1);
	assert_int_equal(stage_facts(s, "kind = 1 AND author_kind = 1"), 1);
}

static void
two_questions_at_once_have_an_answer_each(void **state)
{
	struct stage *s = *state;
	struct letter fee = {.id = "1@x", .subject = "fee", .text = ""};
	struct letter hello = {.id = "2@x", .subject = "hello", .text = ""};

	/* Both are judged from the same memory: one of them again. */
	stage_send(s, proven(s, &fee));
	stage_send(s, proven(s, &hello));
	stage_settle(s, 2);
	stage_until(s, has_answers, 2);
	assert_int_equal(answer_count(s), 2);
	assert_int_equal(answers_with(s, "\"in_reply_to\":\"1@x\""), 1);
	assert_int_equal(answers_with(s, "\"in_reply_to\":\"2@x\""), 1);
	assert_int_equal(answers_with(s, "\"subject\":\"Re: hello\""), 1);
}

int
main(void)
{
#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, stage_tear_down)
	const struct CMUnitTest tests[] = {
		STAGED(a_question_is_answered_by_one_mail_to_its_sender),
		STAGED(the_subject_alone_can_be_the_question),
		STAGED(the_subject_of_an_answer_is_no_question),
		STAGED(a_menu_is_numbered_lines_and_waits_for_days),
		STAGED(a_person_is_asked_for_in_the_subject_too),
		STAGED(who_was_not_understood_gets_no_mail_about_it),
		STAGED(what_may_not_be_answered_is_only_stored),
		STAGED(rules_of_other_channels_do_not_answer_mail),
		STAGED(a_machine_that_answers_each_answer_gets_three_a_day),
		STAGED(a_machine_does_not_go_on_where_a_person_wrote),
		STAGED(the_same_mail_in_two_mailboxes_is_answered_once),
		STAGED(two_questions_at_once_have_an_answer_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
