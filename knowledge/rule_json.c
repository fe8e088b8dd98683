/* The JSON part of rule.h. */
#include "knowledge/rule.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

static const char *const match_names[] = {
	[RULE_EXACT] = "exact",
	[RULE_PREFIX] = "prefix",
	[RULE_CONTAINS] = "contains",
	[RULE_PATTERN] = "pattern",
};

static const char *const hours_names[] = {
	[RULE_ALWAYS] = "always",
	[RULE_OPEN] = "open",
	[RULE_CLOSED] = "closed",
};

static const char *const pick_names[] = {
	[RULE_PICK_ROTATE] = "rotate",
	[RULE_PICK_RANDOM] = "random",
	[RULE_PICK_ALL] = "all",
};

const char *
rule_match_name(enum rule_match match)
{
	return match >= RULE_EXACT && match <= RULE_PATTERN ? match_names[match] : "unknown";
}

/* ---- Writing ----------------------------------------------------------------------------- */

static void
write_list(struct json_writer *w, const char *key, const char *const *list, size_t count)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_string(w, list[i]);
	}
	jw_array_end(w);
}

static void
write_menu(struct json_writer *w, const struct rule *r)
{
	jw_key(w, "menu");
	jw_array(w);
	for (size_t i = 0; i < r->menu_count; i++) {
		jw_object(w);
		jw_kstring(w, "label", r->menu[i].label);
		jw_kid(w, "rule", r->menu[i].rule);
		jw_kbool(w, "human", r->menu[i].human);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
write_text(struct json_writer *w, const char *key, const char *text)
{
	jw_kstring(w, key, text == NULL ? "" : text);
}

void
rule_encode(const struct rule *r, struct json_writer *w)
{
	jw_kid(w, "id", r->id);
	write_text(w, "title", r->title);
	write_text(w, "folder", r->folder);
	jw_kbool(w, "enabled", r->enabled);
	jw_ki64(w, "priority", r->priority);
	jw_kstring(w, "match", rule_match_name(r->match));
	write_list(w, "any", r->any, r->any_count);
	write_list(w, "all", r->all, r->all_count);
	write_list(w, "none", r->none, r->none_count);
	write_text(w, "pattern", r->pattern);
	write_list(w, "channels", r->channels, r->channel_count);
	jw_kstring(w, "hours", hours_names[r->hours]);
	jw_ki64(w, "cooldown_ms", r->cooldown_ms);
	write_list(w, "replies", r->replies, r->reply_count);
	jw_kstring(w, "pick", pick_names[r->pick]);
	write_menu(w, r);
	jw_kbool(w, "human", r->human);
	jw_kbool(w, "ask_helpful", r->ask_helpful);
	write_text(w, "intent", r->intent);
	write_list(w, "tags", r->tags, r->tag_count);
	write_list(w, "topics", r->topics, r->topic_count);
	jw_ki64(w, "version", (int64_t)r->version);
	jw_ktime(w, "updated_at", r->updated_at);
}

/* ---- Reading ----------------------------------------------------------------------------- */

struct reading {
	const struct json *body;
	struct arena *a;
	struct error *e;
	bool failed; /* `e` tells; the first counts */
};

static void
refuse(struct reading *r, const char *member, const char *what)
{
	if (!r->failed) {
		error_set(r->e, ERR_INVALID, "%s: %s", member, what);
		r->failed = true;
	}
}

static const char *
read_text(struct reading *r, const char *key)
{
	const struct json *value = json_get(r->body, key);
	const char *text = value == NULL ? "" : json_string_value(value, NULL);

	if (text == NULL) {
		refuse(r, key, "is a string");
		return "";
	}
	return arena_strdup(r->a, text);
}

static bool
read_bool(struct reading *r, const char *key, bool otherwise)
{
	bool value = otherwise;

	if (json_get(r->body, key) != NULL && !json_bool(r->body, key, &value)) {
		refuse(r, key, "is true or false");
	}
	return value;
}

static int64_t
read_number(struct reading *r, const char *key)
{
	int64_t value = 0;

	if (json_get(r->body, key) != NULL && !json_i64(r->body, key, &value)) {
		refuse(r, key, "is a whole number");
	}
	return value;
}

/* The index of a name, `otherwise` when there is none. */
static int
read_name(struct reading *r, const char *key, const char *const *names, int count,
	int otherwise)
{
	const char *text = read_text(r, key);

	if (text[0] == '\0') {
		return otherwise;
	}
	for (int i = 0; i < count; i++) {
		if (str_equals(text, names[i])) {
			return i;
		}
	}
	refuse(r, key, "is not known");
	return otherwise;
}

static const char *const *
read_list(struct reading *r, const char *key, size_t *count)
{
	const struct json *list = json_get(r->body, key);
	size_t length = list == NULL ? 0 : json_length(list);
	const char **out;

	*count = 0;
	if (list != NULL && !json_is_array(list)) {
		refuse(r, key, "is a list");
		return NULL;
	}
	if (length > RULE_TERMS_MAX) {
		refuse(r, key, "is too long");
		return NULL;
	}
	out = arena_alloc(r->a, (length + 1) * sizeof(*out));
	for (size_t i = 0; i < length; i++) {
		const char *text = json_string_value(json_at(list, i), NULL);

		if (text == NULL) {
			refuse(r, key, "is a list of strings");
			return NULL;
		}
		out[i] = arena_strdup(r->a, text);
	}
	*count = length;
	return out;
}

static void
read_menu(struct reading *r, struct rule *out)
{
	const struct json *list = json_get(r->body, "menu");
	size_t length = list == NULL ? 0 : json_length(list);
	struct rule_menu_item *menu;

	if (list != NULL && (!json_is_array(list) || length > RULE_MENU_MAX)) {
		refuse(r, "menu", "is a list, and not too long");
		return;
	}
	menu = arena_alloc(r->a, (length + 1) * sizeof(*menu));
	for (size_t i = 0; i < length; i++) {
		const struct json *item = json_at(list, i);
		const char *label = json_is_object(item) ? json_string(item, "label") : NULL;

		if (label == NULL ||
			(json_get(item, "rule") != NULL && !json_id(item, "rule", &menu[i].rule)) ||
			(json_get(item, "human") != NULL &&
				!json_bool(item, "human", &menu[i].human))) {
			refuse(r, "menu", "has objects of label, rule and human");
			return;
		}
		menu[i].label = arena_strdup(r->a, label);
	}
	out->menu = menu;
	out->menu_count = length;
}

static void
read_head(struct reading *r, struct rule *out)
{
	const char *updated_at = json_string(r->body, "updated_at");

	(void)json_id(r->body, "id", &out->id);
	out->version = (uint64_t)read_number(r, "version");
	if (updated_at != NULL && !time_parse(updated_at, &out->updated_at)) {
		refuse(r, "updated_at", "is a time");
	}
	out->title = read_text(r, "title");
	out->folder = read_text(r, "folder");
	out->enabled = read_bool(r, "enabled", true);
	out->priority = read_number(r, "priority");
}

enum err
rule_decode(const struct json *body, struct arena *a, struct rule *out, struct error *e)
{
	struct reading r = {.body = body, .a = a, .e = e};
	struct rule rule = {.match = RULE_CONTAINS};

	if (!json_is_object(body)) {
		return error_set(e, ERR_INVALID, "a rule is an object");
	}
	read_head(&r, &rule);
	rule.match = (enum rule_match)read_name(&r, "match", match_names, RULE_PATTERN + 1,
		RULE_CONTAINS);
	rule.any = read_list(&r, "any", &rule.any_count);
	rule.all = read_list(&r, "all", &rule.all_count);
	rule.none = read_list(&r, "none", &rule.none_count);
	rule.pattern = read_text(&r, "pattern");
	rule.channels = read_list(&r, "channels", &rule.channel_count);
	rule.hours = (enum rule_hours)read_name(&r, "hours", hours_names, RULE_CLOSED + 1,
		RULE_ALWAYS);
	rule.cooldown_ms = read_number(&r, "cooldown_ms");
	rule.replies = read_list(&r, "replies", &rule.reply_count);
	rule.pick = (enum rule_pick)read_name(&r, "pick", pick_names, RULE_PICK_ALL + 1,
		RULE_PICK_ROTATE);
	read_menu(&r, &rule);
	rule.human = read_bool(&r, "human", false);
	rule.ask_helpful = read_bool(&r, "ask_helpful", false);
	rule.intent = read_text(&r, "intent");
	rule.tags = read_list(&r, "tags", &rule.tag_count);
	rule.topics = read_list(&r, "topics", &rule.topic_count);
	if (r.failed) {
		return ERR_INVALID;
	}
	*out = rule;
	return ERR_OK;
}
