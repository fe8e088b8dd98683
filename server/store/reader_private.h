/* One reading connection. One thread at a time. */
#ifndef STORE_READER_PRIVATE_H
#define STORE_READER_PRIVATE_H

#include "store/driver.h"
#include "store/read.h"
#include "store/store.h"

struct reader {
	const struct store_driver *driver;
	struct store_conf conf;
	struct store_conn *db; /* NULL: away */
	int64_t used_at;
	int64_t failed_at;
};

struct reader *
reader_create(const struct store_driver *driver, const struct store_conf *conf);
MUST_CHECK enum err reader_connect(struct reader *r, struct error *e);
MUST_CHECK enum err reader_run(struct reader *r, enum statement s,
	const struct value *args, struct arena *a, struct rows *out, struct error *e);

/* The seq of a step of the timeline (STEP_BEFORE, STEP_BEHIND) where the customer's entries up to
 * `pub` are looked for. Steps only come behind older ones: what was read holds for the entries
 * that are read after it. */
MUST_CHECK enum err
read_step(struct reader *r, enum statement s, uint64_t timeline, uint64_t pub,
	struct value otherwise, struct arena *a, struct value *out, struct error *e);

/* Defines a function that runs a statement and gives its rows as records with their count. */
#define DEFINE_LIST(name, type, record) \
	static enum err name(struct reader *r, enum statement s, const struct value *args, \
		struct arena *a, type **out, size_t *count, struct error *e) \
	{ \
		struct rows rows; \
		type *items; \
		enum err err = reader_run(r, s, args, a, &rows, e); \
\
		if (err != ERR_OK) { \
			return err; \
		} \
		items = arena_alloc(a, (rows.count + 1) * sizeof(*items)); \
		for (size_t i = 0; i < rows.count; i++) { \
			record(rows_at(&rows, i), &items[i]); \
		} \
		*out = items; \
		*count = rows.count; \
		return ERR_OK; \
	}

struct conversation_item;
/* CONVERSATION_FIELDS, the customer's name, whether she is anonymous, what was read. */
void record_conversation_item(const struct value *row, struct conversation_item *out);

#endif
