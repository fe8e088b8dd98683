#include "model/hours.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "lib/test.h"

static struct arena *memory;

static int
begin(void **state)
{
	(void)state;
	memory = arena_create();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_destroy(memory);
	return 0;
}

#define DAY \
	"[{\"from\":\"09:00\",\"to\":\"11:30\"},{\"from\":\"13:00\",\"to\":\"17:30\"}]"
#define WEEK(zone) \
	"{\"zone\":\"" zone "\",\"week\":[" DAY "," DAY "," DAY "," DAY "," DAY ",[],[]]"
#define SHANGHAI \
	WEEK("Asia/Shanghai") \
	",\"special\":[{\"date\":\"2026-10-10\",\"name\":\"调休\",\"spans\":" DAY "}," \
	"{\"date\":\"2026-10-01\",\"name\":\"国庆节\"},{\"date\":\"2026-10-02\"}]," \
	"\"version\":4}"

static struct hours
hours_of(const char *text)
{
	struct hours h;
	struct error e = {.text = ""};

	if (hours_parse(text, memory, &h, &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
	return h;
}

static int64_t
at(const char *text)
{
	int64_t out;

	assert_true(time_parse(text, &out));
	return out;
}

static void
the_plan_of_the_week_counts_in_its_zone(void **state)
{
	struct hours h = hours_of(SHANGHAI);

	(void)state;
	/* Monday, 23 November 2026. */
	assert_false(hours_open(&h, at("2026-11-23T08:59:59.999+08:00")));
	assert_true(hours_open(&h, at("2026-11-23T09:00:00+08:00")));
	assert_false(hours_open(&h, at("2026-11-23T11:30:00+08:00")));
	assert_true(hours_open(&h, at("2026-11-23T17:29:59+08:00")));
	assert_false(hours_open(&h, at("2026-11-22T10:00:00+08:00")));
	assert_true(hours_next_change(&h, at("2026-11-23T12:00:00+08:00")) ==
		at("2026-11-23T13:00:00+08:00"));
	/* Friday evening to Monday. */
	assert_true(hours_next_change(&h, at("2026-11-27T17:30:00+08:00")) ==
		at("2026-11-30T09:00:00+08:00"));
	assert_int_equal(hours_date(&h, at("2026-11-22T16:00:00Z")), 20261123);
}

static void
special_days_come_before_the_week(void **state)
{
	struct hours h = hours_of(SHANGHAI);

	(void)state;
	assert_int_equal(h.special_count, 3);
	assert_int_equal(h.special[0].date, 20261001);
	assert_string_equal(h.special[0].name, "国庆节");
	assert_false(hours_open(&h, at("2026-10-01T10:00:00+08:00")));
	/* A Saturday that makes up for it. */
	assert_true(hours_open(&h, at("2026-10-10T10:00:00+08:00")));
	/* Thursday and Friday are holidays, then comes the weekend. */
	assert_true(hours_next_change(&h, at("2026-09-30T17:30:00+08:00")) ==
		at("2026-10-05T09:00:00+08:00"));
}

static void
without_a_plan_it_never_changes(void **state)
{
	struct hours h = hours_of("");

	(void)state;
	assert_true(hours_open(&h, at("2026-11-22T03:00:00Z")));
	assert_true(hours_next_change(&h, at("2026-11-22T03:00:00Z")) == 0);
	h = hours_of("{\"zone\":\"Europe/Berlin\"}");
	assert_false(hours_open(&h, at("2026-11-22T03:00:00Z")));
	assert_true(hours_next_change(&h, at("2026-11-22T03:00:00Z")) == 0);
}

static void
what_is_written_is_read_again(void **state)
{
	struct hours h = hours_of(SHANGHAI);
	struct json_writer w;
	struct hours again;
	struct buf first;
	struct buf second;

	(void)state;
	buf_init(&first, HOURS_BODY_MAX);
	buf_init(&second, HOURS_BODY_MAX);
	jw_init(&w, &first);
	jw_object(&w);
	hours_encode(&h, &w);
	jw_object_end(&w);
	again = hours_of(first.data);
	jw_init(&w, &second);
	jw_object(&w);
	hours_encode(&again, &w);
	jw_object_end(&w);
	assert_string_equal(first.data, second.data);
	assert_int_equal(again.version, 4);
	buf_fini(&first);
	buf_fini(&second);
}

static void
what_is_wrong_is_named(void **state)
{
	static const char *const wrong[][2] = {
		{"{\"zone\":\"Mars/Olympus\"}", "zone: there is no such time zone"},
		{"{\"zone\":\"../etc/passwd\"}", "zone: there is no such time zone"},
		{"{\"week\":[[]]}", "week: has seven days, Monday first"},
		{"{\"week\":[[],[{\"from\":\"9:00\",\"to\":\"10:00\"}],[],[],[],[],[]]}",
			"week[1]: a span has \"from\" and a later \"to\", as 09:00"},
		{"{\"week\":[[],[],[{\"from\":\"09:00\",\"to\":\"10:00\"},"
		 "{\"from\":\"10:00\",\"to\":\"11:00\"}],[],[],[],[]]}",
			"week[2]: spans touch each other"},
		{"{\"special\":[{\"date\":\"2026-02-29\"}]}",
			"special[0]: the date is like 2026-10-01"},
		{"{\"special\":[{\"date\":\"2026-02-28\"},{\"date\":\"2026-02-28\"}]}",
			"special: 20260228 stands there twice"},
		{"{\"always\":1}", "always: is true or false"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error e = {.text = ""};
		struct json *body;
		struct hours h;

		assert_int_equal(json_parse(wrong[i][0], strlen(wrong[i][0]), &body, NULL),
			ERR_OK);
		assert_int_equal(hours_decode(body, memory, &h, &e), ERR_INVALID);
		assert_string_equal(e.text, wrong[i][1]);
		json_free(body);
	}
}

/* What libc says of the same zone. The test's own process has one time zone at a time. */
static bool
naive_open(const struct hours *h, int64_t now)
{
	time_t seconds = (time_t)(now / 1000);
	const struct hours_day *day;
	struct tm local;

	localtime_r(&seconds, &local);
	day = &h->week[(local.tm_wday + 6) % 7];
	for (size_t i = 0; i < day->count; i++) {
		int minute = local.tm_hour * 60 + local.tm_min;

		if (minute >= day->spans[i].from && minute < day->spans[i].to) {
			return true;
		}
	}
	return false;
}

/* Each quarter of an hour of a year in zones that shift at odd times. Spans reach over the
 * shifts of the night. */
static void
a_year_is_as_libc_has_it(void **state)
{
	static const char *const zones[] = {"Asia/Shanghai", "Europe/Berlin",
		"America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns",
		"Africa/Casablanca"};
	static const char night[] =
		"{\"zone\":\"%s\",\"week\":[[],[{\"from\":\"00:00\",\"to\":\"24:00\"}],[],"
		"[{\"from\":\"23:15\",\"to\":\"24:00\"}],[],[{\"from\":\"00:00\",\"to\":\"01:45\"}],"
		"[{\"from\":\"00:30\",\"to\":\"01:15\"},{\"from\":\"02:15\",\"to\":\"02:45\"}]]}";
	int64_t start = at("2026-01-01T00:00:00Z");

	(void)state;
	for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
		char text[512];
		struct hours h;
		int64_t change;

		snprintf(text, sizeof(text), night, zones[z]);
		h = hours_of(text);
		setenv("TZ", zones[z], 1);
		tzset();
		change = hours_next_change(&h, start - 1);
		for (int64_t now = start; now < start + INT64_C(366) * 86400000; now += 900000) {
			bool open = hours_open(&h, now);

			if (open != naive_open(&h, now)) {
				fail_msg("%s at %lld", zones[z], (long long)now);
			}
			/* The next change is where it changes, not sooner and not later. */
			if (now >= change) {
				assert_int_equal(now, change);
				change = hours_next_change(&h, now);
				assert_true(change > now);
			}
			assert_int_equal(hours_open(&h, change - 1), open);
			assert_int_equal(hours_open(&h, change), !open);
		}
	}
	setenv("TZ", "UTC", 1);
	tzset();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_plan_of_the_week_counts_in_its_zone, begin,
			end),
		cmocka_unit_test_setup_teardown(special_days_come_before_the_week, begin, end),
		cmocka_unit_test_setup_teardown(without_a_plan_it_never_changes, begin, end),
		cmocka_unit_test_setup_teardown(what_is_written_is_read_again, begin, end),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_named, begin, end),
		cmocka_unit_test_setup_teardown(a_year_is_as_libc_has_it, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
