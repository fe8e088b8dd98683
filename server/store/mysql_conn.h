/* One connection to MySQL or MariaDB: shared by mysql.c (connections, transactions, errors),
 * mysql_statement.c (binding and reading), mysql_arrays.c (many rows at once) and mysql_tables.c
 * (whole tables). Builds against either client library. */
#ifndef STORE_MYSQL_CONN_H
#define STORE_MYSQL_CONN_H

#include <mysql.h>
#include <stdbool.h>

#include "store/driver.h"

struct buf;

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
	/* Between start and await. */
	MYSQL_STMT *running; /* NULL: it is done, or none was started */
	enum statement running_statement;
	int running_waits; /* what the library waits for, in its own terms */
	int running_failed;
	uint64_t started_affected;
};

enum err mysql_code(unsigned number);
enum err mysql_fail(struct mysql_conn *c, const char *what, struct error *e);
enum err mysql_fail_statement(MYSQL_STMT *st, enum statement s, struct error *e);
MUST_CHECK enum err mysql_run(struct store_conn *db, enum statement s,
	const struct value *args, size_t rows, uint64_t *affected, struct error *e);
MUST_CHECK enum err mysql_start(struct store_conn *db, enum statement s,
	const struct value *args, size_t rows, struct error *e);
bool mysql_answered(struct store_conn *db, int wait_ms);
MUST_CHECK enum err
mysql_await(struct store_conn *db, uint64_t *affected, struct error *e);
MUST_CHECK enum err mysql_read(struct store_conn *db, enum statement s,
	const struct value *args, struct arena *a, struct rows *out, struct error *e);
/* It has no more than MYSQL_PARAMETERS_MAX parameters. */
MUST_CHECK enum err
mysql_prepare(struct mysql_conn *c, enum statement s, MYSQL_STMT **out, struct error *e);
void mysql_set_array_size(MYSQL_STMT *st, unsigned rows); /* 0: one row, without arrays */
/* MYSQL_CHUNK_ROWS at most. */
MUST_CHECK enum err mysql_execute_array(struct mysql_conn *c, enum statement s,
	const struct value *args, size_t rows, uint64_t *affected, struct error *e);
MUST_CHECK enum err mysql_start_array(struct mysql_conn *c, enum statement s,
	const struct value *args, size_t rows, struct error *e);
bool mysql_array_answered(struct mysql_conn *c, int wait_ms);
MUST_CHECK enum err mysql_await_array(struct mysql_conn *c, struct error *e);
/* How many rows from here go into one packet; at least one. */
size_t mysql_chunk(const struct value *args, size_t columns, size_t rows);
/* The statement as text, its VALUES tuple once for each row. */
void mysql_build_text(struct mysql_conn *c, const char *sql, const struct value *args,
	size_t rows, struct buf *out);
MUST_CHECK enum err mysql_snapshot(struct store_conn *db, struct error *e);
MUST_CHECK enum err mysql_scan(struct store_conn *db, const char *sql, size_t columns,
	scan_row *each, void *ctx, struct error *e);
MUST_CHECK enum err mysql_insert(struct store_conn *db, const char *sql, size_t columns,
	const struct value *args, size_t rows, struct error *e);
bool mysql_type_is_number(enum enum_field_types type);

enum {
	MYSQL_CHARSET_BINARY = 63,
	MYSQL_PARAMETERS_MAX = 64,
	MYSQL_CHUNK_ROWS = 1000,
	MYSQL_CHUNK_BYTES = 4 * 1024 * 1024, /* well below the smallest max_allowed_packet */
};

#endif
