/* Two customers look alike, and somebody knows that they are not the same: the hint is not shown
 * again. A merge of the two takes it back. */
#include "base/arena.h"
#include "store/apply.h"
#include "store/attach.h"

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

enum err
apply_distinct(struct batch *b, struct job *j)
{
	const struct distinct_change *change = &j->change->distinct;
	uint64_t one = 0;
	uint64_t other = 0;
	enum err err;

	if (j->change->actor.kind == AUTHOR_CUSTOMER) {
		return job_refuse(j, ERR_DENIED, "customers cannot do this");
	}
	err = find(b, j, change->one, &one);
	if (err == ERR_OK) {
		err = find(b, j, change->other, &other);
	}
	if (err == ERR_OK && one == other) {
		err = job_refuse(j, ERR_CONFLICT, "both are read as one");
	}
	if (err == ERR_OK) {
		err = distinct_put(b, j, one, other);
	}
	if (err != ERR_OK) {
		return err;
	}
	j->outcome.id = one;
	j->outcome.customer = one;
	batch_audit(b, j, "customer.distinct", "customer", one,
		arena_printf(b->arena, "not %llu", (unsigned long long)other));
	return ERR_OK;
}
