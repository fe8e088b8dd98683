/* Automatic answers by mail in the writer: with their question or not at all, bounded, and never
 * where a person has a part in it. On both databases. */
#include "lib/store_both.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "model/auto_answer.h"
#include "model/mail.h"

struct letter {
	const char *from;
	const char *id;
	const char *answers;
	enum mail_trust trust;
	enum mail_nature nature;
	bool unanswered; /* the loop had no answer to it */
};

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
		.settings = "{\"mailbox\":{\"address\":\"service@broker.example\"}}",
		.unit = UNIT_ROOT,
		.enabled = true,
	};
	return fixture_call(f, c, ERR_OK)->id;
}

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

static struct change *
change_of(struct store_fixture *f, uint64_t mailbox, const struct letter *l)
{
	struct actor outside = {.kind = AUTHOR_CUSTOMER};
	struct change *c = change_create(CHANGE_POST, &outside);
	struct mail *m = arena_alloc(c->arena, sizeof(*m));

	m->subject = "Question";
	m->from = (struct mail_address){"Alice", l->from};
	m->reply_to.address = "";
	m->message_id = l->id;
	m->in_reply_to = l->answers;
	m->trust = l->trust;
	m->nature = l->nature;
	c->post.kind = FACT_MESSAGE;
	c->post.party.contact_kind = l->trust == MAIL_TRUST_PROVEN ? "email" : "sender";
	c->post.party.contact_value = l->from;
	c->post.party.name = "Alice";
	c->post.channel = mailbox;
	c->post.channel_kind = "email";
	c->post.text = "What is the fee?";
	c->post.mail = m;
	c->dedupe_scope = "email";
	c->dedupe_id = l->id;
	if (!l->unanswered) {
		int64_t version = fixture_number(f,
			"SELECT COALESCE(MAX(version), 0) FROM "
			"bot_state");

		c->post.answer = answer_of(c, (uint64_t)version);
	}
	return c;
}

static const struct outcome *
receive(struct store_fixture *f, uint64_t mailbox, const struct letter *l)
{
	return fixture_call(f, change_of(f, mailbox, l), ERR_OK);
}

static const struct letter alice = {.from = "alice@x.example",
	.id = "1@x",
	.trust = MAIL_TRUST_PROVEN};

static void
question_and_mail_are_one_transaction(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = make_mailbox(f);
	const struct outcome *o = receive(f, mailbox, &alice);
	const struct fact *said;
	struct json *body = NULL;
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
	assert_int_equal(json_parse(said->body, said->body_length, &body, NULL), ERR_OK);
	assert_int_equal(mail_decode(body, f->arena, &m, NULL), ERR_OK);
	json_free(body);
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
	uint64_t mailbox = make_mailbox(f);
	uint64_t other = fixture_channel(f, "email");

	receive(f, mailbox, &alice);
	assert_true(receive(f, other, &alice)->duplicate);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM outbox WHERE kind = 'mail'"),
		1);
}

static enum answer_fate
ask_again(struct store_fixture *f, uint64_t mailbox, uint64_t answered)
{
	static int letters;
	char id[40];
	const char *from = "robot@x.example";
	struct letter l = {.from = from, .id = id, .trust = MAIL_TRUST_PROVEN};
	struct change *c;
	struct auto_answer *a;
	const struct outcome *o;

	snprintf(id, sizeof(id), "%d@again", ++letters);
	c = change_of(f, mailbox, &l);
	a = (struct auto_answer *)c->post.answer;
	a->state_version = answered;
	/* As the loop knows it from before. */
	a->conversation = (uint64_t)fixture_number(f,
		"SELECT COALESCE(MAX(id), 0) FROM conversation WHERE state = 1");
	a->conversation_version = (uint64_t)fixture_number(f,
		"SELECT COALESCE(MAX(version), 0) FROM conversation WHERE state = 1");
	o = fixture_call(f, c, ERR_OK);
	return o->answer;
}

static void
an_address_gets_three_a_day(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = make_mailbox(f);

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
	uint64_t mailbox = make_mailbox(f);
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

	first.unanswered = true;
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
	uint64_t mailbox = make_mailbox(f);

	fixture_sql(f, "UPDATE channel SET enabled = 0");
	assert_int_equal(receive(f, mailbox, &alice)->answer, ANSWER_DECLINED);
}

static void
where_a_person_wrote_a_person_goes_on(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t mailbox = make_mailbox(f);
	struct letter first = alice;
	struct letter second = alice;
	const struct outcome *o;
	uint64_t conversation;

	first.unanswered = true;
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

static void
an_answer_that_comes_later_answers_its_own_mail(void **state)
{
	struct store_fixture *f = *state;
	uint64_t mailbox = make_mailbox(f);
	struct letter first = alice;
	struct actor bot = {.kind = AUTHOR_BOT};
	const struct outcome *o;
	struct change *c;
	struct auto_answer *a;

	first.unanswered = true;
	o = receive(f, mailbox, &first);
	c = change_create(CHANGE_ANSWER, &bot);
	a = answer_of(c, 0);
	a->conversation = o->conversation->id;
	a->conversation_version = o->conversation->version;
	c->answer.timeline = o->timeline;
	c->answer.question = o->facts[0]->id;
	c->answer.answer = a;
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->answer, ANSWER_GIVEN);
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
	struct store_fixture *f = *state;
	uint64_t mailbox = make_mailbox(f);
	struct letter first = alice;
	struct actor bot = {.kind = AUTHOR_BOT};
	const struct outcome *o;
	struct change *c;

	first.unanswered = true;
	o = receive(f, mailbox, &first);
	c = change_create(CHANGE_ANSWER, &bot);
	c->answer.timeline = o->timeline;
	c->answer.question = o->facts[1]->id;
	c->answer.answer = answer_of(c, 0);
	fixture_call(f, c, ERR_NOT_FOUND);
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
