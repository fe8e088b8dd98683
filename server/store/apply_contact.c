/* Adds, proves, edits and removes contact points. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/customer_row.h"
#include "store/records.h"

enum { KIND_MAX = 16, VALUE_MAX = 200, REASON_MAX = 200 };

enum err
contact_check(struct job *j, const struct contact_point *p)
{
	if (str_empty(p->kind) || strlen(p->kind) > KIND_MAX) {
		return job_refuse(j, ERR_INVALID, "no such kind of contact point");
	}
	if (str_empty(p->value) || strlen(p->value) > VALUE_MAX) {
		return job_refuse(j, ERR_INVALID,
			"a contact point needs a value of 1 to %d bytes", VALUE_MAX);
	}
	if (p->proven_reason != NULL && strlen(p->proven_reason) > REASON_MAX) {
		return job_refuse(j, ERR_INVALID, "a reason has at most %d bytes", REASON_MAX);
	}
	return ERR_OK;
}

static enum err
append_fact(struct batch *b, struct job *j, struct head *h, enum fact_kind kind,
	const struct contact_point *p)
{
	struct draft d = draft_of(j, kind);
	struct json_writer *w = batch_body(b);
	struct fact *f;

	d.ref = j->fact_count == 0 ? d.ref : NULL;
	jw_kstring(w, "kind", p->kind);
	jw_kstring(w, "value", p->value);
	jw_kbool(w, "proven", p->proven);
	if (p->proven && !str_empty(p->proven_reason)) {
		jw_kstring(w, "reason", p->proven_reason);
	}
	return fact_append(b, j, h, &d, &f);
}

/* Whose number is whose decides who reads which history. */
static void
contact_audit(struct batch *b, const struct job *j, const char *action, uint64_t customer,
	const struct contact_point *p)
{
	const char *reason = p->proven_reason != NULL ? p->proven_reason : "";
	const char *detail = arena_printf(b->arena, "%s:%s%s%s", p->kind, p->value,
		reason[0] != '\0' ? " " : "", reason);

	batch_audit(b, j, action, "customer", customer, detail);
}

enum err
contact_add_fact(struct batch *b, struct job *j, struct head *h,
	const struct contact_point *p)
{
	uint64_t id;

	if (contact_add(b, j, h->timeline, p, &id) != ERR_OK) {
		return b->failed;
	}
	j->outcome.id = id;
	if (p->proven && j->change->actor.kind == AUTHOR_STAFF) {
		contact_audit(b, j, "contact.proven", h->timeline, p);
	}
	return append_fact(b, j, h, FACT_CONTACT_ADDED, p);
}

static enum err
add(struct batch *b, struct job *j)
{
	const struct contact_point *p = &j->change->contact.point;
	struct head *h = timeline_head(b, p->customer);
	enum err err;

	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (h == NULL) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such customer");
	}
	if (!head_allowed(j, h)) {
		return job_refuse(j, ERR_DENIED, "this customer is not in your unit");
	}
	err = contact_check(j, p);
	if (err == ERR_OK) {
		err = contact_check_free(b, j, p);
	}
	if (err == ERR_OK) {
		err = contact_add_fact(b, j, h, p);
	}
	if (err == ERR_OK) {
		outcome_of(j, h);
	}
	return err;
}

static enum err
store_point(struct batch *b, const struct contact_point *p)
{
	struct value args[] = {
		value_text(p->value),
		p->proven ? value_text(contact_key(b, p->kind, p->value)) : value_null(),
		value_text(p->label),
		value_id(p->proven_by),
		value_i64(p->proven_at),
		value_text(p->proven_reason),
		value_id(p->id),
	};

	return batch_run(b, STATEMENT_CONTACT_UPDATE, args, NULL);
}

/* What was proven for one value says nothing about another. */
static void
set_proof(struct batch *b, const struct job *j, const struct contact_point *before,
	struct contact_point *after)
{
	const struct contact_point *wish = &j->change->contact.point;
	const struct actor *actor = &j->change->actor;

	after->proven = wish->proven;
	if (after->proven && before->proven && str_equals(before->value, after->value)) {
		return;
	}
	after->proven_by = after->proven && actor->kind == AUTHOR_STAFF ? actor->id : 0;
	after->proven_at = after->proven ? b->now : 0;
	after->proven_reason = after->proven && wish->proven_reason != NULL
		? wish->proven_reason
		: "";
}

/* A changed value is told as one removed and one added; a label is told to nobody. */
static enum err
edit(struct batch *b, struct job *j, struct head *h, const struct contact_point *before)
{
	const struct contact_point *wish = &j->change->contact.point;
	struct contact_point after = *before;
	bool value_changed;
	enum err err;

	after.value = wish->value != NULL ? wish->value : before->value;
	after.label = wish->label != NULL ? wish->label : before->label;
	set_proof(b, j, before, &after);
	value_changed = !str_equals(after.value, before->value);
	err = contact_check(j, &after);
	if (err == ERR_OK) {
		err = contact_check_free(b, j, &after);
	}
	if (err == ERR_OK) {
		err = store_point(b, &after);
	}
	if (err == ERR_OK && value_changed) {
		err = append_fact(b, j, h, FACT_CONTACT_REMOVED, before);
	}
	if (err == ERR_OK && (value_changed || after.proven != before->proven)) {
		err = append_fact(b, j, h, FACT_CONTACT_ADDED, &after);
	}
	if (err == ERR_OK && after.proven != before->proven) {
		contact_audit(b, j, after.proven ? "contact.proven" : "contact.unproven",
			h->timeline, &after);
	}
	return err;
}

static enum err
drop(struct batch *b, struct job *j, struct head *h, const struct contact_point *p)
{
	struct value args[] = {value_id(p->id)};

	if (batch_run(b, STATEMENT_CONTACT_DELETE, args, NULL) != ERR_OK) {
		return b->failed;
	}
	return append_fact(b, j, h, FACT_CONTACT_REMOVED, p);
}

static enum err
change_existing(struct batch *b, struct job *j)
{
	uint64_t id = j->change->contact.point.id;
	struct value args[] = {value_id(id)};
	struct contact_point p;
	struct head *h;
	struct rows r;
	enum err err;

	if (batch_read(b, STATEMENT_CONTACT_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such contact point");
	}
	record_contact(rows_at(&r, 0), &p);
	h = timeline_head(b, p.customer);
	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (h == NULL || !head_allowed(j, h)) {
		return job_refuse(j, ERR_DENIED, "this customer is not in your unit");
	}
	/* By these a timeline finds its visitor and its user; without them it would be lost. */
	if (str_equals(p.kind, "visitor") || str_equals(p.kind, "user")) {
		return job_refuse(j, ERR_DENIED, "this contact point cannot be changed by hand");
	}
	err = j->change->contact.action == ROW_EDIT ? edit(b, j, h, &p) : drop(b, j, h, &p);
	if (err == ERR_OK) {
		outcome_of(j, h);
		j->outcome.id = id;
	}
	return err;
}

enum err
apply_contact(struct batch *b, struct job *j)
{
	if (j->change->actor.kind == AUTHOR_CUSTOMER) {
		return job_refuse(j, ERR_DENIED, "customers cannot do this");
	}
	return j->change->contact.action == ROW_ADD ? add(b, j) : change_existing(b, j);
}
