#include "flow/rules.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/wheel.h"
#include "base/worker.h"
#include "flow/rule_counts.h"
#include "flow/rule_snapshot.h"
#include "model/change.h"
#include "store/read.h"
#include "store/store.h"

enum {
	LOOK_MS = 3000,   /* other processes and commands change rules, too */
	COUNT_MS = 10000, /* how often counts are written */
	HOOKS_MAX = 4,
};

struct rules {
	struct store *store;
	struct workers *workers;
	struct wheel *wheel;
	struct timer timer;
	struct rule_counts *counts;
	struct rule_snapshot *now; /* NULL: nothing could be read yet */
	bool loading;
	bool again; /* something changed while it was loading */
	bool stopped;
	int64_t counted_at;
	int64_t tried; /* changes of the store when it was last read, also in vain */
	struct rules_status status;
	char problem[ERROR_TEXT_SIZE];
	struct {
		rules_reloaded *call;
		void *ctx;
	} hooks[HOOKS_MAX];
	size_t hook_count;
};

/* One reading: a look at the number of changes, then the rules, then their compiling. */
struct load {
	struct query query; /* first */
	struct job job;
	struct rules *rules;
	struct rule_snapshot *snapshot;
	bool forced;
	int64_t tried;
	int64_t changes;
	uint64_t bad_rule;
	int64_t compile_us;
	enum err code;
	struct error error;
};

static void load(struct rules *r, bool forced);

struct rules *
rules_create(struct store *store, struct workers *workers)
{
	struct rules *r = xcalloc(1, sizeof(*r));

	r->store = store;
	r->workers = workers;
	r->counts = rule_counts_create();
	r->status.problem = "";
	r->tried = -1;
	return r;
}

void
rules_destroy(struct rules *r)
{
	if (r != NULL) {
		if (r->wheel != NULL) {
			timer_cancel(&r->timer);
		}
		rules_snapshot_put(r->now);
		rule_counts_destroy(r->counts);
		free(r);
	}
}

/* --- swapping ----------------------------------------------------------------------------- */

static void
tell(const struct rules *r)
{
	for (size_t i = 0; i < r->hook_count; i++) {
		r->hooks[i].call(r->hooks[i].ctx);
	}
}

static void
swap(struct rules *r, struct rule_snapshot *s, int64_t compile_us)
{
	struct rule_snapshot *former = r->now;
	struct rules_status *status = &r->status;

	r->now = s;
	rules_snapshot_put(former);
	status->changes = s->changes;
	status->loaded_at = clock_now_ms();
	status->compile_us = compile_us;
	status->loads++;
	status->problem = "";
	status->problem_rule = 0;
	status->rules = 0;
	for (size_t i = 0; i < s->count; i++) {
		status->rules += s->rules[i].enabled;
	}
	tell(r);
}

static void
refuse(struct rules *r, uint64_t rule, const struct error *e)
{
	struct log_quoted q;

	str_copy(r->problem, sizeof(r->problem), e->text);
	r->status.problem = r->problem;
	r->status.problem_rule = rule;
	r->status.failures++;
	log_event(LOG_WARN, "rules_not_loaded", "rule=%llu reason=%s",
		(unsigned long long)rule, log_quote(&q, e->text));
	tell(r);
}

static void
settle(struct load *l)
{
	struct rules *r = l->rules;
	bool again = r->again;

	r->loading = false;
	r->again = false;
	if (l->code == ERR_OK && l->snapshot != NULL) {
		swap(r, l->snapshot, l->compile_us);
	} else {
		rules_snapshot_put(l->snapshot);
		if (l->code == ERR_INVALID || l->code == ERR_CORRUPT) {
			refuse(r, l->bad_rule, &l->error);
		} else if (l->code != ERR_OK) {
			r->tried = -1; /* the database is away: at the next look */
		}
	}
	free(l);
	if (again && !r->stopped) {
		load(r, true);
	}
}

/* --- reading and compiling ----------------------------------------------------------------- */

static enum err
run_read(struct query *query, struct reader *reader, struct error *e)
{
	struct load *l = (struct load *)query;
	struct arena *scratch = arena_create();
	struct rule_settings_row settings;
	enum err rc = read_rule_settings(reader, scratch, &settings, e);

	if (rc == ERR_OK) {
		l->changes = settings.changes;
	}
	arena_destroy(scratch);
	if (rc != ERR_OK || (!l->forced && l->changes == l->tried)) {
		return rc;
	}
	return rule_snapshot_read(reader, &l->snapshot, &l->bad_rule, e);
}

static void
compile(struct load *l)
{
	int64_t began = clock_monotonic_us();

	l->code = rule_snapshot_compile(l->snapshot, &l->error);
	l->compile_us = clock_monotonic_us() - began;
}

static struct load *
load_of(struct job *job)
{
	return list_item(job, struct load, job);
}

static void
run_compile(struct job *job)
{
	compile(load_of(job));
}

static void
compiled(struct job *job)
{
	settle(load_of(job));
}

static void
read_done(struct query *query)
{
	struct load *l = (struct load *)query;

	l->code = query->code;
	l->error = query->error;
	if (l->code == ERR_OK || l->code == ERR_INVALID) {
		l->rules->tried = l->changes;
	}
	if (l->code == ERR_OK && l->snapshot != NULL) {
		l->job.run = run_compile;
		l->job.done = compiled;
		if (workers_submit(l->rules->workers, &l->job) == ERR_OK) {
			return;
		}
		l->code = ERR_BUSY;
	}
	settle(l);
}

static void
load(struct rules *r, bool forced)
{
	struct load *l;

	if (r->loading) {
		r->again |= forced;
		return;
	}
	l = xcalloc(1, sizeof(*l));
	l->query.run = run_read;
	l->query.done = read_done;
	l->rules = r;
	l->forced = forced;
	l->tried = r->tried;
	r->loading = store_query(r->store, &l->query) == ERR_OK;
	if (!r->loading) {
		r->tried = -1;
		free(l);
	}
}

enum err
rules_load(struct rules *r, const struct store_conf *conf, struct error *e)
{
	struct load *l = xcalloc(1, sizeof(*l));
	struct reader *reader;
	enum err rc = store_reader_open(conf, &reader, e);

	if (rc != ERR_OK) {
		free(l);
		return rc;
	}
	l->rules = r;
	l->forced = true;
	l->code = run_read(&l->query, reader, &l->error);
	store_reader_close(reader);
	r->tried = l->changes;
	if (l->code == ERR_OK) {
		compile(l);
	}
	settle(l);
	return ERR_OK;
}

/* --- now and then ------------------------------------------------------------------------- */

static void
counts_written(void *ctx, const struct outcome *outcome)
{
	struct rules *r = ctx;

	rule_counts_written(r->counts, outcome->code == ERR_OK);
}

static void
write_counts(struct rules *r)
{
	struct change *change = rule_counts_take(r->counts);

	r->counted_at = clock_monotonic_ms();
	if (change != NULL && store_submit(r->store, change, counts_written, r) != ERR_OK) {
		rule_counts_written(r->counts, false);
	}
}

static void
look(struct timer *timer)
{
	struct rules *r = list_item(timer, struct rules, timer);

	load(r, false);
	if (clock_monotonic_ms() - r->counted_at >= COUNT_MS) {
		write_counts(r);
	}
	wheel_add(r->wheel, timer, clock_monotonic_ms() + LOOK_MS);
}

void
rules_start(struct rules *r, struct wheel *wheel)
{
	r->wheel = wheel;
	timer_init(&r->timer, look);
	wheel_add(wheel, &r->timer, clock_monotonic_ms() + LOOK_MS);
}

void
rules_stop(struct rules *r)
{
	r->stopped = true;
	if (r->wheel != NULL) {
		timer_cancel(&r->timer);
	}
	write_counts(r);
}

/* --- what others see ---------------------------------------------------------------------- */

struct rule_set *
rules_set(const struct rules *r)
{
	return r->now != NULL && r->now->enabled ? r->now->set : NULL;
}

struct rule_snapshot *
rules_snapshot_get(struct rules *r)
{
	if (r->now != NULL) {
		r->now->references++;
	}
	return r->now;
}

void
rules_changed(struct rules *r)
{
	load(r, true);
}

void
rules_fact(struct rules *r, const struct fact *f)
{
	r->status.hits += rule_counts_fact(r->counts, f);
}

void
rules_status(const struct rules *r, struct rules_status *out)
{
	*out = r->status;
}

void
rules_on_reload(struct rules *r, rules_reloaded *hook, void *ctx)
{
	if (r->hook_count < HOOKS_MAX) {
		r->hooks[r->hook_count].call = hook;
		r->hooks[r->hook_count++].ctx = ctx;
	}
}
