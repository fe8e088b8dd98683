/* Lists of conversations. Each statement is led by the index that fits the filter. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/reader_private.h"
#include "store/records.h"
#include "store/search.h"

enum { ARGUMENTS_MAX = 32 };

struct arguments {
	struct value values[ARGUMENTS_MAX];
	size_t count;
};

static void
put(struct arguments *a, struct value v)
{
	a->values[a->count++] = v;
}

static size_t
limit_of(size_t wanted)
{
	return wanted == 0 || wanted > READ_LIMIT_MAX ? READ_LIMIT_MAX : wanted;
}

/* -1: any */
static int64_t
assignee_of(const struct conversation_filter *f)
{
	switch (f->view) {
	case VIEW_MINE:
		return (int64_t)f->scope.self;
	case VIEW_UNASSIGNED:
		return 0;
	case VIEW_ALL:
		break;
	}
	return f->assignee != 0 ? (int64_t)f->assignee : -1;
}

static int64_t
state_of(const struct conversation_filter *f)
{
	if (f->any_state) {
		return 0;
	}
	return f->resolved ? CONVERSATION_RESOLVED : CONVERSATION_OPEN;
}

static enum statement
lead(const struct conversation_filter *f, struct arguments *a)
{
	int64_t assignee = assignee_of(f);
	int64_t state = state_of(f);

	if (f->customer != 0) {
		put(a, value_id(f->customer));
		put(a, value_i64(state));
		put(a, value_i64(state));
		put(a, value_i64(assignee));
		put(a, value_i64(assignee));
		return STATEMENT_CONVERSATIONS_BY_CUSTOMER;
	}
	if (state == 0) {
		put(a, value_i64(assignee));
		put(a, value_i64(assignee));
		return STATEMENT_CONVERSATIONS_ANY;
	}
	put(a, value_i64(state));
	if (assignee < 0) {
		return STATEMENT_CONVERSATIONS_BY_STATE;
	}
	put(a, value_i64(assignee));
	return STATEMENT_CONVERSATIONS_BY_ASSIGNEE;
}

static void
filters(const struct conversation_filter *f, struct arena *arena, struct arguments *a)
{
	const char *channel_kind = f->channel_kind != NULL ? f->channel_kind : "";
	const char *pattern = search_pattern(arena, f->search);
	int64_t before = f->before_at != 0 ? f->before_at : INT64_MAX;
	int64_t to = f->to != 0 ? f->to : INT64_MAX;

	put(a, value_id(f->scope.unit_low));
	put(a, value_id(f->scope.unit_high));
	/* Nobody owns what has owner 0. */
	put(a, f->scope.self != 0 ? value_id(f->scope.self) : value_i64(-1));
	put(a, f->scope.self != 0 ? value_id(f->scope.self) : value_i64(-1));
	put(a, value_text(channel_kind));
	put(a, value_text(channel_kind));
	put(a, value_i64(f->waiting));
	put(a, value_i64(f->flagged));
	put(a, value_i64(f->from));
	put(a, value_i64(to));
	put(a, value_i64(f->from - CONVERSATION_PLACE_MS));
	put(a, value_i64(to));
	put(a, value_i64(before));
	put(a, value_i64(before));
	put(a, f->before_at != 0 ? value_id(f->before_id) : value_i64(INT64_MAX));
	put(a, value_text(f->search));
	put(a, value_text(pattern));
	put(a, value_text(pattern));
	put(a, value_text(f->tag != NULL ? f->tag : ""));
	put(a, value_text(f->tag != NULL ? f->tag : ""));
	put(a, value_i64((int64_t)limit_of(f->limit)));
}

void
record_conversation_item(const struct value *row, struct conversation_item *out)
{
	record_conversation(row, &out->conversation);
	out->customer_name = value_as_text(&row[CONVERSATION_COLUMN_COUNT]);
	out->anonymous = value_as_bool(&row[CONVERSATION_COLUMN_COUNT + 1]);
	out->inbound_read = value_as_id(&row[CONVERSATION_COLUMN_COUNT + 2]);
	out->place_at = value_as_i64(&row[CONVERSATION_COLUMN_COUNT + 3]);
}

enum err
read_conversations(struct reader *r, const struct conversation_filter *f, struct arena *a,
	struct conversation_item **out, size_t *count, struct error *e)
{
	struct arguments args = {.count = 0};
	struct conversation_item *items;
	enum statement s;
	struct rows rows;
	enum err err;

	put(&args, value_id(f->scope.self));
	s = lead(f, &args);
	filters(f, a, &args);
	err = reader_run(r, s, args.values, a, &rows, e);
	if (err != ERR_OK) {
		return err;
	}
	items = arena_alloc(a, (rows.count + 1) * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		record_conversation_item(rows_at(&rows, i), &items[i]);
	}
	*out = items;
	*count = rows.count;
	return ERR_OK;
}

enum err
read_conversation(struct reader *r, uint64_t id, uint64_t self, struct arena *a,
	struct conversation_item *out, struct error *e)
{
	struct value args[] = {value_id(self), value_id(id)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_CONVERSATION_ITEM, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	if (rows.count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such conversation");
	}
	record_conversation_item(rows_at(&rows, 0), out);
	return ERR_OK;
}

enum err
read_conversation_counts(struct reader *r, const struct scope *scope,
	struct conversation_counts *out, struct error *e)
{
	struct arena *a = arena_create();
	struct value self = scope->self != 0 ? value_id(scope->self) : value_i64(-1);
	struct value low = value_id(scope->unit_low);
	struct value high = value_id(scope->unit_high);
	struct value args[] = {self, low, high, self, low, high, self, self, self, self};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_CONVERSATION_COUNTS, args, a, &rows, e);

	if (err == ERR_OK && rows.count > 0) {
		const struct value *row = rows_at(&rows, 0);

		out->mine = value_as_id(&row[0]);
		out->unassigned = value_as_id(&row[1]);
		out->all = value_as_id(&row[2]);
		out->mine_unread = value_as_id(&row[3]);
	}
	arena_destroy(a);
	return err;
}
