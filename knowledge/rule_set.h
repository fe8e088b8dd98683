/* All rules compiled: one pass of an Aho-Corasick automaton over the folded question finds every
 * keyword of every rule. Built by a worker, immutable, counted by references; the loop swaps a new
 * set in. rule_answer() is pure: what is remembered about a customer goes in and comes out. */
#ifndef KNOWLEDGE_RULE_SET_H
#define KNOWLEDGE_RULE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "knowledge/rule.h"

struct arena;
struct rule_set;

struct rule_settings {
	const char *const *human_words; /* 人工, 投诉, 转人工, agent ...: before all else */
	size_t human_word_count;
	const char *const *stop_words; /* 荐股 ...: always a person, never a rule */
	size_t stop_word_count;
	/* Groups, each ends with NULL. A keyword that is one of a group is found by any of it. */
	const char *const *const *synonyms;
	size_t synonym_count;
	int64_t
		misses; /* so many questions without an answer bring a person, 2; 0: none do */
	int64_t menu_ms;   /* a menu waits so long for its number, 10 min */
	int64_t repeat_ms; /* the same answer is not said twice within, 60 s */
};

/* Copies what it needs. The rules passed rule_check(); ERR_INVALID: there are too many, or a
 * pattern is broken. Some microseconds a keyword: for a worker. */
MUST_CHECK enum err rule_set_create(const struct rule *rules, size_t count,
	const struct rule_settings *settings, struct rule_set **out, struct error *e);
struct rule_set *rule_set_get(struct rule_set *s);
void rule_set_put(struct rule_set *s); /* NULL is fine */
/* NULL: none has that id. It lives as long as the set. */
const struct rule *rule_set_rule(const struct rule_set *s, uint64_t id);
size_t rule_set_bytes(const struct rule_set *s); /* of its automaton */

#define RULE_STATE_RULES 8

/* What the bot remembers about one timeline; stored as JSON beside it. */
struct rule_state {
	int64_t misses;
	uint64_t menu_rule; /* whose menu is open; 0: none */
	int64_t menu_until;
	uint64_t helpful_rule; /* whose answer "did this help?" was asked about; 0: none */
	struct {
		uint64_t rule;
		int64_t at;
		int64_t uses;         /* for RULE_PICK_ROTATE */
	} said[RULE_STATE_RULES]; /* newest first */
};

struct rule_question {
	const char *text;
	const char *channel_kind;
	bool open; /* somebody is there by the calendar */
	int64_t now;
	struct rule_state state;
	uint32_t chance;           /* for RULE_PICK_RANDOM */
	const char *customer_name; /* for {{name}}; NULL: unknown */
	const char *language;      /* "zh-CN" or "en" */
};

enum rule_verdict {
	RULE_NOTHING = 0, /* no rule; misses were counted */
	RULE_ANSWER = 1,
	RULE_HUMAN = 2, /* a person is wanted: asked for, a stop word, or too many misses */
};

enum rule_reason {
	RULE_BY_NONE = 0,
	RULE_BY_HUMAN_WORD,
	RULE_BY_STOP_WORD,
	RULE_BY_MENU,
	RULE_BY_EXACT,
	RULE_BY_RULE,
	RULE_BY_MISSES,
	RULE_BY_COOLDOWN, /* it matched, but was said just now */
};

struct rule_hit {
	size_t begin; /* bytes of the question */
	size_t end;
	const char *term; /* as it was written in the rule */
};

struct rule_answer {
	enum rule_verdict verdict;
	enum rule_reason reason;
	const struct rule *rule;  /* lives as long as the set; NULL: none */
	const char *const *texts; /* one message each, variables filled in */
	size_t text_count;
	const struct rule_menu_item *menu; /* with the last text */
	size_t menu_count;
	const struct rule_hit *hits;
	size_t hit_count;
	struct rule_state state; /* as it is afterwards */
};

/* The order: human words, stop words, the open menu (its number or a label), exact matches, then
 * the others by priority, length of what was found (the longest of `any` and all of `all`, in
 * characters), age. One that was said just now steps back for the next. */
void rule_answer(const struct rule_set *s, const struct rule_question *q, struct arena *a,
	struct rule_answer *out);

/* For the test console: every rule that came into question, in the order of judgement. Why it
 * did not win: "off" (not enabled), "all-word" (one is missing), "none-word", "limit" (its pattern
 * took too long), "channel", "hours", "cooldown", "repeat", "lower" (a better one won),
 * "earlier" (a human word, a stop word or the menu decided). */
struct rule_trial {
	const struct rule *rule;
	bool won;
	const char *why; /* "" for the winner */
	const struct rule_hit *hits;
	size_t hit_count;
};
void
rule_explain(const struct rule_set *s, const struct rule_question *q, struct arena *a,
	struct rule_answer *out, const struct rule_trial **trials, size_t *trial_count);

#endif
