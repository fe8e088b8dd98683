/* The privacy notice that a visitor accepts. On both databases. */
#include "lib/store_both.h"

#include "base/arena.h"

static struct change *
acceptance(const struct actor *actor, uint64_t visitor, int64_t version)
{
	struct change *c = change_create(CHANGE_NOTICE, actor);

	c->notice.visitor = visitor;
	c->notice.version = version;
	return c;
}

static void
acceptance_is_kept_audited_and_shown_with_the_customer(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct accepted_notice *notices;
	size_t count = 0;
	struct error e;
	uint64_t customer;

	fixture_call(f, acceptance(&visitor, visitor.id, 1), ERR_OK);
	fixture_call(f, acceptance(&visitor, visitor.id, 2), ERR_OK);
	customer = fixture_say(f, &visitor, channel, "hello")->customer;
	assert_int_equal(read_notices_of(f->reader, customer, f->arena, &notices, &count, &e),
		ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(notices[0].version, 2);
	assert_int_equal(notices[0].channel, channel);
	assert_true(notices[0].at > 0);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM audit WHERE action = 'notice.accepted'"),
		2);
}

static void
the_same_or_an_older_version_changes_nothing(void **state)
{
	struct store_fixture *f = *state;
	struct actor visitor = fixture_visitor(f, fixture_channel(f, "webchat"));

	fixture_call(f, acceptance(&visitor, visitor.id, 3), ERR_OK);
	fixture_call(f, acceptance(&visitor, visitor.id, 3), ERR_OK);
	fixture_call(f, acceptance(&visitor, visitor.id, 2), ERR_OK);
	assert_int_equal(fixture_number(f, "SELECT notice_version FROM visitor"), 3);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM audit WHERE action = 'notice.accepted'"),
		1);
}

static void
nobody_accepts_for_another(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor other = fixture_visitor(f, channel);
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);

	fixture_call(f, acceptance(&other, visitor.id, 1), ERR_DENIED);
	fixture_call(f, acceptance(&agent, visitor.id, 1), ERR_DENIED);
	fixture_call(f, acceptance(&visitor, visitor.id, 0), ERR_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(acceptance_is_kept_audited_and_shown_with_the_customer),
		ON_BOTH(the_same_or_an_older_version_changes_nothing),
		ON_BOTH(nobody_accepts_for_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
