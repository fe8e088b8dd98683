/* The JSON part of hours.h, and what a zone does, from ICU. */
#include "model/hours.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

enum { OFFSETS_MAX = 400, DAY_MINUTES = 1440 };

#define OFFSETS_FROM INT64_C(946684800000)   /* 2000 */
#define OFFSETS_UNTIL INT64_C(4102444800000) /* 2100 */

/* ---- Zone -------------------------------------------------------------------------------- */

static int64_t
icu_offset(UCalendar *calendar, int64_t at, UErrorCode *code)
{
	ucal_setMillis(calendar, (UDate)at, code);
	return ucal_get(calendar, UCAL_ZONE_OFFSET, code) +
		ucal_get(calendar, UCAL_DST_OFFSET, code);
}

static size_t
read_offsets(UCalendar *calendar, struct hours_offset *out, UErrorCode *code)
{
	UDate at = (UDate)OFFSETS_FROM;
	size_t count = 1;
	UDate next;

	out[0] = (struct hours_offset){INT64_MIN, icu_offset(calendar, OFFSETS_FROM, code)};
	while (U_SUCCESS(*code) && count < OFFSETS_MAX) {
		struct hours_offset *o = &out[count];

		ucal_setMillis(calendar, at, code);
		if (!ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_NEXT, &next,
				code) ||
			next >= (UDate)OFFSETS_UNTIL) {
			break;
		}
		o->from = (int64_t)next;
		o->ms = icu_offset(calendar, o->from, code);
		at = next;
		/* Some change only the name. */
		count += o->ms != out[count - 1].ms;
	}
	return count;
}

static enum err
load_zone(struct hours *h, struct arena *a, struct error *e)
{
	UErrorCode code = U_ZERO_ERROR;
	UChar id[HOURS_ZONE_SIZE];
	UChar canonical[HOURS_ZONE_SIZE * 2];
	struct hours_offset *offsets;
	UBool system_id = false;
	UCalendar *calendar;

	u_charsToUChars(h->zone, id, (int32_t)strlen(h->zone) + 1);
	ucal_getCanonicalTimeZoneID(id, -1, canonical, HOURS_ZONE_SIZE * 2, &system_id,
		&code);
	if (U_FAILURE(code) || !system_id) {
		return error_set(e, ERR_INVALID, "zone: there is no such time zone");
	}
	calendar = ucal_open(id, -1, "en", UCAL_GREGORIAN, &code);
	offsets = arena_alloc(a, OFFSETS_MAX * sizeof(*offsets));
	if (U_SUCCESS(code)) {
		h->offset_count = read_offsets(calendar, offsets, &code);
	}
	ucal_close(calendar);
	if (U_FAILURE(code)) {
		return error_set(e, ERR_INVALID, "zone: is not usable");
	}
	h->offsets = offsets;
	return ERR_OK;
}

static enum err
read_zone(const struct json *body, struct hours *h, struct arena *a, struct error *e)
{
	const char *zone = json_string(body, "zone");

	if (zone == NULL) {
		zone = hours_always.zone;
	}
	if (zone[strspn(zone,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789_+-/")] != '\0' ||
		zone[0] == '\0' || !str_copy(h->zone, sizeof(h->zone), zone)) {
		return error_set(e, ERR_INVALID, "zone: there is no such time zone");
	}
	return load_zone(h, a, e);
}

/* ---- Reading ----------------------------------------------------------------------------- */

static bool
two_digits(const char *s, int *out)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9') {
		return false;
	}
	*out = (s[0] - '0') * 10 + (s[1] - '0');
	return true;
}

/* "09:00" to "24:00"; -1: it is none. */
static int
read_minute(const char *text)
{
	int hour;
	int minute;

	if (text == NULL || strlen(text) != 5 || text[2] != ':' || !two_digits(text, &hour) ||
		!two_digits(text + 3, &minute) || minute > 59) {
		return -1;
	}
	return hour * 60 + minute <= DAY_MINUTES ? hour * 60 + minute : -1;
}

static int
by_from(const void *a, const void *b)
{
	return ((const struct hours_span *)a)->from - ((const struct hours_span *)b)->from;
}

static enum err
read_day(const struct json *list, const char *member, struct hours_day *out,
	struct error *e)
{
	out->count = list == NULL ? 0 : json_length(list);
	if (list != NULL && (!json_is_array(list) || out->count > HOURS_SPANS_MAX)) {
		return error_set(e, ERR_INVALID, "%s: is a list of at most %d spans", member,
			HOURS_SPANS_MAX);
	}
	for (size_t i = 0; i < out->count; i++) {
		const struct json *span = json_at(list, i);
		int from = json_is_object(span) ? read_minute(json_string(span, "from")) : -1;
		int to = json_is_object(span) ? read_minute(json_string(span, "to")) : -1;

		if (from < 0 || to <= from) {
			return error_set(e, ERR_INVALID,
				"%s: a span has \"from\" and a later \"to\", as 09:00", member);
		}
		out->spans[i] = (struct hours_span){(int16_t)from, (int16_t)to};
	}
	qsort(out->spans, out->count, sizeof(out->spans[0]), by_from);
	for (size_t i = 1; i < out->count; i++) {
		if (out->spans[i].from <= out->spans[i - 1].to) {
			return error_set(e, ERR_INVALID, "%s: spans touch each other", member);
		}
	}
	return ERR_OK;
}

static enum err
read_week(const struct json *body, struct hours *h, struct error *e)
{
	const struct json *week = json_get(body, "week");

	if (week == NULL) {
		return ERR_OK;
	}
	if (!json_is_array(week) || json_length(week) != 7) {
		return error_set(e, ERR_INVALID, "week: has seven days, Monday first");
	}
	for (size_t i = 0; i < 7; i++) {
		char member[16];

		snprintf(member, sizeof(member), "week[%zu]", i);
		if (read_day(json_at(week, i), member, &h->week[i], e) != ERR_OK) {
			return ERR_INVALID;
		}
	}
	return ERR_OK;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* "2026-10-01"; 0: it is no date. */
static int32_t
read_date(const char *text)
{
	int century;
	int year;
	int month;
	int day;

	if (text == NULL || strlen(text) != 10 || text[4] != '-' || text[7] != '-' ||
		!two_digits(text, &century) || !two_digits(text + 2, &year) ||
		!two_digits(text + 5, &month) || !two_digits(text + 8, &day)) {
		return 0;
	}
	year += century * 100;
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
		day > days_of_month(year, month)) {
		return 0;
	}
	return year * 10000 + month * 100 + day;
}

static enum err
read_special(const struct json *item, size_t index, struct arena *a,
	struct hours_special *out, struct error *e)
{
	char member[32];
	const char *name;

	snprintf(member, sizeof(member), "special[%zu]", index);
	if (!json_is_object(item)) {
		return error_set(e, ERR_INVALID, "%s: is an object", member);
	}
	out->date = read_date(json_string(item, "date"));
	if (out->date == 0) {
		return error_set(e, ERR_INVALID, "%s: the date is like 2026-10-01", member);
	}
	name = json_string(item, "name");
	if (name != NULL && strlen(name) > HOURS_NAME_MAX) {
		return error_set(e, ERR_INVALID, "%s: the name is too long", member);
	}
	out->name = arena_strdup(a, name == NULL ? "" : name);
	return read_day(json_get(item, "spans"), member, &out->day, e);
}

static int
by_date(const void *a, const void *b)
{
	return ((const struct hours_special *)a)->date -
		((const struct hours_special *)b)->date;
}

static enum err
read_specials(const struct json *body, struct hours *h, struct arena *a, struct error *e)
{
	const struct json *list = json_get(body, "special");
	size_t count = list == NULL ? 0 : json_length(list);
	struct hours_special *special;

	if (list != NULL && (!json_is_array(list) || count > HOURS_DAYS_MAX)) {
		return error_set(e, ERR_INVALID, "special: is a list of at most %d days",
			HOURS_DAYS_MAX);
	}
	special = arena_alloc(a, (count + 1) * sizeof(*special));
	for (size_t i = 0; i < count; i++) {
		if (read_special(json_at(list, i), i, a, &special[i], e) != ERR_OK) {
			return ERR_INVALID;
		}
	}
	qsort(special, count, sizeof(*special), by_date);
	for (size_t i = 1; i < count; i++) {
		if (special[i].date == special[i - 1].date) {
			return error_set(e, ERR_INVALID, "special: %d stands there twice",
				(int)special[i].date);
		}
	}
	h->special = special;
	h->special_count = count;
	return ERR_OK;
}

enum err
hours_decode(const struct json *body, struct arena *a, struct hours *out, struct error *e)
{
	struct hours h = {.always = false};
	int64_t version = 0;

	if (!json_is_object(body)) {
		return error_set(e, ERR_INVALID, "the hours are an object");
	}
	if (json_get(body, "always") != NULL && !json_bool(body, "always", &h.always)) {
		return error_set(e, ERR_INVALID, "always: is true or false");
	}
	if (json_get(body, "version") != NULL && !json_i64(body, "version", &version)) {
		return error_set(e, ERR_INVALID, "version: is a number");
	}
	h.version = (uint64_t)version;
	if (read_zone(body, &h, a, e) != ERR_OK || read_week(body, &h, e) != ERR_OK ||
		read_specials(body, &h, a, e) != ERR_OK) {
		return ERR_INVALID;
	}
	*out = h;
	return ERR_OK;
}

enum err
hours_parse(const char *text, struct arena *a, struct hours *out, struct error *e)
{
	struct json *body;
	enum err err;

	if (str_empty(text)) {
		*out = hours_always;
		return ERR_OK;
	}
	err = json_parse(text, strlen(text), &body, e);
	if (err == ERR_OK) {
		err = hours_decode(body, a, out, e);
		json_free(body);
	}
	return err == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

/* ---- Writing ----------------------------------------------------------------------------- */

static void
write_minute(struct json_writer *w, const char *key, int minute)
{
	char text[8];

	snprintf(text, sizeof(text), "%02d:%02d", (minute / 60) % 100, minute % 60);
	jw_kstring(w, key, text);
}

static void
write_day(struct json_writer *w, const struct hours_day *day)
{
	jw_array(w);
	for (size_t i = 0; i < day->count; i++) {
		jw_object(w);
		write_minute(w, "from", day->spans[i].from);
		write_minute(w, "to", day->spans[i].to);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void
hours_encode(const struct hours *h, struct json_writer *w)
{
	jw_kbool(w, "always", h->always);
	jw_kstring(w, "zone", h->zone);
	jw_key(w, "week");
	jw_array(w);
	for (size_t i = 0; i < 7; i++) {
		write_day(w, &h->week[i]);
	}
	jw_array_end(w);
	jw_key(w, "special");
	jw_array(w);
	for (size_t i = 0; i < h->special_count; i++) {
		const struct hours_special *s = &h->special[i];
		char date[16];

		snprintf(date, sizeof(date), "%04d-%02d-%02d", s->date / 10000 % 10000,
			s->date / 100 % 100, s->date % 100);
		jw_object(w);
		jw_kstring(w, "date", date);
		jw_kstring(w, "name", s->name);
		jw_key(w, "spans");
		write_day(w, &s->day);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_ki64(w, "version", (int64_t)h->version);
}
