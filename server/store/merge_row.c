/* Rows of merges, and of those who are not the same. */
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "store/attach.h"
#include "store/records.h"

enum { TAKEN_MAX_BYTES = 48 * 1024 };

enum err
merge_load(struct batch *b, struct job *j, uint64_t id, struct merge *out)
{
	struct value args[] = {value_id(id)};
	struct rows r;

	if (batch_read(b, STATEMENT_MERGE_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such merge");
	}
	record_merge(rows_at(&r, 0), out);
	return ERR_OK;
}

static const char *
taken_text(struct batch *b, const struct merge_value *values)
{
	const char *text = "";
	struct json_writer w;
	struct buf out;

	if (values == NULL) {
		return text;
	}
	buf_init(&out, TAKEN_MAX_BYTES);
	jw_init(&w, &out);
	jw_object(&w);
	merge_values_encode(values, &w);
	jw_object_end(&w);
	text = arena_strndup(b->arena, out.data, out.length);
	buf_fini(&out);
	return text;
}

enum err
merge_insert(struct batch *b, const struct job *j, const struct attaching *a, uint64_t id)
{
	const struct actor *actor = &j->change->actor;
	struct value args[] = {
		value_id(id),
		value_id(a->from),
		value_id(a->to),
		value_i64((int64_t)a->how),
		value_i64((int64_t)actor->kind),
		value_id(actor->id),
		value_i64(b->now),
		value_text(a->reason),
		value_text(taken_text(b, a->values)),
	};

	return batch_run(b, STATEMENT_MERGE_INSERT, args, NULL);
}

enum err
merge_store_taken(struct batch *b, uint64_t id,
	const struct merge_value values[static MERGE_FIELDS])
{
	struct value args[] = {value_text(taken_text(b, values)), value_id(id)};

	return batch_run(b, STATEMENT_MERGE_TAKEN, args, NULL);
}

enum err
merge_set_number(struct batch *b, uint64_t customer, const char *number)
{
	struct value args[] = {value_text_or_null(number), value_id(customer)};

	return batch_run(b, STATEMENT_CUSTOMER_NUMBER, args, NULL);
}

enum err
merge_swap_numbers(struct batch *b, uint64_t one, const char *number, uint64_t other,
	const char *other_number)
{
	enum err err = merge_set_number(b, one, NULL);

	if (err == ERR_OK) {
		err = merge_set_number(b, other, number);
	}
	if (err == ERR_OK) {
		err = merge_set_number(b, one, other_number);
	}
	return err;
}

enum err
distinct_put(struct batch *b, const struct job *j, uint64_t one, uint64_t other)
{
	const struct actor *a = &j->change->actor;
	uint64_t by = a->kind == AUTHOR_STAFF ? a->id : 0;
	struct value args[] = {
		value_id(one),
		value_id(other),
		value_id(by),
		value_i64(b->now),
	};
	struct value back[] = {
		value_id(other),
		value_id(one),
		value_id(by),
		value_i64(b->now),
	};

	if (batch_run(b, STATEMENT_DISTINCT_INSERT, args, NULL) != ERR_OK) {
		return b->failed;
	}
	return batch_run(b, STATEMENT_DISTINCT_INSERT, back, NULL);
}

enum err
distinct_remove(struct batch *b, uint64_t one, uint64_t other)
{
	struct value args[] = {value_id(one), value_id(other)};
	struct value back[] = {value_id(other), value_id(one)};

	if (batch_run(b, STATEMENT_DISTINCT_DELETE, args, NULL) != ERR_OK) {
		return b->failed;
	}
	return batch_run(b, STATEMENT_DISTINCT_DELETE, back, NULL);
}
