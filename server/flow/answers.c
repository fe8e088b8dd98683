#include "flow/answers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/str.h"
#include "flow/answer_decide.h"
#include "flow/answer_mail.h"
#include "flow/answer_state.h"
#include "model/change.h"
#include "model/fact.h"
#include "model/mail.h"
#include "store/read.h"

enum {
	REMEMBERED_MAX = 20000,
	TRIES_MAX = 3,
	NAME_BYTES = 100,
	LANGUAGE_BYTES = 16,
};

/* A question on its way. */
struct asked {
	struct asked *next; /* behind another one of the same customer */
	struct memory *memory;
	struct change *change; /* until it is submitted; later the answer's own */
	store_done *done;      /* of the question; NULL once it was called */
	void *ctx;
	char *text;
	char *subject; /* of mail; else NULL */
	struct answer_mail mail;
	char channel_kind[CHANNEL_KIND_SIZE];
	bool ask_human;
	unsigned tries;
	uint64_t question; /* the entry, once it is committed and the answer was not */
	bool judged;       /* an answer is in the change: */
	enum answer_kind kind;
	bool held_back;
	struct rule_state after;
};

/* What is known of one who wrote. Those of a visitor are kept, others end with their question. */
struct memory {
	struct answers *owner;
	struct list recency; /* kept ones, the newest last */
	uint64_t visitor;    /* 0: not kept */
	uint64_t timeline;   /* 0: none yet */
	bool loaded;
	uint64_t version;
	struct rule_state state;
	bool has_conversation;
	struct conversation conversation;
	char name[NAME_BYTES];
	char language[LANGUAGE_BYTES];
	struct asked *current; /* being loaded for, or on its way */
	struct asked *waiting;
	struct asked **waiting_end;
};

struct answers {
	struct store *store;
	struct outgoing *outgoing;
	struct answers_hooks hooks;
	int64_t reopen_ms;
	struct map visitors;  /* id → struct memory */
	struct map timelines; /* id → struct memory */
	struct list recency;
	struct answers_stats stats;
};

static void go_on(struct memory *m);

/* --- memories ------------------------------------------------------------------------------- */

static struct memory *
memory_create(struct answers *a, uint64_t visitor)
{
	struct memory *m = xcalloc(1, sizeof(*m));

	m->owner = a;
	m->visitor = visitor;
	m->waiting_end = &m->waiting;
	list_init(&m->recency);
	return m;
}

static void
memory_destroy(struct memory *m)
{
	struct answers *a = m->owner;

	if (m->visitor != 0) {
		map_remove(&a->visitors, m->visitor);
		if (m->timeline != 0 && map_get(&a->timelines, m->timeline) == m) {
			map_remove(&a->timelines, m->timeline);
		}
	}
	list_remove(&m->recency);
	free(m);
}

/* The one who was silent longest and for whom nothing is under way. */
static void
forget_oldest(struct answers *a)
{
	list_each(&a->recency, node) {
		struct memory *m = list_item(node, struct memory, recency);

		if (m->current == NULL) {
			memory_destroy(m);
			return;
		}
	}
}

static struct memory *
memory_of(struct answers *a, const struct party *p)
{
	struct memory *m = p->visitor != 0 ? map_get(&a->visitors, p->visitor) : NULL;

	if (m == NULL) {
		m = memory_create(a, p->visitor);
		if (p->visitor != 0) {
			if (a->visitors.count >= REMEMBERED_MAX) {
				forget_oldest(a);
			}
			map_put(&a->visitors, p->visitor, m);
		}
	}
	if (m->visitor != 0) {
		list_remove(&m->recency);
		list_append(&a->recency, &m->recency);
	}
	return m;
}

static void
set_timeline(struct memory *m, uint64_t timeline)
{
	struct answers *a = m->owner;

	if (timeline == m->timeline) {
		return;
	}
	if (m->visitor != 0 && m->timeline != 0 && map_get(&a->timelines, m->timeline) == m) {
		map_remove(&a->timelines, m->timeline);
	}
	m->timeline = timeline;
	if (m->visitor != 0 && timeline != 0) {
		struct memory *other = map_put(&a->timelines, timeline, m);

		/* Two visitors in one timeline: the other one looks again next time. */
		if (other != NULL && other != m) {
			other->loaded = false;
			other->timeline = 0;
		}
	}
}

static void
set_conversation(struct memory *m, const struct conversation *c)
{
	if (m->has_conversation && m->conversation.id == c->id &&
		m->conversation.version > c->version) {
		return;
	}
	m->has_conversation = true;
	m->conversation = *c;
}

void
answers_fact(struct answers *a, const struct fact *f)
{
	struct memory *m;

	if (a->timelines.count == 0) {
		return;
	}
	m = map_get(&a->timelines, f->timeline);
	if (m == NULL) {
		return;
	}
	if (f->has_conversation) {
		set_conversation(m, &f->after);
	}
	/* Her name may be another one. */
	if (f->kind >= FACT_CUSTOMER_CREATED && f->kind <= FACT_SEPARATED) {
		m->loaded = false;
	}
}

/* --- one question after another --------------------------------------------------------------- */

static struct asked *
asked_create(struct memory *m, struct change *c, store_done *done, void *ctx)
{
	struct asked *q = xcalloc(1, sizeof(*q));

	q->memory = m;
	q->change = c;
	q->done = done;
	q->ctx = ctx;
	q->text = xstrdup(c->post.text != NULL ? c->post.text : "");
	if (c->post.mail != NULL) {
		q->mail = answer_mail_of(c->post.mail);
		q->subject = xstrdup(q->mail.subject);
		q->mail.subject = q->subject;
	}
	q->ask_human = c->post.ask_human;
	str_copy(q->channel_kind, sizeof(q->channel_kind),
		c->post.channel_kind != NULL ? c->post.channel_kind : "");
	return q;
}

/* The next one's turn, or the end of a memory that is not kept. */
static void
finish(struct asked *q)
{
	struct memory *m = q->memory;

	assert(m->current == q);
	m->current = m->waiting;
	if (m->waiting != NULL) {
		m->waiting = m->waiting->next;
		if (m->waiting == NULL) {
			m->waiting_end = &m->waiting;
		}
	}
	free(q->text);
	free(q->subject);
	free(q);
	if (m->current != NULL) {
		m->current->next = NULL;
		go_on(m);
	} else if (m->visitor == 0) {
		memory_destroy(m);
	}
}

static void
tell(struct asked *q, const struct outcome *o)
{
	store_done *done = q->done;

	q->done = NULL;
	if (done != NULL) {
		done(q->ctx, o);
	}
}

static void
fail(struct asked *q, enum err code)
{
	struct outcome o = {
		.code = code,
		.text = "nothing can be stored just now; try again soon",
	};

	q->memory->loaded = false;
	tell(q, &o);
	change_destroy(q->change);
	q->change = NULL;
	finish(q);
}

/* --- after the commit ---------------------------------------------------------------------------- */

static void
count(struct answers *a, const struct asked *q)
{
	a->stats.answered += q->kind == ANSWER_SAID;
	a->stats.handed_over += q->kind == ANSWER_HANDED_OVER;
	a->stats.missed += q->kind == ANSWER_MISSED;
	a->stats.held_back += q->held_back;
}

static void
learn(struct asked *q, const struct outcome *o)
{
	struct memory *m = q->memory;

	if (o->code != ERR_OK || o->duplicate) {
		m->loaded = o->code == ERR_OK && m->loaded;
		return;
	}
	set_timeline(m, o->timeline);
	if (o->conversation != NULL) {
		set_conversation(m, o->conversation);
	}
	if (o->answer == ANSWER_GIVEN) {
		m->state = q->after;
		m->version++;
		count(m->owner, q);
	}
}

/* Committed, or not; what was stale is judged again from what is true now. */
static void
committed(void *ctx, const struct outcome *o)
{
	struct asked *q = ctx;
	struct memory *m = q->memory;
	bool again = o->code == ERR_OK && !o->duplicate && o->answer == ANSWER_STALE;

	learn(q, o);
	if (q->question == 0 && o->fact_count > 0) {
		q->question = o->facts[0]->id;
	}
	tell(q, o);
	q->change = NULL;
	if (!again || q->tries >= TRIES_MAX || q->question == 0) {
		m->loaded = m->loaded && !again;
		finish(q);
		return;
	}
	m->owner->stats.stale++;
	m->loaded = false;
	go_on(m);
}

/* --- judging ------------------------------------------------------------------------------------- */

static void
judge(struct asked *q, struct rule_set *set)
{
	struct memory *m = q->memory;
	struct answers *a = m->owner;
	int64_t now = clock_now_ms();
	struct answer_case k = {
		.text = q->text,
		.mail = q->subject != NULL ? &q->mail : NULL,
		.channel_kind = q->channel_kind,
		.ask_human = q->ask_human,
		.open = a->hooks.open(a->hooks.ctx, now),
		.now = now,
		.reopen_ms = a->reopen_ms,
		.name = m->name,
		.language = m->language,
		.timeline = m->timeline,
		.state_version = m->version,
		.state = m->state,
		.has_conversation = m->has_conversation,
		.conversation = m->conversation,
	};
	const struct auto_answer *answer;

	q->judged = false;
	if (set == NULL || !answer_is_free(&k)) {
		return;
	}
	answer = answer_decide(set, a->outgoing, &k, q->change->arena, &q->after, &q->kind,
		&q->held_back);
	q->judged = true;
	if (q->change->kind == CHANGE_ANSWER) {
		q->change->answer.answer = answer;
	} else {
		q->change->post.answer = answer;
	}
}

static void
submit(struct asked *q)
{
	struct answers *a = q->memory->owner;
	struct change *c;
	enum err rc;

	q->tries++;
	if (q->question != 0) {
		static const struct actor bot = {.kind = AUTHOR_BOT};

		q->change = change_create(CHANGE_ANSWER, &bot);
		q->change->answer.timeline = q->memory->timeline;
		q->change->answer.question = q->question;
	}
	judge(q, a->hooks.rules(a->hooks.ctx));
	if (q->question != 0 && !q->judged) {
		change_destroy(q->change);
		q->change = NULL;
		finish(q);
		return;
	}
	c = q->change;
	rc = store_submit(a->store, c, committed, q);
	if (rc != ERR_OK) {
		q->change = NULL; /* the store has it, also on failure */
		fail(q, rc);
	}
}

/* --- loading --------------------------------------------------------------------------------------- */

struct load {
	struct query query; /* first */
	struct memory *memory;
	struct arena *arena;
	struct party party;
	uint64_t timeline;
	struct bot_memory found;
};

static enum err
run_load(struct query *query, struct reader *r, struct error *e)
{
	struct load *l = (struct load *)query;

	return read_bot_memory(r, &l->party, l->timeline, l->arena, &l->found, e);
}

static void
take_over(struct memory *m, const struct bot_memory *found)
{
	set_timeline(m, found->timeline);
	m->loaded = true;
	m->version = found->version;
	m->state = answer_state_decode(found->state);
	m->has_conversation = found->has_conversation;
	m->conversation = found->conversation;
	str_copy(m->name, sizeof(m->name), found->name);
	if (!str_empty(found->language)) {
		str_copy(m->language, sizeof(m->language), found->language);
	}
}

static void
loaded(struct query *query)
{
	struct load *l = (struct load *)query;
	struct memory *m = l->memory;
	enum err code = query->code;

	if (code == ERR_OK) {
		take_over(m, &l->found);
	}
	arena_destroy(l->arena);
	free(l);
	if (code == ERR_OK) {
		submit(m->current);
	} else if (m->current->question != 0) {
		finish(m->current);
	} else {
		fail(m->current, code);
	}
}

static void
load(struct memory *m)
{
	const struct asked *q = m->current;
	struct load *l = xcalloc(1, sizeof(*l));

	l->memory = m;
	l->arena = arena_create();
	l->timeline = m->timeline;
	l->query.run = run_load;
	l->query.done = loaded;
	if (q->change != NULL && q->change->kind == CHANGE_POST) {
		/* Its texts live as long as the question. */
		l->party = q->change->post.party;
	}
	if (store_query(m->owner->store, &l->query) != ERR_OK) {
		l->query.code = ERR_BUSY;
		loaded(&l->query);
	}
}

static void
go_on(struct memory *m)
{
	if (m->loaded) {
		submit(m->current);
	} else {
		load(m);
	}
}

/* --- from outside ------------------------------------------------------------------------------------ */

/* Of mail only what may be answered, and that can be all in its subject. */
static bool
has_question(const struct post *p)
{
	if (p->mail == NULL) {
		return !str_empty(p->text);
	}
	return p->arrival != NULL && p->arrival->answerable &&
		(!str_empty(p->text) || !str_empty(p->mail->subject));
}

bool
answers_wanted(const struct answers *a, const struct change *c)
{
	const struct post *p = &c->post;

	return a != NULL && c->kind == CHANGE_POST && p->kind == FACT_MESSAGE &&
		c->actor.kind == AUTHOR_CUSTOMER && !c->imported && p->answer == NULL &&
		has_question(p) &&
		(p->party.visitor != 0 || !str_empty(p->party.contact_value)) &&
		a->hooks.rules(a->hooks.ctx) != NULL;
}

enum err
answers_submit(struct answers *a, struct change *c, store_done *done, void *ctx)
{
	struct memory *m = memory_of(a, &c->post.party);
	struct asked *q = asked_create(m, c, done, ctx);

	a->stats.asked++;
	if (m->current != NULL) {
		*m->waiting_end = q;
		m->waiting_end = &q->next;
		return ERR_OK;
	}
	m->current = q;
	go_on(m);
	return ERR_OK;
}

struct answers *
answers_create(struct store *store, struct outgoing *outgoing, int64_t reopen_ms,
	const struct answers_hooks *hooks)
{
	struct answers *a = xcalloc(1, sizeof(*a));

	a->store = store;
	a->outgoing = outgoing;
	a->reopen_ms = reopen_ms;
	a->hooks = *hooks;
	map_init(&a->visitors);
	map_init(&a->timelines);
	list_init(&a->recency);
	return a;
}

void
answers_destroy(struct answers *a)
{
	if (a == NULL) {
		return;
	}
	list_each(&a->recency, node) {
		memory_destroy(list_item(node, struct memory, recency));
	}
	map_fini(&a->visitors);
	map_fini(&a->timelines);
	free(a);
}

void
answers_stats(const struct answers *a, struct answers_stats *out)
{
	*out = a->stats;
	out->remembered = a->visitors.count;
}
