/* A phrase that is watched in what leaves the house, as it is stored and edited;
 * knowledge/phrase_set.h finds them. */
#ifndef MODEL_PHRASE_H
#define MODEL_PHRASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct json;
struct json_writer;

#define PHRASE_TEXT_MAX 100   /* characters, and as many of each exception */
#define PHRASE_ADVICE_MAX 400 /* characters */
#define PHRASE_EXCEPTIONS_MAX 20
#define PHRASES_MAX 5000
#define PHRASE_IMPORT_MAX 1000

/* The numbers of enum phrase_action. */
enum phrase_rule { PHRASE_RULE_FLAG = 1, PHRASE_RULE_WARN = 2, PHRASE_RULE_BLOCK = 3 };

struct phrase_row {
	uint64_t id;
	const char *text;
	enum phrase_rule action; /* 0 in an edit: stays as it is */
	const char *advice;
	const char *const *exceptions; /* NULL in an edit: stay as they are */
	size_t exception_count;
	bool removed;
	uint64_t hits; /* entries that had it, since it was added */
	int64_t hit_at;
	uint64_t created_by;
	int64_t created_at;
	uint64_t updated_by;
	int64_t updated_at;
	uint64_t version;
};

/* A phrase that was found in an entry on its way out; texts live in the change's arena. */
struct phrase_found {
	uint64_t phrase;
	const char *text;
	enum phrase_rule action;
	const char *advice;
	size_t begin; /* bytes of the text that was checked */
	size_t end;
};

const char *phrase_rule_name(enum phrase_rule action); /* "flag" "warn" "block" */
bool phrase_rule_parse(const char *name, enum phrase_rule *out);
/* Members of the wire object "phrase". */
void phrase_encode(const struct phrase_row *p, struct json_writer *w);
/* Members of the wire object "phraseHit"; places are counted in characters (UTF-16 units), as a
 * browser counts them. */
void phrase_found_encode(const struct phrase_found *hit, const char *text,
	struct json_writer *w);

/* The member "hits". */
void phrases_found_write(const struct phrase_found *found, size_t count, const char *text,
	struct json_writer *w);

#endif
