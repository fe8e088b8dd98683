/* Automatic answers in the writer: question and answer are one, and a bot never talks over a
 * person. On both databases. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"
#include "model/auto_answer.h"

struct scene {
	uint64_t channel;
	struct actor visitor;
	struct actor agent;
};

static struct scene
scene(struct store_fixture *f)
{
	struct scene s = {.channel = fixture_channel(f, "webchat")};

	s.visitor = fixture_visitor(f, s.channel);
	s.agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	return s;
}

static struct auto_answer *
answer(struct change *c, const char *text, uint64_t state_version)
{
	struct auto_answer *a = arena_alloc(c->arena, sizeof(*a));
	struct auto_answer_text *t = arena_alloc(c->arena, sizeof(*t));

	t->text = text;
	*a = (struct auto_answer){
		.state_version = state_version,
		.rule = 77,
		.title = "Opening",
		.texts = t,
		.text_count = text != NULL ? 1 : 0,
		.reason = "rule",
		.state = "{\"misses\":0}",
		.intent = "",
	};
	return a;
}

static struct change *
question(const struct scene *s, const char *text)
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
question_and_answer_are_one_transaction(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct change *c = question(&s, "how do I open an account");
	struct auto_answer *a = answer(c, "On the phone or at the counter", 0);
	const struct outcome *o;

	a->ask_helpful = true;
	((struct auto_answer_text *)a->texts)->menu = "[{\"n\":1,\"label\":\"Phone\"}]";
	c->post.answer = a;
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->answer, ANSWER_GIVEN);
	assert_int_equal(o->fact_count, 3);
	assert_int_equal(o->facts[0]->kind, FACT_MESSAGE);
	assert_int_equal(o->facts[0]->pub, 1);
	assert_int_equal(o->facts[1]->kind, FACT_OPENED);
	assert_int_equal(o->facts[2]->author_kind, AUTHOR_BOT);
	assert_int_equal(o->facts[2]->pub, 2);
	assert_string_equal(o->facts[2]->channel_kind, "webchat");
	assert_string_equal(o->facts[2]->body,
		"{\"text\":\"On the phone or at the counter\",\"rule\":\"77\","
		"\"title\":\"Opening\",\"menu\":[{\"n\":1,\"label\":\"Phone\"}],"
		"\"helpful\":true}");
	/* Consoles learn with the question itself that it needs no bell. */
	assert_int_equal(o->facts[0]->after.bot, BOT_ANSWERED);
	assert_int_equal(o->conversation->waiting_since, 0);
	assert_int_equal(o->conversation->assignee, 0);
}

static void
customers_see_the_menu_but_not_the_rule(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct change *c = question(&s, "hello");
	struct auto_answer *a = answer(c, "Hello", 0);
	const struct outcome *o;
	const char *frame;
	size_t length;

	a->ask_helpful = true;
	((struct auto_answer_text *)a->texts)->menu =
		"[{\"n\":1,\"label\":\"Fees\",\"rule\":\"9\"}]";
	c->post.answer = a;
	o = fixture_call(f, c, ERR_OK);
	frame = fact_public_frame(o->facts[2], NULL, &length);
	assert_non_null(strstr(frame,
		"\"body\":{\"text\":\"Hello\",\"menu\":[{\"n\":1,\"label\":\"Fees\"}],"
		"\"helpful\":true}"));
	assert_null(strstr(frame, "rule"));
	assert_null(strstr(frame, "Opening"));
	assert_non_null(strstr(frame, "\"author\":{\"kind\":\"bot\"}"));
}

static void
the_same_question_again_is_answered_once(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);

	for (int i = 0; i < 2; i++) {
		struct change *c = question(&s, "hello");
		const struct outcome *o;

		memcpy(c->ref, "01JD0000000000000000000001",
			sizeof("01JD0000000000000000000001"));
		c->post.answer = answer(c, "Hello", 0);
		o = fixture_call(f, c, ERR_OK);
		assert_int_equal(o->duplicate, i == 1);
		assert_int_equal(o->facts[0]->pub, 1);
	}
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE author_kind = 3"),
		1);
	assert_int_equal(fixture_number(f, "SELECT version FROM bot_state"), 1);
}

static void
nothing_is_answered_in_a_conversation_that_went_on(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	const struct outcome *o = fixture_say(f, &s.visitor, s.channel, "first");
	uint64_t conversation = o->conversation->id;
	uint64_t version = o->conversation->version;
	struct change *c;

	fixture_say(f, &s.visitor, s.channel, "second");
	c = question(&s, "third");
	c->post.answer = answer(c, "Hello", 0);
	((struct auto_answer *)c->post.answer)->conversation = conversation;
	((struct auto_answer *)c->post.answer)->conversation_version = version;
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->answer, ANSWER_STALE);
	assert_int_equal(o->fact_count, 1);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM bot_state"), 0);
	/* Decided again from what is true now. */
	version = o->conversation->version;
	c = change_create(CHANGE_ANSWER, &(struct actor){.kind = AUTHOR_BOT});
	c->answer.timeline = o->timeline;
	c->answer.question = o->facts[0]->id;
	c->answer.answer = answer(c, "Hello", 0);
	((struct auto_answer *)c->answer.answer)->conversation = conversation;
	((struct auto_answer *)c->answer.answer)->conversation_version = version;
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->answer, ANSWER_GIVEN);
	assert_int_equal(o->facts[0]->author_kind, AUTHOR_BOT);
	assert_int_equal(o->conversation->bot, BOT_ANSWERED);
	assert_int_equal(o->conversation->waiting_since, 0);
}

static void
a_bot_never_talks_over_an_agent(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	const struct outcome *o = fixture_say(f, &s.visitor, s.channel, "hello");
	uint64_t conversation = o->conversation->id;
	uint64_t version;
	struct change *c;

	o = fixture_reply(f, &s.agent, conversation, "I am here");
	version = o->conversation->version;
	c = question(&s, "good");
	c->post.answer = answer(c, "Hello", 0);
	((struct auto_answer *)c->post.answer)->conversation = conversation;
	((struct auto_answer *)c->post.answer)->conversation_version = version;
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->answer, ANSWER_STALE);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE author_kind = 3"),
		0);
	assert_true(o->conversation->waiting_since > 0);
}

static void
of_two_answers_to_one_memory_the_second_is_dropped(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct change *c = question(&s, "one");
	const struct outcome *o;
	uint64_t version;
	uint64_t conversation;

	c->post.answer = answer(c, "Hello", 0);
	o = fixture_call(f, c, ERR_OK);
	version = o->conversation->version;
	conversation = o->conversation->id;
	c = question(&s, "two");
	c->post.answer = answer(c, "Hello", 0);
	((struct auto_answer *)c->post.answer)->conversation = conversation;
	((struct auto_answer *)c->post.answer)->conversation_version = version;
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->answer, ANSWER_STALE);
	assert_int_equal(o->fact_count, 1);
}

static void
handed_over_waits_for_a_person_until_it_is_resolved(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct change *c = question(&s, "a person please");
	struct auto_answer *a = answer(c, NULL, 0);
	const struct outcome *o;
	uint64_t conversation;
	uint64_t version;

	a->human = true;
	a->reason = "human_word";
	c->post.answer = a;
	o = fixture_call(f, c, ERR_OK);
	conversation = o->conversation->id;
	version = o->conversation->version;
	assert_int_equal(o->facts[2]->kind, FACT_HANDED_OVER);
	assert_int_equal(o->facts[2]->pub, 0);
	assert_int_equal(o->facts[0]->after.bot, BOT_QUIET);
	assert_true(o->conversation->waiting_since > 0);
	c = question(&s, "hello?");
	c->post.answer = answer(c, "Hello", 1);
	((struct auto_answer *)c->post.answer)->conversation = conversation;
	((struct auto_answer *)c->post.answer)->conversation_version = version;
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->answer, ANSWER_STALE);
	fixture_act(f, &s.agent, conversation, ACTION_RESOLVE, 0, ERR_OK);
	/* She comes back: the bot listens again. */
	c = question(&s, "hello again");
	c->post.answer = answer(c, "Hello", 1);
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->answer, ANSWER_GIVEN);
	assert_int_equal(o->conversation->bot, BOT_ANSWERED);
}

static void
an_agent_stops_the_bot(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct change *c = question(&s, "hello");
	const struct outcome *o;

	c->post.answer = answer(c, "Hello", 0);
	o = fixture_call(f, c, ERR_OK);
	o = fixture_act(f, &s.agent, o->conversation->id, ACTION_QUIET, 0, ERR_OK);
	assert_int_equal(o->facts[0]->kind, FACT_HANDED_OVER);
	assert_int_equal(o->facts[0]->author, s.agent.id);
	assert_string_equal(o->facts[0]->body, "{\"reason\":\"stopped\",\"rule\":null}");
	assert_int_equal(o->conversation->bot, BOT_QUIET);
	/* Once is enough. */
	o = fixture_act(f, &s.agent, o->conversation->id, ACTION_QUIET, 0, ERR_OK);
	assert_int_equal(o->fact_count, 0);
}

static struct change *
feedback(const struct actor *visitor, uint64_t pub, bool helpful)
{
	struct change *c = change_create(CHANGE_FEEDBACK, visitor);

	c->feedback.visitor = visitor->id;
	c->feedback.pub = pub;
	c->feedback.helpful = helpful;
	c->dedupe_scope = "feedback";
	c->dedupe_id = arena_printf(c->arena, "%llu:%llu", (unsigned long long)visitor->id,
		(unsigned long long)pub);
	return c;
}

static void
whether_it_helped_is_said_once(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct actor other = fixture_visitor(f, s.channel);
	struct change *c = question(&s, "hello");
	struct auto_answer *a = answer(c, "Hello", 0);
	const struct outcome *o;

	a->ask_helpful = true;
	c->post.answer = a;
	fixture_call(f, c, ERR_OK);
	o = fixture_call(f, feedback(&s.visitor, 2, true), ERR_OK);
	assert_int_equal(o->facts[0]->kind, FACT_FEEDBACK);
	assert_int_equal(o->facts[0]->pub, 0);
	assert_non_null(strstr(o->facts[0]->body, "\"rule\":\"77\",\"helpful\":true"));
	o = fixture_call(f, feedback(&s.visitor, 2, false), ERR_OK);
	assert_true(o->duplicate);
	assert_int_equal(fixture_number(f, "SELECT SUM(helped) FROM rule_hit"), 1);
	assert_int_equal(fixture_number(f, "SELECT SUM(failed) FROM rule_hit"), 0);
	/* Not of her own question, and not by somebody else. */
	fixture_call(f, feedback(&s.visitor, 1, true), ERR_NOT_FOUND);
	fixture_say(f, &other, s.channel, "me too");
	fixture_call(f, feedback(&other, 2, true), ERR_NOT_FOUND);
}

static void
a_question_without_answer_is_remembered(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct change *c = question(&s, "gibberish");
	struct party party = {.visitor = s.visitor.id};
	struct auto_answer *a = answer(c, NULL, 0);
	struct bot_memory memory;
	const struct outcome *o;
	struct error e;

	a->rule = 0;
	a->state = "{\"misses\":1}";
	c->post.answer = a;
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->conversation->bot, BOT_UNANSWERED);
	assert_true(o->conversation->waiting_since > 0);
	assert_int_equal(read_bot_memory(f->reader, &party, 0, f->arena, &memory, &e),
		ERR_OK);
	assert_int_equal(memory.timeline, o->timeline);
	assert_int_equal(memory.version, 1);
	assert_string_equal(memory.state, "{\"misses\":1}");
	assert_int_equal(memory.conversation.id, o->conversation->id);
	assert_int_equal(memory.conversation.version, o->conversation->version);
	assert_int_equal(memory.conversation.bot, BOT_UNANSWERED);
}

static void
what_no_rule_is_asked_waits_for_a_person(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct change *c = question(&s, "hello");
	const struct outcome *o;

	c->post.answer = answer(c, "Hello", 0);
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->conversation->bot, BOT_ANSWERED);
	assert_int_equal(o->conversation->waiting_since, 0);
	o = fixture_call(f, question(&s, "see the picture"), ERR_OK);
	assert_int_equal(o->facts[0]->after.bot, BOT_UNANSWERED);
	assert_int_equal(o->conversation->bot, BOT_UNANSWERED);
	assert_int_not_equal(o->conversation->waiting_since, 0);
}

static void
who_never_wrote_has_no_memory(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct party party = {.visitor = s.visitor.id};
	struct bot_memory memory;
	struct error e;

	assert_int_equal(read_bot_memory(f->reader, &party, 0, f->arena, &memory, &e),
		ERR_OK);
	assert_int_equal(memory.timeline, 0);
	assert_int_equal(memory.version, 0);
	assert_false(memory.has_conversation);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(question_and_answer_are_one_transaction),
		ON_BOTH(customers_see_the_menu_but_not_the_rule),
		ON_BOTH(the_same_question_again_is_answered_once),
		ON_BOTH(nothing_is_answered_in_a_conversation_that_went_on),
		ON_BOTH(a_bot_never_talks_over_an_agent),
		ON_BOTH(of_two_answers_to_one_memory_the_second_is_dropped),
		ON_BOTH(handed_over_waits_for_a_person_until_it_is_resolved),
		ON_BOTH(an_agent_stops_the_bot),
		ON_BOTH(whether_it_helped_is_said_once),
		ON_BOTH(a_question_without_answer_is_remembered),
		ON_BOTH(what_no_rule_is_asked_waits_for_a_person),
		ON_BOTH(who_never_wrote_has_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
