/* Keyword rules on the wire and on their way into a row. Pure; any thread. */
#ifndef API_RULE_WIRE_H
#define API_RULE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "knowledge/rule.h"
#include "model/rule_row.h"

struct arena;
struct error;
struct json;
struct json_writer;

/* A rule for the wire: what stands in its row; its use of the last days may be missing. */
struct rule_use {
	int64_t daily[RULE_HIT_DAYS]; /* the last one is today */
	int64_t hits;
	int64_t helped;
	int64_t failed;
	int64_t last_at; /* 0: not within these days */
};
void rule_use_add(struct rule_use *use, const struct rule_day *day, int64_t today);
/* The object with its braces. */
void rule_row_encode(const struct rule_row *row, const struct rule_use *use,
	struct json_writer *w);

/* Into out: title, folder, enabled, priority and body of a rule that was checked. */
MUST_CHECK enum err rule_row_of(const struct rule *rule, struct arena *a,
	struct rule_row *out, struct error *e);
/* From what a client sent; `stored` (NULL: a new rule) has the members that it did not name.
 * A message "member: what is wrong" names the member. */
MUST_CHECK enum err rule_from_wire(const struct json *sent, const struct rule_row *stored,
	struct arena *a, struct rule *out, struct error *e);
MUST_CHECK enum err rule_from_row(const struct rule_row *row, struct arena *a,
	struct rule *out, struct error *e);
/* Splits "any[2]: is too long" into name and text; "" when no member is named. */
const char *rule_problem(const struct error *e, char *field, size_t field_size);

#endif
