#include "lib/fault_driver.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"

struct fault_conn {
	struct store_conn base;
	struct store_conn *inner;
	bool writes;
};

/* Test state, shared with the store's threads. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct store_driver driver;
static const struct store_driver *inner_driver;
static enum fault armed;
static unsigned countdown;
static unsigned remaining;
static unsigned hits;
static unsigned reads;
static bool refusing;
static bool slow;
static unsigned looks;
static const char *on_connect;

void
fault_arm(enum fault fault, unsigned after, unsigned times)
{
	pthread_mutex_lock(&lock);
	armed = fault;
	countdown = after;
	remaining = times;
	hits = 0;
	reads = 0;
	pthread_mutex_unlock(&lock);
}

unsigned
fault_hits(void)
{
	unsigned count;

	pthread_mutex_lock(&lock);
	count = hits;
	pthread_mutex_unlock(&lock);
	return count;
}

unsigned
fault_reads(void)
{
	unsigned count;

	pthread_mutex_lock(&lock);
	count = reads;
	pthread_mutex_unlock(&lock);
	return count;
}

void
fault_refuse_connections(bool refuse)
{
	pthread_mutex_lock(&lock);
	refusing = refuse;
	pthread_mutex_unlock(&lock);
}

void
fault_answer_slowly(bool yes)
{
	pthread_mutex_lock(&lock);
	slow = yes;
	looks = 0;
	pthread_mutex_unlock(&lock);
}

bool
fault_is_awaited(void)
{
	bool awaited;

	pthread_mutex_lock(&lock);
	awaited = looks > 0;
	pthread_mutex_unlock(&lock);
	return awaited;
}

void
fault_on_connect(const char *sql)
{
	pthread_mutex_lock(&lock);
	on_connect = sql;
	pthread_mutex_unlock(&lock);
}

static bool
only_commits(enum fault fault)
{
	return fault == FAULT_COMMIT_REFUSED || fault == FAULT_COMMIT_UNHEARD;
}

static enum fault
next_fault(const struct fault_conn *c, bool is_commit, bool is_run)
{
	enum fault now = FAULT_NONE;

	pthread_mutex_lock(&lock);
	if (c->writes && remaining > 0 && (!only_commits(armed) || is_commit) &&
		(armed != FAULT_STATEMENT || is_run)) {
		if (countdown > 0) {
			countdown--;
		} else {
			remaining--;
			hits++;
			now = armed;
		}
	}
	pthread_mutex_unlock(&lock);
	return now;
}

static enum err
fail_with(struct fault_conn *c, enum fault fault, struct error *e)
{
	switch (fault) {
	case FAULT_BUSY:
		inner_driver->rollback(c->inner);
		return error_set(e, ERR_BUSY, "injected: the transaction is gone");
	case FAULT_LOST:
		inner_driver->rollback(c->inner);
		return error_set(e, ERR_UNAVAILABLE, "injected: the connection is gone");
	case FAULT_STATEMENT:
		return error_set(e, ERR_INVALID, "injected: refused");
	case FAULT_COMMIT_REFUSED:
		inner_driver->rollback(c->inner);
		return error_set(e, ERR_UNCERTAIN, "injected: no answer");
	case FAULT_COMMIT_UNHEARD:
		if (inner_driver->commit(c->inner, e) != ERR_OK) {
			abort();
		}
		return error_set(e, ERR_UNCERTAIN, "injected: no answer");
	case FAULT_NONE:
		break;
	}
	return ERR_OK;
}

static struct fault_conn *
conn_of(struct store_conn *db)
{
	return (struct fault_conn *)db;
}

static enum err
fault_connect(const struct store_conf *conf, enum connection_use use,
	struct store_conn **out, struct error *e)
{
	struct fault_conn *c;
	const char *sql;
	bool refuse;
	enum err err;

	pthread_mutex_lock(&lock);
	refuse = refusing;
	sql = use == CONNECTION_WRITES ? on_connect : NULL;
	pthread_mutex_unlock(&lock);
	if (refuse) {
		return error_set(e, ERR_UNAVAILABLE, "injected: nobody answers");
	}
	c = xcalloc(1, sizeof(*c));
	c->base.driver = &driver;
	c->writes = use == CONNECTION_WRITES;
	err = inner_driver->connect(conf, use, &c->inner, e);
	if (err == ERR_OK && sql != NULL) {
		err = inner_driver->script(c->inner, sql, e);
	}
	if (err != ERR_OK) {
		inner_driver->disconnect(c->inner);
		free(c);
		return err;
	}
	*out = &c->base;
	return ERR_OK;
}

static void
fault_disconnect(struct store_conn *db)
{
	if (db != NULL) {
		inner_driver->disconnect(conn_of(db)->inner);
		free(db);
	}
}

static enum err
fault_begin(struct store_conn *db, struct error *e)
{
	struct fault_conn *c = conn_of(db);
	enum err err = fail_with(c, next_fault(c, false, false), e);

	return err == ERR_OK ? inner_driver->begin(c->inner, e) : err;
}

static enum err
fault_commit(struct store_conn *db, struct error *e)
{
	struct fault_conn *c = conn_of(db);
	enum err err = fail_with(c, next_fault(c, true, false), e);

	return err == ERR_OK ? inner_driver->commit(c->inner, e) : err;
}

static void
fault_rollback(struct store_conn *db)
{
	inner_driver->rollback(conn_of(db)->inner);
}

static enum err
fault_run(struct store_conn *db, enum statement statement, const struct value *args,
	size_t rows, uint64_t *affected, struct error *e)
{
	struct fault_conn *c = conn_of(db);
	enum err err = fail_with(c, next_fault(c, false, true), e);

	return err == ERR_OK ? inner_driver->run(c->inner, statement, args, rows, affected, e)
						 : err;
}

static enum err
fault_start(struct store_conn *db, enum statement statement, const struct value *args,
	size_t rows, struct error *e)
{
	return inner_driver->start(conn_of(db)->inner, statement, args, rows, e);
}

/* A slow database has not answered while anything waits to be looked at. */
static bool
fault_answered(struct store_conn *db, int wait_ms)
{
	bool wait;

	pthread_mutex_lock(&lock);
	wait = slow;
	looks += slow;
	pthread_mutex_unlock(&lock);
	return !wait && inner_driver->answered(conn_of(db)->inner, wait_ms);
}

/* What was started has failed: that shows when its answer comes. */
static enum err
fault_await(struct store_conn *db, uint64_t *affected, struct error *e)
{
	struct fault_conn *c = conn_of(db);
	enum err err = inner_driver->await(c->inner, affected, e);

	return err == ERR_OK ? fail_with(c, next_fault(c, false, true), e) : err;
}

static enum err
fault_read(struct store_conn *db, enum statement statement, const struct value *args,
	struct arena *a, struct rows *out, struct error *e)
{
	struct fault_conn *c = conn_of(db);
	enum err err = fail_with(c, next_fault(c, false, false), e);

	pthread_mutex_lock(&lock);
	reads += c->writes;
	pthread_mutex_unlock(&lock);
	return err == ERR_OK ? inner_driver->read(c->inner, statement, args, a, out, e) : err;
}

static enum err
fault_script(struct store_conn *db, const char *sql, struct error *e)
{
	return inner_driver->script(conn_of(db)->inner, sql, e);
}

static enum err
fault_snapshot(struct store_conn *db, struct error *e)
{
	return inner_driver->snapshot(conn_of(db)->inner, e);
}

static enum err
fault_scan(struct store_conn *db, const char *sql, size_t columns, scan_row *each,
	void *ctx, struct error *e)
{
	return inner_driver->scan(conn_of(db)->inner, sql, columns, each, ctx, e);
}

static enum err
fault_insert(struct store_conn *db, const char *sql, size_t columns,
	const struct value *args, size_t rows, struct error *e)
{
	return inner_driver->insert(conn_of(db)->inner, sql, columns, args, rows, e);
}

const struct store_driver *
fault_driver(const struct store_driver *inner)
{
	inner_driver = inner;
	driver = *inner;
	driver.connect = fault_connect;
	driver.disconnect = fault_disconnect;
	driver.begin = fault_begin;
	driver.commit = fault_commit;
	driver.rollback = fault_rollback;
	driver.run = fault_run;
	driver.start = fault_start;
	driver.answered = fault_answered;
	driver.await = fault_await;
	driver.read = fault_read;
	driver.script = fault_script;
	driver.snapshot = fault_snapshot;
	driver.scan = fault_scan;
	driver.insert = fault_insert;
	armed = FAULT_NONE;
	remaining = 0;
	refusing = false;
	slow = false;
	on_connect = NULL;
	return &driver;
}
