#include "store/read_identity.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/reader_private.h"
#include "store/records.h"

enum {
	MERGES_MAX = 200,
	MEMBERS_MAX = 200,
	CONTACTS_LOOKED_AT = 20,
	CANDIDATES_A_QUERY = 10,
	CANDIDATES_MAX = 40,
	REASONS_MAX = 6,
	DISTINCT_MAX = 500,
};

static enum err
merges(struct reader *r, enum statement s, const struct value *args, struct arena *a,
	struct merge **out, size_t *count, struct error *e)
{
	struct merge *items;
	struct rows rows;
	enum err err = reader_run(r, s, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	items = arena_alloc(a, (rows.count + 1) * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		record_merge(rows_at(&rows, i), &items[i]);
	}
	*out = items;
	*count = rows.count;
	return ERR_OK;
}

enum err
read_merges(struct reader *r, uint64_t primary, struct arena *a, struct merge **out,
	size_t *count, struct error *e)
{
	struct value args[] = {value_id(primary), value_id(primary), value_i64(MERGES_MAX)};

	return merges(r, STATEMENT_MERGES_OF, args, a, out, count, e);
}

enum err
read_merge(struct reader *r, uint64_t id, struct arena *a, struct merge *out,
	struct error *e)
{
	struct value args[] = {value_id(id)};
	struct merge *found = NULL;
	size_t count = 0;
	enum err err = merges(r, STATEMENT_MERGE_BY_ID, args, a, &found, &count, e);

	if (err == ERR_OK && count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such merge");
	}
	if (err == ERR_OK) {
		*out = found[0];
	}
	return err;
}

static enum err
ids(struct reader *r, enum statement s, uint64_t customer, int64_t limit, struct arena *a,
	uint64_t **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(customer), value_i64(limit)};
	struct rows rows;
	enum err err = reader_run(r, s, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	*out = arena_alloc(a, (rows.count + 1) * sizeof(**out));
	for (size_t i = 0; i < rows.count; i++) {
		(*out)[i] = value_as_id(rows_at(&rows, i));
	}
	*count = rows.count;
	return ERR_OK;
}

enum err
read_members(struct reader *r, uint64_t primary, struct arena *a, uint64_t **out,
	size_t *count, struct error *e)
{
	return ids(r, STATEMENT_CUSTOMER_MEMBERS, primary, MEMBERS_MAX, a, out, count, e);
}

/* --- look-alikes -------------------------------------------------------------------------- */

struct search {
	struct reader *reader;
	struct arena *arena;
	const struct scope *scope;
	const struct customer *customer;
	uint64_t *distinct;
	size_t distinct_count;
	struct likely *items; /* CANDIDATES_MAX */
	size_t count;
};

static bool
excluded(const struct search *s, const struct customer *c)
{
	const struct customer *self = s->customer;

	if (c->id != c->primary || c->id == self->id) {
		return true;
	}
	if (!str_empty(c->external_id) && !str_empty(self->external_id)) {
		return true; /* the house knows both, as two */
	}
	for (size_t i = 0; i < s->distinct_count; i++) {
		if (s->distinct[i] == c->id) {
			return true;
		}
	}
	return false;
}

static void
put(struct search *s, const struct customer *c, const struct likely_reason *reason)
{
	struct likely *item = NULL;

	for (size_t i = 0; i < s->count && item == NULL; i++) {
		item = s->items[i].customer.id == c->id ? &s->items[i] : NULL;
	}
	if (item == NULL) {
		if (s->count == CANDIDATES_MAX) {
			return;
		}
		item = &s->items[s->count++];
		item->customer = *c;
		item->reasons = arena_alloc(s->arena, REASONS_MAX * sizeof(*item->reasons));
		item->reason_count = 0;
	}
	for (size_t i = 0; i < item->reason_count; i++) {
		struct likely_reason *known = &item->reasons[i];

		if (str_equals(known->kind, reason->kind) &&
			str_equals(known->value, reason->value)) {
			known->ours_proven = known->ours_proven || reason->ours_proven;
			known->theirs_proven = known->theirs_proven || reason->theirs_proven;
			return;
		}
	}
	if (item->reason_count < REASONS_MAX) {
		item->reasons[item->reason_count++] = *reason;
	}
}

static struct value
self_of(const struct scope *scope)
{
	return scope->self != 0 ? value_id(scope->self) : value_i64(-1);
}

static enum err
by_contact(struct search *s, const struct contact_point *p, struct error *e)
{
	struct value args[] = {
		value_text(p->value),
		value_text(p->kind),
		value_id(s->customer->id),
		value_id(s->scope->unit_low),
		value_id(s->scope->unit_high),
		self_of(s->scope),
		self_of(s->scope),
		value_i64(CANDIDATES_A_QUERY),
	};
	struct rows rows;
	enum err err = reader_run(s->reader, STATEMENT_LIKELY_BY_CONTACT, args, s->arena,
		&rows, e);

	for (size_t i = 0; err == ERR_OK && i < rows.count; i++) {
		const struct value *row = rows_at(&rows, i);
		struct likely_reason reason = {
			.kind = p->kind,
			.value = p->value,
			.ours_proven = p->proven,
			.theirs_proven = row[CUSTOMER_COLUMN_COUNT].type != VALUE_NULL,
		};
		struct customer c;

		record_customer(row, &c);
		if (!excluded(s, &c)) {
			put(s, &c, &reason);
		}
	}
	return err;
}

static bool
tells_people_apart(const char *kind)
{
	return strcmp(kind, "phone") == 0 || strcmp(kind, "email") == 0 ||
		strcmp(kind, "wechat") == 0;
}

static enum err
by_contacts(struct search *s, struct error *e)
{
	struct contact_point *points;
	size_t count = 0;
	size_t looked_at = 0;
	enum err err = read_contacts(s->reader, s->customer->id, s->arena, &points, &count,
		e);

	for (size_t i = 0; err == ERR_OK && i < count && looked_at < CONTACTS_LOOKED_AT;
		 i++) {
		if (tells_people_apart(points[i].kind)) {
			looked_at++;
			err = by_contact(s, &points[i], e);
		}
	}
	return err;
}

/* A name alone says little: the firm or the owner must be the same too. */
static enum err
by_name(struct search *s, struct error *e)
{
	const struct customer *self = s->customer;
	struct value args[] = {
		value_text(self->name),
		value_id(self->id),
		value_text(self->company),
		value_id(self->owner),
		value_id(s->scope->unit_low),
		value_id(s->scope->unit_high),
		self_of(s->scope),
		self_of(s->scope),
		value_i64(CANDIDATES_A_QUERY),
	};
	struct rows rows;
	enum err err;

	if (str_empty(self->name)) {
		return ERR_OK;
	}
	err = reader_run(s->reader, STATEMENT_LIKELY_BY_NAME, args, s->arena, &rows, e);
	for (size_t i = 0; err == ERR_OK && i < rows.count; i++) {
		struct likely_reason reason = {.value = self->name};
		struct customer c;

		record_customer(rows_at(&rows, i), &c);
		if (excluded(s, &c) ||
			(!str_empty(c.gender) && !str_empty(self->gender) &&
				!str_equals(c.gender, self->gender))) {
			continue;
		}
		reason.kind = !str_empty(c.company) && str_equals(c.company, self->company)
			? "name_company"
			: "name_owner";
		put(s, &c, &reason);
	}
	return err;
}

enum err
read_likely(struct reader *r, const struct scope *scope, const struct customer *primary,
	struct arena *a, struct likely **out, size_t *count, struct error *e)
{
	struct search s = {
		.reader = r,
		.arena = a,
		.scope = scope,
		.customer = primary,
		.items = arena_alloc(a, CANDIDATES_MAX * sizeof(struct likely)),
	};
	enum err err = ids(r, STATEMENT_DISTINCT_FROM, primary->id, DISTINCT_MAX, a,
		&s.distinct, &s.distinct_count, e);

	if (err == ERR_OK) {
		err = by_contacts(&s, e);
	}
	if (err == ERR_OK) {
		err = by_name(&s, e);
	}
	*out = s.items;
	*count = s.count < LIKELY_MAX ? s.count : LIKELY_MAX;
	return err;
}

enum err
read_distinct(struct reader *r, uint64_t primary, uint64_t other, struct arena *a,
	bool *out, struct error *e)
{
	uint64_t *others = NULL;
	size_t count = 0;
	enum err err = ids(r, STATEMENT_DISTINCT_FROM, primary, DISTINCT_MAX, a, &others,
		&count, e);

	*out = false;
	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		*out = *out || others[i] == other;
	}
	return err;
}

enum err
read_side_counts(struct reader *r, uint64_t primary, struct arena *a,
	struct side_counts *out, struct error *e)
{
	struct value args[] = {value_id(primary), value_id(primary), value_id(primary)};
	const struct value *row;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_SIDE_COUNTS, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	row = rows_at(&rows, 0);
	*out = (struct side_counts){
		.conversations = value_as_id(&row[0]),
		.open = value_as_id(&row[1]),
		.last_at = value_as_i64(&row[2]),
		.calls = value_as_id(&row[3]),
		.files = value_as_id(&row[4]),
	};
	return ERR_OK;
}
