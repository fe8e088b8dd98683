/* Reads one customer under another. Facts stay in their timelines, no chain is touched. */
#include "base/str.h"
#include "store/apply.h"
#include "store/attach.h"
#include "store/records.h"

static enum err
tell(struct batch *b, struct job *j, struct head *h, uint64_t from, uint64_t to)
{
	struct draft d = draft_of(j, FACT_ATTACHED);
	struct json_writer *w = batch_body(b);
	struct fact *f;
	enum err err;

	d.ref = j->fact_count == 0 ? d.ref : NULL;
	jw_kid(w, "from", from);
	jw_kid(w, "to", to);
	err = fact_append(b, j, h, &d, &f);
	if (err == ERR_OK) {
		f->customer = to;
	}
	return err;
}

enum err
attach_now(struct batch *b, struct job *j, uint64_t from, uint64_t to)
{
	struct head *source = timeline_head(b, from);
	struct head *target = timeline_head(b, to);
	struct value args[] = {value_id(to), value_i64(b->now), value_id(from)};
	uint64_t unit;
	uint64_t owner;
	enum err err;

	if (source == NULL || target == NULL) {
		return b->failed != ERR_OK
			? b->failed
			: job_refuse(j, ERR_NOT_FOUND, "there is no such customer");
	}
	unit = target->state.unit;
	owner = target->state.owner;
	err = tell(b, j, source, from, to);
	if (err == ERR_OK) {
		err = tell(b, j, target, from, to);
	}
	if (err == ERR_OK) {
		err = batch_flush(b);
	}
	if (err == ERR_OK) {
		err = batch_run(b, STATEMENT_CUSTOMER_ATTACH, args, NULL);
	}
	if (err == ERR_OK) {
		err = customer_moved(b, from, to, unit, owner);
	}
	return err;
}

static enum err
check(struct job *j, const struct customer *from, const struct customer *to)
{
	if (from->id == to->id) {
		return job_refuse(j, ERR_INVALID, "a customer cannot be attached to herself");
	}
	if (from->primary != from->id) {
		return job_refuse(j, ERR_CONFLICT, "this customer is attached already");
	}
	if (to->primary == from->id) {
		return job_refuse(j, ERR_CONFLICT,
			"the other customer is attached to this one: it goes the other way only");
	}
	if (!str_empty(from->external_id) && !str_empty(to->external_id) &&
		!str_equals(from->external_id, to->external_id)) {
		return job_refuse(j, ERR_CONFLICT, "both are known customers of different ids");
	}
	return ERR_OK;
}

static enum err
check_rights(struct batch *b, struct job *j, uint64_t customer)
{
	const struct head *h = timeline_head(b, customer);

	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (h == NULL || !head_allowed(j, h)) {
		return job_refuse(j, ERR_DENIED, "this customer is not in your unit");
	}
	return ERR_OK;
}

enum err
apply_attach(struct batch *b, struct job *j)
{
	const struct attach_change *change = &j->change->attach;
	struct customer from;
	struct customer to;
	enum err err;

	if (j->change->actor.kind == AUTHOR_CUSTOMER) {
		return job_refuse(j, ERR_DENIED, "customers cannot do this");
	}
	err = customer_load(b, j, change->from, &from);
	if (err == ERR_OK) {
		err = customer_load(b, j, change->to, &to);
	}
	if (err != ERR_OK) {
		return err;
	}
	j->outcome.id = to.primary;
	j->outcome.customer = to.primary;
	j->outcome.timeline = from.id;
	j->outcome.previous = from.id;
	if (from.primary == to.primary && from.id != from.primary) {
		return ERR_OK; /* done before */
	}
	err = check(j, &from, &to);
	if (err == ERR_OK) {
		err = check_rights(b, j, from.id);
	}
	if (err == ERR_OK) {
		err = check_rights(b, j, to.primary);
	}
	if (err == ERR_OK) {
		err = attach_now(b, j, from.id, to.primary);
	}
	return err;
}
