#include "api/customer_query.h"

#include <string.h>

#include "api/exchange.h"
#include "api/input.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "net/net.h"

enum { SEARCH_MAX = 100, WHERE_MAX = 4000, KIND_MAX = 16 };

/* --- what is asked ------------------------------------------------------------------------ */

static void
read_order(struct input *in, struct customer_filter *f)
{
	static const char *const sorts[] = {
		[SORT_UPDATED] = "updated",
		[SORT_CREATED] = "created",
		[SORT_NAME] = "name",
		[SORT_CONTACT] = "contact",
	};
	const char *sort = query_text(in, "sort", KIND_MAX);
	const char *order = query_text(in, "order", KIND_MAX);
	size_t count = sizeof(sorts) / sizeof(sorts[0]);
	size_t found = 0;

	while (sort != NULL && found < count && strcmp(sort, sorts[found]) != 0) {
		found++;
	}
	if (found == count) {
		input_wrong(in, "sort", "must be updated, created, name or contact");
		return;
	}
	if (order != NULL && strcmp(order, "asc") != 0 && strcmp(order, "desc") != 0) {
		input_wrong(in, "order", "must be asc or desc");
	}
	f->sort = (enum customer_sort)found;
	f->ascending = order != NULL ? strcmp(order, "asc") == 0 : f->sort == SORT_NAME;
}

static const char *
wish_text(struct input *in, const struct json *item, const char *name)
{
	struct input inner = *in;
	const char *text;

	inner.object = item;
	text = input_line(&inner, name, FIELD_VALUE_MAX);
	if (inner.field != NULL) {
		input_wrong(in, "where", "%s %s", name, inner.text);
	}
	return str_empty(text) ? NULL : text;
}

static void
read_wishes(struct input *in, const struct json *list, struct customer_query *q)
{
	size_t count = json_length(list);

	if (!json_is_array(list) || count > VALUE_FILTERS_MAX) {
		input_wrong(in, "where", "must be a list of at most %d", VALUE_FILTERS_MAX);
		return;
	}
	for (size_t i = 0; i < count && in->field == NULL; i++) {
		const struct json *item = json_at(list, i);
		struct value_wish *w = &q->wishes[i];

		if (!json_is_object(item)) {
			input_wrong(in, "where", "must be a list of objects");
			return;
		}
		w->key = wish_text(in, item, "key");
		w->is = wish_text(in, item, "is");
		w->has = wish_text(in, item, "has");
		w->from = wish_text(in, item, "from");
		w->to = wish_text(in, item, "to");
		(void)json_bool(item, "empty", &w->empty);
		if (w->key == NULL) {
			input_wrong(in, "where", "names no field");
		}
	}
	q->wish_count = count;
}

static void
read_where(struct input *in, struct customer_query *q)
{
	const char *where = query_text(in, "where", WHERE_MAX);
	struct json *list = NULL;
	struct error e = {0};

	if (where == NULL) {
		return;
	}
	if (json_parse(where, strlen(where), &list, &e) != ERR_OK) {
		input_wrong(in, "where", "%s", e.text);
		return;
	}
	read_wishes(in, list, q);
	json_free(list);
}

static void
read_owner(struct input *in, struct customer_filter *f)
{
	const char *owner = http_query(in->exchange->http, "owner");

	f->ownerless = owner != NULL && strcmp(owner, "none") == 0;
	f->owner = f->ownerless ? 0 : query_id(in, "owner");
}

void
customer_query_read(struct input *in, struct customer_query *q)
{
	struct customer_filter *f = &q->filter;
	const char *known = query_text(in, "known", KIND_MAX);

	f->search = query_text(in, "q", SEARCH_MAX);
	read_owner(in, f);
	f->unit = query_id(in, "unit");
	f->tag = query_text(in, "tag", TAG_BYTES_MAX);
	f->channel_kind = query_text(in, "channel_kind", KIND_MAX);
	f->created_from = query_time(in, "created_from");
	f->created_to = query_time(in, "created_to");
	f->contact_from = query_time(in, "contact_from");
	f->contact_to = query_time(in, "contact_to");
	f->contacted = f->contact_from != 0 || f->contact_to != 0;
	f->anonymous = -1;
	if (known != NULL && strcmp(known, "true") != 0 && strcmp(known, "false") != 0) {
		input_wrong(in, "known", "must be true or false");
	} else if (known != NULL) {
		f->anonymous = strcmp(known, "false") == 0;
	}
	read_order(in, f);
	read_where(in, q);
}

/* --- what it means ------------------------------------------------------------------------ */

static bool
is_ordered(enum field_kind kind)
{
	return kind == FIELD_NUMBER || kind == FIELD_MONEY || kind == FIELD_DATE ||
		kind == FIELD_YES_NO;
}

static enum err
number_of(const struct field *f, const char *text, int64_t *out, struct arena *a,
	struct error *e)
{
	const char *normal;
	enum err err = field_normalise(f, text, a, &normal, e);

	if (err == ERR_OK) {
		*out = field_number(f->kind, normal);
	}
	return err;
}

static enum err
resolve_range(const struct field *f, const struct value_wish *w, struct value_filter *v,
	struct arena *a, struct error *e)
{
	const char *low = w->is != NULL ? w->is : w->from;
	const char *high = w->is != NULL ? w->is : w->to;
	enum err err = ERR_OK;

	v->ranged = true;
	v->low = INT64_MIN;
	v->high = INT64_MAX;
	if (low != NULL) {
		err = number_of(f, low, &v->low, a, e);
	}
	if (err == ERR_OK && high != NULL) {
		err = number_of(f, high, &v->high, a, e);
	}
	return err;
}

static enum err
resolve(const struct field *f, const struct value_wish *w, struct value_filter *v,
	struct arena *a, struct error *e)
{
	struct field one = *f;

	*v = (struct value_filter){.field = f->id, .absent = w->empty};
	if (w->empty) {
		return ERR_OK;
	}
	if (is_ordered(f->kind) && (w->is != NULL || w->from != NULL || w->to != NULL)) {
		return resolve_range(f, w, v, a, e);
	}
	/* One of several is asked for as if it were the only one. */
	one.kind = f->kind == FIELD_MULTI_CHOICE ? FIELD_CHOICE : f->kind;
	v->contains = w->has;
	return w->is != NULL ? field_normalise(&one, w->is, a, &v->equals, e) : ERR_OK;
}

enum err
customer_query_resolve(struct customer_query *q, const struct field *fields, size_t count,
	struct arena *a, struct error *e)
{
	for (size_t i = 0; i < q->wish_count; i++) {
		const struct field *found = NULL;
		enum err err;

		for (size_t k = 0; k < count && found == NULL; k++) {
			found = str_equals(fields[k].key, q->wishes[i].key) ? &fields[k] : NULL;
		}
		if (found == NULL) {
			return error_set(e, ERR_INVALID, "there is no field %.40s", q->wishes[i].key);
		}
		err = resolve(found, &q->wishes[i], &q->filter.values[i], a, e);
		if (err != ERR_OK) {
			return err;
		}
	}
	q->filter.value_count = q->wish_count;
	return ERR_OK;
}
