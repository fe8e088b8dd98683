/* Is the process alive, can it work: for watchdogs and load balancers. */
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/reading.h"
#include "api/routes.h"
#include "store/read.h"

static void
reply(struct exchange *x, int status, const char *state, const char *reason)
{
	struct buf out;
	struct json_writer w;

	exchange_open(&out, &w);
	jw_kstring(&w, "status", state);
	if (reason != NULL) {
		jw_kstring(&w, "reason", reason);
	}
	x->status = status;
	exchange_close(x, &out, &w);
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

/* A database that goes away while nothing is written is found by reading. */
static enum err
probe(struct reading *r, struct reader *reader, struct error *e)
{
	uint64_t newest;

	return read_feed_end(reader, *(const unsigned *)r->parameters, &newest, e);
}

static void
answered(struct reading *r)
{
	struct exchange *x = r->exchange;

	reading_destroy(r);
	reply(x, 200, "ready", NULL);
}

static void
unanswered(struct reading *r)
{
	struct exchange *x = r->exchange;

	reading_destroy(r);
	reply(x, 503, "unavailable", "the database cannot be read");
}

static void
start_probe(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(unsigned));

	*(unsigned *)r->parameters = (unsigned)x->app->conf->store.node;
	r->run = probe;
	r->done = answered;
	r->failed = unanswered;
	reading_start(r);
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
		start_probe(x);
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
