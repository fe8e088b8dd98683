#include "lib/answer_stage.h"

#include "lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "flow/outgoing.h"

enum { REOPEN_MS = 3600000, SETTLE_MS = 10000, SQL_SIZE = 400 };

struct stage_rules
stage_rules(void)
{
	static const char *const fee_words[] = {"fee", "佣金"};
	static const char *const fee_replies[] = {"Fees depend on your plan."};
	static const char *const hello_words[] = {"hello"};
	static const char *const hello_replies[] = {"Hello, what is it about?"};
	static const struct rule_menu_item menu[] = {{.label = "Fees", .rule = 1},
		{.label = "A person", .human = true}};
	static const char *const human_words[] = {"agent", "人工"};

	return (struct stage_rules){
		.rules[STAGE_FEES] = {.id = 1,
			.title = "Fees",
			.folder = "",
			.enabled = true,
			.match = RULE_CONTAINS,
			.any = fee_words,
			.any_count = 2,
			.pattern = "",
			.replies = fee_replies,
			.reply_count = 1,
			.ask_helpful = true,
			.intent = "fees"},
		.rules[STAGE_HELLO] = {.id = 2,
			.title = "Hello",
			.folder = "",
			.enabled = true,
			.match = RULE_CONTAINS,
			.any = hello_words,
			.any_count = 1,
			.pattern = "",
			.replies = hello_replies,
			.reply_count = 1,
			.menu = menu,
			.menu_count = 2,
			.intent = ""},
		.count = 2,
		.settings = {.human_words = human_words,
			.human_word_count = 2,
			.misses = 2,
			.menu_ms = 600000,
			.repeat_ms = 60000},
	};
}

static struct rule_set *
current_rules(void *ctx)
{
	return ((struct stage *)ctx)->set;
}

static bool
is_open(void *ctx, int64_t now)
{
	(void)now;
	return ((struct stage *)ctx)->open;
}

static void
begin_answers(struct stage *s)
{
	const struct answers_hooks hooks = {current_rules, is_open, s};

	s->answers = answers_create(s->f->store, s->outgoing, REOPEN_MS, &hooks);
	s->ingest = (struct ingest){s->f->store, s->outgoing, s->answers};
}

struct stage *
stage_create(const struct stage_rules *rules)
{
	struct stage *s = xcalloc(1, sizeof(*s));
	struct error e;

	s->f = fixture_create(FIXTURE_SQLITE);
	s->open = true;
	assert_int_equal(rule_set_create(rules->rules, rules->count, &rules->settings,
						 &s->set, &e),
		ERR_OK);
	s->outgoing = outgoing_create(s->f->store, NULL);
	begin_answers(s);
	s->agent = fixture_staff(s->f, "chen", ROLE_AGENT, UNIT_ROOT);
	return s;
}

int
stage_tear_down(void **state)
{
	struct stage *s = *state;

	fixture_destroy(s->f);
	answers_destroy(s->answers);
	outgoing_destroy(s->outgoing);
	rule_set_put(s->set);
	free(s);
	return 0;
}

void
stage_forget(struct stage *s)
{
	answers_destroy(s->answers);
	begin_answers(s);
}

static void
noted(void *ctx, const struct outcome *o)
{
	struct stage *s = ctx;

	s->done++;
	s->code = o->code;
	if (o->conversation != NULL) {
		s->conversation = *o->conversation;
	}
}

void
stage_send(struct stage *s, struct change *c)
{
	assert_int_equal(ingest_submit(&s->ingest, c, noted, s), ERR_OK);
}

void
stage_until(struct stage *s, stage_condition *met, uint64_t wanted)
{
	int64_t until = clock_monotonic_ms() + SETTLE_MS;

	while (!met(s, wanted) && clock_monotonic_ms() < until) {
		store_drain(s->f->store);
		usleep(1000);
	}
	assert_true(met(s, wanted));
}

static bool
is_done(struct stage *s, uint64_t wanted)
{
	return s->done >= wanted;
}

void
stage_settle(struct stage *s, unsigned done)
{
	stage_until(s, is_done, done);
	assert_int_equal(s->done, done);
}

void
stage_ask(struct stage *s, struct change *c)
{
	stage_send(s, c);
	stage_settle(s, s->done + 1);
	assert_int_equal(s->code, ERR_OK);
}

int64_t
stage_facts(struct stage *s, const char *which)
{
	char sql[SQL_SIZE];

	snprintf(sql, sizeof(sql), "SELECT COUNT(*) FROM fact WHERE %s", which);
	return fixture_number(s->f, sql);
}

int64_t
stage_facts_with(struct stage *s, const char *which, const char *part)
{
	char sql[SQL_SIZE];

	snprintf(sql, sizeof(sql),
		"SELECT COUNT(*) FROM fact WHERE %s AND body LIKE '%%%s%%'", which, part);
	return fixture_number(s->f, sql);
}
