/* Brings a database to the version that this program knows. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stdbool.h>

#include "base/err.h"

struct store_conn;

/* With `apply` false only looks: ERR_INVALID when the schema is older or newer. */
MUST_CHECK enum err
migrate(struct store_conn *db, bool apply, int *from, int *to, struct error *e);
/* The newest version that this program knows. */
int migrate_newest(void);
/* Brings an empty database to an older version, to be filled from an old backup. */
MUST_CHECK enum err migrate_up_to(struct store_conn *db, int version, struct error *e);
/* While a restore fills it: nobody else takes the database for a whole one, not even when the
 * restore is killed. Each in a transaction of its own. */
MUST_CHECK enum err
migrate_mark_unfinished(struct store_conn *db, bool unfinished, struct error *e);
/* The version that the database has, without changing anything; ERR_INVALID when a migration is
 * half done. */
MUST_CHECK enum err migrate_version(struct store_conn *db, int *out, struct error *e);

#endif
