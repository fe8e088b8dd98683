/* Takes two customers apart again. What was written while they were one stays in the timeline in
 * which it was written; values of the profile that won go back, unless somebody edited them since.
 * Only the branch that this merge brought moves: merges inside it, and others into the same
 * customer, stay in force. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/attach.h"
#include "store/records.h"

enum { REASON_MAX = 200 };

struct parting {
	struct merge merge;
	struct customer source;
	struct customer target;       /* whom the merge named; not always the primary */
	struct customer target_after; /* without what it took */
	struct merge_value values[MERGE_FIELDS];
	bool any_taken;
	uint64_t branch[CUSTOMER_MEMBERS_MAX]; /* the source and all that came with her */
	size_t branch_count;
};

static bool
in_branch(const struct parting *p, uint64_t customer)
{
	for (size_t i = 0; i < p->branch_count; i++) {
		if (p->branch[i] == customer) {
			return true;
		}
	}
	return false;
}

/* Walks the tree down from the source, edge by edge until none is new. */
static enum err
find_branch(struct batch *b, struct parting *p)
{
	struct value args[] = {value_id(p->source.primary), value_i64(CUSTOMER_MEMBERS_MAX)};
	struct rows r;
	size_t before;

	if (batch_read(b, STATEMENT_MERGES_IN_FORCE, args, &r) != ERR_OK) {
		return b->failed;
	}
	p->branch[0] = p->source.id;
	p->branch_count = 1;
	do {
		before = p->branch_count;
		for (size_t i = 0; i < r.count; i++) {
			const struct value *edge = rows_at(&r, i);
			uint64_t from = value_as_id(&edge[1]);

			if (in_branch(p, value_as_id(&edge[2])) && !in_branch(p, from) &&
				p->branch_count < CUSTOMER_MEMBERS_MAX) {
				p->branch[p->branch_count++] = from;
			}
		}
	} while (p->branch_count > before);
	return ERR_OK;
}

static enum err
load(struct batch *b, struct job *j, struct parting *p)
{
	enum err err = merge_load(b, j, j->change->unmerge.merge, &p->merge);

	if (err == ERR_OK) {
		err = customer_load(b, j, p->merge.source, &p->source);
	}
	if (err == ERR_OK) {
		err = customer_load(b, j, p->merge.target, &p->target);
	}
	if (err == ERR_OK &&
		merge_values_parse(p->merge.taken, b->arena, p->values) != ERR_OK) {
		return job_refuse(j, ERR_CORRUPT, "nobody knows what this merge took");
	}
	for (int i = 0; err == ERR_OK && i < MERGE_FIELDS; i++) {
		p->any_taken = p->any_taken || p->values[i].taken;
	}
	p->target_after = p->target;
	return err == ERR_OK ? find_branch(b, p) : err;
}

static enum err
check(struct batch *b, struct job *j, const struct parting *p)
{
	const struct unmerge_change *change = &j->change->unmerge;
	const struct actor *actor = &j->change->actor;
	const struct head *root = timeline_head(b, p->source.primary);
	bool mine = actor->kind == AUTHOR_STAFF && p->merge.made_by_kind == AUTHOR_STAFF &&
		p->merge.made_by == actor->id;

	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (p->merge.undone_at != 0) {
		return job_refuse(j, ERR_CONFLICT, "these two were taken apart already");
	}
	if (root == NULL || !head_allowed(j, root)) {
		return job_refuse(j, ERR_DENIED, "this customer is not in your unit");
	}
	if (!mine && !merge_allowed(actor, change->right, &p->source, &p->target)) {
		return job_refuse(j, ERR_DENIED,
			"merges are undone by supervisors, by the owner and by who made them");
	}
	if (p->any_taken && p->target.primary != p->target.id) {
		return job_refuse(j, ERR_CONFLICT,
			"a later merge builds on this one: undo that first");
	}
	if (!str_empty(change->reason) && strlen(change->reason) > REASON_MAX) {
		return job_refuse(j, ERR_INVALID, "a reason has at most %d bytes", REASON_MAX);
	}
	return ERR_OK;
}

/* --- values ------------------------------------------------------------------------------ */

/* A later merge that replaced our value replaces now what was there before ours. */
static enum err
relink(struct batch *b, const struct parting *p, enum merge_field field, bool *found)
{
	struct value args[] = {
		value_id(p->merge.target),
		value_id(p->merge.id),
		value_i64(CUSTOMER_MEMBERS_MAX),
	};
	const struct merge_value *ours = &p->values[field];
	struct rows r;

	*found = false;
	if (batch_read(b, STATEMENT_MERGES_INTO_AFTER, args, &r) != ERR_OK) {
		return b->failed;
	}
	for (size_t i = 0; i < r.count && !*found; i++) {
		struct merge_value values[MERGE_FIELDS];
		struct merge later;

		record_merge(rows_at(&r, i), &later);
		if (merge_values_parse(later.taken, b->arena, values) != ERR_OK ||
			!values[field].taken) {
			continue;
		}
		*found = true;
		if (str_equals(values[field].from, ours->to)) {
			values[field].from = ours->from;
			return merge_store_taken(b, later.id, values);
		}
	}
	return ERR_OK;
}

/* Whoever of the merged has the source's number now changes places with her. */
static enum err
give_number_back(struct batch *b, struct parting *p)
{
	const struct merge_value *number = &p->values[MERGE_EXTERNAL_ID];
	struct value args[] = {value_text(number->to)};
	struct customer holder = {0};
	struct rows r;

	if (batch_read(b, STATEMENT_CUSTOMER_BY_NUMBER, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		record_customer(rows_at(&r, 0), &holder);
	}
	if (r.count == 0) {
		return merge_set_number(b, p->source.id, number->to); /* edited away since */
	}
	if (holder.primary != p->source.primary) {
		return merge_set_number(b, p->source.id, NULL); /* given to somebody else */
	}
	return merge_swap_numbers(b, holder.id, number->to, p->source.id,
		p->source.external_id);
}

/* What the target shows without this merge. */
static enum err
give_back(struct batch *b, struct parting *p)
{
	for (int i = 0; i < MERGE_FIELDS; i++) {
		enum merge_field field = (enum merge_field)i;
		const char *now = merge_value_of(&p->target, field, b->arena);
		bool replaced = false;

		if (!p->values[i].taken) {
			continue;
		}
		if (relink(b, p, field, &replaced) != ERR_OK) {
			return b->failed;
		}
		if (!replaced && str_equals(now, p->values[i].to)) {
			merge_value_set(&p->target_after, field, p->values[i].from);
		}
	}
	return ERR_OK;
}

/* --- apart -------------------------------------------------------------------------------- */

static enum err
tell(struct batch *b, struct job *j, struct head *h, const struct parting *p)
{
	bool apart = h->timeline == p->source.id;
	struct draft d = draft_of(j, FACT_SEPARATED);
	struct json_writer *w = batch_body(b);
	struct fact *f;
	enum err err;

	d.ref = j->fact_count == 0 ? d.ref : NULL;
	jw_kid(w, "from", p->source.id);
	jw_kid(w, "to", p->target.id);
	jw_kid(w, "merge", p->merge.id);
	if (!apart && p->any_taken) {
		customer_write_changes(w, &p->target, &p->target_after);
	}
	err = fact_append(b, j, h, &d, &f);
	if (err == ERR_OK && apart) {
		f->customer = p->source.id;
		f->unit = p->source.unit;
		f->owner = p->source.owner;
	}
	return err;
}

static enum err
tell_both(struct batch *b, struct job *j, const struct parting *p)
{
	struct head *source = timeline_head(b, p->source.id);
	struct head *target = timeline_head(b, p->target.id);
	enum err err;

	if (b->failed != ERR_OK || source == NULL || target == NULL) {
		return b->failed != ERR_OK
			? b->failed
			: job_refuse(j, ERR_CORRUPT, "a customer of this merge is missing");
	}
	err = tell(b, j, source, p);
	if (err == ERR_OK) {
		err = tell(b, j, target, p);
	}
	return err == ERR_OK ? batch_flush(b) : err;
}

static enum err
move_branch(struct batch *b, const struct parting *p)
{
	const struct customer *s = &p->source;

	for (size_t i = 0; i < p->branch_count; i++) {
		struct value row[] = {
			value_id(s->id),
			value_i64(b->now),
			value_id(p->branch[i]),
		};
		struct value conversations[] = {
			value_id(s->id),
			value_id(s->unit),
			value_id(s->owner),
			value_id(p->branch[i]),
		};

		if (batch_run(b, STATEMENT_CUSTOMER_PRIMARY, row, NULL) != ERR_OK ||
			batch_run(b, STATEMENT_CONVERSATION_OF_TIMELINE, conversations, NULL) !=
				ERR_OK) {
			return b->failed;
		}
		heads_forget(b->heads, p->branch[i]);
	}
	return ERR_OK;
}

/* The number was given back by a statement of its own: the row must not bring it again. */
static enum err
store_target(struct batch *b, struct job *j, struct parting *p)
{
	const struct customer *before = &p->target;
	struct customer *after = &p->target_after;
	struct customer now;
	enum err err = customer_load(b, j, before->id, &now);

	if (err != ERR_OK) {
		return err;
	}
	after->primary = now.primary;
	after->external_id = now.external_id;
	after->updated_at = b->now;
	after->version = now.version + (p->any_taken ? 1 : 0);
	err = customer_store(b, after);
	if (err == ERR_OK && (after->unit != before->unit || after->owner != before->owner)) {
		err = customer_moved(b, after->id, after->id, after->unit, after->owner);
	}
	return err;
}

static enum err
close_merge(struct batch *b, struct job *j, const struct parting *p)
{
	const struct actor *actor = &j->change->actor;
	struct value args[] = {
		value_i64((int64_t)actor->kind),
		value_id(actor->id),
		value_i64(b->now),
		value_text(j->change->unmerge.reason),
		value_id(p->merge.id),
	};

	if (batch_run(b, STATEMENT_MERGE_UNDO, args, NULL) != ERR_OK) {
		return b->failed;
	}
	/* Who took them apart says that they are two. */
	return distinct_put(b, j, p->source.id, p->target.id);
}

static enum err
part(struct batch *b, struct job *j, struct parting *p)
{
	enum err err = give_back(b, p);

	if (err == ERR_OK) {
		err = tell_both(b, j, p);
	}
	if (err == ERR_OK && p->values[MERGE_EXTERNAL_ID].taken) {
		err = give_number_back(b, p);
	}
	if (err == ERR_OK) {
		err = move_branch(b, p);
	}
	if (err == ERR_OK) {
		err = store_target(b, j, p);
	}
	if (err == ERR_OK) {
		err = close_merge(b, j, p);
	}
	return err;
}

enum err
apply_unmerge(struct batch *b, struct job *j)
{
	struct parting *p;
	enum err err;

	if (j->change->actor.kind == AUTHOR_CUSTOMER) {
		return job_refuse(j, ERR_DENIED, "customers cannot do this");
	}
	p = arena_alloc(b->arena, sizeof(*p));
	*p = (struct parting){0};
	err = load(b, j, p);
	if (err == ERR_OK) {
		err = check(b, j, p);
	}
	if (err == ERR_OK) {
		err = part(b, j, p);
	}
	if (err != ERR_OK) {
		return err;
	}
	j->outcome.id = p->merge.id;
	j->outcome.customer = p->source.id;
	j->outcome.timeline = p->source.id;
	j->outcome.previous = p->target.primary;
	batch_audit(b, j, "customer.unmerged", "customer", p->source.id,
		arena_printf(b->arena, "from %llu", (unsigned long long)p->target.id));
	batch_audit(b, j, "customer.unmerged", "customer", p->target.id,
		arena_printf(b->arena, "without %llu", (unsigned long long)p->source.id));
	return ERR_OK;
}
