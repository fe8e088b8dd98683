/* A keyword rule: what has to be in a question, when it counts, and what is answered. Plain
 * data as administrators write it; knowledge/rule_set.h compiles many for matching. */
#ifndef KNOWLEDGE_RULE_H
#define KNOWLEDGE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct json;
struct json_writer;

#define RULE_TITLE_MAX 200 /* bytes */
#define RULE_TERM_MAX 200  /* bytes of one keyword */
#define RULE_TERMS_MAX 100 /* of one rule, all lists together */
#define RULE_REPLIES_MAX 10
#define RULE_REPLY_MAX 4000
#define RULE_MENU_MAX 10
#define RULE_TAGS_MAX 10
#define RULE_TAG_MAX 100 /* bytes; of an intent and a topic too */
#define RULE_PRIORITY_MAX 1000000
#define RULE_COOLDOWN_MAX (INT64_C(30) * 24 * 3600 * 1000)
#define RULES_MAX 20000
#define RULE_PATTERNS_MAX 200 /* rules with a pattern: those are tried one by one */

enum rule_match {
	RULE_EXACT = 1,  /* the question is one of `any` and nothing else but punctuation */
	RULE_PREFIX = 2, /* it begins with one of `any` */
	/* It contains one of `any` (if there are) and all of `all` (if there are). With neither the
	 * rule never matches by itself, only through a menu. */
	RULE_CONTAINS = 3,
	RULE_PATTERN = 4, /* knowledge/pattern.h, over the folded question */
}; /* With each: nothing of `none` is in it; with PREFIX and PATTERN too: all of `all` are. */

enum rule_hours {
	RULE_ALWAYS = 0,
	RULE_OPEN = 1,
	RULE_CLOSED = 2
}; /* see model/hours.h */
enum rule_pick { RULE_PICK_ROTATE = 0, RULE_PICK_RANDOM = 1, RULE_PICK_ALL = 2 };

struct rule_menu_item {
	const char *label; /* shown with its number */
	uint64_t rule;     /* answered as if that rule had matched; 0: ... */
	bool human;        /* ... a person is asked for */
};

struct rule {
	uint64_t id;
	const char *title; /* for those who keep the rules */
	const char *folder;
	bool enabled;
	int64_t priority; /* higher first, then the longest match, then the older rule */
	enum rule_match match;
	const char *const *any;
	size_t any_count;
	const char *const *all;
	size_t all_count;
	const char *const *none;
	size_t none_count;
	const char *pattern;
	const char *const *channels; /* kinds; none: all */
	size_t channel_count;
	enum rule_hours hours;
	int64_t cooldown_ms;        /* not again for the same customer within this time */
	const char *const *replies; /* with {{variables}}; none: it only tags */
	size_t reply_count;
	enum rule_pick pick;
	const struct rule_menu_item *menu;
	size_t menu_count;
	bool human;         /* brings the conversation to a person */
	bool ask_helpful;   /* "did this help?" */
	const char *intent; /* kept on the customer; "" none */
	const char *const *tags;
	size_t tag_count;
	const char *const *topics;
	size_t topic_count;
	uint64_t version;
	int64_t updated_at;
};

/* ERR_INVALID names the member: "any[2]: is too long". Tries a pattern: some milliseconds.
 * Variables of replies: {{customer.name}} or {{name}}, with what to say instead: {{name|you}}. */
MUST_CHECK enum err rule_check(const struct rule *r, struct error *e);
const char *rule_match_name(enum rule_match match);
void rule_copy(const struct rule *r, struct arena *a, struct rule *out);
/* Members of the wire object "rule"; the same form is stored. `id`, `version` and `updated_at`
 * are read where they stand (0 otherwise): whoever takes a body from outside sets them. What is
 * absent has its default; ERR_INVALID: a member has another type, or a name is not known. The
 * rest is rule_check()'s. Strings live in the arena. */
void rule_encode(const struct rule *r, struct json_writer *w);
MUST_CHECK enum err
rule_decode(const struct json *body, struct arena *a, struct rule *out, struct error *e);

#endif
