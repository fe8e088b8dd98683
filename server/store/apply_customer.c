/* Creates and edits customers. Every edit is a fact that says what was and what is. */
#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/customer_row.h"
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

enum err
contact_check_free(struct batch *b, struct job *j, const struct contact_point *p)
{
	struct value args[] = {value_text(contact_key(b, p->kind, p->value))};
	struct rows r;

	if (!p->proven) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_CONTACT_BY_KEY, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0 && value_as_id(&rows_at(&r, 0)[1]) != p->id) {
		const char *name = value_as_text(&rows_at(&r, 0)[2]);

		j->outcome.id = value_as_id(rows_at(&r, 0));
		return job_refuse(j, ERR_CONFLICT, "%s belongs to %s", p->value,
			name[0] != '\0' ? name : "another customer");
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
	const struct customer *to)
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
	jw_object_end(w);
}

static enum err
add_contacts(struct batch *b, struct job *j, struct head *h,
	const struct customer_change *change)
{
	for (size_t i = 0; i < change->contact_count; i++) {
		enum err err = contact_add_fact(b, j, h, &change->contacts[i]);

		if (err != ERR_OK) {
			return err;
		}
	}
	return ERR_OK;
}

/* Two of the same in one request would break the unique key. */
static enum err
check_contacts(struct batch *b, struct job *j, const struct customer_change *change)
{
	for (size_t i = 0; i < change->contact_count; i++) {
		const struct contact_point *p = &change->contacts[i];
		enum err err = contact_check(j, p);

		if (err == ERR_OK) {
			err = contact_check_free(b, j, p);
		}
		for (size_t k = 0; err == ERR_OK && k < i; k++) {
			if (str_equals(p->kind, change->contacts[k].kind) &&
				str_equals(p->value, change->contacts[k].value)) {
				err = job_refuse(j, ERR_INVALID, "the same contact point twice");
			}
		}
		if (err != ERR_OK) {
			return err;
		}
	}
	return ERR_OK;
}

static enum err
create(struct batch *b, struct job *j)
{
	const struct customer_change *change = &j->change->customer;
	struct customer c = change->customer;
	struct new_customer n = {.unit = c.unit, .name = c.name, .language = c.language};
	struct customer nobody = {0};
	struct draft d = draft_of(j, FACT_CUSTOMER_CREATED);
	struct head *h;
	struct fact *f;
	enum err err = check_external_id(b, j, c.external_id, 0);

	if (err == ERR_OK) {
		err = check_contacts(b, j, change);
	}
	if (err != ERR_OK) {
		return err;
	}
	if (n.unit == 0) {
		n.unit = j->change->actor.unit != 0 ? j->change->actor.unit : UNIT_ROOT;
	}
	h = customer_begin(b, &n);
	if (h == NULL) {
		return b->failed;
	}
	c.id = h->timeline;
	c.unit = n.unit;
	c.anonymous = str_empty(c.name);
	c.created_at = b->now;
	c.updated_at = b->now;
	c.version = 1;
	heads_touch(b->heads, h);
	h->state.owner = c.owner;
	err = customer_store(b, &c);
	if (err == ERR_OK) {
		write_changes(batch_body(b), &nobody, &c);
		err = fact_append(b, j, h, &d, &f);
	}
	if (err == ERR_OK) {
		err = add_contacts(b, j, h, change);
	}
	outcome_of(j, h);
	j->outcome.id = c.id;
	return err;
}

static struct customer
merged(const struct customer *now, const struct customer *wish)
{
	struct customer c = *now;

	c.unit = wish->unit != 0 ? wish->unit : c.unit;
	c.owner = wish->owner != 0 ? wish->owner : c.owner;
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

static enum err
edit(struct batch *b, struct job *j)
{
	const struct customer *wish = &j->change->customer.customer;
	struct draft d = draft_of(j, FACT_CUSTOMER_EDITED);
	struct head *h = timeline_head(b, wish->id);
	struct customer before;
	struct customer after;
	struct fact *f;
	enum err err = b->failed == ERR_OK ? customer_load(b, j, wish->id, &before)
									   : b->failed;

	if (err != ERR_OK) {
		return err;
	}
	if (h == NULL || !head_allowed(j, h)) {
		return job_refuse(j, ERR_DENIED, "this customer is not in your unit");
	}
	if (wish->version != 0 && wish->version != before.version) {
		return job_refuse(j, ERR_CONFLICT, "the customer was edited meanwhile");
	}
	err = check_external_id(b, j, wish->external_id, wish->id);
	if (err != ERR_OK) {
		return err;
	}
	after = merged(&before, wish);
	after.updated_at = b->now;
	after.version++;
	write_changes(batch_body(b), &before, &after);
	err = fact_append(b, j, h, &d, &f);
	if (err == ERR_OK) {
		err = customer_store(b, &after);
	}
	if (err != ERR_OK) {
		return err;
	}
	f->unit = after.unit;
	f->owner = after.owner;
	outcome_of(j, h);
	j->outcome.id = wish->id;
	if (after.unit == before.unit && after.owner == before.owner) {
		return ERR_OK;
	}
	batch_audit(b, j, "customer.moved", "customer", wish->id, NULL);
	return customer_moved(b, wish->id, wish->id, after.unit, after.owner);
}

enum err
apply_customer(struct batch *b, struct job *j)
{
	if (j->change->actor.kind == AUTHOR_CUSTOMER) {
		return job_refuse(j, ERR_DENIED, "customers cannot do this");
	}
	return j->change->customer.create ? create(b, j) : edit(b, j);
}
