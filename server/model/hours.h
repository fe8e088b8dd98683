/* When somebody is there: a weekly plan of spans, holidays, and workdays that make up for them
 * (调休). Times of day are minutes of the house's time zone. Pure. */
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
#define HOURS_ZONE_SIZE 64

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

struct hours {
	bool always;                         /* no calendar: always open */
	char zone[HOURS_ZONE_SIZE];          /* IANA: "Asia/Shanghai" */
	struct hours_day week[7];            /* Monday first */
	const struct hours_special *special; /* by date */
	size_t special_count;
	uint64_t version;
};

bool hours_open(const struct hours *h, int64_t at);
/* When it opens or closes next, UTC ms; 0: never within 400 days. */
int64_t hours_next_change(const struct hours *h, int64_t at);
/* ERR_INVALID names the member. */
MUST_CHECK enum err hours_decode(const struct json *body, struct arena *a,
	struct hours *out, struct error *e);
void hours_encode(const struct hours *h, struct json_writer *w);

#endif
