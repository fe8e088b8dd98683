#include "api/imports.h"

#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/wheel.h"
#include "model/change.h"
#include "store/read.h"

enum {
	SAVE_MS = 1000,
	RETRY_MS = 100,
};

struct run;

struct sent {
	struct run *run;
	size_t index;
};

enum phase { PHASE_OPEN, PHASE_STEP, PHASE_FINISH };

struct run {
	struct query query; /* first */
	struct imports *owner;
	struct arena *arena;
	struct import_options options;
	struct import_job job;
	enum phase phase;
	struct customer_import *import;
	struct import_row *rows; /* of this step; the next to be submitted */
	size_t count;
	size_t next;
	size_t waiting; /* submitted, not answered */
	struct sent *sent;
	bool ended;
	bool stopping;
	struct error error; /* why it failed */
	struct timer retry;
	int64_t saved_at;
};

struct imports {
	struct app *app;
	struct run *run; /* NULL: nothing runs */
};

static void next_phase(struct run *run);

struct imports *
imports_create(struct app *app)
{
	struct imports *m = xcalloc(1, sizeof(*m));

	m->app = app;
	return m;
}

static void
drop_rows(struct run *run)
{
	for (; run->next < run->count; run->next++) {
		change_destroy(run->rows[run->next].change);
	}
}

static void
run_destroy(struct run *run)
{
	if (run == NULL) {
		return;
	}
	drop_rows(run);
	customer_import_close(run->import);
	free(run->sent);
	arena_destroy(run->arena);
	free(run);
}

void
imports_destroy(struct imports *m)
{
	if (m == NULL) {
		return;
	}
	run_destroy(m->run);
	free(m);
}

const char *
imports_path(struct arena *a, const struct app *app, uint64_t id)
{
	return arena_printf(a, "%s/imports/%llu.csv", app->conf->data_dir,
		(unsigned long long)id);
}

const char *
imports_bad_path(struct arena *a, const struct app *app, uint64_t id)
{
	return arena_printf(a, "%s/imports/%llu.bad.csv", app->conf->data_dir,
		(unsigned long long)id);
}

/* --- how far it came ---------------------------------------------------------------------- */

static void
take_counts(struct run *run)
{
	const struct import_counts *c;

	if (run->import == NULL) {
		return;
	}
	c = customer_import_counts(run->import);
	run->job.done = c->done;
	run->job.created = c->created;
	run->job.changed = c->changed;
	run->job.unchanged = c->unchanged;
	run->job.bad = c->bad;
}

/* Nobody waits for it: what is not saved now is saved the next time. */
static void
save(struct run *run, const char *audit)
{
	struct change *c = change_create(CHANGE_IMPORT, &run->options.actor);

	take_counts(run);
	run->saved_at = clock_monotonic_ms();
	c->import.action = ROW_EDIT;
	c->import.import = run->job;
	c->import.import.charset = arena_strdup(c->arena, run->job.charset);
	c->import.import.mapping = arena_strdup(c->arena, run->job.mapping);
	c->import.import.problem = arena_strdup(c->arena, run->job.problem);
	c->import.audit = audit;
	c->import.detail = arena_printf(c->arena,
		"created %lld, changed %lld, unchanged %lld, bad %lld",
		(long long)run->job.created, (long long)run->job.changed,
		(long long)run->job.unchanged, (long long)run->job.bad);
	if (store_submit(run->owner->app->store, c, NULL, NULL) != ERR_OK) {
		log_event(LOG_WARN, "import_not_saved", "import=%llu",
			(unsigned long long)run->job.id);
	}
}

static void
end(struct run *run)
{
	run->job.ended_at = clock_now_ms();
	run->job.problem = run->error.text;
	if (run->error.text[0] != '\0') {
		run->job.state = IMPORT_FAILED;
	} else {
		run->job.state = run->ended ? IMPORT_DONE : IMPORT_STOPPED;
	}
	save(run, "import.ended");
	run->owner->run = NULL;
	run_destroy(run);
}

/* --- its steps ---------------------------------------------------------------------------- */

static enum err
run_phase(struct query *q, struct reader *r, struct error *e)
{
	struct run *run = (struct run *)q;

	switch (run->phase) {
	case PHASE_OPEN:
		return customer_import_open(&run->import, &run->options, r, e);
	case PHASE_STEP:
		return customer_import_step(run->import, &run->rows, &run->count, &run->ended, e);
	case PHASE_FINISH:
		return run->import != NULL ? customer_import_finish(run->import, e) : ERR_OK;
	}
	return ERR_OK;
}

static void
row_done(void *ctx, const struct outcome *o)
{
	struct sent *s = ctx;
	struct run *run = s->run;
	const struct import_row *row = &run->rows[s->index];

	customer_import_note(run->import, row->line, row->raw, o);
	run->waiting--;
	if (run->waiting == 0 && run->next == run->count && !run->owner->app->stopping) {
		next_phase(run);
	}
}

/* Hands the rows of this step to the writer. A full queue is waited for. */
static void
submit_rows(struct run *run)
{
	struct store *store = run->owner->app->store;

	/* One more than there are, so that the last answer is not taken for the end too early. */
	run->waiting++;
	while (run->next < run->count) {
		struct sent *s = &run->sent[run->next];
		struct import_row *row = &run->rows[run->next];
		struct outcome lost = {.code = ERR_UNAVAILABLE, .text = "the database is away"};
		enum err err;

		*s = (struct sent){run, run->next};
		if (run->stopping || run->error.text[0] != '\0') {
			drop_rows(run);
			break;
		}
		run->next++;
		run->waiting++;
		err = store_submit(store, row->change, row_done, s);
		if (err != ERR_OK) {
			run->waiting--;
			(void)error_set(&run->error, err, "%s", lost.text);
		}
	}
	run->waiting--;
	if (run->waiting == 0 && run->next == run->count) {
		next_phase(run);
	}
}

static void
phase_done(struct query *q)
{
	struct run *run = (struct run *)q;

	if (q->code != ERR_OK && run->error.text[0] == '\0') {
		run->error = q->error;
		if (run->error.text[0] == '\0') {
			(void)error_set(&run->error, q->code, "the database is away");
		}
	}
	if (run->owner->app->stopping) {
		return; /* imports_destroy() has the rest */
	}
	if (run->phase == PHASE_FINISH) {
		end(run);
		return;
	}
	if (run->phase == PHASE_STEP && q->code == ERR_OK) {
		run->sent = xrealloc(run->sent, (run->count + 1) * sizeof(*run->sent));
		run->next = 0;
		submit_rows(run);
		return;
	}
	next_phase(run);
}

static void
ask(struct run *run)
{
	run->query.run = run_phase;
	run->query.done = phase_done;
	run->query.error = (struct error){0};
	if (store_query(run->owner->app->store, &run->query) != ERR_OK) {
		wheel_add(net_wheel(run->owner->app->net), &run->retry,
			clock_monotonic_ms() + RETRY_MS);
	}
}

static void
retry(struct timer *timer)
{
	ask(list_item(timer, struct run, retry));
}

static void
next_phase(struct run *run)
{
	bool over = run->ended || run->stopping || run->error.text[0] != '\0';

	take_counts(run); /* no step runs just now */
	run->count = 0;
	run->next = 0;
	run->phase = over ? PHASE_FINISH : PHASE_STEP;
	if (!over && clock_monotonic_ms() - run->saved_at >= SAVE_MS) {
		save(run, NULL);
	}
	ask(run);
}

/* --- from outside ------------------------------------------------------------------------- */

enum err
imports_start(struct imports *m, const struct import_job *job,
	const struct import_options *options, struct error *e)
{
	struct run *run;

	if (m->run != NULL) {
		return error_set(e, ERR_BUSY, "another import is running: wait for its end");
	}
	run = xcalloc(1, sizeof(*run));
	run->owner = m;
	run->arena = arena_create();
	run->options = *options;
	run->options.path = imports_path(run->arena, m->app, job->id);
	run->options.bad_path = imports_bad_path(run->arena, m->app, job->id);
	run->options.charset = arena_strdup(run->arena, options->charset);
	run->job = *job;
	run->job.name = "";
	run->job.charset = run->options.charset;
	run->job.mapping = arena_strdup(run->arena, job->mapping);
	run->job.problem = "";
	run->job.state = IMPORT_RUNNING;
	run->job.started_at = clock_now_ms();
	run->job.ended_at = 0;
	timer_init(&run->retry, retry);
	m->run = run;
	save(run, "import.started");
	run->phase = PHASE_OPEN;
	ask(run);
	return ERR_OK;
}

bool
imports_stop(struct imports *m, uint64_t id)
{
	if (m->run == NULL || m->run->job.id != id) {
		return false;
	}
	m->run->stopping = true;
	return true;
}

void
imports_refresh(const struct imports *m, struct import_job *job)
{
	if (m->run != NULL && m->run->job.id == job->id) {
		job->state = IMPORT_RUNNING;
		job->done = m->run->job.done;
		job->created = m->run->job.created;
		job->changed = m->run->job.changed;
		job->unchanged = m->run->job.unchanged;
		job->bad = m->run->job.bad;
	} else if (job->state == IMPORT_RUNNING) {
		job->state = IMPORT_STOPPED;
	}
}
