/* Brings a database to the version that this program knows. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stdbool.h>

#include "base/err.h"

struct store_conn;

/* With `apply` false only looks: ERR_INVALID when the schema is older or newer. */
MUST_CHECK enum err
migrate(struct store_conn *db, bool apply, int *from, int *to, struct error *e);

#endif
