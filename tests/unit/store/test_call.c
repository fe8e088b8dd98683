/* Calls: any order, any number of times, one call. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

static struct actor pbx = {.kind = AUTHOR_API, .id = 9};

static struct change *
event(uint64_t channel, const char *id, enum call_event kind)
{
	struct change *c = change_create(CHANGE_CALL, &pbx);

	c->call.channel = channel;
	c->call.event = kind;
	c->call.call = (struct call){
		.external_id = id,
		.direction = CALL_IN,
		.customer_number = "+8613800138000",
		.house_number = "+862155550000",
	};
	return c;
}

static const struct outcome *
start(struct store_fixture *f, uint64_t channel, const char *id)
{
	return fixture_call(f, event(channel, id, CALL_EVENT_START), ERR_OK);
}

static struct actor
agent_with_extension(struct store_fixture *f)
{
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_STAFF, &system);

	c->staff.action = ROW_EDIT;
	c->staff.staff.id = agent.id;
	c->staff.staff.extension = "8001";
	c->staff.set_extension = true;
	fixture_call(f, c, ERR_OK);
	return agent;
}

static const struct outcome *
answer(struct store_fixture *f, uint64_t channel, const char *id)
{
	struct change *c = event(channel, id, CALL_EVENT_ANSWER);

	c->call.staff_extension = "8001";
	c->call.call.extension = "8001";
	return fixture_call(f, c, ERR_OK);
}

static const struct outcome *
end(struct store_fixture *f, uint64_t channel, const char *id, enum call_result result)
{
	struct change *c = event(channel, id, CALL_EVENT_END);

	c->call.call.result = result;
	return fixture_call(f, c, ERR_OK);
}

static struct call
call_of(struct store_fixture *f, uint64_t id)
{
	struct call c;

	assert_int_equal(read_call(f->reader, id, f->arena, &c, NULL), ERR_OK);
	return c;
}

static void
answered_call_belongs_to_who_answered(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "phone");
	struct actor agent = agent_with_extension(f);
	const struct outcome *o = start(f, channel, "1700000000.1");
	struct call c;

	assert_int_equal(o->facts[0]->kind, FACT_CALL_STARTED);
	assert_int_equal(o->facts[0]->author_kind, AUTHOR_CUSTOMER);
	assert_int_equal(o->facts[0]->pub, 0);
	assert_int_equal(o->facts[1]->kind, FACT_OPENED);
	assert_non_null(strstr(o->facts[0]->body, "\"result\":\"ringing\""));
	assert_true(o->conversation->waiting_since > 0);
	assert_string_equal(o->conversation->channel_kind, "phone");
	o = answer(f, channel, "1700000000.1");
	assert_int_equal(o->facts[0]->kind, FACT_CALL_ANSWERED);
	assert_int_equal(o->facts[0]->author, agent.id);
	assert_int_equal(o->facts[1]->kind, FACT_ASSIGNED);
	assert_int_equal(o->conversation->assignee, agent.id);
	assert_int_equal(o->conversation->waiting_since, 0);
	o = end(f, channel, "1700000000.1", CALL_RINGING);
	c = call_of(f, o->id);
	assert_int_equal(c.result, CALL_COMPLETED);
	assert_int_equal(c.staff, agent.id);
	assert_int_equal(o->conversation->inbound, 0);
	assert_int_equal(o->conversation->missed_calls, 0);
}

static void
missed_call_waits(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "phone");
	const struct outcome *o = start(f, channel, "a");
	uint64_t conversation = o->conversation->id;

	o = end(f, channel, "a", CALL_RINGING);
	assert_int_equal(call_of(f, o->id).result, CALL_MISSED);
	assert_int_equal(o->conversation->missed_calls, 1);
	assert_int_equal(o->conversation->inbound, 1);
	assert_true(o->conversation->waiting_since > 0);
	assert_int_equal(o->conversation->id, conversation);
	o = start(f, channel, "b");
	o = end(f, channel, "b", CALL_ABANDONED);
	assert_int_equal(o->conversation->missed_calls, 2);
	/* The same number is the same customer. */
	assert_int_equal(o->conversation->id, conversation);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM customer"), 1);
}

static void
any_order_ends_in_the_same_state(void **state)
{
	static const enum call_event orders[6][3] = {
		{CALL_EVENT_START, CALL_EVENT_ANSWER, CALL_EVENT_END},
		{CALL_EVENT_START, CALL_EVENT_END, CALL_EVENT_ANSWER},
		{CALL_EVENT_ANSWER, CALL_EVENT_START, CALL_EVENT_END},
		{CALL_EVENT_ANSWER, CALL_EVENT_END, CALL_EVENT_START},
		{CALL_EVENT_END, CALL_EVENT_START, CALL_EVENT_ANSWER},
		{CALL_EVENT_END, CALL_EVENT_ANSWER, CALL_EVENT_START},
	};
	static const char *const ids[6] = {"o1", "o2", "o3", "o4", "o5", "o6"};
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "phone");
	struct actor agent = agent_with_extension(f);

	for (unsigned i = 0; i < 6; i++) {
		const struct outcome *o = NULL;
		struct call c;

		for (unsigned k = 0; k < 3; k++) {
			struct change *chg = event(channel, ids[i], orders[i][k]);

			if (orders[i][k] == CALL_EVENT_START) {
				chg->call.call.started_at = 1700000000000;
			} else if (orders[i][k] == CALL_EVENT_ANSWER) {
				chg->call.call.answered_at = 1700000005000;
				chg->call.staff_extension = "8001";
			} else {
				chg->call.call.ended_at = 1700000065000;
			}
			o = fixture_call(f, chg, ERR_OK);
			assert_false(o->duplicate);
		}
		c = call_of(f, o->id);
		assert_int_equal(c.result, CALL_COMPLETED);
		assert_int_equal(c.started_at, 1700000000000);
		assert_int_equal(c.answered_at, 1700000005000);
		assert_int_equal(c.ended_at, 1700000065000);
		assert_int_equal(c.talk_ms, 60000);
		assert_int_equal(c.staff, agent.id);
	}
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM phone_call"), 6);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM fact WHERE kind IN (10,11,12)"),
		18);
	assert_int_equal(fixture_number(f, "SELECT missed_calls FROM conversation"), 0);
	assert_int_equal(fixture_number(f, "SELECT inbound FROM conversation"), 0);
}

static void
repeated_event_is_one_fact(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "phone");
	uint64_t first = start(f, channel, "a")->facts[0]->id;
	const struct outcome *o = start(f, channel, "a");

	assert_true(o->duplicate);
	assert_int_equal(o->facts[0]->id, first);
	fixture_close(f);
	fixture_open(f);
	o = start(f, channel, "a");
	assert_true(o->duplicate);
	assert_int_equal(o->facts[0]->id, first);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE kind = 10"), 1);
}

static void
history_opens_nothing(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "phone");
	const struct outcome *o = NULL;

	for (unsigned i = 0; i < 2; i++) {
		struct change *c = event(channel, "cdr-1", CALL_EVENT_END);

		c->call.whole = true;
		c->imported = true;
		c->call.call.started_at = 1600000000000;
		c->call.call.ended_at = 1600000010000;
		c->call.call.result = CALL_MISSED;
		o = fixture_call(f, c, ERR_OK);
	}
	assert_true(o->duplicate);
	assert_int_equal(o->facts[0]->at, 1600000000000);
	assert_int_equal(o->facts[0]->conversation, 0);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM conversation"), 0);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact"), 1);
}

static void
withheld_numbers_are_strangers(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "phone");

	for (unsigned i = 0; i < 2; i++) {
		struct change *c = event(channel, i == 0 ? "a" : "b", CALL_EVENT_START);

		c->call.call.customer_number = "";
		fixture_call(f, c, ERR_OK);
	}
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM customer"), 2);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM contact_point"), 0);
}

static void
bad_calls_are_refused(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "phone");
	struct change *c = event(channel, "a", CALL_EVENT_START);
	char long_id[500];

	c->call.call.direction = CALL_INTERNAL;
	fixture_call(f, c, ERR_INVALID);
	c = event(channel, "", CALL_EVENT_START);
	fixture_call(f, c, ERR_INVALID);
	memset(long_id, 'x', sizeof(long_id) - 1);
	long_id[sizeof(long_id) - 1] = '\0';
	fixture_call(f, event(channel, long_id, CALL_EVENT_START), ERR_INVALID);
	c = event(channel, "b", CALL_EVENT_START);
	c->call.call.caller_name = long_id;
	c->call.call.transfers = long_id;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(fixture_number(f, "SELECT LENGTH(caller_name) FROM phone_call"),
		120);
	assert_int_equal(fixture_number(f, "SELECT LENGTH(transfers) FROM phone_call"), 0);
}

static void
outcome_is_noted(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "phone");
	struct actor agent = agent_with_extension(f);
	uint64_t call = start(f, channel, "a")->id;
	struct change *c = change_create(CHANGE_CALL_OUTCOME, &agent);
	const struct outcome *o;

	c->call_outcome.call = call;
	c->call_outcome.outcome = "callback";
	c->call_outcome.note = "on Monday";
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->facts[0]->kind, FACT_CALL_OUTCOME);
	assert_non_null(strstr(o->facts[0]->body, "\"outcome\":\"callback\""));
	assert_int_equal(o->id, call);
	assert_string_equal(call_of(f, call).outcome_note, "on Monday");
	c = change_create(CHANGE_CALL_OUTCOME, &agent);
	c->call_outcome.call = 4711;
	fixture_call(f, c, ERR_NOT_FOUND);
}

static void
outbound_call_belongs_to_the_caller(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "phone");
	struct actor agent = agent_with_extension(f);
	struct change *c = event(channel, "out", CALL_EVENT_START);
	const struct outcome *o;

	c->call.call.direction = CALL_OUT;
	c->call.staff_extension = "8001";
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->facts[0]->author, agent.id);
	assert_int_equal(o->conversation->assignee, agent.id);
	o = end(f, channel, "out", CALL_RINGING);
	assert_int_equal(call_of(f, o->id).result, CALL_NO_ANSWER);
	assert_int_equal(o->conversation->missed_calls, 0);
	assert_int_equal(o->conversation->inbound, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(answered_call_belongs_to_who_answered),
		ON_BOTH(missed_call_waits),
		ON_BOTH(any_order_ends_in_the_same_state),
		ON_BOTH(repeated_event_is_one_fact),
		ON_BOTH(history_opens_nothing),
		ON_BOTH(withheld_numbers_are_strangers),
		ON_BOTH(bad_calls_are_refused),
		ON_BOTH(outcome_is_noted),
		ON_BOTH(outbound_call_belongs_to_the_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
