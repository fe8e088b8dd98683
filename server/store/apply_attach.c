/* Reads one customer under another. Facts stay in their timelines, no chain is touched; of the
 * profile only those values move that were chosen, and the merge remembers them. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/attach.h"
#include "store/records.h"

enum { REASON_MAX = 200 };

enum err
attach_fits(struct batch *b, uint64_t from, uint64_t to, bool *fits)
{
	struct value source[] = {value_id(from), value_i64(CUSTOMER_MEMBERS_MAX + 1)};
	struct value target[] = {value_id(to), value_i64(CUSTOMER_MEMBERS_MAX + 1)};
	struct rows r;
	size_t count;

	if (batch_read(b, STATEMENT_CUSTOMER_MEMBERS, source, &r) != ERR_OK) {
		return b->failed;
	}
	count = r.count;
	if (batch_read(b, STATEMENT_CUSTOMER_MEMBERS, target, &r) != ERR_OK) {
		return b->failed;
	}
	*fits = count + r.count <= CUSTOMER_MEMBERS_MAX;
	return ERR_OK;
}

static bool
any_taken(const struct attaching *a)
{
	for (int i = 0; a->values != NULL && i < MERGE_FIELDS; i++) {
		if (a->values[i].taken) {
			return true;
		}
	}
	return false;
}

/* The target's row before and after; the same when nothing was taken. */
struct profiles {
	struct customer before;
	struct customer after;
};

static enum err
tell(struct batch *b, struct job *j, struct head *h, const struct attaching *a,
	uint64_t merge, const struct profiles *profiles)
{
	struct draft d = draft_of(j, FACT_ATTACHED);
	struct json_writer *w = batch_body(b);
	struct fact *f;
	enum err err;

	d.ref = j->fact_count == 0 ? d.ref : NULL;
	jw_kid(w, "from", a->from);
	jw_kid(w, "to", a->to);
	jw_kid(w, "merge", merge);
	if (h->timeline == a->to && any_taken(a)) {
		customer_write_changes(w, &profiles->before, &profiles->after);
	}
	err = fact_append(b, j, h, &d, &f);
	if (err == ERR_OK) {
		f->customer = a->to;
		f->unit = profiles->after.unit;
		f->owner = profiles->after.owner;
	}
	return err;
}

static enum err
load_profiles(struct batch *b, struct job *j, const struct attaching *a,
	struct profiles *out)
{
	enum err err = customer_load(b, j, a->to, &out->before);

	out->after = out->before;
	for (int i = 0; err == ERR_OK && a->values != NULL && i < MERGE_FIELDS; i++) {
		if (a->values[i].taken) {
			merge_value_set(&out->after, (enum merge_field)i, a->values[i].to);
		}
	}
	return err;
}

static enum err
store_profile(struct batch *b, const struct attaching *a, struct profiles *p)
{
	const struct merge_value *number = a->values != NULL ? &a->values[MERGE_EXTERNAL_ID]
														 : NULL;
	enum err err = ERR_OK;

	if (number != NULL && number->taken) {
		err = merge_swap_numbers(b, a->from, number->to, a->to, number->from);
	}
	p->after.updated_at = b->now;
	p->after.version += any_taken(a) ? 1 : 0;
	return err == ERR_OK ? customer_store(b, &p->after) : err;
}

/* One row under another, with all that was read under it. */
static enum err
move(struct batch *b, struct job *j, const struct attaching *a, uint64_t merge,
	struct profiles *p)
{
	struct value args[] = {value_id(a->to), value_i64(b->now), value_id(a->from)};
	enum err err = batch_flush(b);

	if (err == ERR_OK) {
		err = batch_run(b, STATEMENT_CUSTOMER_ATTACH, args, NULL);
	}
	if (err == ERR_OK) {
		err = store_profile(b, a, p);
	}
	if (err == ERR_OK) {
		err = merge_insert(b, j, a, merge);
	}
	if (err == ERR_OK) {
		err = distinct_remove(b, a->from, a->to);
	}
	if (err == ERR_OK &&
		(p->after.unit != p->before.unit || p->after.owner != p->before.owner)) {
		err = customer_moved(b, a->to, a->to, p->after.unit, p->after.owner);
	}
	if (err == ERR_OK) {
		err = customer_moved(b, a->from, a->to, p->after.unit, p->after.owner);
	}
	return err;
}

enum err
attach_now(struct batch *b, struct job *j, const struct attaching *a, uint64_t *merge)
{
	struct head *source = timeline_head(b, a->from);
	struct head *target = timeline_head(b, a->to);
	struct profiles profiles;
	enum err err;

	if (source == NULL || target == NULL) {
		return b->failed != ERR_OK
			? b->failed
			: job_refuse(j, ERR_NOT_FOUND, "there is no such customer");
	}
	*merge = batch_id(b);
	err = load_profiles(b, j, a, &profiles);
	if (err == ERR_OK) {
		err = tell(b, j, source, a, *merge, &profiles);
	}
	if (err == ERR_OK) {
		err = tell(b, j, target, a, *merge, &profiles);
	}
	if (err == ERR_OK) {
		err = move(b, j, a, *merge, &profiles);
	}
	return err;
}

/* --- the change ------------------------------------------------------------------------- */

static enum err
check_seen(struct job *j, const struct customer *from, const struct customer *to)
{
	const struct attach_change *change = &j->change->attach;

	if (from->primary != from->id || to->primary != to->id) {
		return job_refuse(j, ERR_CONFLICT,
			"one of the two was merged with somebody else meanwhile");
	}
	if ((change->from_version != 0 && change->from_version != from->version) ||
		(change->to_version != 0 && change->to_version != to->version)) {
		return job_refuse(j, ERR_CONFLICT, "one of the two was changed meanwhile");
	}
	return ERR_OK;
}

static enum err
check(struct job *j, const struct customer *from, const struct customer *to)
{
	const struct attach_change *change = &j->change->attach;

	if (from->id == to->id) {
		return job_refuse(j, ERR_INVALID, "a customer cannot be attached to herself");
	}
	if (change->by_hand && check_seen(j, from, to) != ERR_OK) {
		return j->outcome.code;
	}
	if (from->primary != from->id) {
		return job_refuse(j, ERR_CONFLICT, "this customer is attached already");
	}
	if (to->primary == from->id) {
		return job_refuse(j, ERR_CONFLICT,
			"the other customer is attached to this one: it goes the other way only");
	}
	if (!change->different_numbers && !str_empty(from->external_id) &&
		!str_empty(to->external_id) && !str_equals(from->external_id, to->external_id)) {
		return job_refuse(j, ERR_CONFLICT, "both are known customers of different ids");
	}
	if (!str_empty(change->reason) && strlen(change->reason) > REASON_MAX) {
		return job_refuse(j, ERR_INVALID, "a reason has at most %d bytes", REASON_MAX);
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

static enum err
check_merge(struct batch *b, struct job *j, const struct customer *from,
	const struct customer *to)
{
	bool fits = false;

	if (!merge_allowed(&j->change->actor, j->change->attach.right, from, to)) {
		return job_refuse(j, ERR_DENIED,
			"customers with names are merged by supervisors and by their owner");
	}
	if (attach_fits(b, from->id, to->primary, &fits) != ERR_OK) {
		return b->failed;
	}
	return fits ? ERR_OK
				: job_refuse(j, ERR_INVALID, "at most %d histories are read as one",
					  CUSTOMER_MEMBERS_MAX);
}

/* A value that is the same on both sides is nobody's gain. */
static void
choose(struct batch *b, const struct attach_change *change, const struct customer *from,
	const struct customer *to, struct merge_value values[static MERGE_FIELDS])
{
	for (int i = 0; i < MERGE_FIELDS_CHOOSABLE; i++) {
		enum merge_field field = (enum merge_field)i;
		const char *theirs = merge_value_of(from, field, b->arena);
		const char *ours = merge_value_of(to, field, b->arena);
		bool must = field == MERGE_NAME || field == MERGE_UNIT ||
			field == MERGE_EXTERNAL_ID;

		values[i] = (struct merge_value){.from = ours, .to = theirs};
		values[i].taken = (change->take & MERGE_TAKE(field)) != 0 &&
			!str_equals(ours, theirs) && !(must && theirs[0] == '\0');
	}
	values[MERGE_ANONYMOUS] = (struct merge_value){
		.taken = values[MERGE_NAME].taken && to->anonymous && !from->anonymous,
		.from = "1",
		.to = "",
	};
}

static enum err
attach_checked(struct batch *b, struct job *j, const struct customer *from,
	const struct customer *to)
{
	const struct attach_change *change = &j->change->attach;
	struct merge_value values[MERGE_FIELDS];
	struct attaching a = {
		.from = from->id,
		.to = to->primary,
		.how = change->by_hand ? MERGE_BY_HAND : MERGE_ATTACHED,
		.reason = change->reason,
	};
	const char *action = change->by_hand ? "customer.merged" : "customer.attached";
	enum err err;

	if (change->by_hand) {
		choose(b, change, from, to, values);
		a.values = values;
	}
	err = attach_now(b, j, &a, &j->outcome.id);
	if (err != ERR_OK) {
		return err;
	}
	batch_audit(b, j, action, "customer", from->id,
		arena_printf(b->arena, "into %llu", (unsigned long long)a.to));
	batch_audit(b, j, action, "customer", a.to,
		arena_printf(b->arena, "from %llu", (unsigned long long)from->id));
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
	j->outcome.customer = to.primary;
	j->outcome.timeline = from.id;
	j->outcome.previous = from.id;
	if (!change->by_hand && from.primary == to.primary && from.id != from.primary) {
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
		err = check_merge(b, j, &from, &to);
	}
	if (err == ERR_OK) {
		err = attach_checked(b, j, &from, &to);
	}
	return err;
}
