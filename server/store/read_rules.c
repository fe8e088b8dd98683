/* Keyword rules, what they were, how often they answered. */
#include "base/arena.h"
#include "store/reader_private.h"
#include "store/rules.h"

enum { HITS_MAX = (RULE_HIT_DAYS + 2) * RULE_ROWS_MAX };

void
record_rule(const struct value *v, struct rule_row *out)
{
	*out = (struct rule_row){
		.id = value_as_id(&v[0]),
		.removed = v[1].type == VALUE_NULL,
		.enabled = value_as_bool(&v[2]),
		.priority = value_as_i64(&v[3]),
		.folder = value_as_text(&v[4]),
		.title = value_as_text(&v[5]),
		.body = value_as_text(&v[6]),
		.version = value_as_id(&v[7]),
		.created_by = value_as_id(&v[8]),
		.created_at = value_as_i64(&v[9]),
		.updated_by = value_as_id(&v[10]),
		.updated_at = value_as_i64(&v[11]),
	};
}

void
record_rule_version(const struct value *v, struct rule_row *out)
{
	*out = (struct rule_row){
		.id = value_as_id(&v[0]),
		.version = value_as_id(&v[1]),
		.removed = value_as_bool(&v[2]),
		.enabled = value_as_bool(&v[3]),
		.priority = value_as_i64(&v[4]),
		.folder = value_as_text(&v[5]),
		.title = value_as_text(&v[6]),
		.body = value_as_text(&v[7]),
		.updated_by = value_as_id(&v[8]),
		.updated_at = value_as_i64(&v[9]),
	};
}

void
record_rule_settings(const struct value *v, struct rule_settings_row *out)
{
	*out = (struct rule_settings_row){
		.body = value_as_text(&v[0]),
		.version = value_as_id(&v[1]),
		.updated_by = value_as_id(&v[2]),
		.updated_at = value_as_i64(&v[3]),
		.changes = value_as_i64(&v[4]),
	};
}

static void
record_day(const struct value *v, struct rule_day *out)
{
	*out = (struct rule_day){
		.rule = value_as_id(&v[0]),
		.day = value_as_i64(&v[1]),
		.hits = value_as_i64(&v[2]),
		.helped = value_as_i64(&v[3]),
		.failed = value_as_i64(&v[4]),
		.last_at = value_as_i64(&v[5]),
	};
}

DEFINE_LIST(list_rules, struct rule_row, record_rule)
DEFINE_LIST(list_versions, struct rule_row, record_rule_version)
DEFINE_LIST(list_days, struct rule_day, record_day)

enum err
read_rules(struct reader *r, struct arena *a, struct rule_row **out, size_t *count,
	struct error *e)
{
	struct value args[] = {value_i64(RULE_ROWS_MAX)};

	return list_rules(r, STATEMENT_RULES, args, a, out, count, e);
}

enum err
read_rule(struct reader *r, uint64_t id, struct arena *a, struct rule_row *out,
	struct error *e)
{
	struct value args[] = {value_id(id)};
	struct rule_row *rows;
	size_t count;
	enum err err = list_rules(r, STATEMENT_RULE_BY_ID, args, a, &rows, &count, e);

	if (err != ERR_OK) {
		return err;
	}
	if (count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such rule");
	}
	*out = rows[0];
	return ERR_OK;
}

enum err
read_rule_versions(struct reader *r, uint64_t id, size_t limit, struct arena *a,
	struct rule_row **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(id), value_i64((int64_t)limit)};

	return list_versions(r, STATEMENT_RULE_VERSIONS, args, a, out, count, e);
}

enum err
read_rule_hits(struct reader *r, int64_t since_day, struct arena *a,
	struct rule_day **out, size_t *count, struct error *e)
{
	struct value args[] = {value_i64(since_day), value_i64(HITS_MAX)};

	return list_days(r, STATEMENT_RULE_HITS, args, a, out, count, e);
}

enum err
read_rule_hits_of(struct reader *r, uint64_t rule, int64_t since_day, struct arena *a,
	struct rule_day **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(rule), value_i64(since_day), value_i64(HITS_MAX)};

	return list_days(r, STATEMENT_RULE_HITS_OF, args, a, out, count, e);
}

enum err
read_rule_settings(struct reader *r, struct arena *a, struct rule_settings_row *out,
	struct error *e)
{
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_RULE_SETTINGS, NULL, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	if (rows.count == 0) {
		return error_set(e, ERR_CORRUPT, "the row of the rules' settings is gone");
	}
	record_rule_settings(rows_at(&rows, 0), out);
	return ERR_OK;
}
