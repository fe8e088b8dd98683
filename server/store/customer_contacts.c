/* The contact points that come with a customer: which of them are new, and whose they are. */
#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/customer_row.h"

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
is_proven(struct batch *b, const struct contact_point *p, bool *out)
{
	struct value args[] = {value_text(contact_key(b, p->kind, p->value))};
	struct rows r;

	if (batch_read(b, STATEMENT_CONTACT_BY_KEY, args, &r) != ERR_OK) {
		return b->failed;
	}
	*out = r.count > 0;
	return ERR_OK;
}

/* What comes from a list is proven for the first who has it; for the next a claim. */
static enum err
missing_contacts(struct batch *b, struct job *j, uint64_t customer,
	struct contact_point *out, size_t *count)
{
	const struct customer_change *change = &j->change->customer;

	for (size_t i = 0; i < change->contact_count; i++) {
		struct contact_point p = change->contacts[i];
		struct value args[] = {value_id(customer), value_text(p.kind),
			value_text(p.value)};
		bool taken = false;
		bool twin = false;
		struct rows r = {0};

		if (customer != 0 && batch_read(b, STATEMENT_CONTACT_SAME, args, &r) != ERR_OK) {
			return b->failed;
		}
		for (size_t k = 0; k < *count && !twin; k++) {
			twin = str_equals(p.kind, out[k].kind) && str_equals(p.value, out[k].value);
		}
		if (r.count > 0 || twin) {
			continue;
		}
		if (p.proven && is_proven(b, &p, &taken) != ERR_OK) {
			return b->failed;
		}
		p.proven = p.proven && !taken;
		out[(*count)++] = p;
	}
	return ERR_OK;
}

enum err
contacts_plan(struct batch *b, struct job *j, uint64_t customer,
	const struct contact_point **out, size_t *count)
{
	const struct customer_change *change = &j->change->customer;
	struct contact_point *missing;

	*count = 0;
	*out = change->contacts;
	if (!change->by_external_id) {
		*count = customer == 0 ? change->contact_count : 0;
		return check_contacts(b, j, change);
	}
	for (size_t i = 0; i < change->contact_count; i++) {
		enum err err = contact_check(j, &change->contacts[i]);

		if (err != ERR_OK) {
			return err;
		}
	}
	missing = arena_alloc(b->arena, (change->contact_count + 1) * sizeof(*missing));
	*out = missing;
	return missing_contacts(b, j, customer, missing, count);
}

enum err
contacts_store(struct batch *b, struct job *j, struct head *h,
	const struct contact_point *contacts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum err err = contact_add_fact(b, j, h, &contacts[i]);

		if (err != ERR_OK) {
			return err;
		}
	}
	return ERR_OK;
}
