/* The outbox: an item for each entry that somebody has to be told of, in the entry's own
 * transaction; claims, retries and order under a clock of ours. On both databases. */
#include "lib/store_both.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"

#define START INT64_C(1795312800000)
#define GRACE 3000
#define GIVE_UP (3 * 24 * 3600 * 1000LL)

struct scene {
	struct store_fixture *f;
	uint64_t app;
	struct actor agent;
};

static struct scene
begin(struct store_fixture *f)
{
	struct scene s = {.f = f};
	struct actor system = fixture_system();
	struct change *c;

	clock_set_virtual(START);
	fixture_close(f);
	f->conf.outbox_grace_ms = GRACE;
	f->conf.outbox_give_up_ms = GIVE_UP;
	fixture_open(f);
	s.app = fixture_channel(f, "app");
	s.agent = fixture_staff(f, "chen", ROLE_ADMINISTRATOR, UNIT_ROOT);
	c = change_create(CHANGE_CHANNEL, &system);
	c->channel.action = ROW_EDIT;
	c->channel.channel.id = s.app;
	c->channel.set_outbox = true;
	c->channel.outbox = true;
	fixture_call(f, c, ERR_OK);
	return s;
}

/* A known user who has written; gives her conversation. */
static uint64_t
user(struct scene *s, const char *subject, struct actor *visitor)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_IDENTIFY, &system);
	const struct outcome *o;

	*visitor = fixture_visitor(s->f, s->app);
	c->identify.visitor = visitor->id;
	c->identify.channel = s->app;
	c->identify.key_id = "k";
	c->identify.nonce = arena_printf(c->arena, "nonce-%llu",
		(unsigned long long)visitor->id);
	c->identify.subject = arena_strdup(c->arena, subject);
	c->identify.expires_at = INT64_MAX;
	random_bytes(c->identify.token_hash, sizeof(c->identify.token_hash));
	fixture_call(s->f, c, ERR_OK);
	o = fixture_say(s->f, visitor, s->app, "hello");
	return o->conversation->id;
}

static size_t
due(struct scene *s, struct outbox_due **first, int64_t *next_at)
{
	struct outbox_due *found = NULL;
	struct error e = {0};
	size_t count = 0;
	int64_t next = 0;

	if (read_outbox_due(s->f->reader, clock_now_ms(), 10, s->f->arena, &found, &next,
			&e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
	for (struct outbox_due *d = found; d != NULL; d = d->next) {
		count++;
	}
	if (first != NULL) {
		*first = found;
	} else {
		outbox_due_release(found);
	}
	if (next_at != NULL) {
		*next_at = next;
	}
	return count;
}

static void
claim(struct scene *s, uint64_t item, enum err expected)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_OUTBOX, &system);

	c->outbox.action = OUTBOX_ACTION_CLAIM;
	c->outbox.channel = s->app;
	c->outbox.item = item;
	fixture_call(s->f, c, expected);
}

static void
settle(struct scene *s, uint64_t item, enum outbox_state to, int64_t due_at)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_OUTBOX, &system);

	c->outbox.action = OUTBOX_ACTION_SETTLE;
	c->outbox.channel = s->app;
	c->outbox.item = item;
	c->outbox.from = OUTBOX_SENDING;
	c->outbox.to = to;
	c->outbox.due_at = due_at;
	c->outbox.status = to == OUTBOX_SENT ? 204 : 500;
	c->outbox.answer = to == OUTBOX_SENT ? "" : "on fire";
	fixture_call(s->f, c, ERR_OK);
}

static struct outbox_summary
summary(struct scene *s)
{
	struct outbox_summary out = {0};

	assert_int_equal(read_outbox_summary(s->f->reader, s->app, s->f->arena, &out, NULL),
		ERR_OK);
	return out;
}

static void
an_answer_to_a_known_user_waits_for_its_grace(void **state)
{
	struct scene s = begin(*state);
	struct actor visitor;
	uint64_t conversation = user(&s, "u-1", &visitor);
	struct outbox_due *first;
	int64_t next_at;

	assert_int_equal(summary(&s).waiting, 0); /* what she wrote herself */
	fixture_reply(s.f, &s.agent, conversation, "hi");
	assert_int_equal(due(&s, NULL, &next_at), 0);
	assert_int_equal(next_at, START + GRACE);
	clock_advance(GRACE);
	assert_int_equal(due(&s, &first, NULL), 1);
	assert_string_equal(first->subject, "u-1");
	assert_string_equal(first->item.kind, "webhook");
	assert_int_equal(first->fact->pub, 2);
	assert_int_equal(first->unread, 1);
	assert_int_equal(first->delivered, 0);
	assert_int_equal(first->item.give_up_at, START + GIVE_UP);
	outbox_due_release(first);
}

static void
nobody_is_told_who_cannot_be(void **state)
{
	struct scene s = begin(*state);
	struct actor stranger = fixture_visitor(s.f, s.app);
	const struct outcome *o = fixture_say(s.f, &stranger, s.app, "hello");
	struct actor system = fixture_system();
	struct actor visitor;
	uint64_t conversation;
	struct change *c;

	fixture_reply(s.f, &s.agent, o->conversation->id, "hi");
	assert_int_equal(summary(&s).waiting, 0); /* nobody knows who she is */
	conversation = user(&s, "u-1", &visitor);
	c = change_create(CHANGE_POST, &s.agent);
	c->post.party.conversation = conversation;
	c->post.kind = FACT_NOTE;
	c->post.text = "careful";
	fixture_call(s.f, c, ERR_OK);
	assert_int_equal(summary(&s).waiting, 0); /* a note is not for her */
	c = change_create(CHANGE_VISITOR, &system);
	c->visitor.action = ROW_REMOVE;
	c->visitor.visitor = visitor.id;
	fixture_call(s.f, c, ERR_OK);
	clock_advance(1);
	fixture_reply(s.f, &s.agent, conversation, "hi");
	assert_int_equal(summary(&s).waiting, 0); /* she logged out */
}

static void
a_refused_entry_leaves_no_item(void **state)
{
	struct scene s = begin(*state);
	struct actor visitor;
	uint64_t conversation = user(&s, "u-1", &visitor);
	struct change *c = change_create(CHANGE_POST, &s.agent);

	c->post.party.conversation = conversation;
	c->post.kind = FACT_MESSAGE;
	c->post.text = "too late";
	c->post.stale_check = true;
	fixture_call(s.f, c, ERR_CONFLICT);
	assert_int_equal(fixture_number(s.f, "SELECT COUNT(*) FROM outbox"), 0);
}

static void
one_lane_leaves_in_order_and_holds_no_other(void **state)
{
	struct scene s = begin(*state);
	struct actor visitor;
	uint64_t first = user(&s, "u-1", &visitor);
	uint64_t second = user(&s, "u-2", &visitor);
	struct outbox_due *found;
	uint64_t item;

	fixture_reply(s.f, &s.agent, first, "one");
	clock_advance(1);
	fixture_reply(s.f, &s.agent, first, "two");
	clock_advance(GRACE);
	assert_int_equal(due(&s, &found, NULL), 1);
	item = found->item.id;
	outbox_due_release(found);
	claim(&s, item, ERR_OK);
	claim(&s, item, ERR_CONFLICT);
	assert_int_equal(due(&s, NULL, NULL), 0); /* the first is on its way */
	settle(&s, item, OUTBOX_WAITING, clock_now_ms() + 60000);
	assert_int_equal(summary(&s).failing, 1);
	assert_string_equal(summary(&s).answer, "on fire");
	assert_int_equal(due(&s, NULL, NULL), 0); /* it holds its lane ... */
	fixture_reply(s.f, &s.agent, second, "other");
	clock_advance(GRACE);
	assert_int_equal(due(&s, NULL, NULL), 1); /* ... but not that of others */
	clock_advance(60000);
	assert_int_equal(due(&s, NULL, NULL), 2);
	claim(&s, item, ERR_OK);
	settle(&s, item, OUTBOX_SENT, 0);
	assert_int_equal(due(&s, &found, NULL), 2);
	for (struct outbox_due *d = found; d != NULL; d = d->next) {
		assert_true(d->item.id != item);
	}
	outbox_due_release(found);
	assert_true(summary(&s).sent_at > 0);
}

static void
the_dead_free_their_lane_and_can_be_sent_again(void **state)
{
	struct scene s = begin(*state);
	struct actor visitor;
	struct actor nobody = fixture_staff(s.f, "li", ROLE_AGENT, UNIT_ROOT);
	uint64_t conversation = user(&s, "u-1", &visitor);
	struct outbox_item *items;
	struct outbox_due *found;
	struct change *c;
	size_t count;

	fixture_reply(s.f, &s.agent, conversation, "one");
	clock_advance(1);
	fixture_reply(s.f, &s.agent, conversation, "two");
	clock_advance(GRACE);
	assert_int_equal(due(&s, &found, NULL), 1);
	claim(&s, found->item.id, ERR_OK);
	settle(&s, found->item.id, OUTBOX_DEAD, 0);
	outbox_due_release(found);
	assert_int_equal(due(&s, NULL, NULL), 1);
	assert_int_equal(read_outbox(s.f->reader, s.app, OUTBOX_DEAD, 0, 10, s.f->arena,
						 &items, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(items[0].status, 500);
	c = change_create(CHANGE_OUTBOX, &nobody);
	c->outbox.action = OUTBOX_ACTION_AGAIN;
	c->outbox.channel = s.app;
	fixture_call(s.f, c, ERR_DENIED);
	c = change_create(CHANGE_OUTBOX, &s.agent);
	c->outbox.action = OUTBOX_ACTION_AGAIN;
	c->outbox.channel = s.app;
	assert_int_equal(fixture_call(s.f, c, ERR_OK)->id, 1);
	assert_int_equal(summary(&s).dead, 0);
	assert_int_equal(due(&s, &found, NULL), 1); /* the first of its lane again */
	assert_int_equal(found->item.id, items[0].id);
	assert_int_equal(found->item.give_up_at, clock_now_ms() + GIVE_UP);
	outbox_due_release(found);
}

static void
what_a_dead_process_was_sending_is_sent_again(void **state)
{
	struct scene s = begin(*state);
	struct actor system = fixture_system();
	struct actor visitor;
	uint64_t conversation = user(&s, "u-1", &visitor);
	struct outbox_due *found;
	struct change *c;

	fixture_reply(s.f, &s.agent, conversation, "one");
	clock_advance(GRACE);
	assert_int_equal(due(&s, &found, NULL), 1);
	claim(&s, found->item.id, ERR_OK);
	outbox_due_release(found);
	fixture_close(s.f);
	fixture_open(s.f);
	assert_int_equal(due(&s, NULL, NULL), 0);
	c = change_create(CHANGE_OUTBOX, &system);
	c->outbox.action = OUTBOX_ACTION_RECOVER;
	c->outbox.own = true;
	assert_int_equal(fixture_call(s.f, c, ERR_OK)->id, 1);
	assert_int_equal(due(&s, NULL, NULL), 1);
	/* Of a receiver that cannot tell a repetition it is not sent again by itself. */
	fixture_sql(s.f, "UPDATE outbox SET state = 2, idempotent = 0");
	c = change_create(CHANGE_OUTBOX, &system);
	c->outbox.action = OUTBOX_ACTION_RECOVER;
	c->outbox.own = true;
	fixture_call(s.f, c, ERR_OK);
	assert_int_equal(summary(&s).dead, 1);
}

static void
what_was_settled_long_ago_is_forgotten(void **state)
{
	struct scene s = begin(*state);
	struct actor system = fixture_system();
	struct actor visitor;
	uint64_t conversation = user(&s, "u-1", &visitor);
	struct outbox_due *found;
	struct change *c;

	fixture_reply(s.f, &s.agent, conversation, "one");
	clock_advance(GRACE);
	assert_int_equal(due(&s, &found, NULL), 1);
	claim(&s, found->item.id, ERR_OK);
	settle(&s, found->item.id, OUTBOX_SENT, 0);
	outbox_due_release(found);
	c = change_create(CHANGE_OUTBOX, &system);
	c->outbox.action = OUTBOX_ACTION_SWEEP;
	c->outbox.before = clock_now_ms();
	fixture_call(s.f, c, ERR_OK);
	assert_int_equal(summary(&s).sent, 1);
	c = change_create(CHANGE_OUTBOX, &system);
	c->outbox.action = OUTBOX_ACTION_SWEEP;
	c->outbox.before = clock_now_ms() + 1;
	fixture_call(s.f, c, ERR_OK);
	assert_int_equal(summary(&s).sent, 0);
	assert_true(summary(&s).sent_at > 0); /* the last success is still known */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(an_answer_to_a_known_user_waits_for_its_grace),
		ON_BOTH(nobody_is_told_who_cannot_be),
		ON_BOTH(a_refused_entry_leaves_no_item),
		ON_BOTH(one_lane_leaves_in_order_and_holds_no_other),
		ON_BOTH(the_dead_free_their_lane_and_can_be_sent_again),
		ON_BOTH(what_a_dead_process_was_sending_is_sent_again),
		ON_BOTH(what_was_settled_long_ago_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
