/* A conversation is passed on with a note, in one transaction; an answer that crossed another is
 * stopped. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"

struct scene {
	uint64_t channel;
	struct actor visitor;
	struct actor chen;
	struct actor lin;
	uint64_t conversation;
};

static struct scene
scene(struct store_fixture *f)
{
	struct scene s = {.channel = fixture_channel(f, "webchat")};

	s.visitor = fixture_visitor(f, s.channel);
	s.chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	s.lin = fixture_staff(f, "lin", ROLE_AGENT, UNIT_ROOT);
	s.conversation = fixture_say(f, &s.visitor, s.channel, "hello")->conversation->id;
	return s;
}

static const struct outcome *
pass_on(struct store_fixture *f, const struct scene *s, const struct actor *by,
	enum conversation_action action, uint64_t to, const char *note, enum err expected)
{
	struct change *c = change_create(CHANGE_CONVERSATION, by);

	c->conversation.conversation = s->conversation;
	c->conversation.action = action;
	c->conversation.assignee = to;
	c->conversation.note = note;
	return fixture_call(f, c, expected);
}

static void
the_note_is_an_entry_of_the_same_change(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	const struct outcome *o;

	fixture_act(f, &s.chen, s.conversation, ACTION_TAKE, 0, ERR_OK);
	o = pass_on(f, &s, &s.chen, ACTION_ASSIGN, s.lin.id, "she wants \"C3\"", ERR_OK);
	assert_int_equal(o->fact_count, 2);
	assert_int_equal(o->facts[0]->kind, FACT_ASSIGNED);
	assert_int_equal(o->facts[1]->kind, FACT_NOTE);
	assert_int_equal(o->facts[1]->seq, o->facts[0]->seq + 1);
	assert_int_equal(o->facts[1]->pub, 0);
	assert_int_equal(o->facts[1]->conversation, s.conversation);
	assert_int_equal(o->facts[1]->author, s.chen.id);
	assert_non_null(strstr(o->facts[1]->body, "{\"text\":\"she wants \\\"C3\\\"\""));
	assert_non_null(strstr(o->facts[1]->body, "\"handover\":{\"to\":\""));
	assert_int_equal(o->conversation->assignee, s.lin.id);
	assert_string_equal(o->conversation->preview, "she wants \"C3\"");
}

static void
back_to_unassigned_with_a_note(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	const struct outcome *o;

	fixture_act(f, &s.chen, s.conversation, ACTION_TAKE, 0, ERR_OK);
	o = pass_on(f, &s, &s.chen, ACTION_RELEASE, 0, "for whoever speaks Wu", ERR_OK);
	assert_int_equal(o->fact_count, 2);
	assert_int_equal(o->facts[0]->kind, FACT_RELEASED);
	assert_non_null(strstr(o->facts[1]->body, "\"handover\":{\"to\":null}"));
	assert_int_equal(o->conversation->assignee, 0);
}

static void
who_may_not_pass_it_on_leaves_no_note(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	char long_note[HANDOVER_NOTE_MAX + 2];
	int64_t before;

	memset(long_note, 'x', sizeof(long_note) - 1);
	long_note[sizeof(long_note) - 1] = '\0';
	fixture_act(f, &s.chen, s.conversation, ACTION_TAKE, 0, ERR_OK);
	before = fixture_number(f, "SELECT COUNT(*) FROM fact");
	pass_on(f, &s, &s.lin, ACTION_ASSIGN, s.lin.id, "mine", ERR_DENIED);
	pass_on(f, &s, &s.chen, ACTION_ASSIGN, 4711, "to nobody", ERR_INVALID);
	pass_on(f, &s, &s.chen, ACTION_ASSIGN, s.lin.id, long_note, ERR_INVALID);
	pass_on(f, &s, &s.chen, ACTION_RESOLVE, 0, "done", ERR_INVALID);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact"), before);
}

static void
answer(struct store_fixture *f, const struct scene *s, const struct actor *by,
	uint64_t seen, enum err expected)
{
	struct change *c = change_create(CHANGE_POST, by);

	c->post.party.conversation = s->conversation;
	c->post.kind = FACT_MESSAGE;
	c->post.text = "answer";
	c->post.stale_check = true;
	c->post.seen_seq = seen;
	fixture_call(f, c, expected);
}

static void
an_answer_that_crossed_a_colleagues_is_stale(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	uint64_t seq = fixture_reply(f, &s.chen, s.conversation, "I am on it")->facts[0]->seq;

	for (unsigned restart = 0; restart < 2; restart++) {
		answer(f, &s, &s.lin, seq - 1, ERR_CONFLICT);
		fixture_close(f);
		fixture_open(f);
	}
	/* One's own answers are known without being seen. */
	answer(f, &s, &s.chen, seq - 1, ERR_OK);
	answer(f, &s, &s.lin, seq + 10, ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(the_note_is_an_entry_of_the_same_change),
		ON_BOTH(back_to_unassigned_with_a_note),
		ON_BOTH(who_may_not_pass_it_on_leaves_no_note),
		ON_BOTH(an_answer_that_crossed_a_colleagues_is_stale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
