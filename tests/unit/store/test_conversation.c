/* Who may take, assign, release, resolve and reopen; what reopens by itself. */
#include "lib/store_both.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

struct scene {
	uint64_t channel;
	struct actor visitor;
	struct actor chen;
	struct actor lin;
	struct actor chief;
	uint64_t timeline;
	uint64_t conversation;
};

static struct scene
scene(struct store_fixture *f)
{
	struct scene s = {.channel = fixture_channel(f, "webchat")};
	const struct outcome *o;

	s.visitor = fixture_visitor(f, s.channel);
	s.chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	s.lin = fixture_staff(f, "lin", ROLE_AGENT, UNIT_ROOT);
	s.chief = fixture_staff(f, "chief", ROLE_SUPERVISOR, UNIT_ROOT);
	o = fixture_say(f, &s.visitor, s.channel, "hello");
	s.timeline = o->timeline;
	s.conversation = o->conversation->id;
	return s;
}

static void
take_is_a_fact_and_idempotent(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	const struct outcome *o;

	o = fixture_act(f, &s.chen, s.conversation, ACTION_TAKE, 0, ERR_OK);
	assert_int_equal(o->fact_count, 1);
	assert_int_equal(o->facts[0]->kind, FACT_ASSIGNED);
	assert_int_equal(o->facts[0]->assignee_before, 0);
	assert_int_equal(o->facts[0]->after.assignee, s.chen.id);
	assert_int_equal(o->conversation->assignee, s.chen.id);
	o = fixture_act(f, &s.chen, s.conversation, ACTION_TAKE, 0, ERR_OK);
	assert_int_equal(o->fact_count, 0);
	fixture_act(f, &s.lin, s.conversation, ACTION_TAKE, 0, ERR_CONFLICT);
}

struct race {
	unsigned done;
	unsigned won;
	unsigned lost;
	char text[240];
};

static void
count_race(void *ctx, const struct outcome *o)
{
	struct race *r = ctx;

	r->done++;
	if (o->code == ERR_OK) {
		r->won++;
	} else if (o->code == ERR_CONFLICT) {
		r->lost++;
		snprintf(r->text, sizeof(r->text), "%s", o->text);
	}
}

static void
one_of_many_takes_wins(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct race r = {0};

	for (unsigned i = 0; i < 40; i++) {
		struct actor agent = s.chen;
		struct change *c;

		agent.id = s.chen.id + 1000 * i; /* the first exists */
		c = change_create(CHANGE_CONVERSATION, &agent);
		c->conversation.conversation = s.conversation;
		c->conversation.action = ACTION_TAKE;
		assert_int_equal(store_submit(f->store, c, count_race, &r), ERR_OK);
	}
	while (r.done < 40) {
		store_drain(f->store);
	}
	assert_int_equal(r.won, 1);
	assert_int_equal(r.lost, 39);
	assert_non_null(strstr(r.text, "chen"));
}

static void
only_the_agent_and_supervisors_pass_it_on(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);

	/* Unassigned: anybody may give it to somebody. */
	fixture_act(f, &s.lin, s.conversation, ACTION_ASSIGN, s.chen.id, ERR_OK);
	fixture_act(f, &s.lin, s.conversation, ACTION_ASSIGN, s.lin.id, ERR_DENIED);
	fixture_act(f, &s.lin, s.conversation, ACTION_RELEASE, 0, ERR_DENIED);
	fixture_act(f, &s.lin, s.conversation, ACTION_RESOLVE, 0, ERR_DENIED);
	fixture_act(f, &s.chen, s.conversation, ACTION_ASSIGN, s.lin.id, ERR_OK);
	fixture_act(f, &s.chief, s.conversation, ACTION_ASSIGN, s.chen.id, ERR_OK);
	fixture_act(f, &s.chief, s.conversation, ACTION_ASSIGN, 12345, ERR_INVALID);
	fixture_act(f, &s.chief, s.conversation, ACTION_RELEASE, 0, ERR_OK);
	fixture_act(f, &s.lin, s.conversation, ACTION_RESOLVE, 0, ERR_OK);
	fixture_act(f, &s.lin, s.conversation, ACTION_TAKE, 0, ERR_CONFLICT);
	fixture_act(f, &s.lin, 4711, ACTION_TAKE, 0, ERR_NOT_FOUND);
}

static void
other_units_are_denied(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct actor far = fixture_staff(f, "far", ROLE_SUPERVISOR, 0x01020000);
	struct change *c = change_create(CHANGE_POST, &far);

	fixture_act(f, &far, s.conversation, ACTION_TAKE, 0, ERR_DENIED);
	c->post.party.conversation = s.conversation;
	c->post.kind = FACT_MESSAGE;
	c->post.text = "let me in";
	fixture_call(f, c, ERR_DENIED);
	/* Given to him it is his, wherever it belongs. */
	fixture_act(f, &s.chief, s.conversation, ACTION_ASSIGN, far.id, ERR_OK);
	fixture_reply(f, &far, s.conversation, "now I may");
}

static void
stale_version_is_a_conflict(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct change *c = change_create(CHANGE_CONVERSATION, &s.chen);
	uint64_t version;

	version = fixture_act(f, &s.chen, s.conversation, ACTION_TAKE, 0, ERR_OK)
				  ->conversation->version;
	fixture_say(f, &s.visitor, s.channel, "more");
	c->conversation.conversation = s.conversation;
	c->conversation.action = ACTION_RESOLVE;
	c->conversation.version = version;
	fixture_call(f, c, ERR_CONFLICT);
}

static void
customer_reopens_soon_and_begins_anew_later(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	const struct outcome *o;

	fixture_act(f, &s.chen, s.conversation, ACTION_TAKE, 0, ERR_OK);
	o = fixture_act(f, &s.chen, s.conversation, ACTION_RESOLVE, 0, ERR_OK);
	assert_int_equal(o->conversation->state, CONVERSATION_RESOLVED);
	o = fixture_say(f, &s.visitor, s.channel, "one more thing");
	assert_int_equal(o->facts[1]->kind, FACT_REOPENED);
	assert_int_equal(o->conversation->id, s.conversation);
	assert_int_equal(o->conversation->assignee, s.chen.id);
	assert_int_equal(o->conversation->state, CONVERSATION_OPEN);
	fixture_act(f, &s.chen, s.conversation, ACTION_RESOLVE, 0, ERR_OK);
	fixture_close(f);
	f->conf.reopen_ms = 0;
	fixture_open(f);
	o = fixture_say(f, &s.visitor, s.channel, "next week");
	assert_int_equal(o->facts[1]->kind, FACT_OPENED);
	assert_int_not_equal(o->conversation->id, s.conversation);
	assert_int_equal(o->conversation->assignee, 0);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM conversation"), 2);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM conversation WHERE open_key IS NOT NULL"),
		1);
	/* The older one cannot be reopened beside the open one, but after it. */
	fixture_act(f, &s.chen, s.conversation, ACTION_REOPEN, 0, ERR_CONFLICT);
	fixture_act(f, &s.chen, o->conversation->id, ACTION_RESOLVE, 0, ERR_OK);
	o = fixture_act(f, &s.chen, s.conversation, ACTION_REOPEN, 0, ERR_OK);
	assert_int_equal(o->conversation->id, s.conversation);
	assert_int_equal(o->conversation->state, CONVERSATION_OPEN);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM conversation WHERE open_key IS NOT NULL"),
		1);
}

static void
deactivate(struct store_fixture *f, uint64_t staff)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_STAFF, &system);

	c->staff.action = ROW_REMOVE;
	c->staff.staff.id = staff;
	fixture_call(f, c, ERR_OK);
}

static void
who_leaves_gives_back_his_conversations(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct actor other = fixture_visitor(f, s.channel);
	uint64_t second = fixture_say(f, &other, s.channel, "me too")->conversation->id;
	const struct outcome *o;

	fixture_act(f, &s.chen, s.conversation, ACTION_TAKE, 0, ERR_OK);
	fixture_act(f, &s.chen, second, ACTION_TAKE, 0, ERR_OK);
	fixture_act(f, &s.chen, second, ACTION_RESOLVE, 0, ERR_OK);
	deactivate(f, s.chen.id);
	assert_int_equal(
		fixture_number(f,
			"SELECT COUNT(*) FROM conversation WHERE state = 1 AND assignee = 0"),
		1);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE kind = 22"), 1);
	/* Reopened by its customer, the other one is nobody's. */
	o = fixture_say(f, &other, s.channel, "again");
	assert_int_equal(o->conversation->id, second);
	assert_int_equal(o->conversation->assignee, 0);
}

static void
stale_answer_is_refused_on_request(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct change *c;

	fixture_say(f, &s.visitor, s.channel, "wait"); /* seq 3 */
	for (unsigned restart = 0; restart < 2; restart++) {
		c = change_create(CHANGE_POST, &s.chen);
		c->post.party.conversation = s.conversation;
		c->post.kind = FACT_MESSAGE;
		c->post.text = "answer";
		c->post.stale_check = true;
		c->post.seen_seq = 1;
		fixture_call(f, c, ERR_CONFLICT);
		fixture_close(f);
		fixture_open(f);
	}
	c = change_create(CHANGE_POST, &s.chen);
	c->post.party.conversation = s.conversation;
	c->post.kind = FACT_MESSAGE;
	c->post.text = "answer";
	c->post.stale_check = true;
	c->post.seen_seq = 3;
	fixture_call(f, c, ERR_OK);
}

static void
lists_follow_view_state_and_scope(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct actor other = fixture_visitor(f, s.channel);
	uint64_t second = fixture_say(f, &other, s.channel, "me too")->conversation->id;
	struct conversation_filter filter = {.view = VIEW_UNASSIGNED, .limit = 10};
	struct conversation_counts counts;
	struct conversation_item *items;
	size_t count;

	filter.scope = actor_scope(&s.chen);
	assert_int_equal(read_conversations(f->reader, &filter, f->arena, &items, &count,
						 NULL),
		ERR_OK);
	assert_int_equal(count, 2);
	assert_int_equal(items[0].conversation.id, second);
	fixture_act(f, &s.chen, s.conversation, ACTION_TAKE, 0, ERR_OK);
	filter.view = VIEW_MINE;
	assert_int_equal(read_conversations(f->reader, &filter, f->arena, &items, &count,
						 NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(items[0].conversation.id, s.conversation);
	assert_int_equal(read_conversation_counts(f->reader, &filter.scope, &counts, NULL),
		ERR_OK);
	assert_int_equal(counts.mine, 1);
	assert_int_equal(counts.unassigned, 1);
	assert_int_equal(counts.all, 2);
	assert_int_equal(counts.mine_unread, 1);
	filter.view = VIEW_ALL;
	filter.limit = 1;
	assert_int_equal(read_conversations(f->reader, &filter, f->arena, &items, &count,
						 NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	filter.before_at = items[0].place_at;
	filter.before_id = items[0].conversation.id;
	assert_int_equal(read_conversations(f->reader, &filter, f->arena, &items, &count,
						 NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	filter.before_at = items[0].place_at;
	filter.before_id = items[0].conversation.id;
	assert_int_equal(read_conversations(f->reader, &filter, f->arena, &items, &count,
						 NULL),
		ERR_OK);
	assert_int_equal(count, 0);
	filter = (struct conversation_filter){.view = VIEW_ALL, .any_state = true};
	filter.scope = (struct scope){.unit_low = 0x01020000,
		.unit_high = 0x0102ffff,
		.self = 7};
	assert_int_equal(read_conversations(f->reader, &filter, f->arena, &items, &count,
						 NULL),
		ERR_OK);
	assert_int_equal(count, 0);
	filter.scope = actor_scope(&s.chief);
	filter.search = "nobody%";
	assert_int_equal(read_conversations(f->reader, &filter, f->arena, &items, &count,
						 NULL),
		ERR_OK);
	assert_int_equal(count, 0);
	filter.search = NULL;
	filter.customer = s.timeline;
	assert_int_equal(read_conversations(f->reader, &filter, f->arena, &items, &count,
						 NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	assert_true(items[0].anonymous);
}

static void
say_at(struct store_fixture *f, const struct scene *s, const struct actor *visitor,
	int64_t at)
{
	struct change *c = change_create(CHANGE_POST, visitor);

	c->post = (struct post){.party.visitor = visitor->id,
		.kind = FACT_MESSAGE,
		.channel = s->channel,
		.channel_kind = "webchat",
		.text = "hello",
		.at = at};
	fixture_call(f, c, ERR_OK);
}

/* The list from its beginning to its end, in pages of one. */
static void
expect_order(struct store_fixture *f, const struct scene *s, const uint64_t *customers,
	size_t expected)
{
	struct conversation_filter filter = {.view = VIEW_UNASSIGNED, .limit = 1};
	struct conversation_item *items;
	size_t count = 1;
	size_t seen = 0;

	filter.scope = actor_scope(&s->chief);
	while (count > 0) {
		assert_int_equal(read_conversations(f->reader, &filter, f->arena, &items, &count,
							 NULL),
			ERR_OK);
		if (count > 0) {
			assert_true(seen < expected);
			assert_int_equal(items[0].conversation.customer, customers[seen++]);
			filter.before_at = items[0].place_at;
			filter.before_id = items[0].conversation.id;
		}
	}
	assert_int_equal(seen, expected);
}

static uint64_t
customer_of(struct store_fixture *f, const struct actor *visitor)
{
	return (uint64_t)fixture_number(f,
		arena_printf(f->arena, "SELECT customer FROM visitor WHERE id = %llu",
			(unsigned long long)visitor->id));
}

static void
a_lively_chat_moves_in_its_list_at_most_every_two_seconds(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct actor one = fixture_visitor(f, s.channel);
	struct actor two = fixture_visitor(f, s.channel);
	struct conversation_filter filter = {.view = VIEW_UNASSIGNED, .limit = 10};
	struct conversation_item *items;
	int64_t start = clock_now_ms() - 60000;
	uint64_t order[3];
	size_t count;

	say_at(f, &s, &one, start);
	say_at(f, &s, &two, start + 1000);
	order[0] = s.timeline; /* just now */
	order[1] = customer_of(f, &two);
	order[2] = customer_of(f, &one);
	say_at(f, &s, &one, start + CONVERSATION_PLACE_MS - 1);
	expect_order(f, &s, order, 3);
	filter.scope = actor_scope(&s.chief);
	/* What is asked for by its time is found by its time. */
	filter.from = start + 1500;
	filter.to = start + CONVERSATION_PLACE_MS;
	assert_int_equal(read_conversations(f->reader, &filter, f->arena, &items, &count,
						 NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(items[0].conversation.customer, order[2]);
	assert_int_equal(items[0].conversation.last_at, start + CONVERSATION_PLACE_MS - 1);
	say_at(f, &s, &one, start + CONVERSATION_PLACE_MS);
	order[1] = customer_of(f, &one);
	order[2] = customer_of(f, &two);
	expect_order(f, &s, order, 3);
}

static void
feed_tells_what_was_missed(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct fact_list list;
	uint64_t newest = 0;

	fixture_act(f, &s.chen, s.conversation, ACTION_TAKE, 0, ERR_OK);
	assert_int_equal(read_feed(f->reader, FACT_ID(1, 1), 100, f->arena, &list, NULL),
		ERR_OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[1]->kind, FACT_ASSIGNED);
	assert_true(list.items[1]->has_conversation);
	assert_int_equal(list.items[1]->after.assignee, s.chen.id);
	assert_int_equal(list.items[1]->customer, s.timeline);
	assert_int_equal(list.items[1]->unit, UNIT_ROOT);
	assert_int_equal(read_feed_end(f->reader, 1, &newest, NULL), ERR_OK);
	assert_int_equal(newest, list.items[1]->id);
	fact_list_release(&list);
}

/* --- the row follows --------------------------------------------------------------------- */

struct last {
	unsigned done;
	struct conversation conversation;
};

static void
keep_last(void *ctx, const struct outcome *o)
{
	struct last *l = ctx;

	l->done++;
	if (o->conversation != NULL) {
		l->conversation = *o->conversation;
	}
}

static void
submit_move(struct store_fixture *f, const struct scene *s, unsigned move, struct last *l)
{
	static const enum conversation_action actions[] = {ACTION_ASSIGN, ACTION_RELEASE,
		ACTION_RESOLVE, ACTION_REOPEN};
	const struct actor *who = move % 3 == 0 ? &s->visitor : &s->chief;
	struct change *c = change_create(move % 7 < 4 ? CHANGE_POST : CHANGE_CONVERSATION,
		who);

	if (c->kind == CHANGE_POST && who == &s->visitor) {
		c->post = (struct post){.party.visitor = s->visitor.id,
			.kind = FACT_MESSAGE,
			.channel = s->channel,
			.channel_kind = "webchat"};
		c->post.text = arena_printf(c->arena, "message %u", move);
	} else if (c->kind == CHANGE_POST) {
		c->post = (struct post){.party.conversation = s->conversation, .kind = FACT_NOTE};
		c->post.text = arena_printf(c->arena, "note %u", move);
	} else {
		c->actor = s->chief;
		c->conversation.conversation = s->conversation;
		c->conversation.action = actions[move / 7 % 4];
		c->conversation.assignee = move % 2 == 0 ? s->chen.id : s->lin.id;
	}
	assert_int_equal(store_submit(f->store, c, keep_last, l), ERR_OK);
}

/* Of a conversation that only goes on less is written than of one that changes hands; many
 * changes in one batch mix both, and some lead back to where it began. */
static void
the_row_follows_every_change(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	struct last l = {0};
	unsigned submitted = 0;

	for (unsigned round = 0; round < 12; round++) {
		struct conversation_item row;

		for (unsigned i = 0; i <= round * 3; i++) {
			submit_move(f, &s, submitted++, &l);
		}
		while (l.done < submitted) {
			store_drain(f->store);
		}
		assert_int_equal(read_conversation(f->reader, s.conversation, s.chief.id,
							 f->arena, &row, NULL),
			ERR_OK);
		assert_int_equal(row.conversation.id, l.conversation.id);
		assert_int_equal(row.conversation.version, l.conversation.version);
		assert_int_equal(row.conversation.state, l.conversation.state);
		assert_int_equal(row.conversation.assignee, l.conversation.assignee);
		assert_int_equal(row.conversation.inbound, l.conversation.inbound);
		assert_int_equal(row.conversation.resolved_at, l.conversation.resolved_at);
		assert_int_equal(row.conversation.last_seq, l.conversation.last_seq);
		assert_string_equal(row.conversation.preview, l.conversation.preview);
	}
}

static void
a_row_that_vanished_is_not_passed_over(void **state)
{
	struct store_fixture *f = *state;
	struct scene s = scene(f);
	const struct outcome *o;

	fixture_sql(f, "DELETE FROM conversation");
	o = fixture_say(f, &s.visitor, s.channel, "still there?");
	assert_non_null(o->conversation);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM conversation"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(take_is_a_fact_and_idempotent),
		ON_BOTH(one_of_many_takes_wins),
		ON_BOTH(only_the_agent_and_supervisors_pass_it_on),
		ON_BOTH(other_units_are_denied),
		ON_BOTH(stale_version_is_a_conflict),
		ON_BOTH(customer_reopens_soon_and_begins_anew_later),
		ON_BOTH(who_leaves_gives_back_his_conversations),
		ON_BOTH(stale_answer_is_refused_on_request),
		ON_BOTH(lists_follow_view_state_and_scope),
		ON_BOTH(a_lively_chat_moves_in_its_list_at_most_every_two_seconds),
		ON_BOTH(feed_tells_what_was_missed),
		ON_BOTH(the_row_follows_every_change),
		ON_BOTH(a_row_that_vanished_is_not_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
