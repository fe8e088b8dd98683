/* hello and welcome: who it is, what she follows, what she missed. The bus is followed before
 * anything is read, so that nothing falls between the past and the present. */
#include "api/console_socket.h"

#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/directory.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "flow/bus.h"
#include "model/fact.h"
#include "store/read.h"

enum { MISSED_MAX = 2000, MISSED_PAGE = 500 };

/* --- who ----------------------------------------------------------------------------------- */

static struct hello_frame *
hello_copy(const struct hello_frame *hello)
{
	struct hello_frame *copy = xmalloc(sizeof(*copy));

	*copy = *hello;
	copy->secret = xstrdup(hello->secret);
	copy->language = NULL;
	copy->presence.reason = hello->presence.reason != NULL
		? xstrdup(hello->presence.reason)
		: NULL;
	return copy;
}

static void
hello_free(struct hello_frame *hello)
{
	if (hello != NULL) {
		free((char *)hello->secret);
		free((char *)hello->presence.reason);
		free(hello);
	}
}

void
console_identified(void *socket, enum err rc, const struct identity *who)
{
	struct console *c = socket;
	struct hello_frame *hello = c->early_hello;

	if (!socket_alive(&c->socket)) {
		socket_put(&c->socket);
		return;
	}
	if (rc == ERR_OK && who->actor.kind == AUTHOR_STAFF) {
		c->who = xmalloc(sizeof(*c->who));
		*c->who = *who;
		socket_watch(&c->socket, who);
		if (hello != NULL) {
			c->early_hello = NULL;
			console_hello(c, hello);
			hello_free(hello);
		}
	} else if (rc == ERR_UNAVAILABLE || rc == ERR_BUSY) {
		socket_bye(&c->socket, "stopping", "The database is away, please try again.");
	} else {
		socket_bye(&c->socket, "revoked", "Log in again.");
	}
	socket_put(&c->socket);
}

/* --- what she missed ----------------------------------------------------------------------- */

struct missed {
	struct socket_query query; /* first */
	uint64_t after;
	struct fact_list pages[MISSED_MAX / MISSED_PAGE];
	size_t page_count;
	bool complete;
};

static enum err
read_missed(struct query *query, struct reader *r, struct error *e)
{
	struct missed *m = (struct missed *)query;
	uint64_t after = m->after;

	while (m->page_count < MISSED_MAX / MISSED_PAGE) {
		struct fact_list *page = &m->pages[m->page_count];
		enum err rc = read_feed(r, after, MISSED_PAGE, m->query.arena, page, e);

		if (rc != ERR_OK) {
			return rc;
		}
		m->page_count++;
		if (page->count < MISSED_PAGE) {
			m->complete = true;
			return ERR_OK;
		}
		after = page->items[page->count - 1]->id;
	}
	return ERR_OK;
}

static void
keep_missed(struct console *c, const struct missed *m)
{
	c->missed = xcalloc(MISSED_MAX, sizeof(struct fact *));
	for (size_t p = 0; p < m->page_count; p++) {
		for (size_t i = 0; i < m->pages[p].count; i++) {
			struct fact *f = m->pages[p].items[i];

			if (bus_follows(c->socket.subscription, f)) {
				c->missed[c->missed_count++] = fact_get(f);
			}
		}
	}
}

static void
missed_done(struct socket_query *q)
{
	struct missed *m = (struct missed *)q;
	struct console *c = (struct console *)q->socket;

	if (socket_alive(&c->socket)) {
		bool resumed = q->query.code == ERR_OK && m->complete;

		c->catching_up = false;
		console_welcome(c, resumed);
		if (resumed && socket_alive(&c->socket)) {
			keep_missed(c, m);
		}
		socket_mark_dirty(&c->socket);
	}
	for (size_t p = 0; p < m->page_count; p++) {
		fact_list_release(&m->pages[p]);
	}
}

static void
resume(struct console *c, uint64_t cursor)
{
	struct bus *bus = c->socket.app->bus;
	struct missed *m;

	if (bus_replay(c->socket.subscription, cursor)) {
		c->sent = cursor;
		console_welcome(c, true);
		socket_mark_dirty(&c->socket);
		return;
	}
	if (cursor > bus_newest(bus) || FACT_NODE(cursor) != FACT_NODE(bus_newest(bus))) {
		/* Another node's, or of a history that a restore has taken back. */
		console_welcome(c, false);
		return;
	}
	c->sent = cursor;
	c->catching_up = true;
	m = socket_query_create(&c->socket, sizeof(*m), read_missed, missed_done);
	m->after = cursor;
	socket_query_start(&m->query);
}

/* --- welcome ------------------------------------------------------------------------------- */

static void
write_presence(struct app *app, struct json_writer *w)
{
	size_t position = 0;
	uint64_t staff;
	enum presence_state state;

	jw_key(w, "presence");
	jw_array(w);
	while (presence_next(app->presence, &position, &staff, &state)) {
		jw_object(w);
		console_write_presence(app, w, staff, state);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void
console_welcome(struct console *c, bool resumed)
{
	struct app *app = c->socket.app;
	const struct staff *me = directory_staff(app->directory, c->staff);
	struct json_writer *w;

	if (me == NULL) {
		socket_bye(&c->socket, "revoked", "Log in again.");
		return;
	}
	if (!resumed) {
		c->sent = bus_newest(app->bus);
	}
	w = frame_start(app->sockets, "welcome");
	jw_key(w, "me");
	jw_object(w);
	staff_encode(me, w);
	jw_object_end(w);
	jw_ki64(w, "node", app->conf->store.node);
	jw_kid(w, "cursor", bus_newest(app->bus));
	jw_kbool(w, "resumed", resumed);
	jw_ktime(w, "time", clock_now_ms());
	write_presence(app, w);
	/* Viewers follow in frames of their own, once the right to look has been checked. */
	jw_key(w, "viewers");
	jw_array(w);
	jw_array_end(w);
	console_write_calls(c, w);
	socket_finish(&c->socket);
}

/* --- hello --------------------------------------------------------------------------------- */

static void
accept(struct console *c, const struct hello_frame *hello)
{
	struct socket *s = &c->socket;
	const struct actor *actor = &c->who->actor;

	c->staff = actor->id;
	c->role = actor->role;
	c->scope = actor_scope(actor);
	free(c->who);
	c->who = NULL;
	socket_subscribe(s);
	bus_follow(s->subscription, topic(TOPIC_STAFF, c->staff), true);
	console_views(c, hello->views);
	for (size_t i = 0; i < hello->watch.count; i++) {
		/* Each fact is judged by itself; the room opens when console_watch is done. */
		bus_follow(s->subscription, topic(TOPIC_CUSTOMER, hello->watch.items[i]), true);
	}
	if (hello->presence.reason != NULL) {
		presence_reason(s->app->presence, c->staff, hello->presence.reason);
	}
	console_set_state(c, console_state_of(&hello->presence));
	s->ready = true;
	if (hello->cursor != 0) {
		resume(c, hello->cursor);
	} else {
		console_welcome(c, false);
	}
	if (hello->watch.count > 0 && socket_alive(s)) {
		console_watch(c, &hello->watch);
	}
}

void
console_hello(struct console *c, const struct hello_frame *hello)
{
	if (c->who == NULL) {
		c->early_hello = hello_copy(hello);
	} else if (!sessions_csrf_ok(c->who, hello->secret)) {
		socket_bye(&c->socket, "revoked", "The CSRF token is wrong.");
	} else {
		accept(c, hello);
	}
}
