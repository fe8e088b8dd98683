/* Ready-made texts that agents insert. A reply belongs to a place: a person, a unit with all
 * below it, or the whole house; who may see and who may edit it follow from that alone. */
#ifndef MODEL_QUICK_REPLY_H
#define MODEL_QUICK_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/actor.h"

struct json_writer;

/* Stored as numbers that never change their meaning. */
enum quick_scope {
	QUICK_PERSONAL = 1, /* place: the member of staff */
	QUICK_TEAM = 2,     /* place: the unit */
	QUICK_GLOBAL = 3,   /* place: 0 */
};

/* Bounds, in characters, and how many a place holds. */
enum {
	QUICK_TITLE_MAX = 80,
	QUICK_FOLDER_MAX = 60,
	QUICK_SHORTCUT_MAX = 20,
	QUICK_BODY_MAX = 4000,
	QUICK_FILES_MAX = 5,
	QUICK_PLACE_MAX = 3000,
	QUICK_IMPORT_MAX = 200, /* rows in one change */
};

struct quick_reply {
	uint64_t id;
	enum quick_scope scope;
	uint64_t place;
	bool removed;
	const char *folder; /* "" for none */
	const char *title;  /* unique in its place */
	/* Lower-case letters and digits, unique in its place; NULL: none. In a change NULL stays as
	 * it is and "" takes it away. */
	const char *shortcut;
	const char *body;
	const char *files; /* JSON array of files, NULL: none */
	int64_t used;      /* by everybody */
	int64_t used_by_me;
	int64_t used_at; /* by me, 0: never */
	uint64_t updated_by;
	int64_t created_at;
	int64_t updated_at;
	uint64_t version;
};

/* What became of one row of an import. */
enum quick_import_result {
	QUICK_IMPORT_CREATED = 1,
	QUICK_IMPORT_CHANGED,
	QUICK_IMPORT_UNCHANGED,
	QUICK_IMPORT_SHORTCUT_TAKEN, /* by another reply of the place */
	QUICK_IMPORT_FULL,           /* the place holds no more */
};

const char *quick_scope_name(enum quick_scope scope); /* "personal" "team" "global" */
bool quick_scope_parse(const char *name, enum quick_scope *out);
/* Where a new reply of this scope by this person belongs. */
uint64_t quick_place_of(const struct actor *a, enum quick_scope scope);
/* Personal ones by their owner, those of a unit by the supervisors over it, global ones by all
 * supervisors and administrators. */
bool quick_may_edit(const struct actor *a, enum quick_scope scope, uint64_t place);
/* Members of a unit and of those below see its replies, and the supervisors over it. */
bool quick_may_see(const struct actor *a, enum quick_scope scope, uint64_t place);
/* Letters, digits, "-" and "_" of ASCII, in small letters. */
bool quick_shortcut_valid(const char *text);

/* The members of the wire object; the braces are the caller's. */
void
quick_reply_encode(const struct quick_reply *q, bool editable, struct json_writer *w);

#endif
