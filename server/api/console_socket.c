/* The life of a console: open, frames, facts out, close. */
#include "api/console_socket.h"

#include <stdlib.h>

#include "api/api.h"
#include "api/app.h"
#include "api/origin.h"
#include "base/arena.h"
#include "base/str.h"
#include "desk/marks.h"
#include "flow/bus.h"
#include "model/fact.h"

struct actor
console_actor(const struct console *c)
{
	struct actor a = {
		.kind = AUTHOR_STAFF,
		.id = c->staff,
		.role = c->role,
		.unit = c->scope.unit_low,
	};

	if (c->socket.ws != NULL) {
		str_copy(a.address, sizeof(a.address), websocket_peer(c->socket.ws));
	}
	return a;
}

/* Also what was just taken away from her: she has to know. */
bool
console_may_see(const struct console *c, const struct fact *f)
{
	uint64_t assignee = f->has_conversation ? f->after.assignee : 0;

	return scope_allows(&c->scope, f->unit, f->owner, assignee) ||
		(f->has_conversation && f->assignee_before == c->staff);
}

bool
console_listens(const struct console *c)
{
	return c->socket.ready && !c->catching_up && socket_alive(&c->socket);
}

void
console_forget_missed(struct console *c)
{
	for (size_t i = c->missed_sent; i < c->missed_count; i++) {
		fact_put(c->missed[i]);
	}
	free(c->missed);
	c->missed = NULL;
	c->missed_count = 0;
	c->missed_sent = 0;
}

/* That somebody who is there or looks was sent it is the second tick on the customer's message. */
static void
note_delivery(struct console *c, const struct fact *f)
{
	struct app *app = c->socket.app;
	struct actor actor;

	if (f->author_kind != AUTHOR_CUSTOMER || !fact_is_public(f) ||
		(c->state < PRESENCE_WRAPUP && !console_looks_at(c, f->customer))) {
		return;
	}
	actor = console_actor(c);
	marks_put(app->marks, &actor, f->customer, f->timeline, PARTY_HOUSE, f->pub, 0);
	widgets_delivered(app, f->customer, f->timeline, f->pub);
}

static void
send_fact(struct console *c, struct fact *f)
{
	const char *frame;
	size_t length;

	c->sent = f->id;
	if (!console_may_see(c, f)) {
		return;
	}
	frame = fact_staff_frame(f, &length);
	socket_send_bytes(&c->socket, frame, length);
	note_delivery(c, f);
}

/* False: the peer has enough for now. */
static bool
may_send(const struct socket *s)
{
	return socket_alive(s) && websocket_backlog(s->ws) < SOCKET_BACKLOG_HIGH;
}

static void
send_missed(struct console *c)
{
	while (c->missed_sent < c->missed_count && may_send(&c->socket)) {
		struct fact *f = c->missed[c->missed_sent++];

		send_fact(c, f);
		fact_put(f);
	}
	if (c->missed != NULL && c->missed_sent == c->missed_count) {
		console_forget_missed(c);
	}
}

static void
pump(struct socket *s)
{
	struct console *c = (struct console *)s;

	if (!s->ready || c->catching_up) {
		return;
	}
	send_missed(c);
	while (may_send(s)) {
		struct fact *f = bus_next(s->subscription);

		if (f == NULL && !bus_lost(s->subscription)) {
			return;
		}
		if (f == NULL) {
			/* She reads slower than the house writes: let her load the lists again. */
			bus_recover(s->subscription);
			console_welcome(c, false);
			return;
		}
		if (f->id > c->sent) {
			send_fact(c, f);
		}
	}
	if (socket_alive(s)) {
		websocket_want_write(s->ws);
	}
}

static void
take_frame(struct socket *s, const struct frame *f)
{
	struct console *c = (struct console *)s;

	switch (f->type) {
	case FRAME_HELLO:
		console_hello(c, &f->hello);
		break;
	case FRAME_SEND:
		console_send(c, f);
		break;
	case FRAME_ACT:
		console_act(c, f);
		break;
	case FRAME_MARK:
		console_mark(c, &f->mark);
		break;
	case FRAME_TYPING:
		console_typing(c, &f->typing);
		break;
	case FRAME_WATCH:
		console_watch(c, &f->watch);
		break;
	case FRAME_VIEWS:
		console_views(c, f->views);
		break;
	case FRAME_ROWS:
		console_rows(c, &f->rows);
		break;
	case FRAME_PRESENCE:
		console_choose(c, &f->presence);
		break;
	case FRAME_RANGE:
		console_range(c, &f->range);
		break;
	case FRAME_FEEDBACK: /* the widget's */
	case FRAME_PING:
		break; /* answered for both kinds in sockets.c */
	}
}

static void
closed(struct socket *s)
{
	struct console *c = (struct console *)s;

	console_forget_missed(c);
	console_leave_rooms(c);
	console_set_state(c, PRESENCE_OFFLINE);
}

static void
destroy(struct socket *s)
{
	struct console *c = (struct console *)s;

	if (c->early_hello != NULL) {
		free((char *)c->early_hello->secret);
		free((char *)c->early_hello->presence.reason);
	}
	free(c->early_hello);
	free(c->who);
	free(c->watched);
	free(c->rows);
	free(c);
}

static const struct socket_kind console_kind = {
	.side = SIDE_CONSOLE,
	.pump = pump,
	.frame = take_frame,
	.closed = closed,
	.destroy = destroy,
};

static void *
open_console(struct websocket *ws, const struct web_request *rq, void *ctx)
{
	struct app *app = ctx;
	struct console *c;

	/* Every browser names the origin of a WebSocket; who does not has no business here. */
	if (app->sockets->stopping || web_header(rq, "origin") == NULL ||
		!request_is_same_site(app, rq)) {
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	socket_open(&c->socket, &console_kind, app, ws);
	socket_get(&c->socket); /* for console_identified */
	sessions_of_request(app->sessions, rq, console_identified, c);
	return c;
}

const struct websocket_handler console_websocket = {
	.path = "/ws/console",
	.max_frame = FRAME_MAX_BYTES_IN,
	.open = open_console,
	.message = socket_message,
	.writable = socket_writable,
	.closed = socket_closed,
};
