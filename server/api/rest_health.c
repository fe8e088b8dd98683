/* Is the process alive, can it work: for watchdogs and load balancers. */
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/routes.h"

static void
reply(struct exchange *x, int status, const char *state, const char *reason)
{
	struct buf out;
	struct json_writer w;

	buf_init(&out, REPLY_MAX_BYTES);
	jw_init(&w, &out);
	jw_object(&w);
	jw_kstring(&w, "status", state);
	if (reason != NULL) {
		jw_kstring(&w, "reason", reason);
	}
	jw_object_end(&w);
	x->status = status;
	exchange_reply(x, &out);
}

static void
start_alive(struct exchange *x)
{
	reply(x, 200, "alive", NULL);
}

static void
alive(struct http_request *rq, void *app)
{
	exchange_begin_open(rq, app, false, start_alive);
}

static void
start_ready(struct exchange *x)
{
	struct error why = {0};

	if (x->app->stopping) {
		reply(x, 503, "stopping", "the server is being stopped");
	} else if (x->app->store == NULL || !store_ready(x->app->store, &why)) {
		/* The reason may name hosts and files: it is in the log, not for everybody. */
		reply(x, 503, "unavailable", "the database cannot be written to");
	} else {
		reply(x, 200, "ready", NULL);
	}
}

static void
ready(struct http_request *rq, void *app)
{
	exchange_begin_open(rq, app, false, start_ready);
}

const struct http_route health_routes[] = {
	{"GET", "/healthz", alive, 0},
	{"GET", "/readyz", ready, 0},
	{0},
};
