/* Watermarks: how far a party has received and read. They never go back and are no facts. */
#include "store/apply.h"
#include "store/mark_cache.h"

static enum err
load(struct batch *b, uint64_t timeline, uint64_t party, struct mark_entry **out)
{
	struct value args[] = {value_id(timeline), value_id(party)};
	struct mark_entry *known = mark_cache_get(b->marks, timeline, party);
	struct mark m = {0};
	struct rows r;

	if (known != NULL) {
		*out = known;
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_MARK_READ, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		const struct value *row = rows_at(&r, 0);

		m.delivered = value_as_id(&row[0]);
		m.seen = value_as_id(&row[1]);
		m.conversation = value_as_id(&row[2]);
		m.inbound_read = value_as_id(&row[3]);
	}
	*out = mark_cache_add(b->marks, timeline, party, &m);
	return ERR_OK;
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Raises the mark to at least `wish`. What was seen was delivered. */
static void
raise(struct batch *b, struct mark_entry *entry, const struct mark *wish)
{
	struct mark *m = &entry->mark;
	struct mark before = *m;

	m->delivered = larger(m->delivered, larger(wish->delivered, wish->seen));
	m->seen = larger(m->seen, wish->seen);
	if (wish->conversation != m->conversation) {
		m->conversation = wish->conversation;
		m->inbound_read = wish->inbound_read;
	}
	m->inbound_read = larger(m->inbound_read, wish->inbound_read);
	if (before.delivered != m->delivered || before.seen != m->seen ||
		before.conversation != m->conversation ||
		before.inbound_read != m->inbound_read) {
		mark_cache_touch(b->marks, entry);
	}
}

static enum err
one_number(struct batch *b, const struct head *h, enum statement s,
	const struct value *args, uint64_t *out)
{
	struct rows r;

	/* Only what this batch wrote to the timeline is not in the database yet. */
	if (!list_empty(&h->touched) && batch_flush(b) != ERR_OK) {
		return b->failed;
	}
	if (batch_read(b, s, args, &r) != ERR_OK) {
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
	return one_number(b, h, STATEMENT_PUB_AT_SEQ, args, out);
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
		one_number(b, h, STATEMENT_INBOUND_AFTER, args, &later) != ERR_OK) {
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
	struct mark_entry *m;
	enum err err = load(b, h->timeline, party, &m);

	if (err == ERR_OK) {
		raise(b, m, &wish);
		report(j, &m->mark);
	}
	return err;
}

/* What one of them has read the house has read. */
static enum err
raise_house(struct batch *b, const struct head *h, uint64_t seq)
{
	struct mark wish = {0};
	struct mark_entry *house;
	enum err err = load(b, h->timeline, PARTY_HOUSE, &house);

	if (err == ERR_OK) {
		err = pub_at(b, h, seq, &wish.seen);
	}
	if (err == ERR_OK) {
		raise(b, house, &wish);
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
	struct mark_entry *m;
	enum err err = load(b, h->timeline, change->party, &m);

	if (err == ERR_OK && wish.seen <= m->mark.seen &&
		wish.conversation == m->mark.conversation) {
		wish.inbound_read = m->mark.inbound_read; /* nothing new: nothing to count */
	} else if (err == ERR_OK) {
		err = inbound_read_at(b, h, wish.seen, &wish.inbound_read);
	}
	if (err != ERR_OK) {
		return err;
	}
	raise(b, m, &wish);
	report(j, &m->mark);
	return raise_house(b, h, m->mark.seen);
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
