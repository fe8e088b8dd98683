/* How often rules answered: counted once an answer, kept until the store has it; and the settings
 * that hold for all of them. */
#include "lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "flow/rule_counts.h"
#include "flow/rule_settings.h"
#include "model/change.h"
#include "model/fact.h"

#define NOON 1795262400000

static bool
count(struct rule_counts *c, enum fact_kind kind, enum author_kind author,
	uint64_t timeline, int64_t at, const char *body)
{
	struct fact *f = fact_create();
	bool hit;

	f->kind = kind;
	f->author_kind = author;
	f->timeline = timeline;
	f->committed_at = at;
	f->body = strdup(body);
	f->body_length = strlen(body);
	hit = rule_counts_fact(c, f);
	fact_put(f);
	return hit;
}

static void
an_answer_of_several_facts_is_one_hit(void **state)
{
	struct rule_counts *c = rule_counts_create();
	struct change *change;

	(void)state;
	assert_true(count(c, FACT_MESSAGE, AUTHOR_BOT, 5, NOON, "{\"rule\":\"7\"}"));
	assert_false(count(c, FACT_MESSAGE, AUTHOR_BOT, 5, NOON, "{\"rule\":\"7\"}"));
	assert_false(count(c, FACT_TAGGED, AUTHOR_BOT, 5, NOON, "{\"rule\":\"7\"}"));
	assert_true(count(c, FACT_MESSAGE, AUTHOR_BOT, 6, NOON, "{\"rule\":\"7\"}"));
	assert_true(count(c, FACT_MESSAGE, AUTHOR_BOT, 5, NOON + 1, "{\"rule\":\"7\"}"));
	change = rule_counts_take(c);
	assert_int_equal(change->rule_hits.count, 1);
	assert_int_equal(change->rule_hits.days[0].rule, 7);
	assert_int_equal(change->rule_hits.days[0].hits, 3);
	assert_int_equal(change->rule_hits.days[0].last_at, NOON + 1);
	change_destroy(change);
	rule_counts_destroy(c);
}

static void
what_people_say_is_no_answer_of_a_rule(void **state)
{
	struct rule_counts *c = rule_counts_create();

	(void)state;
	assert_false(count(c, FACT_MESSAGE, AUTHOR_STAFF, 5, NOON, "{\"rule\":\"7\"}"));
	assert_false(count(c, FACT_MESSAGE, AUTHOR_BOT, 5, NOON, "{\"text\":\"x\"}"));
	assert_false(count(c, FACT_MESSAGE, AUTHOR_BOT, 5, NOON, "{\"rule\":null}"));
	assert_false(count(c, FACT_FEEDBACK, AUTHOR_CUSTOMER, 5, NOON, "{\"rule\":\"7\"}"));
	assert_null(rule_counts_take(c));
	rule_counts_destroy(c);
}

static void
what_the_store_did_not_take_is_written_later(void **state)
{
	struct rule_counts *c = rule_counts_create();
	struct change *change;

	(void)state;
	count(c, FACT_MESSAGE, AUTHOR_BOT, 5, NOON, "{\"rule\":\"7\"}");
	change_destroy(rule_counts_take(c));
	count(c, FACT_MESSAGE, AUTHOR_BOT, 6, NOON, "{\"rule\":\"7\"}");
	assert_null(rule_counts_take(c));
	rule_counts_written(c, false);
	change = rule_counts_take(c);
	assert_int_equal(change->rule_hits.days[0].hits, 2);
	change_destroy(change);
	rule_counts_written(c, true);
	assert_null(rule_counts_take(c));
	rule_counts_destroy(c);
}

/* --- settings ----------------------------------------------------------------------------- */

static enum err
decode(struct arena *a, const char *text, struct rule_settings *out, bool *enabled,
	struct error *e)
{
	struct json *body = NULL;
	enum err rc;

	assert_int_equal(json_parse(text, strlen(text), &body, e), ERR_OK);
	rule_settings_default(out, enabled);
	rc = rule_settings_decode(body, a, out, enabled, e);
	json_free(body);
	return rc;
}

static void
settings_come_back_as_they_were(void **state)
{
	static const char text[] =
		"{\"enabled\":false,\"human_words\":[\"人工\"],\"stop_words\":[],"
		"\"synonyms\":[[\"开户\",\"开立\"]],\"misses\":0,\"menu_ms\":60000,"
		"\"repeat_ms\":0}";
	struct arena *a = arena_create();
	struct rule_settings s;
	struct error e = {0};
	struct json_writer w;
	struct buf out;
	bool enabled;

	(void)state;
	assert_int_equal(decode(a, text, &s, &enabled, &e), ERR_OK);
	buf_init(&out, 4096);
	jw_init(&w, &out);
	jw_object(&w);
	rule_settings_encode(&s, enabled, &w);
	jw_object_end(&w);
	assert_string_equal(out.data, text);
	buf_fini(&out);
	arena_destroy(a);
}

static void
wrong_settings_are_refused_by_name(void **state)
{
	static const char *const wrong[][2] = {
		{"{\"enabled\":1}", "enabled: "},
		{"{\"human_words\":\"x\"}", "human_words: "},
		{"{\"stop_words\":[\"x\",\" \"]}", "stop_words[1]: "},
		{"{\"synonyms\":[[\"x\"]]}", "synonyms[0]: "},
		{"{\"synonyms\":[[\"x\",7]]}", "synonyms[0][1]: "},
		{"{\"misses\":-1}", "misses: "},
		{"{\"menu_ms\":1}", "menu_ms: "},
	};
	struct arena *a = arena_create();
	struct rule_settings s;
	struct error e;
	bool enabled;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(decode(a, wrong[i][0], &s, &enabled, &e), ERR_INVALID);
		assert_memory_equal(e.text, wrong[i][1], strlen(wrong[i][1]));
		assert_true(enabled && s.misses == 2);
	}
	arena_destroy(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_of_several_facts_is_one_hit),
		cmocka_unit_test(what_people_say_is_no_answer_of_a_rule),
		cmocka_unit_test(what_the_store_did_not_take_is_written_later),
		cmocka_unit_test(settings_come_back_as_they_were),
		cmocka_unit_test(wrong_settings_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
