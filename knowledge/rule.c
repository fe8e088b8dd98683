#include "knowledge/rule.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "knowledge/pattern.h"
#include "knowledge/question.h"
#include "knowledge/reply_text.h"

static enum err
check_text(const char *text, size_t min, size_t max, const char *member, struct error *e)
{
	size_t length = text == NULL ? 0 : strlen(text);

	if (length < min || length > max) {
		return error_set(e, ERR_INVALID, "%s: has %zu to %zu bytes", member, min, max);
	}
	if (length > 0 && !utf8_valid(text, length)) {
		return error_set(e, ERR_INVALID, "%s: is not UTF-8", member);
	}
	return ERR_OK;
}

static enum err
check_list(const char *const *list, size_t count, size_t count_max, size_t bytes_max,
	const char *member, struct error *e)
{
	if (count > count_max) {
		return error_set(e, ERR_INVALID, "%s: has at most %zu", member, count_max);
	}
	for (size_t i = 0; i < count; i++) {
		char name[48];

		snprintf(name, sizeof(name), "%s[%zu]", member, i);
		if (check_text(list[i], 1, bytes_max, name, e) != ERR_OK) {
			return ERR_INVALID;
		}
	}
	return ERR_OK;
}

/* Nothing may be left of a word by folding: it would be found everywhere. */
static enum err
check_terms(const char *const *list, size_t count, const char *member, struct error *e)
{
	struct arena *a;
	enum err err = check_list(list, count, RULE_TERMS_MAX, RULE_TERM_MAX, member, e);

	if (err != ERR_OK) {
		return err;
	}
	a = arena_create();
	for (size_t i = 0; i < count && err == ERR_OK; i++) {
		struct question q;

		question_make(list[i], strlen(list[i]), a, &q);
		if (q.folded.length == 0) {
			err = error_set(e, ERR_INVALID, "%s[%zu]: is blank", member, i);
		}
	}
	arena_destroy(a);
	return err;
}

static enum err
check_words(const struct rule *r, struct error *e)
{
	if (r->match < RULE_EXACT || r->match > RULE_PATTERN) {
		return error_set(e, ERR_INVALID, "match: is not known");
	}
	if (check_terms(r->any, r->any_count, "any", e) != ERR_OK ||
		check_terms(r->all, r->all_count, "all", e) != ERR_OK ||
		check_terms(r->none, r->none_count, "none", e) != ERR_OK) {
		return ERR_INVALID;
	}
	if (r->any_count + r->all_count + r->none_count > RULE_TERMS_MAX) {
		return error_set(e, ERR_INVALID, "any: with all and none at most %d",
			RULE_TERMS_MAX);
	}
	if (r->match == RULE_PATTERN) {
		struct error reason;

		if (pattern_check(r->pattern, &reason) != ERR_OK) {
			return error_set(e, ERR_INVALID, "pattern: %.200s", reason.text);
		}
		return ERR_OK;
	}
	if (!str_empty(r->pattern)) {
		return error_set(e, ERR_INVALID, "pattern: only with the match \"pattern\"");
	}
	if (r->match != RULE_CONTAINS && r->any_count == 0) {
		return error_set(e, ERR_INVALID, "any: has at least one");
	}
	return ERR_OK;
}

static enum err
check_replies(const struct rule *r, struct error *e)
{
	enum err err = check_list(r->replies, r->reply_count, RULE_REPLIES_MAX,
		RULE_REPLY_MAX, "replies", e);

	for (size_t i = 0; i < r->reply_count && err == ERR_OK; i++) {
		struct error reason;

		err = reply_text_check(r->replies[i], &reason);
		if (err != ERR_OK) {
			return error_set(e, err, "replies[%zu]: %.200s", i, reason.text);
		}
	}
	return err;
}

static enum err
check_menu(const struct rule *r, struct error *e)
{
	if (r->menu_count > RULE_MENU_MAX) {
		return error_set(e, ERR_INVALID, "menu: has at most %d", RULE_MENU_MAX);
	}
	if (r->menu_count > 0 && r->reply_count == 0) {
		return error_set(e, ERR_INVALID, "menu: stands with a reply");
	}
	for (size_t i = 0; i < r->menu_count; i++) {
		const struct rule_menu_item *item = &r->menu[i];
		char name[48];

		snprintf(name, sizeof(name), "menu[%zu].label", i);
		if (check_text(item->label, 1, RULE_TITLE_MAX, name, e) != ERR_OK) {
			return ERR_INVALID;
		}
		if ((item->rule != 0) == item->human) {
			return error_set(e, ERR_INVALID, "menu[%zu]: a rule or a person", i);
		}
	}
	return ERR_OK;
}

static enum err
check_numbers(const struct rule *r, struct error *e)
{
	if (r->priority < -RULE_PRIORITY_MAX || r->priority > RULE_PRIORITY_MAX) {
		return error_set(e, ERR_INVALID, "priority: at most %d", RULE_PRIORITY_MAX);
	}
	if (r->cooldown_ms < 0 || r->cooldown_ms > RULE_COOLDOWN_MAX) {
		return error_set(e, ERR_INVALID, "cooldown_ms: at most 30 days");
	}
	if (r->hours > RULE_CLOSED || r->pick > RULE_PICK_ALL) {
		return error_set(e, ERR_INVALID, "hours, pick: is not known");
	}
	return ERR_OK;
}

enum err
rule_check(const struct rule *r, struct error *e)
{
	if (check_text(r->title, 1, RULE_TITLE_MAX, "title", e) != ERR_OK ||
		check_text(r->folder, 0, RULE_TITLE_MAX, "folder", e) != ERR_OK ||
		check_text(r->intent, 0, RULE_TAG_MAX, "intent", e) != ERR_OK ||
		check_numbers(r, e) != ERR_OK || check_words(r, e) != ERR_OK ||
		check_replies(r, e) != ERR_OK || check_menu(r, e) != ERR_OK ||
		check_list(r->tags, r->tag_count, RULE_TAGS_MAX, RULE_TAG_MAX, "tags", e) !=
			ERR_OK ||
		check_list(r->topics, r->topic_count, RULE_TAGS_MAX, RULE_TAG_MAX, "topics", e) !=
			ERR_OK ||
		check_list(r->channels, r->channel_count, RULE_TAGS_MAX, RULE_TAG_MAX, "channels",
			e) != ERR_OK) {
		return ERR_INVALID;
	}
	return ERR_OK;
}

static const char *const *
copy_list(const char *const *list, size_t count, struct arena *a)
{
	const char **out = arena_alloc(a, (count + 1) * sizeof(*out));

	for (size_t i = 0; i < count; i++) {
		out[i] = arena_strdup(a, list[i]);
	}
	return out;
}

static const char *
copy_text(const char *text, struct arena *a)
{
	return arena_strdup(a, text == NULL ? "" : text);
}

void
rule_copy(const struct rule *r, struct arena *a, struct rule *out)
{
	struct rule copy = *r;
	struct rule_menu_item *menu = arena_alloc(a, (r->menu_count + 1) * sizeof(*menu));

	copy.title = copy_text(r->title, a);
	copy.folder = copy_text(r->folder, a);
	copy.pattern = copy_text(r->pattern, a);
	copy.intent = copy_text(r->intent, a);
	copy.any = copy_list(r->any, r->any_count, a);
	copy.all = copy_list(r->all, r->all_count, a);
	copy.none = copy_list(r->none, r->none_count, a);
	copy.channels = copy_list(r->channels, r->channel_count, a);
	copy.replies = copy_list(r->replies, r->reply_count, a);
	copy.tags = copy_list(r->tags, r->tag_count, a);
	copy.topics = copy_list(r->topics, r->topic_count, a);
	for (size_t i = 0; i < r->menu_count; i++) {
		menu[i] = r->menu[i];
		menu[i].label = arena_strdup(a, r->menu[i].label);
	}
	copy.menu = menu;
	*out = copy;
}
