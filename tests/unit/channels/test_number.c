#include "lib/test.h"

#include <stdio.h>
#include <string.h>

#include "channels/phone/e164.h"

struct row {
	const char *dialled;
	enum number_kind kind;
	const char *expected;
};

static void
check(const struct dial_plan *plan, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char out[NUMBER_SIZE];
		enum number_kind kind = number_normalise(plan, rows[i].dialled, out);
		if (kind != rows[i].kind || strcmp(out, rows[i].expected) != 0) {
			fail_msg("%s became %s (kind %d), expected %s (kind %d)",
				rows[i].dialled == NULL ? "NULL" : rows[i].dialled, out, kind,
				rows[i].expected, rows[i].kind);
		}
	}
}
#define CHECK(plan, rows) check(plan, rows, sizeof(rows) / sizeof((rows)[0]))

static const struct dial_plan shanghai = {.region = "CN",
	.area = "021",
	.extension_max = 4};

static void
chinese_mobiles_have_one_form_however_written(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"13800138000", NUMBER_E164, "+8613800138000"},
		{"013800138000", NUMBER_E164, "+8613800138000"},
		{"8613800138000", NUMBER_E164, "+8613800138000"},
		{"+8613800138000", NUMBER_E164, "+8613800138000"},
		{"+86 138 0013 8000", NUMBER_E164, "+8613800138000"},
		{"+86 (0) 138-0013-8000", NUMBER_E164, "+8613800138000"},
		{"008613800138000", NUMBER_E164, "+8613800138000"},
		{"1259313800138000", NUMBER_E164, "+8613800138000"},
		{"17951013800138000", NUMBER_E164, "+8613800138000"},
		{"１３８００１３８０００", NUMBER_E164, "+8613800138000"},
		{"138–0013–8000", NUMBER_E164, "+8613800138000"},
		{"sip:13800138000@10.0.0.1", NUMBER_E164, "+8613800138000"},
		{"tel:+86-138-0013-8000;ext=1", NUMBER_E164, "+8613800138000"},
		{"19912345678", NUMBER_E164, "+8619912345678"},
	};
	CHECK(&shanghai, rows);
}

static void
chinese_landlines_get_their_area(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"02161234567", NUMBER_E164, "+862161234567"},
		{"021-6123 4567", NUMBER_E164, "+862161234567"},
		{"61234567", NUMBER_E164, "+862161234567"},
		{"+862161234567", NUMBER_E164, "+862161234567"},
		{"+86 021 61234567", NUMBER_E164, "+862161234567"},
		{"(0512) 6288 1234", NUMBER_E164, "+8651262881234"},
		{"075512345678", NUMBER_E164, "+8675512345678"},
	};
	CHECK(&shanghai, rows);
	static const struct dial_plan no_area = {.region = "CN",
		.area = "",
		.extension_max = 4};
	static const struct row unknown_area[] = {{"61234567", NUMBER_OTHER, "61234567"}};
	CHECK(&no_area, unknown_area);
}

static void
service_numbers_stay_as_they_are_dialled(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"95588", NUMBER_SERVICE, "95588"},
		{"955881", NUMBER_SERVICE, "955881"},
		{"10086", NUMBER_SERVICE, "10086"},
		{"110", NUMBER_SERVICE, "110"},
		{"12345", NUMBER_SERVICE, "12345"},
		{"400-800-1234", NUMBER_SERVICE, "4008001234"},
		{"8008201234", NUMBER_SERVICE, "8008201234"},
	};
	CHECK(&shanghai, rows);
}

static void
extensions_stay_inside_the_house(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"8001", NUMBER_EXTENSION, "8001"},
		{"1", NUMBER_EXTENSION, "1"},
		{"sip:1001@pbx.example", NUMBER_EXTENSION, "1001"},
	};
	CHECK(&shanghai, rows);
	static const struct dial_plan none = {.region = "CN",
		.area = "021",
		.extension_max = 0};
	static const struct row outside[] = {{"8001", NUMBER_OTHER, "8001"}};
	CHECK(&none, outside);
}

static void
withheld_numbers_are_empty(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{NULL, NUMBER_WITHHELD, ""},
		{"", NUMBER_WITHHELD, ""},
		{"anonymous", NUMBER_WITHHELD, ""},
		{"Anonymous", NUMBER_WITHHELD, ""},
		{"<unknown>", NUMBER_WITHHELD, ""},
		{"RESTRICTED", NUMBER_WITHHELD, ""},
		{"sip:anonymous@anonymous.invalid", NUMBER_WITHHELD, ""},
	};
	CHECK(&shanghai, rows);
}

static void
foreign_numbers_keep_their_country(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"+4986517174963", NUMBER_E164, "+4986517174963"},
		{"004986517174963", NUMBER_E164, "+4986517174963"},
		{"+1 (415) 555-0100", NUMBER_E164, "+14155550100"},
		{"0085221234567", NUMBER_E164, "+85221234567"},
		{"+44 (0)20 7946 0000", NUMBER_E164, "+442079460000"},
	};
	CHECK(&shanghai, rows);
}

static void
what_is_no_number_is_kept_as_it_came(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{"+86 0018 0018-8000", NUMBER_OTHER, "+86001800188000"},
		{"dan", NUMBER_OTHER, "dan"},
		{"+", NUMBER_OTHER, "+"},
		{"12+34", NUMBER_OTHER, "12+34"},
		{"客户", NUMBER_OTHER, "客户"},
		{"*98", NUMBER_OTHER, "*98"},
		{"1234567890123456789012345678901234567890123", NUMBER_OTHER,
			"123456789012345678901234567890123456789"},
		{"+999999999999999999", NUMBER_OTHER, "+999999999999999999"},
	};
	CHECK(&shanghai, rows);
}

static void
other_home_regions_have_their_own_plan(void **state)
{
	(void)state;
	static const struct dial_plan hong_kong = {"HK", "", 4};
	static const struct row hk[] = {
		{"2123 4567", NUMBER_E164, "+85221234567"},
		{"0018613800138000", NUMBER_E164, "+8613800138000"},
	};
	CHECK(&hong_kong, hk);
	static const struct dial_plan america = {"US", "", 4};
	static const struct row us[] = {
		{"(415) 555-0100", NUMBER_E164, "+14155550100"},
		{"14155550100", NUMBER_E164, "+14155550100"},
		{"0114420794600000", NUMBER_E164, "+4420794600000"},
	};
	CHECK(&america, us);
	assert_true(region_known("cn"));
	assert_false(region_known("XX"));
	assert_false(region_known(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chinese_mobiles_have_one_form_however_written),
		cmocka_unit_test(chinese_landlines_get_their_area),
		cmocka_unit_test(service_numbers_stay_as_they_are_dialled),
		cmocka_unit_test(extensions_stay_inside_the_house),
		cmocka_unit_test(withheld_numbers_are_empty),
		cmocka_unit_test(foreign_numbers_keep_their_country),
		cmocka_unit_test(what_is_no_number_is_kept_as_it_came),
		cmocka_unit_test(other_home_regions_have_their_own_plan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
