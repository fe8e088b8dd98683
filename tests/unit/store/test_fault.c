/* Whatever fails, and wherever: what was acknowledged is there once, what was not may be sent
 * again, and the histories stay whole. */
#include "lib/store_faulty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "lib/store_client.h"

enum { WAIT_MS = 20000 };

/* The n-th operation fails, for every n of a burst. */
static void
fail_everywhere(struct store_fixture *f, enum fault fault, unsigned operations)
{
	struct client c = client_begin(f);
	unsigned hits = 0;

	for (unsigned n = 0; n < operations; n++) {
		fault_arm(fault, n, 1);
		client_send_burst(&c);
		hits += fault_hits();
	}
	fault_arm(FAULT_NONE, 0, 0);
	assert_true(hits > operations / 6);
	client_check_all(&c);
}

static void
deadlock_anywhere_loses_nothing(void **state)
{
	fail_everywhere(*state, FAULT_BUSY, 30);
}

static void
lost_connection_anywhere_loses_nothing(void **state)
{
	fail_everywhere(*state, FAULT_LOST, 30);
}

static void
commit_that_did_not_happen_is_made_again(void **state)
{
	fail_everywhere(*state, FAULT_COMMIT_REFUSED, 5);
}

static void
commit_that_did_happen_is_not_made_again(void **state)
{
	fail_everywhere(*state, FAULT_COMMIT_UNHEARD, 5);
}

static void
many_commits_in_a_row_are_decided(void **state)
{
	struct client c = client_begin(*state);

	fault_arm(FAULT_COMMIT_REFUSED, 0, 3);
	client_send_burst(&c);
	fault_arm(FAULT_COMMIT_UNHEARD, 0, 3);
	client_send_burst(&c);
	client_send_burst(&c);
	client_check_all(&c);
}

static void
refused_statement_hits_its_change_alone(void **state)
{
	struct client c = client_begin(*state);

	client_send_burst(&c);
	/* Once: the batch is halved, and then nothing is wrong any more. */
	fault_arm(FAULT_STATEMENT, 1, 1);
	client_send_burst(&c);
	fault_arm(FAULT_NONE, 0, 0);
	client_check_all(&c);
}

struct sending {
	bool answered;
	enum err code;
};

static void
note_answer(void *ctx, const struct outcome *o)
{
	struct sending *sending = ctx;

	sending->answered = true;
	sending->code = o->code;
}

static void
wait_ready(struct store *s)
{
	int64_t deadline = clock_monotonic_ms() + WAIT_MS;

	while (!store_ready(s, NULL)) {
		assert_true(clock_monotonic_ms() < deadline);
		fixture_nap();
	}
}

static void
away_means_refused_and_later_delivered(void **state)
{
	struct store_fixture *f = *state;
	struct client c = client_begin(f);
	struct sending s = {0};
	struct error why = {0};

	client_send_burst(&c);
	fault_refuse_connections(true);
	fault_arm(FAULT_LOST, 0, 1000000);
	assert_int_equal(store_submit(f->store, client_change(&c, c.next), note_answer, &s),
		ERR_OK);
	while (!s.answered) {
		store_drain(f->store);
		fixture_nap();
	}
	assert_int_equal(s.code, ERR_UNAVAILABLE);
	assert_false(store_ready(f->store, &why));
	assert_non_null(strstr(why.text, "injected"));
	assert_int_equal(store_submit(f->store, client_change(&c, c.next), note_answer, &s),
		ERR_UNAVAILABLE);
	fault_arm(FAULT_NONE, 0, 0);
	fault_refuse_connections(false);
	wait_ready(f->store);
	client_send_burst(&c);
	client_check_all(&c);
}

static void
node_started_twice_is_stopped(void **state)
{
	struct store_fixture *f = *state;
	struct client c = client_begin(f);
	struct change *chg;
	struct error why = {0};

	client_send_burst(&c);
	fixture_sql(f, "UPDATE feed SET tick = tick + 1 WHERE node = 1");
	chg = client_message(&c, 99);
	fixture_call(f, chg, ERR_UNAVAILABLE);
	assert_false(store_ready(f->store, &why));
	assert_non_null(strstr(why.text, "store.node"));
	fixture_close(f);
	fixture_open(f); /* alone again */
	fixture_call(f, client_message(&c, 99), ERR_OK);
}

/* The other has written entries already: their numbers are those that we would give next. */
static void
node_whose_numbers_are_taken_is_stopped(void **state)
{
	struct store_fixture *f = *state;
	struct client c = client_begin(f);
	struct error why = {0};

	client_send_burst(&c);
	fixture_sql(f,
		"UPDATE fact SET id = id + 1 WHERE id = "
		"(SELECT newest FROM (SELECT MAX(id) AS newest FROM fact) AS f)");
	fixture_sql(f, "UPDATE feed SET tick = tick + 1, n = n + 1 WHERE node = 1");
	fixture_call(f, client_message(&c, 99), ERR_UNAVAILABLE);
	assert_false(store_ready(f->store, &why));
	assert_non_null(strstr(why.text, "store.node"));
}

/* On one machine it is found at once, before anything is written. */
static void
node_started_twice_here_does_not_start(void **state)
{
	struct store_fixture *f = *state;
	struct store *twin = NULL;
	struct error e = {0};

	assert_int_equal(store_open(&twin, &f->conf, NULL, true, &e), ERR_UNAVAILABLE);
	assert_non_null(strstr(e.text, "node 1"));
	assert_true(store_ready(f->store, NULL));
}

/* Another node writes in the same timeline: our heads are out of date, and that is found. */
static void
two_nodes_share_a_timeline(void **state)
{
	struct store_fixture *f = *state;
	struct client c = client_begin(f);
	struct store_conf conf = f->conf;
	struct store *other = NULL;
	struct verify_report report;
	struct error e = {0};

	client_send_burst(&c);
	conf.node = 2;
	assert_int_equal(store_open(&other, &conf, NULL, true, &e), ERR_OK);
	for (unsigned i = 0; i < 10; i++) {
		struct outcome *o = NULL;

		assert_int_equal(store_call(other, client_message(&c, 1000 + i), &o, &e), ERR_OK);
		outcome_release(o);
		fixture_call(f, client_message(&c, 2000 + i), ERR_OK);
	}
	/* A ref that the other node took is a duplicate here. */
	assert_true(fixture_call(f, client_message(&c, 1003), ERR_OK)->duplicate);
	store_close(other);
	fixture_close(f);
	if (store_verify(&f->conf, 0, NULL, NULL, &report, &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE kind = 1"), 28);
	assert_int_equal(fixture_number(f, "SELECT n FROM feed WHERE node = 2"), 10);
}

static void
full_disk_acknowledges_nothing(void **state)
{
	struct store_fixture *f = *state;
	struct client c = client_begin(f);
	unsigned stored = 0;
	struct sending s;
	char text[4000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	fixture_close(f);
	fault_on_connect("PRAGMA max_page_count=150");
	fixture_open_with(f, fault_driver(&store_sqlite));
	fault_on_connect("PRAGMA max_page_count=150");
	/* The limit counts for connections made from here on. */
	fault_arm(FAULT_LOST, 0, 1);
	for (;;) {
		struct change *chg = client_message(&c, 5000 + stored);

		chg->post.text = arena_strdup(chg->arena, text);
		s = (struct sending){0};
		if (store_submit(f->store, chg, note_answer, &s) != ERR_OK) {
			break;
		}
		while (!s.answered) {
			store_drain(f->store);
			fixture_nap();
		}
		if (s.code != ERR_OK) {
			break;
		}
		stored++;
		assert_true(stored < 1000);
	}
	assert_int_equal(s.code, ERR_UNAVAILABLE);
	assert_true(stored > 10);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE kind = 1"),
		stored);
	fault_on_connect("PRAGMA max_page_count=100000");
	fault_arm(FAULT_LOST, 0, 1); /* as if the administrator had made room */
	wait_ready(f->store);
	client_send_burst(&c);
	fixture_close(f);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact WHERE kind = 1"),
		stored + CLIENT_BURST - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH_FAULTY(deadlock_anywhere_loses_nothing),
		ON_BOTH_FAULTY(lost_connection_anywhere_loses_nothing),
		ON_BOTH_FAULTY(commit_that_did_not_happen_is_made_again),
		ON_BOTH_FAULTY(commit_that_did_happen_is_not_made_again),
		ON_BOTH_FAULTY(many_commits_in_a_row_are_decided),
		ON_BOTH_FAULTY(refused_statement_hits_its_change_alone),
		ON_BOTH_FAULTY(away_means_refused_and_later_delivered),
		ON_BOTH_FAULTY(node_started_twice_is_stopped),
		ON_BOTH_FAULTY(node_whose_numbers_are_taken_is_stopped),
		ON_BOTH_FAULTY(node_started_twice_here_does_not_start),
		ON_BOTH_FAULTY(two_nodes_share_a_timeline),
		{"full_disk_acknowledges_nothing on SQLite", full_disk_acknowledges_nothing,
			set_up_faulty_sqlite, tear_down_store, NULL},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
