/* Mentions, what somebody was when, saved filters, the sessions of one. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"

#define BRANCH 0x01010000u
#define OTHER_BRANCH 0x01020000u

struct scene {
	uint64_t channel;
	struct actor visitor;
	struct actor chen;
	struct actor lin;
	uint64_t conversation;
	uint64_t customer;
};

static struct scene
scene(struct store_fixture *f)
{
	struct scene s = {.channel = fixture_channel(f, "webchat")};
	const struct outcome *o;

	s.visitor = fixture_visitor(f, s.channel);
	s.chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	s.lin = fixture_staff(f, "lin", ROLE_AGENT, UNIT_ROOT);
	o = fixture_say(f, &s.visitor, s.channel, "hello");
	s.conversation = o->conversation->id;
	s.customer = o->customer;
	return s;
}

static const struct outcome *
note_for(struct store_fixture *f, const struct scene *s, const char *text,
	const uint64_t *named, size_t count, enum err expected)
{
	struct change *c = change_create(CHANGE_POST, &s->chen);

	c->post.party.conversation = s->conversation;
	c->post.kind = FACT_NOTE;
	c->post.text = text;
	c->post.mentions = named;
	c->post.mention_count = count;
	return fixture_call(f, c, expected);
}

static size_t
mentions_of(struct store_fixture *f, const struct actor *a, struct mention **out,
	uint64_t *unseen)
{
	struct scope scope = actor_scope(a);
	struct error e = {0};
	size_t count = 0;

	assert_int_equal(read_mentions(f->reader, &scope, 0, 10, f->arena, out, &count,
						 unseen, &e),
		ERR_OK);
	return count;
}

static void
who_is_named_finds_the_note_until_she_looked(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	uint64_t twice[] = {s.lin.id, s.lin.id};
	struct mention *items;
	uint64_t unseen;
	uint64_t id;
	struct change *c;
	const struct outcome *o = note_for(f, &s, "@lin \"please\"", twice, 2, ERR_OK);

	assert_non_null(strstr(o->facts[0]->body, "\"mentions\":[\""));
	assert_int_equal(mentions_of(f, &s.lin, &items, &unseen), 1);
	assert_int_equal(unseen, 1);
	assert_int_equal(items[0].fact, o->facts[0]->id);
	assert_int_equal(items[0].author, s.chen.id);
	assert_int_equal(items[0].customer, s.customer);
	assert_string_equal(items[0].text, "@lin \"please\"");
	assert_int_equal(mentions_of(f, &s.chen, &items, &unseen), 0);

	/* Only she herself can look at it. */
	assert_int_equal(mentions_of(f, &s.lin, &items, &unseen), 1);
	id = items[0].id;
	c = change_create(CHANGE_MENTIONS, &s.chen);
	c->mentions.ids = &id;
	c->mentions.count = 1;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(mentions_of(f, &s.lin, &items, &unseen), 1);
	assert_int_equal(unseen, 1);
	c = change_create(CHANGE_MENTIONS, &s.lin);
	c->mentions.ids = &id;
	c->mentions.count = 1;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(mentions_of(f, &s.lin, &items, &unseen), 1);
	assert_int_equal(unseen, 0);
	assert_true(items[0].seen_at > 0);
}

static void
who_may_not_see_her_cannot_be_named(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct actor far = fixture_staff(f, "far", ROLE_AGENT, BRANCH);
	uint64_t nobody = 4711;
	int64_t before = fixture_number(f, "SELECT COUNT(*) FROM fact");
	struct change *c;

	note_for(f, &s, "@far", &far.id, 1, ERR_INVALID);
	note_for(f, &s, "@nobody", &nobody, 1, ERR_INVALID);
	c = change_create(CHANGE_POST, &s.chen);
	c->post.party.conversation = s.conversation;
	c->post.kind = FACT_MESSAGE;
	c->post.text = "@lin";
	c->post.mentions = &s.lin.id;
	c->post.mention_count = 1;
	fixture_call(f, c, ERR_INVALID);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact"), before);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM mention"), 0);
}

static void
what_somebody_was_is_kept_in_order(void **state)
{
	struct store_fixture *f = *state;
	struct actor house = fixture_system();
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	static const char *const states[] = {"online", "away", "offline"};
	struct presence_row *rows;
	struct error e = {0};
	struct change *c;
	size_t count = 0;

	for (size_t i = 0; i < 3; i++) {
		c = change_create(CHANGE_PRESENCE, &house);
		c->presence = (struct presence_change){chen.id, states[i], i == 1 ? "lunch" : ""};
		fixture_call(f, c, ERR_OK);
	}
	assert_int_equal(read_presence(f->reader, chen.id, 0, 0, f->arena, &rows, &count, &e),
		ERR_OK);
	assert_int_equal(count, 3);
	assert_string_equal(rows[1].state, "away");
	assert_string_equal(rows[1].reason, "lunch");
	c = change_create(CHANGE_PRESENCE, &chen);
	c->presence = (struct presence_change){chen.id, "online", ""};
	fixture_call(f, c, ERR_INVALID);
}

static uint64_t
keep_filter(struct store_fixture *f, const struct actor *a, const char *name, bool shared)
{
	struct change *c = change_create(CHANGE_FILTER, a);

	c->filter.action = ROW_ADD;
	c->filter.filter.name = name;
	c->filter.filter.place = "conversations";
	c->filter.filter.query = "waiting=1";
	c->filter.filter.shared = shared;
	return fixture_call(f, c, ERR_OK)->id;
}

static size_t
filters_of(struct store_fixture *f, const struct actor *a)
{
	struct saved_filter *items;
	struct error e = {0};
	size_t count = 0;

	assert_int_equal(read_filters(f->reader, a->id, a->unit, f->arena, &items, &count,
						 &e),
		ERR_OK);
	return count;
}

static void
change_filter(struct store_fixture *f, const struct actor *a, uint64_t id,
	enum row_action action, enum err expected)
{
	struct change *c = change_create(CHANGE_FILTER, a);

	c->filter.action = action;
	c->filter.filter.id = id;
	c->filter.filter.name = "renamed";
	fixture_call(f, c, expected);
}

static void
a_shared_filter_is_seen_by_the_units_below(void **state)
{
	struct store_fixture *f = *state;
	struct actor head = fixture_staff(f, "head", ROLE_AGENT, UNIT_ROOT);
	struct actor ann = fixture_staff(f, "ann", ROLE_AGENT, BRANCH);
	struct actor bob = fixture_staff(f, "bob", ROLE_AGENT, BRANCH);
	struct actor lead = fixture_staff(f, "lead", ROLE_SUPERVISOR, BRANCH);
	struct actor far = fixture_staff(f, "far", ROLE_AGENT, OTHER_BRANCH);
	uint64_t shared = keep_filter(f, &ann, "team's", true);
	uint64_t own = keep_filter(f, &ann, "mine", false);

	keep_filter(f, &head, "everybody's", true);
	assert_int_equal(filters_of(f, &ann), 3);
	assert_int_equal(filters_of(f, &bob), 2);
	assert_int_equal(filters_of(f, &far), 1);
	change_filter(f, &bob, shared, ROW_EDIT, ERR_DENIED);
	change_filter(f, &far, shared, ROW_REMOVE, ERR_NOT_FOUND);
	change_filter(f, &lead, own, ROW_REMOVE, ERR_NOT_FOUND);
	change_filter(f, &lead, shared, ROW_EDIT, ERR_OK);
	change_filter(f, &ann, shared, ROW_REMOVE, ERR_OK);
	change_filter(f, &ann, own, ROW_REMOVE, ERR_OK);
	assert_int_equal(filters_of(f, &ann), 1);
}

static void
open_session(struct store_fixture *f, const struct actor *a, uint8_t first)
{
	struct change *c = change_create(CHANGE_SESSION, a);

	c->session.action = ROW_ADD;
	c->session.token_hash[0] = first;
	c->session.staff = a->id;
	c->session.expires_at = INT64_MAX;
	c->session.agent = "a browser";
	fixture_call(f, c, ERR_OK);
}

static void
all_sessions_but_this_one_end(void **state)
{
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct session_item *items;
	struct error e = {0};
	struct change *c;
	size_t count = 0;

	open_session(f, &chen, 1);
	open_session(f, &chen, 2);
	open_session(f, &chen, 3);
	assert_int_equal(read_sessions(f->reader, chen.id, f->arena, &items, &count, &e),
		ERR_OK);
	assert_int_equal(count, 3);
	c = change_create(CHANGE_SESSION, &chen);
	c->session.action = ROW_REMOVE;
	c->session.others = true;
	c->session.staff = chen.id;
	c->session.token_hash[0] = 2;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(read_sessions(f->reader, chen.id, f->arena, &items, &count, &e),
		ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(items[0].token_hash[0], 2);
	assert_string_equal(items[0].agent, "a browser");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(who_is_named_finds_the_note_until_she_looked),
		ON_BOTH(who_may_not_see_her_cannot_be_named),
		ON_BOTH(what_somebody_was_is_kept_in_order),
		ON_BOTH(a_shared_filter_is_seen_by_the_units_below),
		ON_BOTH(all_sessions_but_this_one_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
