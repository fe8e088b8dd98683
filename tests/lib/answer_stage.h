/* Rules that answer, from the gate through the writer and back, on SQLite: the store, the rules
 * and what stands between them. The test's own thread is the loop. */
#ifndef TESTS_ANSWER_STAGE_H
#define TESTS_ANSWER_STAGE_H

#include "flow/answers.h"
#include "flow/ingest.h"
#include "knowledge/rule_set.h"
#include "lib/store_fixture.h"

enum { STAGE_FEES, STAGE_HELLO, STAGE_OWN, STAGE_RULES_MAX };

/* What is common to the tests, for each to change: "fee" and "佣金" are answered, "hello" gets a
 * menu (1 fees, 2 a person), "agent" and "人工" and a second miss bring a person. */
struct stage_rules {
	struct rule rules[STAGE_RULES_MAX]; /* the texts are the maker's */
	size_t count;
	struct rule_settings settings;
};
struct stage_rules stage_rules(void);

struct stage {
	struct store_fixture *f;
	struct rule_set *set;
	struct outgoing *outgoing;
	struct answers *answers;
	struct ingest ingest;
	bool open;        /* there is somebody, by the calendar */
	uint64_t channel; /* of the questions; the test makes it */
	struct actor visitor;
	struct actor agent;
	/* Of the outcomes: how many there were, and of the last one. */
	unsigned done;
	enum err code;
	struct conversation conversation;
};

struct stage *stage_create(const struct stage_rules *rules);
int stage_tear_down(void **state);
/* As after a restart of the server: what it remembered is gone. */
void stage_forget(struct stage *s);

void stage_send(struct stage *s, struct change *c);
/* The loop's work, until it is so; fails when that takes too long. */
typedef bool stage_condition(struct stage *s, uint64_t wanted);
void stage_until(struct stage *s, stage_condition *met, uint64_t wanted);
/* ... until there were so many outcomes. */
void stage_settle(struct stage *s, unsigned done);
void
stage_ask(struct stage *s, struct change *c); /* sends it, and waits for its outcome */

#define STAGE_BY_BOT "author_kind = 3 AND kind = 1"
#define STAGE_HANDED_OVER "kind = 41"
/* How many facts are like this, in SQL. */
int64_t stage_facts(struct stage *s, const char *which);
/* ... and have this in their body. */
int64_t stage_facts_with(struct stage *s, const char *which, const char *part);

#endif
