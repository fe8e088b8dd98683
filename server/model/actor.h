/* Who asks, and what that person may see. One function decides for API, sockets and export. */
#ifndef MODEL_ACTOR_H
#define MODEL_ACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "model/types.h"

#define ADDRESS_SIZE 64

struct actor {
	enum author_kind kind;
	uint64_t id;                /* staff, visitor or API key */
	enum staff_role role;       /* of staff only */
	uint64_t unit;              /* sees this subtree */
	char address[ADDRESS_SIZE]; /* for the audit */
};

/* Rows a reader may return: unit in [unit_low, unit_high], or owned by or assigned to `self`. */
struct scope {
	uint64_t unit_low;
	uint64_t unit_high;
	uint64_t self;
};

struct scope actor_scope(const struct actor *a);
/* Visitors never pass here: they have their own timeline only. */
bool
scope_allows(const struct scope *s, uint64_t unit, uint64_t owner, uint64_t assignee);
uint64_t unit_high(uint64_t unit); /* last number of the subtree that starts at unit */

#endif
