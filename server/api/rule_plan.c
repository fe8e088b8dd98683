#include "api/rule_plan.h"

#include <string.h>

#include "api/rule_wire.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"

static uint64_t
title_key(const char *title)
{
	return map_hash(title, strlen(title));
}

void
rule_plan_init(struct rule_plan *p, struct rule_file *file, struct arena *a)
{
	p->file = file;
	p->rows = arena_alloc(a, (file->row_count + 1) * sizeof(*p->rows));
	map_init(&p->by_title);
	map_init(&p->ids);
	for (size_t i = 0; i < file->row_count; i++) {
		p->rows[i].row = &file->rows[i];
		map_put(&p->by_title, title_key(file->rows[i].rule.title), &p->rows[i]);
	}
}

void
rule_plan_fini(struct rule_plan *p)
{
	map_fini(&p->by_title);
	map_fini(&p->ids);
}

bool
rule_planned_writes(const struct rule_planned *row)
{
	return row->what == PLANNED_CREATE || row->what == PLANNED_CHANGE;
}

void
rule_plan_spoil(struct rule_plan *p, struct rule_planned *row, const char *reason,
	const char *text)
{
	table_add_bad(&p->file->report, row->row->line, reason, row->row->rule.title, text);
	row->what = PLANNED_BAD;
}

/* --- menus -------------------------------------------------------------------------------- */

static uint64_t
find_target(const struct rule_plan *p, const char *title)
{
	uint64_t key = title_key(title);
	const struct rule_planned *row = map_get(&p->by_title, key);

	return row != NULL && row->id != 0 ? row->id
									   : (uint64_t)(uintptr_t)map_get(&p->ids, key);
}

/* The row's rule with the ids of its menu; false: not all are known yet. */
static bool
linked(const struct rule_plan *p, const struct rule_file_row *row, struct arena *a,
	struct rule *out)
{
	struct rule_menu_item *menu = arena_alloc(a, RULE_MENU_MAX * sizeof(*menu));
	bool all = true;

	*out = row->rule;
	for (size_t i = 0; i < out->menu_count; i++) {
		menu[i] = row->rule.menu[i];
		if (row->targets[i] != NULL) {
			menu[i].rule = find_target(p, row->targets[i]);
			all &= menu[i].rule != 0;
		}
	}
	out->menu = menu;
	return all;
}

/* --- comparing ---------------------------------------------------------------------------- */

/* The body of an equal rule is equal: both were written by the same code. */
static void
compare(struct rule_plan *p, struct rule_planned *row, const struct rule_row *there,
	struct arena *scratch)
{
	struct rule_row wanted;
	struct error e = {0};
	struct rule rule;

	for (size_t i = 0; i < row->row->rule.menu_count; i++) {
		const char *to = row->row->targets[i];

		if (to == NULL || find_target(p, to) != 0) {
			continue;
		}
		if (map_get(&p->by_title, title_key(to)) == NULL) {
			rule_plan_spoil(p, row, "unknown_menu_rule", to);
			return;
		}
		row->later = true;
	}
	if (there == NULL) {
		row->what = PLANNED_CREATE;
		return;
	}
	row->id = there->id;
	row->version = there->version;
	row->what = PLANNED_CHANGE;
	if (!row->later && linked(p, row->row, scratch, &rule) &&
		rule_row_of(&rule, scratch, &wanted, &e) == ERR_OK &&
		str_equals(wanted.body, there->body)) {
		row->what = PLANNED_SAME;
	}
}

void
rule_plan_compare(struct rule_plan *p, const struct rule_row *there, size_t count)
{
	struct arena *scratch = arena_create();
	struct map known;

	map_init(&known);
	for (size_t i = 0; i < count; i++) {
		uint64_t key = title_key(there[i].title);

		map_put(&known, key, (void *)&there[i]);
		map_put(&p->ids, key, (void *)(uintptr_t)there[i].id);
	}
	for (size_t i = 0; i < p->file->row_count; i++) {
		struct rule_planned *row = &p->rows[i];

		compare(p, row, map_get(&known, title_key(row->row->rule.title)), scratch);
		arena_reset(scratch);
	}
	map_fini(&known);
	arena_destroy(scratch);
}

/* --- writing ------------------------------------------------------------------------------ */

bool
rule_plan_edit(struct rule_plan *p, struct rule_planned *row, bool second,
	struct arena *a, struct arena *kept, struct rule_edit *out)
{
	struct error e = {0};
	struct rule rule;
	bool whole = linked(p, row->row, a, &rule);

	if (!rule_planned_writes(row) ||
		(second ? !row->later : row->later && row->what == PLANNED_CHANGE)) {
		return false;
	}
	if (second && !whole) {
		rule_plan_spoil(p, row, "unknown_menu_rule", NULL);
		return false;
	}
	if (!whole) {
		rule.menu_count = 0;
	}
	if (rule_row_of(&rule, a, &out->row, &e) != ERR_OK) {
		rule_plan_spoil(p, row, "wrong_rule", arena_strdup(kept, e.text));
		return false;
	}
	row->later &= !whole;
	out->action = row->id == 0 ? RULE_ADD : RULE_EDIT;
	out->row.id = row->id;
	out->row.version = row->version;
	return true;
}
