/* From a question to the rules whose words are in it. */
#include "knowledge/rule_set_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { SLOTS_FIRST = 64 };

/* A word that was found: where first, and how it stands. */
struct found {
	uint32_t word_plus_one; /* 0: an empty slot */
	bool first;             /* at the question's beginning */
	bool whole;             /* is all of the question */
	size_t begin;
	size_t end;
};

/* What was found, each word once. */
struct finding {
	const struct question *question;
	struct arena *arena;
	struct found *slot;
	size_t slots; /* a power of two */
	size_t count;
};

static struct found *
slot_of(struct found *slot, size_t slots, uint32_t word)
{
	size_t at = (size_t)(word * 2654435761u) & (slots - 1);

	while (slot[at].word_plus_one != 0 && slot[at].word_plus_one != word + 1) {
		at = (at + 1) & (slots - 1);
	}
	return &slot[at];
}

static void
grow(struct finding *f)
{
	size_t slots = f->slots == 0 ? SLOTS_FIRST : f->slots * 2;
	struct found *slot = arena_alloc(f->arena, slots * sizeof(*slot));

	for (size_t i = 0; i < f->slots; i++) {
		if (f->slot[i].word_plus_one != 0) {
			*slot_of(slot, slots, f->slot[i].word_plus_one - 1) = f->slot[i];
		}
	}
	f->slot = slot;
	f->slots = slots;
}

static void
note_word(void *context, uint32_t word, size_t begin, size_t end)
{
	struct finding *f = context;
	const struct question *q = f->question;
	struct found *slot;

	if (!question_word_ends(q, begin, end)) {
		return;
	}
	if (f->count * 2 >= f->slots) {
		grow(f);
	}
	slot = slot_of(f->slot, f->slots, word);
	if (slot->word_plus_one == 0) {
		*slot = (struct found){.word_plus_one = word + 1, .begin = begin, .end = end};
		f->count++;
	}
	slot->first = slot->first || begin == q->begin;
	slot->whole = slot->whole || (begin == q->begin && end == q->end);
}

/* A keyword of a rule, found. */
struct reference {
	const struct rule_use *use;
	const struct found *found;
};

static int
by_rule(const void *a, const void *b)
{
	const struct reference *x = a;
	const struct reference *y = b;

	if (x->use->rule != y->use->rule) {
		return x->use->rule < y->use->rule ? -1 : 1;
	}
	return (x->found->begin > y->found->begin) - (x->found->begin < y->found->begin);
}

static struct rule_hit
hit_of(const struct finding *f, const struct reference *r)
{
	struct rule_hit hit = {.term = r->use->term};

	fold_place(&f->question->folded, r->found->begin, r->found->end, &hit.begin,
		&hit.end);
	return hit;
}

static bool
counts(const struct rule *r, const struct reference *ref)
{
	if (ref->use->list != LIST_ANY) {
		return true;
	}
	switch (r->match) {
	case RULE_EXACT:
		return ref->found->whole;
	case RULE_PREFIX:
		return ref->found->first;
	case RULE_CONTAINS:
	case RULE_PATTERN:
		break;
	}
	return true;
}

/* The references of one rule. */
static void
weigh(const struct rule_set *s, const struct finding *f, const struct reference *refs,
	size_t count, struct rule_candidate *out)
{
	const struct rule *r = &s->rules[refs[0].use->rule];
	struct rule_hit *hits = arena_alloc(f->arena, count * sizeof(*hits));
	uint64_t seen[2] = {0, 0}; /* of `all`, which; at most RULE_TERMS_MAX */
	size_t seen_count = 0;

	*out = (struct rule_candidate){.rule = refs[0].use->rule, .hits = hits};
	for (size_t i = 0; i < count; i++) {
		const struct rule_use *use = refs[i].use;
		uint64_t bit = UINT64_C(1) << (use->number % 64);

		if (!counts(r, &refs[i])) {
			continue;
		}
		hits[out->hit_count++] = hit_of(f, &refs[i]);
		if (use->list == LIST_NONE) {
			out->none = true;
		} else if (use->list == LIST_ANY) {
			out->any = true;
			if (use->characters > out->any_characters) {
				out->any_characters = use->characters;
			}
		} else if ((seen[use->number / 64] & bit) == 0) {
			seen[use->number / 64] |= bit;
			seen_count++;
			out->all_characters += use->characters;
		}
	}
	out->all = seen_count == r->all_count;
	out->any = out->any ||
		(r->match == RULE_CONTAINS && r->any_count == 0 && seen_count > 0);
}

static size_t
collect(const struct rule_set *s, const struct finding *f, struct reference **out)
{
	struct reference *refs;
	size_t count = 0;

	for (size_t i = 0; i < f->slots; i++) {
		uint32_t word = f->slot[i].word_plus_one;

		count += word == 0 ? 0 : s->first_use[word] - s->first_use[word - 1];
	}
	refs = arena_alloc(f->arena, (count + 1) * sizeof(*refs));
	count = 0;
	for (size_t i = 0; i < f->slots; i++) {
		uint32_t word = f->slot[i].word_plus_one;

		if (word == 0) {
			continue;
		}
		for (uint32_t u = s->first_use[word - 1]; u < s->first_use[word]; u++) {
			refs[count++] = (struct reference){&s->uses[u], &f->slot[i]};
		}
	}
	qsort(refs, count, sizeof(*refs), by_rule);
	*out = refs;
	return count;
}

static struct rule_candidate *
candidate_of(struct rule_finds *out, uint32_t rule)
{
	for (size_t i = 0; i < out->count; i++) {
		if (out->candidates[i].rule == rule) {
			return &out->candidates[i];
		}
	}
	return NULL;
}

/* Adds what a pattern found to what its rule's words already say. */
static void
try_pattern(const struct rule_set *s, struct arena *a, uint32_t rule,
	struct rule_finds *out)
{
	const struct folded *text = &out->question.folded;
	size_t begin = 0;
	size_t end = 0;
	enum pattern_result result = pattern_find(s->patterns[rule], text->text, text->length,
		&begin, &end);
	struct rule_candidate *c = candidate_of(out, rule);
	struct rule_hit *hits;

	if (result == PATTERN_NO) {
		return;
	}
	if (c == NULL) {
		c = &out->candidates[out->count++];
		*c = (struct rule_candidate){.rule = rule, .all = s->rules[rule].all_count == 0};
	}
	c->any = true;
	c->given_up = result == PATTERN_GIVEN_UP;
	if (c->given_up) {
		return;
	}
	c->any_characters = (uint32_t)utf8_count(text->text + begin, end - begin);
	hits = arena_alloc(a, (c->hit_count + 1) * sizeof(*hits));
	if (c->hit_count > 0) {
		memcpy(hits, c->hits, c->hit_count * sizeof(*hits));
	}
	hits[c->hit_count].term = s->rules[rule].pattern;
	fold_place(text, begin, end, &hits[c->hit_count].begin, &hits[c->hit_count].end);
	c->hits = hits;
	c->hit_count++;
}

/* The first of the words that bring a person. */
static void
note_special(const struct finding *f, const struct reference *ref, struct rule_finds *out)
{
	const struct rule_hit **place = ref->use->rule == WORD_OF_HUMAN ? &out->human
																	: &out->stop;

	if (*place == NULL) {
		struct rule_hit *hit = arena_alloc(f->arena, sizeof(*hit));

		*hit = hit_of(f, ref);
		*place = hit;
	}
}

void
rule_find(const struct rule_set *s, const char *text, struct arena *a,
	struct rule_finds *out)
{
	struct finding f = {.question = &out->question, .arena = a};
	struct reference *refs;
	size_t count;

	*out = (struct rule_finds){.count = 0};
	question_make(text, strlen(text), a, &out->question);
	automaton_scan(s->automaton, out->question.folded.text, out->question.folded.length,
		note_word, &f);
	count = collect(s, &f, &refs);
	out->candidates = arena_alloc(a,
		(count + s->pattern_count + 1) * sizeof(*out->candidates));
	for (size_t i = 0; i < count;) {
		size_t next = i + 1;

		if (refs[i].use->rule >= WORD_OF_STOP) {
			note_special(&f, &refs[i], out);
			i = next;
			continue;
		}
		while (next < count && refs[next].use->rule == refs[i].use->rule) {
			next++;
		}
		weigh(s, &f, refs + i, next - i, &out->candidates[out->count++]);
		i = next;
	}
	for (size_t i = 0; i < s->pattern_count; i++) {
		try_pattern(s, a, s->pattern_rules[i], out);
	}
}
