/* After a start many customers write at once: their histories go on where they were, and the
 * database is not asked for each of them alone. */
#include "lib/store_both.h"

#include <sqlite3.h>
#include <string.h>

#include "base/arena.h"
#include "lib/fault_driver.h"
#include "store/statements.h"
#include "store/store_private.h"

enum {
	PEOPLE = 70,
	LONG = 40, /* entries of one who wrote more than FACT_STEP */
	VERY_LONG = 1000,
	IDS_AT_ONCE = 32,
	STEPS_OF_A_HEAD = 60, /* of SQLite's machine; a history has several an entry */
	WAIT_MS = 20000,
};

struct house {
	struct store_fixture *f;
	struct actor agent;
	uint64_t channel;
	struct actor visitors[PEOPLE];
	uint64_t conversations[PEOPLE];
	uint64_t timelines[PEOPLE];
};

/* What came of one of them, noted in the drain. */
struct said {
	bool answered;
	enum err code;
	uint64_t timeline;
	uint64_t seq;
	uint64_t pub;
};

static void
whisper(struct house *h, uint64_t conversation)
{
	struct change *c = change_create(CHANGE_POST, &h->agent);

	c->post.party.conversation = conversation;
	c->post.kind = FACT_NOTE;
	c->post.text = "a note that she does not see";
	fixture_call(h->f, c, ERR_OK);
}

static void
live_one_life(struct house *h, unsigned i)
{
	unsigned entries = i == 5 ? LONG : 1 + i % 3;
	const struct outcome *o = NULL;

	for (unsigned n = 0; n < entries; n++) {
		o = fixture_say(h->f, &h->visitors[i], h->channel, "hello");
	}
	h->timelines[i] = o->timeline;
	h->conversations[i] = o->conversation->id;
	if (i % 2 == 0) {
		whisper(h, h->conversations[i]);
	}
	if (i % 5 == 0) {
		fixture_act(h->f, &h->agent, h->conversations[i], ACTION_RESOLVE, 0, ERR_OK);
	}
}

static struct house
settle_in(struct store_fixture *f)
{
	struct house h = {.f = f};

	h.agent = fixture_staff(f, "agent", ROLE_ADMINISTRATOR, UNIT_ROOT);
	h.channel = fixture_channel(f, "webchat");
	for (unsigned i = 0; i < PEOPLE; i++) {
		h.visitors[i] = fixture_visitor(f, h.channel);
		if (i % 10 != 9) { /* the tenth has never written */
			live_one_life(&h, i);
		}
	}
	return h;
}

static void
start_again(struct store_fixture *f)
{
	fixture_close(f);
	fixture_open_with(f, fault_driver(store_driver_of(&f->conf)));
	fault_arm(FAULT_NONE, 0, 0);
}

static void
note(void *ctx, const struct outcome *o)
{
	struct said *s = ctx;

	s->answered = true;
	s->code = o->code;
	s->timeline = o->timeline;
	s->seq = o->code == ERR_OK ? o->facts[0]->seq : 0;
	s->pub = o->code == ERR_OK ? o->facts[0]->pub : 0;
}

static void
wait_for_all(struct store_fixture *f, const struct said *said)
{
	size_t i = 0;

	for (int waited = 0; i < PEOPLE && waited < WAIT_MS; waited++) {
		store_drain(f->store);
		while (i < PEOPLE && said[i].answered) {
			i++;
		}
		fixture_nap();
	}
	assert_int_equal(i, PEOPLE);
}

static void
expect_the_next(struct store_fixture *f, const struct said *s)
{
	assert_int_equal(s->code, ERR_OK);
	assert_int_equal(s->seq,
		1 +
			fixture_number(f,
				arena_printf(f->arena,
					"SELECT COUNT(*) FROM fact WHERE timeline = %llu AND seq < %llu",
					(unsigned long long)s->timeline, (unsigned long long)s->seq)));
	assert_int_equal(s->pub,
		1 +
			fixture_number(f,
				arena_printf(f->arena,
					"SELECT COUNT(pub) FROM fact WHERE timeline = %llu AND seq < %llu",
					(unsigned long long)s->timeline, (unsigned long long)s->seq)));
}

static void
check_history(struct store_fixture *f)
{
	struct verify_report report;
	struct error e = {0};

	assert_int_equal(store_verify(&f->conf, 0, NULL, NULL, &report, &e), ERR_OK);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM (SELECT timeline FROM conversation "
						 "WHERE open_key IS NOT NULL GROUP BY timeline "
						 "HAVING COUNT(*) > 1) x"),
		0);
}

static void
everybody_writes(struct house *h, struct said *said)
{
	for (unsigned i = 0; i < PEOPLE; i++) {
		struct change *c = change_create(CHANGE_POST, &h->visitors[i]);

		c->post.party.visitor = h->visitors[i].id;
		c->post.kind = FACT_MESSAGE;
		c->post.channel = h->channel;
		c->post.channel_kind = "webchat";
		c->post.text = "good morning";
		assert_int_equal(store_submit(h->f->store, c, note, &said[i]), ERR_OK);
	}
	wait_for_all(h->f, said);
}

static void
everybody_writes_at_once_after_a_start(void **state)
{
	struct store_fixture *f = *state;
	struct house h = settle_in(f);
	struct said said[PEOPLE] = {0};

	start_again(f);
	everybody_writes(&h, said);
	assert_true(fault_reads() < PEOPLE * 2);
	for (unsigned i = 0; i < PEOPLE; i++) {
		expect_the_next(f, &said[i]);
		assert_true(h.timelines[i] == 0 || said[i].timeline == h.timelines[i]);
	}
	check_history(f);
}

static void
agents_answer_all_at_once_after_a_start(void **state)
{
	struct store_fixture *f = *state;
	struct house h = settle_in(f);
	struct said said[PEOPLE] = {0};
	unsigned missing = 0;

	start_again(f);
	for (unsigned i = 0; i < PEOPLE; i++) {
		struct change *c = change_create(CHANGE_POST, &h.agent);

		/* The tenth has no conversation yet: her number is one that nobody has. */
		c->post.party.conversation = h.conversations[i] != 0 ? h.conversations[i] : 4711;
		c->post.kind = FACT_MESSAGE;
		c->post.text = "good morning";
		assert_int_equal(store_submit(f->store, c, note, &said[i]), ERR_OK);
	}
	wait_for_all(f, said);
	assert_true(fault_reads() < PEOPLE * 2);
	for (unsigned i = 0; i < PEOPLE; i++) {
		if (h.conversations[i] == 0) {
			assert_int_equal(said[i].code, ERR_NOT_FOUND);
			missing++;
		} else {
			expect_the_next(f, &said[i]);
		}
	}
	assert_int_equal(missing, PEOPLE / 10);
	check_history(f);
}

static void
lost_connection_while_loading_loses_nothing(void **state)
{
	struct store_fixture *f = *state;
	struct house h = settle_in(f);

	for (unsigned n = 0; n < 12; n++) {
		struct said said[PEOPLE] = {0};

		start_again(f);
		fault_arm(FAULT_LOST, n, 1);
		everybody_writes(&h, said);
		for (unsigned i = 0; i < PEOPLE; i++) {
			expect_the_next(f, &said[i]);
		}
	}
	fault_arm(FAULT_NONE, 0, 0);
	check_history(f);
}

static void
write_much(struct house *h, struct actor *visitor, unsigned entries)
{
	for (unsigned sent = 0; sent < entries; sent += PEOPLE) {
		struct said said[PEOPLE] = {0};

		for (unsigned i = 0; i < PEOPLE; i++) {
			h->visitors[i] = *visitor;
		}
		everybody_writes(h, said);
	}
}

/* What SQLite does for one execution with the same id in all its places. */
static int
steps_of(struct store_fixture *f, enum statement s, uint64_t id)
{
	const char *sql = statement_text(s, DIALECT_SQLITE);
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	int steps;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	for (int i = 1; i <= IDS_AT_ONCE; i++) {
		assert_int_equal(sqlite3_bind_int64(st, i, (sqlite3_int64)id), SQLITE_OK);
	}
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	steps = sqlite3_stmt_status(st, SQLITE_STMTSTATUS_VM_STEP, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return steps;
}

static void
the_end_of_a_long_history_is_found_without_reading_it(void **state)
{
	struct store_fixture *f = *state;
	struct house h = {.f = f, .channel = fixture_channel(f, "webchat")};
	struct actor visitor = fixture_visitor(f, h.channel);
	uint64_t timeline = fixture_say(f, &visitor, h.channel, "hello")->timeline;

	write_much(&h, &visitor, VERY_LONG);
	assert_in_range(steps_of(f, STATEMENT_HEAD_FACTS, timeline), 1,
		IDS_AT_ONCE * STEPS_OF_A_HEAD);
	assert_in_range(steps_of(f, STATEMENT_HEAD_STEPS, timeline), 1,
		IDS_AT_ONCE * STEPS_OF_A_HEAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(everybody_writes_at_once_after_a_start),
		ON_BOTH(agents_answer_all_at_once_after_a_start),
		ON_BOTH(lost_connection_while_loading_loses_nothing),
		cmocka_unit_test_setup_teardown(
			the_end_of_a_long_history_is_found_without_reading_it, set_up_sqlite,
			tear_down_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
