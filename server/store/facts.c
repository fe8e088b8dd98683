/* Appends facts: number, sequence, chain. */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/store.h"

enum { SALT_STOCK = 256 };

static void
take_salt(struct batch *b, uint8_t out[static FACT_SALT_SIZE])
{
	if (b->salts == NULL) {
		b->salts = xmalloc((size_t)SALT_STOCK * FACT_SALT_SIZE);
	}
	if (b->salt_count == 0) {
		random_bytes(b->salts, (size_t)SALT_STOCK * FACT_SALT_SIZE);
		b->salt_count = SALT_STOCK;
	}
	b->salt_count--;
	memcpy(out, b->salts + b->salt_count * FACT_SALT_SIZE, FACT_SALT_SIZE);
}

static void
add_pending(struct batch *b, struct fact *f, uint64_t pub)
{
	struct pending_fact *p;

	if (b->fact_count == b->fact_capacity) {
		b->fact_capacity = b->fact_capacity == 0 ? 64 : b->fact_capacity * 2;
		b->facts = xrealloc(b->facts, b->fact_capacity * sizeof(*b->facts));
	}
	p = &b->facts[b->fact_count++];
	p->fact = f;
	p->pub = pub;
}

static void
chain(struct batch *b, struct pending_fact *p)
{
	const struct fact *f = p->fact;
	struct head *head = heads_get(b->heads, f->timeline);
	struct fact_chain_input in;

	assert(head != NULL); /* nothing is forgotten before it was flushed */
	take_salt(b, p->salt);
	fact_body_digest(p->salt, f->body, f->body_length, p->body_digest);
	memcpy(in.previous, head->state.hash, DIGEST_SIZE);
	memcpy(in.body_digest, p->body_digest, DIGEST_SIZE);
	fact_hash(f, &in, p->hash);
	memcpy(head->state.hash, p->hash, DIGEST_SIZE);
}

void
facts_link(struct batch *b)
{
	for (size_t i = b->fact_flushed; i < b->fact_count; i++) {
		chain(b, &b->facts[i]);
	}
}

static char *
copy_bytes(const char *data, size_t length)
{
	char *copy = xmalloc(length + 1);

	memcpy(copy, data, length);
	copy[length] = '\0';
	return copy;
}

static struct fact *
fact_of(struct batch *b, const struct head *h, const struct draft *d)
{
	struct fact *f = fact_create();

	f->id = FACT_ID(b->conf->node, b->position.n);
	f->timeline = h->timeline;
	f->seq = h->state.seq;
	f->pub = d->shown_to_customer ? h->state.pub : 0;
	f->conversation = d->conversation;
	f->kind = d->kind;
	f->channel = d->channel;
	str_copy(f->channel_kind, sizeof(f->channel_kind),
		d->channel_kind != NULL ? d->channel_kind : "");
	f->author_kind = d->author_kind;
	f->author = d->author;
	f->committed_at = h->state.committed_at;
	f->at = d->at == 0 || d->at > f->committed_at ? f->committed_at : d->at;
	str_copy(f->ref, sizeof(f->ref), d->ref != NULL ? d->ref : "");
	f->body = copy_bytes(b->body.data, b->body.length);
	f->body_length = b->body.length;
	f->files = d->files != NULL ? xstrdup(d->files) : NULL;
	f->customer = h->state.customer;
	f->unit = h->state.unit;
	f->owner = h->state.owner;
	f->imported = d->imported;
	return f;
}

enum err
fact_append(struct batch *b, struct job *j, struct head *h, const struct draft *d,
	struct fact **out)
{
	struct head_state *s = &h->state;
	struct fact *f;

	jw_object_end(&b->json);
	if (b->body.overflowed) {
		return job_refuse(j, ERR_INVALID, "the text is too long");
	}
	heads_touch(b->heads, h);
	b->position.n++;
	s->seq++;
	s->pub += d->shown_to_customer;
	/* The wall clock may be set back; the time within a timeline never is. */
	s->committed_at = b->now > s->committed_at ? b->now : s->committed_at;
	f = fact_of(b, h, d);
	add_pending(b, f, s->pub);
	if (f->author_kind == AUTHOR_CUSTOMER && f->kind == FACT_MESSAGE) {
		s->customer_seq = f->seq;
		s->customer_seq_known = true;
	}
	if (f->author_kind == AUTHOR_STAFF && f->kind == FACT_MESSAGE) {
		s->answer_seq = f->seq;
		s->answer_author = f->author;
		s->answer_known = true;
	}
	if (j->has_key && !j->key_taken) {
		j->key_taken = true;
		batch_key(b, j, j->key, f->id);
	}
	job_add_fact(j, f);
	*out = f;
	return ERR_OK;
}

void
fact_settle(struct head *h, struct fact *f, uint64_t assignee_before)
{
	h->state.conversation.version++;
	h->state.conversation_dirty = true;
	f->has_conversation = true;
	f->after = h->state.conversation;
	f->assignee_before = assignee_before;
}

struct draft
draft_of(const struct job *j, enum fact_kind kind)
{
	return (struct draft){
		.kind = kind,
		.author_kind = j->change->actor.kind,
		.author = j->change->actor.id,
		.ref = j->change->ref,
		.imported = j->change->imported,
	};
}

void
outcome_of(struct job *j, const struct head *h)
{
	const struct fact *newest = j->fact_count > 0 ? j->facts[j->fact_count - 1] : NULL;
	struct conversation *copy;

	j->outcome.customer = h->state.customer;
	j->outcome.timeline = h->timeline;
	if (!h->state.has_conversation) {
		return;
	}
	if (newest != NULL && newest->has_conversation &&
		newest->after.id == h->state.conversation.id &&
		newest->after.version == h->state.conversation.version) {
		/* What it left behind is how the conversation stands now. */
		j->outcome.conversation = &newest->after;
		return;
	}
	copy = arena_alloc(j->change->arena, sizeof(*copy));
	*copy = h->state.conversation;
	j->outcome.conversation = copy;
}
