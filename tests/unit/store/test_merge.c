/* Merging and taking apart: chains, rights, numbers, contact points, and who comes first. */
#include "lib/store_both.h"

#include "base/arena.h"
#include "store/read_identity.h"

enum { BRANCH_ONE = 0x01010000, BRANCH_TWO = 0x01020000 };

static uint64_t
make(struct store_fixture *f, const struct actor *a, const char *name, const char *number,
	uint64_t unit)
{
	struct change *c = change_create(CHANGE_CUSTOMER, a);

	c->customer.create = true;
	c->customer.customer.name = name;
	c->customer.customer.external_id = number;
	c->customer.customer.unit = unit;
	return fixture_call(f, c, ERR_OK)->id;
}

static struct change *
merging(const struct actor *a, uint64_t from, uint64_t to)
{
	struct change *c = change_create(CHANGE_ATTACH, a);

	c->attach.from = from;
	c->attach.to = to;
	c->attach.by_hand = true;
	c->attach.right = MERGE_RIGHT_OWNER;
	return c;
}

static uint64_t
merge(struct store_fixture *f, const struct actor *a, uint64_t from, uint64_t to)
{
	return fixture_call(f, merging(a, from, to), ERR_OK)->id;
}

static const struct outcome *
part(struct store_fixture *f, const struct actor *a, uint64_t merge, enum err expected)
{
	struct change *c = change_create(CHANGE_UNMERGE, a);

	c->unmerge.merge = merge;
	c->unmerge.right = MERGE_RIGHT_OWNER;
	return fixture_call(f, c, expected);
}

static struct customer
look(struct store_fixture *f, uint64_t id)
{
	struct customer c;

	assert_int_equal(read_customer(f->reader, id, f->arena, &c, NULL), ERR_OK);
	return c;
}

static uint64_t
add_contact(struct store_fixture *f, const struct actor *a, uint64_t customer,
	const char *kind, const char *value, bool proven)
{
	struct change *c = change_create(CHANGE_CONTACT, a);

	c->contact.action = ROW_ADD;
	c->contact.point = (struct contact_point){
		.customer = customer,
		.kind = kind,
		.value = value,
		.proven = proven,
		.source = "agent",
	};
	return fixture_call(f, c, ERR_OK)->id;
}

static void
the_middle_of_a_chain_leaves_with_its_branch(void **state)
{
	struct store_fixture *f = *state;
	struct actor chief = fixture_staff(f, "chief", ROLE_SUPERVISOR, UNIT_ROOT);
	uint64_t a = make(f, &chief, "A", NULL, 0);
	uint64_t b = make(f, &chief, "B", NULL, 0);
	uint64_t c = make(f, &chief, "C", NULL, 0);
	uint64_t first = merge(f, &chief, a, b);
	uint64_t second = merge(f, &chief, b, c);

	assert_int_equal(look(f, a).primary, c);
	part(f, &chief, second, ERR_OK);
	assert_int_equal(look(f, a).primary, b);
	assert_int_equal(look(f, b).primary, b);
	assert_int_equal(look(f, c).primary, c);
	second = merge(f, &chief, b, c);
	part(f, &chief, first, ERR_OK); /* it took nothing, so it may leave from within */
	assert_int_equal(look(f, a).primary, a);
	assert_int_equal(look(f, b).primary, c);
	part(f, &chief, first, ERR_CONFLICT); /* done already */
	part(f, &chief, second, ERR_OK);
	part(f, &chief, 12345, ERR_NOT_FOUND);
}

static void
a_merge_that_took_values_waits_for_the_later_one(void **state)
{
	struct store_fixture *f = *state;
	struct actor chief = fixture_staff(f, "chief", ROLE_SUPERVISOR, UNIT_ROOT);
	uint64_t a = make(f, &chief, "A", "N-1", 0);
	uint64_t b = make(f, &chief, "B", NULL, 0);
	uint64_t c = make(f, &chief, "C", NULL, 0);
	struct change *change = merging(&chief, a, b);
	uint64_t first;
	uint64_t second;

	change->attach.take = MERGE_TAKE(MERGE_NAME) | MERGE_TAKE(MERGE_EXTERNAL_ID);
	first = fixture_call(f, change, ERR_OK)->id;
	assert_string_equal(look(f, b).name, "A");
	assert_string_equal(look(f, b).external_id, "N-1");
	assert_null(look(f, a).external_id);
	second = merge(f, &chief, b, c);
	part(f, &chief, first, ERR_CONFLICT);
	part(f, &chief, second, ERR_OK);
	part(f, &chief, first, ERR_OK);
	assert_string_equal(look(f, a).external_id, "N-1");
	assert_null(look(f, b).external_id);
	assert_string_equal(look(f, b).name, "B");
}

static void
an_older_sight_of_either_is_refused(void **state)
{
	struct store_fixture *f = *state;
	struct actor chief = fixture_staff(f, "chief", ROLE_SUPERVISOR, UNIT_ROOT);
	uint64_t a = make(f, &chief, "A", NULL, 0);
	uint64_t b = make(f, &chief, "B", NULL, 0);
	uint64_t c = make(f, &chief, "C", NULL, 0);
	uint64_t seen = look(f, b).version;
	struct change *change = merging(&chief, a, b);

	merge(f, &chief, b, c);
	change->attach.to_version = seen;
	fixture_call(f, change, ERR_CONFLICT);
	assert_int_equal(look(f, a).primary, a);
	fixture_call(f, merging(&chief, b, a), ERR_CONFLICT); /* b is no primary any more */
	fixture_call(f, merging(&chief, c, c), ERR_INVALID);
	/* Attaching asks for no sight: it finds the one she is read under. */
	change = change_create(CHANGE_ATTACH, &chief);
	change->attach.from = a;
	change->attach.to = b;
	assert_int_equal(fixture_call(f, change, ERR_OK)->customer, c);
}

static void
customers_of_two_numbers_are_merged_only_knowingly(void **state)
{
	struct store_fixture *f = *state;
	struct actor chief = fixture_staff(f, "chief", ROLE_SUPERVISOR, UNIT_ROOT);
	uint64_t a = make(f, &chief, "A", "N-1", 0);
	uint64_t b = make(f, &chief, "B", "N-2", 0);
	struct change *change = merging(&chief, a, b);
	uint64_t id;

	fixture_call(f, change, ERR_CONFLICT);
	change = merging(&chief, a, b);
	change->attach.different_numbers = true;
	change->attach.take = MERGE_TAKE(MERGE_EXTERNAL_ID);
	id = fixture_call(f, change, ERR_OK)->id;
	assert_string_equal(look(f, b).external_id, "N-1");
	assert_string_equal(look(f, a).external_id, "N-2");
	part(f, &chief, id, ERR_OK);
	assert_string_equal(look(f, b).external_id, "N-2");
	assert_string_equal(look(f, a).external_id, "N-1");
}

static void
named_customers_are_merged_by_supervisors_and_owners(void **state)
{
	struct store_fixture *f = *state;
	struct actor chief = fixture_staff(f, "chief", ROLE_SUPERVISOR, UNIT_ROOT);
	struct actor agent = fixture_staff(f, "agent", ROLE_AGENT, UNIT_ROOT);
	struct actor other = fixture_staff(f, "other", ROLE_AGENT, UNIT_ROOT);
	uint64_t a = make(f, &chief, "A", NULL, 0);
	uint64_t b = make(f, &chief, "B", NULL, 0);
	struct change *change;
	uint64_t id;

	fixture_call(f, merging(&agent, a, b), ERR_DENIED);
	change = change_create(CHANGE_CUSTOMER, &chief);
	change->customer.customer.id = b;
	change->customer.customer.owner = agent.id;
	fixture_call(f, change, ERR_OK);
	change = merging(&agent, a, b);
	change->attach.right = MERGE_RIGHT_SUPERVISOR;
	fixture_call(f, change, ERR_DENIED);
	id = merge(f, &agent, a, b);
	part(f, &other, id, ERR_DENIED);
	part(f, &agent, id, ERR_OK);
	change = merging(&other, a, b);
	change->attach.right = MERGE_RIGHT_AGENT;
	fixture_call(f, change, ERR_OK);
}

static void
a_stranger_is_attached_and_let_go_by_any_agent(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor agent = fixture_staff(f, "agent", ROLE_AGENT, UNIT_ROOT);
	uint64_t guest = fixture_say(f, &visitor, channel, "hello")->timeline;
	uint64_t known = make(f, &agent, "A", NULL, 0);
	struct change *change = change_create(CHANGE_ATTACH, &agent);
	const struct outcome *o;
	uint64_t id;

	change->attach.from = guest;
	change->attach.to = known;
	id = fixture_call(f, change, ERR_OK)->id;
	o = part(f, &agent, id, ERR_OK);
	assert_int_equal(o->fact_count, 2);
	assert_int_equal(o->facts[0]->kind, FACT_SEPARATED);
	assert_int_equal(o->facts[0]->customer, guest);
	assert_int_equal(fixture_say(f, &visitor, channel, "again")->customer, guest);
	assert_int_equal(fixture_number(f, "SELECT customer FROM conversation"),
		(int64_t)guest);
}

/* ⛔ Row-level rights: merging brings no one from another unit into sight. */
static void
units_decide_before_and_after(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor chief = fixture_staff(f, "chief", ROLE_SUPERVISOR, UNIT_ROOT);
	struct actor one = fixture_staff(f, "one", ROLE_SUPERVISOR, BRANCH_ONE);
	struct actor two = fixture_staff(f, "two", ROLE_SUPERVISOR, BRANCH_TWO);
	uint64_t hers = fixture_say(f, &visitor, channel, "hello")->timeline;
	uint64_t his = make(f, &chief, "B", NULL, BRANCH_TWO);
	struct change *change = change_create(CHANGE_CUSTOMER, &chief);
	uint64_t id;

	change->customer.customer.id = hers;
	change->customer.customer.name = "A";
	change->customer.customer.unit = BRANCH_ONE;
	fixture_call(f, change, ERR_OK);
	fixture_call(f, merging(&one, hers, his), ERR_DENIED);
	fixture_call(f, merging(&two, hers, his), ERR_DENIED);
	id = merge(f, &chief, hers, his);
	assert_int_equal(fixture_number(f, "SELECT unit FROM conversation"), BRANCH_TWO);
	part(f, &one, id, ERR_DENIED);
	part(f, &two, id, ERR_OK);
	assert_int_equal(fixture_number(f, "SELECT unit FROM conversation"), BRANCH_ONE);
	fixture_call(f, merging(&two, hers, his), ERR_DENIED);
}

static void
contact_points_that_were_edited_stay_with_their_customer(void **state)
{
	struct store_fixture *f = *state;
	struct actor chief = fixture_staff(f, "chief", ROLE_SUPERVISOR, UNIT_ROOT);
	uint64_t a = make(f, &chief, "A", NULL, 0);
	uint64_t b = make(f, &chief, "B", NULL, 0);
	uint64_t claim = add_contact(f, &chief, a, "phone", "+8613800138000", false);
	uint64_t gone = add_contact(f, &chief, a, "email", "a@b.example", false);
	uint64_t id = merge(f, &chief, a, b);
	struct change *c = change_create(CHANGE_CONTACT, &chief);
	struct contact_point *points;
	size_t count;

	c->contact.action = ROW_EDIT;
	c->contact.point.id = claim;
	c->contact.point.proven = true;
	c->contact.point.proven_reason = "called back";
	fixture_call(f, c, ERR_OK);
	c = change_create(CHANGE_CONTACT, &chief);
	c->contact.action = ROW_REMOVE;
	c->contact.point.id = gone;
	fixture_call(f, c, ERR_OK);
	add_contact(f, &chief, b, "wechat", "wx-b", false);
	assert_int_equal(read_contacts(f->reader, b, f->arena, &points, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 2);
	part(f, &chief, id, ERR_OK);
	assert_int_equal(read_contacts(f->reader, a, f->arena, &points, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(points[0].id, claim);
	assert_true(points[0].proven);
	assert_int_equal(points[0].proven_by, chief.id);
	assert_string_equal(points[0].proven_reason, "called back");
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM audit WHERE action = 'contact.proven'"),
		1);
	assert_int_equal(read_contacts(f->reader, b, f->arena, &points, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 1);
}

static size_t
count_likely(struct store_fixture *f, const struct actor *a, uint64_t id,
	struct likely **out)
{
	struct customer c = look(f, id);
	struct scope scope = actor_scope(a);
	size_t count = 0;

	assert_int_equal(read_likely(f->reader, &scope, &c, f->arena, out, &count, NULL),
		ERR_OK);
	return count;
}

static void
look_alikes_have_reasons_and_can_be_told_apart(void **state)
{
	struct store_fixture *f = *state;
	struct actor chief = fixture_staff(f, "chief", ROLE_SUPERVISOR, UNIT_ROOT);
	struct actor far = fixture_staff(f, "far", ROLE_AGENT, BRANCH_TWO);
	uint64_t a = make(f, &chief, "A", "N-1", BRANCH_ONE);
	uint64_t b = make(f, &chief, "B", NULL, BRANCH_ONE);
	uint64_t numbered = make(f, &chief, "C", "N-2", BRANCH_ONE);
	struct likely *found;
	struct change *c;

	add_contact(f, &chief, a, "phone", "+8613800138000", true);
	add_contact(f, &chief, b, "phone", "+8613800138000", false);
	add_contact(f, &chief, numbered, "phone", "+8613800138000", false);
	assert_int_equal(count_likely(f, &chief, a, &found), 1);
	assert_int_equal(found[0].customer.id, b);
	assert_string_equal(found[0].reasons[0].kind, "phone");
	assert_true(found[0].reasons[0].ours_proven);
	assert_false(found[0].reasons[0].theirs_proven);
	assert_int_equal(count_likely(f, &far, a, &found), 0);
	c = change_create(CHANGE_DISTINCT, &chief);
	c->distinct.one = b;
	c->distinct.other = a;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(count_likely(f, &chief, a, &found), 0);
	/* Who merges them all the same takes that back; who parts them says it again. */
	part(f, &chief, merge(f, &chief, b, a), ERR_OK);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM customer_distinct"), 2);
	assert_int_equal(count_likely(f, &chief, b, &found),
		1); /* the other with that number */
	assert_int_equal(found[0].customer.id, numbered);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(the_middle_of_a_chain_leaves_with_its_branch),
		ON_BOTH(a_merge_that_took_values_waits_for_the_later_one),
		ON_BOTH(an_older_sight_of_either_is_refused),
		ON_BOTH(customers_of_two_numbers_are_merged_only_knowingly),
		ON_BOTH(named_customers_are_merged_by_supervisors_and_owners),
		ON_BOTH(a_stranger_is_attached_and_let_go_by_any_agent),
		ON_BOTH(units_decide_before_and_after),
		ON_BOTH(contact_points_that_were_edited_stay_with_their_customer),
		ON_BOTH(look_alikes_have_reasons_and_can_be_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
