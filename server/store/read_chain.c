/* A timeline with what proves it: for those who check it outside the house. */
#include "base/arena.h"
#include "store/reader_private.h"
#include "store/records.h"

void
chain_list_release(struct chain_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		fact_put(l->items[i].fact);
	}
	*l = (struct chain_list){0};
}

static void
take(const struct value *row, struct chain_link *out, bool *whole)
{
	const struct value *rest = row + FACT_COLUMN_COUNT;

	out->fact = fact_create();
	record_fact_columns(row, out->fact);
	out->salted = value_as_bytes(&rest[0], out->salt, sizeof(out->salt));
	*whole = *whole && value_as_bytes(&rest[1], out->body_digest, DIGEST_SIZE) &&
		value_as_bytes(&rest[2], out->hash, DIGEST_SIZE);
	out->erased = value_as_i64(&rest[3]) != 0;
}

enum err
read_chain(struct reader *r, uint64_t timeline, uint64_t after_seq, size_t limit,
	struct arena *a, struct chain_list *out, struct error *e)
{
	struct value args[] = {
		value_id(timeline),
		value_id(after_seq),
		value_i64((int64_t)limit),
	};
	struct chain_list list = {0};
	struct rows rows;
	bool whole = true;
	enum err err = reader_run(r, STATEMENT_VERIFY_TIMELINE, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	list.items = arena_alloc(a, (rows.count + 1) * sizeof(*list.items));
	for (size_t i = 0; i < rows.count; i++) {
		take(rows_at(&rows, i), &list.items[i], &whole);
		list.count++;
	}
	if (!whole) {
		chain_list_release(&list);
		return error_set(e, ERR_CORRUPT, "a digest of this history is damaged");
	}
	*out = list;
	return ERR_OK;
}
