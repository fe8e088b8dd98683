#include "api/reading.h"

#include <stdlib.h>

#include "api/app.h"
#include "api/input.h"
#include "base/arena.h"
#include "net/net.h"

struct reading *
reading_create(struct exchange *x, size_t parameters_size)
{
	struct reading *r = xcalloc(1, sizeof(*r));

	r->exchange = x;
	r->arena = arena_create();
	r->actor = x->who.actor;
	r->scope = actor_scope(&x->who.actor);
	r->parameters = arena_alloc(r->arena, parameters_size > 0 ? parameters_size : 1);
	buf_init(&r->out, REPLY_MAX_BYTES);
	jw_init(&r->json, &r->out);
	return r;
}

void
reading_destroy(struct reading *r)
{
	buf_fini(&r->out);
	arena_destroy(r->arena);
	free(r);
}

void
reading_reply(struct reading *r)
{
	exchange_reply(r->exchange, &r->out);
	reading_destroy(r);
}

static enum err
run_reading(struct query *q, struct reader *reader, struct error *e)
{
	struct reading *r = (struct reading *)q;

	return r->run(r, reader, e);
}

static void
fail_reading(struct reading *r)
{
	const char *text = r->query.error.text;

	exchange_fail(r->exchange, r->query.code, NULL,
		text[0] != '\0' ? text : "the database is away; try again soon");
	reading_destroy(r);
}

static void
reading_done(struct query *q)
{
	struct reading *r = (struct reading *)q;

	if (q->code != ERR_OK) {
		(r->failed != NULL ? r->failed : fail_reading)(r);
	} else {
		(r->done != NULL ? r->done : reading_reply)(r);
	}
}

void
reading_start(struct reading *r)
{
	_Static_assert(offsetof(struct reading, query) == 0,
		"a query is cast to its reading");
	r->query.run = run_reading;
	r->query.done = reading_done;
	if (store_query(r->exchange->app->store, &r->query) != ERR_OK) {
		r->query.code = error_set(&r->query.error, ERR_BUSY,
			"too much is being read just now");
		reading_done(&r->query);
	}
}

void
reading_start_checked(struct reading *r, const struct input *in)
{
	if (exchange_refused(r->exchange, in)) {
		reading_destroy(r);
	} else {
		reading_start(r);
	}
}

void
reading_simple(struct exchange *x, reading_run *run)
{
	struct reading *r = reading_create(x, 0);

	r->run = run;
	reading_start(r);
}

void
reading_of(struct exchange *x, uint64_t id, reading_run *run)
{
	struct reading *r = reading_create(x, sizeof(id));

	*(uint64_t *)r->parameters = id;
	r->run = run;
	reading_start(r);
}

static void
start_read(struct exchange *x)
{
	reading_simple(x, x->run);
}

static void
start_read_of(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");

	if (id != 0) {
		reading_of(x, id, x->run);
	}
}

void
reading_route(struct http_request *rq, void *app, const struct access *access,
	reading_run *run)
{
	struct exchange *x = exchange_create(rq, app, start_read);

	x->run = run;
	exchange_identify(x, access);
}

void
reading_route_of(struct http_request *rq, void *app, const struct access *access,
	reading_run *run)
{
	struct exchange *x = exchange_create(rq, app, start_read_of);

	x->run = run;
	exchange_identify(x, access);
}

void
reading_items(struct reading *r)
{
	jw_object(&r->json);
	jw_key(&r->json, "items");
	jw_array(&r->json);
}

void
reading_items_end(struct reading *r)
{
	jw_array_end(&r->json);
	jw_object_end(&r->json);
}
