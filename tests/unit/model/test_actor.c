/* Units, scopes, names. */
#include "lib/test.h"

#include <string.h>

#include "model/actor.h"
#include "model/names.h"

static void
units_are_ranges(void **state)
{
	(void)state;
	assert_int_equal(unit_high(0x01000000), 0x01ffffff);
	assert_int_equal(unit_high(0x01020000), 0x0102ffff);
	assert_int_equal(unit_high(0x01020300), 0x010203ff);
	assert_int_equal(unit_high(0x01020304), 0x01020304);
	assert_int_equal(unit_high(0), UNIT_LAST);
}

static void
staff_see_their_units_and_their_own(void **state)
{
	struct actor a = {.kind = AUTHOR_STAFF, .id = 301, .unit = 0x01020000};
	struct scope s = actor_scope(&a);

	(void)state;
	assert_true(scope_allows(&s, 0x01020000, 0, 0));
	assert_true(scope_allows(&s, 0x01020300, 0, 0));
	assert_false(scope_allows(&s, 0x01030000, 0, 0));
	assert_false(scope_allows(&s, 0x01000000, 0, 0));
	assert_true(scope_allows(&s, 0x01030000, 301, 0));
	assert_true(scope_allows(&s, 0x01030000, 0, 301));
	assert_false(scope_allows(&s, 0x01030000, 302, 303));
}

static void
customers_have_no_scope(void **state)
{
	struct actor a = {.kind = AUTHOR_CUSTOMER, .id = 5, .unit = UNIT_ROOT};
	struct scope s = actor_scope(&a);

	(void)state;
	assert_false(scope_allows(&s, UNIT_ROOT, 0, 0));
	assert_false(scope_allows(&s, 0, 0, 0));
	assert_false(scope_allows(&s, 1, 5, 5));
}

static void
programs_see_all(void **state)
{
	struct actor a = {.kind = AUTHOR_API, .id = 5};
	struct scope s = actor_scope(&a);

	(void)state;
	assert_true(scope_allows(&s, UNIT_ROOT, 0, 0));
	assert_true(scope_allows(&s, 0x01020304, 0, 0));
}

static void
names_go_there_and_back(void **state)
{
	enum staff_role role;
	enum call_result result;
	enum call_direction direction;
	enum conversation_state conversation;

	(void)state;
	assert_string_equal(fact_kind_name(FACT_CALL_ENDED), "call_ended");
	assert_string_equal(fact_kind_name((enum fact_kind)99), "unknown");
	assert_string_equal(author_kind_name(AUTHOR_SYSTEM), "system");
	assert_true(staff_role_parse("supervisor", &role));
	assert_int_equal(role, ROLE_SUPERVISOR);
	assert_false(staff_role_parse("king", &role));
	assert_false(staff_role_parse(NULL, &role));
	assert_true(call_result_parse("no_answer", &result));
	assert_int_equal(result, CALL_NO_ANSWER);
	assert_true(call_direction_parse("out", &direction));
	assert_int_equal(direction, CALL_OUT);
	assert_true(conversation_state_parse("resolved", &conversation));
	assert_int_equal(conversation, CONVERSATION_RESOLVED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_are_ranges),
		cmocka_unit_test(staff_see_their_units_and_their_own),
		cmocka_unit_test(customers_have_no_scope),
		cmocka_unit_test(programs_see_all),
		cmocka_unit_test(names_go_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
