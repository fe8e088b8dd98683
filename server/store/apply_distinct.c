/* Two customers look alike, and somebody knows that they are not the same: the hint is not shown
 * again. A merge of the two takes it back. Where a mail was proposed to belong to the other, the
 * judgement is an entry beside it, for everybody to see. */
#include "base/arena.h"
#include "base/json.h"
#include "store/apply.h"
#include "store/attach.h"
#include "store/records.h"

static enum err
find(struct batch *b, struct job *j, uint64_t id, uint64_t *primary)
{
	const struct head *h = timeline_head(b, id);

	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (h == NULL) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such customer");
	}
	*primary = h->state.customer;
	h = timeline_head(b, *primary);
	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (h == NULL || !head_allowed(j, h)) {
		return job_refuse(j, ERR_DENIED, "this customer is not in your unit");
	}
	return ERR_OK;
}

struct proposal {
	struct head *head; /* of its timeline */
	uint64_t customer; /* whom it names */
	struct draft draft;
};

/* The proposal stands in the history of `one`. Whom it names the person need not see: it tells
 * her nothing that the proposal has not told. */
static enum err
find_proposal(struct batch *b, struct job *j, uint64_t one, struct proposal *out)
{
	struct value args[] = {value_id(j->change->distinct.proposal)};
	struct json *body = NULL;
	struct fact *f = NULL;
	uint64_t customer = 0;
	struct rows r;

	if (batch_read(b, STATEMENT_FACT_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	f = r.count > 0 ? record_fact(rows_at(&r, 0)) : NULL;
	out->head = f != NULL ? timeline_head(b, f->timeline) : NULL;
	if (f != NULL && f->kind == FACT_LINK_PROPOSED && f->body != NULL &&
		out->head != NULL && out->head->state.customer == one &&
		json_parse(f->body, f->body_length, &body, NULL) == ERR_OK) {
		(void)json_id(body, "customer", &customer);
		out->draft = draft_of(j, FACT_LINK_JUDGED);
		out->draft.conversation = f->conversation;
		out->draft.channel = f->channel;
		out->draft.channel_kind = arena_strdup(b->arena, f->channel_kind);
	}
	json_free(body);
	fact_put(f);
	if (b->failed != ERR_OK) {
		return b->failed;
	}
	out->customer = customer;
	return customer != 0 ? ERR_OK
						 : job_refuse(j, ERR_NOT_FOUND, "there is no such proposal");
}

static enum err
find_other(struct batch *b, struct job *j, uint64_t one, struct proposal *p,
	uint64_t *other)
{
	const struct distinct_change *change = &j->change->distinct;
	const struct head *h;
	enum err err;

	if (change->proposal == 0) {
		return find(b, j, change->other, other);
	}
	err = find_proposal(b, j, one, p);
	if (err != ERR_OK) {
		return err;
	}
	h = timeline_head(b, p->customer);
	if (h == NULL) {
		return b->failed != ERR_OK
			? b->failed
			: job_refuse(j, ERR_NOT_FOUND, "there is no such customer");
	}
	*other = h->state.customer;
	return ERR_OK;
}

static enum err
append(struct batch *b, struct job *j, const struct proposal *p)
{
	const struct distinct_change *change = &j->change->distinct;
	struct json_writer *w = batch_body(b);
	struct fact *f;

	jw_kid(w, "proposal", change->proposal);
	jw_kid(w, "customer", p->customer);
	jw_kbool(w, "refused", !change->undo);
	return fact_append(b, j, p->head, &p->draft, &f);
}

enum err
apply_distinct(struct batch *b, struct job *j)
{
	const struct distinct_change *change = &j->change->distinct;
	struct proposal p = {0};
	uint64_t one = 0;
	uint64_t other = 0;
	enum err err;

	if (j->change->actor.kind == AUTHOR_CUSTOMER) {
		return job_refuse(j, ERR_DENIED, "customers cannot do this");
	}
	err = find(b, j, change->one, &one);
	if (err == ERR_OK) {
		err = find_other(b, j, one, &p, &other);
	}
	if (err == ERR_OK && one == other) {
		err = job_refuse(j, ERR_CONFLICT, "both are read as one");
	}
	if (err == ERR_OK) {
		err = change->undo ? distinct_remove(b, one, other)
						   : distinct_put(b, j, one, other);
	}
	if (err == ERR_OK && p.head != NULL) {
		err = append(b, j, &p);
	}
	if (err != ERR_OK) {
		return err;
	}
	j->outcome.id = other;
	j->outcome.customer = one;
	batch_audit(b, j, "customer.distinct", "customer", one,
		arena_printf(b->arena, "%s %llu", change->undo ? "perhaps" : "not",
			(unsigned long long)other));
	return ERR_OK;
}
