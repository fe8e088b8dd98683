/* One connection to MySQL or MariaDB: shared by mysql.c (connections, transactions, errors) and
 * mysql_statement.c (binding and reading). Builds against either client library. */
#ifndef STORE_MYSQL_CONN_H
#define STORE_MYSQL_CONN_H

#include <mysql.h>
#include <stdbool.h>

#include "store/driver.h"

#ifdef MARIADB_PACKAGE_VERSION
#define MYSQL_HAS_ARRAYS 1
typedef my_bool mysql_flag;
#else
#define MYSQL_HAS_ARRAYS 0
typedef bool mysql_flag;
#endif

struct mysql_conn {
	struct store_conn base;
	MYSQL *db;
	bool arrays; /* the server takes many rows in one execution */
	MYSQL_STMT *prepared[STATEMENT_COUNT];
	/* Columns of an array execution, reused. */
	void *scratch;
	size_t scratch_size;
};

enum err mysql_code(unsigned number);
enum err mysql_fail_statement(MYSQL_STMT *st, enum statement s, struct error *e);
MUST_CHECK enum err mysql_run(struct store_conn *db, enum statement s,
	const struct value *args, size_t rows, uint64_t *affected, struct error *e);
MUST_CHECK enum err mysql_read(struct store_conn *db, enum statement s,
	const struct value *args, struct arena *a, struct rows *out, struct error *e);

#endif
