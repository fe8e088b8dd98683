#include "api/waiting_room.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/list.h"
#include "net/net.h"

enum { RETRY_MS = 1000, BODY_MAX = 64 * 1024 };

struct room {
	waiting_room_try *attempt;
	void *ctx;
	struct net *net;
	struct timer timer;
	enum err rc;
	struct error *e;
};

static void
alive(struct http_request *rq, void *ctx)
{
	static const char body[] = "{\"status\":\"alive\"}";

	(void)ctx;
	http_reply(rq, 200, "application/json", body, sizeof(body) - 1);
}

static void
not_ready(struct http_request *rq, void *ctx)
{
	static const char body[] =
		"{\"status\":\"unavailable\",\"reason\":\"the database is away\"}";

	(void)ctx;
	http_reply(rq, 503, "application/json", body, sizeof(body) - 1);
}

static void
come_back(struct http_request *rq, void *ctx)
{
	(void)ctx;
	http_set_header(rq, "Retry-After", "2");
	http_reply_error(rq, ERR_UNAVAILABLE, "the database is away", NULL);
}

static const struct http_route routes[] = {
	{"GET", "/healthz", alive, 0},
	{"GET", "/readyz", not_ready, 0},
	{"GET", "/*", come_back, 0},
	{"POST", "/*", come_back, BODY_MAX},
	{"PATCH", "/*", come_back, BODY_MAX},
	{"DELETE", "/*", come_back, 0},
	{0},
};
static const struct http_route *const tables[] = {routes, NULL};
static const struct websocket_handler *const no_sockets[] = {NULL};

/* Nothing else happens on this loop, so that an attempt may block it. */
static void
try_again(struct timer *t)
{
	struct room *r = list_item(t, struct room, timer);

	r->rc = r->attempt(r->ctx, r->e);
	if (r->rc == ERR_UNAVAILABLE) {
		wheel_add(net_wheel(r->net), t, clock_monotonic_ms() + RETRY_MS);
	} else {
		net_stop(r->net);
	}
}

/* The supervisor shall hear neither that we are ready nor, afterwards, that we stop. */
static enum err
run_unnoticed(struct net *net, struct error *e)
{
	const char *supervisor = getenv("NOTIFY_SOCKET");
	char *kept = supervisor != NULL ? xstrdup(supervisor) : NULL;
	enum err rc;

	unsetenv("NOTIFY_SOCKET");
	rc = net_run(net, e);
	if (kept != NULL) {
		setenv("NOTIFY_SOCKET", kept, 1);
		free(kept);
	}
	return rc;
}

enum err
waiting_room(const struct net_conf *conf, waiting_room_try *attempt, void *ctx,
	struct error *e)
{
	struct room r = {.attempt = attempt, .ctx = ctx, .rc = ERR_UNAVAILABLE, .e = e};
	struct net_hooks hooks = {.ctx = &r};
	enum err rc = net_create(&r.net, conf, tables, &r, no_sockets, &r, &hooks, NULL, e);

	if (rc != ERR_OK) {
		return rc;
	}
	timer_init(&r.timer, try_again);
	wheel_add(net_wheel(r.net), &r.timer, clock_monotonic_ms() + RETRY_MS);
	rc = run_unnoticed(r.net, e);
	timer_cancel(&r.timer);
	net_destroy(r.net);
	return rc != ERR_OK ? rc : r.rc;
}
