#include "base/clock.h"

#include <assert.h>
#include <ctype.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

enum {
	MS_PER_SECOND = 1000,
	SECONDS_PER_DAY = 86400,
	DATE_TEXT_LENGTH = 10, /* "2026-11-21" */
	DAYS_PER_ERA = 146097, /* 400 years of the Gregorian calendar */
	DAYS_TO_1970 = 719468, /* from 0000-03-01 */
};

/* The last instants that four-digit years can name. */
#define MS_YEAR_0 INT64_C(-62167219200000)
#define MS_YEAR_9999 INT64_C(253402300799999)

static _Atomic bool virtual_on;
static _Atomic int64_t virtual_ms;

static int64_t
real_ms(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / 1000000;
}

int64_t
clock_now_ms(void)
{
	if (atomic_load_explicit(&virtual_on, memory_order_acquire)) {
		return atomic_load(&virtual_ms);
	}
	return real_ms(CLOCK_REALTIME);
}

int64_t
clock_monotonic_ms(void)
{
	if (atomic_load_explicit(&virtual_on, memory_order_acquire)) {
		return atomic_load(&virtual_ms);
	}
	return real_ms(CLOCK_MONOTONIC);
}

int64_t
clock_monotonic_us(void)
{
	struct timespec now;

	if (atomic_load_explicit(&virtual_on, memory_order_acquire)) {
		return atomic_load(&virtual_ms) * 1000;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void
clock_set_virtual(int64_t now_ms)
{
	atomic_store(&virtual_ms, now_ms);
	atomic_store_explicit(&virtual_on, true, memory_order_release);
}

void
clock_advance(int64_t ms)
{
	assert(atomic_load(&virtual_on));
	assert(ms >= 0);
	atomic_fetch_add(&virtual_ms, ms);
}

/* Days since 1970-01-01 and back, by counting years from March, so that the leap day is
 * the last of its year (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
static int64_t
days_from_date(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted_year = month <= 2 ? year - 1 : year;
	int64_t era = (shifted_year >= 0 ? shifted_year : shifted_year - 399) / 400;
	int64_t year_of_era = shifted_year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
		day_of_year;

	return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

static void
date_from_days(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
	int64_t shifted = days + DAYS_TO_1970;
	int64_t era = (shifted >= 0 ? shifted : shifted - DAYS_PER_ERA + 1) / DAYS_PER_ERA;
	int64_t day_of_era = shifted - era * DAYS_PER_ERA;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
							  day_of_era / (DAYS_PER_ERA - 1)) /
		365;
	int64_t day_of_year = day_of_era -
		(365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month_from_march = (5 * day_of_year + 2) / 153;

	*day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
	*month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
	*year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

static void
put_two(char *out, int64_t value)
{
	out[0] = (char)('0' + value / 10);
	out[1] = (char)('0' + value % 10);
}

/* Nearly all times that are written are of one day. */
struct date_text {
	bool known;
	int64_t days;
	char text[DATE_TEXT_LENGTH];
};
static _Thread_local struct date_text newest_date;

static const char *
date_text(int64_t days)
{
	struct date_text *d = &newest_date;
	int64_t year;
	int64_t month;
	int64_t day;

	if (!d->known || d->days != days) {
		date_from_days(days, &year, &month, &day);
		memcpy(d->text, "0000-00-00", DATE_TEXT_LENGTH);
		put_two(d->text, year / 100);
		put_two(d->text + 2, year % 100);
		put_two(d->text + 5, month);
		put_two(d->text + 8, day);
		d->days = days;
		d->known = true;
	}
	return d->text;
}

void
time_format(int64_t ms, char out[static TIME_TEXT_SIZE])
{
	int64_t days;
	int64_t rest;

	if (ms < MS_YEAR_0) {
		ms = MS_YEAR_0;
	}
	if (ms > MS_YEAR_9999) {
		ms = MS_YEAR_9999;
	}
	rest = ms % ((int64_t)SECONDS_PER_DAY * MS_PER_SECOND);
	if (rest < 0) {
		rest += (int64_t)SECONDS_PER_DAY * MS_PER_SECOND;
	}
	days = (ms - rest) / ((int64_t)SECONDS_PER_DAY * MS_PER_SECOND);
	memcpy(out, date_text(days), DATE_TEXT_LENGTH);
	memcpy(out + DATE_TEXT_LENGTH, "T00:00:00.000Z", TIME_TEXT_SIZE - DATE_TEXT_LENGTH);
	put_two(out + 11, rest / 3600000);
	put_two(out + 14, rest / 60000 % 60);
	put_two(out + 17, rest / 1000 % 60);
	out[20] = (char)('0' + rest % 1000 / 100);
	put_two(out + 21, rest % 100);
}

/* Reads exactly `count` digits at *text and moves past them. */
static bool
take_digits(const char **text, int count, int64_t *out)
{
	int64_t value = 0;

	for (int i = 0; i < count; i++) {
		if ((*text)[i] < '0' || (*text)[i] > '9') {
			return false;
		}
		value = value * 10 + ((*text)[i] - '0');
	}
	*text += count;
	*out = value;
	return true;
}

static bool
take(const char **text, const char *allowed)
{
	if (**text == '\0' || strchr(allowed, **text) == NULL) {
		return false;
	}
	(*text)++;
	return true;
}

static bool
take_date(const char **text, int64_t *out_days)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t year;
	int64_t month;
	int64_t day;
	int64_t last;
	bool leap;

	if (!take_digits(text, 4, &year) || !take(text, "-") ||
		!take_digits(text, 2, &month) || !take(text, "-") ||
		!take_digits(text, 2, &day) || month < 1 || month > 12) {
		return false;
	}
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	last = lengths[month - 1] + (month == 2 && leap ? 1 : 0);
	if (day < 1 || day > last) {
		return false;
	}
	*out_days = days_from_date(year, month, day);
	return true;
}

static bool
take_time(const char **text, int64_t *out_ms)
{
	int64_t hour;
	int64_t minute;
	int64_t second;
	int64_t fraction = 0;
	int64_t unit = 100;

	if (!take_digits(text, 2, &hour) || !take(text, ":") ||
		!take_digits(text, 2, &minute) || !take(text, ":") ||
		!take_digits(text, 2, &second)) {
		return false;
	}
	/* 60 is a leap second; it falls together with the second after it. */
	if (hour > 23 || minute > 59 || second > 60) {
		return false;
	}
	if (take(text, ".")) {
		if (!isdigit((unsigned char)**text)) {
			return false;
		}
		for (; isdigit((unsigned char)**text); (*text)++) {
			fraction += (**text - '0') * unit;
			unit /= 10;
		}
	}
	*out_ms = ((hour * 60 + minute) * 60 + second) * MS_PER_SECOND + fraction;
	return true;
}

static bool
take_offset(const char **text, int64_t *out_ms)
{
	int64_t hours;
	int64_t minutes;
	bool west = **text == '-';

	if (take(text, "Zz")) {
		*out_ms = 0;
		return true;
	}
	if (!take(text, "+-") || !take_digits(text, 2, &hours) || !take(text, ":") ||
		!take_digits(text, 2, &minutes) || hours > 23 || minutes > 59) {
		return false;
	}
	*out_ms = (hours * 60 + minutes) * 60 * MS_PER_SECOND * (west ? -1 : 1);
	return true;
}

bool
time_parse(const char *text, int64_t *out_ms)
{
	int64_t days;
	int64_t time_ms;
	int64_t offset_ms;

	if (!take_date(&text, &days) || !take(&text, "Tt ") || !take_time(&text, &time_ms) ||
		!take_offset(&text, &offset_ms) || *text != '\0') {
		return false;
	}
	*out_ms = days * SECONDS_PER_DAY * MS_PER_SECOND + time_ms - offset_ms;
	return true;
}
