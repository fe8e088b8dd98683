/* Who is who: contact points, claims, signed identities, attaching. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"
#include "base/id.h"

static struct change *
identify(const struct actor *visitor, uint64_t channel, const char *subject,
	const char *nonce)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_IDENTIFY, &system);

	c->identify.visitor = visitor->id;
	c->identify.channel = channel;
	c->identify.key_id = "k1";
	c->identify.nonce = nonce;
	c->identify.subject = subject;
	c->identify.name = "林若溪";
	c->identify.phone = "+8613800138000";
	random_bytes(c->identify.token_hash, sizeof(c->identify.token_hash));
	c->identify.expires_at = INT64_MAX;
	return c;
}

static void
identified_visitor_keeps_her_timeline(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	uint64_t timeline = fixture_say(f, &visitor, channel, "hello")->timeline;
	const struct outcome *o = fixture_call(f, identify(&visitor, channel, "u1", "n1"),
		ERR_OK);
	struct contact_point *points;
	struct customer c;
	size_t count;

	assert_int_equal(o->timeline, timeline);
	assert_int_equal(o->previous, 0);
	assert_int_equal(read_customer(f->reader, timeline, f->arena, &c, NULL), ERR_OK);
	assert_string_equal(c.name, "林若溪");
	assert_false(c.anonymous);
	assert_int_equal(read_contacts(f->reader, timeline, f->arena, &points, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 3); /* visitor, user, and the phone that is a claim */
	assert_string_equal(points[2].kind, "phone");
	assert_false(points[2].proven);
	/* A claim resolves to nobody: a call from there is a stranger's. */
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM contact_point WHERE proven_key "
						 "LIKE 'phone:%'"),
		0);
}

static void
nonce_is_used_once(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor thief = fixture_visitor(f, channel);

	fixture_call(f, identify(&visitor, channel, "u1", "n1"), ERR_OK);
	fixture_call(f, identify(&thief, channel, "u1", "n1"), ERR_DENIED);
	fixture_close(f);
	fixture_open(f);
	fixture_call(f, identify(&thief, channel, "u1", "n1"), ERR_DENIED);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM visitor WHERE identified = 1"),
		1);
}

static void
history_follows_her_to_another_device(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor home = fixture_visitor(f, channel);
	struct actor away = fixture_visitor(f, channel);
	uint64_t user = fixture_say(f, &home, channel, "from home")->timeline;
	uint64_t anonymous = fixture_say(f, &away, channel, "from the road")->timeline;
	const struct outcome *o;
	struct fact_list list;
	struct customer c;

	fixture_call(f, identify(&home, channel, "u1", "n1"), ERR_OK);
	o = fixture_call(f, identify(&away, channel, "u1", "n2"), ERR_OK);
	assert_int_equal(o->timeline, user);
	assert_int_equal(o->previous, anonymous);
	assert_int_equal(read_customer(f->reader, anonymous, f->arena, &c, NULL), ERR_OK);
	assert_int_equal(c.primary, user);
	o = fixture_say(f, &away, channel, "now as myself");
	assert_int_equal(o->timeline, user);
	/* Agents read both as one, by time; she reads her own timeline only. */
	assert_int_equal(read_customer_entries(f->reader, user, 0, 0, 100, f->arena, &list,
						 NULL),
		ERR_OK);
	assert_int_equal(list.items[0]->id, o->facts[0]->id);
	assert_int_equal(list.items[list.count - 1]->seq, 1);
	for (size_t i = 1; i < list.count; i++) {
		assert_true(list.items[i]->at <= list.items[i - 1]->at);
		assert_int_equal(list.items[i]->customer, user);
	}
	fact_list_release(&list);
	assert_int_equal(read_public(f->reader, user, 0, 0, 100, f->arena, &list, NULL),
		ERR_OK);
	assert_int_equal(list.count, 2);
	fact_list_release(&list);
}

static void
another_user_on_the_same_device_leaves_the_past(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	uint64_t first = fixture_say(f, &visitor, channel, "hello")->timeline;
	const struct outcome *o;

	fixture_call(f, identify(&visitor, channel, "u1", "n1"), ERR_OK);
	o = fixture_call(f, identify(&visitor, channel, "u2", "n2"), ERR_OK);
	assert_int_not_equal(o->timeline, first);
	assert_int_equal(fixture_number(f,
						 "SELECT COUNT(*) FROM customer WHERE id <> primary_id"),
		0);
	o = fixture_say(f, &visitor, channel, "I am somebody else");
	assert_int_not_equal(o->timeline, first);
	assert_int_equal(o->facts[0]->pub, 1);
}

static uint64_t
create_customer(struct store_fixture *f, const struct actor *a, const char *name,
	const char *external_id, const char *phone, enum err expected)
{
	struct change *c = change_create(CHANGE_CUSTOMER, a);
	struct contact_point *p = arena_alloc(c->arena, sizeof(*p));
	const struct outcome *o;

	c->customer.create = true;
	c->customer.customer.name = name;
	c->customer.customer.external_id = external_id;
	if (phone != NULL) {
		*p = (struct contact_point){
			.kind = "phone",
			.value = phone,
			.proven = true,
			.label = "",
			.source = "agent",
		};
		c->customer.contacts = p;
		c->customer.contact_count = 1;
	}
	o = fixture_call(f, c, expected);
	return o != NULL ? o->id : 0;
}

static const struct outcome *
attach(struct store_fixture *f, const struct actor *a, uint64_t from, uint64_t to,
	enum err expected)
{
	struct change *c = change_create(CHANGE_ATTACH, a);

	c->attach.from = from;
	c->attach.to = to;
	return fixture_call(f, c, expected);
}

static void
customers_are_created_and_edited(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t id = create_customer(f, &agent, "王", "C1", "+8613800138000", ERR_OK);
	struct change *c;
	const struct outcome *o;

	create_customer(f, &agent, "李", "C1", NULL, ERR_CONFLICT);
	create_customer(f, &agent, "李", NULL, "+8613800138000", ERR_CONFLICT);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM customer"), 1);
	c = change_create(CHANGE_CUSTOMER, &agent);
	c->customer.customer.id = id;
	c->customer.customer.version = 1;
	c->customer.customer.company = "远岫";
	o = fixture_call(f, c, ERR_OK);
	assert_string_equal(o->facts[0]->body,
		"{\"changes\":{\"company\":{\"from\":\"\",\"to\":\"远岫\"}}}");
	c = change_create(CHANGE_CUSTOMER, &agent);
	c->customer.customer.id = id;
	c->customer.customer.version = 1;
	c->customer.customer.company = "other";
	fixture_call(f, c, ERR_CONFLICT);
}

static void
moved_customers_take_their_conversations_along(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor chief = fixture_staff(f, "chief", ROLE_SUPERVISOR, UNIT_ROOT);
	struct actor far = fixture_staff(f, "far", ROLE_AGENT, 0x01020000);
	const struct outcome *o = fixture_say(f, &visitor, channel, "hello");
	uint64_t conversation = o->conversation->id;
	struct change *c = change_create(CHANGE_CUSTOMER, &chief);

	fixture_act(f, &far, conversation, ACTION_TAKE, 0, ERR_DENIED);
	c->customer.customer.id = o->timeline;
	c->customer.customer.unit = 0x01020000;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(fixture_number(f, "SELECT unit FROM conversation"), 0x01020000);
	o = fixture_act(f, &far, conversation, ACTION_TAKE, 0, ERR_OK);
	assert_int_equal(o->facts[0]->unit, 0x01020000);
}

static void
attached_customer_is_read_under_the_other(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t from = fixture_say(f, &visitor, channel, "hello")->timeline;
	uint64_t to = create_customer(f, &agent, "王", "C1", NULL, ERR_OK);
	uint64_t third = create_customer(f, &agent, "赵", "C2", NULL, ERR_OK);
	const struct outcome *o = attach(f, &agent, from, to, ERR_OK);

	assert_int_equal(o->fact_count, 2);
	assert_int_equal(o->facts[0]->timeline, from);
	assert_int_equal(o->facts[1]->timeline, to);
	assert_int_equal(fixture_number(f, "SELECT customer FROM conversation"), (int64_t)to);
	assert_int_equal(attach(f, &agent, from, to, ERR_OK)->fact_count, 0);
	attach(f, &agent, to, from, ERR_CONFLICT);
	attach(f, &agent, to, to, ERR_INVALID);
	attach(f, &agent, from, third, ERR_CONFLICT);
	attach(f, &agent, to, third, ERR_CONFLICT); /* both identified */
	/* She writes on in her own timeline, shown under the other. */
	o = fixture_say(f, &visitor, channel, "still me");
	assert_int_equal(o->timeline, from);
	assert_int_equal(o->customer, to);
	assert_int_equal(o->facts[0]->customer, to);
}

static void
contacts_are_added_proven_and_removed(void **state)
{
	struct store_fixture *f = *state;
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t a = create_customer(f, &agent, "王", NULL, "+8613800138000", ERR_OK);
	uint64_t b = create_customer(f, &agent, "李", NULL, NULL, ERR_OK);
	struct change *c = change_create(CHANGE_CONTACT, &agent);
	struct customer *found;
	uint64_t point;
	size_t count;

	c->contact.action = ROW_ADD;
	c->contact.point = (struct contact_point){
		.customer = b,
		.kind = "phone",
		.value = "+8613800138000",
		.source = "agent",
	};
	point = fixture_call(f, c, ERR_OK)->id; /* as a claim */
	assert_int_equal(read_customers_by_contact(f->reader, "phone", "+8613800138000",
						 f->arena, &found, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 2);
	c = change_create(CHANGE_CONTACT, &agent);
	c->contact.action = ROW_EDIT;
	c->contact.point.id = point;
	c->contact.point.proven = true;
	fixture_call(f, c, ERR_CONFLICT); /* the other has it */
	c = change_create(CHANGE_CONTACT, &agent);
	c->contact.action = ROW_REMOVE;
	c->contact.point.id = point;
	assert_int_equal(fixture_call(f, c, ERR_OK)->facts[0]->kind, FACT_CONTACT_REMOVED);
	assert_int_equal(read_customers_by_contact(f->reader, "phone", "+8613800138000",
						 f->arena, &found, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 1);
	assert_int_equal(found[0].id, a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(identified_visitor_keeps_her_timeline),
		ON_BOTH(nonce_is_used_once),
		ON_BOTH(history_follows_her_to_another_device),
		ON_BOTH(another_user_on_the_same_device_leaves_the_past),
		ON_BOTH(customers_are_created_and_edited),
		ON_BOTH(moved_customers_take_their_conversations_along),
		ON_BOTH(attached_customer_is_read_under_the_other),
		ON_BOTH(contacts_are_added_proven_and_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
