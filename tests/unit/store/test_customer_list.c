/* The list of customers: every order without gap or double, every filter. */
#include "lib/store_both.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

enum { PEOPLE = 23, PAGE = 5 };

struct crowd {
	uint64_t risk;
	uint64_t assets;
	uint64_t ids[PEOPLE];
	struct actor chen;
};

static uint64_t
define(struct store_fixture *f, const char *key, enum field_kind kind,
	const char *choices)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_FIELD, &system);

	c->field.action = ROW_ADD;
	c->field.field = (struct field){.key = key,
		.kind = kind,
		.label_en = key,
		.choices = choices,
		.position = -1};
	return fixture_call(f, c, ERR_OK)->id;
}

/* Each third is bold and belongs to chen; each has 1,000 more than the one before. */
static void
gather(struct store_fixture *f, struct crowd *crowd)
{
	struct actor system = fixture_system();

	crowd->chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	crowd->risk = define(f, "risk", FIELD_CHOICE,
		"[{\"key\":\"bold\",\"zh\":\"\",\"en\":\"Bold\"},"
		"{\"key\":\"careful\",\"zh\":\"\",\"en\":\"Careful\"}]");
	crowd->assets = define(f, "assets", FIELD_MONEY, NULL);
	for (size_t i = 0; i < PEOPLE; i++) {
		struct change *c = change_create(CHANGE_CUSTOMER, &system);
		struct value_change *values = arena_alloc(c->arena, 2 * sizeof(*values));

		values[0] = (struct value_change){"risk", i % 3 == 0 ? "bold" : "careful"};
		values[1] = (struct value_change){"assets",
			arena_printf(c->arena, "%zu", i * 1000)};
		c->customer.create = true;
		/* Several share a name. */
		c->customer.customer.name = arena_printf(c->arena, "Name %zu", i * 7 % 10);
		c->customer.customer.owner = i % 3 == 0 ? crowd->chen.id : 0;
		c->customer.values = values;
		c->customer.value_count = 2;
		crowd->ids[i] = fixture_call(f, c, ERR_OK)->id;
	}
}

/* A conversation each for the first four; the second one's is the newest. */
static void
converse(struct store_fixture *f, const struct crowd *crowd)
{
	static const size_t order[] = {0, 2, 3, 1};

	for (size_t i = 0; i < 4; i++) {
		char sql[600];

		snprintf(sql, sizeof(sql),
			"INSERT INTO conversation (id, timeline, customer, unit, owner, state, "
			"assignee, channel, channel_kind, version, opened_at, resolved_at, "
			"waiting_since, inbound, missed_calls, last_fact, last_seq, last_at, "
			"last_kind, last_author_kind, preview, listed_at) VALUES (%zu, %llu, %llu, 1, 0, "
			"4, 0, 0, '%s', 1, 1, 1, 0, 0, 0, 0, 0, %zu, 1, 1, '', %zu)",
			i + 1, (unsigned long long)crowd->ids[order[i]],
			(unsigned long long)crowd->ids[order[i]], i == 0 ? "phone" : "webchat",
			1000 + i, 1000 + i);
		fixture_sql(f, sql);
	}
}

static struct customer_filter
everybody(void)
{
	return (struct customer_filter){
		.scope = {UNIT_ROOT, UNIT_LAST, 0},
		.anonymous = -1,
		.limit = PAGE,
	};
}

/* Page after page; the number of customers, each of whom came once. */
static size_t
walk(struct store_fixture *f, struct customer_filter filter, struct customer_item *out)
{
	size_t total = 0;

	for (;;) {
		struct customer_item *items;
		size_t count;

		assert_int_equal(read_customers(f->reader, &filter, f->arena, &items, &count,
							 NULL),
			ERR_OK);
		assert_true(count <= PAGE && total + count <= PEOPLE);
		for (size_t i = 0; i < count; i++) {
			for (size_t k = 0; k < total; k++) {
				assert_int_not_equal(out[k].customer.id, items[i].customer.id);
			}
			out[total++] = items[i];
		}
		if (count < PAGE) {
			return total;
		}
		filter.after_at = items[count - 1].place_at;
		filter.after_id = items[count - 1].place_id;
	}
}

static bool
in_order(const struct customer_filter *f, const struct customer_item *a,
	const struct customer_item *b)
{
	int64_t difference = 0;

	switch (f->sort) {
	case SORT_UPDATED:
		difference = a->customer.updated_at - b->customer.updated_at;
		break;
	case SORT_CREATED:
		difference = (int64_t)(a->customer.id - b->customer.id);
		break;
	case SORT_NAME:
		difference = strcmp(a->customer.name, b->customer.name);
		break;
	case SORT_CONTACT:
		difference = a->last_contact_at - b->last_contact_at;
		break;
	}
	return f->ascending ? difference <= 0 : difference >= 0;
}

static void
every_order_is_paged_without_gap_or_double(void **state)
{
	struct store_fixture *f = *state;
	struct customer_item items[PEOPLE];
	struct crowd crowd;

	gather(f, &crowd);
	converse(f, &crowd);
	for (int sort = SORT_UPDATED; sort <= SORT_CONTACT; sort++) {
		for (int ascending = 0; ascending <= 1; ascending++) {
			/* Once in the order of an index, once gathered first. */
			for (int few = 0; few <= 1; few++) {
				struct customer_filter filter = everybody();
				size_t count;

				filter.sort = (enum customer_sort)sort;
				filter.ascending = ascending == 1;
				filter.owner = few == 1 ? crowd.chen.id : 0;
				count = walk(f, filter, items);
				assert_int_equal(count, few == 1 ? 8 : PEOPLE);
				for (size_t i = 1; i < count; i++) {
					assert_true(in_order(&filter, &items[i - 1], &items[i]));
				}
			}
		}
	}
}

static size_t
count_of(struct store_fixture *f, const struct customer_filter *filter)
{
	struct customer_item items[PEOPLE];

	return walk(f, *filter, items);
}

static void
filters_by_the_houses_fields_can_be_joined(void **state)
{
	struct store_fixture *f = *state;
	struct customer_filter filter = everybody();
	struct crowd crowd;

	gather(f, &crowd);
	filter.value_count = 1;
	filter.values[0] = (struct value_filter){.field = crowd.risk, .equals = "bold"};
	assert_int_equal(count_of(f, &filter), 8);
	filter.value_count = 2;
	filter.values[1] = (struct value_filter){.field = crowd.assets,
		.ranged = true,
		.low = 5000 * 10000,
		.high = 9000 * 10000};
	assert_int_equal(count_of(f, &filter), 2);
	filter.values[0] = (struct value_filter){.field = crowd.risk, .absent = true};
	assert_int_equal(count_of(f, &filter), 0);
	filter.value_count = 1;
	filter.values[0] = (struct value_filter){.field = crowd.risk, .contains = "REF"};
	assert_int_equal(count_of(f, &filter), 15);
}

static void
filters_by_what_is_known_of_her(void **state)
{
	struct store_fixture *f = *state;
	struct customer_filter filter = everybody();
	struct crowd crowd;

	gather(f, &crowd);
	converse(f, &crowd);
	filter.ownerless = true;
	assert_int_equal(count_of(f, &filter), 15);
	filter = everybody();
	filter.channel_kind = "phone";
	assert_int_equal(count_of(f, &filter), 1);
	filter = everybody();
	filter.contacted = true;
	filter.contact_to = 1002;
	assert_int_equal(count_of(f, &filter), PEOPLE - 2);
	filter.contact_from = 1;
	assert_int_equal(count_of(f, &filter), 2);
	filter.sort = SORT_CONTACT;
	assert_int_equal(count_of(f, &filter), 2);
	filter = everybody();
	filter.search = "name 7";
	assert_int_equal(count_of(f, &filter), 3);
	filter = everybody();
	filter.anonymous = 1;
	assert_int_equal(count_of(f, &filter), 0);
	filter = everybody();
	filter.unit = 0x01010000u;
	assert_int_equal(count_of(f, &filter), 0);
}

/* ⛔ Row-level rights hold in every order and by every way. */
static void
nobody_lists_customers_of_another_unit(void **state)
{
	struct store_fixture *f = *state;
	struct customer_filter filter = everybody();
	struct crowd crowd;

	gather(f, &crowd);
	filter.scope = (struct scope){0x01010000u, 0x0101ffffu, 0};
	for (int sort = SORT_UPDATED; sort <= SORT_CONTACT; sort++) {
		filter.sort = (enum customer_sort)sort;
		filter.owner = 0;
		assert_int_equal(count_of(f, &filter), 0);
		filter.owner = crowd.chen.id;
		assert_int_equal(count_of(f, &filter), 0);
	}
	filter.scope.self = crowd.chen.id; /* but her own she does */
	assert_int_equal(count_of(f, &filter), 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(every_order_is_paged_without_gap_or_double),
		ON_BOTH(filters_by_the_houses_fields_can_be_joined),
		ON_BOTH(filters_by_what_is_known_of_her),
		ON_BOTH(nobody_lists_customers_of_another_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
