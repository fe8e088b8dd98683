/* Many rows in one execution, by MariaDB's array binding: the client library's, which MySQL's does
 * not have. https://mariadb.com/kb/en/bulk-insert-column-wise-binding/ and, for working while
 * the server does, https://mariadb.com/kb/en/using-the-non-blocking-library/ */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/arena.h"
#include "store/mysql_conn.h"

#if MYSQL_HAS_ARRAYS
/* Numbers, text pointers, lengths and indicators of each column, one after another. */
struct column_arrays {
	union {
		int64_t numbers[MYSQL_CHUNK_ROWS];
		const char *texts[MYSQL_CHUNK_ROWS];
	};
	unsigned long lengths[MYSQL_CHUNK_ROWS];
	char indicators[MYSQL_CHUNK_ROWS];
};

static void *
scratch(struct mysql_conn *c, size_t size)
{
	if (size > c->scratch_size) {
		c->scratch = xrealloc(c->scratch, size);
		c->scratch_size = size;
	}
	return c->scratch;
}

static void
bind_column(MYSQL_BIND *b, struct column_arrays *arrays, const struct value *args,
	size_t columns, size_t column, size_t rows)
{
	bool numbers = false;

	for (size_t i = 0; i < rows; i++) {
		const struct value *v = &args[i * columns + column];

		arrays->indicators[i] = STMT_INDICATOR_NONE;
		arrays->lengths[i] = 0;
		if (v->type == VALUE_NULL) {
			arrays->indicators[i] = STMT_INDICATOR_NULL;
			arrays->texts[i] = NULL;
			continue;
		}
		if (v->type == VALUE_INTEGER) {
			numbers = true;
			arrays->numbers[i] = v->integer;
		} else {
			arrays->texts[i] = v->data;
			arrays->lengths[i] = v->length;
		}
	}
	memset(b, 0, sizeof(*b));
	b->u.indicator = arrays->indicators;
	if (numbers) {
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = arrays->numbers;
	} else {
		/* Texts too go as bytes: the server then looks at their letters once instead of twice, when
		 * it stores them. Arrays are rows to be inserted, so nothing is compared with them. */
		b->buffer_type = MYSQL_TYPE_BLOB;
		b->buffer = (void *)arrays->texts;
		b->length = arrays->lengths;
	}
}

static enum err
bind_array(struct mysql_conn *c, enum statement s, const struct value *args, size_t rows,
	MYSQL_STMT **out, struct error *e)
{
	MYSQL_BIND binds[MYSQL_PARAMETERS_MAX];
	struct column_arrays *arrays;
	MYSQL_STMT *st;
	enum err err = mysql_prepare(c, s, &st, e);
	size_t columns;

	if (err != ERR_OK) {
		return err;
	}
	columns = mysql_stmt_param_count(st);
	arrays = scratch(c, columns * sizeof(*arrays));
	for (size_t i = 0; i < columns; i++) {
		bind_column(&binds[i], &arrays[i], args, columns, i, rows);
	}
	mysql_set_array_size(st, (unsigned)rows); /* counts for what is bound after it only */
	if (mysql_stmt_bind_param(st, binds) != 0) {
		return mysql_fail_statement(st, s, e);
	}
	*out = st;
	return ERR_OK;
}

enum err
mysql_execute_array(struct mysql_conn *c, enum statement s, const struct value *args,
	size_t rows, uint64_t *affected, struct error *e)
{
	MYSQL_STMT *st;
	enum err err = bind_array(c, s, args, rows, &st, e);

	if (err != ERR_OK) {
		return err;
	}
	if (mysql_stmt_execute(st) != 0) {
		return mysql_fail_statement(st, s, e);
	}
	*affected = mysql_stmt_affected_rows(st);
	return ERR_OK;
}

/* Until what the library waits for has come, or took too long; in its own terms. */
static int
wait_for(struct mysql_conn *c, int events)
{
	struct pollfd p = {.fd = (int)mysql_get_socket(c->db)};
	bool bounded = (events & MYSQL_WAIT_TIMEOUT) != 0;
	int timeout = bounded ? (int)mysql_get_timeout_value_ms(c->db) : -1;

	p.events = (short)((events & MYSQL_WAIT_READ ? POLLIN : 0) |
		(events & MYSQL_WAIT_WRITE ? POLLOUT : 0) |
		(events & MYSQL_WAIT_EXCEPT ? POLLPRI : 0));
	while (poll(&p, 1, timeout) < 0 && errno == EINTR) {
	}
	if (p.revents == 0) {
		return MYSQL_WAIT_TIMEOUT;
	}
	/* Of an error the library learns by reading or writing. */
	return (p.revents & (POLLIN | POLLHUP | POLLERR) ? events & MYSQL_WAIT_READ : 0) |
		(p.revents & (POLLOUT | POLLHUP | POLLERR) ? events & MYSQL_WAIT_WRITE : 0) |
		(p.revents & POLLPRI ? events & MYSQL_WAIT_EXCEPT : 0);
}

static void
go_on(struct mysql_conn *c)
{
	c->running_waits = mysql_stmt_execute_cont(&c->running_failed, c->running,
		wait_for(c, c->running_waits));
}

/* The rows are on their way to the server when the library waits for its answer. */
enum err
mysql_start_array(struct mysql_conn *c, enum statement s, const struct value *args,
	size_t rows, struct error *e)
{
	enum err err = bind_array(c, s, args, rows, &c->running, e);

	if (err != ERR_OK) {
		return err;
	}
	c->running_statement = s;
	c->running_failed = 0;
	c->running_waits = mysql_stmt_execute_start(&c->running_failed, c->running);
	while (c->running_waits & MYSQL_WAIT_WRITE) {
		go_on(c);
	}
	return ERR_OK;
}

bool
mysql_array_answered(struct mysql_conn *c, int wait_ms)
{
	struct pollfd p = {.fd = (int)mysql_get_socket(c->db), .events = POLLIN};

	return c->running == NULL || c->running_waits == 0 || poll(&p, 1, wait_ms) != 0;
}

enum err
mysql_await_array(struct mysql_conn *c, struct error *e)
{
	MYSQL_STMT *st = c->running;

	if (st == NULL) {
		return ERR_OK;
	}
	while (c->running_waits != 0) {
		go_on(c);
	}
	c->running = NULL;
	if (c->running_failed) {
		return mysql_fail_statement(st, c->running_statement, e);
	}
	c->started_affected = mysql_stmt_affected_rows(st);
	return ERR_OK;
}
#endif
