/* Watermarks: how far a party has received and read. They never go back and are no facts. */
#include "store/apply.h"

struct mark {
	uint64_t delivered;
	uint64_t seen;
	uint64_t conversation;
	uint64_t inbound_read;
};

static enum err
load(struct batch *b, uint64_t timeline, uint64_t party, struct mark *out)
{
	struct value args[] = {value_id(timeline), value_id(party)};
	struct rows r;

	if (batch_read(b, STATEMENT_MARK_READ, args, &r) != ERR_OK) {
		return b->failed;
	}
	*out = (struct mark){0};
	if (r.count > 0) {
		const struct value *row = rows_at(&r, 0);

		out->delivered = value_as_id(&row[0]);
		out->seen = value_as_id(&row[1]);
		out->conversation = value_as_id(&row[2]);
		out->inbound_read = value_as_id(&row[3]);
	}
	return ERR_OK;
}

/* Raises `m` to at least `wish`, stores it when that changed it. What was seen was delivered. */
static enum err
raise(struct batch *b, uint64_t timeline, uint64_t party, struct mark *m,
	struct mark wish)
{
	struct mark before = *m;
	struct value args[7];

	if (wish.delivered < wish.seen) {
		wish.delivered = wish.seen;
	}
	m->delivered = wish.delivered > m->delivered ? wish.delivered : m->delivered;
	m->seen = wish.seen > m->seen ? wish.seen : m->seen;
	if (wish.conversation != m->conversation) {
		m->conversation = wish.conversation;
		m->inbound_read = wish.inbound_read;
	} else if (wish.inbound_read > m->inbound_read) {
		m->inbound_read = wish.inbound_read;
	}
	if (before.delivered == m->delivered && before.seen == m->seen &&
		before.conversation == m->conversation &&
		before.inbound_read == m->inbound_read) {
		return ERR_OK;
	}
	args[0] = value_id(timeline);
	args[1] = value_id(party);
	args[2] = value_id(m->delivered);
	args[3] = value_id(m->seen);
	args[4] = value_id(m->conversation);
	args[5] = value_id(m->inbound_read);
	args[6] = value_i64(b->now);
	return batch_run(b, STATEMENT_MARK_UPSERT, args, NULL);
}

static enum err
one_number(struct batch *b, enum statement s, const struct value *args, uint64_t *out)
{
	struct rows r;

	if (batch_flush(b) != ERR_OK || batch_read(b, s, args, &r) != ERR_OK) {
		return b->failed;
	}
	*out = r.count > 0 ? value_as_id(rows_at(&r, 0)) : 0;
	return ERR_OK;
}

/* The customer's own number of the newest entry up to this seq. */
static enum err
pub_at(struct batch *b, const struct head *h, uint64_t seq, uint64_t *out)
{
	struct value args[] = {value_id(h->timeline), value_id(seq)};

	if (seq >= h->state.seq) {
		*out = h->state.pub;
		return ERR_OK;
	}
	return one_number(b, STATEMENT_PUB_AT_SEQ, args, out);
}

static enum err
inbound_read_at(struct batch *b, const struct head *h, uint64_t seq, uint64_t *out)
{
	const struct conversation *c = &h->state.conversation;
	struct value args[] = {value_id(h->timeline), value_id(seq), value_id(c->id)};
	uint64_t later = 0;

	if (!h->state.has_conversation) {
		*out = 0;
		return ERR_OK;
	}
	if (seq < h->state.seq &&
		one_number(b, STATEMENT_INBOUND_AFTER, args, &later) != ERR_OK) {
		return b->failed;
	}
	*out = c->inbound > later ? c->inbound - later : 0;
	return ERR_OK;
}

static uint64_t
at_most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

static void
report(struct job *j, const struct mark *m)
{
	j->outcome.mark_delivered = m->delivered;
	j->outcome.mark_seen = m->seen;
	j->outcome.mark_inbound_read = m->inbound_read;
}

/* The customer, or the house as a whole: counted in her numbers. */
static enum err
mark_public(struct batch *b, struct job *j, const struct head *h, uint64_t party)
{
	const struct mark_change *change = &j->change->mark;
	struct mark wish = {
		.delivered = at_most(change->delivered, h->state.pub),
		.seen = at_most(change->seen, h->state.pub),
	};
	struct mark m;
	enum err err = load(b, h->timeline, party, &m);

	if (err == ERR_OK) {
		err = raise(b, h->timeline, party, &m, wish);
	}
	if (err == ERR_OK) {
		report(j, &m);
	}
	return err;
}

/* What one of them has read the house has read. */
static enum err
raise_house(struct batch *b, const struct head *h, uint64_t seq)
{
	struct mark wish = {0};
	struct mark house;
	enum err err = pub_at(b, h, seq, &wish.seen);

	if (err == ERR_OK) {
		err = load(b, h->timeline, PARTY_HOUSE, &house);
	}
	if (err == ERR_OK) {
		err = raise(b, h->timeline, PARTY_HOUSE, &house, wish);
	}
	return err;
}

static enum err
mark_staff(struct batch *b, struct job *j, const struct head *h)
{
	const struct mark_change *change = &j->change->mark;
	struct mark wish = {
		.delivered = at_most(change->delivered, h->state.seq),
		.seen = at_most(change->seen, h->state.seq),
		.conversation = h->state.has_conversation ? h->state.conversation.id : 0,
	};
	struct mark m;
	enum err err = inbound_read_at(b, h, wish.seen, &wish.inbound_read);

	if (err == ERR_OK) {
		err = load(b, h->timeline, change->party, &m);
	}
	if (err == ERR_OK) {
		err = raise(b, h->timeline, change->party, &m, wish);
	}
	if (err == ERR_OK) {
		err = raise_house(b, h, m.seen);
	}
	if (err == ERR_OK) {
		report(j, &m);
	}
	return err;
}

enum err
apply_mark(struct batch *b, struct job *j)
{
	const struct mark_change *change = &j->change->mark;
	struct head *h = timeline_head(b, change->timeline);
	enum err err;

	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (h == NULL) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such timeline");
	}
	if (!head_allowed(j, h)) {
		return job_refuse(j, ERR_DENIED, "this customer is not in your unit");
	}
	if (change->party == PARTY_CUSTOMER || change->party == PARTY_HOUSE) {
		err = mark_public(b, j, h, change->party);
	} else {
		err = mark_staff(b, j, h);
	}
	if (err == ERR_OK) {
		outcome_of(j, h);
	}
	return err;
}
