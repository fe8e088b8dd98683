/* The list of customers: filtered, in one of four orders, page by page.
 *
 * Two ways lead to a page. Usually an index gives the order and the filters are tried on row
 * after row until the page is full: quick while hits are frequent. A filter that few of many
 * customers pass would so walk through all of them; where the index of the filter itself shows
 * that there are few (CANDIDATES_MAX), these are read whole and put in order here. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/reader_private.h"
#include "store/records.h"
#include "store/search.h"

enum {
	CANDIDATES_MAX = 2000,
	ARGUMENTS_MAX = 64,
	CONTACT_COLUMN = 15, /* behind those of the customer */
	PLACE_ID_COLUMN = 16,
	PLACE_AT_COLUMN =
		17, /* in the order of conversations; 0: in that of the last contacts */
};

/* Sorts behind every name: U+10FFFF. */
static const char last_name[] = "\xf4\x8f\xbf\xbf";

/* --- arguments ---------------------------------------------------------------------------- */

struct arguments {
	struct value items[ARGUMENTS_MAX];
	size_t count;
};

static void
add(struct arguments *args, struct value v)
{
	if (args->count < ARGUMENTS_MAX) {
		args->items[args->count++] = v;
	}
}

/* Like a part of a text, without the wildcards around it. */
static const char *
exact_pattern(struct arena *a, const char *text)
{
	const char *pattern = search_pattern(a, text);
	size_t length = strlen(pattern);

	return length < 2 ? "" : arena_strndup(a, pattern + 1, length - 2);
}

static void
add_slot(struct arguments *args, const struct value_filter *v, struct arena *a)
{
	static const struct value_filter none = {0};
	const char *pattern = "%";
	bool wanted = v != NULL;

	if (!wanted) {
		v = &none;
	}
	if (v->equals != NULL) {
		pattern = exact_pattern(a, v->equals);
	} else if (v->contains != NULL) {
		pattern = search_pattern(a, v->contains);
	}
	add(args, value_i64(wanted));
	add(args, value_id(v->field));
	add(args, value_i64(v->ranged ? v->low : INT64_MIN));
	add(args, value_i64(v->ranged ? v->high : INT64_MAX));
	add(args, value_text(pattern));
	add(args, value_i64(!wanted || !v->absent));
}

static void
add_filters(struct arguments *args, const struct customer_filter *f, struct arena *a)
{
	const char *pattern = search_pattern(a, f->search);
	struct value self = f->scope.self != 0 ? value_id(f->scope.self) : value_i64(-1);
	int64_t owner = f->ownerless ? 0 : f->owner != 0 ? (int64_t)f->owner : -1;

	add(args, value_id(f->scope.unit_low));
	add(args, value_id(f->scope.unit_high));
	add(args, self);
	add(args, self);
	add(args, value_text(f->search));
	add(args, value_text(pattern));
	add(args, value_text(f->search));
	add(args, value_text(pattern));
	add(args, value_i64(owner));
	add(args, value_i64(owner));
	add(args, value_id(f->unit));
	add(args, f->unit != 0 ? value_id(unit_high(f->unit)) : value_i64(INT64_MAX));
	add(args, value_text(f->channel_kind));
	add(args, value_text(f->channel_kind));
	add(args, value_i64(f->created_from));
	add(args, value_i64(f->created_to != 0 ? f->created_to : INT64_MAX));
	add(args, value_i64(f->anonymous));
	add(args, value_i64(f->anonymous));
	add(args, value_i64(f->contacted));
	add(args, value_i64(f->contact_from));
	add(args, value_i64(f->contact_to != 0 ? f->contact_to - 1 : INT64_MAX));
	add(args, value_text(f->tag != NULL ? f->tag : ""));
	add(args, value_text(f->tag != NULL ? f->tag : ""));
	for (size_t i = 0; i < VALUE_FILTERS_MAX; i++) {
		add_slot(args, i < f->value_count ? &f->values[i] : NULL, a);
	}
}

/* --- rows --------------------------------------------------------------------------------- */

static void
place_item(const struct customer_filter *f, const struct value *row,
	struct customer_item *item)
{
	int64_t listed_at = value_as_i64(&row[PLACE_AT_COLUMN]);

	item->place_id = value_as_id(&row[PLACE_ID_COLUMN]);
	switch (f->sort) {
	case SORT_UPDATED:
		item->place_at = item->customer.updated_at;
		break;
	case SORT_CONTACT:
		item->place_at = listed_at != 0 ? listed_at : item->last_contact_at;
		break;
	case SORT_CREATED:
	case SORT_NAME:
		item->place_at = 0;
		break;
	}
}

static enum err
run(struct reader *r, const struct customer_filter *f, enum statement s,
	const struct arguments *args, struct arena *a, struct customer_item **out,
	size_t *count, struct error *e)
{
	struct customer_item *items;
	struct rows rows;
	enum err err = reader_run(r, s, args->items, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	items = arena_alloc(a, (rows.count + 1) * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		const struct value *row = rows_at(&rows, i);

		record_customer(row, &items[i].customer);
		items[i].last_contact_at = value_as_i64(&row[CONTACT_COLUMN]);
		place_item(f, row, &items[i]);
	}
	*out = items;
	*count = rows.count;
	return ERR_OK;
}

/* --- few: gathered, then put in order ----------------------------------------------------- */

struct candidates {
	enum statement count;
	enum statement list;
	struct arguments key;
};

static enum err
count_candidates(struct reader *r, const struct candidates *c, size_t *out,
	struct error *e)
{
	struct arena *a = arena_create();
	struct arguments args = c->key;
	struct rows rows;
	enum err err;

	add(&args, value_i64(CANDIDATES_MAX + 1));
	err = reader_run(r, c->count, args.items, a, &rows, e);
	if (err == ERR_OK) {
		*out = (size_t)value_as_i64(rows_at(&rows, 0));
	}
	arena_destroy(a);
	return err;
}

static void
consider_value(const struct value_filter *v, struct candidates *c)
{
	*c = (struct candidates){0};
	add(&c->key, value_id(v->field));
	if (v->equals != NULL) {
		c->count = STATEMENT_COUNT_OF_VALUE;
		c->list = STATEMENT_CUSTOMERS_OF_VALUE;
		add(&c->key, value_text(v->equals));
	} else {
		c->count = STATEMENT_COUNT_OF_NUMBER;
		c->list = STATEMENT_CUSTOMERS_OF_NUMBER;
		add(&c->key, value_i64(v->low));
		add(&c->key, value_i64(v->high));
	}
}

/* The filter that the fewest customers pass, if they are few enough. */
static enum err
find_candidates(struct reader *r, const struct customer_filter *f,
	struct candidates *best, bool *found, struct error *e)
{
	size_t fewest = CANDIDATES_MAX + 1;
	struct candidates c;

	for (size_t i = 0; i <= f->value_count + 1; i++) {
		size_t count = CANDIDATES_MAX + 1;
		enum err err;

		if (i < f->value_count) {
			const struct value_filter *v = &f->values[i];

			if (v->absent || (v->equals == NULL && !v->ranged)) {
				continue;
			}
			consider_value(v, &c);
		} else if (i > f->value_count) {
			if (str_empty(f->tag)) {
				continue;
			}
			c = (struct candidates){STATEMENT_COUNT_OF_TAG, STATEMENT_CUSTOMERS_OF_TAG,
				{{{0}}, 0}};
			add(&c.key, value_text(f->tag));
		} else if (f->owner != 0) {
			c = (struct candidates){STATEMENT_COUNT_OF_OWNER,
				STATEMENT_CUSTOMERS_OF_OWNER, {{{0}}, 0}};
			add(&c.key, value_id(f->owner));
		} else {
			continue;
		}
		err = count_candidates(r, &c, &count, e);
		if (err != ERR_OK) {
			return err;
		}
		if (count < fewest) {
			fewest = count;
			*best = c;
		}
	}
	*found = fewest <= CANDIDATES_MAX;
	return ERR_OK;
}

static int
compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int
compare_items(const void *left, const void *right, void *ctx)
{
	const struct customer_filter *f = ctx;
	const struct customer_item *a = left;
	const struct customer_item *b = right;
	int order = f->sort == SORT_NAME ? strcmp(a->customer.name, b->customer.name)
									 : compare_numbers(a->place_at, b->place_at);

	if (order == 0) {
		order = compare_numbers((int64_t)a->place_id, (int64_t)b->place_id);
	}
	return f->ascending ? order : -order;
}

static enum err
read_few(struct reader *r, const struct customer_filter *f, const struct candidates *c,
	const char *after_name, struct arena *a, struct customer_item **out, size_t *count,
	struct error *e)
{
	struct customer_item after = {.customer.name = after_name,
		.place_at = f->after_at,
		.place_id = f->after_id};
	struct arguments args = c->key;
	struct customer_item *items;
	size_t total;
	size_t first = 0;
	enum err err;

	add_filters(&args, f, a);
	add(&args, value_i64(CANDIDATES_MAX + 1));
	err = run(r, f, c->list, &args, a, &items, &total, e);
	if (err != ERR_OK) {
		return err;
	}
	qsort_r(items, total, sizeof(*items), compare_items, (void *)f);
	while (f->after_id != 0 && first < total &&
		compare_items(&items[first], &after, (void *)f) <= 0) {
		first++;
	}
	*out = items + first;
	*count = total - first < f->limit ? total - first : f->limit;
	return ERR_OK;
}

/* --- many: in the order of an index ------------------------------------------------------- */

static enum statement
walk_of(const struct customer_filter *f)
{
	static const enum statement walks[][2] = {
		[SORT_UPDATED] = {STATEMENT_CUSTOMERS_UPDATED_DOWN,
			STATEMENT_CUSTOMERS_UPDATED_UP},
		[SORT_CREATED] = {STATEMENT_CUSTOMERS_CREATED_DOWN,
			STATEMENT_CUSTOMERS_CREATED_UP},
		[SORT_NAME] = {STATEMENT_CUSTOMERS_NAME_DOWN, STATEMENT_CUSTOMERS_NAME_UP},
		[SORT_CONTACT] = {STATEMENT_CUSTOMERS_CONTACT_DOWN,
			STATEMENT_CUSTOMERS_CONTACT_UP},
	};

	return walks[f->sort][f->ascending];
}

static enum err
walk(struct reader *r, const struct customer_filter *f, const char *after_name,
	struct arena *a, struct customer_item **out, size_t *count, struct error *e)
{
	struct value first_id = value_i64(f->ascending ? 0 : INT64_MAX);
	struct value first_at = value_i64(f->ascending ? INT64_MIN : INT64_MAX);
	struct value first_name = value_text(f->ascending ? "" : last_name);
	bool begins = f->after_id == 0;
	struct arguments args = {.count = 0};

	if (f->sort != SORT_CREATED) {
		struct value place = f->sort == SORT_NAME
			? (begins ? first_name : value_text(after_name))
			: (begins ? first_at : value_i64(f->after_at));

		add(&args, place);
		add(&args, place);
	}
	add(&args, begins ? first_id : value_id(f->after_id));
	add_filters(&args, f, a);
	add(&args, value_i64((int64_t)f->limit));
	return run(r, f, walk_of(f), &args, a, out, count, e);
}

/* Those who never had a contact are in no index of conversations: they follow by their ids. */
static enum err
walk_uncontacted(struct reader *r, const struct customer_filter *f, struct arena *a,
	struct customer_item **out, size_t *count, struct error *e)
{
	struct customer_filter never = *f;
	enum err err;

	*count = 0;
	*out = NULL;
	if (f->contacted && f->contact_from > 0) {
		return ERR_OK;
	}
	never.sort = SORT_CREATED;
	never.contacted = true;
	never.contact_from = 0;
	never.contact_to = 1;
	err = walk(r, &never, "", a, out, count, e);
	return err;
}

static void
append(struct customer_item **out, size_t *count, const struct customer_item *more,
	size_t more_count, struct arena *a)
{
	struct customer_item *both = arena_alloc(a,
		(*count + more_count + 1) * sizeof(*both));

	if (*count > 0) {
		memcpy(both, *out, *count * sizeof(*both));
	}
	if (more_count > 0) {
		memcpy(both + *count, more, more_count * sizeof(*both));
	}
	*out = both;
	*count += more_count;
}

/* Descending: the contacted, then the others. Ascending: the others first. A place without a
 * time is one among the others. */
static enum err
walk_contacts(struct reader *r, const struct customer_filter *f, struct arena *a,
	struct customer_item **out, size_t *count, struct error *e)
{
	bool among_others = f->after_id != 0 && f->after_at == 0;
	bool others_first = f->ascending;
	struct customer_filter rest = *f;
	struct customer_item *more = NULL;
	size_t more_count = 0;
	enum err err;

	if (among_others || (others_first && f->after_id == 0)) {
		err = walk_uncontacted(r, f, a, out, count, e);
	} else {
		err = walk(r, f, "", a, out, count, e);
	}
	if (err != ERR_OK || *count >= f->limit) {
		return err;
	}
	rest.limit = f->limit - *count;
	rest.after_id = 0;
	rest.after_at = 0;
	if (others_first && (among_others || f->after_id == 0)) {
		err = walk(r, &rest, "", a, &more, &more_count, e);
	} else if (!others_first && !among_others) {
		err = walk_uncontacted(r, &rest, a, &more, &more_count, e);
	}
	if (err == ERR_OK) {
		append(out, count, more, more_count, a);
	}
	return err;
}

enum err
read_customers(struct reader *r, const struct customer_filter *filter, struct arena *a,
	struct customer_item **out, size_t *count, struct error *e)
{
	struct customer_filter f = *filter;
	struct candidates c = {0};
	const char *after_name = "";
	bool few = false;
	enum err err;

	f.limit = f.limit == 0 || f.limit > READ_LIMIT_MAX ? READ_LIMIT_MAX : f.limit;
	if (f.sort == SORT_NAME && f.after_id != 0) {
		struct customer last;

		err = read_customer(r, f.after_id, a, &last, e);
		if (err != ERR_OK) {
			return err;
		}
		after_name = last.name;
	}
	err = find_candidates(r, &f, &c, &few, e);
	if (err != ERR_OK) {
		return err;
	}
	if (few) {
		return read_few(r, &f, &c, after_name, a, out, count, e);
	}
	if (f.sort == SORT_CONTACT) {
		return walk_contacts(r, &f, a, out, count, e);
	}
	return walk(r, &f, after_name, a, out, count, e);
}
