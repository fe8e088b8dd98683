/* The calendar of the house: who replaces it, and what of two at once. */
#include "lib/store_both.h"

#include "base/arena.h"
#include "model/hours.h"

static struct change *
writing(const struct actor *a, const char *body, int64_t version)
{
	struct change *c = change_create(CHANGE_HOURS, a);

	c->hours.body = arena_strdup(c->arena, body);
	c->hours.version = version;
	return c;
}

static struct hours
current(struct store_fixture *f)
{
	struct hours h;

	assert_int_equal(read_hours(f->reader, f->arena, &h, NULL), ERR_OK);
	return h;
}

static void
it_is_always_open_until_somebody_says_otherwise(void **state)
{
	struct store_fixture *f = *state;
	struct actor lead = fixture_staff(f, "lead", ROLE_SUPERVISOR, UNIT_ROOT);
	struct hours h = current(f);

	assert_true(h.always);
	assert_int_equal(h.version, 0);
	fixture_call(f,
		writing(&lead,
			"{\"zone\":\"Asia/Shanghai\",\"special\":[{\"date\":\"2026-10-01\","
			"\"name\":\"国庆节\"}]}",
			0),
		ERR_OK);
	h = current(f);
	assert_false(h.always);
	assert_int_equal(h.version, 1);
	assert_string_equal(h.special[0].name, "国庆节");
}

static void
the_second_of_two_editors_is_told(void **state)
{
	struct store_fixture *f = *state;
	struct actor lead = fixture_staff(f, "lead", ROLE_SUPERVISOR, UNIT_ROOT);

	fixture_call(f, writing(&lead, "{\"always\":true}", 0), ERR_OK);
	fixture_call(f, writing(&lead, "{\"always\":false}", 0), ERR_CONFLICT);
	assert_true(current(f).always);
	fixture_call(f, writing(&lead, "{\"always\":false}", -1), ERR_OK);
	assert_int_equal(current(f).version, 2);
}

static void
agents_and_nonsense_are_refused(void **state)
{
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct actor lead = fixture_staff(f, "lead", ROLE_SUPERVISOR, UNIT_ROOT);

	fixture_call(f, writing(&chen, "{\"always\":true}", 0), ERR_DENIED);
	fixture_call(f, writing(&lead, "{\"week\":[]}", 0), ERR_INVALID);
	fixture_call(f, writing(&lead, "[", 0), ERR_INVALID);
	assert_int_equal(current(f).version, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(it_is_always_open_until_somebody_says_otherwise),
		ON_BOTH(the_second_of_two_editors_is_told),
		ON_BOTH(agents_and_nonsense_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
