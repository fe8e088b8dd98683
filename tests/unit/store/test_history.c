/* The history of a customer, page by page: whatever was told of late, in the same millisecond or
 * by another process, each entry comes once and in its place. */
#include "lib/store_both.h"

#include "base/arena.h"
#include "base/clock.h"

enum { ENTRIES = 90, HOUR_MS = 3600 * 1000, PUBLIC_PAGE = 7 };

struct two {
	struct store_fixture *f;
	struct actor chief;
	struct actor visitors[2];
	uint64_t channel;
	uint64_t customer;
	unsigned seed;
};

static unsigned
pick(struct two *t, unsigned below)
{
	t->seed = t->seed * 1103515245u + 12345u;
	return (t->seed >> 16) % below;
}

static void
post(struct two *t, const struct actor *visitor, int64_t at, bool imported)
{
	struct change *c = change_create(CHANGE_POST, visitor);
	struct outcome *o = NULL;
	struct error e = {0};

	c->imported = imported;
	c->post.party.visitor = visitor->id;
	c->post.kind = FACT_MESSAGE;
	c->post.channel = t->channel;
	c->post.channel_kind = "webchat";
	c->post.text = "text";
	c->post.at = at;
	assert_int_equal(store_call(t->f->store, c, &o, &e), ERR_OK);
	outcome_release(o);
}

static void
merge(struct two *t, uint64_t from, uint64_t to)
{
	struct change *c = change_create(CHANGE_ATTACH, &t->chief);

	c->attach.from = from;
	c->attach.to = to;
	fixture_call(t->f, c, ERR_OK);
}

/* Two people who are one: some entries are told at once, some late, some long ago. */
static struct two
write_history(struct store_fixture *f)
{
	struct two t = {.f = f, .seed = 7};
	uint64_t customers[2];
	int64_t now = clock_now_ms();

	t.chief = fixture_staff(f, "chief", ROLE_ADMINISTRATOR, UNIT_ROOT);
	t.channel = fixture_channel(f, "webchat");
	for (size_t i = 0; i < 2; i++) {
		t.visitors[i] = fixture_visitor(f, t.channel);
		customers[i] = fixture_say(f, &t.visitors[i], t.channel, "hello")->customer;
	}
	merge(&t, customers[0], customers[1]);
	t.customer = customers[1];
	for (size_t i = 0; i < ENTRIES; i++) {
		int64_t late = now - (int64_t)pick(&t, 20) * HOUR_MS;
		unsigned how = pick(&t, 3);

		post(&t, &t.visitors[pick(&t, 2)], how == 0 ? 0 : late, how == 2);
	}
	return t;
}

static bool
is_older(const struct fact *f, int64_t at, uint64_t id)
{
	return f->at < at || (f->at == at && f->id < id);
}

/* In order, without one coming twice; so when they are as many as there are, they are all. */
static size_t
walk(struct two *t, size_t limit)
{
	int64_t at = 0;
	uint64_t id = 0;
	size_t total = 0;
	size_t count;

	do {
		struct fact_list list = {0};

		assert_int_equal(read_customer_entries(t->f->reader, t->customer, at, id, limit,
							 t->f->arena, &list, NULL),
			ERR_OK);
		count = list.count;
		assert_true(count <= limit);
		for (size_t i = 0; i < count; i++) {
			assert_true(at == 0 || is_older(list.items[i], at, id));
			at = list.items[i]->at;
			id = list.items[i]->id;
		}
		total += count;
		fact_list_release(&list);
	} while (count > 0);
	return total;
}

static void
check_pages(struct two *t)
{
	const size_t limits[] = {1, 2, 3, 7, 50, READ_LIMIT_MAX};
	size_t facts = (size_t)fixture_number(t->f, "SELECT COUNT(*) FROM fact");

	assert_true(facts > ENTRIES);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		assert_int_equal(walk(t, limits[i]), facts);
	}
}

static void
pages_of_any_size_give_every_entry_once_and_in_order(void **state)
{
	struct two t = write_history(*state);

	check_pages(&t);
}

/* Facts of two processes in one millisecond: the numbers go up, the ids up and down. */
static void
entries_of_several_processes_in_one_millisecond_come_once(void **state)
{
	struct store_fixture *f = *state;
	struct two t = write_history(f);

	fixture_sql(f,
		"UPDATE fact SET id = id + 844424930131968 "
		"WHERE MOD(seq, 3) = 1 AND at = committed_at");
	fixture_sql(f,
		"UPDATE fact SET at = 1790000000000 "
		"WHERE at = committed_at AND seq < 40");
	fixture_sql(f, "UPDATE fact SET committed_at = 1790000000000 WHERE seq < 40");
	check_pages(&t);
}

static void
an_entry_told_of_late_stands_where_it_happened(void **state)
{
	struct store_fixture *f = *state;
	struct two t = {.f = f, .channel = fixture_channel(f, "webchat")};
	int64_t before = clock_now_ms() - HOUR_MS;
	struct fact_list list = {0};

	t.visitors[0] = fixture_visitor(f, t.channel);
	t.customer = fixture_say(f, &t.visitors[0], t.channel, "now")->customer;
	post(&t, &t.visitors[0], before, false);
	assert_int_equal(read_customer_entries(f->reader, t.customer, 0, 0, 10, f->arena,
						 &list, NULL),
		ERR_OK);
	assert_int_equal(list.items[list.count - 1]->at, before);
	assert_int_equal(list.items[list.count - 1]->seq, list.count);
	fact_list_release(&list);
}

/* Of the page after a number, or before one, the count and the first number. */
static void
check_public(struct store_fixture *f, uint64_t timeline, uint64_t after, uint64_t before,
	size_t count, uint64_t first)
{
	struct fact_list list = {0};

	assert_int_equal(read_public(f->reader, timeline, after, before, PUBLIC_PAGE,
						 f->arena, &list, NULL),
		ERR_OK);
	assert_int_equal(list.count, count);
	for (size_t i = 0; i < list.count; i++) {
		assert_int_equal(list.items[i]->timeline, timeline);
		assert_int_equal(list.items[i]->pub, first + i);
	}
	fact_list_release(&list);
}

static uint64_t
newest_public(struct store_fixture *f, uint64_t timeline)
{
	return (uint64_t)fixture_number(f,
		arena_printf(f->arena, "SELECT MAX(pub) FROM fact WHERE timeline = %llu",
			(unsigned long long)timeline));
}

/* Entries that she does not see stand between those that she does. */
static void
customers_find_their_entries_by_their_own_numbers(void **state)
{
	struct store_fixture *f = *state;
	struct two t = write_history(f);
	uint64_t timeline;
	uint64_t last;

	for (unsigned i = 0; i < 80; i++) {
		post(&t, &t.visitors[0], clock_now_ms() - HOUR_MS, pick(&t, 2) == 0);
	}
	timeline = (uint64_t)fixture_number(f,
		"SELECT timeline FROM fact GROUP BY timeline ORDER BY COUNT(*) DESC LIMIT 1");
	last = newest_public(f, timeline);
	assert_true(last > FACT_STEP);
	assert_true(fixture_number(f, "SELECT COUNT(*) FROM public_step") >= 3);
	for (uint64_t pub = 1; pub <= last + 2; pub++) {
		uint64_t rest = pub < last ? last - pub : 0;
		uint64_t end = pub <= last ? pub : last + 1;
		uint64_t older = end - 1 < PUBLIC_PAGE ? end - 1 : PUBLIC_PAGE;

		check_public(f, timeline, pub, 0, rest < PUBLIC_PAGE ? rest : PUBLIC_PAGE,
			pub + 1);
		check_public(f, timeline, 0, pub, older, end - older);
	}
	check_public(f, timeline, 0, INT64_MAX, PUBLIC_PAGE, last + 1 - PUBLIC_PAGE);
	check_public(f, timeline, INT64_MAX, 0, 0, 0);
	/* A writer that begins anew goes on where the last one ended. */
	fixture_close(f);
	fixture_open(f);
	post(&t, &t.visitors[0], 0, false);
	assert_int_equal(newest_public(f, timeline), last + 1);
}

static void
verify_names_what_would_hide_entries_from_their_customer(void **state)
{
	struct store_fixture *f = *state;
	struct verify_report report;
	struct error e = {0};

	(void)write_history(f);
	assert_int_equal(store_verify(&f->conf, 0, NULL, NULL, &report, &e), ERR_OK);
	fixture_sql(f, "UPDATE public_step SET pub = pub - 1");
	assert_int_equal(store_verify(&f->conf, 0, NULL, NULL, &report, &e), ERR_CORRUPT);
	assert_non_null(strstr(report.first_reason, "public_step"));
	fixture_sql(f, "DELETE FROM public_step");
	assert_int_equal(store_verify(&f->conf, 0, NULL, NULL, &report, &e), ERR_CORRUPT);
	assert_non_null(strstr(report.first_reason, "public_step lacks it"));
}

static void
verify_names_a_late_fact_that_nobody_would_see(void **state)
{
	struct store_fixture *f = *state;
	struct two t = write_history(f);
	struct verify_report report;
	struct error e = {0};

	(void)t;
	assert_int_equal(store_verify(&f->conf, 0, NULL, NULL, &report, &e), ERR_OK);
	fixture_sql(f,
		"DELETE FROM late_fact WHERE fact = (SELECT MIN(id) FROM fact "
		"WHERE at <> committed_at)");
	assert_int_equal(store_verify(&f->conf, 0, NULL, NULL, &report, &e), ERR_CORRUPT);
	assert_int_equal(report.broken, 1);
	assert_non_null(strstr(report.first_reason, "late_fact"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(pages_of_any_size_give_every_entry_once_and_in_order),
		ON_BOTH(entries_of_several_processes_in_one_millisecond_come_once),
		ON_BOTH(an_entry_told_of_late_stands_where_it_happened),
		ON_BOTH(customers_find_their_entries_by_their_own_numbers),
		ON_BOTH(verify_names_what_would_hide_entries_from_their_customer),
		ON_BOTH(verify_names_a_late_fact_that_nobody_would_see),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
