/* Words that say something about a customer: tags, topics, and what she came for last. Plain
 * data. */
#ifndef MODEL_TAG_H
#define MODEL_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_writer;

enum {
	TAG_BYTES_MAX = 100,
	TAGS_MAX = 100,      /* of one customer and kind */
	TAG_EDITS_MAX = 100, /* in one change, each way */
	TAGS_KNOWN_MAX = 1000,
};

enum tag_kind {
	TAG_TAG = 1,
	TAG_TOPIC,
	TAG_INTENT, /* at most one */
};

enum tag_source { TAG_BY_RULE = 1, TAG_BY_STAFF, TAG_BY_API };

struct customer_tag {
	uint64_t customer; /* to whom it was given */
	enum tag_kind kind;
	const char *text;
	enum tag_source source;
	uint64_t rule;   /* TAG_BY_RULE: which; 0: not known */
	uint64_t author; /* member of staff or API key; 0: none */
	int64_t at;
};

struct known_tag {
	enum tag_kind kind;
	const char *text;
	int64_t customers; /* that have it, as far as they may be seen */
};

const char *tag_kind_name(enum tag_kind kind);       /* "tag", "topic", "intent" */
const char *tag_source_name(enum tag_source source); /* "rule", "staff", "api" */
bool tag_kind_parse(const char *name, enum tag_kind *out);
/* One line of valid UTF-8, not blank, without space at its ends, not too long. */
bool tag_valid(const char *text);
void tag_encode(const struct customer_tag *t, struct json_writer *w); /* members */

#endif
