/* /api/v1/rules/test: what would be answered, and why. Nothing is counted or kept. A rule that
 * is not saved yet can be tried among those in force: they are compiled together aside. */
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/house_hours.h"
#include "api/input.h"
#include "api/rest_rules.h"
#include "api/rule_wire.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/worker.h"
#include "flow/rule_snapshot.h"
#include "flow/rules.h"
#include "model/hours.h"

enum {
	TEXT_MAX = 4000,
	TRIALS_SHOWN = 50,
	CHANNEL_MAX = 40,
	NAME_MAX_CHARACTERS = 80,
};

static const char *const verdicts[] = {
	[RULE_NOTHING] = "nothing",
	[RULE_ANSWER] = "answer",
	[RULE_HUMAN] = "human",
};

static const char *const reasons[] = {
	[RULE_BY_NONE] = "none",
	[RULE_BY_HUMAN_WORD] = "human_word",
	[RULE_BY_STOP_WORD] = "stop_word",
	[RULE_BY_MENU] = "menu",
	[RULE_BY_EXACT] = "exact",
	[RULE_BY_RULE] = "rule",
	[RULE_BY_MISSES] = "misses",
	[RULE_BY_COOLDOWN] = "cooldown",
};

/* The arena is the request's, which stays until its reply. */
struct test {
	struct job job; /* first */
	struct exchange *exchange;
	struct arena *arena;
	struct rule_snapshot *snapshot;
	bool compile;
	struct rule_question question;
	struct rule_answer answer;
	const struct rule_trial *trials;
	size_t trial_count;
	int64_t took_us;
	enum err code;
	struct error error;
};

/* --- the answer --------------------------------------------------------------------------- */

/* Places are told in characters: whoever shows them counts in another unit than bytes. */
static void
write_hits(struct json_writer *w, const char *text, const struct rule_hit *hits,
	size_t count)
{
	jw_key(w, "hits");
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_object(w);
		jw_ki64(w, "begin", (int64_t)utf8_count(text, hits[i].begin));
		jw_ki64(w, "end", (int64_t)utf8_count(text, hits[i].end));
		jw_kstring(w, "term", hits[i].term);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
write_rule(struct json_writer *w, const struct rule *rule)
{
	jw_kid(w, "rule", rule != NULL ? rule->id : 0);
	jw_kstring(w, "title", rule != NULL ? rule->title : "");
	jw_kstring(w, "folder", rule != NULL && rule->folder != NULL ? rule->folder : "");
}

static void
write_trials(struct json_writer *w, const struct test *t)
{
	size_t count = t->trial_count < TRIALS_SHOWN ? t->trial_count : TRIALS_SHOWN;

	jw_key(w, "trials");
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		const struct rule_trial *trial = &t->trials[i];

		jw_object(w);
		write_rule(w, trial->rule);
		jw_kbool(w, "won", trial->won);
		jw_kstring(w, "why", trial->why != NULL ? trial->why : "");
		write_hits(w, t->question.text, trial->hits, trial->hit_count);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
write_words(struct json_writer *w, const char *name, const char *const *words,
	size_t count)
{
	jw_key(w, name);
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_string(w, words[i]);
	}
	jw_array_end(w);
}

static void
write_menu(struct json_writer *w, const struct rule_answer *a)
{
	jw_key(w, "menu");
	jw_array(w);
	for (size_t i = 0; i < a->menu_count; i++) {
		jw_object(w);
		jw_ki64(w, "n", (int64_t)i + 1);
		jw_kstring(w, "label", a->menu[i].label);
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* What a next question of the same customer has to come with. */
static void
write_state(struct json_writer *w, const struct rule_state *s)
{
	jw_key(w, "state");
	jw_object(w);
	jw_ki64(w, "misses", s->misses);
	jw_kid(w, "menu_rule", s->menu_rule);
	jw_ki64(w, "menu_until", s->menu_until);
	jw_key(w, "said");
	jw_array(w);
	for (size_t i = 0; i < RULE_STATE_RULES && s->said[i].rule != 0; i++) {
		jw_object(w);
		jw_kid(w, "rule", s->said[i].rule);
		jw_ki64(w, "at", s->said[i].at);
		jw_ki64(w, "uses", s->said[i].uses);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static void
reply(struct exchange *x, const struct test *t)
{
	const struct rule_answer *a = &t->answer;
	const struct rule *rule = a->rule;
	struct json_writer w;
	struct buf out;

	exchange_open(&out, &w);
	jw_kstring(&w, "verdict", verdicts[a->verdict]);
	jw_kstring(&w, "reason", reasons[a->reason]);
	write_rule(&w, rule);
	write_words(&w, "texts", a->texts, a->text_count);
	write_menu(&w, a);
	jw_kbool(&w, "human", a->verdict == RULE_HUMAN || (rule != NULL && rule->human));
	jw_kbool(&w, "helpful", rule != NULL && rule->ask_helpful);
	jw_kstring(&w, "intent", rule != NULL && rule->intent != NULL ? rule->intent : "");
	write_words(&w, "tags", rule != NULL ? rule->tags : NULL,
		rule != NULL ? rule->tag_count : 0);
	write_words(&w, "topics", rule != NULL ? rule->topics : NULL,
		rule != NULL ? rule->topic_count : 0);
	write_hits(&w, t->question.text, a->hits, a->hit_count);
	write_trials(&w, t);
	write_state(&w, &a->state);
	jw_kbool(&w, "enabled", t->snapshot->enabled);
	jw_ki64(&w, "rules", (int64_t)t->snapshot->count);
	jw_ki64(&w, "took_us", t->took_us);
	exchange_close(x, &out, &w);
}

/* --- on a worker -------------------------------------------------------------------------- */

static void
run(struct job *job)
{
	struct test *t = (struct test *)job;
	int64_t began;

	if (t->compile) {
		t->code = rule_snapshot_compile(t->snapshot, &t->error);
	}
	if (t->code != ERR_OK) {
		return;
	}
	began = clock_monotonic_us();
	rule_explain(t->snapshot->set, &t->question, t->arena, &t->answer, &t->trials,
		&t->trial_count);
	t->took_us = clock_monotonic_us() - began;
}

static void
done(struct job *job)
{
	struct test *t = (struct test *)job;

	if (t->code == ERR_OK) {
		reply(t->exchange, t);
	} else {
		rule_refuse(t->exchange, &t->error);
	}
	rules_snapshot_put(t->snapshot);
	free(t);
}

/* --- the question ------------------------------------------------------------------------- */

static void
read_state(const struct json *from, struct rule_state *out)
{
	const struct json *said = json_get(from, "said");
	size_t count = json_length(said);

	json_i64(from, "misses", &out->misses);
	json_id(from, "menu_rule", &out->menu_rule);
	json_i64(from, "menu_until", &out->menu_until);
	for (size_t i = 0; i < count && i < RULE_STATE_RULES; i++) {
		json_id(json_at(said, i), "rule", &out->said[i].rule);
		json_i64(json_at(said, i), "at", &out->said[i].at);
		json_i64(json_at(said, i), "uses", &out->said[i].uses);
	}
}

static void
read_question(struct exchange *x, struct input *in, struct rule_question *out)
{
	const char *text = input_text(in, "text", TEXT_MAX);
	const char *channel = input_line(in, "channel", CHANNEL_MAX);
	const char *language = input_language(in, "language");
	int64_t at = input_time(in, "at");
	int64_t now = at != 0 ? at : clock_now_ms();
	bool open = input_flag(in, "open", hours_open(hours_current(x->app), now));
	int64_t chance = input_number(in, "chance", 0, UINT32_MAX, 0);

	if (str_empty(text) && in->field == NULL) {
		input_wrong(in, "text", "is missing");
	}
	*out = (struct rule_question){
		.text = text,
		.channel_kind = str_empty(channel) ? "webchat" : channel,
		.open = open,
		.now = now,
		.chance = (uint32_t)chance,
		.customer_name = input_line(in, "name", NAME_MAX_CHARACTERS),
		.language = language != NULL ? language : "zh-CN",
	};
	if (json_is_object(json_get(x->body, "state"))) {
		read_state(json_get(x->body, "state"), &out->state);
	}
}

/* The rules among which it is asked; NULL after replying. */
static struct rule_snapshot *
find_rules(struct exchange *x, bool *compile)
{
	struct rule_snapshot *base = rules_snapshot_get(x->app->rules);
	const struct json *sent = json_get(x->body, "rule");
	struct rule_snapshot *with;
	struct error e = {0};
	struct rule rule;

	if (base == NULL) {
		exchange_fail(x, ERR_UNAVAILABLE, NULL, "the rules cannot be read just now");
		return NULL;
	}
	*compile = json_is_object(sent);
	if (!*compile) {
		return base;
	}
	if (rule_from_wire(sent, NULL, x->arena, &rule, &e) != ERR_OK) {
		rules_snapshot_put(base);
		rule_refuse(x, &e);
		return NULL;
	}
	rule.id = 0;
	json_id(sent, "id", &rule.id);
	rule.enabled = true;
	with = rule_snapshot_with(base, &rule);
	rules_snapshot_put(base);
	return with;
}

static void
start(struct exchange *x)
{
	struct rule_question question;
	struct rule_snapshot *rules;
	struct input in;
	struct test *t;
	bool compile;

	input_init(&in, x, x->arena);
	read_question(x, &in, &question);
	if (exchange_refused(x, &in)) {
		return;
	}
	rules = find_rules(x, &compile);
	if (rules == NULL) {
		return;
	}
	t = xcalloc(1, sizeof(*t));
	t->job.run = run;
	t->job.done = done;
	t->exchange = x;
	t->arena = x->arena;
	t->snapshot = rules;
	t->compile = compile;
	t->question = question;
	if (workers_submit(x->app->workers, &t->job) != ERR_OK) {
		rules_snapshot_put(rules);
		free(t);
		exchange_fail(x, ERR_BUSY, NULL, "too much is going on; try again soon");
	}
}

void
rules_test(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start);
}
