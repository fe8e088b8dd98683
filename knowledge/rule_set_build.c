/* Making a set: each keyword is folded, multiplied by its synonyms, and becomes a word of one
 * automaton; what is found of a word leads to the rules that use it. */
#include "knowledge/rule_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "knowledge/rule_set_internal.h"

enum { WORDS_MAX = 4000000 };

struct synonym {
	struct slice word;
	size_t group;
};

struct building {
	struct rule_set *set;
	const struct rule_settings *settings;
	struct arena *scratch;
	struct synonym *synonyms; /* sorted by word */
	size_t synonym_count;
	struct slice **groups; /* each ends with an empty slice */
	struct slice *words;
	struct rule_use *uses; /* one a word */
	size_t count;
	size_t capacity;
};

static int
by_word(const void *a, const void *b)
{
	const struct slice *x = &((const struct synonym *)a)->word;
	const struct slice *y = &((const struct synonym *)b)->word;
	size_t shorter = x->length < y->length ? x->length : y->length;
	int order = memcmp(x->data, y->data, shorter);

	return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

static struct slice
folded_word(struct building *b, const char *text, bool without_ends)
{
	struct question q;

	question_make(text, strlen(text), b->scratch, &q);
	if (without_ends) {
		return (struct slice){q.folded.text + q.begin, q.end - q.begin};
	}
	return (struct slice){q.folded.text, q.folded.length};
}

static void
read_synonyms(struct building *b)
{
	const struct rule_settings *settings = b->settings;
	size_t total = 0;

	for (size_t i = 0; i < settings->synonym_count; i++) {
		for (size_t j = 0; settings->synonyms[i][j] != NULL; j++) {
			total++;
		}
	}
	b->groups = arena_alloc(b->scratch,
		(settings->synonym_count + 1) * sizeof(*b->groups));
	b->synonyms = arena_alloc(b->scratch, (total + 1) * sizeof(*b->synonyms));
	for (size_t i = 0; i < settings->synonym_count; i++) {
		size_t count = 0;
		size_t kept = 0;

		while (settings->synonyms[i][count] != NULL) {
			count++;
		}
		b->groups[i] = arena_alloc(b->scratch, (count + 1) * sizeof(**b->groups));
		for (size_t j = 0; j < count; j++) {
			struct slice word = folded_word(b, settings->synonyms[i][j], false);

			if (word.length > 0) {
				b->groups[i][kept++] = word;
				b->synonyms[b->synonym_count++] = (struct synonym){word, i};
			}
		}
	}
	qsort(b->synonyms, b->synonym_count, sizeof(*b->synonyms), by_word);
}

static void
add_word(struct building *b, struct slice word, struct rule_use use)
{
	if (word.length == 0) {
		return;
	}
	if (b->count == b->capacity) {
		b->capacity = b->capacity * 2 + 256;
		b->words = xrealloc(b->words, b->capacity * sizeof(*b->words));
		b->uses = xrealloc(b->uses, b->capacity * sizeof(*b->uses));
	}
	use.characters = (uint16_t)utf8_count(word.data, word.length);
	b->words[b->count] = word;
	b->uses[b->count++] = use;
}

/* The word, and all that stand for it. */
static void
add_term(struct building *b, const char *text, bool without_ends, struct rule_use use)
{
	struct slice word = folded_word(b, text, without_ends);
	struct synonym key = {.word = word};
	const struct synonym *found = bsearch(&key, b->synonyms, b->synonym_count,
		sizeof(*b->synonyms), by_word);

	use.term = arena_strdup(b->set->arena, text);
	add_word(b, word, use);
	if (found == NULL) {
		return;
	}
	while (found > b->synonyms && by_word(found - 1, &key) == 0) {
		found--;
	}
	for (; found < b->synonyms + b->synonym_count && by_word(found, &key) == 0; found++) {
		for (const struct slice *other = b->groups[found->group]; other->length > 0;
			 other++) {
			if (other->length != word.length ||
				memcmp(other->data, word.data, word.length) != 0) {
				add_word(b, *other, use);
			}
		}
	}
}

static void
add_terms(struct building *b, const char *const *terms, size_t count, uint32_t rule,
	enum rule_list list, bool without_ends)
{
	for (size_t i = 0; i < count; i++) {
		add_term(b, terms[i], without_ends,
			(struct rule_use){.rule = rule, .list = (uint8_t)list, .number = (uint8_t)i});
	}
}

static void
add_rules(struct building *b, const struct rule *rules, size_t count)
{
	struct rule_set *s = b->set;

	s->rules = arena_alloc(s->arena, (count + 1) * sizeof(*s->rules));
	s->count = count;
	for (size_t i = 0; i < count; i++) {
		const struct rule *r = &s->rules[i];
		bool whole = rules[i].match == RULE_EXACT || rules[i].match == RULE_PREFIX;

		rule_copy(&rules[i], s->arena, &s->rules[i]);
		if (r->match != RULE_PATTERN) {
			add_terms(b, r->any, r->any_count, (uint32_t)i, LIST_ANY, whole);
		}
		add_terms(b, r->all, r->all_count, (uint32_t)i, LIST_ALL, false);
		add_terms(b, r->none, r->none_count, (uint32_t)i, LIST_NONE, false);
	}
	add_terms(b, b->settings->human_words, b->settings->human_word_count, WORD_OF_HUMAN,
		LIST_ANY, false);
	add_terms(b, b->settings->stop_words, b->settings->stop_word_count, WORD_OF_STOP,
		LIST_ANY, false);
}

static enum err
make_automaton(struct building *b, struct error *e)
{
	struct rule_set *s = b->set;
	uint32_t *same = xcalloc(b->count + 1, sizeof(*same));
	enum err err;

	err = b->count > WORDS_MAX
		? error_set(e, ERR_INVALID, "there are too many keywords")
		: automaton_create(b->words, b->count, same, &s->automaton, e);
	if (err != ERR_OK) {
		free(same);
		return err;
	}
	s->first_use = xcalloc(b->count + 2, sizeof(*s->first_use));
	s->uses = xcalloc(b->count + 1, sizeof(*s->uses));
	s->use_count = b->count;
	/* Counted two places further, so that placing them moves each to its begin. */
	for (size_t i = 0; i < b->count; i++) {
		s->first_use[same[i] + 2]++;
	}
	for (size_t i = 2; i < b->count + 2; i++) {
		s->first_use[i] += s->first_use[i - 1];
	}
	for (size_t i = 0; i < b->count; i++) {
		s->uses[s->first_use[same[i] + 1]++] = b->uses[i];
	}
	free(same);
	return ERR_OK;
}

static enum err
make_patterns(struct rule_set *s, struct error *e)
{
	s->patterns = arena_alloc(s->arena, (s->count + 1) * sizeof(struct pattern *));
	s->pattern_rules = arena_alloc(s->arena, (s->count + 1) * sizeof(*s->pattern_rules));
	for (size_t i = 0; i < s->count; i++) {
		struct error reason;

		if (s->rules[i].match != RULE_PATTERN || !s->rules[i].enabled) {
			continue;
		}
		if (s->pattern_count == RULE_PATTERNS_MAX) {
			return error_set(e, ERR_INVALID, "at most %d rules have a pattern",
				RULE_PATTERNS_MAX);
		}
		if (pattern_create(s->rules[i].pattern, &s->patterns[i], &reason) != ERR_OK) {
			return error_set(e, ERR_INVALID, "%.60s: pattern: %.120s", s->rules[i].title,
				reason.text);
		}
		s->pattern_rules[s->pattern_count++] = (uint32_t)i;
	}
	return ERR_OK;
}

static int
by_id(const void *a, const void *b, void *context)
{
	const struct rule_set *s = context;
	uint64_t x = s->rules[*(const uint32_t *)a].id;
	uint64_t y = s->rules[*(const uint32_t *)b].id;

	return (x > y) - (x < y);
}

static void
sort_ids(struct rule_set *s)
{
	s->by_id = arena_alloc(s->arena, (s->count + 1) * sizeof(*s->by_id));
	for (size_t i = 0; i < s->count; i++) {
		s->by_id[i] = (uint32_t)i;
	}
	qsort_r(s->by_id, s->count, sizeof(*s->by_id), by_id, s);
}

static void
destroy(struct rule_set *s)
{
	for (size_t i = 0; i < s->pattern_count; i++) {
		pattern_destroy(s->patterns[s->pattern_rules[i]]);
	}
	automaton_destroy(s->automaton);
	free(s->uses);
	free(s->first_use);
	arena_destroy(s->arena);
	free(s);
}

enum err
rule_set_create(const struct rule *rules, size_t count,
	const struct rule_settings *settings, struct rule_set **out, struct error *e)
{
	struct rule_set *s;
	struct building b = {.settings = settings};
	enum err err;

	if (count > RULES_MAX) {
		return error_set(e, ERR_INVALID, "there are at most %d rules", RULES_MAX);
	}
	s = xcalloc(1, sizeof(*s));
	atomic_init(&s->references, 1);
	s->arena = arena_create();
	s->misses = settings->misses;
	s->menu_ms = settings->menu_ms;
	s->repeat_ms = settings->repeat_ms;
	b.set = s;
	b.scratch = arena_create();
	read_synonyms(&b);
	add_rules(&b, rules, count);
	sort_ids(s);
	err = make_automaton(&b, e);
	if (err == ERR_OK) {
		err = make_patterns(s, e);
	}
	free(b.words);
	free(b.uses);
	arena_destroy(b.scratch);
	if (err != ERR_OK) {
		destroy(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

struct rule_set *
rule_set_get(struct rule_set *s)
{
	atomic_fetch_add_explicit(&s->references, 1, memory_order_relaxed);
	return s;
}

void
rule_set_put(struct rule_set *s)
{
	if (s != NULL &&
		atomic_fetch_sub_explicit(&s->references, 1, memory_order_acq_rel) == 1) {
		destroy(s);
	}
}

const struct rule *
rule_set_rule(const struct rule_set *s, uint64_t id)
{
	size_t low = 0;
	size_t high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct rule *r = &s->rules[s->by_id[middle]];

		if (r->id == id) {
			return r;
		}
		if (r->id < id) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return NULL;
}

size_t
rule_set_bytes(const struct rule_set *s)
{
	return automaton_bytes(s->automaton) + s->use_count * sizeof(*s->uses) +
		(s->use_count + 2) * sizeof(*s->first_use);
}
