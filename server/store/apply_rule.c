/* Keyword rules: added, edited, removed and taken back, each as a version that stays. What is in
 * them was checked by whoever made the change; here are their titles, versions and rights. */
#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/rules.h"

static bool
may_write(const struct actor *a)
{
	return a->kind == AUTHOR_SYSTEM ||
		(a->kind == AUTHOR_STAFF && a->role >= ROLE_SUPERVISOR);
}

static bool
fits(const char *text, size_t max)
{
	return text != NULL && utf8_count(text, strlen(text)) <= max;
}

/* --- rows --------------------------------------------------------------------------------- */

static enum err
find(struct batch *b, struct job *j, const struct rule_row *wish, struct rule_row *out)
{
	struct value args[] = {value_id(wish->id)};
	struct rows r;

	if (batch_read(b, STATEMENT_RULE_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such rule");
	}
	record_rule(rows_at(&r, 0), out);
	if (wish->version != 0 && wish->version != out->version) {
		return job_refuse(j, ERR_CONFLICT, "the rule was edited meanwhile");
	}
	return ERR_OK;
}

static enum err
check(struct batch *b, struct job *j, const struct rule_row *row)
{
	struct value args[] = {value_text(row->title)};
	struct rows r;

	if (str_empty(row->title) || !fits(row->title, RULE_ROW_TITLE_MAX)) {
		return job_refuse(j, ERR_INVALID, "a title of at most %d characters is needed",
			RULE_ROW_TITLE_MAX);
	}
	if (!fits(row->folder, RULE_ROW_FOLDER_MAX)) {
		return job_refuse(j, ERR_INVALID, "the folder's name is too long");
	}
	if (row->body == NULL || strlen(row->body) > RULE_ROW_BODY_MAX) {
		return job_refuse(j, ERR_INVALID, "the rule is too long");
	}
	if (batch_read(b, STATEMENT_RULE_BY_TITLE, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0 && value_as_id(rows_at(&r, 0)) != row->id) {
		return job_refuse(j, ERR_CONFLICT, "there is a rule with this title");
	}
	return ERR_OK;
}

static enum err
check_room(struct batch *b, struct job *j)
{
	struct rows r;

	if (batch_read(b, STATEMENT_RULE_COUNT, NULL, &r) != ERR_OK) {
		return b->failed;
	}
	if (value_as_i64(rows_at(&r, 0)) >= RULE_ROWS_MAX) {
		return job_refuse(j, ERR_CONFLICT, "there are %d rules already", RULE_ROWS_MAX);
	}
	return ERR_OK;
}

static enum err
keep_version(struct batch *b, const struct job *j, const struct rule_row *row)
{
	struct value args[] = {
		value_id(row->id),
		value_id(row->version),
		value_i64(row->removed),
		value_i64(row->enabled),
		value_i64(row->priority),
		value_text(row->folder),
		value_text(row->title),
		value_text(row->body),
		value_id(j->change->actor.id),
		value_i64(b->now),
	};

	return batch_run(b, STATEMENT_RULE_VERSION_INSERT, args, NULL);
}

static enum err
insert(struct batch *b, const struct job *j, const struct rule_row *row)
{
	struct value args[] = {
		value_id(row->id),
		value_i64(row->enabled),
		value_i64(row->priority),
		value_text(row->folder),
		value_text(row->title),
		value_text(row->body),
		value_id(j->change->actor.id),
		value_i64(b->now),
		value_id(j->change->actor.id),
		value_i64(b->now),
	};

	if (batch_run(b, STATEMENT_RULE_INSERT, args, NULL) != ERR_OK) {
		return b->failed;
	}
	return keep_version(b, j, row);
}

static enum err
update(struct batch *b, const struct job *j, const struct rule_row *row)
{
	struct value args[] = {
		row->removed ? value_null() : value_i64(1),
		value_i64(row->enabled),
		value_i64(row->priority),
		value_text(row->folder),
		value_text(row->title),
		value_text(row->body),
		value_id(row->version),
		value_id(j->change->actor.id),
		value_i64(b->now),
		value_id(row->id),
	};

	if (batch_run(b, STATEMENT_RULE_UPDATE, args, NULL) != ERR_OK) {
		return b->failed;
	}
	return keep_version(b, j, row);
}

/* --- one of them -------------------------------------------------------------------------- */

static enum err
add(struct batch *b, struct job *j, struct rule_edit *edit, struct rule_row *row)
{
	enum err err = check(b, j, &edit->row);

	if (err == ERR_OK) {
		err = check_room(b, j);
	}
	if (err != ERR_OK) {
		return err;
	}
	*row = edit->row;
	row->id = batch_id(b);
	row->version = 1;
	row->removed = false;
	return insert(b, j, row);
}

static enum err
replace(struct batch *b, struct job *j, struct rule_edit *edit, struct rule_row *row)
{
	struct rule_row found;
	enum err err = find(b, j, &edit->row, &found);

	if (err == ERR_OK && found.removed) {
		err = job_refuse(j, ERR_NOT_FOUND, "the rule was removed");
	}
	if (err == ERR_OK) {
		err = check(b, j, &edit->row);
	}
	if (err != ERR_OK) {
		return err;
	}
	*row = edit->row;
	row->version = found.version + 1;
	row->removed = false;
	return update(b, j, row);
}

static enum err
take_away(struct batch *b, struct job *j, struct rule_edit *edit, struct rule_row *row)
{
	enum err err = find(b, j, &edit->row, row);

	if (err == ERR_OK && row->removed) {
		err = job_refuse(j, ERR_NOT_FOUND, "the rule was removed");
	}
	if (err != ERR_OK) {
		return err;
	}
	row->version++;
	row->removed = true;
	return update(b, j, row);
}

/* What it was before its present version becomes a version of its own. */
static enum err
revert(struct batch *b, struct job *j, struct rule_edit *edit, struct rule_row *row)
{
	struct rule_row now;
	struct rows r;
	enum err err = find(b, j, &edit->row, &now);

	if (err != ERR_OK) {
		return err;
	}
	*row = now;
	row->removed = true;
	if (now.version > 1) {
		struct value args[] = {value_id(now.id), value_id(now.version - 1)};

		if (batch_read(b, STATEMENT_RULE_VERSION, args, &r) != ERR_OK) {
			return b->failed;
		}
		if (r.count == 0) {
			return job_refuse(j, ERR_NOT_FOUND,
				"what the rule was is not known any more");
		}
		record_rule_version(rows_at(&r, 0), row);
		err = row->removed ? ERR_OK : check(b, j, row);
	}
	if (err != ERR_OK) {
		return err;
	}
	row->version = now.version + 1;
	return update(b, j, row);
}

static const char *const audit_names[] = {
	[RULE_ADD] = "rule.created",
	[RULE_EDIT] = "rule.edited",
	[RULE_REMOVE] = "rule.removed",
	[RULE_REVERT] = "rule.reverted",
};

static enum err
apply_edit(struct batch *b, struct job *j, struct rule_edit *edit)
{
	typedef enum err step(struct batch *, struct job *, struct rule_edit *,
		struct rule_row *);
	static step *const steps[] = {
		[RULE_ADD] = add,
		[RULE_EDIT] = replace,
		[RULE_REMOVE] = take_away,
		[RULE_REVERT] = revert,
	};
	struct rule_row row = {0};
	enum err err;

	if (edit->action < RULE_ADD || edit->action > RULE_REVERT) {
		return job_refuse(j, ERR_INVALID, "no such action");
	}
	err = steps[edit->action](b, j, edit, &row);
	if (err != ERR_OK) {
		return err;
	}
	edit->id = row.id;
	edit->version = row.version;
	if (j->change->rules.audit == NULL) {
		batch_audit(b, j, audit_names[edit->action], "rule", row.id,
			arena_strdup(b->arena, row.title));
	}
	return ERR_OK;
}

/* --- the changes -------------------------------------------------------------------------- */

/* How it ended for all: a refusal of one among several is its own. */
static enum err
settle(struct batch *b, struct job *j, size_t done)
{
	const struct rules_change *change = &j->change->rules;

	if (change->count == 1 && done == 0) {
		return j->outcome.code;
	}
	j->outcome = (struct outcome){.code = ERR_OK, .id = change->edits[0].id};
	if (done == 0) {
		return ERR_OK;
	}
	if (change->audit != NULL) {
		batch_audit(b, j, change->audit, "rule", 0,
			arena_printf(b->arena, "%zu of %zu rules", done, change->count));
	}
	return batch_run(b, STATEMENT_RULE_CHANGED, NULL, NULL);
}

enum err
apply_rules(struct batch *b, struct job *j)
{
	struct rules_change *change = &j->change->rules;
	size_t done = 0;

	if (!may_write(&j->change->actor)) {
		return job_refuse(j, ERR_DENIED, "only supervisors may change rules");
	}
	if (change->count == 0 || change->count > RULE_EDITS_MAX) {
		return job_refuse(j, ERR_INVALID, "a change has 1 to %d rules", RULE_EDITS_MAX);
	}
	for (size_t i = 0; i < change->count; i++) {
		struct rule_edit *edit = &change->edits[i];

		edit->code = apply_edit(b, j, edit);
		if (b->failed != ERR_OK) {
			return b->failed;
		}
		done += edit->code == ERR_OK;
	}
	return settle(b, j, done);
}

enum err
apply_rule_settings(struct batch *b, struct job *j)
{
	const struct rule_settings_change *change = &j->change->rule_settings;
	struct rule_settings_row row = {0};
	struct rows r;

	if (!may_write(&j->change->actor)) {
		return job_refuse(j, ERR_DENIED, "only supervisors may change rules");
	}
	if (strlen(change->body) > RULE_SETTINGS_MAX) {
		return job_refuse(j, ERR_INVALID, "the words and synonyms are too many");
	}
	if (batch_read(b, STATEMENT_RULE_SETTINGS, NULL, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		record_rule_settings(rows_at(&r, 0), &row);
	}
	if (change->version >= 0 && (uint64_t)change->version != row.version) {
		return job_refuse(j, ERR_CONFLICT, "the settings were edited meanwhile");
	}
	struct value args[] = {
		value_text(change->body),
		value_id(row.version + 1),
		value_id(j->change->actor.id),
		value_i64(b->now),
	};

	batch_audit(b, j, "rule_settings.edited", "rule", 0,
		arena_printf(b->arena, "version %llu", (unsigned long long)row.version + 1));
	if (batch_run(b, STATEMENT_RULE_SETTINGS_UPDATE, args, NULL) != ERR_OK) {
		return b->failed;
	}
	return batch_run(b, STATEMENT_RULE_CHANGED, NULL, NULL);
}

enum err
apply_rule_hits(struct batch *b, struct job *j)
{
	const struct rule_hits_change *change = &j->change->rule_hits;

	if (j->change->actor.kind != AUTHOR_SYSTEM) {
		return job_refuse(j, ERR_DENIED, "only the house counts");
	}
	for (size_t i = 0; i < change->count; i++) {
		const struct rule_day *day = &change->days[i];
		struct value args[] = {
			value_id(day->rule),
			value_i64(day->day),
			value_i64(day->hits),
			value_i64(day->helped),
			value_i64(day->failed),
			value_i64(day->last_at),
		};

		if (batch_run(b, STATEMENT_RULE_HIT_ADD, args, NULL) != ERR_OK) {
			return b->failed;
		}
	}
	return ERR_OK;
}
