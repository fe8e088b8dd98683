/* Questions that come by mail: through the gate, the rules and the writer, and back as mail. On
 * SQLite. */
#include "lib/store_both.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "flow/answers.h"
#include "flow/ingest.h"
#include "flow/outgoing.h"
#include "knowledge/rule_set.h"
#include "model/mail.h"

struct stage {
	struct store_fixture *f;
	struct rule_set *set;
	struct outgoing *outgoing;
	struct answers *answers;
	struct ingest ingest;
	uint64_t mailbox;
	bool open;
	unsigned sent; /* mails so far */
	unsigned done;
	enum err code;
	struct conversation conversation;
};

struct letter {
	const char *from;
	const char *id; /* NULL: one that no other has */
	const char *answers;
	const char *subject;
	const char *text;
	bool not_answerable;
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
	static const char *const hello_replies[] = {"Hello.", "What is it about?"};
	static const char *const chat_words[] = {"chat"};
	static const char *const webchat[] = {"webchat"};
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
			.reply_count = 2,
			.pick = RULE_PICK_ALL,
			.menu = menu,
			.menu_count = 2,
			.intent = ""},
		{.id = 3,
			.title = "Chat only",
			.folder = "",
			.enabled = true,
			.match = RULE_CONTAINS,
			.any = chat_words,
			.any_count = 1,
			.channels = webchat,
			.channel_count = 1,
			.pattern = "",
			.replies = fee_replies,
			.reply_count = 1,
			.intent = ""},
	};
	const struct rule_settings settings = {
		.human_words = human_words,
		.human_word_count = 2,
		.misses = 2,
		.menu_ms = 1, /* too short for any letter */
	};
	struct rule_set *set = NULL;
	struct error e;

	assert_int_equal(rule_set_create(rules, 3, &settings, &set, &e), ERR_OK);
	return set;
}

static uint64_t
make_mailbox(struct store_fixture *f)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_CHANNEL, &system);

	c->channel.action = ROW_ADD;
	c->channel.channel = (struct channel_row){
		.kind = "email",
		.name = "Service",
		.public_key = "pk-mailbox",
		.settings = "{\"mailbox\":{\"address\":\"service@broker.example\","
					"\"name\":\"Broker\"}}",
		.unit = UNIT_ROOT,
		.enabled = true,
	};
	return fixture_call(f, c, ERR_OK)->id;
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
	s->mailbox = make_mailbox(s->f);
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
	if (o->conversation != NULL) {
		s->conversation = *o->conversation;
	}
}

static struct change *
change_of(struct stage *s, const struct letter *l)
{
	struct actor outside = {.kind = AUTHOR_CUSTOMER};
	struct change *c = change_create(CHANGE_POST, &outside);
	struct mail *m = arena_alloc(c->arena, sizeof(*m));
	struct mail_arrival *arrival = arena_alloc(c->arena, sizeof(*arrival));

	arrival->answerable = !l->not_answerable;
	m->subject = l->subject != NULL ? l->subject : "";
	m->from = (struct mail_address){"Alice",
		l->from != NULL ? l->from : "alice@x.example"};
	m->reply_to.address = "";
	m->message_id = l->id != NULL ? l->id
								  : arena_printf(c->arena, "next-%u@x", ++s->sent);
	m->in_reply_to = l->answers != NULL ? l->answers : "";
	m->trust = MAIL_TRUST_PROVEN;
	c->post.kind = FACT_MESSAGE;
	c->post.party.contact_kind = "email";
	c->post.party.contact_value = m->from.address;
	c->post.party.name = "Alice";
	c->post.channel = s->mailbox;
	c->post.channel_kind = "email";
	c->post.text = l->text != NULL ? l->text : "";
	c->post.mail = m;
	c->post.arrival = arrival;
	c->dedupe_scope = "email";
	c->dedupe_id = m->message_id;
	return c;
}

static void
send(struct stage *s, const struct letter *l)
{
	assert_int_equal(ingest_submit(&s->ingest, change_of(s, l), noted, s), ERR_OK);
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
ask(struct stage *s, const struct letter *l)
{
	send(s, l);
	settle(s, s->done + 1);
	assert_int_equal(s->code, ERR_OK);
}

#define BY_BOT "author_kind = 3 AND kind = 1"

static int64_t
answer_count(struct stage *s)
{
	return fixture_number(s->f,
		"SELECT COUNT(*) FROM fact WHERE " BY_BOT " AND channel_kind = 'email' "
		"AND id IN (SELECT fact FROM outbox WHERE kind = 'mail')");
}

/* How many of them have this in their body. */
static int64_t
answers_with(struct stage *s, const char *part)
{
	char sql[400];

	snprintf(sql, sizeof(sql),
		"SELECT COUNT(*) FROM fact WHERE " BY_BOT " AND body LIKE '%%%s%%'", part);
	return fixture_number(s->f, sql);
}

static int64_t
handed_over(struct stage *s)
{
	return fixture_number(s->f, "SELECT COUNT(*) FROM fact WHERE kind = 41");
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
	assert_int_equal(fixture_number(s->f,
						 "SELECT COUNT(*) FROM fact WHERE " BY_BOT " AND pub > 0"),
		1);
}

static void
the_subject_alone_can_be_the_question(void **state)
{
	struct stage *s = *state;
	struct letter bare = {.subject = "佣金是多少"};

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
	struct letter hello = {.id = "1@x", .subject = "hello"};
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
	assert_int_equal(fixture_number(s->f, "SELECT COUNT(*) FROM fact WHERE " BY_BOT), 0);
}

static void
what_may_not_be_answered_is_only_stored(void **state)
{
	struct stage *s = *state;
	struct letter l = {.subject = "fee", .not_answerable = true};
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
	struct letter l = {.subject = "chat"};

	ask(s, &l);
	assert_int_equal(answer_count(s), 0);
}

static void
a_machine_that_answers_each_answer_gets_three_a_day(void **state)
{
	struct stage *s = *state;
	struct letter l = {.from = "robot@x.example", .subject = "fee"};
	struct letter other = {.from = "alice@x.example", .subject = "fee"};

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
	struct actor agent = fixture_staff(s->f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct letter silent = {.id = "1@x", .subject = "Papers", .not_answerable = true};
	struct letter fee = {.answers = "1@x", .subject = "Re: Papers", .text = "the fee?"};
	struct change *c;

	ask(s, &silent);
	fixture_reply(s->f, &agent, s->conversation.id, "I look at them");
	c = change_create(CHANGE_CONVERSATION, &agent);
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
	struct letter l = {.id = "1@x", .subject = "fee"};

	send(s, &l);
	send(s, &l);
	settle(s, 2);
	assert_int_equal(answer_count(s), 1);
	assert_int_equal(fixture_number(s->f,
						 "SELECT COUNT(*) FROM fact WHERE kind = 1 AND author_kind = 1"),
		1);
}

static void
two_questions_at_once_have_an_answer_each(void **state)
{
	struct stage *s = *state;
	struct letter fee = {.id = "1@x", .subject = "fee"};
	struct letter hello = {.id = "2@x", .subject = "hello"};
	int64_t until = clock_monotonic_ms() + 10000;

	/* Both are judged from the same memory: one of them again. */
	send(s, &fee);
	send(s, &hello);
	settle(s, 2);
	while (answer_count(s) < 2 && clock_monotonic_ms() < until) {
		store_drain(s->f->store);
		usleep(1000);
	}
	assert_int_equal(answer_count(s), 2);
	assert_int_equal(answers_with(s, "\"in_reply_to\":\"1@x\""), 1);
	assert_int_equal(answers_with(s, "\"in_reply_to\":\"2@x\""), 1);
	assert_int_equal(answers_with(s, "\"subject\":\"Re: hello\""), 1);
}

int
main(void)
{
#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
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
