/* History: entries of customers, timelines, the feed, marks. */
#include <stdlib.h>

#include "base/arena.h"
#include "store/reader_private.h"
#include "store/records.h"

enum { TIMELINES_MAX = 200 };

void
fact_list_release(struct fact_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		fact_put(l->items[i]);
	}
	*l = (struct fact_list){0};
}

static size_t
limit_of(size_t wanted)
{
	return wanted == 0 || wanted > READ_LIMIT_MAX ? READ_LIMIT_MAX : wanted;
}

static void
list_of(const struct rows *rows, struct arena *a, struct fact_list *out)
{
	out->items = arena_alloc(a, (rows->count + 1) * sizeof(struct fact *));
	out->count = rows->count;
	for (size_t i = 0; i < rows->count; i++) {
		out->items[i] = record_fact(rows_at(rows, i));
	}
}

static enum err
list(struct reader *r, enum statement s, const struct value *args, struct arena *a,
	struct fact_list *out, struct error *e)
{
	struct rows rows;
	enum err err = reader_run(r, s, args, a, &rows, e);

	if (err == ERR_OK) {
		list_of(&rows, a, out);
		err = read_deliveries(r, out->items, out->count, a, e);
	}
	return err;
}

enum err
read_timelines_of(struct reader *r, uint64_t customer, struct arena *a,
	struct timeline_end **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(customer), value_i64(TIMELINES_MAX)};
	struct timeline_end *ends;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_TIMELINES_OF, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	ends = arena_alloc(a, (rows.count + 1) * sizeof(*ends));
	for (size_t i = 0; i < rows.count; i++) {
		const struct value *row = rows_at(&rows, i);

		ends[i] = (struct timeline_end){
			.timeline = value_as_id(&row[0]),
			.seq = value_as_id(&row[1]),
		};
	}
	*out = ends;
	*count = rows.count;
	return ERR_OK;
}

enum err
read_public_end(struct reader *r, const struct timeline_end *end, struct arena *a,
	uint64_t *out, struct error *e)
{
	struct value args[] = {
		value_id(end->timeline),
		value_id(end->seq - end->seq % FACT_STEP),
		value_id(end->timeline),
	};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_HEAD_PUB, args, a, &rows, e);

	if (err == ERR_OK) {
		*out = rows.count > 0 ? value_as_id(rows_at(&rows, 0)) : 0;
	}
	return err;
}

enum err
read_step(struct reader *r, enum statement s, uint64_t timeline, uint64_t pub,
	struct value otherwise, struct arena *a, struct value *out, struct error *e)
{
	struct value args[] = {value_id(timeline), value_id(pub)};
	struct rows rows;
	enum err err = reader_run(r, s, args, a, &rows, e);

	if (err == ERR_OK) {
		*out = rows.count > 0 ? *rows_at(&rows, 0) : otherwise;
	}
	return err;
}

enum err
read_timeline(struct reader *r, uint64_t timeline, uint64_t after_seq, size_t limit,
	struct arena *a, struct fact_list *out, struct error *e)
{
	struct value args[] = {
		value_id(timeline),
		value_id(after_seq),
		value_i64((int64_t)limit_of(limit)),
	};

	return list(r, STATEMENT_ENTRIES_AFTER_SEQ, args, a, out, e);
}

static void
reverse(struct fact_list *l)
{
	for (size_t i = 0; i < l->count / 2; i++) {
		struct fact *f = l->items[i];

		l->items[i] = l->items[l->count - 1 - i];
		l->items[l->count - 1 - i] = f;
	}
}

enum err
read_public(struct reader *r, uint64_t timeline, uint64_t after_pub, uint64_t before_pub,
	size_t limit, struct arena *a, struct fact_list *out, struct error *e)
{
	bool older = after_pub == 0 && before_pub > 0;
	struct value args[] = {
		value_id(timeline),
		value_id(0),
		value_id(older ? before_pub : after_pub),
		value_i64((int64_t)limit_of(limit)),
	};
	enum err err;

	err = older ? read_step(r, STATEMENT_STEP_BEHIND, timeline, before_pub,
					  value_i64(INT64_MAX), a, &args[1], e)
				: read_step(r, STATEMENT_STEP_BEFORE, timeline, after_pub, value_id(0), a,
					  &args[1], e);
	if (err == ERR_OK) {
		err = list(r, older ? STATEMENT_ENTRIES_BEFORE_PUB : STATEMENT_ENTRIES_AFTER_PUB,
			args, a, out, e);
	}
	if (err == ERR_OK && older) {
		reverse(out);
	}
	return err;
}

enum err
read_fact(struct reader *r, uint64_t id, struct arena *a, struct fact_list *out,
	struct error *e)
{
	struct value args[] = {value_id(id)};

	return list(r, STATEMENT_FACT_BY_ID, args, a, out, e);
}

static void
complete(const struct value *row, struct fact *f)
{
	const struct value *rest = row + FACT_FIELD_COUNT;

	f->unit = value_as_id(&rest[0]);
	f->owner = value_as_id(&rest[1]);
	if (rest[2].type != VALUE_NULL) {
		f->has_conversation = true;
		record_conversation(rest + 2, &f->after);
		f->assignee_before = f->after.assignee;
	}
}

enum err
read_feed(struct reader *r, uint64_t after_id, size_t limit, struct arena *a,
	struct fact_list *out, struct error *e)
{
	struct value args[] = {
		value_id(after_id),
		value_id(FACT_ID(FACT_NODE(after_id), FACT_N(UINT64_MAX))),
		value_i64((int64_t)limit_of(limit)),
	};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_FEED_AFTER, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	list_of(&rows, a, out);
	for (size_t i = 0; i < rows.count; i++) {
		complete(rows_at(&rows, i), out->items[i]);
	}
	return read_deliveries(r, out->items, out->count, a, e);
}

enum err
read_feed_end(struct reader *r, unsigned node, uint64_t *newest_id, struct error *e)
{
	struct arena *a = arena_create();
	struct value args[] = {value_i64(node)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_FEED_READ, args, a, &rows, e);

	if (err == ERR_OK) {
		uint64_t n = rows.count > 0 ? value_as_id(rows_at(&rows, 0)) : 0;

		*newest_id = FACT_ID(node, n);
	}
	arena_destroy(a);
	return err;
}

enum err
read_marks(struct reader *r, uint64_t timeline, struct arena *a, struct mark_row **out,
	size_t *count, struct error *e)
{
	struct value args[] = {value_id(timeline), value_i64(READ_LIMIT_MAX)};
	struct mark_row *marks;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_MARK_LIST, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	marks = arena_alloc(a, (rows.count + 1) * sizeof(*marks));
	for (size_t i = 0; i < rows.count; i++) {
		const struct value *row = rows_at(&rows, i);

		marks[i] = (struct mark_row){
			.timeline = value_as_id(&row[0]),
			.party = value_as_id(&row[1]),
			.delivered = value_as_id(&row[2]),
			.seen = value_as_id(&row[3]),
			.conversation = value_as_id(&row[4]),
			.inbound_read = value_as_id(&row[5]),
		};
	}
	*out = marks;
	*count = rows.count;
	return ERR_OK;
}
