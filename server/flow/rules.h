/* The live keyword rules: read from the store at the start and whenever they changed (by this
 * process or another), compiled by a worker, swapped in on the loop. What cannot be compiled
 * leaves the former rules in force and says why. Also counts how often each rule answered,
 * and writes that every few seconds.
 *
 * Loop thread only, except what is said of snapshots. */
#ifndef FLOW_RULES_H
#define FLOW_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "knowledge/rule_set.h"

struct arena;
struct fact;
struct rules;
struct store;
struct store_conf;
struct wheel;
struct workers;

/* Rules and settings as they were read together. Immutable, counted by references: any thread
 * may read while it holds one. */
struct rule_snapshot {
	_Atomic unsigned references;
	struct arena *arena;      /* owns all below but the set */
	const struct rule *rules; /* in the order of judgement */
	size_t count;
	struct rule_settings settings;
	bool enabled;
	int64_t changes; /* of the store, when it was read */
	struct rule_set *set;
	struct rule_snapshot *base; /* that it shares memory with; NULL: none */
};

struct rules *rules_create(struct store *store, struct workers *workers);
/* Before the loop runs. A rule that cannot be compiled is no failure. */
MUST_CHECK enum err
rules_load(struct rules *r, const struct store_conf *conf, struct error *e);
/* From now on it looks for changes of other processes. */
void rules_start(struct rules *r, struct wheel *wheel);
void rules_stop(struct rules *r);    /* counts are written, nothing else begins */
void rules_destroy(struct rules *r); /* after the store is closed; NULL is fine */

/* What answers now; NULL: automatic answers are off, or nothing could be read. Borrowed until
 * the loop goes on: rule_set_get() to keep it. */
struct rule_set *rules_set(const struct rules *r);
/* Also while answers are off. NULL: nothing could be read. */
struct rule_snapshot *rules_snapshot_get(struct rules *r);
void rules_snapshot_put(struct rule_snapshot *s); /* any thread; NULL is fine */

/* Something was changed here: read it now. */
void rules_changed(struct rules *r);
/* A fact was committed: answers of rules and what customers say about them are counted. */
void rules_fact(struct rules *r, const struct fact *f);

struct rules_status {
	int64_t changes;   /* of the store, as they are in force */
	int64_t loaded_at; /* 0: never */
	size_t rules;      /* compiled and enabled */
	int64_t compile_us;
	uint64_t loads;
	uint64_t failures;
	uint64_t hits;
	const char *problem;   /* "": what is stored is in force */
	uint64_t problem_rule; /* 0: none */
};
void rules_status(const struct rules *r, struct rules_status *out);
/* Called on the loop after each swap or failure. */
typedef void rules_reloaded(void *ctx);
void rules_on_reload(struct rules *r, rules_reloaded *hook, void *ctx);

#endif
