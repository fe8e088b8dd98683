/* Tags, topics and the intent of a customer: who gives them, and where they are found. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"
#include "model/tag.h"

#define BRANCH 0x01020000u
#define OTHER_BRANCH 0x01030000u

static uint64_t
customer_in(struct store_fixture *f, const char *name, uint64_t unit)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_CUSTOMER, &system);

	c->customer.create = true;
	c->customer.customer = (struct customer){.name = name, .unit = unit};
	return fixture_call(f, c, ERR_OK)->id;
}

static struct change *
tagging(const struct actor *a, uint64_t customer, const char *tag)
{
	struct change *c = change_create(CHANGE_TAGS, a);
	const char **texts = arena_alloc(c->arena, sizeof(*texts));

	texts[0] = tag;
	c->tags.customer = customer;
	c->tags.tags = (struct tag_list){texts, tag != NULL ? 1 : 0};
	return c;
}

/* "tag:VIP/staff intent:open/staff ", in their order. */
static const char *
tags_of(struct store_fixture *f, uint64_t customer)
{
	struct customer_tag *tags;
	const char *text = "";
	size_t count;

	assert_int_equal(read_tags(f->reader, customer, f->arena, &tags, &count, NULL),
		ERR_OK);
	for (size_t i = 0; i < count; i++) {
		text = arena_printf(f->arena, "%s%s:%s/%s ", text, tag_kind_name(tags[i].kind),
			tags[i].text, tag_source_name(tags[i].source));
	}
	return text;
}

static void
they_are_given_and_taken_and_told(void **state)
{
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, BRANCH);
	uint64_t customer = customer_in(f, "Lin", BRANCH);
	uint64_t before = f->published;
	struct change *c;

	c = tagging(&chen, customer, "VIP");
	c->tags.intent = "开户";
	fixture_call(f, c, ERR_OK);
	assert_string_equal(tags_of(f, customer), "tag:VIP/staff intent:开户/staff ");
	assert_int_equal(f->published, before + 1);
	/* The same again is nothing new. */
	assert_true(fixture_call(f, tagging(&chen, customer, "VIP"), ERR_OK)->duplicate);
	assert_int_equal(f->published, before + 1);
	/* A newer intent takes the place of the old one. */
	c = tagging(&chen, customer, NULL);
	c->tags.intent = "投诉";
	c->tags.tags_removed = (struct tag_list){(const char *const[]){"VIP", "none"}, 2};
	fixture_call(f, c, ERR_OK);
	assert_string_equal(tags_of(f, customer), "intent:投诉/staff ");
}

static void
a_whole_list_takes_the_place_of_the_other(void **state)
{
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, BRANCH);
	uint64_t customer = customer_in(f, "Lin", BRANCH);
	struct change *c;

	fixture_call(f, tagging(&chen, customer, "a"), ERR_OK);
	fixture_call(f, tagging(&chen, customer, "b"), ERR_OK);
	c = tagging(&chen, customer, NULL);
	c->tags.whole_tags = true;
	c->tags.tags = (struct tag_list){(const char *const[]){"b", "c"}, 2};
	fixture_call(f, c, ERR_OK);
	assert_string_equal(tags_of(f, customer), "tag:b/staff tag:c/staff ");
}

static void
only_who_sees_the_customer_tags_her(void **state)
{
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, BRANCH);
	struct actor far = fixture_staff(f, "far", ROLE_SUPERVISOR, OTHER_BRANCH);
	uint64_t customer = customer_in(f, "Lin", BRANCH);
	struct scope scope = actor_scope(&far);
	struct known_tag *known;
	size_t count;

	fixture_call(f, tagging(&far, customer, "x"), ERR_NOT_FOUND);
	fixture_call(f, tagging(&chen, customer, " x"), ERR_INVALID);
	fixture_call(f, tagging(&chen, customer, "a\nb"), ERR_INVALID);
	fixture_call(f, tagging(&chen, customer, "VIP"), ERR_OK);
	assert_int_equal(read_known_tags(f->reader, &scope, f->arena, &known, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 0);
	scope = actor_scope(&chen);
	assert_int_equal(read_known_tags(f->reader, &scope, f->arena, &known, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	assert_string_equal(known[0].text, "VIP");
	assert_int_equal(known[0].customers, 1);
}

static size_t
found(struct store_fixture *f, const struct actor *a, const char *tag)
{
	struct customer_filter filter = {.scope = actor_scope(a),
		.tag = tag,
		.anonymous = -1,
		.limit = 10};
	struct customer_item *items;
	size_t count;

	assert_int_equal(read_customers(f->reader, &filter, f->arena, &items, &count, NULL),
		ERR_OK);
	return count;
}

static void
customers_are_found_by_tag(void **state)
{
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, BRANCH);
	uint64_t lin = customer_in(f, "Lin", BRANCH);
	uint64_t wang = customer_in(f, "Wang", BRANCH);
	struct actor system = fixture_system();
	struct change *c;

	fixture_call(f, tagging(&chen, lin, "VIP"), ERR_OK);
	assert_int_equal(found(f, &chen, "VIP"), 1);
	assert_int_equal(found(f, &chen, "vip "), 0);
	/* Read under another, she brings it along. */
	c = change_create(CHANGE_ATTACH, &system);
	c->attach.from = lin;
	c->attach.to = wang;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(found(f, &chen, "VIP"), 1);
	assert_string_equal(tags_of(f, wang), "tag:VIP/staff ");
	c = tagging(&chen, wang, NULL);
	c->tags.tags_removed = (struct tag_list){(const char *const[]){"VIP"}, 1};
	fixture_call(f, c, ERR_OK);
	assert_int_equal(found(f, &chen, "VIP"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(they_are_given_and_taken_and_told),
		ON_BOTH(a_whole_list_takes_the_place_of_the_other),
		ON_BOTH(only_who_sees_the_customer_tags_her),
		ON_BOTH(customers_are_found_by_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
