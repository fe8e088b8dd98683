/* Automatic answers by mail in the writer: with their question or not at all, bounded, and never
 * where a person has a part in it. On both databases. */
#include "lib/mail_fixture.h"
#include "lib/store_both.h"

#include "base/arena.h"
#include "model/auto_answer.h"

/* What the loop says to it, from nothing that it remembers. */
static struct auto_answer *
answer_of(struct change *c, uint64_t state_version)
{
	struct auto_answer *a = arena_alloc(c->arena, sizeof(*a));
	struct auto_answer_text *text = arena_alloc(c->arena, sizeof(*text));

	text->text = "Fees depend on your plan.";
	*a = (struct auto_answer){
		.state_version = state_version,
		.rule = 77,
		.title = "Fees",
		.by_mail = true,
		.subject = "Re: Question",
		.texts = text,
		.text_count = 1,
		.reason = "rule",
		.state = "{}",
		.intent = "",
	};
	return a;
}

/* With the answer that the loop has to it. */
static struct change *
change_of(struct store_fixture *f, uint64_t mailbox, const struct letter *l)
{
	struct change *c = fixture_letter(mailbox, l);

	if (!l->unanswerable) {
		int64_t version = fixture_number(f,
			"SELECT COALESCE(MAX(version), 0) FROM bot_state");

		c->post.answer = answer_of(c, (uint64_t)version);
	}
	return c;
}

static const struct outcome *
receive(struct store_fixture *f, uint64_t mailbox, const struct letter *l)
{
	return fixture_call(f, change_of(f, mailbox, l), ERR_OK);
}

static const struct letter alice = {.id = "1@x", .trust = MAIL_TRUST_PROVEN};

static void
question_and_mail_are_one_transaction(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = fixture_mailbox(f);
	const struct outcome *o = receive(f, mailbox, &alice);
	const struct fact *said;
	struct mail m;

	assert_int_equal(o->answer, ANSWER_GIVEN);
	assert_int_equal(o->fact_count, 3);
	said = o->facts[2];
	assert_int_equal(said->author_kind, AUTHOR_BOT);
	assert_int_equal(said->channel, mailbox);
	assert_int_equal(said->pub, 2);
	assert_int_equal(said->delivery.state, OUTBOX_WAITING);
	assert_int_equal(o->conversation->bot, BOT_ANSWERED);
	assert_int_equal(o->conversation->waiting_since, 0);
	fixture_read_mail(f, said, &m);
	assert_string_equal(m.subject, "Re: Question");
	assert_string_equal(m.in_reply_to, "1@x");
	assert_int_equal(m.to_count, 1);
	assert_string_equal(m.to[0].address, "alice@x.example");
	assert_string_equal(m.from.address, "service@broker.example");
	assert_int_equal(m.nature, MAIL_AUTOMATIC);
	assert_int_equal(m.answers, o->facts[0]->id);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM outbox WHERE kind = 'mail'"),
		1);
	/* Its answer will be known by it. */
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM mail WHERE outgoing = 1"),
		1);
}

static void
one_mail_in_two_mailboxes_is_answered_once(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = fixture_mailbox(f);
	uint64_t other = fixture_channel(f, "email");

	receive(f, mailbox, &alice);
	assert_true(receive(f, other, &alice)->duplicate);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM outbox WHERE kind = 'mail'"),
		1);
}

static enum answer_fate
ask_again(struct store_fixture *f, uint64_t mailbox, uint64_t answered)
{
	const struct letter l = {.from = "robot@x.example", .trust = MAIL_TRUST_PROVEN};
	struct change *c = fixture_letter(mailbox, &l);
	struct auto_answer *a = answer_of(c, answered);

	/* As the loop knows it from before. */
	a->conversation = (uint64_t)fixture_number(f,
		"SELECT COALESCE(MAX(id), 0) FROM conversation WHERE state = 1");
	a->conversation_version = (uint64_t)fixture_number(f,
		"SELECT COALESCE(MAX(version), 0) FROM conversation WHERE state = 1");
	c->post.answer = a;
	return fixture_call(f, c, ERR_OK)->answer;
}

static void
an_address_gets_three_a_day(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = fixture_mailbox(f);

	for (uint64_t answered = 0; answered < 3; answered++) {
		assert_int_equal(ask_again(f, mailbox, answered), ANSWER_GIVEN);
	}
	assert_int_equal(ask_again(f, mailbox, 3), ANSWER_DECLINED);
	assert_int_equal(fixture_number(f, "SELECT bot FROM conversation"), BOT_UNANSWERED);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM outbox WHERE kind = 'mail'"),
		3);
	/* A day later the oldest of them counts no more. */
	fixture_sql(f,
		"UPDATE mail_answer SET at = at - 86400000 WHERE fact = (SELECT fact FROM "
		"(SELECT MIN(fact) AS fact FROM mail_answer) AS oldest)");
	assert_int_equal(ask_again(f, mailbox, 3), ANSWER_GIVEN);
}

static void
what_no_machine_should_answer_is_only_stored(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = fixture_mailbox(f);
	struct letter forged = {.from = "bob@x.example",
		.id = "2@x",
		.trust = MAIL_TRUST_FAILED};
	struct letter machine = {.from = "carl@x.example",
		.id = "3@x",
		.trust = MAIL_TRUST_PROVEN,
		.nature = MAIL_LIST};
	struct letter foreign = {.from = "mallory@y.example",
		.id = "4@y",
		.answers = "1@x",
		.trust = MAIL_TRUST_PROVEN};
	struct letter first = alice;

	first.unanswerable = true;
	receive(f, mailbox, &first);
	assert_int_equal(receive(f, mailbox, &forged)->answer, ANSWER_DECLINED);
	assert_int_equal(receive(f, mailbox, &machine)->answer, ANSWER_DECLINED);
	assert_int_equal(receive(f, mailbox, &foreign)->answer, ANSWER_DECLINED);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE author_kind = 3"),
		0);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM fact WHERE author_kind = 1 AND kind = 1"),
		4);
}

static void
a_mailbox_that_is_off_answers_nobody(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = fixture_mailbox(f);

	fixture_sql(f, "UPDATE channel SET enabled = 0");
	assert_int_equal(receive(f, mailbox, &alice)->answer, ANSWER_DECLINED);
}

static void
where_a_person_wrote_a_person_goes_on(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = fixture_mailbox(f);
	struct letter first = alice;
	struct letter second = alice;
	const struct outcome *o;
	uint64_t conversation;

	first.unanswerable = true;
	second.id = "2@x";
	second.answers = "1@x";
	o = receive(f, mailbox, &first);
	conversation = o->conversation->id;
	fixture_reply(f, &agent, conversation, "I look into it");
	fixture_act(f, &agent, conversation, ACTION_RELEASE, 0, ERR_OK);
	assert_int_equal(receive(f, mailbox, &second)->answer, ANSWER_DECLINED);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE author_kind = 3"),
		0);
}

/* Her mail is stored without an answer; then there is one to the entry of that place in it. */
static const struct outcome *
answer_later(struct store_fixture *f, size_t question, enum err expected)
{
	struct letter first = alice;
	struct actor bot = {.kind = AUTHOR_BOT};
	struct change *c = change_create(CHANGE_ANSWER, &bot);
	struct auto_answer *a = answer_of(c, 0);
	const struct outcome *o;

	first.unanswerable = true;
	o = receive(f, fixture_mailbox(f), &first);
	a->conversation = o->conversation->id;
	a->conversation_version = o->conversation->version;
	c->answer.timeline = o->timeline;
	c->answer.question = o->facts[question]->id;
	c->answer.answer = a;
	return fixture_call(f, c, expected);
}

static void
an_answer_that_comes_later_answers_its_own_mail(void **state)
{
	struct store_fixture *f = *state;

	assert_int_equal(answer_later(f, 0, ERR_OK)->answer, ANSWER_GIVEN);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM fact WHERE author_kind = 3 AND body LIKE "
						 "'%\"in_reply_to\":\"1@x\"%'"),
		1);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM outbox WHERE kind = 'mail'"),
		1);
}

static void
an_answer_to_no_mail_is_refused(void **state)
{
	/* That the conversation was opened. */
	(void)answer_later(*state, 1, ERR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(question_and_mail_are_one_transaction),
		ON_BOTH(one_mail_in_two_mailboxes_is_answered_once),
		ON_BOTH(an_address_gets_three_a_day),
		ON_BOTH(what_no_machine_should_answer_is_only_stored),
		ON_BOTH(a_mailbox_that_is_off_answers_nobody),
		ON_BOTH(where_a_person_wrote_a_person_goes_on),
		ON_BOTH(an_answer_that_comes_later_answers_its_own_mail),
		ON_BOTH(an_answer_to_no_mail_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
