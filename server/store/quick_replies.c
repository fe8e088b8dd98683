#include "store/quick_replies.h"

#include "base/arena.h"
#include "store/batch.h"
#include "store/reader_private.h"

void
record_quick_reply(const struct value *v, struct quick_reply *out)
{
	*out = (struct quick_reply){
		.id = value_as_id(&v[0]),
		.scope = (enum quick_scope)value_as_i64(&v[1]),
		.place = value_as_id(&v[2]),
		.removed = v[3].type == VALUE_NULL,
		.folder = value_as_text(&v[4]),
		.title = value_as_text(&v[5]),
		.shortcut = value_as_text_or_null(&v[6]),
		.body = value_as_text(&v[7]),
		.files = value_as_text_or_null(&v[8]),
		.used = value_as_i64(&v[9]),
		.created_at = value_as_i64(&v[10]),
		.updated_by = value_as_id(&v[11]),
		.updated_at = value_as_i64(&v[12]),
		.version = value_as_id(&v[13]),
	};
}

/* 8 bits a level: the units above one are found by clearing its lower levels. */
void
quick_seen_values(const struct actor *a, struct value out[static QUICK_SEEN_COUNT])
{
	struct scope s = actor_scope(a);

	out[0] = value_id(a->id);
	out[1] = value_id(a->unit);
	out[2] = value_id(a->unit & ~UINT64_C(0xff));
	out[3] = value_id(a->unit & ~UINT64_C(0xffff));
	out[4] = value_id(a->unit & ~UINT64_C(0xffffff));
	out[5] = value_i64((int64_t)a->role);
	out[6] = value_id(s.unit_low);
	out[7] = value_id(s.unit_high);
}

/* --- counting ----------------------------------------------------------------------------- */

static enum err
count_use(struct batch *b, const struct actor *a, uint64_t reply)
{
	struct value args[1 + QUICK_SEEN_COUNT] = {value_id(reply)};
	struct value use[] = {value_id(a->id), value_id(reply), value_i64(b->now)};
	uint64_t affected = 0;

	quick_seen_values(a, args + 1);
	if (batch_run(b, STATEMENT_QUICK_REPLY_USED, args, &affected) != ERR_OK) {
		return b->failed;
	}
	return affected == 1 ? batch_run(b, STATEMENT_QUICK_REPLY_USE, use, NULL) : ERR_OK;
}

enum err
quick_replies_used(struct batch *b, struct job *j)
{
	const struct post *p = &j->change->post;
	const struct actor *a = &j->change->actor;

	if (a->kind != AUTHOR_STAFF) {
		return ERR_OK;
	}
	for (size_t i = 0; i < p->quick_reply_count; i++) {
		enum err err = count_use(b, a, p->quick_replies[i]);

		if (err != ERR_OK) {
			return err;
		}
	}
	return ERR_OK;
}

/* --- reading ------------------------------------------------------------------------------ */

static void
record_item(const struct value *v, struct quick_reply *out)
{
	record_quick_reply(v, out);
	out->used_by_me = value_as_i64(&v[QUICK_REPLY_COLUMNS]);
	out->used_at = value_as_i64(&v[QUICK_REPLY_COLUMNS + 1]);
}

enum err
read_quick_replies(struct reader *r, const struct actor *a, struct arena *arena,
	struct quick_reply **out, size_t *count, struct error *e)
{
	struct value args[2 + QUICK_SEEN_COUNT] = {value_id(a->id)};
	struct quick_reply *items;
	struct rows rows;
	enum err err;

	quick_seen_values(a, args + 1);
	args[1 + QUICK_SEEN_COUNT] = value_i64(QUICK_READ_MAX);
	err = reader_run(r, STATEMENT_QUICK_REPLIES, args, arena, &rows, e);
	if (err != ERR_OK) {
		return err;
	}
	items = arena_alloc(arena, (rows.count + 1) * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		record_item(rows_at(&rows, i), &items[i]);
	}
	*out = items;
	*count = rows.count;
	return ERR_OK;
}

enum err
read_quick_reply(struct reader *r, const struct actor *a, uint64_t id,
	struct arena *arena, struct quick_reply *out, struct error *e)
{
	struct value args[2 + QUICK_SEEN_COUNT] = {value_id(a->id)};
	struct rows rows;
	enum err err;

	quick_seen_values(a, args + 1);
	args[1 + QUICK_SEEN_COUNT] = value_id(id);
	err = reader_run(r, STATEMENT_QUICK_REPLY_ITEM, args, arena, &rows, e);
	if (err != ERR_OK) {
		return err;
	}
	if (rows.count == 0) {
		return error_set(e, ERR_NOT_FOUND, "there is no such quick reply");
	}
	record_item(rows_at(&rows, 0), out);
	return ERR_OK;
}
