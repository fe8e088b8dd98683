#include "flow/rule_settings.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

enum {
	MISSES_MAX = 100,
	MENU_MS_MAX = 24 * 3600 * 1000,
	REPEAT_MS_MAX = 24 * 3600 * 1000,
};

static const char *const human_words[] = {"人工", "转人工", "人工客服", "真人", "投诉",
	"举报", "被骗", "诈骗", "盗号", "human", "agent", "real person", "complaint"};
static const char *const stop_words[] = {"荐股", "推荐股票", "推荐一只", "内幕消息",
	"保证收益", "稳赚", "代客理财", "帮我操作"};

void
rule_settings_default(struct rule_settings *out, bool *enabled)
{
	*out = (struct rule_settings){
		.human_words = human_words,
		.human_word_count = sizeof(human_words) / sizeof(human_words[0]),
		.stop_words = stop_words,
		.stop_word_count = sizeof(stop_words) / sizeof(stop_words[0]),
		.misses = 2,
		.menu_ms = 10 * 60 * 1000,
		.repeat_ms = 60 * 1000,
	};
	*enabled = true;
}

/* --- reading ------------------------------------------------------------------------------ */

/* A word without the space around it, in the arena; NULL after saying what is wrong. */
static const char *
read_word(const struct json *item, struct arena *a, const char *name, size_t index,
	struct error *e)
{
	size_t length = 0;
	const char *text = json_string_value(item, &length);

	while (text != NULL && length > 0 && text[length - 1] == ' ') {
		length--;
	}
	while (text != NULL && length > 0 && text[0] == ' ') {
		text++;
		length--;
	}
	if (text == NULL || length == 0) {
		error_set(e, ERR_INVALID, "%s[%zu]: must be a word", name, index);
		return NULL;
	}
	if (length > RULE_TERM_MAX) {
		error_set(e, ERR_INVALID, "%s[%zu]: is too long", name, index);
		return NULL;
	}
	return arena_strndup(a, text, length);
}

static enum err
read_words(const struct json *list, struct arena *a, const char *name, size_t max,
	const char *const **out, size_t *count, struct error *e)
{
	size_t length = json_length(list);
	const char **words;

	if (!json_is_array(list)) {
		return error_set(e, ERR_INVALID, "%s: must be a list", name);
	}
	if (length > max) {
		return error_set(e, ERR_INVALID, "%s: at most %zu words", name, max);
	}
	words = arena_alloc(a, (length + 1) * sizeof(*words));
	for (size_t i = 0; i < length; i++) {
		words[i] = read_word(json_at(list, i), a, name, i, e);
		if (words[i] == NULL) {
			return ERR_INVALID;
		}
	}
	*out = words;
	*count = length;
	return ERR_OK;
}

static enum err
read_synonyms(const struct json *list, struct arena *a, struct rule_settings *out,
	struct error *e)
{
	size_t length = json_length(list);
	const char *const **groups;

	if (!json_is_array(list)) {
		return error_set(e, ERR_INVALID, "synonyms: must be a list");
	}
	if (length > RULE_SYNONYMS_MAX) {
		return error_set(e, ERR_INVALID, "synonyms: at most %d groups",
			RULE_SYNONYMS_MAX);
	}
	groups = arena_alloc(a, (length + 1) * sizeof(*groups));
	for (size_t i = 0; i < length; i++) {
		const char *name = arena_printf(a, "synonyms[%zu]", i);
		size_t words = 0;
		enum err rc = read_words(json_at(list, i), a, name, RULE_GROUP_MAX, &groups[i],
			&words, e);

		if (rc == ERR_OK && words < 2) {
			rc = error_set(e, ERR_INVALID, "%s: two words or more mean the same", name);
		}
		if (rc != ERR_OK) {
			return rc;
		}
	}
	out->synonyms = groups;
	out->synonym_count = length;
	return ERR_OK;
}

static enum err
read_number(const struct json *body, const char *name, int64_t min, int64_t max,
	int64_t *out, struct error *e)
{
	int64_t value;

	if (json_get(body, name) == NULL) {
		return ERR_OK;
	}
	if (!json_i64(body, name, &value) || value < min || value > max) {
		return error_set(e, ERR_INVALID, "%s: must be a number from %lld to %lld", name,
			(long long)min, (long long)max);
	}
	*out = value;
	return ERR_OK;
}

enum err
rule_settings_decode(const struct json *body, struct arena *a, struct rule_settings *out,
	bool *enabled, struct error *e)
{
	const struct json *human = json_get(body, "human_words");
	const struct json *stop = json_get(body, "stop_words");
	const struct json *synonyms = json_get(body, "synonyms");
	struct rule_settings s = *out;
	bool on = *enabled;
	enum err rc = ERR_OK;

	if (json_get(body, "enabled") != NULL && !json_bool(body, "enabled", &on)) {
		return error_set(e, ERR_INVALID, "enabled: must be true or false");
	}
	if (human != NULL) {
		rc = read_words(human, a, "human_words", RULE_WORDS_MAX, &s.human_words,
			&s.human_word_count, e);
	}
	if (rc == ERR_OK && stop != NULL) {
		rc = read_words(stop, a, "stop_words", RULE_WORDS_MAX, &s.stop_words,
			&s.stop_word_count, e);
	}
	if (rc == ERR_OK && synonyms != NULL) {
		rc = read_synonyms(synonyms, a, &s, e);
	}
	if (rc == ERR_OK) {
		rc = read_number(body, "misses", 0, MISSES_MAX, &s.misses, e);
	}
	if (rc == ERR_OK) {
		rc = read_number(body, "menu_ms", 10000, MENU_MS_MAX, &s.menu_ms, e);
	}
	if (rc == ERR_OK) {
		rc = read_number(body, "repeat_ms", 0, REPEAT_MS_MAX, &s.repeat_ms, e);
	}
	if (rc == ERR_OK) {
		*out = s;
		*enabled = on;
	}
	return rc;
}

/* --- writing ------------------------------------------------------------------------------ */

static void
write_words(struct json_writer *w, const char *const *words, size_t count)
{
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_string(w, words[i]);
	}
	jw_array_end(w);
}

void
rule_settings_encode(const struct rule_settings *s, bool enabled, struct json_writer *w)
{
	jw_kbool(w, "enabled", enabled);
	jw_key(w, "human_words");
	write_words(w, s->human_words, s->human_word_count);
	jw_key(w, "stop_words");
	write_words(w, s->stop_words, s->stop_word_count);
	jw_key(w, "synonyms");
	jw_array(w);
	for (size_t i = 0; i < s->synonym_count; i++) {
		size_t count = 0;

		while (s->synonyms[i][count] != NULL) {
			count++;
		}
		write_words(w, s->synonyms[i], count);
	}
	jw_array_end(w);
	jw_ki64(w, "misses", s->misses);
	jw_ki64(w, "menu_ms", s->menu_ms);
	jw_ki64(w, "repeat_ms", s->repeat_ms);
}
