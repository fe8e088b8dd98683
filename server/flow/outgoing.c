#include "flow/outgoing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "base/worker.h"
#include "knowledge/phrase_set.h"
#include "model/change.h"
#include "model/mail.h"
#include "store/read.h"
#include "store/store.h"

_Static_assert((int)PHRASE_RULE_FLAG == (int)PHRASE_FLAG &&
		(int)PHRASE_RULE_WARN == (int)PHRASE_WARN &&
		(int)PHRASE_RULE_BLOCK == (int)PHRASE_BLOCK,
	"a stored action is the action");

enum { WAITING_MAX = 64 };

struct waiting {
	outgoing_ready *ready;
	void *ctx;
};

struct outgoing {
	struct store *store;
	struct workers *workers;
	struct phrase_set *set; /* NULL: nothing is watched */
	bool loading;
	bool again; /* something was changed while the last load ran */
	struct waiting waiting[WAITING_MAX];
	size_t waiting_count;
};

/* --- loading -------------------------------------------------------------------------------- */

/* Read by a reader, compiled by a worker, swapped in on the loop. */
struct load {
	struct query query; /* first */
	struct job job;
	struct outgoing *owner;
	struct arena *arena;
	struct phrase_row *rows;
	size_t count;
	struct phrase_set *set;
	enum err code;
	struct error error;
};

static void
load_destroy(struct load *l)
{
	phrase_set_put(l->set);
	arena_destroy(l->arena);
	free(l);
}

static void
tell_waiting(struct outgoing *o)
{
	struct waiting waiting[WAITING_MAX];
	size_t count = o->waiting_count;

	memcpy(waiting, o->waiting, count * sizeof(waiting[0]));
	o->waiting_count = 0;
	for (size_t i = 0; i < count; i++) {
		waiting[i].ready(waiting[i].ctx);
	}
}

static void
finish(struct load *l)
{
	struct outgoing *o = l->owner;
	struct log_quoted q;

	o->loading = false;
	if (l->code == ERR_OK) {
		struct phrase_set *before = o->set;

		o->set = l->set;
		l->set = before;
	} else {
		/* What was checked until now goes on being checked. */
		log_event(LOG_ERROR, "phrases_not_loaded", "reason=%s",
			log_quote(&q, l->error.text));
	}
	load_destroy(l);
	if (o->again) {
		o->again = false;
		outgoing_reload(o);
		return;
	}
	tell_waiting(o);
}

static void
compile(struct job *job)
{
	struct load *l = (struct load *)((char *)job - offsetof(struct load, job));
	struct phrase *phrases = arena_alloc(l->arena, (l->count + 1) * sizeof(*phrases));

	for (size_t i = 0; i < l->count; i++) {
		const struct phrase_row *row = &l->rows[i];

		phrases[i] = (struct phrase){
			.id = row->id,
			.text = row->text,
			.action = (enum phrase_action)row->action,
			.advice = row->advice,
			.except = row->exceptions,
			.except_count = row->exception_count,
		};
	}
	if (l->count > 0) {
		l->code = phrase_set_create(phrases, l->count, &l->set, &l->error);
	}
}

static void
compiled(struct job *job)
{
	finish((struct load *)((char *)job - offsetof(struct load, job)));
}

static enum err
run_load(struct query *q, struct reader *r, struct error *e)
{
	struct load *l = (struct load *)q;

	return read_phrases(r, l->arena, &l->rows, &l->count, e);
}

static void
loaded(struct query *q)
{
	struct load *l = (struct load *)q;

	l->code = q->code;
	l->error = q->error;
	l->job.run = compile;
	l->job.done = compiled;
	if (l->code == ERR_OK) {
		l->code = workers_submit(l->owner->workers, &l->job);
		if (l->code == ERR_OK) {
			return;
		}
	}
	finish(l);
}

void
outgoing_reload(struct outgoing *o)
{
	struct load *l;

	if (o->loading) {
		o->again = true;
		return;
	}
	l = xcalloc(1, sizeof(*l));
	l->owner = o;
	l->arena = arena_create();
	l->query.run = run_load;
	l->query.done = loaded;
	o->loading = true;
	if (store_query(o->store, &l->query) != ERR_OK) {
		l->code = error_set(&l->error, ERR_BUSY, "too much is being read");
		finish(l);
	}
}

void
outgoing_reload_then(struct outgoing *o, outgoing_ready *ready, void *ctx)
{
	if (o->waiting_count == WAITING_MAX) {
		outgoing_reload(o);
		ready(ctx);
		return;
	}
	o->waiting[o->waiting_count++] = (struct waiting){ready, ctx};
	outgoing_reload(o);
}

enum err
outgoing_load(struct outgoing *o, const struct store_conf *conf, struct error *e)
{
	struct load l = {.owner = o, .arena = arena_create()};
	struct reader *reader = NULL;
	enum err rc = store_reader_open(conf, &reader, e);

	if (rc == ERR_OK) {
		rc = read_phrases(reader, l.arena, &l.rows, &l.count, e);
		store_reader_close(reader);
	}
	if (rc == ERR_OK) {
		compile(&l.job);
		rc = l.code;
		*e = l.error;
	}
	if (rc == ERR_OK) {
		o->set = l.set;
	}
	arena_destroy(l.arena);
	return rc;
}

struct outgoing *
outgoing_create(struct store *store, struct workers *workers)
{
	struct outgoing *o = xcalloc(1, sizeof(*o));

	o->store = store;
	o->workers = workers;
	return o;
}

void
outgoing_destroy(struct outgoing *o)
{
	if (o == NULL) {
		return;
	}
	phrase_set_put(o->set);
	free(o);
}

/* --- checking ------------------------------------------------------------------------------- */

size_t
outgoing_find(struct outgoing *o, const char *text, struct arena *a,
	const struct phrase_found **out)
{
	const struct phrase_hit *hits = NULL;
	struct phrase_found *found;
	enum phrase_action action;
	size_t count = 0;

	*out = NULL;
	if (o->set == NULL || str_empty(text)) {
		return 0;
	}
	phrase_check(o->set, text, strlen(text), a, &hits, &count, &action);
	if (count > OUTGOING_FOUND_MAX) {
		count = OUTGOING_FOUND_MAX;
	}
	if (count == 0) {
		return 0;
	}
	/* The set may be another one by the time that this is shown. */
	found = arena_alloc(a, count * sizeof(*found));
	for (size_t i = 0; i < count; i++) {
		found[i] = (struct phrase_found){
			.phrase = hits[i].phrase->id,
			.text = arena_strdup(a, hits[i].phrase->text),
			.action = (enum phrase_rule)hits[i].phrase->action,
			.advice = arena_strdup(a, hits[i].phrase->advice),
			.begin = hits[i].begin,
			.end = hits[i].end,
		};
	}
	*out = found;
	return count;
}

static bool
acknowledged(const struct post *p, uint64_t phrase)
{
	for (size_t i = 0; i < p->acknowledged_count; i++) {
		if (p->acknowledged[i] == phrase) {
			return true;
		}
	}
	return false;
}

static enum outgoing_verdict
judge(const struct post *p, const struct phrase_found *found, size_t count)
{
	enum outgoing_verdict worst = OUTGOING_FREE;

	for (size_t i = 0; i < count; i++) {
		if (found[i].action == PHRASE_RULE_BLOCK) {
			return OUTGOING_BLOCKED;
		}
		if (found[i].action == PHRASE_RULE_WARN && !acknowledged(p, found[i].phrase)) {
			worst = OUTGOING_WARNED;
		}
	}
	return worst;
}

static bool
leaves_the_house(const struct change *c)
{
	return c->kind == CHANGE_POST && c->post.kind == FACT_MESSAGE && !c->imported &&
		c->actor.kind != AUTHOR_CUSTOMER;
}

/* The subject of a mail is read as the line above its text. */
static const char *
text_of(const struct change *c)
{
	const struct post *p = &c->post;
	const char *text = p->text != NULL ? p->text : "";

	if (p->mail == NULL || str_empty(p->mail->subject)) {
		return text;
	}
	return arena_printf(c->arena, "%s\n%s", p->mail->subject, text);
}

/* A phrase that is there several times is noted once. */
static size_t
each_once(const struct phrase_found *found, size_t count, struct arena *a,
	struct phrase_found **out)
{
	struct phrase_found *once = arena_alloc(a, (count + 1) * sizeof(*once));
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < kept && once[k].phrase != found[i].phrase) {
			k++;
		}
		if (k == kept) {
			once[kept++] = found[i];
		}
	}
	*out = once;
	return kept;
}

void
outgoing_check(struct outgoing *o, struct change *c, struct outgoing_result *out)
{
	*out = (struct outgoing_result){.verdict = OUTGOING_FREE};
	if (!leaves_the_house(c)) {
		return;
	}
	out->text = text_of(c);
	out->found_count = outgoing_find(o, out->text, c->arena, &out->found);
	out->verdict = judge(&c->post, out->found, out->found_count);
	if (out->verdict == OUTGOING_FREE && out->found_count > 0) {
		struct phrase_found *once;

		c->post.found_count = each_once(out->found, out->found_count, c->arena, &once);
		c->post.found = once;
	}
}

bool
outgoing_unasked(struct outgoing *o, const char *text, struct arena *a,
	const struct phrase_found **out, size_t *count)
{
	const struct phrase_found *found;
	struct phrase_found *once;
	size_t all = outgoing_find(o, text, a, &found);

	for (size_t i = 0; i < all; i++) {
		if (found[i].action == PHRASE_RULE_BLOCK) {
			return false;
		}
	}
	*count = each_once(found, all, a, &once);
	*out = once;
	return true;
}

void
outgoing_explain(const struct outgoing_result *r, char *out, size_t size)
{
	bool blocked = r->verdict == OUTGOING_BLOCKED;
	const struct phrase_found *first = NULL;

	for (size_t i = 0; i < r->found_count && first == NULL; i++) {
		if (!blocked || r->found[i].action == PHRASE_RULE_BLOCK) {
			first = &r->found[i];
		}
	}
	snprintf(out, size,
		blocked ? "“%s” must not be sent" : "“%s” is sent only when you say so again",
		first != NULL ? first->text : "");
}
