/* What holds for all keyword rules, as JSON: stored so, and sent so. Pure. */
#ifndef FLOW_RULE_SETTINGS_H
#define FLOW_RULE_SETTINGS_H

#include <stdbool.h>

#include "base/err.h"
#include "knowledge/rule_set.h"

struct arena;
struct json;
struct json_writer;

enum {
	RULE_WORDS_MAX = 500,     /* of one list */
	RULE_SYNONYMS_MAX = 2000, /* groups */
	RULE_GROUP_MAX = 50,      /* words of one */
};

/* Nobody has set anything: the words that such a house needs at least. */
void rule_settings_default(struct rule_settings *out, bool *enabled);
/* Members that are absent are as in `out` already. ERR_INVALID names the member. Texts are
 * copied into the arena. */
MUST_CHECK enum err rule_settings_decode(const struct json *body, struct arena *a,
	struct rule_settings *out, bool *enabled, struct error *e);
/* The members; the braces are the caller's. */
void
rule_settings_encode(const struct rule_settings *s, bool enabled, struct json_writer *w);

#endif
