#include "knowledge/phrase_set.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "knowledge/automaton.h"
#include "knowledge/question.h"

#define NO_PHRASE UINT32_MAX

struct phrase_set {
	atomic_uint references;
	struct arena *arena;
	struct phrase *phrases;
	struct automaton *automaton;
	/* Of each word the phrases it is an exception of, or it is itself (`first` to the next). */
	struct use *uses;
	uint32_t *first;
};

struct use {
	uint32_t phrase;
	bool except;
};

/* ---- Making ------------------------------------------------------------------------------ */

struct building {
	struct slice *words;
	struct use *uses;
	size_t count;
};

static const char *
copy(const char *text, struct arena *a)
{
	return arena_strdup(a, text == NULL ? "" : text);
}

static void
copy_phrase(const struct phrase *p, struct arena *a, struct phrase *out)
{
	const char **except = arena_alloc(a, (p->except_count + 1) * sizeof(*except));

	*out = *p;
	out->text = copy(p->text, a);
	out->advice = copy(p->advice, a);
	for (size_t i = 0; i < p->except_count; i++) {
		except[i] = copy(p->except[i], a);
	}
	out->except = except;
}

static void
add_word(struct building *b, const char *text, struct use use, struct arena *scratch)
{
	struct question q;

	question_make(text, strlen(text), scratch, &q);
	if (q.folded.length > 0) {
		b->words[b->count] = (struct slice){q.folded.text, q.folded.length};
		b->uses[b->count++] = use;
	}
}

static enum err
make_automaton(struct phrase_set *s, const struct building *b, struct error *e)
{
	uint32_t *same = xcalloc(b->count + 1, sizeof(*same));
	enum err err = automaton_create(b->words, b->count, same, &s->automaton, e);

	if (err == ERR_OK) {
		s->first = xcalloc(b->count + 2, sizeof(*s->first));
		s->uses = xcalloc(b->count + 1, sizeof(*s->uses));
		/* Counted two places further, so that placing them moves each to its begin. */
		for (size_t i = 0; i < b->count; i++) {
			s->first[same[i] + 2]++;
		}
		for (size_t i = 2; i < b->count + 2; i++) {
			s->first[i] += s->first[i - 1];
		}
		for (size_t i = 0; i < b->count; i++) {
			s->uses[s->first[same[i] + 1]++] = b->uses[i];
		}
	}
	free(same);
	return err;
}

static void
destroy(struct phrase_set *s)
{
	automaton_destroy(s->automaton);
	free(s->uses);
	free(s->first);
	arena_destroy(s->arena);
	free(s);
}

enum err
phrase_set_create(const struct phrase *phrases, size_t count, struct phrase_set **out,
	struct error *e)
{
	struct phrase_set *s = xcalloc(1, sizeof(*s));
	struct arena *scratch = arena_create();
	struct building b = {.count = 0};
	size_t words = count;
	enum err err;

	atomic_init(&s->references, 1);
	s->arena = arena_create();
	s->phrases = arena_alloc(s->arena, (count + 1) * sizeof(*s->phrases));
	for (size_t i = 0; i < count; i++) {
		copy_phrase(&phrases[i], s->arena, &s->phrases[i]);
		words += phrases[i].except_count;
	}
	b.words = arena_alloc(scratch, (words + 1) * sizeof(*b.words));
	b.uses = arena_alloc(scratch, (words + 1) * sizeof(*b.uses));
	for (size_t i = 0; i < count; i++) {
		add_word(&b, phrases[i].text, (struct use){(uint32_t)i, false}, scratch);
		for (size_t j = 0; j < phrases[i].except_count; j++) {
			add_word(&b, phrases[i].except[j], (struct use){(uint32_t)i, true}, scratch);
		}
	}
	err = make_automaton(s, &b, e);
	arena_destroy(scratch);
	if (err != ERR_OK) {
		destroy(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

struct phrase_set *
phrase_set_get(struct phrase_set *s)
{
	atomic_fetch_add_explicit(&s->references, 1, memory_order_relaxed);
	return s;
}

void
phrase_set_put(struct phrase_set *s)
{
	if (s != NULL &&
		atomic_fetch_sub_explicit(&s->references, 1, memory_order_acq_rel) == 1) {
		destroy(s);
	}
}

/* ---- Checking ---------------------------------------------------------------------------- */

struct place {
	uint32_t phrase;
	bool except;
	size_t begin;
	size_t end;
};

struct checking {
	const struct phrase_set *set;
	const struct question *question;
	struct arena *arena;
	struct place *places;
	size_t count;
	size_t capacity;
};

static void
add_place(struct checking *c, struct place place)
{
	if (c->count == c->capacity) {
		size_t capacity = c->capacity * 2 + 16;
		struct place *places = arena_alloc(c->arena, capacity * sizeof(*places));

		if (c->count > 0) {
			memcpy(places, c->places, c->count * sizeof(*places));
		}
		c->places = places;
		c->capacity = capacity;
	}
	c->places[c->count++] = place;
}

static void
note_word(void *context, uint32_t word, size_t begin, size_t end)
{
	struct checking *c = context;
	const struct phrase_set *s = c->set;

	if (!question_word_ends(c->question, begin, end)) {
		return;
	}
	for (uint32_t u = s->first[word]; u < s->first[word + 1]; u++) {
		add_place(c, (struct place){s->uses[u].phrase, s->uses[u].except, begin, end});
	}
}

/* By phrase and place, an exception before what it excuses. */
static int
by_phrase(const void *a, const void *b)
{
	const struct place *x = a;
	const struct place *y = b;

	if (x->phrase != y->phrase) {
		return x->phrase < y->phrase ? -1 : 1;
	}
	if (x->begin != y->begin) {
		return x->begin < y->begin ? -1 : 1;
	}
	return (int)y->except - (int)x->except;
}

static int
by_begin(const void *a, const void *b)
{
	const struct phrase_hit *x = a;
	const struct phrase_hit *y = b;

	if (x->begin != y->begin) {
		return x->begin < y->begin ? -1 : 1;
	}
	return (y->phrase->action > x->phrase->action) -
		(y->phrase->action < x->phrase->action);
}

/* What is not inside an exception. They come by their begins: so an exception covers a place
 * when the furthest end of those before it does. */
static size_t
keep(const struct checking *c, struct phrase_hit *hits)
{
	uint32_t phrase = NO_PHRASE;
	size_t excused_to = 0;
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++) {
		const struct place *p = &c->places[i];
		struct phrase_hit *hit = &hits[count];

		if (p->phrase != phrase) {
			phrase = p->phrase;
			excused_to = 0;
		}
		if (p->except) {
			excused_to = p->end > excused_to ? p->end : excused_to;
		} else if (p->end > excused_to) {
			hit->phrase = &c->set->phrases[p->phrase];
			fold_place(&c->question->folded, p->begin, p->end, &hit->begin, &hit->end);
			count++;
		}
	}
	return count;
}

void
phrase_check(const struct phrase_set *s, const char *text, size_t length, struct arena *a,
	const struct phrase_hit **hits, size_t *count, enum phrase_action *action)
{
	struct question question;
	struct checking c = {.set = s, .question = &question, .arena = a};
	struct phrase_hit *list;
	int strictest = 0;

	question_make(text, length, a, &question);
	automaton_scan(s->automaton, question.folded.text, question.folded.length, note_word,
		&c);
	if (c.count > 1) {
		qsort(c.places, c.count, sizeof(*c.places), by_phrase);
	}
	list = arena_alloc(a, (c.count + 1) * sizeof(*list));
	*count = keep(&c, list);
	qsort(list, *count, sizeof(*list), by_begin);
	for (size_t i = 0; i < *count; i++) {
		if ((int)list[i].phrase->action > strictest) {
			strictest = (int)list[i].phrase->action;
		}
	}
	*hits = list;
	*action = (enum phrase_action)strictest;
}
