/* Wiring only: what is made in which order, who wakes whom, and the way back. */
#include "api/serve.h"

#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "api/app.h"
#include "api/data_lock.h"
#include "api/directory.h"
#include "api/house_hours.h"
#include "api/imports.h"
#include "api/limits.h"
#include "api/mail_carrier.h"
#include "api/mailbox_probe.h"
#include "api/mailboxes.h"
#include "api/metrics.h"
#include "api/push.h"
#include "api/sessions.h"
#include "api/sockets.h"
#include "api/tidy.h"
#include "api/waiting_room.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/seal.h"
#include "base/str.h"
#include "base/worker.h"
#include "desk/marks.h"
#include "desk/presence.h"
#include "desk/rooms.h"
#include "flow/answers.h"
#include "flow/bus.h"
#include "flow/index_feed.h"
#include "flow/outbox.h"
#include "flow/outgoing.h"
#include "flow/rules.h"
#include "model/hours.h"
#include "net/mail_client.h"
#include "net/web_client.h"
#include "store/read.h"

enum {
	BUS_WINDOW = 4096, /* facts kept for those who reconnect */
	BUS_QUEUE = 2048,  /* facts that may wait for one socket */
	LIMIT_KEYS = 50000,
	WORKER_THREADS = 2,
	WORKER_JOBS = 1000,
	GRACE_MS = 10 * 1000, /* a reload is no absence */
};

struct server {
	struct app app;
	_Atomic(struct net *) waking; /* threads may call wake() before the loop is there */
	struct tidy *tidy;
	int lock;
};

static const struct websocket_handler *const sockets[] = {
	&console_websocket,
	&widget_websocket,
	NULL,
};

/* --- hooks --------------------------------------------------------------------------------- */

static void
wake(void *ctx)
{
	struct server *s = ctx;
	struct net *net = atomic_load(&s->waking);

	if (net != NULL) {
		net_wake(net);
	}
}

static void
publish(void *ctx, struct fact *f)
{
	struct server *s = ctx;

	metrics_count(s->app.metrics, f);
	bus_publish(s->app.bus, f);
	rules_fact(s->app.rules, f);
	if (s->app.index_feed != NULL) {
		index_feed_take(s->app.index_feed, f);
	}
	if (s->app.answers != NULL) {
		answers_fact(s->app.answers, f);
	}
	if (s->app.outbox != NULL) {
		outbox_fact(s->app.outbox, f, s->app.conf->outbox_grace_ms);
	}
}

static void
woken(void *ctx)
{
	struct server *s = ctx;

	store_drain(s->app.store);
	curl_thread_drain(s->app.web_client);
	curl_thread_drain(s->app.mail_client);
	mailboxes_drain(s->app.mailboxes);
	mailbox_probes_drain(s->app.probes);
	sockets_flush(s->app.sockets);
	bus_forget_frames(s->app.bus);
}

static void
stopping(void *ctx)
{
	struct server *s = ctx;

	s->app.stopping = true;
	marks_flush(s->app.marks);
	rules_stop(s->app.rules);
	outbox_stop(s->app.outbox);
	mailboxes_stop(s->app.mailboxes);
	mailbox_probes_stop(s->app.probes);
	sockets_stop(&s->app);
}

static bool
stopped(void *ctx)
{
	struct server *s = ctx;
	struct store_stats stats;

	store_stats(s->app.store, &stats);
	return sockets_stopped(&s->app) && stats.queued == 0 &&
		!curl_thread_busy(s->app.mail_client);
}

static bool
page(struct http_request *rq, void *ctx)
{
	struct server *s = ctx;

	return page_allowed(&s->app, rq);
}

static void
sender_found(void *ctx, enum err rc, const struct identity *who)
{
	static const char refusal[] = "{\"error\":{\"code\":\"unauthenticated\","
								  "\"text\":\"log in first\",\"field\":null}}";
	struct http_request *rq = ctx;

	(void)who;
	if (rc == ERR_OK) {
		http_admit(rq);
	} else if (rc == ERR_DENIED) {
		http_reply(rq, 401, "application/json", refusal, sizeof(refusal) - 1);
	} else {
		http_reply_error(rq, rc, "the database does not answer now", NULL);
	}
}

/* Who sends is known before a byte of a large body is taken; the handler asks for the rights. */
static void
admit(struct http_request *rq, void *ctx)
{
	const struct server *s = ctx;

	sessions_of_request(s->app.sessions, http_request(rq), sender_found, rq);
}

/* --- start --------------------------------------------------------------------------------- */

static enum err
try_store(void *ctx, struct error *e)
{
	struct server *s = ctx;
	struct store_hooks hooks = {wake, publish, s};

	return store_open(&s->app.store, &s->app.conf->store, &hooks, false, e);
}

/* The database may start after us. */
static enum err
open_store(struct server *s, struct error *e)
{
	enum err rc = try_store(s, e);
	struct log_quoted q;

	if (rc != ERR_UNAVAILABLE) {
		return rc;
	}
	log_event(LOG_WARN, "database_away", "reason=%s", log_quote(&q, e->text));
	return waiting_room(&s->app.conf->net, try_store, s, e);
}

static enum err
find_cursor(struct app *app, struct error *e)
{
	const struct store_conf *conf = &app->conf->store;
	struct reader *reader;
	uint64_t newest = 0;
	enum err rc = store_reader_open(conf, &reader, e);

	if (rc == ERR_OK) {
		rc = read_feed_end(reader, (unsigned)conf->node, &newest, e);
		store_reader_close(reader);
	}
	if (rc == ERR_OK) {
		bus_set_newest(app->bus, newest);
	}
	return rc;
}

/* Whoever had conversations when the server stopped has to come back in time, too. */
static void
expect_staff(struct app *app)
{
	for (size_t i = 0; i < directory_staff_count(app->directory); i++) {
		const struct staff *staff = directory_staff_at(app->directory, i);

		if (staff->active) {
			presence_expect(app->presence, staff->id);
		}
	}
}

/* A house without rules has no bot: nobody is told that it did not know. */
static struct rule_set *
rules_now(void *ctx)
{
	const struct app *app = ctx;
	struct rules_status status;

	rules_status(app->rules, &status);
	return status.rules > 0 ? rules_set(app->rules) : NULL;
}

static bool
open_now(void *ctx, int64_t now)
{
	return hours_open(hours_current(ctx), now);
}

/* What every message passes. */
static enum err
open_gate(struct app *app, struct error *e)
{
	struct answers_hooks hooks = {.rules = rules_now, .open = open_now, .ctx = app};

	app->outgoing = outgoing_create(app->store, app->workers);
	app->answers = answers_create(app->store, app->outgoing, app->conf->store.reopen_ms,
		&hooks);
	app->ingest = (struct ingest){app->store, app->outgoing, app->answers};
	return outgoing_load(app->outgoing, &app->conf->store, e);
}

static enum err
open_house(struct server *s, struct error *e)
{
	struct app *app = &s->app;
	enum err rc = data_lock(app->conf->data_dir, &s->lock, e);

	if (rc == ERR_OK) {
		rc = seal_secret_load(app->conf->data_dir, app->secret, e);
	}
	if (rc == ERR_OK) {
		app->metrics = metrics_create();
		app->bus = bus_create(BUS_WINDOW, BUS_QUEUE);
		app->workers = workers_create(WORKER_THREADS, WORKER_JOBS, wake, s);
		rc = open_store(s, e);
	}
	if (rc == ERR_OK) {
		rc = find_cursor(app, e);
	}
	if (rc == ERR_OK) {
		app->directory = directory_create(app);
		rc = directory_load(app->directory, e);
	}
	if (rc == ERR_OK) {
		app->rules = rules_create(app->store, app->workers);
		rc = rules_load(app->rules, &app->conf->store, e);
	}
	return rc == ERR_OK ? open_gate(app, e) : rc;
}

/* Calls to other servers, and what is to be told to them. */
static enum err
open_outbox(struct server *s, struct error *e)
{
	struct app *app = &s->app;
	struct curl_thread_conf calls = {
		.timeout_ms = app->conf->outbox_timeout_ms,
		.private_networks = app->conf->outbox_private,
		.ca_file = app->conf->outbox_ca_file,
	};
	struct outbox_carrier carriers[] = {push_carrier(app), mail_carrier(app),
		answer_carrier(app)};
	struct curl_thread_conf mails = {
		.timeout_ms = app->conf->mail_timeout_ms,
		.private_networks = app->conf->outbox_private,
		.ca_file = app->conf->outbox_ca_file,
	};
	enum err rc = web_client_create(&app->web_client, &calls, wake, s, e);

	if (rc == ERR_OK) {
		rc = mail_client_create(&app->mail_client, &mails, wake, s, e);
	}
	if (rc == ERR_OK) {
		app->outbox = outbox_create(app->store, net_wheel(app->net), carriers,
			sizeof(carriers) / sizeof(carriers[0]), app->conf->outbox_retry_ms);
		outbox_start(app->outbox);
	}
	return rc;
}

/* Mail that comes. */
static enum err
open_mailboxes(struct server *s, struct error *e)
{
	struct app *app = &s->app;
	enum err rc = mailboxes_create(&app->mailboxes, app, wake, s, e);

	if (rc == ERR_OK) {
		rc = mailbox_probes_create(&app->probes, app, wake, s, e);
	}
	if (rc == ERR_OK) {
		mailboxes_start(app->mailboxes);
	}
	return rc;
}

static enum err
open_doors(struct server *s, struct error *e)
{
	struct app *app = &s->app;
	struct net_hooks hooks = {
		.woken = woken,
		.stopping = stopping,
		.stopped = stopped,
		.page = page,
		.admit = admit,
		.monitoring = metrics_routes,
		.ctx = s,
	};
	struct presence_hooks presence = {
		.changed = sockets_presence_changed,
		.left = sockets_staff_left,
		.ctx = app,
	};
	enum err rc;

	app->limits = limits_create(LIMIT_KEYS);
	app->sessions = sessions_create(app);
	app->rooms = rooms_create();
	app->sockets = sockets_create(app);
	rc = net_create(&app->net, &app->conf->net, api_route_tables, app, sockets, app,
		&hooks, app->workers, e);
	if (rc != ERR_OK) {
		return rc;
	}
	atomic_store(&s->waking, app->net);
	app->presence = presence_create(net_wheel(app->net), GRACE_MS, app->conf->leave_ms,
		&presence);
	app->marks = marks_create(app->store, net_wheel(app->net), console_mark_done, app);
	app->imports = imports_create(app);
	app->house_hours = house_hours_create(app);
	s->tidy = tidy_create(app);
	rules_on_reload(app->rules, console_announce_rules, app);
	rules_start(app->rules, net_wheel(app->net));
	expect_staff(app);
	rc = index_feed_start(&app->conf->store, &app->index_feed, e);
	if (rc == ERR_OK) {
		rc = open_outbox(s, e);
	}
	return rc == ERR_OK ? open_mailboxes(s, e) : rc;
}

/* --- the way back -------------------------------------------------------------------------- */

void
server_close(struct server *s)
{
	struct app *app;

	if (s == NULL) {
		return;
	}
	app = &s->app;
	app->stopping = true;
	if (app->workers != NULL) {
		workers_stop(app->workers); /* their jobs may still use the store */
	}
	if (app->outbox != NULL) {
		outbox_stop(app->outbox);
		curl_thread_stop(app->web_client);  /* its calls may still want to be replied */
		curl_thread_stop(app->mail_client); /* what it knows has to be stored */
	}
	if (app->mailboxes != NULL) {
		mailboxes_stop(app->mailboxes); /* its timers are the loop's */
	}
	mailbox_probes_destroy(app->probes); /* its exchanges want to be replied */
	if (app->store != NULL) {
		store_close(app->store); /* answers all that was promised */
	}
	index_feed_stop(app->index_feed); /* nobody searches any more */
	atomic_store(&s->waking, NULL);
	if (app->net != NULL) {
		net_destroy(app->net); /* closes sockets: all that they know must be alive */
	}
	answers_destroy(app->answers);
	outgoing_destroy(app->outgoing);
	imports_destroy(app->imports);
	house_hours_destroy(app->house_hours);
	tidy_destroy(s->tidy);
	mailboxes_destroy(app->mailboxes);
	outbox_destroy(app->outbox);
	curl_thread_destroy(app->web_client);
	curl_thread_destroy(app->mail_client);
	workers_destroy(app->workers);
	rules_destroy(app->rules);
	marks_destroy(app->marks);
	presence_destroy(app->presence);
	sockets_destroy(app->sockets);
	rooms_destroy(app->rooms);
	sessions_destroy(app->sessions);
	limits_destroy(app->limits);
	directory_destroy(app->directory);
	bus_destroy(app->bus);
	metrics_destroy(app->metrics);
	explicit_bzero(app->secret, sizeof(app->secret));
	if (s->lock >= 0) {
		close(s->lock);
	}
	free(s);
}

/* --- serve --------------------------------------------------------------------------------- */

enum err
server_open(const struct app_conf *conf, struct server **out, struct error *e)
{
	struct server *s = xcalloc(1, sizeof(*s));
	enum err rc;

	s->app.conf = conf;
	s->lock = -1;
	rc = open_house(s, e);
	if (rc == ERR_OK) {
		rc = open_doors(s, e);
	}
	if (rc != ERR_OK) {
		server_close(s);
		return rc;
	}
	*out = s;
	return ERR_OK;
}

enum err
server_run(struct server *s, struct error *e)
{
	return net_run(s->app.net, e);
}

struct app *
server_app(struct server *s)
{
	return &s->app;
}

/* Where a browser on this machine finds the pages. The port is the real one, also when the
 * system was asked for any (port 0). */
static void
log_ready(const struct server *s, const struct app_conf *conf, int64_t took_ms)
{
	const char *scheme = str_empty(conf->net.tls_certificate) ? "http" : "https";
	size_t host_length = strcspn(conf->net.listen, ",");
	int port = net_port(s->app.net, 0);
	char base[200];

	while (host_length > 0 && conf->net.listen[host_length] != ':') {
		host_length--;
	}
	if (str_empty(conf->net.public_url)) {
		snprintf(base, sizeof(base), "%s://%.*s:%d", scheme, (int)host_length,
			conf->net.listen, port);
	} else {
		str_copy(base, sizeof(base), conf->net.public_url);
	}
	log_event(LOG_INFO, "ready",
		"console=%s/console/ demo=%s/demo/ port=%d start_ms=%" PRId64, base, base, port,
		took_ms);
	if (net_metrics_port(s->app.net) != 0) {
		log_event(LOG_INFO, "metrics_ready", "listen=%s port=%d",
			conf->net.metrics_listen, net_metrics_port(s->app.net));
	}
}

bool
serve(const struct app_conf *conf)
{
	struct server *s = NULL;
	int64_t began = clock_monotonic_ms();
	struct log_quoted q;
	struct error e;
	enum err rc;

	log_configure((enum log_level)conf->log_level, (enum log_format)conf->log_format);
	signal(SIGPIPE, SIG_IGN);
	/* A file that may not grow is an error of the write, as a full disk is, not our end. */
	signal(SIGXFSZ, SIG_IGN);
	rc = server_open(conf, &s, &e);
	if (rc == ERR_OK) {
		log_ready(s, conf, clock_monotonic_ms() - began);
		rc = server_run(s, &e);
	}
	if (rc != ERR_OK) {
		log_event(LOG_ERROR, "serve_failed", "code=%s reason=%s", err_name(rc),
			log_quote(&q, e.text));
	}
	server_close(s);
	log_event(LOG_INFO, "stopped", "ok=%s", rc == ERR_OK ? "true" : "false");
	return rc == ERR_OK;
}
