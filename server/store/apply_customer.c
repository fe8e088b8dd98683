/* Creates and edits customers. Every edit is a fact that says what was and what is. */
#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/customer_row.h"
#include "store/customer_values.h"
#include "store/records.h"

/* ERR_NOT_FOUND is refused already. */
enum err
customer_load(struct batch *b, struct job *j, uint64_t id, struct customer *out)
{
	struct value args[] = {value_id(id)};
	struct rows r;

	if (batch_read(b, STATEMENT_CUSTOMER_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such customer");
	}
	record_customer(rows_at(&r, 0), out);
	return ERR_OK;
}

enum err
customer_store(struct batch *b, const struct customer *c)
{
	struct value args[] = {
		value_id(c->unit),
		value_id(c->owner),
		value_i64(c->anonymous),
		value_text(c->name),
		value_text_or_null(c->external_id),
		value_text(c->language),
		value_text(c->gender),
		value_text(c->company),
		value_text(c->remark),
		value_i64(c->restricted),
		value_i64(c->updated_at),
		value_id(c->version),
		value_id(c->id),
	};

	return batch_run(b, STATEMENT_CUSTOMER_UPDATE, args, NULL);
}

static enum err
check_external_id(struct batch *b, struct job *j, const char *external_id, uint64_t self)
{
	struct value args[] = {value_text(external_id)};
	struct rows r;

	if (str_empty(external_id)) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_CUSTOMER_BY_EXTERNAL, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0 && value_as_id(rows_at(&r, 0)) != self) {
		j->outcome.id = value_as_id(rows_at(&r, 0));
		return job_refuse(j, ERR_CONFLICT, "%s has this external id",
			value_as_text(&rows_at(&r, 0)[1]));
	}
	return ERR_OK;
}

static void
write_change(struct json_writer *w, const char *field, const char *from, const char *to)
{
	if (str_equals(from != NULL ? from : "", to != NULL ? to : "")) {
		return;
	}
	jw_key(w, field);
	jw_object(w);
	jw_kstring(w, "from", from != NULL ? from : "");
	jw_kstring(w, "to", to != NULL ? to : "");
	jw_object_end(w);
}

static void
write_id_change(struct json_writer *w, const char *field, uint64_t from, uint64_t to)
{
	if (from == to) {
		return;
	}
	jw_key(w, field);
	jw_object(w);
	jw_kid(w, "from", from);
	jw_kid(w, "to", to);
	jw_object_end(w);
}

static void
write_changes(struct json_writer *w, const struct customer *from,
	const struct customer *to, const struct value_plan *plan)
{
	jw_key(w, "changes");
	jw_object(w);
	write_change(w, "name", from->name, to->name);
	write_change(w, "external_id", from->external_id, to->external_id);
	write_change(w, "language", from->language, to->language);
	write_change(w, "gender", from->gender, to->gender);
	write_change(w, "company", from->company, to->company);
	write_change(w, "remark", from->remark, to->remark);
	write_id_change(w, "unit", from->unit, to->unit);
	write_id_change(w, "owner", from->owner, to->owner);
	values_describe(plan, w);
	jw_object_end(w);
}

void
customer_write_changes(struct json_writer *w, const struct customer *from,
	const struct customer *to)
{
	struct value_plan none = {0};

	write_changes(w, from, to, &none);
}

/* Who may give a customer to whom, or put her into which unit. */
static enum err
check_owner(struct batch *b, struct job *j, const struct customer *before,
	const struct customer *after)
{
	const struct actor *a = &j->change->actor;
	struct scope scope = actor_scope(a);
	bool moves = after->unit != before->unit;
	bool found = true;
	struct staff staff;

	if (after->owner != 0 && after->owner != before->owner &&
		staff_find(b, after->owner, &staff, &found) != ERR_OK) {
		return b->failed;
	}
	if (!found || (after->owner != before->owner && after->owner != 0 && !staff.active)) {
		str_copy(j->outcome.field, sizeof(j->outcome.field), "owner");
		return job_refuse(j, ERR_INVALID, "there is no such member of staff");
	}
	if (moves && (after->unit < UNIT_ROOT || after->unit > UNIT_LAST)) {
		str_copy(j->outcome.field, sizeof(j->outcome.field), "unit");
		return job_refuse(j, ERR_INVALID, "there is no such unit");
	}
	if (a->kind != AUTHOR_STAFF || (!moves && after->owner == before->owner)) {
		return ERR_OK;
	}
	if (before->id != 0 && a->role < ROLE_SUPERVISOR) {
		return job_refuse(j, ERR_DENIED, "only a supervisor can move customers");
	}
	if (moves && (after->unit < scope.unit_low || after->unit > scope.unit_high)) {
		return job_refuse(j, ERR_DENIED, "this unit is not below yours");
	}
	return ERR_OK;
}

/* The customer as she will be; what she must not be is refused. */
static enum err
plan_created(struct batch *b, struct job *j, struct customer *c,
	struct value_plan *values, const struct contact_point **contacts,
	size_t *contact_count)
{
	const struct customer nobody = {.unit = j->change->actor.unit};
	enum err err = check_external_id(b, j, c->external_id, 0);

	if (c->unit == 0) {
		c->unit = j->change->actor.unit != 0 ? j->change->actor.unit : UNIT_ROOT;
	}
	if (err == ERR_OK) {
		err = check_owner(b, j, &nobody, c);
	}
	if (err == ERR_OK) {
		err = contacts_plan(b, j, 0, contacts, contact_count);
	}
	if (err == ERR_OK) {
		err = values_plan(b, j, 0, values);
	}
	return err;
}

static enum err
create(struct batch *b, struct job *j)
{
	struct customer c = j->change->customer.customer;
	struct customer nobody = {0};
	struct draft d = draft_of(j, FACT_CUSTOMER_CREATED);
	const struct contact_point *contacts;
	struct value_plan values;
	struct new_customer n;
	size_t contact_count;
	struct head *h;
	struct fact *f;
	enum err err = plan_created(b, j, &c, &values, &contacts, &contact_count);

	if (err != ERR_OK) {
		return err;
	}
	n = (struct new_customer){.unit = c.unit, .name = c.name, .language = c.language};
	h = customer_begin(b, &n);
	if (h == NULL) {
		return b->failed;
	}
	c.id = h->timeline;
	c.anonymous = str_empty(c.name);
	c.created_at = b->now;
	c.updated_at = b->now;
	c.version = 1;
	heads_touch(b->heads, h);
	h->state.owner = c.owner;
	err = customer_store(b, &c);
	if (err == ERR_OK) {
		write_changes(batch_body(b), &nobody, &c, &values);
		err = fact_append(b, j, h, &d, &f);
	}
	if (err == ERR_OK) {
		err = values_store(b, j, c.id, &values);
	}
	if (err == ERR_OK) {
		err = contacts_store(b, j, h, contacts, contact_count);
	}
	outcome_of(j, h);
	j->outcome.id = c.id;
	return err;
}

static struct customer
merged(const struct customer *now, const struct customer_change *change)
{
	const struct customer *wish = &change->customer;
	struct customer c = *now;

	c.unit = wish->unit != 0 ? wish->unit : c.unit;
	c.owner = wish->owner != 0 || change->clear_owner ? wish->owner : c.owner;
	c.name = wish->name != NULL ? wish->name : c.name;
	c.external_id = wish->external_id != NULL ? wish->external_id : c.external_id;
	c.language = wish->language != NULL ? wish->language : c.language;
	c.gender = wish->gender != NULL ? wish->gender : c.gender;
	c.company = wish->company != NULL ? wish->company : c.company;
	c.remark = wish->remark != NULL ? wish->remark : c.remark;
	c.anonymous = c.anonymous && str_empty(c.name);
	return c;
}

/* Rights follow the customer: all her conversations and heads show the new unit and owner. */
enum err
customer_moved(struct batch *b, uint64_t from, uint64_t to, uint64_t unit, uint64_t owner)
{
	struct value args[] = {
		value_id(to),
		value_id(unit),
		value_id(owner),
		value_id(from),
	};
	struct value members[] = {value_id(to), value_i64(CUSTOMER_MEMBERS_MAX)};
	struct rows r;

	if (batch_flush(b) != ERR_OK ||
		batch_run(b, STATEMENT_CONVERSATION_OWNERSHIP, args, NULL) != ERR_OK ||
		batch_read(b, STATEMENT_CUSTOMER_MEMBERS, members, &r) != ERR_OK) {
		return b->failed;
	}
	for (size_t i = 0; i < r.count; i++) {
		heads_forget(b->heads, value_as_id(rows_at(&r, i)));
	}
	return ERR_OK;
}

static bool
same_profile(const struct customer *a, const struct customer *b)
{
	return a->unit == b->unit && a->owner == b->owner && str_equals(a->name, b->name) &&
		str_equals(a->external_id != NULL ? a->external_id : "",
			b->external_id != NULL ? b->external_id : "") &&
		str_equals(a->language, b->language) && str_equals(a->gender, b->gender) &&
		str_equals(a->company, b->company) && str_equals(a->remark, b->remark);
}

/* May she be edited by this person, and from this version? */
static enum err
find_edited(struct batch *b, struct job *j, uint64_t id, struct head **h,
	struct customer *before)
{
	const struct customer *wish = &j->change->customer.customer;
	enum err err;

	*h = timeline_head(b, id);
	err = b->failed == ERR_OK ? customer_load(b, j, id, before) : b->failed;
	if (err != ERR_OK) {
		return err;
	}
	if (*h == NULL || !head_allowed(j, *h)) {
		return job_refuse(j, ERR_DENIED, "this customer is not in your unit");
	}
	if (wish->version != 0 && wish->version != before->version) {
		return job_refuse(j, ERR_CONFLICT, "the customer was edited meanwhile");
	}
	return check_external_id(b, j, wish->external_id, id);
}

static enum err
store_edit(struct batch *b, struct job *j, struct head *h, const struct customer *before,
	struct customer *after, const struct value_plan *values)
{
	struct draft d = draft_of(j, FACT_CUSTOMER_EDITED);
	struct fact *f;
	enum err err;

	after->updated_at = b->now;
	after->version++;
	write_changes(batch_body(b), before, after, values);
	err = fact_append(b, j, h, &d, &f);
	if (err == ERR_OK) {
		err = customer_store(b, after);
	}
	if (err == ERR_OK) {
		err = values_store(b, j, after->id, values);
	}
	if (err == ERR_OK) {
		f->unit = after->unit;
		f->owner = after->owner;
	}
	return err;
}

static enum err
edit(struct batch *b, struct job *j, uint64_t id)
{
	const struct contact_point *contacts;
	struct value_plan values;
	struct customer before;
	struct customer after;
	size_t contact_count;
	bool same;
	struct head *h;
	enum err err = find_edited(b, j, id, &h, &before);

	if (err == ERR_OK) {
		after = merged(&before, &j->change->customer);
		err = check_owner(b, j, &before, &after);
	}
	if (err == ERR_OK) {
		err = contacts_plan(b, j, id, &contacts, &contact_count);
	}
	if (err == ERR_OK) {
		err = values_plan(b, j, id, &values);
	}
	if (err != ERR_OK) {
		return err;
	}
	same = same_profile(&before, &after) && values.count == 0;
	j->outcome.duplicate = same && contact_count == 0;
	if (!same) {
		err = store_edit(b, j, h, &before, &after, &values);
	}
	if (err == ERR_OK) {
		err = contacts_store(b, j, h, contacts, contact_count);
	}
	if (err != ERR_OK) {
		return err;
	}
	outcome_of(j, h);
	j->outcome.id = id;
	if (after.unit == before.unit && after.owner == before.owner) {
		return ERR_OK;
	}
	batch_audit(b, j, "customer.moved", "customer", id, NULL);
	return customer_moved(b, id, id, after.unit, after.owner);
}

/* Whoever has this external id, under whom she is read now. */
static enum err
find_external(struct batch *b, struct job *j, uint64_t *out)
{
	const char *external_id = j->change->customer.customer.external_id;
	struct value args[] = {value_text(external_id)};
	struct rows r;

	if (str_empty(external_id)) {
		return job_refuse(j, ERR_INVALID, "the external id is missing");
	}
	if (batch_read(b, STATEMENT_CUSTOMER_BY_EXTERNAL, args, &r) != ERR_OK) {
		return b->failed;
	}
	*out = r.count > 0 ? value_as_id(rows_at(&r, 0)) : 0;
	return ERR_OK;
}

enum err
apply_customer(struct batch *b, struct job *j)
{
	const struct customer_change *change = &j->change->customer;
	uint64_t id = change->create ? 0 : change->customer.id;

	if (j->change->actor.kind == AUTHOR_CUSTOMER) {
		return job_refuse(j, ERR_DENIED, "customers cannot do this");
	}
	if (change->by_external_id && find_external(b, j, &id) != ERR_OK) {
		return j->outcome.code != ERR_OK ? j->outcome.code : b->failed;
	}
	return id == 0 ? create(b, j) : edit(b, j, id);
}
