/* A keyword rule as it stands in the database: its columns, and the whole of it as JSON in the
 * form of knowledge/rule.h, which the store does not look into. Plain data. */
#ifndef MODEL_RULE_ROW_H
#define MODEL_RULE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
	RULE_ROWS_MAX = 20000,       /* that are not removed */
	RULE_ROW_TITLE_MAX = 200,    /* characters; a title is unique among them */
	RULE_ROW_FOLDER_MAX = 100,   /* characters */
	RULE_ROW_BODY_MAX = 1 << 20, /* bytes */
	RULE_EDITS_MAX = 500,        /* in one change */
	RULE_SETTINGS_MAX = 1 << 20, /* bytes */
	RULE_HIT_DAYS = 30,          /* that are shown */
};

struct rule_row {
	uint64_t id;
	bool removed;
	bool enabled;
	int64_t priority;
	const char *folder; /* "" for none */
	const char *title;
	const char *body; /* JSON */
	uint64_t version;
	uint64_t created_by;
	int64_t created_at;
	uint64_t updated_by;
	int64_t updated_at;
};

enum rule_action {
	RULE_ADD = 1,
	RULE_EDIT,   /* everything is as in `row` from now on */
	RULE_REMOVE, /* can be taken back */
	RULE_REVERT, /* back to what it was before its version row.version; the first: removed */
};

/* One of the rules that a change is about. */
struct rule_edit {
	enum rule_action action;
	struct rule_row row; /* version = expected, 0: any */
	/* Filled in by the writer: */
	enum err code;
	uint64_t id;
	uint64_t version; /* as it is now */
};

/* One is refused with the whole change. Of several each is for itself: what cannot be done is
 * passed over and says why in its code. */
struct rules_change {
	struct rule_edit *edits; /* in the change's arena */
	size_t count;
	const char *audit; /* of several: "rule.imported"; NULL: each has an audit row */
};

struct rule_settings_row {
	const char *body; /* JSON; "" when nobody has set anything */
	uint64_t version;
	uint64_t updated_by;
	int64_t updated_at;
	int64_t changes; /* raised by each change of a rule or of these settings */
};

struct rule_settings_change {
	const char *body;
	int64_t version; /* expected, -1: any; 0: nobody has set anything yet */
};

/* How often a rule answered on one day, and what was said about it. */
struct rule_day {
	uint64_t rule;
	int64_t day; /* days since 1970, in the time zone of the server */
	int64_t hits;
	int64_t helped;
	int64_t failed;
	int64_t last_at; /* 0: not that day */
};

struct rule_hits_change {
	const struct rule_day *days;
	size_t count;
};

int64_t rule_day_of(int64_t at); /* UTC ms → day */

#endif
