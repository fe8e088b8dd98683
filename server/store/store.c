/* The loop's side of the store: takes changes and queries, hands out what became of them. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "model/change.h"
#include "model/fact.h"
#include "store/job.h"
#include "store/migrate.h"
#include "store/store_private.h"

enum {
	TAKE_ALL = 1 << 20,
	QUERIES_MAX = 10000,
	CALL_WAIT_MS = 200,
};

static const char *const driver_names[] = {"sqlite", "mysql", NULL};

#define AT(member) offsetof(struct store_conf, member)
const struct option store_options[] = {
	{"store.driver", OPTION_ENUM, AT(driver), "sqlite", 0, 0, driver_names,
		"The database: sqlite (embedded, one file) or mysql (MySQL or MariaDB).", NULL},
	{"store.path", OPTION_PATH, AT(path), "", 0, 0, NULL,
		"SQLite: the file. Empty means trunkline.db in the data folder.", NULL},
	{"store.host", OPTION_STRING, AT(host), "127.0.0.1", 0, 0, NULL,
		"MySQL/MariaDB: the server's name or address.", NULL},
	{"store.port", OPTION_INT, AT(port), "3306", 1, 65535, NULL,
		"MySQL/MariaDB: the server's port.", NULL},
	{"store.socket", OPTION_PATH, AT(socket), "", 0, 0, NULL,
		"MySQL/MariaDB: a Unix socket; used instead of host and port when set.", NULL},
	{"store.database", OPTION_STRING, AT(database), "trunkline", 0, 0, NULL,
		"MySQL/MariaDB: the database. It has to exist.", NULL},
	{"store.user", OPTION_STRING, AT(user), "trunkline", 0, 0, NULL,
		"MySQL/MariaDB: the account.", NULL},
	{"store.password", OPTION_SECRET, AT(password), "", 0, 0, NULL,
		"MySQL/MariaDB: its password.", NULL},
	{"store.tls_ca", OPTION_PATH, AT(tls_ca), "", 0, 0, NULL,
		"MySQL/MariaDB: certificates (PEM) of who may vouch for the server. When set, only "
		"a TLS connection to a server with such a certificate for store.host is used.",
		NULL},
	{"store.tls_certificate", OPTION_PATH, AT(tls_certificate), "", 0, 0, NULL,
		"MySQL/MariaDB: our own certificate (PEM), for accounts that ask for one.", NULL},
	{"store.tls_key", OPTION_PATH, AT(tls_key), "", 0, 0, NULL,
		"MySQL/MariaDB: its private key (PEM).", NULL},
	{"store.readers", OPTION_INT, AT(readers), "2", 1, 64, NULL,
		"Threads with a connection of their own that read history and lists.", NULL},
	{"store.queue", OPTION_INT, AT(queue), "20000", 100, 1000000, NULL,
		"Changes that may wait for the writer; more are refused with a retry hint.",
		NULL},
	{"store.batch", OPTION_INT, AT(batch), "1000", 1, 10000, NULL,
		"Changes committed in one transaction at most.", NULL},
	{"store.node", OPTION_INT, AT(node), "1", 1, 255, NULL,
		"Number of this process among those that write to the same database.", NULL},
	{"store.reopen", OPTION_DURATION, AT(reopen_ms), "24h", 0, INT64_MAX, NULL,
		"A customer who writes within this time after her conversation was resolved "
		"reopens it.",
		NULL},
	{"store.heads", OPTION_DURATION, AT(heads_ms), "10s", 100, 86400000, NULL,
		"How often signed heads are written outside the database, so that deleted or "
		"rewritten history is found.",
		NULL},
	{0},
};

const struct store_driver *
store_driver_of(const struct store_conf *conf)
{
	return conf->driver == 1 ? &store_mysql : &store_sqlite;
}

void
store_set_state(struct store *s, enum store_state state, const struct error *why)
{
	pthread_mutex_lock(&s->lock);
	if (why != NULL) {
		s->why = *why;
	}
	atomic_store(&s->state, (int)state);
	pthread_mutex_unlock(&s->lock);
}

bool
store_ready(const struct store *s, struct error *why)
{
	struct store *mine = (struct store *)s; /* only for its lock */

	if (atomic_load(&mine->state) == STORE_READY) {
		return true;
	}
	if (why != NULL) {
		pthread_mutex_lock(&mine->lock);
		*why = mine->why;
		pthread_mutex_unlock(&mine->lock);
	}
	return false;
}

void
store_wake_loop(struct store *s)
{
	if (s->hooks.wake != NULL) {
		s->hooks.wake(s->hooks.ctx);
	}
}

static struct store *
create(const struct store_conf *conf, const struct store_driver *driver,
	const struct store_hooks *hooks)
{
	struct store *s = xcalloc(1, sizeof(*s));

	s->conf = *conf;
	s->driver = driver;
	if (hooks != NULL) {
		s->hooks = *hooks;
	}
	s->changes = queue_create((size_t)conf->queue);
	s->deliveries = queue_create(TAKE_ALL);
	s->queries = queue_create(QUERIES_MAX);
	s->answers = queue_create(TAKE_ALL);
	atomic_init(&s->state, STORE_READY);
	atomic_init(&s->refused, 0);
	pthread_mutex_init(&s->lock, NULL);
	return s;
}

static void
destroy(struct store *s)
{
	queue_destroy(s->changes);
	queue_destroy(s->deliveries);
	queue_destroy(s->queries);
	queue_destroy(s->answers);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static enum err
open_writer(struct store *s, bool apply, struct error *e)
{
	struct store_conn *db = NULL;
	enum err err = s->driver->connect(&s->conf, CONNECTION_WRITES, &db, e);
	int from;
	int to;

	if (err != ERR_OK) {
		return err;
	}
	err = migrate(db, apply, &from, &to, e);
	if (err != ERR_OK) {
		s->driver->disconnect(db);
		return err;
	}
	return writer_start(s, db, &s->writer, e);
}

enum err
store_open_with(struct store **out, const struct store_conf *conf,
	const struct store_driver *driver, const struct store_hooks *hooks, bool apply,
	struct error *e)
{
	struct store *s = create(conf, driver, hooks);
	enum err err = open_writer(s, apply, e);

	if (err == ERR_OK) {
		err = readers_start(s, &s->readers, e);
		if (err != ERR_OK) {
			queue_close(s->changes);
			writer_stop(s->writer);
		}
	}
	if (err != ERR_OK) {
		destroy(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

enum err
store_open(struct store **out, const struct store_conf *conf,
	const struct store_hooks *hooks, bool apply, struct error *e)
{
	return store_open_with(out, conf, store_driver_of(conf), hooks, apply, e);
}

static void
publish(struct store *s, const struct delivery *d)
{
	const struct job *j = d->first;

	if (s->hooks.publish == NULL) {
		return;
	}
	for (size_t n = 0; n < d->count; n++) {
		if (j->outcome.code == ERR_OK && !j->outcome.duplicate) {
			for (size_t i = 0; i < j->fact_count; i++) {
				s->hooks.publish(s->hooks.ctx, j->facts[i]);
			}
		}
		j = (const struct job *)j->node.next;
	}
}

static void
finish(struct delivery *d)
{
	struct job *j = d->first;

	for (size_t n = 0; n < d->count; n++) {
		struct job *next = (struct job *)j->node.next;

		if (j->done != NULL) {
			j->done(j->ctx, &j->outcome);
		}
		job_destroy(j);
		j = next;
	}
	free(d);
}

/* Each batch whole: its facts first, then its callbacks. */
static void
deliver(struct store *s, struct queue_node *chain)
{
	while (chain != NULL) {
		struct delivery *d = (struct delivery *)chain;

		chain = chain->next;
		publish(s, d);
		finish(d);
	}
}

void
store_drain(struct store *s)
{
	struct queue_node *chain;

	deliver(s, queue_take(s->deliveries, TAKE_ALL, 0));
	chain = queue_take(s->answers, TAKE_ALL, 0);
	while (chain != NULL) {
		struct query *q = (struct query *)chain; /* its first member */

		chain = chain->next;
		q->done(q);
	}
}

/* Everybody who waits for an answer gets one. */
void
store_close(struct store *s)
{
	if (s == NULL) {
		return;
	}
	queue_close(s->changes);
	queue_close(s->queries);
	readers_stop(s->readers);
	writer_stop(s->writer);
	store_drain(s);
	destroy(s);
}

enum err
store_submit(struct store *s, struct change *chg, store_done *done, void *ctx)
{
	struct job *j;

	if (atomic_load(&s->state) != STORE_READY) {
		atomic_fetch_add(&s->refused, 1);
		change_destroy(chg);
		return ERR_UNAVAILABLE;
	}
	j = job_create(chg, done, ctx);
	if (!queue_push(s->changes, &j->node)) {
		atomic_fetch_add(&s->refused, 1);
		job_destroy(j);
		return ERR_BUSY;
	}
	return ERR_OK;
}

enum err
store_query(struct store *s, struct query *q)
{
	return queue_push(s->queries, &q->node) ? ERR_OK : ERR_BUSY;
}

void
store_stats(const struct store *s, struct store_stats *out)
{
	struct store *mine = (struct store *)s; /* only for its lock */

	pthread_mutex_lock(&mine->lock);
	*out = mine->stats;
	pthread_mutex_unlock(&mine->lock);
	out->queued = queue_length(mine->changes);
	out->refused = atomic_load(&mine->refused);
}

/* --- synchronous ------------------------------------------------------------------------ */

struct waiting {
	struct outcome *outcome;
};

static void
keep(void *ctx, const struct outcome *o)
{
	struct waiting *w = ctx;
	struct outcome *copy = xmalloc(sizeof(*copy));
	struct fact **facts = xcalloc(o->fact_count, sizeof(*facts));

	*copy = *o;
	for (size_t i = 0; i < o->fact_count; i++) {
		facts[i] = fact_get(o->facts[i]);
	}
	copy->facts = facts;
	if (o->conversation != NULL) {
		struct conversation *c = xmalloc(sizeof(*c));

		*c = *o->conversation;
		copy->conversation = c;
	}
	w->outcome = copy;
}

void
outcome_release(struct outcome *o)
{
	if (o == NULL) {
		return;
	}
	for (size_t i = 0; i < o->fact_count; i++) {
		fact_put(o->facts[i]);
	}
	free((void *)o->facts);
	free((void *)o->conversation);
	free(o);
}

enum err
store_call(struct store *s, struct change *chg, struct outcome **out, struct error *e)
{
	struct waiting w = {NULL};
	enum err err = store_submit(s, chg, keep, &w);

	if (err != ERR_OK) {
		struct error why = {.text = "too much is waiting for the store"};

		(void)store_ready(s, &why);
		return error_set(e, err, "%s", why.text);
	}
	while (w.outcome == NULL) {
		deliver(s, queue_take(s->deliveries, TAKE_ALL, CALL_WAIT_MS));
	}
	err = w.outcome->code;
	if (err != ERR_OK) {
		error_set(e, err, "%s", w.outcome->text);
	}
	if (err == ERR_OK && out != NULL) {
		*out = w.outcome;
	} else {
		outcome_release(w.outcome);
	}
	return err;
}
