/* Two customers found to be one: their histories are read as one, and can be taken apart again.
 * Facts, contact points and watermarks stay where they are; only values of the profile may move,
 * and a merge remembers each of those with what it replaced. */
#ifndef MODEL_MERGE_H
#define MODEL_MERGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/customer.h"
#include "model/types.h"

struct actor;
struct arena;
struct json_writer;

/* Stored as numbers: they never change their meaning. */
enum merge_how {
	MERGE_ATTACHED = 1,   /* a caller or visitor whom nobody had named */
	MERGE_BY_HAND = 2,    /* after a preview */
	MERGE_IDENTIFIED = 3, /* a visitor proved who she is */
};

enum merge_field {
	MERGE_NAME,
	MERGE_EXTERNAL_ID,
	MERGE_LANGUAGE,
	MERGE_GENDER,
	MERGE_COMPANY,
	MERGE_REMARK,
	MERGE_OWNER,
	MERGE_UNIT,
	MERGE_FIELDS_CHOOSABLE,
	MERGE_ANONYMOUS = MERGE_FIELDS_CHOOSABLE, /* goes with the name */
	MERGE_FIELDS,
};
#define MERGE_TAKE(field) (1u << (field))

/* Who may merge customers that have names. Supervisors always may. */
enum merge_right {
	MERGE_RIGHT_SUPERVISOR,
	MERGE_RIGHT_OWNER, /* and whoever owns them */
	MERGE_RIGHT_AGENT, /* and everybody who sees both */
};

/* One value that the target took from the source; ids and flags as decimal text. */
struct merge_value {
	bool taken;
	const char *from; /* of the target before */
	const char *to;
};

struct merge {
	uint64_t id;
	uint64_t source;
	uint64_t target;
	enum merge_how how;
	enum author_kind made_by_kind;
	uint64_t made_by;
	int64_t made_at;
	const char *reason;
	const char *taken; /* JSON of merge_values_encode; "" none */
	enum author_kind undone_by_kind;
	uint64_t undone_by;
	int64_t undone_at; /* 0: in force */
	const char *undo_reason;
};

const char *merge_how_name(enum merge_how how);
const char *merge_field_name(enum merge_field field);
bool merge_field_parse(const char *name, enum merge_field *out); /* choosable ones */

/* Whether this person may merge them or take them apart. Machines may, customers never. */
bool merge_allowed(const struct actor *a, enum merge_right right,
	const struct customer *source, const struct customer *target);

/* A value of a customer as text, in the arena. */
const char *
merge_value_of(const struct customer *c, enum merge_field field, struct arena *a);
void merge_value_set(struct customer *c, enum merge_field field, const char *text);

/* The members of {"name":{"from":"","to":""}, ...}. */
void merge_values_encode(const struct merge_value values[static MERGE_FIELDS],
	struct json_writer *w);
/* Texts are copied into the arena. ERR_CORRUPT: not what merge_values_encode wrote. */
MUST_CHECK enum err merge_values_parse(const char *json, struct arena *a,
	struct merge_value out[static MERGE_FIELDS]);

#endif
