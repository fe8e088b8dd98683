/* Whole tables by name, the same for each database, so that a copy of one fills another. For
 * backup and restore; any thread, a connection of one's own (store/driver.h). */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include "store/driver.h"

enum {
	TABLE_NAME_SIZE = 64,
	TABLE_COLUMNS_MAX = 64,
};

struct table_shape {
	const char *name;
	const char *columns[TABLE_COLUMNS_MAX];
	size_t column_count;
};

/* A name that may stand in a statement: a-z, 0-9 and _, as all of ours do. */
bool table_name_valid(const char *name);

/* All of them, the migrator's included; the shapes live in the arena. */
MUST_CHECK enum err tables_list(struct store_conn *db, struct arena *a,
	struct table_shape **out, size_t *count, struct error *e);
MUST_CHECK enum err table_scan(struct store_conn *db, const struct table_shape *t,
	scan_row *each, void *ctx, struct error *e);
/* `args`: the values of the rows, one row after another. Inside the caller's transaction. */
MUST_CHECK enum err table_insert(struct store_conn *db, const struct table_shape *t,
	const struct value *args, size_t rows, struct error *e);
MUST_CHECK enum err table_clear(struct store_conn *db, const char *name, struct error *e);
MUST_CHECK enum err table_drop(struct store_conn *db, const char *name, struct error *e);

#endif
