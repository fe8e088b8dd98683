/* A rule set's insides, between building (rule_set_build.c), finding the rules whose words are in
 * a question (rule_find.c) and choosing among them (rule_set.c). */
#ifndef KNOWLEDGE_RULE_SET_INTERNAL_H
#define KNOWLEDGE_RULE_SET_INTERNAL_H

#include <stdatomic.h>

#include "knowledge/automaton.h"
#include "knowledge/pattern.h"
#include "knowledge/question.h"
#include "knowledge/rule_set.h"

/* In place of a rule's index: whose word it is. */
#define WORD_OF_HUMAN UINT32_MAX
#define WORD_OF_STOP (UINT32_MAX - 1)

enum rule_list { LIST_ANY = 0, LIST_ALL, LIST_NONE };

/* That a word of the automaton is a keyword of a rule. */
struct rule_use {
	const char *term; /* as it was written */
	uint32_t rule;    /* index, or WORD_OF_... */
	uint16_t characters;
	uint8_t list;   /* enum rule_list */
	uint8_t number; /* of `all`: which */
};

struct rule_set {
	atomic_uint references;
	struct arena *arena; /* the rules and all their strings */
	struct rule *rules;
	size_t count;
	uint32_t *by_id; /* indexes, sorted by id */
	struct automaton *automaton;
	struct rule_use *uses;
	size_t use_count;
	uint32_t *first_use;       /* of each word; one more at the end */
	struct pattern **patterns; /* by rule; most are NULL */
	uint32_t *pattern_rules;
	size_t pattern_count;
	int64_t misses;
	int64_t menu_ms;
	int64_t repeat_ms;
};

/* A rule some words of which were found. */
struct rule_candidate {
	uint32_t rule;
	bool any;
	bool all; /* that is: each of them, or there are none */
	bool none;
	bool given_up; /* its pattern */
	uint32_t any_characters;
	uint32_t all_characters;
	const struct rule_hit *hits;
	size_t hit_count;
};

struct rule_finds {
	struct question question;
	const struct rule_hit *human; /* NULL: no such word */
	const struct rule_hit *stop;
	struct rule_candidate *candidates;
	size_t count;
};

void rule_find(const struct rule_set *s, const char *text, struct arena *a,
	struct rule_finds *out);

#endif
