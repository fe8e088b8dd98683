#include "flow/rule_counts.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/map.h"
#include "model/change.h"
#include "model/fact.h"

enum {
	RECENT = 64, /* answers that may still have another fact to come */
};

/* An answer of several messages, with tags, is one hit: its facts have one commit time. */
struct answer {
	uint64_t timeline;
	uint64_t rule;
	int64_t committed_at;
};

struct rule_counts {
	struct map days;  /* rule and day → struct rule_day */
	struct map taken; /* the same, on their way to the store */
	bool writing;
	struct answer recent[RECENT];
	size_t next;
};

static void
drop(struct map *days)
{
	size_t position = 0;
	uint64_t key;
	void *value;

	while (map_next(days, &position, &key, &value)) {
		free(value);
	}
	map_fini(days);
	map_init(days);
}

struct rule_counts *
rule_counts_create(void)
{
	struct rule_counts *c = xcalloc(1, sizeof(*c));

	map_init(&c->days);
	map_init(&c->taken);
	return c;
}

void
rule_counts_destroy(struct rule_counts *c)
{
	if (c != NULL) {
		drop(&c->days);
		drop(&c->taken);
		free(c);
	}
}

static struct rule_day *
day_of(struct map *days, uint64_t rule, int64_t day)
{
	struct {
		uint64_t rule;
		int64_t day;
	} both = {rule, day};
	uint64_t key = map_hash(&both, sizeof(both));
	struct rule_day *row = map_get(days, key);

	if (row == NULL) {
		row = xcalloc(1, sizeof(*row));
		row->rule = rule;
		row->day = day;
		map_put(days, key, row);
	}
	return row;
}

static void
add(struct map *days, const struct rule_day *more)
{
	struct rule_day *row = day_of(days, more->rule, more->day);

	row->hits += more->hits;
	row->last_at = more->last_at > row->last_at ? more->last_at : row->last_at;
}

static bool
counted(struct rule_counts *c, const struct fact *f, uint64_t rule)
{
	for (size_t i = 0; i < RECENT; i++) {
		const struct answer *a = &c->recent[i];

		if (a->timeline == f->timeline && a->rule == rule &&
			a->committed_at == f->committed_at) {
			return true;
		}
	}
	c->recent[c->next] = (struct answer){f->timeline, rule, f->committed_at};
	c->next = (c->next + 1) % RECENT;
	return false;
}

bool
rule_counts_fact(struct rule_counts *c, const struct fact *f)
{
	struct rule_day more = {
		.day = rule_day_of(f->committed_at),
		.hits = 1,
		.last_at = f->committed_at,
	};
	struct json *body = NULL;
	bool hit;

	if (f->body == NULL || f->author_kind != AUTHOR_BOT ||
		json_parse(f->body, f->body_length, &body, NULL) != ERR_OK) {
		return false;
	}
	hit = json_id(body, "rule", &more.rule) && more.rule != 0 &&
		!counted(c, f, more.rule);
	if (hit) {
		add(&c->days, &more);
	}
	json_free(body);
	return hit;
}

struct change *
rule_counts_take(struct rule_counts *c)
{
	struct actor system = {.kind = AUTHOR_SYSTEM};
	struct rule_day *rows;
	struct change *change;
	size_t position = 0;
	size_t count = 0;
	uint64_t key;
	void *value;

	if (c->writing || c->days.count == 0) {
		return NULL;
	}
	change = change_create(CHANGE_RULE_HITS, &system);
	rows = arena_alloc(change->arena, c->days.count * sizeof(*rows));
	while (map_next(&c->days, &position, &key, &value)) {
		rows[count++] = *(const struct rule_day *)value;
	}
	change->rule_hits.days = rows;
	change->rule_hits.count = count;
	c->taken = c->days;
	map_init(&c->days);
	c->writing = true;
	return change;
}

void
rule_counts_written(struct rule_counts *c, bool stored)
{
	size_t position = 0;
	uint64_t key;
	void *value;

	while (!stored && map_next(&c->taken, &position, &key, &value)) {
		add(&c->days, value);
	}
	drop(&c->taken);
	c->writing = false;
}
