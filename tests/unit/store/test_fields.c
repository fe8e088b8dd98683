/* Fields of the house: what a value may be, who may set it, and what became of the former ones. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"

static struct change *
field_change(const struct actor *a, const char *key, enum field_kind kind,
	const char *choices)
{
	struct change *c = change_create(CHANGE_FIELD, a);

	c->field.action = ROW_ADD;
	c->field.field = (struct field){
		.key = key,
		.kind = kind,
		.label_zh = key,
		.label_en = key,
		.choices = choices,
		.position = -1,
	};
	return c;
}

static uint64_t
define(struct store_fixture *f, const char *key, enum field_kind kind,
	const char *choices)
{
	struct actor system = fixture_system();

	return fixture_call(f, field_change(&system, key, kind, choices), ERR_OK)->id;
}

/* A change that sets one value; customer 0 makes a new one. */
static struct change *
setting(const struct actor *a, uint64_t customer, const char *key, const char *text)
{
	struct change *c = change_create(CHANGE_CUSTOMER, a);
	struct value_change *values = arena_alloc(c->arena, sizeof(*values));

	*values = (struct value_change){key, text};
	c->customer.create = customer == 0;
	c->customer.customer.id = customer;
	c->customer.customer.name = customer == 0 ? "林静" : NULL;
	c->customer.values = values;
	c->customer.value_count = 1;
	return c;
}

static const char *
value_of(struct store_fixture *f, uint64_t customer, uint64_t field)
{
	struct field_value *values;
	size_t count;

	assert_int_equal(read_values(f->reader, customer, f->arena, &values, &count, NULL),
		ERR_OK);
	for (size_t i = 0; i < count; i++) {
		if (values[i].field == field) {
			return values[i].text;
		}
	}
	return "";
}

static const char levels[] = "[{\"key\":\"c1\",\"zh\":\"保守\",\"en\":\"Careful\"},"
							 "{\"key\":\"c5\",\"zh\":\"进取\",\"en\":\"Bold\"}]";

static void
a_value_is_stored_in_its_normal_form(void **state)
{
	static const struct {
		enum field_kind kind;
		const char *typed;
		const char *stored;
	} cases[] = {
		{FIELD_TEXT, "  老客户　", "老客户"},
		{FIELD_NUMBER, "-1,234.5000", "-1234.5"},
		{FIELD_NUMBER, "007", "7"},
		{FIELD_MONEY, "￥1,234,567.8", "1234567.80"},
		{FIELD_MONEY, "-0", "0.00"},
		{FIELD_DATE, "2026年2月3日", "2026-02-03"},
		{FIELD_DATE, "20260228", "2026-02-28"},
		{FIELD_CHOICE, "进取", "c5"},
		{FIELD_CHOICE, "CAREFUL", "c1"},
		{FIELD_MULTI_CHOICE, "进取；保守", "c1\nc5"},
		{FIELD_YES_NO, "是", "true"},
		{FIELD_PHONE, "+86 (21) 5555-0000", "+862155550000"},
	};
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t customer = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *key = arena_printf(f->arena, "field_%zu", i);
		bool choice = cases[i].kind == FIELD_CHOICE ||
			cases[i].kind == FIELD_MULTI_CHOICE;
		uint64_t field = define(f, key, cases[i].kind, choice ? levels : NULL);

		customer =
			fixture_call(f, setting(&chen, customer, key, cases[i].typed), ERR_OK)->id;
		assert_string_equal(value_of(f, customer, field), cases[i].stored);
	}
}

static void
what_is_no_value_of_the_field_is_refused(void **state)
{
	static const struct {
		enum field_kind kind;
		const char *typed;
	} cases[] = {
		{FIELD_NUMBER, "twelve"},
		{FIELD_NUMBER, "1.2.3"},
		{FIELD_NUMBER, "12345678901234567"},
		{FIELD_MONEY, "1.234"},
		{FIELD_DATE, "2026-02-29"},
		{FIELD_DATE, "0000-00-00"},
		{FIELD_CHOICE, "c9"},
		{FIELD_MULTI_CHOICE, "c1;c9"},
		{FIELD_YES_NO, "perhaps"},
		{FIELD_PHONE, "ring me"},
		{FIELD_TEXT, "bell \a"},
		{FIELD_TEXT, "\xff\xfe"},
	};
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *key = arena_printf(f->arena, "field_%zu", i);
		bool choice = cases[i].kind == FIELD_CHOICE ||
			cases[i].kind == FIELD_MULTI_CHOICE;

		define(f, key, cases[i].kind, choice ? levels : NULL);
		fixture_call(f, setting(&chen, 0, key, cases[i].typed), ERR_INVALID);
	}
	fixture_call(f, setting(&chen, 0, "nowhere", "1"), ERR_INVALID);
	/* A refused value leaves no customer behind. */
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM customer"), 0);
}

static void
a_former_value_is_kept_with_source_author_and_time(void **state)
{
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct actor key = {.kind = AUTHOR_API, .id = 77};
	uint64_t field = define(f, "risk", FIELD_CHOICE, levels);
	uint64_t customer = fixture_call(f, setting(&chen, 0, "risk", "c1"), ERR_OK)->id;
	struct field_value *values;
	size_t count;

	fixture_call(f, setting(&key, customer, "risk", "c5"), ERR_OK);
	assert_int_equal(read_values(f->reader, customer, f->arena, &values, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	assert_string_equal(values[0].text, "c5");
	assert_int_equal(values[0].source, VALUE_BY_API);
	assert_int_equal(values[0].author, 77);
	assert_int_equal(values[0].until, 0);
	assert_int_equal(read_former_values(f->reader, customer, field, f->arena, &values,
						 &count, NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	assert_string_equal(values[0].text, "c1");
	assert_int_equal(values[0].source, VALUE_BY_AGENT);
	assert_int_equal(values[0].author, chen.id);
	assert_true(values[0].until >= values[0].at);
	fixture_call(f, setting(&chen, customer, "risk", ""), ERR_OK);
	assert_string_equal(value_of(f, customer, field), "");
}

static void
an_edit_that_changes_nothing_leaves_no_trace(void **state)
{
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t customer;
	const struct outcome *o;
	int64_t facts;

	define(f, "risk", FIELD_CHOICE, levels);
	customer = fixture_call(f, setting(&chen, 0, "risk", "c1"), ERR_OK)->id;
	facts = fixture_number(f, "SELECT COUNT(*) FROM fact");
	o = fixture_call(f, setting(&chen, customer, "risk", "保守"), ERR_OK);
	assert_true(o->duplicate);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM fact"), facts);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM former_value"), 0);
}

static void
only_the_named_role_sets_a_field(void **state)
{
	struct store_fixture *f = *state;
	struct actor system = fixture_system();
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct actor wei = fixture_staff(f, "wei", ROLE_SUPERVISOR, UNIT_ROOT);
	struct change *c = field_change(&system, "limit", FIELD_MONEY, NULL);
	uint64_t customer;

	c->field.field.edit_role = ROLE_SUPERVISOR;
	fixture_call(f, c, ERR_OK);
	fixture_call(f, setting(&chen, 0, "limit", "5"), ERR_DENIED);
	customer = fixture_call(f, setting(&wei, 0, "limit", "5"), ERR_OK)->id;
	fixture_call(f, setting(&chen, customer, "limit", "6"), ERR_DENIED);
}

static void
fields_are_defined_by_administrators_and_keep_their_meaning(void **state)
{
	struct store_fixture *f = *state;
	struct actor system = fixture_system();
	struct actor wei = fixture_staff(f, "wei", ROLE_SUPERVISOR, UNIT_ROOT);
	uint64_t field = define(f, "risk", FIELD_CHOICE, levels);
	struct change *c;

	fixture_call(f, field_change(&wei, "mine", FIELD_TEXT, NULL), ERR_DENIED);
	fixture_call(f, field_change(&system, "risk", FIELD_TEXT, NULL), ERR_CONFLICT);
	fixture_call(f, field_change(&system, "Risk", FIELD_TEXT, NULL), ERR_INVALID);
	fixture_call(f, field_change(&system, "none", FIELD_CHOICE, "[]"), ERR_INVALID);
	fixture_call(f, setting(&wei, 0, "risk", "c5"), ERR_OK);
	c = change_create(CHANGE_FIELD, &system);
	c->field.action = ROW_EDIT;
	c->field.field = (struct field){.id = field,
		.position = -1,
		.choices = "[{\"key\":\"c1\",\"zh\":\"保守\",\"en\":\"\"}]"};
	fixture_call(f, c, ERR_CONFLICT);
	c = change_create(CHANGE_FIELD, &system);
	c->field.action = ROW_EDIT;
	c->field.field = (struct field){.id = field, .position = -1, .active = false};
	c->field.set_active = true;
	fixture_call(f, c, ERR_OK);
	fixture_call(f, setting(&wei, 0, "risk", "c1"), ERR_INVALID);
}

static void
only_a_supervisor_moves_customers_and_only_below_her(void **state)
{
	const uint64_t branch = 0x01010000u;
	const uint64_t other = 0x01020000u;
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, branch);
	struct actor wei = fixture_staff(f, "wei", ROLE_SUPERVISOR, branch);
	struct change *c = change_create(CHANGE_CUSTOMER, &chen);
	uint64_t customer;

	c->customer.create = true;
	c->customer.customer.name = "林静";
	customer = fixture_call(f, c, ERR_OK)->id;
	c = change_create(CHANGE_CUSTOMER, &chen);
	c->customer.customer = (struct customer){.id = customer, .owner = chen.id};
	fixture_call(f, c, ERR_DENIED);
	c = change_create(CHANGE_CUSTOMER, &wei);
	c->customer.customer = (struct customer){.id = customer, .owner = chen.id};
	fixture_call(f, c, ERR_OK);
	c = change_create(CHANGE_CUSTOMER, &wei);
	c->customer.customer = (struct customer){.id = customer, .owner = 12345};
	fixture_call(f, c, ERR_INVALID);
	c = change_create(CHANGE_CUSTOMER, &wei);
	c->customer.customer = (struct customer){.id = customer, .unit = other};
	fixture_call(f, c, ERR_DENIED);
	c = change_create(CHANGE_CUSTOMER, &wei);
	c->customer.customer = (struct customer){.id = customer};
	c->customer.clear_owner = true;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(fixture_number(f, "SELECT MAX(owner) FROM customer"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(a_value_is_stored_in_its_normal_form),
		ON_BOTH(what_is_no_value_of_the_field_is_refused),
		ON_BOTH(a_former_value_is_kept_with_source_author_and_time),
		ON_BOTH(an_edit_that_changes_nothing_leaves_no_trace),
		ON_BOTH(only_the_named_role_sets_a_field),
		ON_BOTH(fields_are_defined_by_administrators_and_keep_their_meaning),
		ON_BOTH(only_a_supervisor_moves_customers_and_only_below_her),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
