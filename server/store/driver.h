/* What a database must offer: connections, transactions, named statements. A connection belongs
 * to one thread at a time. Nothing outside the store includes this.
 *
 * Errors of run and read say what became of the transaction:
 *   ERR_CONFLICT     a unique key: the statement is undone, the transaction lives
 *   ERR_INVALID      anything else the statement did wrong: the same
 *   ERR_BUSY         the whole transaction is gone (deadlock, time-out): apply the batch again
 *   ERR_UNAVAILABLE  the connection or the disk is gone, and the transaction with it */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include <stdbool.h>

#include "base/err.h"
#include "store/statements.h"
#include "store/value.h"

struct arena;
struct store_conf;
struct store_driver;

/* One row of a scan; what it points to lives until the return. */
typedef enum err scan_row(void *ctx, const struct value *row, struct error *e);

enum connection_use { CONNECTION_WRITES, CONNECTION_READS };

/* Embedded as the first member of a driver's own connection. */
struct store_conn {
	const struct store_driver *driver;
};

struct store_driver { /* all slots are mandatory */
	const char *name; /* "sqlite", "mysql" */
	enum err (*connect)(const struct store_conf *conf, enum connection_use use,
		struct store_conn **out, struct error *e);
	void (*disconnect)(struct store_conn *db); /* NULL is fine */
	enum err (*begin)(struct store_conn *db, struct error *e);
	/* Besides the above: ERR_UNCERTAIN when nobody knows whether it happened. */
	enum err (*commit)(struct store_conn *db, struct error *e);
	void (*rollback)(struct store_conn *db); /* also when there is no transaction */
	/* `rows` rows of as many values as the statement has parameters. */
	enum err (*run)(struct store_conn *db, enum statement statement,
		const struct value *args, size_t rows, uint64_t *affected, struct error *e);
	/* The same in two steps, between which the caller may do anything but use the connection:
	 * what serves us from another process goes on meanwhile. After an error of `start` there is
	 * nothing to await. `args` need not outlive `start`. */
	enum err (*start)(struct store_conn *db, enum statement statement,
		const struct value *args, size_t rows, struct error *e);
	/* Whether `await` would not wait; looks that long for an answer. */
	bool (*answered)(struct store_conn *db, int wait_ms);
	enum err (*await)(struct store_conn *db, uint64_t *affected, struct error *e);
	enum err (*read)(struct store_conn *db, enum statement statement,
		const struct value *args, struct arena *a, struct rows *out, struct error *e);
	/* One statement of a migration. ERR_CONFLICT: the table or index is there already. */
	enum err (*script)(struct store_conn *db, const char *sql, struct error *e);
	/* For copying whole tables, see store/tables.h. From now on until it is disconnected the
	 * connection sees one moment, whatever is committed meanwhile; nobody waits for it. */
	enum err (*snapshot)(struct store_conn *db, struct error *e);
	/* A query without parameters, row by row as it arrives. */
	enum err (*scan)(struct store_conn *db, const char *sql, size_t columns,
		scan_row *each, void *ctx, struct error *e);
	/* An INSERT of `columns` values, run for each of the rows. */
	enum err (*insert)(struct store_conn *db, const char *sql, size_t columns,
		const struct value *args, size_t rows, struct error *e);
	void (*thread_end)(void); /* before a thread that used connections ends */
	enum dialect dialect;
	bool ddl_in_transaction; /* begin and rollback hold for CREATE and ALTER too */
};

extern const struct store_driver store_sqlite;
extern const struct store_driver store_mysql;
const struct store_driver *store_driver_of(const struct store_conf *conf);

#endif
