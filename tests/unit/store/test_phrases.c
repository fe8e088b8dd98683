/* Phrases that are watched, and what is written when one was let through. On both databases. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"

static struct change *
add(const struct actor *actor, const char *text, enum phrase_rule action)
{
	struct change *c = change_create(CHANGE_PHRASE, actor);

	c->phrase.action = ROW_ADD;
	c->phrase.row = (struct phrase_row){.text = text, .action = action, .advice = ""};
	return c;
}

static struct change *
change_of(const struct actor *actor, enum row_action action, uint64_t id)
{
	struct change *c = change_create(CHANGE_PHRASE, actor);

	c->phrase.action = action;
	c->phrase.row.id = id;
	return c;
}

static void
supervisors_keep_the_phrases(void **state)
{
	static const char *const exceptions[] = {"不保本"};
	struct store_fixture *f = *state;
	struct actor lead = fixture_staff(f, "wang", ROLE_SUPERVISOR, UNIT_ROOT);
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct phrase_row *rows;
	struct change *c;
	struct error e;
	size_t count;
	uint64_t id;

	fixture_call(f, add(&agent, "保本", PHRASE_RULE_BLOCK), ERR_DENIED);
	c = add(&lead, "保本", PHRASE_RULE_BLOCK);
	c->phrase.row.exceptions = exceptions;
	c->phrase.row.exception_count = 1;
	id = fixture_call(f, c, ERR_OK)->id;
	fixture_call(f, add(&lead, "保本", PHRASE_RULE_WARN), ERR_CONFLICT);
	assert_int_equal(read_phrases(f->reader, f->arena, &rows, &count, &e), ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].id, id);
	assert_string_equal(rows[0].text, "保本");
	assert_string_equal(rows[0].exceptions[0], "不保本");
	assert_int_equal(rows[0].action, PHRASE_RULE_BLOCK);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM audit WHERE action = 'phrase.added'"),
		1);
}

static void
an_exception_has_the_phrase_in_it(void **state)
{
	static const char *const exceptions[] = {"something else"};
	struct store_fixture *f = *state;
	struct actor lead = fixture_staff(f, "wang", ROLE_SUPERVISOR, UNIT_ROOT);
	struct change *c = add(&lead, "稳赚", PHRASE_RULE_WARN);

	c->phrase.row.exceptions = exceptions;
	c->phrase.row.exception_count = 1;
	fixture_call(f, c, ERR_INVALID);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM phrase"), 0);
}

static void
what_was_taken_out_can_come_back(void **state)
{
	struct store_fixture *f = *state;
	struct actor lead = fixture_staff(f, "wang", ROLE_SUPERVISOR, UNIT_ROOT);
	uint64_t id = fixture_call(f, add(&lead, "内幕", PHRASE_RULE_WARN), ERR_OK)->id;
	struct change *c;

	fixture_call(f, change_of(&lead, ROW_REMOVE, id), ERR_OK);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM phrase WHERE live = 1"), 0);
	fixture_call(f, change_of(&lead, ROW_EDIT, id), ERR_NOT_FOUND);
	c = change_of(&lead, ROW_EDIT, id);
	c->phrase.restore = true;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM phrase WHERE live = 1"), 1);
	/* An old version is not edited over a new one. */
	c = change_of(&lead, ROW_EDIT, id);
	c->phrase.row.version = 1;
	c->phrase.row.action = PHRASE_RULE_FLAG;
	fixture_call(f, c, ERR_CONFLICT);
}

static void
lines_are_imported_all_or_none(void **state)
{
	struct store_fixture *f = *state;
	struct actor lead = fixture_staff(f, "wang", ROLE_SUPERVISOR, UNIT_ROOT);
	const struct phrase_row rows[] = {
		{.text = "保本", .action = PHRASE_RULE_BLOCK, .advice = ""},
		{.text = "稳赚", .action = PHRASE_RULE_WARN, .advice = ""},
	};
	const struct phrase_row bad[] = {
		{.text = "fine", .action = PHRASE_RULE_WARN, .advice = ""},
		{.text = "", .action = PHRASE_RULE_WARN, .advice = ""},
	};
	struct change *c;

	fixture_call(f, add(&lead, "保本", PHRASE_RULE_WARN), ERR_OK);
	c = change_create(CHANGE_PHRASE, &lead);
	c->phrase.action = ROW_ADD;
	c->phrase.rows = rows;
	c->phrase.row_count = 2;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM phrase"), 2);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM phrase WHERE action = 3"),
		1);
	c = change_create(CHANGE_PHRASE, &lead);
	c->phrase.action = ROW_ADD;
	c->phrase.rows = bad;
	c->phrase.row_count = 2;
	fixture_call(f, c, ERR_INVALID);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM phrase"), 2);
}

static void
what_was_let_through_is_flagged_beside_its_entry(void **state)
{
	struct store_fixture *f = *state;
	struct actor lead = fixture_staff(f, "wang", ROLE_SUPERVISOR, UNIT_ROOT);
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	uint64_t id = fixture_call(f, add(&lead, "稳赚", PHRASE_RULE_WARN), ERR_OK)->id;
	const struct outcome *o = fixture_say(f, &visitor, channel, "hello");
	struct change *c = change_create(CHANGE_POST, &lead);
	struct phrase_found *found = arena_alloc(c->arena, sizeof(*found));
	uint64_t customer = o->customer;

	*found = (struct phrase_found){.phrase = id,
		.text = "稳赚",
		.action = PHRASE_RULE_WARN};
	c->post.kind = FACT_MESSAGE;
	c->post.party.conversation = o->conversation->id;
	c->post.text = "没有稳赚";
	c->post.found = found;
	c->post.found_count = 1;
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->facts[0]->kind, FACT_MESSAGE);
	assert_int_equal(o->facts[1]->kind, FACT_FLAGGED);
	assert_int_equal(o->facts[1]->pub, 0);
	assert_int_equal(o->facts[1]->author, lead.id);
	assert_non_null(strstr(o->facts[1]->body, "\"acknowledged\":true"));
	assert_non_null(strstr(o->facts[1]->body, "\"text\":\"稳赚\""));
	assert_int_equal(o->conversation->flags, 1);
	assert_int_equal(o->customer, customer);
	assert_int_equal(fixture_number(f, "SELECT hits FROM phrase"), 1);
	assert_int_equal(fixture_number(f, "SELECT flags FROM conversation"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(supervisors_keep_the_phrases),
		ON_BOTH(an_exception_has_the_phrase_in_it),
		ON_BOTH(what_was_taken_out_can_come_back),
		ON_BOTH(lines_are_imported_all_or_none),
		ON_BOTH(what_was_let_through_is_flagged_beside_its_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
