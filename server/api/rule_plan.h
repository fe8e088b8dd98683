/* What becomes of the rules of a file when they are taken in: compared with those that are there,
 * by title. Menus lead to rules by their titles too, also to such as the file itself brings: those
 * are linked in a second round, when the others have their ids. Pure; any thread, one at a
 * time. */
#ifndef API_RULE_PLAN_H
#define API_RULE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/rule_file.h"
#include "base/map.h"

struct arena;
struct rule_edit;
struct rule_row;

enum planned { PLANNED_SAME, PLANNED_CREATE, PLANNED_CHANGE, PLANNED_BAD, PLANNED_COUNT };

/* One row of the file on its way. */
struct rule_planned {
	const struct rule_file_row *row;
	enum planned what;
	bool later;  /* its menu leads to a rule that is created by this import */
	uint64_t id; /* 0: not yet */
	uint64_t version;
};

struct rule_plan {
	struct rule_file *file;
	struct rule_planned *rows; /* as many as the file has */
	struct map by_title;       /* hash → struct rule_planned, of this file */
	struct map ids;            /* hash of a title → id, of those that were there */
};

/* The rows live in the arena, the file is the caller's. */
void rule_plan_init(struct rule_plan *p, struct rule_file *file, struct arena *a);
void rule_plan_fini(struct rule_plan *p);
void rule_plan_compare(struct rule_plan *p, const struct rule_row *there, size_t count);
bool rule_planned_writes(const struct rule_planned *row); /* creates or changes */
/* The row will not be written after all. The texts live as long as the file. */
void rule_plan_spoil(struct rule_plan *p, struct rule_planned *row, const char *reason,
	const char *text);
/* True when there is something to write for the row in this round: `out` is in the arena `a`.
 * Texts of problems go into `kept`. */
bool rule_plan_edit(struct rule_plan *p, struct rule_planned *row, bool second,
	struct arena *a, struct arena *kept, struct rule_edit *out);

#endif
