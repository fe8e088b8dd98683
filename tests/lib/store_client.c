#include "lib/store_client.h"

#include "lib/test.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

enum { WAIT_MS = 120000 };

struct sending {
	bool answered;
	enum err code;
};

static void
note_answer(void *ctx, const struct outcome *o)
{
	struct sending *s = ctx;

	s->answered = true;
	s->code = o->code;
}

struct change *
client_message(const struct client *c, unsigned number)
{
	struct change *chg = change_create(CHANGE_POST,
		&c->visitors[number % CLIENT_VISITORS]);

	snprintf(chg->ref, sizeof(chg->ref), "01JD00000000000000%08u", number);
	chg->post.party.visitor = c->visitors[number % CLIENT_VISITORS].id;
	chg->post.kind = FACT_MESSAGE;
	chg->post.channel = c->channel;
	chg->post.channel_kind = "webchat";
	chg->post.text = arena_printf(chg->arena, "m%u", number);
	return chg;
}

static struct change *
ring(const struct client *c, unsigned number)
{
	struct actor pbx = {.kind = AUTHOR_API, .id = 9};
	struct change *chg = change_create(CHANGE_CALL, &pbx);

	chg->call.channel = c->channel;
	chg->call.event = CALL_EVENT_END;
	chg->call.call = (struct call){
		.external_id = arena_printf(chg->arena, "call-%u", number),
		.direction = CALL_IN,
		.customer_number = "+8613800138000",
	};
	return chg;
}

struct change *
client_change(const struct client *c, unsigned number)
{
	return number % CLIENT_BURST == CLIENT_BURST - 1 ? ring(c, number)
													 : client_message(c, number);
}

/* Sends a burst at once, so that it goes into few batches, until all of it is acknowledged. */
void
client_send_burst(struct client *c)
{
	struct store *s = c->fixture->store;
	struct sending sent[CLIENT_BURST];
	int64_t deadline = clock_monotonic_ms() + WAIT_MS;
	unsigned open = CLIENT_BURST;

	for (unsigned i = 0; i < CLIENT_BURST; i++) {
		sent[i].code = ERR_UNAVAILABLE;
		sent[i].answered = true;
	}
	while (open > 0) {
		assert_true(clock_monotonic_ms() < deadline);
		for (unsigned i = 0; i < CLIENT_BURST; i++) {
			if (!sent[i].answered || sent[i].code == ERR_OK) {
				continue;
			}
			assert_int_equal(sent[i].code, ERR_UNAVAILABLE);
			sent[i].answered = false;
			if (store_submit(s, client_change(c, c->next + i), note_answer, &sent[i]) !=
				ERR_OK) {
				sent[i].answered = true;
			}
		}
		store_drain(s);
		open = 0;
		for (unsigned i = 0; i < CLIENT_BURST; i++) {
			open += !sent[i].answered || sent[i].code != ERR_OK;
		}
		if (open > 0) {
			fixture_nap();
		}
	}
	c->next += CLIENT_BURST;
}

struct client
client_begin(struct store_fixture *f)
{
	struct client c = {.fixture = f, .channel = fixture_channel(f, "webchat")};

	for (unsigned i = 0; i < CLIENT_VISITORS; i++) {
		c.visitors[i] = fixture_visitor(f, c.channel);
	}
	return c;
}

void
client_check_all(struct client *c)
{
	struct store_fixture *f = c->fixture;
	struct verify_report report;
	struct error e = {0};
	unsigned calls = c->next / CLIENT_BURST;

	fixture_close(f);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE kind = 1"),
		c->next - calls);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(DISTINCT ref) FROM fact WHERE kind = 1"),
		c->next - calls);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE kind = 12"),
		calls);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM phone_call"), calls);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact"),
		fixture_number(f, "SELECT n FROM feed WHERE node = 1"));
	assert_int_equal(fixture_number(f, "SELECT SUM(inbound) FROM conversation"), c->next);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM customer"),
		CLIENT_VISITORS + 1);
	if (store_verify(&f->conf, 0, NULL, NULL, &report, &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
	assert_int_equal(report.facts, fixture_number(f, "SELECT COUNT(*) FROM fact"));
}
