/* A visit: somebody of the house met the customer, at the counter or elsewhere. */
#ifndef MODEL_VISIT_H
#define MODEL_VISIT_H

#include <stdbool.h>

struct json_writer;

/* Lengths in characters. */
enum {
	VISIT_PLACE_MAX = 120,
	VISIT_TOPIC_MAX = 2000,
	VISIT_STEP_MAX = 500,
	VISIT_DATE_SIZE = 11,
};

struct visit {
	const char *place;     /* "" when it was not said */
	const char *topic;     /* what it was about; never "" */
	const char *next_step; /* "" when nothing is left to do */
	const char *next_on;   /* the day of the next step, "2026-11-30"; "" none */
};

/* Writes the member "visit" of a fact's body. */
void visit_encode(const struct visit *v, struct json_writer *w);
/* A day that exists, written as 2026-11-30. */
bool visit_date_valid(const char *text);

#endif
