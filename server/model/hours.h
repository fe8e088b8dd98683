/* When somebody is there: a weekly plan of spans, holidays, and workdays that make up for them
 * (调休). Times of day are minutes of the house's time zone. Pure: what the zone does until
 * 2100 is in the struct, so that nothing is looked up when it is asked. */
#ifndef MODEL_HOURS_H
#define MODEL_HOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct json;
struct json_writer;

#define HOURS_SPANS_MAX 8   /* a day */
#define HOURS_DAYS_MAX 1000 /* special days */
#define HOURS_NAME_MAX 100  /* bytes */
#define HOURS_ZONE_SIZE 64
#define HOURS_BODY_MAX (512 * 1024) /* bytes of the JSON */

struct hours_span {
	int16_t from; /* minutes after midnight */
	int16_t to;   /* up to 1440, after `from` */
};

struct hours_day {
	struct hours_span spans[HOURS_SPANS_MAX]; /* in order, not touching */
	size_t count;
};

struct hours_special {
	int32_t date;         /* 20261001 */
	const char *name;     /* 国庆节; "" none */
	struct hours_day day; /* none: closed; a make-up workday has spans */
};

/* From this instant on, local time is UTC plus this. */
struct hours_offset {
	int64_t from; /* UTC ms; the first: INT64_MIN */
	int64_t ms;
};

struct hours {
	bool always;                         /* no calendar: always open */
	char zone[HOURS_ZONE_SIZE];          /* IANA: "Asia/Shanghai" */
	struct hours_day week[7];            /* Monday first */
	const struct hours_special *special; /* by date */
	size_t special_count;
	const struct hours_offset *offsets; /* by time; NULL: UTC */
	size_t offset_count;
	uint64_t version;
};

/* No calendar, open always, version 0. */
extern const struct hours hours_always;

bool hours_open(const struct hours *h, int64_t at);
/* When it opens or closes next, UTC ms; 0: never within 400 days. */
int64_t hours_next_change(const struct hours *h, int64_t at);
/* The date of the house, 20261001. */
int32_t hours_date(const struct hours *h, int64_t at);
/* What that date is by the plan: a special day, or NULL. */
const struct hours_special *hours_special_at(const struct hours *h, int32_t date);

/* {"always", "zone", "week": [[{"from": "09:00", "to": "11:30"}] ...], "special": [{"date":
 * "2026-10-01", "name", "spans": []}], "version"}. What is absent is empty, and `version` 0.
 * Special days may come in any order. ERR_INVALID names the member. Some milliseconds for the
 * zone, which comes from ICU. */
MUST_CHECK enum err hours_decode(const struct json *body, struct arena *a,
	struct hours *out, struct error *e);
/* From stored text; what is broken is ERR_CORRUPT. "" and NULL: hours_always. */
MUST_CHECK enum err
hours_parse(const char *text, struct arena *a, struct hours *out, struct error *e);
void
hours_encode(const struct hours *h, struct json_writer *w); /* members of an object */

#endif
