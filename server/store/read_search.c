#include "store/read_search.h"

#include <assert.h>

#include "base/arena.h"
#include "store/reader_private.h"
#include "store/records.h"

enum { NODES_MAX = 256, ELSEWHERE_MAX = 20000 };

enum err
read_feed_ends(struct reader *r, struct arena *a, struct feed_end **out, size_t *count,
	struct error *e)
{
	struct value args[] = {value_i64(NODES_MAX)};
	struct feed_end *ends;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_FEED_NODES, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	ends = arena_alloc(a, (rows.count + 1) * sizeof(*ends));
	for (size_t i = 0; i < rows.count; i++) {
		const struct value *row = rows_at(&rows, i);

		ends[i].node = (unsigned)value_as_i64(&row[0]);
		ends[i].n = value_as_id(&row[1]);
	}
	*out = ends;
	*count = rows.count;
	return ERR_OK;
}

enum err
read_searchable(struct reader *r, uint64_t from, uint64_t to, struct arena *a,
	struct searchable **out, size_t *count, struct error *e)
{
	struct value args[] = {value_id(from), value_id(to), value_i64(SEARCHABLE_MAX)};
	struct searchable *items;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_SEARCHABLE_FROM, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	items = arena_alloc(a, (rows.count + 1) * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		const struct value *row = rows_at(&rows, i);

		items[i] = (struct searchable){
			.id = value_as_id(&row[0]),
			.timeline = value_as_id(&row[1]),
			.kind = (enum fact_kind)value_as_i64(&row[2]),
			.channel_kind = value_as_text(&row[3]),
			.author_kind = (enum author_kind)value_as_i64(&row[4]),
			.author = value_as_id(&row[5]),
			.at = value_as_i64(&row[6]),
			.committed_at = value_as_i64(&row[7]),
			.body = value_as_text_or_null(&row[8]),
			.files = value_as_text_or_null(&row[9]),
			.restricted = value_as_bool(&row[10]),
			.unit = value_as_id(&row[11]),
		};
	}
	*out = items;
	*count = rows.count;
	return ERR_OK;
}

enum err
read_committed_at(struct reader *r, uint64_t id, int64_t *out, struct error *e)
{
	struct arena *a = arena_create();
	struct value args[] = {value_id(id)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_FACT_COMMITTED_AT, args, a, &rows, e);

	if (err == ERR_OK) {
		*out = rows.count > 0 ? value_as_i64(rows_at(&rows, 0)) : 0;
	}
	arena_destroy(a);
	return err;
}

static struct found
found_of(const struct value *row)
{
	return (struct found){
		.fact = record_fact(row),
		.customer_name = value_as_text(&row[FACT_FIELD_COUNT]),
		.anonymous = value_as_bool(&row[FACT_FIELD_COUNT + 1]),
	};
}

enum err
read_found(struct reader *r, const struct scope *scope, const uint64_t *ids, size_t count,
	struct arena *a, struct found **out, size_t *found_count, struct error *e)
{
	struct value self = scope->self != 0 ? value_id(scope->self) : value_i64(-1);
	struct value args[FOUND_READ_MAX + 4];
	struct found *items = arena_alloc(a, (count + 1) * sizeof(*items));
	size_t found = 0;
	struct rows rows;
	enum err err;

	assert(count <= FOUND_READ_MAX);
	for (size_t i = 0; i < FOUND_READ_MAX; i++) {
		args[i] = value_id(i < count ? ids[i] : 0);
	}
	args[FOUND_READ_MAX] = value_id(scope->unit_low);
	args[FOUND_READ_MAX + 1] = value_id(scope->unit_high);
	args[FOUND_READ_MAX + 2] = self;
	args[FOUND_READ_MAX + 3] = self;
	err = reader_run(r, STATEMENT_FACTS_FOUND, args, a, &rows, e);
	if (err != ERR_OK) {
		return err;
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < rows.count; k++) {
			if (value_as_id(rows_at(&rows, k)) == ids[i]) {
				items[found++] = found_of(rows_at(&rows, k));
				break;
			}
		}
	}
	*out = items;
	*found_count = found;
	return ERR_OK;
}

enum err
read_timelines_elsewhere(struct reader *r, const struct scope *scope, struct arena *a,
	uint64_t **out, size_t *count, struct error *e)
{
	struct value low = value_id(scope->unit_low);
	struct value high = value_id(scope->unit_high);
	struct value self = value_id(scope->self);
	struct value args[] = {self, low, high, self, low, high, value_i64(ELSEWHERE_MAX)};
	struct rows rows = {.count = 0};
	enum err err = ERR_OK;

	/* Whoever sees the whole house has nothing elsewhere. */
	if (scope->self != 0 &&
		(scope->unit_low > UNIT_ROOT || scope->unit_high < UNIT_LAST)) {
		err = reader_run(r, STATEMENT_TIMELINES_ELSEWHERE, args, a, &rows, e);
	}
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
