/* What waits now, for the page of those who lead. Bounded by the open conversations. */
#include "base/arena.h"
#include "store/reader_private.h"
#include "store/records.h"

static enum err
read_shares(struct reader *r, const struct scope *s, struct arena *a, struct floor *out,
	struct error *e)
{
	struct value self = s->self != 0 ? value_id(s->self) : value_i64(-1);
	struct value args[] = {value_id(s->unit_low), value_id(s->unit_high), self, self,
		value_i64(READ_LIMIT_MAX)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_FLOOR_BY_ASSIGNEE, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	out->shares = arena_alloc(a, (rows.count + 1) * sizeof(*out->shares));
	out->share_count = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		const struct value *row = rows_at(&rows, i);

		out->shares[i] = (struct floor_share){
			.assignee = value_as_id(&row[0]),
			.open = value_as_id(&row[1]),
			.waiting = value_as_id(&row[2]),
			.waiting_since = value_as_i64(&row[3]),
		};
	}
	return ERR_OK;
}

static enum err
read_waiting(struct reader *r, const struct scope *s, size_t limit, struct arena *a,
	struct floor *out, struct error *e)
{
	struct value self = s->self != 0 ? value_id(s->self) : value_i64(-1);
	struct value args[] = {value_id(s->self), value_id(s->unit_low),
		value_id(s->unit_high), self, self, value_i64((int64_t)limit)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_FLOOR_WAITING, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	out->waiting = arena_alloc(a, (rows.count + 1) * sizeof(*out->waiting));
	out->waiting_count = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		record_conversation_item(rows_at(&rows, i), &out->waiting[i]);
	}
	return ERR_OK;
}

enum err
read_floor(struct reader *r, const struct scope *scope, size_t limit, struct arena *a,
	struct floor *out, struct error *e)
{
	struct floor floor = {0};
	enum err err = read_shares(r, scope, a, &floor, e);

	if (err == ERR_OK) {
		err = read_waiting(r, scope, limit, a, &floor, e);
	}
	if (err == ERR_OK) {
		*out = floor;
	}
	return err;
}
