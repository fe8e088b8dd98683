/* The life of the loop thread: a libev loop of our own, libwebsockets on it as a guest. */
#include "net/net.h"

#include <assert.h>
#include <libwebsockets.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/worker.h"
#include "net/connection.h"
#include "net/loop.h"
#include "net/notify.h"
#include "net/peers.h"
#include "net/request.h"
#include "net/static_files.h"
#include "net/tls.h"
#include "net/websocket.h"
#include "net/websocket_frame.h"

enum {
	STOP_MS = 5000,
	SWEEP_MS = 60 * 1000,
	FILES_RESERVED = 256, /* for the database, uploads and the like */
};

/* --- inside the loop ------------------------------------------------------------------ */

static void
on_woken(struct ev_loop *loop, struct ev_async *watcher, int events)
{
	struct net *n = watcher->data;

	(void)loop;
	(void)events;
	if (n->workers != NULL) {
		workers_drain(n->workers);
	}
	if (n->hooks.woken != NULL) {
		n->hooks.woken(n->hooks.ctx);
	}
}

/* Runs before each wait, outside of all callbacks of lws. */
static void
on_settle(struct ev_loop *loop, struct ev_prepare *watcher, int events)
{
	struct net *n = watcher->data;

	(void)events;
	connections_send(n);
	connections_call_ready(n);
	connections_send(n);
	connections_reap(n);
	if (list_empty(&n->ready)) {
		ev_idle_stop(loop, &n->again);
	} else {
		ev_idle_start(loop, &n->again);
	}
}

static void
on_again(struct ev_loop *loop, struct ev_idle *watcher, int events)
{
	(void)loop; /* that it is there is enough: the loop does not wait */
	(void)watcher;
	(void)events;
}

/* Nothing is pending any more, neither with the hooks nor on its way to a client. */
static bool
settled(const struct net *n)
{
	list_each((struct list *)&n->connections, l) {
		const struct connection *c = list_item(l, struct connection, link);

		if (c->state == CONNECTION_BUSY || !connection_drained(c)) {
			return false;
		}
	}
	return n->hooks.stopped == NULL || n->hooks.stopped(n->hooks.ctx);
}

const int64_t net_lag_bounds_ms[NET_LAG_BOUNDS] = {1, 2, 5, 10, 20, 50, 100, 200, 500,
	1000};

static void
count_lag(struct net_stats *stats, int64_t lag_ms)
{
	size_t i = 0;

	lag_ms = lag_ms > 0 ? lag_ms : 0;
	while (i < NET_LAG_BOUNDS && lag_ms > net_lag_bounds_ms[i]) {
		i++;
	}
	stats->loop_lag_counts[i]++;
	stats->loop_lag_ms_sum += lag_ms;
	if (lag_ms > stats->loop_lag_ms_max) {
		stats->loop_lag_ms_max = lag_ms;
	}
}

static void
on_tick(struct ev_loop *loop, struct ev_timer *watcher, int events)
{
	struct net *n = watcher->data;
	int64_t now_ms = clock_monotonic_ms();
	int64_t lag_ms = now_ms - n->ticked_ms - WHEEL_TICK_MS;

	(void)events;
	n->ticked_ms = now_ms;
	count_lag(&n->stats, lag_ms);
	wheel_advance(n->wheel, now_ms);
	if (now_ms - n->swept_ms > SWEEP_MS) {
		n->swept_ms = now_ms;
		peers_forget_idle(n->peers, now_ms);
	}
	if (n->stopping && (now_ms >= n->stop_deadline_ms || settled(n))) {
		ev_break(loop, EVBREAK_ALL);
	}
}

void
net_begin_stop(struct net *n)
{
	if (n->stopping) {
		return;
	}
	n->stopping = true;
	n->stop_deadline_ms = clock_monotonic_ms() + STOP_MS;
	log_event(LOG_INFO, "stopping", "connections=%llu",
		(unsigned long long)n->stats.connections);
	notify_supervisor("STOPPING=1");
	listeners_close(n);
	list_each(&n->connections, l) {
		struct connection *c = list_item(l, struct connection, link);

		if (c->state == CONNECTION_HEAD && c->in.length == 0) {
			connection_doom(c); /* keep-alive, without a request */
		}
	}
	if (n->hooks.stopping != NULL) {
		n->hooks.stopping(n->hooks.ctx);
	}
}

static void
on_signal(struct ev_loop *loop, struct ev_signal *watcher, int events)
{
	struct net *n = watcher->data;

	(void)events;
	if (n->stopping) {
		ev_break(loop, EVBREAK_ALL); /* asked twice: now */
		return;
	}
	net_begin_stop(n);
}

/* A terminal that goes away ends what was started in it; a supervisor means the certificate. */
static void
on_hangup(struct ev_loop *loop, struct ev_signal *watcher, int events)
{
	(void)loop;
	(void)events;
	tls_reload(watcher->data);
}

/* --- start ---------------------------------------------------------------------------- */

static void
log_lws(int level, const char *line)
{
	struct log_quoted q;
	char text[LOG_QUOTE_SIZE];

	str_copy(text, sizeof(text), line);
	text[strcspn(text, "\n")] = '\0';
	log_event((level & LLL_ERR) != 0 ? LOG_ERROR : LOG_WARN, "libwebsockets", "text=%s",
		log_quote(&q, text));
}

/* Returns how many connections we can have: what was configured, or less. */
static uint64_t
raise_file_limit(int64_t max_connections)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)max_connections + FILES_RESERVED;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
		return (uint64_t)max_connections;
	}
	if (limit.rlim_cur < wanted) {
		limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
			(void)getrlimit(RLIMIT_NOFILE, &limit);
		}
	}
	if (limit.rlim_cur >= wanted) {
		return (uint64_t)max_connections;
	}
	log_event(LOG_INFO, "open_files_limited", "limit=%llu wanted=%llu",
		(unsigned long long)limit.rlim_cur, (unsigned long long)wanted);
	return limit.rlim_cur > 2 * FILES_RESERVED ? limit.rlim_cur - FILES_RESERVED
											   : limit.rlim_cur / 2;
}

static void
watch(struct net *n)
{
	ev_async_init(&n->woken, on_woken);
	ev_timer_init(&n->tick, on_tick, WHEEL_TICK_MS / 1000.0, WHEEL_TICK_MS / 1000.0);
	ev_prepare_init(&n->settle, on_settle);
	ev_idle_init(&n->again, on_again);
	ev_signal_init(&n->terminate, on_signal, SIGTERM);
	ev_signal_init(&n->interrupt, on_signal, SIGINT);
	n->woken.data = n;
	n->tick.data = n;
	n->settle.data = n;
	ev_signal_init(&n->hangup, on_hangup, SIGHUP);
	n->terminate.data = n;
	n->hangup.data = n;
	n->interrupt.data = n;
	ev_async_start(n->loop, &n->woken);
	ev_timer_start(n->loop, &n->tick);
	ev_prepare_start(n->loop, &n->settle);
	ev_signal_start(n->loop, &n->terminate);
	ev_signal_start(n->loop, &n->interrupt);
	if (!isatty(STDIN_FILENO)) {
		ev_signal_start(n->loop, &n->hangup);
	}
	(void)signal(SIGPIPE, SIG_IGN);
}

static enum err
start_lws(struct net *n, struct error *e)
{
	static const lws_retry_bo_t no_lws_timers; /* its list of timers is linear */
	void *loops[1] = {n->loop};
	/* No fd_limit_per_thread: with one, lws searches its sockets one by one for each event.
	 * Without, it makes room for as many files as raise_file_limit() left us. */
	struct lws_context_creation_info info = {
		.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
			(n->tls ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0),
		.foreign_loops = loops,
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = connection_protocols(),
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.pt_serv_buf_size = READ_CHUNK,
		.retry_and_idle_policy = &no_lws_timers,
		.timeout_secs = (unsigned)(n->conf->header_timeout_ms / 1000 + 1),
		.alpn = "http/1.1",
		.ssl_cert_filepath = n->tls ? n->conf->tls_certificate : NULL,
		.ssl_private_key_filepath = n->tls ? n->conf->tls_key : NULL,
		.vhost_name = "trunkline",
		.user = n,
	};

	lws_set_log_level(LLL_ERR | LLL_WARN, log_lws);
	n->lws = lws_create_context(&info);
	if (n->lws == NULL) {
		return error_set(e, ERR_UNAVAILABLE,
			"libwebsockets does not start on libev; is the package libwebsockets-evlib-ev "
			"installed?");
	}
	n->vhost = lws_create_vhost(n->lws, &info);
	if (n->vhost == NULL) {
		return error_set(e, ERR_INVALID,
			"cannot use server.tls_certificate %s with tls_key %s",
			n->conf->tls_certificate, n->conf->tls_key);
	}
	return ERR_OK;
}

static enum err
check_tls_files(struct net *n, struct error *e)
{
	bool certificate = !str_empty(n->conf->tls_certificate);
	bool key = !str_empty(n->conf->tls_key);

	if (certificate != key) {
		return error_set(e, ERR_INVALID,
			"server.tls_certificate and server.tls_key belong together; only one is set");
	}
	n->tls = certificate;
	return ERR_OK;
}

enum err
net_create(struct net **out, const struct net_conf *conf,
	const struct http_route *const *tables, void *route_ctx,
	const struct websocket_handler *const *sockets, void *socket_ctx,
	const struct net_hooks *hooks, struct workers *workers, struct error *e)
{
	struct net *n = xcalloc(1, sizeof(*n));
	enum err err;

	n->conf = conf;
	n->routes = tables;
	n->route_ctx = route_ctx;
	n->sockets = sockets;
	n->socket_ctx = socket_ctx;
	n->hooks = *hooks;
	n->workers = workers;
	n->ticked_ms = n->swept_ms = clock_monotonic_ms();
	n->wheel = wheel_create(n->ticked_ms);
	n->max_connections = raise_file_limit(conf->max_connections);
	n->peers = peers_create(conf->max_connections_per_address, conf->requests_per_minute);
	list_init(&n->connections);
	list_init(&n->doomed);
	list_init(&n->ready);
	list_init(&n->unsent);
	list_init(&n->requests);
	n->loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	assert(n->loop != NULL);
	watch(n);
	err = check_tls_files(n, e);
	if (err == ERR_OK) {
		err = network_list_parse(&n->trusted_proxies, conf->trusted_proxies, e);
	}
	if (err == ERR_OK) {
		err = static_files_load(&n->files, conf->web_root, e);
	}
	if (err == ERR_OK) {
		err = start_lws(n, e);
	}
	if (err == ERR_OK) {
		err = listeners_open(n, "server.listen", conf->listen, false, e);
	}
	if (err == ERR_OK && !str_empty(conf->metrics_listen)) {
		err = listeners_open(n, "server.metrics_listen", conf->metrics_listen, true, e);
	}
	if (err != ERR_OK) {
		net_destroy(n);
		return err;
	}
	*out = n;
	return ERR_OK;
}

/* --- life ----------------------------------------------------------------------------- */

/* Whoever is still there is told so, as far as that is possible without waiting. */
static void
close_all(struct net *n)
{
	list_each(&n->connections, l) {
		struct connection *c = list_item(l, struct connection, link);

		if (c->websocket != NULL) {
			websocket_close(c->websocket, CLOSE_GOING_AWAY, "stopping");
		}
	}
	connections_send(n);
	while (!list_empty(&n->connections)) {
		connection_doom(list_item(n->connections.next, struct connection, link));
	}
	connections_reap(n);
}

enum err
net_run(struct net *n, struct error *e)
{
	(void)e;
	notify_supervisor("READY=1");
	ev_run(n->loop, 0);
	close_all(n);
	return ERR_OK;
}

void
net_stop(struct net *n)
{
	net_begin_stop(n);
}

void
net_free_spares(struct net *n)
{
	while (n->spare_count > 0) {
		buf_fini(&n->spares[--n->spare_count]);
	}
}

void
net_destroy(struct net *n)
{
	if (n == NULL) {
		return;
	}
	listeners_close(n);
	close_all(n);
	while (!list_empty(&n->requests)) {
		/* Their handlers never replied and must not do so any more. */
		request_destroy(list_item(n->requests.next, struct http_request, link));
	}
	if (n->lws != NULL) {
		lws_context_destroy(n->lws);
	}
	ev_signal_stop(n->loop, &n->terminate); /* libev does not let go of them by itself */
	ev_signal_stop(n->loop, &n->interrupt);
	ev_signal_stop(n->loop, &n->hangup);
	ev_loop_destroy(n->loop);
	net_free_spares(n);
	static_files_destroy(n->files);
	network_list_fini(&n->trusted_proxies);
	peers_destroy(n->peers);
	wheel_destroy(n->wheel);
	free(n);
}

void
net_wake(struct net *n)
{
	ev_async_send(n->loop, &n->woken);
}

struct wheel *
net_wheel(struct net *n)
{
	return n->wheel;
}

int
net_port(const struct net *n, size_t index)
{
	return index < n->listener_count ? n->listeners[index].port : 0;
}

int
net_metrics_port(const struct net *n)
{
	for (size_t i = 0; i < n->listener_count; i++) {
		if (n->listeners[i].monitoring) {
			return n->listeners[i].port;
		}
	}
	return 0;
}

/* Nobody logs in where only monitoring is served. */
bool
net_is_loopback(const struct net *n)
{
	for (size_t i = 0; i < n->listener_count; i++) {
		if (!n->listeners[i].monitoring &&
			!address_is_loopback(&n->listeners[i].address)) {
			return false;
		}
	}
	return true;
}

void
net_statistics(const struct net *n, struct net_stats *out)
{
	*out = n->stats;
}
