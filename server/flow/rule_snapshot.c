#include "flow/rule_snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/rule_settings.h"
#include "store/read.h"

static struct rule_snapshot *
snapshot_create(void)
{
	struct rule_snapshot *s = xcalloc(1, sizeof(*s));

	s->references = 1;
	s->arena = arena_create();
	rule_settings_default(&s->settings, &s->enabled);
	return s;
}

void
rules_snapshot_put(struct rule_snapshot *s)
{
	if (s == NULL || --s->references > 0) {
		return;
	}
	rule_set_put(s->set);
	rules_snapshot_put(s->base);
	arena_destroy(s->arena);
	free(s);
}

static enum err
decode_rule(const struct rule_row *row, struct arena *a, struct rule *out,
	struct error *e)
{
	struct json *body = NULL;
	struct error why;
	enum err rc = json_parse(row->body, strlen(row->body), &body, &why);

	if (rc == ERR_OK) {
		rc = rule_decode(body, a, out, &why);
	}
	json_free(body);
	if (rc != ERR_OK) {
		return error_set(e, ERR_INVALID, "%.100s: %.120s", row->title, why.text);
	}
	out->id = row->id;
	out->enabled = row->enabled;
	out->priority = row->priority;
	out->title = arena_strdup(a, row->title);
	out->folder = arena_strdup(a, row->folder);
	out->version = row->version;
	out->updated_at = row->updated_at;
	return ERR_OK;
}

static enum err
decode_settings(const struct rule_settings_row *row, struct rule_snapshot *s,
	struct error *e)
{
	struct json *body = NULL;
	enum err rc;

	if (str_empty(row->body)) {
		return ERR_OK;
	}
	rc = json_parse(row->body, strlen(row->body), &body, e);
	if (rc == ERR_OK) {
		rc = rule_settings_decode(body, s->arena, &s->settings, &s->enabled, e);
	}
	json_free(body);
	return rc;
}

static enum err
read_all(struct reader *r, struct rule_snapshot *s, struct arena *scratch,
	uint64_t *bad_rule, struct error *e)
{
	struct rule_settings_row settings;
	struct rule_row *rows;
	struct rule *rules;
	size_t count;
	enum err rc = read_rule_settings(r, scratch, &settings, e);

	/* The number of changes is read before the rules: what changes between is seen again. */
	if (rc == ERR_OK) {
		rc = decode_settings(&settings, s, e);
	}
	if (rc == ERR_OK) {
		rc = read_rules(r, scratch, &rows, &count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	rules = arena_alloc(s->arena, (count + 1) * sizeof(*rules));
	for (size_t i = 0; i < count; i++) {
		rc = decode_rule(&rows[i], s->arena, &rules[i], e);
		if (rc != ERR_OK) {
			*bad_rule = rows[i].id;
			return rc;
		}
	}
	s->rules = rules;
	s->count = count;
	s->changes = settings.changes;
	return ERR_OK;
}

enum err
rule_snapshot_read(struct reader *r, struct rule_snapshot **out, uint64_t *bad_rule,
	struct error *e)
{
	struct rule_snapshot *s = snapshot_create();
	struct arena *scratch = arena_create();
	enum err rc;

	*bad_rule = 0;
	rc = read_all(r, s, scratch, bad_rule, e);
	arena_destroy(scratch);
	if (rc != ERR_OK) {
		rules_snapshot_put(s);
		return rc;
	}
	*out = s;
	return ERR_OK;
}

struct rule_snapshot *
rule_snapshot_with(struct rule_snapshot *base, const struct rule *rule)
{
	struct rule_snapshot *s = snapshot_create();
	struct rule *rules = arena_alloc(s->arena, (base->count + 1) * sizeof(*rules));
	size_t at = base->count;

	base->references++;
	s->base = base;
	s->settings = base->settings;
	s->enabled = base->enabled;
	s->changes = base->changes;
	memcpy(rules, base->rules, base->count * sizeof(*rules));
	for (size_t i = 0; i < base->count && rule->id != 0; i++) {
		at = rules[i].id == rule->id ? i : at;
	}
	rules[at] = *rule;
	s->rules = rules;
	s->count = base->count + (at == base->count);
	return s;
}

enum err
rule_snapshot_compile(struct rule_snapshot *s, struct error *e)
{
	return rule_set_create(s->rules, s->count, &s->settings, &s->set, e);
}
