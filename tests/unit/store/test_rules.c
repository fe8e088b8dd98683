/* Keyword rules in the store: rights, versions, taking back, counts, settings. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"

static struct actor
lead(struct store_fixture *f)
{
	return fixture_staff(f, "lead", ROLE_SUPERVISOR, UNIT_ROOT);
}

static struct change *
edits(const struct actor *a, size_t count)
{
	struct change *c = change_create(CHANGE_RULES, a);

	c->rules.edits = arena_alloc(c->arena, count * sizeof(*c->rules.edits));
	c->rules.count = count;
	return c;
}

static struct rule_row
row(const char *title, int64_t priority)
{
	return (struct rule_row){
		.enabled = true,
		.priority = priority,
		.folder = "开户",
		.title = title,
		.body = "{\"any\":[\"开户\"]}",
	};
}

static struct change *
adding(const struct actor *a, const char *title, int64_t priority)
{
	struct change *c = edits(a, 1);

	c->rules.edits[0] = (struct rule_edit){.action = RULE_ADD,
		.row = row(title, priority)};
	return c;
}

static uint64_t
add(struct store_fixture *f, const struct actor *a, const char *title, int64_t priority)
{
	return fixture_call(f, adding(a, title, priority), ERR_OK)->id;
}

static struct change *
changing(const struct actor *a, enum rule_action action, uint64_t id, uint64_t version)
{
	struct change *c = edits(a, 1);

	c->rules.edits[0] = (struct rule_edit){.action = action, .row = row("改过的", 5)};
	c->rules.edits[0].row.id = id;
	c->rules.edits[0].row.version = version;
	return c;
}

/* The titles in force, in the order of judgement: "a b ". */
static const char *
titles(struct store_fixture *f)
{
	struct rule_row *rows;
	const char *text = "";
	size_t count;

	assert_int_equal(read_rules(f->reader, f->arena, &rows, &count, NULL), ERR_OK);
	for (size_t i = 0; i < count; i++) {
		text = arena_printf(f->arena, "%s%s ", text, rows[i].title);
	}
	return text;
}

static struct rule_row
seen(struct store_fixture *f, uint64_t id)
{
	struct rule_row out;

	assert_int_equal(read_rule(f->reader, id, f->arena, &out, NULL), ERR_OK);
	return out;
}

static int64_t
changes(struct store_fixture *f)
{
	struct rule_settings_row settings;

	assert_int_equal(read_rule_settings(f->reader, f->arena, &settings, NULL), ERR_OK);
	return settings.changes;
}

static void
rules_stand_in_the_order_of_judgement(void **state)
{
	struct store_fixture *f = *state;
	struct actor a = lead(f);

	add(f, &a, "later", 0);
	add(f, &a, "first", 100);
	add(f, &a, "last", 0);
	assert_string_equal(titles(f), "first later last ");
	assert_int_equal(changes(f), 3);
}

static void
only_supervisors_change_rules(void **state)
{
	struct store_fixture *f = *state;
	struct actor a = lead(f);
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t id = add(f, &a, "开户", 0);
	struct change *c = change_create(CHANGE_RULE_SETTINGS, &agent);

	fixture_call(f, adding(&agent, "我的", 0), ERR_DENIED);
	fixture_call(f, changing(&agent, RULE_EDIT, id, 0), ERR_DENIED);
	fixture_call(f, changing(&agent, RULE_REMOVE, id, 0), ERR_DENIED);
	fixture_call(f, changing(&agent, RULE_REVERT, id, 1), ERR_DENIED);
	c->rule_settings.body = "{}";
	fixture_call(f, c, ERR_DENIED);
	assert_string_equal(titles(f), "开户 ");
	assert_int_equal(changes(f), 1);
}

static void
a_stale_edit_is_refused(void **state)
{
	struct store_fixture *f = *state;
	struct actor a = lead(f);
	uint64_t id = add(f, &a, "开户", 0);

	fixture_call(f, changing(&a, RULE_EDIT, id, 1), ERR_OK);
	fixture_call(f, changing(&a, RULE_EDIT, id, 1), ERR_CONFLICT);
	fixture_call(f, changing(&a, RULE_EDIT, id + 1, 0), ERR_NOT_FOUND);
	assert_string_equal(seen(f, id).title, "改过的");
	assert_int_equal(seen(f, id).version, 2);
}

static void
titles_are_unique_until_a_rule_is_removed(void **state)
{
	struct store_fixture *f = *state;
	struct actor a = lead(f);
	uint64_t id = add(f, &a, "开户", 0);

	fixture_call(f, adding(&a, "开户", 0), ERR_CONFLICT);
	fixture_call(f, changing(&a, RULE_REMOVE, id, 0), ERR_OK);
	assert_true(seen(f, id).removed);
	add(f, &a, "开户", 0);
	/* Its title is taken now. */
	fixture_call(f, changing(&a, RULE_REVERT, id, 2), ERR_CONFLICT);
	fixture_call(f, changing(&a, RULE_EDIT, id, 0), ERR_NOT_FOUND);
}

static void
every_change_can_be_taken_back(void **state)
{
	struct store_fixture *f = *state;
	struct actor a = lead(f);
	uint64_t id = add(f, &a, "开户", 7);
	struct rule_row *versions;
	size_t count;

	fixture_call(f, changing(&a, RULE_EDIT, id, 1), ERR_OK);
	fixture_call(f, changing(&a, RULE_REVERT, id, 2), ERR_OK);
	assert_string_equal(seen(f, id).title, "开户");
	assert_int_equal(seen(f, id).priority, 7);
	fixture_call(f, changing(&a, RULE_REMOVE, id, 3), ERR_OK);
	fixture_call(f, changing(&a, RULE_REVERT, id, 4), ERR_OK);
	assert_false(seen(f, id).removed);
	fixture_call(f, changing(&a, RULE_REVERT, id, 4), ERR_CONFLICT);
	assert_int_equal(read_rule_versions(f->reader, id, 10, f->arena, &versions, &count,
						 NULL),
		ERR_OK);
	assert_int_equal(count, 5);
	assert_true(versions[1].removed);
	assert_string_equal(versions[3].title, "改过的");
	/* The first version is taken back by removing it. */
	id = add(f, &a, "新的", 0);
	fixture_call(f, changing(&a, RULE_REVERT, id, 1), ERR_OK);
	assert_true(seen(f, id).removed);
}

static void
of_several_each_is_for_itself(void **state)
{
	struct store_fixture *f = *state;
	struct actor a = lead(f);
	uint64_t id = add(f, &a, "有了", 0);
	struct change *c = edits(&a, 3);
	struct rule_edit *e = c->rules.edits;
	const struct outcome *o;

	e[0] = (struct rule_edit){.action = RULE_ADD, .row = row("有了", 0)};
	e[1] = (struct rule_edit){.action = RULE_ADD, .row = row("没有", 0)};
	e[2] = (struct rule_edit){.action = RULE_REMOVE, .row = {.id = id, .version = 9}};
	c->rules.audit = "rule.imported";
	o = fixture_call(f, c, ERR_OK);
	assert_int_equal(o->code, ERR_OK);
	assert_string_equal(titles(f), "有了 没有 ");
	assert_int_equal(changes(f), 2);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM audit WHERE action = 'rule.imported' "
						 "AND detail = '1 of 3 rules'"),
		1);
}

static void
hits_of_a_day_add_up(void **state)
{
	struct store_fixture *f = *state;
	struct actor system = fixture_system();
	struct actor a = lead(f);
	struct rule_day days[] = {
		{.rule = 7, .day = 100, .hits = 2, .helped = 1, .last_at = 5000},
		{.rule = 7, .day = 101, .hits = 1, .failed = 1, .last_at = 6000},
	};
	struct rule_day *out;
	size_t count;

	for (int i = 0; i < 2; i++) {
		struct change *c = change_create(CHANGE_RULE_HITS, &system);

		c->rule_hits.days = days;
		c->rule_hits.count = 2;
		fixture_call(f, c, ERR_OK);
	}
	assert_int_equal(read_rule_hits(f->reader, 100, f->arena, &out, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 2);
	assert_int_equal(out[0].hits, 4);
	assert_int_equal(out[0].helped, 2);
	assert_int_equal(out[0].last_at, 5000);
	assert_int_equal(out[1].failed, 2);
	assert_int_equal(read_rule_hits(f->reader, 101, f->arena, &out, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	/* Counting is no change of a rule, and nobody counts by hand. */
	assert_int_equal(changes(f), 0);
	struct change *c = change_create(CHANGE_RULE_HITS, &a);

	c->rule_hits.days = days;
	c->rule_hits.count = 1;
	fixture_call(f, c, ERR_DENIED);
}

static void
settings_have_a_version(void **state)
{
	struct store_fixture *f = *state;
	struct actor a = lead(f);
	struct rule_settings_row settings;

	for (int i = 0; i < 2; i++) {
		struct change *c = change_create(CHANGE_RULE_SETTINGS, &a);

		c->rule_settings.body = "{\"misses\":3}";
		c->rule_settings.version = 0;
		fixture_call(f, c, i == 0 ? ERR_OK : ERR_CONFLICT);
	}
	assert_int_equal(read_rule_settings(f->reader, f->arena, &settings, NULL), ERR_OK);
	assert_string_equal(settings.body, "{\"misses\":3}");
	assert_int_equal(settings.version, 1);
	assert_int_equal(settings.changes, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(rules_stand_in_the_order_of_judgement),
		ON_BOTH(only_supervisors_change_rules),
		ON_BOTH(a_stale_edit_is_refused),
		ON_BOTH(titles_are_unique_until_a_rule_is_removed),
		ON_BOTH(every_change_can_be_taken_back),
		ON_BOTH(of_several_each_is_for_itself),
		ON_BOTH(hits_of_a_day_add_up),
		ON_BOTH(settings_have_a_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
