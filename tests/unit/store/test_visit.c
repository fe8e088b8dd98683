/* Visits: what becomes of a customer's conversations when somebody met her. On both databases. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"
#include "model/visit.h"

static uint64_t
make_customer(struct store_fixture *f, const char *name)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_CUSTOMER, &system);

	c->customer.create = true;
	c->customer.customer.name = name;
	return fixture_call(f, c, ERR_OK)->customer;
}

static struct change *
visit(const struct actor *actor, uint64_t customer, const char *topic, const char *next)
{
	struct change *c = change_create(CHANGE_POST, actor);
	struct visit *v = arena_alloc(c->arena, sizeof(*v));

	v->place = "Nanjing Road";
	v->topic = topic;
	v->next_step = next;
	v->next_on = next[0] != '\0' ? "2026-12-01" : "";
	c->post.kind = FACT_VISIT;
	c->post.visit = v;
	c->post.party.customer = customer;
	c->post.channel = 8;
	c->post.channel_kind = "counter";
	return c;
}

static void
visit_without_next_step_is_history_at_once(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t customer = make_customer(f, "Li Na");
	const struct outcome *o = fixture_call(f,
		visit(&agent, customer, "Opened an account", ""), ERR_OK);

	assert_int_equal(o->facts[0]->kind, FACT_VISIT);
	assert_int_equal(o->facts[0]->pub, 0);
	assert_string_equal(o->facts[0]->channel_kind, "counter");
	assert_string_equal(o->facts[0]->body,
		"{\"visit\":{\"place\":\"Nanjing Road\",\"topic\":\"Opened an account\","
		"\"next_step\":\"\",\"next_on\":\"\"}}");
	assert_int_equal(o->facts[1]->kind, FACT_OPENED);
	assert_int_equal(o->facts[o->fact_count - 1]->kind, FACT_RESOLVED);
	assert_int_equal(o->conversation->state, CONVERSATION_RESOLVED);
	assert_int_equal(o->conversation->assignee, agent.id);
	assert_string_equal(o->conversation->channel_kind, "counter");
	assert_string_equal(o->conversation->preview, "Opened an account");
}

static void
visit_with_next_step_stays_with_who_was_there(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t customer = make_customer(f, "Li Na");
	const struct outcome *o = fixture_call(f,
		visit(&agent, customer, "Asked for bonds", "Send the list"), ERR_OK);

	assert_int_equal(o->conversation->state, CONVERSATION_OPEN);
	assert_int_equal(o->conversation->assignee, agent.id);
	assert_int_equal(o->conversation->waiting_since, 0);
}

static void
each_visit_is_a_conversation_of_its_own(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t customer = make_customer(f, "Li Na");
	uint64_t first =
		fixture_call(f, visit(&agent, customer, "One", ""), ERR_OK)->conversation->id;
	uint64_t second =
		fixture_call(f, visit(&agent, customer, "Two", ""), ERR_OK)->conversation->id;

	assert_int_not_equal(first, second);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM conversation"), 2);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM conversation WHERE state = 4"),
		2);
}

static void
visit_joins_the_open_conversation_and_ends_the_wait(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	const struct outcome *o = fixture_say(f, &visitor, channel, "hello");
	uint64_t conversation = o->conversation->id;

	o = fixture_call(f, visit(&agent, o->customer, "She came in", ""), ERR_OK);
	assert_int_equal(o->fact_count, 1);
	assert_int_equal(o->facts[0]->conversation, conversation);
	assert_int_equal(o->conversation->state, CONVERSATION_OPEN);
	assert_string_equal(o->conversation->channel_kind, "webchat");
	assert_int_equal(o->conversation->waiting_since, 0);
	/* What the agent writes now goes to her on the web, not to the counter. */
	o = fixture_reply(f, &agent, conversation, "Nice to have met you");
	assert_string_equal(o->facts[0]->channel_kind, "webchat");
	assert_int_equal(o->facts[0]->pub, 2);
}

static void
nobody_can_be_written_to_at_the_counter(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t customer = make_customer(f, "Li Na");
	const struct outcome *o = fixture_call(f,
		visit(&agent, customer, "Asked for bonds", "Send the list"), ERR_OK);
	struct change *c = change_create(CHANGE_POST, &agent);

	c->post.kind = FACT_MESSAGE;
	c->post.party.conversation = o->conversation->id;
	c->post.text = "hello";
	fixture_call(f, c, ERR_INVALID);
}

static void
the_same_visit_sent_twice_is_one(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t customer = make_customer(f, "Li Na");
	struct change *c = visit(&agent, customer, "Once", "");
	const struct outcome *o;
	uint64_t id;

	memcpy(c->ref, "visit-0001", sizeof("visit-0001"));
	id = fixture_call(f, c, ERR_OK)->facts[0]->id;
	c = visit(&agent, customer, "Once", "");
	memcpy(c->ref, "visit-0001", sizeof("visit-0001"));
	o = fixture_call(f, c, ERR_OK);
	assert_true(o->duplicate);
	assert_int_equal(o->facts[0]->id, id);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE kind = 14"), 1);
}

static void
visits_of_other_units_customers_are_refused(void **state)
{
	struct store_fixture *f = *state;
	struct actor outsider = fixture_staff(f, "bert", ROLE_AGENT, 0x01020000u);
	uint64_t customer = make_customer(f, "Li Na");

	fixture_call(f, visit(&outsider, customer, "Met her", ""), ERR_DENIED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(visit_without_next_step_is_history_at_once),
		ON_BOTH(visit_with_next_step_stays_with_who_was_there),
		ON_BOTH(each_visit_is_a_conversation_of_its_own),
		ON_BOTH(visit_joins_the_open_conversation_and_ends_the_wait),
		ON_BOTH(nobody_can_be_written_to_at_the_counter),
		ON_BOTH(the_same_visit_sent_twice_is_one),
		ON_BOTH(visits_of_other_units_customers_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
