/* What a socket waits for: changes on their way to the store, and reads. */
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/sockets.h"
#include "base/arena.h"
#include "model/change.h"
#include "model/phrase.h"

enum {
	WAITING_HIGH = 256, /* changes of one socket on their way: then we stop reading ... */
	WAITING_LOW = 128,  /* ... until so many are left */
};

/* --- changes ------------------------------------------------------------------------------ */

/* Lies in the arena of the change. */
struct pending {
	struct socket *socket;
	socket_committed *committed;
	bool stale;
	char ref[REF_SIZE];
};

static void
refuse_change(struct socket *s, const struct pending *p, enum err code, const char *text)
{
	switch (code) {
	case ERR_BUSY:
		socket_nack(s, p->ref, "busy", text, RETRY_BUSY_MS);
		break;
	case ERR_INVALID:
	case ERR_DENIED:
	case ERR_NOT_FOUND:
		socket_nack(s, p->ref, err_name(code), text, 0);
		break;
	case ERR_CONFLICT:
		socket_nack(s, p->ref, p->stale ? "stale" : "conflict", text, 0);
		break;
	default:
		socket_nack(s, p->ref, "unavailable", text, RETRY_UNAVAILABLE_MS);
		break;
	}
}

/* A text with a phrase that is watched: the author sees which, and where. */
static void
refuse_watched(struct socket *s, const struct pending *p, const struct outcome *o)
{
	struct json_writer *w = frame_start(s->app->sockets, "nack");

	jw_kstring(w, "ref", p->ref);
	jw_kstring(w, "code", o->code == ERR_CONFLICT ? "warned" : "blocked");
	jw_kstring(w, "text", o->text);
	jw_key(w, "retry_ms");
	jw_null(w);
	phrases_found_write(o->found, o->found_count, o->found_in, w);
	socket_finish(s);
}

/* One change less on its way. */
static void
settle(struct socket *s)
{
	s->waiting--;
	if (s->app->sockets->stopping && s->waiting == 0) {
		socket_bye(s, "stopping", "The server stops.");
	} else if (s->too_many && s->waiting <= WAITING_LOW) {
		s->too_many = false;
		socket_update_pause(s);
	}
}

static void
change_done(void *ctx, const struct outcome *o)
{
	struct pending *p = ctx;
	struct socket *s = p->socket;

	if (socket_alive(s)) {
		if (o->code == ERR_OK) {
			p->committed(s, p->ref, o);
		} else if (o->found_count > 0) {
			refuse_watched(s, p, o);
		} else {
			refuse_change(s, p, o->code, o->text);
		}
	}
	settle(s);
	socket_put(s);
}

void
socket_submit(struct socket *s, struct change *c, const char *ref, bool stale,
	socket_committed *committed)
{
	struct pending *kept = arena_alloc(c->arena, sizeof(*kept));
	struct pending p = {.socket = s, .committed = committed, .stale = stale};
	enum err rc;

	memcpy(p.ref, ref, REF_SIZE);
	memcpy(c->ref, ref, REF_SIZE);
	*kept = p;
	/* The answer may come at once. */
	socket_get(s);
	s->waiting++;
	rc = ingest_submit(&s->app->ingest, c, change_done, kept);
	if (rc != ERR_OK) {
		refuse_change(s, &p, rc,
			rc == ERR_BUSY ? "Too much at once, please send again."
						   : "The database is away, please send again.");
		settle(s);
		socket_put(s);
		return;
	}
	if (!s->too_many && s->waiting >= WAITING_HIGH) {
		s->too_many = true;
		socket_update_pause(s);
	}
}

/* --- reads -------------------------------------------------------------------------------- */

/* Thousands may wait after a restart: the arena comes only when the turn comes. */
static enum err
query_run(struct query *query, struct reader *r, struct error *e)
{
	struct socket_query *q = (struct socket_query *)query;

	q->arena = arena_create();
	return q->run(query, r, e);
}

static void
query_done(struct query *query)
{
	struct socket_query *q = (struct socket_query *)query;
	struct socket *s = q->socket;

	q->done(q);
	arena_destroy(q->arena);
	free(q);
	sockets_flush(s->app->sockets);
	socket_put(s);
}

void *
socket_query_create(struct socket *s, size_t size,
	enum err (*run)(struct query *q, struct reader *r, struct error *e),
	void (*done)(struct socket_query *q))
{
	struct socket_query *q = xcalloc(1, size);

	q->query.run = query_run;
	q->query.done = query_done;
	q->socket = socket_get(s);
	q->run = run;
	q->done = done;
	return q;
}

void
socket_query_start(struct socket_query *q)
{
	enum err rc = store_query(q->socket->app->store, &q->query);

	if (rc != ERR_OK) {
		q->query.code = rc;
		query_done(&q->query);
	}
}
