#include "knowledge/rule_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "knowledge/reply_text.h"
#include "knowledge/rule_set_internal.h"

struct judging {
	const struct rule_set *set;
	const struct rule_question *question;
	struct arena *arena;
	struct rule_finds finds;
	struct rule_candidate **order; /* those that came into question, best first */
	size_t count;
	bool cooled;   /* one would have won, but was said just now */
	bool repeated; /* that was the same answer again */
};

/* ---- The order --------------------------------------------------------------------------- */

static int
compare(const void *a, const void *b, void *context)
{
	const struct rule_set *s = context;
	const struct rule_candidate *x = *(struct rule_candidate *const *)a;
	const struct rule_candidate *y = *(struct rule_candidate *const *)b;
	const struct rule *rx = &s->rules[x->rule];
	const struct rule *ry = &s->rules[y->rule];
	uint32_t length_x = x->any_characters + x->all_characters;
	uint32_t length_y = y->any_characters + y->all_characters;

	if ((rx->match == RULE_EXACT) != (ry->match == RULE_EXACT)) {
		return rx->match == RULE_EXACT ? -1 : 1;
	}
	if (rx->priority != ry->priority) {
		return rx->priority > ry->priority ? -1 : 1;
	}
	if (length_x != length_y) {
		return length_x > length_y ? -1 : 1;
	}
	return (rx->id > ry->id) - (rx->id < ry->id);
}

static void
sort_candidates(struct judging *j)
{
	j->order = arena_alloc(j->arena,
		(j->finds.count + 1) * sizeof(struct rule_candidate *));
	for (size_t i = 0; i < j->finds.count; i++) {
		if (j->finds.candidates[i].any) {
			j->order[j->count++] = &j->finds.candidates[i];
		}
	}
	qsort_r(j->order, j->count, sizeof(struct rule_candidate *), compare,
		(void *)(uintptr_t)j->set);
}

/* ---- One rule ---------------------------------------------------------------------------- */

static bool
channel_fits(const struct rule *r, const char *kind)
{
	for (size_t i = 0; i < r->channel_count; i++) {
		if (str_equals(r->channels[i], kind)) {
			return true;
		}
	}
	return r->channel_count == 0;
}

static bool
hours_fit(const struct rule *r, bool open)
{
	return r->hours == RULE_ALWAYS || (r->hours == RULE_OPEN) == open;
}

/* When the rule was said last, as far as is remembered; NULL: not. */
static const int64_t *
said_at(const struct rule_state *state, uint64_t rule)
{
	for (size_t i = 0; i < RULE_STATE_RULES; i++) {
		if (state->said[i].rule == rule && rule != 0) {
			return &state->said[i].at;
		}
	}
	return NULL;
}

/* Whether the next time it would say the very same. */
static bool
says_the_same(const struct rule *r)
{
	return !r->human && (r->reply_count <= 1 || r->pick == RULE_PICK_ALL);
}

/* Why the candidate does not answer; "": it does. */
static const char *
judge(struct judging *j, const struct rule_candidate *c)
{
	const struct rule *r = &j->set->rules[c->rule];
	const struct rule_question *q = j->question;
	const int64_t *at = said_at(&q->state, r->id);

	if (!r->enabled) {
		return "off";
	}
	if (c->given_up) {
		return "limit";
	}
	if (!c->all) {
		return "all-word";
	}
	if (c->none) {
		return "none-word";
	}
	if (!channel_fits(r, q->channel_kind)) {
		return "channel";
	}
	if (!hours_fit(r, q->open)) {
		return "hours";
	}
	if (at != NULL && *at + r->cooldown_ms > q->now) {
		j->cooled = true;
		return "cooldown";
	}
	if (at != NULL && *at + j->set->repeat_ms > q->now && says_the_same(r)) {
		j->cooled = true;
		j->repeated = true;
		return "repeat";
	}
	return "";
}

/* ---- What is said ------------------------------------------------------------------------ */

/* Puts the rule first among those said; returns how often it was before. */
static int64_t
remember(struct rule_state *state, uint64_t rule, int64_t now)
{
	size_t place = 0;
	int64_t uses = 0;

	while (place < RULE_STATE_RULES - 1 && state->said[place].rule != rule) {
		place++;
	}
	if (state->said[place].rule == rule) {
		uses = state->said[place].uses;
	}
	memmove(&state->said[1], &state->said[0], place * sizeof(state->said[0]));
	state->said[0].rule = rule;
	state->said[0].at = now;
	state->said[0].uses = uses < INT32_MAX ? uses + 1 : 0;
	return uses;
}

static void
fill_texts(struct judging *j, const struct rule *r, int64_t uses, struct rule_answer *out)
{
	const struct rule_question *q = j->question;
	size_t count = r->pick == RULE_PICK_ALL ? r->reply_count : 1;
	size_t first = 0;
	const char **texts;

	if (r->reply_count == 0) {
		return;
	}
	if (r->pick == RULE_PICK_ROTATE) {
		first = (size_t)uses % r->reply_count;
	} else if (r->pick == RULE_PICK_RANDOM) {
		first = q->chance % r->reply_count;
	}
	texts = arena_alloc(j->arena, count * sizeof(*texts));
	for (size_t i = 0; i < count; i++) {
		texts[i] = reply_text_fill(r->replies[first + i], q->customer_name, q->language,
			j->arena);
	}
	out->texts = texts;
	out->text_count = count;
}

static void
say(struct judging *j, const struct rule *r, enum rule_reason reason,
	struct rule_answer *out)
{
	int64_t now = j->question->now;

	out->verdict = r->human ? RULE_HUMAN : RULE_ANSWER;
	out->reason = reason;
	out->rule = r;
	out->menu = r->menu;
	out->menu_count = r->menu_count;
	fill_texts(j, r, remember(&out->state, r->id, now), out);
	out->state.misses = 0;
	out->state.helpful_rule = r->ask_helpful ? r->id : 0;
	if (r->menu_count > 0) {
		out->state.menu_rule = r->id;
		out->state.menu_until = now + j->set->menu_ms;
	}
}

static void
call_human(enum rule_reason reason, const struct rule_hit *hit, struct rule_answer *out)
{
	out->verdict = RULE_HUMAN;
	out->reason = reason;
	out->hits = hit;
	out->hit_count = hit == NULL ? 0 : 1;
	out->state.misses = 0;
	out->state.menu_rule = 0;
	out->state.menu_until = 0;
}

static void
say_nothing(struct judging *j, struct rule_answer *out)
{
	out->reason = j->cooled ? RULE_BY_COOLDOWN : RULE_BY_NONE;
	if (j->cooled && !j->repeated) {
		return;
	}
	out->state.misses++;
	if (j->set->misses > 0 && out->state.misses >= j->set->misses) {
		call_human(RULE_BY_MISSES, NULL, out);
	}
}

/* ---- The menu ---------------------------------------------------------------------------- */

/* "2", "二": from 1; 0: it is no number. */
static size_t
number_of(const char *text, size_t length)
{
	static const char digits[] =
		"\xE4\xB8\x80\xE4\xBA\x8C\xE4\xB8\x89\xE5\x9B\x9B\xE4\xBA\x94"
		"\xE5\x85\xAD\xE4\xB8\x83\xE5\x85\xAB\xE4\xB9\x9D\xE5\x8D\x81";

	if (length == 3) {
		for (size_t i = 0; i < 10; i++) {
			if (memcmp(text, digits + i * 3, 3) == 0) {
				return i + 1;
			}
		}
	}
	if (length == 1 && text[0] >= '1' && text[0] <= '9') {
		return (size_t)(text[0] - '0');
	}
	return length == 2 && memcmp(text, "10", 2) == 0 ? 10 : 0;
}

static bool
is_label(const char *label, const char *text, size_t length, struct arena *a)
{
	struct question q;

	question_make(label, strlen(label), a, &q);
	return q.end - q.begin == length &&
		memcmp(q.folded.text + q.begin, text, length) == 0;
}

/* The item of the open menu that the question names; NULL: none. */
static const struct rule_menu_item *
menu_item(struct judging *j)
{
	const struct rule_state *state = &j->question->state;
	const struct question *q = &j->finds.question;
	const char *text = q->folded.text + q->begin;
	size_t length = q->end - q->begin;
	size_t number = number_of(text, length);
	const struct rule *r;

	if (state->menu_rule == 0 || state->menu_until <= j->question->now) {
		return NULL;
	}
	r = rule_set_rule(j->set, state->menu_rule);
	if (r == NULL || !r->enabled) {
		return NULL;
	}
	if (number > 0) {
		return number <= r->menu_count ? &r->menu[number - 1] : NULL;
	}
	for (size_t i = 0; i < r->menu_count; i++) {
		if (is_label(r->menu[i].label, text, length, j->arena)) {
			return &r->menu[i];
		}
	}
	return NULL;
}

static bool
answer_menu(struct judging *j, struct rule_answer *out)
{
	const struct rule_menu_item *item = menu_item(j);
	const struct rule *r;

	if (item == NULL) {
		return false;
	}
	if (item->human) {
		call_human(RULE_BY_MENU, NULL, out);
		return true;
	}
	r = rule_set_rule(j->set, item->rule);
	if (r == NULL || !r->enabled) {
		return false;
	}
	say(j, r, RULE_BY_MENU, out);
	return true;
}

/* ---- All of it --------------------------------------------------------------------------- */

/* Before any rule. */
static bool
answer_early(struct judging *j, struct rule_answer *out)
{
	if (j->finds.human != NULL) {
		call_human(RULE_BY_HUMAN_WORD, j->finds.human, out);
		return true;
	}
	if (j->finds.stop != NULL) {
		call_human(RULE_BY_STOP_WORD, j->finds.stop, out);
		return true;
	}
	return answer_menu(j, out);
}

/* `trials`: NULL, or room for each candidate. */
static void
decide(struct judging *j, struct rule_trial *trials, struct rule_answer *out)
{
	bool early = answer_early(j, out);
	bool won = false;

	for (size_t i = 0; i < j->count && (trials != NULL || !(early || won)); i++) {
		const struct rule_candidate *c = j->order[i];
		const struct rule *r = &j->set->rules[c->rule];
		bool cooled = j->cooled;
		bool repeated = j->repeated;
		const char *why = judge(j, c);

		if (early || won) {
			/* What comes after the decision does not change it. */
			j->cooled = cooled;
			j->repeated = repeated;
			why = why[0] != '\0' ? why : early ? "earlier" : "lower";
		} else if (why[0] == '\0') {
			won = true;
			say(j, r, r->match == RULE_EXACT ? RULE_BY_EXACT : RULE_BY_RULE, out);
			out->hits = c->hits;
			out->hit_count = c->hit_count;
		}
		if (trials != NULL) {
			trials[i] = (struct rule_trial){r, why[0] == '\0', why, c->hits,
				c->hit_count};
		}
	}
	if (!early && !won) {
		say_nothing(j, out);
	}
}

static void
begin(struct judging *j, const struct rule_set *s, const struct rule_question *q,
	struct arena *a, struct rule_answer *out)
{
	*j = (struct judging){.set = s, .question = q, .arena = a};
	*out = (struct rule_answer){.verdict = RULE_NOTHING, .state = q->state};
	rule_find(s, q->text, a, &j->finds);
	sort_candidates(j);
}

void
rule_answer(const struct rule_set *s, const struct rule_question *q, struct arena *a,
	struct rule_answer *out)
{
	struct judging j;

	begin(&j, s, q, a, out);
	decide(&j, NULL, out);
}

void
rule_explain(const struct rule_set *s, const struct rule_question *q, struct arena *a,
	struct rule_answer *out, const struct rule_trial **trials, size_t *trial_count)
{
	struct judging j;
	struct rule_trial *list;

	begin(&j, s, q, a, out);
	list = arena_alloc(a, (j.count + 1) * sizeof(*list));
	decide(&j, list, out);
	*trials = list;
	*trial_count = j.count;
}
