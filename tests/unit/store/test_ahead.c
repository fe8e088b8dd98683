/* While the database writes one batch the next is applied already: it stands or falls with the
 * first, whatever happens to that. */
#include "lib/store_faulty.h"

#include "base/arena.h"
#include "base/clock.h"
#include "lib/store_client.h"

enum {
	WAIT_MS = 20000,
	GROUP = 6, /* the first is written while the others are applied */
	PLACES = 9,
};

struct sending {
	unsigned number;
	bool answered;
	enum err code;
	bool duplicate;
};

static void
note_answer(void *ctx, const struct outcome *o)
{
	struct sending *s = ctx;

	s->answered = true;
	s->code = o->code;
	s->duplicate = o->duplicate;
}

static void
send(struct client *c, struct sending *s)
{
	s->answered = false;
	if (store_submit(c->fixture->store, client_message(c, s->number), note_answer, s) !=
		ERR_OK) {
		s->answered = true;
		s->code = ERR_UNAVAILABLE;
	}
}

typedef bool condition(const void *ctx);

static void
wait_until(condition *holds, const void *ctx)
{
	int64_t deadline = clock_monotonic_ms() + WAIT_MS;

	while (!holds(ctx)) {
		assert_true(clock_monotonic_ms() < deadline);
		fixture_nap();
	}
}

static bool
is_awaited(const void *ctx)
{
	(void)ctx;
	return fault_is_awaited();
}

struct ahead {
	const struct store *store;
	uint64_t count;
};

static uint64_t
applied_ahead(const struct store *s)
{
	struct store_stats stats;

	store_stats(s, &stats);
	return stats.ahead;
}

static bool
is_ahead(const void *ctx)
{
	const struct ahead *a = ctx;

	return applied_ahead(a->store) >= a->count;
}

/* The first is on its way to the database, the others have been applied behind it. */
static void
send_behind(struct client *c, struct sending *group, size_t count)
{
	struct ahead a = {c->fixture->store, applied_ahead(c->fixture->store) + count - 1};

	fault_answer_slowly(true);
	send(c, &group[0]);
	wait_until(is_awaited, NULL);
	for (size_t i = 1; i < count; i++) {
		send(c, &group[i]);
	}
	wait_until(is_ahead, &a);
}

/* As clients do: what was not acknowledged is sent again. */
static void
finish(struct client *c, struct sending *group, size_t count)
{
	int64_t deadline = clock_monotonic_ms() + WAIT_MS;
	size_t open = count;

	fault_answer_slowly(false);
	while (open > 0) {
		assert_true(clock_monotonic_ms() < deadline);
		store_drain(c->fixture->store);
		open = 0;
		for (size_t i = 0; i < count; i++) {
			if (group[i].answered && group[i].code != ERR_OK) {
				assert_int_equal(group[i].code, ERR_UNAVAILABLE);
				send(c, &group[i]);
			}
			open += !group[i].answered;
		}
	}
}

static void
number(struct sending *group, unsigned from)
{
	for (unsigned i = 0; i < GROUP; i++) {
		group[i] = (struct sending){.number = from + i};
	}
}

static void
send_plainly(struct client *c, struct sending *group, unsigned from)
{
	number(group, from);
	for (unsigned i = 0; i < GROUP; i++) {
		send(c, &group[i]);
	}
	finish(c, group, GROUP);
}

/* Each entry is there once, in the order in which it was sent, and the histories are whole. */
static void
check(struct store_fixture *f, unsigned messages)
{
	struct verify_report report;
	struct error e = {0};

	fixture_close(f);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE kind = 1"),
		messages);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(DISTINCT ref) FROM fact WHERE kind = 1"),
		messages);
	assert_int_equal(
		fixture_number(f,
			"SELECT COUNT(*) FROM fact a JOIN fact b ON a.timeline = b.timeline "
			"AND a.kind = 1 AND b.kind = 1 AND a.seq < b.seq AND a.ref > b.ref"),
		0);
	assert_int_equal(fixture_number(f, "SELECT SUM(inbound) FROM conversation"),
		messages);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact"),
		fixture_number(f, "SELECT n FROM feed WHERE node = 1"));
	if (store_verify(&f->conf, 0, NULL, NULL, &report, &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
}

/* From the rows that are being written up to the commit of what was applied behind them. */
static void
fail_behind(struct store_fixture *f, enum fault fault, unsigned fewest_hits)
{
	struct client c = client_begin(f);
	struct sending group[GROUP];
	unsigned next = 0;
	unsigned hits = 0;

	for (unsigned place = 0; place < PLACES; place++) {
		send_plainly(&c, group,
			next); /* from here on nothing about them has to be read */
		next += GROUP;
		number(group, next);
		send_behind(&c, group, GROUP);
		next += GROUP;
		fault_arm(fault, place, 1);
		finish(&c, group, GROUP);
		hits += fault_hits();
		fault_arm(FAULT_NONE, 0, 0);
	}
	assert_true(hits >= fewest_hits);
	check(f, next);
}

static void
what_was_applied_ahead_outlives_a_deadlock(void **state)
{
	fail_behind(*state, FAULT_BUSY, PLACES);
}

static void
what_was_applied_ahead_outlives_a_lost_connection(void **state)
{
	fail_behind(*state, FAULT_LOST, PLACES);
}

static void
what_was_applied_ahead_outlives_a_refused_statement(void **state)
{
	fail_behind(*state, FAULT_STATEMENT, PLACES / 2);
}

static void
commit_that_did_not_happen_takes_what_was_ahead_with_it(void **state)
{
	fail_behind(*state, FAULT_COMMIT_REFUSED, 2);
}

static void
commit_that_did_happen_leaves_what_was_ahead(void **state)
{
	fail_behind(*state, FAULT_COMMIT_UNHEARD, 2);
}

static void
message_that_comes_again_while_it_is_written_is_one(void **state)
{
	struct store_fixture *f = *state;
	struct client c = client_begin(f);
	struct sending group[GROUP];

	send_plainly(&c, group, 0);
	number(group, GROUP);
	group[GROUP - 1].number = group[0].number;
	send_behind(&c, group, GROUP);
	finish(&c, group, GROUP);
	assert_false(group[0].duplicate);
	assert_true(group[GROUP - 1].duplicate);
	check(f, 2 * GROUP - 1);
}

/* A call is looked up, so it waits for what is written; what was ahead of it stays in front. */
static void
what_has_to_read_waits_for_its_turn(void **state)
{
	struct store_fixture *f = *state;
	struct client c = client_begin(f);
	struct sending group[GROUP];
	struct sending call = {.number = CLIENT_BURST - 1};

	send_plainly(&c, group, 0);
	number(group, CLIENT_BURST);
	send_behind(&c, group, GROUP);
	assert_int_equal(store_submit(f->store, client_change(&c, call.number), note_answer,
						 &call),
		ERR_OK);
	finish(&c, &call, 1);
	assert_int_equal(call.code, ERR_OK);
	finish(&c, group, GROUP);
	fixture_close(f);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM fact WHERE kind = 1 AND id < "
						 "(SELECT MIN(id) FROM fact WHERE kind = 12)"),
		2 * GROUP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH_FAULTY(what_was_applied_ahead_outlives_a_deadlock),
		ON_BOTH_FAULTY(what_was_applied_ahead_outlives_a_lost_connection),
		ON_BOTH_FAULTY(what_was_applied_ahead_outlives_a_refused_statement),
		ON_BOTH_FAULTY(commit_that_did_not_happen_takes_what_was_ahead_with_it),
		ON_BOTH_FAULTY(commit_that_did_happen_leaves_what_was_ahead),
		ON_BOTH_FAULTY(message_that_comes_again_while_it_is_written_is_one),
		ON_BOTH_FAULTY(what_has_to_read_waits_for_its_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
