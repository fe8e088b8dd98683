#include "model/hours.h"

#include <stdlib.h>

enum { DAYS_AHEAD = 400, CANDIDATES_MAX = 2 * (2 * HOURS_SPANS_MAX + 1) + 8 };

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)

const struct hours hours_always = {.always = true, .zone = "Asia/Shanghai"};

/* ---- The zone ---------------------------------------------------------------------------- */

/* The index of what holds then. */
static size_t
offset_index(const struct hours *h, int64_t at)
{
	size_t low = 0;
	size_t high = h->offset_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (h->offsets[middle].from <= at) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return low;
}

static int64_t
offset_at(const struct hours *h, int64_t at)
{
	return h->offset_count == 0 ? 0 : h->offsets[offset_index(h, at)].ms;
}

/* Days since 1970 of a local time. */
static int64_t
day_of(int64_t local)
{
	return local >= 0 ? local / DAY_MS : -((DAY_MS - 1 - local) / DAY_MS);
}

/* The proleptic Gregorian date (Howard Hinnant's algorithm: years begin in March, so that the
 * leap day is their last). */
static int32_t
date_of(int64_t day)
{
	int64_t z = day + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		365;
	int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t shifted = (5 * of_year + 2) / 153;
	int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
	int64_t year = year_of_era + era * 400 + (month <= 2);

	return (int32_t)(year * 10000 + month * 100 + of_year - (153 * shifted + 2) / 5 + 1);
}

int32_t
hours_date(const struct hours *h, int64_t at)
{
	return date_of(day_of(at + offset_at(h, at)));
}

/* ---- The plan ---------------------------------------------------------------------------- */

const struct hours_special *
hours_special_at(const struct hours *h, int32_t date)
{
	size_t low = 0;
	size_t high = h->special_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (h->special[middle].date == date) {
			return &h->special[middle];
		}
		if (h->special[middle].date < date) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}

static const struct hours_day *
plan_of(const struct hours *h, int64_t day)
{
	const struct hours_special *special = hours_special_at(h, date_of(day));

	/* 1 January 1970 was a Thursday. */
	return special != NULL ? &special->day : &h->week[((day + 3) % 7 + 7) % 7];
}

bool
hours_open(const struct hours *h, int64_t at)
{
	int64_t local = at + offset_at(h, at);
	int64_t day = day_of(local);
	int64_t minute = (local - day * DAY_MS) / MINUTE_MS;
	const struct hours_day *plan;

	if (h->always) {
		return true;
	}
	plan = plan_of(h, day);
	for (size_t i = 0; i < plan->count; i++) {
		if (minute >= plan->spans[i].from && minute < plan->spans[i].to) {
			return true;
		}
	}
	return false;
}

/* ---- The next change --------------------------------------------------------------------- */

/* Instants at which it may change: where a span begins or ends, by the clock before and after
 * a shift of the zone, and that shift itself. */
struct candidates {
	int64_t at[CANDIDATES_MAX];
	size_t count;
};

static void
add_candidate(struct candidates *c, int64_t at)
{
	if (c->count < CANDIDATES_MAX) {
		c->at[c->count++] = at;
	}
}

static void
add_day(const struct hours *h, int64_t day, struct candidates *c)
{
	const struct hours_day *plan = plan_of(h, day);
	int64_t midnight = day * DAY_MS;
	int64_t before = offset_at(h, midnight - DAY_MS);
	int64_t after = offset_at(h, midnight + 2 * DAY_MS);

	for (int round = 0; round < (before == after ? 1 : 2); round++) {
		int64_t start = midnight - (round == 0 ? before : after);

		add_candidate(c, start);
		for (size_t i = 0; i < plan->count; i++) {
			add_candidate(c, start + plan->spans[i].from * MINUTE_MS);
			add_candidate(c, start + plan->spans[i].to * MINUTE_MS);
		}
	}
	for (size_t i = h->offset_count == 0 ? 0 : offset_index(h, midnight - DAY_MS);
		 i < h->offset_count && h->offsets[i].from < midnight + 2 * DAY_MS; i++) {
		add_candidate(c, h->offsets[i].from);
	}
}

/* The earliest of the day after `at` when it is not as it is then; 0: none. */
static int64_t
change_on(const struct hours *h, int64_t day, int64_t at, bool open)
{
	struct candidates c = {.count = 0};
	int64_t earliest = 0;

	add_day(h, day, &c);
	for (size_t i = 0; i < c.count; i++) {
		if (c.at[i] > at && (earliest == 0 || c.at[i] < earliest) &&
			hours_open(h, c.at[i]) != open) {
			earliest = c.at[i];
		}
	}
	return earliest;
}

int64_t
hours_next_change(const struct hours *h, int64_t at)
{
	bool open = hours_open(h, at);
	int64_t today = day_of(at + offset_at(h, at));
	int64_t last = INT64_MAX;
	int64_t earliest = 0;

	if (h->always) {
		return 0;
	}
	for (int64_t day = today - 1; day <= today + DAYS_AHEAD && last >= day; day++) {
		int64_t found = change_on(h, day, at, open);

		if (found != 0 && (earliest == 0 || found < earliest)) {
			earliest = found;
		}
		/* A day knows of shifts of the zone two days ahead: so far others may come first. */
		if (earliest != 0 && last == INT64_MAX) {
			last = day + 3;
		}
	}
	return earliest;
}
