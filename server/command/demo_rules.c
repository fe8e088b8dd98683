/* The demo's keyword rules: what customers of such a house ask every day, with a month of use, and the
 * words that mean the same to them. */
#include "command/demo_private.h"

#include <stdio.h>
#include <string.h>

#include "api/rule_wire.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/map.h"
#include "base/str.h"
#include "command/command_store.h"
#include "flow/rule_settings.h"
#include "model/change.h"

#define DAY_MS ((int64_t)24 * 60 * DEMO_MINUTE_MS)

/* --- rules -------------------------------------------------------------------------------- */

/* Menus name other rules by title; false after printing which is not there. */
static bool
link_menu(struct demo *d, const struct json *row, const struct map *ids,
	struct rule *rule)
{
	const struct json *titles = json_get(row, "menu_titles");
	struct rule_menu_item *menu = arena_alloc(d->arena,
		(rule->menu_count + 1) * sizeof(*menu));

	for (size_t i = 0; i < rule->menu_count; i++) {
		const char *title = json_string_value(json_at(titles, i), NULL);

		menu[i] = rule->menu[i];
		if (title == NULL) {
			continue;
		}
		menu[i].rule = (uint64_t)(uintptr_t)map_get(ids, map_hash(title, strlen(title)));
		if (menu[i].rule == 0) {
			fprintf(stderr, "trunkline init: a menu leads to %s, which is no rule\n",
				title);
			return false;
		}
	}
	rule->menu = menu;
	return true;
}

static bool
read_rule(struct demo *d, const struct json *row, const struct map *ids,
	struct rule_row *out)
{
	struct rule rule;
	struct error e = {0};

	if (rule_decode(row, d->arena, &rule, &e) != ERR_OK) {
		fprintf(stderr, "trunkline init: the rule %s: %s\n", demo_text(row, "title"),
			e.text);
		return false;
	}
	if (!link_menu(d, row, ids, &rule)) {
		return false;
	}
	if (rule_row_of(&rule, d->arena, out, &e) != ERR_OK) {
		fprintf(stderr, "trunkline init: the rule %s: %s\n", demo_text(row, "title"),
			e.text);
		return false;
	}
	return true;
}

/* Those with menus, or those without; their ids by title. */
static bool
add_rules(struct demo *d, const struct json *rows, bool menus, struct map *ids)
{
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_RULES, &actor);
	struct rule_edit *edits = arena_alloc(d->arena,
		(json_length(rows) + 1) * sizeof(*edits));
	size_t count = 0;

	for (size_t i = 0; i < json_length(rows); i++) {
		const struct json *row = json_at(rows, i);

		if ((json_length(json_get(row, "menu")) > 0) != menus) {
			continue;
		}
		if (!read_rule(d, row, ids, &edits[count].row)) {
			change_destroy(chg);
			return false;
		}
		edits[count++].action = RULE_ADD;
	}
	chg->rules.edits = edits;
	chg->rules.count = count;
	chg->rules.audit = "rule.imported";
	if (!command_submit(d->store, chg, "rules", NULL)) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const char *title = edits[i].row.title;

		if (edits[i].code != ERR_OK) {
			fprintf(stderr, "trunkline init: the rule %s was not stored\n", title);
			return false;
		}
		map_put(ids, map_hash(title, strlen(title)), (void *)(uintptr_t)edits[i].id);
	}
	return true;
}

/* --- their use ---------------------------------------------------------------------------- */

/* The same every time: scattered, less on weekends, growing a little. */
static int64_t
hits_of_day(const char *title, int64_t weight, int64_t day, int64_t ago)
{
	uint64_t seed = (uint64_t)day * 0x9e3779b97f4a7c15u;
	int64_t scatter;
	int64_t hits;

	for (const char *p = title; *p != '\0'; p++) {
		seed = (seed ^ (unsigned char)*p) * 0x100000001b3u;
	}
	scatter = (int64_t)((seed >> 33) % 100);
	hits = weight * (50 + scatter) * (70 - ago) / (100 * 50);
	return (day + 4) % 7 == 0 || (day + 4) % 7 == 6 ? hits / 4 : hits;
}

static bool
add_use(struct demo *d, const struct json *rows, const struct map *ids)
{
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_RULE_HITS, &actor);
	int64_t now = clock_now_ms();
	int64_t today = rule_day_of(now);
	struct rule_day *days = arena_alloc(chg->arena,
		(json_length(rows) * RULE_HIT_DAYS + 1) * sizeof(*days));
	size_t count = 0;

	for (size_t i = 0; i < json_length(rows); i++) {
		const struct json *row = json_at(rows, i);
		const char *title = demo_text(row, "title");
		bool asked = false;

		json_bool(row, "ask_helpful", &asked);
		for (int64_t ago = 1; ago < RULE_HIT_DAYS; ago++) {
			int64_t hits = hits_of_day(title, demo_number(row, "weight"), today - ago,
				ago);

			if (hits == 0) {
				continue;
			}
			days[count++] = (struct rule_day){
				.rule = (uint64_t)(uintptr_t)map_get(ids, map_hash(title, strlen(title))),
				.day = today - ago,
				.hits = hits,
				.helped = asked ? hits / 3 : 0,
				.failed = asked ? hits / (4 + (int64_t)(strlen(title) % 9)) : 0,
				.last_at = now - ago * DAY_MS,
			};
		}
	}
	chg->rule_hits.days = days;
	chg->rule_hits.count = count;
	return command_submit(d->store, chg, "use of rules", NULL);
}

/* --- words -------------------------------------------------------------------------------- */

static bool
add_settings(struct demo *d, const struct json *synonyms)
{
	struct actor actor = command_actor();
	struct change *chg = change_create(CHANGE_RULE_SETTINGS, &actor);
	size_t count = json_length(synonyms);
	const char *const **groups = arena_alloc(d->arena, (count + 1) * sizeof(*groups));
	struct rule_settings settings;
	struct json_writer w;
	struct buf body;
	bool enabled;

	rule_settings_default(&settings, &enabled);
	for (size_t i = 0; i < count; i++) {
		const struct json *group = json_at(synonyms, i);
		const char **words = arena_alloc(d->arena,
			(json_length(group) + 1) * sizeof(*words));

		for (size_t k = 0; k < json_length(group); k++) {
			words[k] = json_string_value(json_at(group, k), NULL);
		}
		groups[i] = words;
	}
	settings.synonyms = groups;
	settings.synonym_count = count;
	buf_init(&body, RULE_SETTINGS_MAX);
	jw_init(&w, &body);
	jw_object(&w);
	rule_settings_encode(&settings, enabled, &w);
	jw_object_end(&w);
	chg->rule_settings.body = arena_strndup(chg->arena, body.data, body.length);
	chg->rule_settings.version = -1;
	buf_fini(&body);
	return command_submit(d->store, chg, "synonyms", NULL);
}

bool
demo_add_rules(struct demo *d, const struct json *rules, const struct json *synonyms)
{
	struct map ids;
	bool done;

	map_init(&ids);
	done = add_rules(d, rules, false, &ids) && add_rules(d, rules, true, &ids) &&
		add_use(d, rules, &ids) && add_settings(d, synonyms);
	map_fini(&ids);
	return done;
}
