/* MySQL and MariaDB through Connector/C. Writers run with autocommit off, so that a transaction
 * begins by itself with its first statement; whatever fails is rolled back by the caller before
 * the next begin, because after a deadlock the server would open another one silently. */
#include <errmsg.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/mysql_conn.h"
#include "store/store.h"

enum {
	CONNECT_SECONDS = 5,
	ANSWER_SECONDS = 60,
};

/* The server's numbers, which its client library does not name. */
enum {
	SERVER_TOO_MANY_CONNECTIONS = 1040,
	SERVER_WSREP_NOT_READY = 1047,
	SERVER_TABLE_EXISTS = 1050,
	SERVER_SHUTDOWN = 1053,
	SERVER_COLUMN_EXISTS = 1060,
	SERVER_INDEX_EXISTS = 1061,
	SERVER_INDEX_GONE = 1091,
	SERVER_DUPLICATE = 1062,
	SERVER_DISK_FULL = 1021,
	SERVER_WRITE_FAILED = 1026,
	SERVER_ENGINE = 1030,
	SERVER_OUT_OF_MEMORY = 1037,
	SERVER_TABLE_FULL = 1114,
	SERVER_ABORTED = 1152,
	SERVER_COMMIT_FAILED = 1180,
	SERVER_NEW_ABORTED = 1184,
	SERVER_LOCK_TIMEOUT = 1205,
	SERVER_DEADLOCK = 1213,
	SERVER_READ_ONLY = 1290,
	SERVER_INTERRUPTED = 1317,
	SERVER_READ_ONLY_TRANSACTION = 1792,
	SERVER_RECORD_CHANGED = 1020,
	SERVER_KILLED = 1927,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
begin_library(void)
{
	if (mysql_library_init(0, NULL, NULL) != 0) {
		abort();
	}
}

static struct mysql_conn *
conn_of(struct store_conn *db)
{
	return (struct mysql_conn *)db;
}

static bool
is_lost(unsigned number)
{
	switch (number) {
	case CR_CONNECTION_ERROR:
	case CR_CONN_HOST_ERROR:
	case CR_SERVER_GONE_ERROR:
	case CR_SERVER_LOST:
	case CR_UNKNOWN_HOST:
	case CR_OUT_OF_MEMORY:
	case CR_MALFORMED_PACKET:
	case CR_COMMANDS_OUT_OF_SYNC:
#ifdef CR_SERVER_LOST_EXTENDED
	case CR_SERVER_LOST_EXTENDED:
#endif
	case SERVER_TOO_MANY_CONNECTIONS:
	case SERVER_WSREP_NOT_READY:
	case SERVER_SHUTDOWN:
	case SERVER_ABORTED:
	case SERVER_NEW_ABORTED:
	case SERVER_KILLED:
		return true;
	default:
		return false;
	}
}

enum err
mysql_code(unsigned number)
{
	if (is_lost(number)) {
		return ERR_UNAVAILABLE;
	}
	switch (number) {
	case SERVER_DUPLICATE:
	case SERVER_TABLE_EXISTS:
	case SERVER_COLUMN_EXISTS:
	case SERVER_INDEX_EXISTS:
	case SERVER_INDEX_GONE:
		return ERR_CONFLICT;
	case SERVER_DEADLOCK:
	case SERVER_LOCK_TIMEOUT:
	case SERVER_RECORD_CHANGED:
	case SERVER_COMMIT_FAILED:
	case SERVER_INTERRUPTED:
		return ERR_BUSY;
	case SERVER_DISK_FULL:
	case SERVER_WRITE_FAILED:
	case SERVER_ENGINE:
	case SERVER_OUT_OF_MEMORY:
	case SERVER_TABLE_FULL:
	case SERVER_READ_ONLY:
	case SERVER_READ_ONLY_TRANSACTION:
		return ERR_UNAVAILABLE;
	default:
		return ERR_INVALID;
	}
}

enum err
mysql_fail(struct mysql_conn *c, const char *what, struct error *e)
{
	return error_set(e, mysql_code(mysql_errno(c->db)), "MySQL: %s: %u %s", what,
		mysql_errno(c->db), mysql_error(c->db));
}

enum err
mysql_fail_statement(MYSQL_STMT *st, enum statement s, struct error *e)
{
	return error_set(e, mysql_code(mysql_stmt_errno(st)), "MySQL: %s: %u %s",
		statement_name(s), mysql_stmt_errno(st), mysql_stmt_error(st));
}

static void
mysql_disconnect(struct store_conn *db)
{
	struct mysql_conn *c = conn_of(db);

	if (c == NULL) {
		return;
	}
	for (size_t i = 0; i < STATEMENT_COUNT; i++) {
		if (c->prepared[i] != NULL) {
			mysql_stmt_close(c->prepared[i]);
		}
	}
	mysql_close(c->db);
	free(c->scratch);
	free(c);
}

/* Readers and the writer see what is committed, not a snapshot of their own: a row that another
 * node wrote has to be seen when it is in our way. */
static enum err
configure(struct mysql_conn *c, enum connection_use use, struct error *e)
{
	static const char *const settings[] = {
		"SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
		"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
		"SET SESSION innodb_lock_wait_timeout = 20",
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (mysql_query(c->db, settings[i]) != 0) {
			return mysql_fail(c, settings[i], e);
		}
	}
	if (mysql_autocommit(c->db, use == CONNECTION_READS) != 0) {
		return mysql_fail(c, "autocommit", e);
	}
	c->arrays = MYSQL_HAS_ARRAYS &&
		strstr(mysql_get_server_info(c->db), "MariaDB") != NULL;
	return ERR_OK;
}

/* TLS to a server that proves who it is, or none: encrypting to whoever answers would not keep
 * the password from him. */
static void
ask_for_tls(MYSQL *db, const struct store_conf *conf)
{
	const char *certificate = str_empty(conf->tls_certificate) ? NULL
															   : conf->tls_certificate;
	const char *key = str_empty(conf->tls_key) ? NULL : conf->tls_key;

	mysql_options(db, MYSQL_OPT_SSL_CA, conf->tls_ca);
	mysql_options(db, MYSQL_OPT_SSL_CERT, certificate);
	mysql_options(db, MYSQL_OPT_SSL_KEY, key);
#ifdef MARIADB_PACKAGE_VERSION
	mysql_flag yes = 1;

	mysql_options(db, MYSQL_OPT_SSL_ENFORCE, &yes);
	mysql_options(db, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
#else
	unsigned mode = SSL_MODE_VERIFY_IDENTITY;

	mysql_options(db, MYSQL_OPT_SSL_MODE, &mode);
#endif
}

static enum err
mysql_connect_to(const struct store_conf *conf, enum connection_use use,
	struct store_conn **out, struct error *e)
{
	const char *socket = str_empty(conf->socket) ? NULL : conf->socket;
	unsigned protocol = MYSQL_PROTOCOL_TCP;
	unsigned connect_seconds = CONNECT_SECONDS;
	unsigned answer_seconds = ANSWER_SECONDS;
	struct mysql_conn *c = xcalloc(1, sizeof(*c));
	enum err err;

	pthread_once(&once, begin_library);
	c->base.driver = &store_mysql;
	c->db = mysql_init(NULL);
	if (c->db == NULL) {
		abort();
	}
	mysql_options(c->db, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
	mysql_options(c->db, MYSQL_OPT_READ_TIMEOUT, &answer_seconds);
	mysql_options(c->db, MYSQL_OPT_WRITE_TIMEOUT, &answer_seconds);
	mysql_options(c->db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
#if MYSQL_HAS_ARRAYS
	if (use == CONNECTION_WRITES) { /* for mysql_start */
		mysql_options(c->db, MYSQL_OPT_NONBLOCK, NULL);
	}
#endif
	if (socket == NULL) { /* "localhost" would mean a socket that nobody named */
		mysql_options(c->db, MYSQL_OPT_PROTOCOL, &protocol);
	}
	if (!str_empty(conf->tls_ca)) {
		ask_for_tls(c->db, conf);
	}
	/* Rows that an UPDATE finds count, changed or not. */
	if (mysql_real_connect(c->db, socket != NULL ? NULL : conf->host, conf->user,
			conf->password, conf->database, (unsigned)conf->port, socket,
			CLIENT_FOUND_ROWS) == NULL) {
		err = mysql_fail(c, "connect", e);
	} else if (!str_empty(conf->tls_ca) && mysql_get_ssl_cipher(c->db) == NULL) {
		err = error_set(e, ERR_UNAVAILABLE, "MySQL: the server does not speak TLS");
	} else {
		err = configure(c, use, e);
	}
	if (err != ERR_OK) {
		mysql_disconnect(&c->base);
		return err;
	}
	*out = &c->base;
	return ERR_OK;
}

static enum err
mysql_begin(struct store_conn *db, struct error *e)
{
	(void)db; /* with autocommit off the first statement begins it */
	(void)e;
	return ERR_OK;
}

/* Only a deadlock says for certain that nothing was stored; after all else the feed row is
 * asked. */
static enum err
mysql_commit_now(struct store_conn *db, struct error *e)
{
	struct mysql_conn *c = conn_of(db);

	if (mysql_commit(c->db) == 0) {
		return ERR_OK;
	}
	if (mysql_errno(c->db) == SERVER_DEADLOCK) {
		return mysql_fail(c, "COMMIT", e);
	}
	return error_set(e, ERR_UNCERTAIN, "MySQL: COMMIT: %u %s", mysql_errno(c->db),
		mysql_error(c->db));
}

static void
mysql_rollback_now(struct store_conn *db)
{
	(void)mysql_rollback(conn_of(db)->db);
}

static enum err
mysql_script(struct store_conn *db, const char *sql, struct error *e)
{
	struct mysql_conn *c = conn_of(db);

	return mysql_query(c->db, sql) == 0 ? ERR_OK : mysql_fail(c, "migration", e);
}

const struct store_driver store_mysql = {
	.name = "mysql",
	.connect = mysql_connect_to,
	.disconnect = mysql_disconnect,
	.begin = mysql_begin,
	.commit = mysql_commit_now,
	.rollback = mysql_rollback_now,
	.run = mysql_run,
	.start = mysql_start,
	.answered = mysql_answered,
	.await = mysql_await,
	.read = mysql_read,
	.script = mysql_script,
	.snapshot = mysql_snapshot,
	.scan = mysql_scan,
	.insert = mysql_insert,
	.thread_end = mysql_thread_end,
	.dialect = DIALECT_MYSQL,
	.ddl_in_transaction = false,
};
