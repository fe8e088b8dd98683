/* Tells open consoles that a quick reply changed: each that may see it gets it as it is now. */
#include <stdlib.h>

#include "api/api.h"
#include "api/app.h"
#include "api/console_socket.h"
#include "base/arena.h"
#include "base/log.h"
#include "store/read.h"

struct announcement {
	struct query query; /* first */
	struct app *app;
	struct arena *arena;
	struct actor by; /* whoever changed it may see it */
	uint64_t id;
	struct quick_reply reply;
};

static enum err
read_announced(struct query *query, struct reader *r, struct error *e)
{
	struct announcement *a = (struct announcement *)query;

	return read_quick_reply(r, &a->by, a->id, a->arena, &a->reply, e);
}

/* To those who may edit it, or to those who may only see it. */
static void
tell(struct app *app, const struct quick_reply *q, bool editors)
{
	struct json_writer *w = frame_start(app->sockets, "quick_reply");

	jw_key(w, "reply");
	jw_object(w);
	quick_reply_encode(q, editors, w);
	jw_object_end(w);
	frame_end(app->sockets);
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);
		struct actor actor = console_actor(c);

		if (console_listens(c) && quick_may_see(&actor, q->scope, q->place) &&
			quick_may_edit(&actor, q->scope, q->place) == editors) {
			socket_send(&c->socket);
		}
	}
}

static void
announced(struct query *query)
{
	struct announcement *a = (struct announcement *)query;

	if (query->code == ERR_OK) {
		tell(a->app, &a->reply, true);
		tell(a->app, &a->reply, false);
	}
	arena_destroy(a->arena);
	free(a);
}

static void
tell_reload(struct app *app)
{
	struct json_writer *w = frame_start(app->sockets, "quick_reply");

	jw_key(w, "reply");
	jw_null(w);
	frame_end(app->sockets);
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);

		if (console_listens(c)) {
			socket_send(&c->socket);
		}
	}
}

void
console_announce_quick_reply(struct app *app, const struct actor *by, uint64_t reply)
{
	struct announcement *a;

	if (reply == 0) {
		tell_reload(app);
		return;
	}
	a = xcalloc(1, sizeof(*a));
	a->query.run = read_announced;
	a->query.done = announced;
	a->app = app;
	a->arena = arena_create();
	a->by = *by;
	a->id = reply;
	if (store_query(app->store, &a->query) != ERR_OK) {
		log_event(LOG_WARN, "announce_skipped", "quick_reply=%llu",
			(unsigned long long)reply);
		arena_destroy(a->arena);
		free(a);
	}
}
