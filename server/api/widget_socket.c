/* The life of a widget's socket: open, frames, entries and ticks out, close. */
#include "api/widget_socket.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/directory.h"
#include "api/origin.h"
#include "base/arena.h"
#include "base/str.h"
#include "flow/bus.h"
#include "model/fact.h"
#include "store/read.h"

enum { ORIGIN_MAX = 200 };

struct actor
widget_actor(const struct widget *w)
{
	struct actor a = {.kind = AUTHOR_CUSTOMER, .id = w->visitor};

	if (w->socket.ws != NULL) {
		str_copy(a.address, sizeof(a.address), websocket_peer(w->socket.ws));
	}
	return a;
}

const char *
widget_author_name(struct app *app, const struct fact *f)
{
	const struct staff *author = NULL;

	if (f->author_kind == AUTHOR_STAFF) {
		author = directory_staff(app->directory, f->author);
	}
	return author != NULL ? author->name : NULL;
}

void
widget_attach(struct widget *w, uint64_t timeline, uint64_t customer)
{
	struct app *app = w->socket.app;

	if (w->timeline != timeline) {
		if (w->timeline != 0) {
			bus_follow(w->socket.subscription, topic(TOPIC_TIMELINE, w->timeline), false);
		}
		w->timeline = timeline;
		bus_follow(w->socket.subscription, topic(TOPIC_TIMELINE, timeline), true);
	}
	if (customer != 0 && place_customer(&w->place) != customer) {
		rooms_leave(app->rooms, &w->place);
		rooms_enter(app->rooms, &w->place, customer, 0, w);
	}
}

/* --- out ----------------------------------------------------------------------------------- */

void
widget_send_fact(struct widget *w, struct fact *f)
{
	const char *frame;
	size_t length;

	if (f->timeline != w->timeline || !fact_is_public(f) || f->pub <= w->sent) {
		return;
	}
	w->sent = f->pub;
	frame = fact_public_frame(f, widget_author_name(w->socket.app, f), &length);
	socket_send_bytes(&w->socket, frame, length);
}

void
widget_send_entries(struct widget *w, const struct fact_list *entries)
{
	for (size_t i = 0; i < entries->count && socket_alive(&w->socket); i++) {
		if (websocket_backlog(w->socket.ws) >= SOCKET_BACKLOG_HIGH) {
			w->behind = true;
			websocket_want_write(w->socket.ws);
			return;
		}
		widget_send_fact(w, entries->items[i]);
	}
}

/* The ticks on her own messages: only the newest state, and only when it changed. */
static void
send_ticks(struct widget *w)
{
	struct json_writer *json;

	if (w->delivered < w->seen) {
		w->delivered = w->seen;
	}
	if (w->delivered <= w->told_delivered && w->seen <= w->told_seen) {
		return;
	}
	w->told_delivered = w->delivered;
	w->told_seen = w->seen;
	json = frame_start(w->socket.app->sockets, "mark");
	jw_kstring(json, "party", "house");
	jw_ki64(json, "delivered", (int64_t)w->delivered);
	jw_ki64(json, "seen", (int64_t)w->seen);
	socket_finish(&w->socket);
}

static void
pump(struct socket *s)
{
	struct widget *w = (struct widget *)s;

	if (!s->ready || w->catching_up) {
		return;
	}
	if (w->behind && websocket_backlog(s->ws) < SOCKET_BACKLOG_HIGH) {
		w->behind = false;
		widget_catch_up(w);
		return;
	}
	while (
		!w->behind && socket_alive(s) && websocket_backlog(s->ws) < SOCKET_BACKLOG_HIGH) {
		struct fact *f = bus_next(s->subscription);

		if (f == NULL && bus_lost(s->subscription)) {
			bus_recover(s->subscription);
			widget_catch_up(w);
			return;
		}
		if (f == NULL) {
			send_ticks(w);
			return;
		}
		widget_send_fact(w, f);
	}
	if (socket_alive(s)) {
		websocket_want_write(s->ws);
	}
}

/* --- life ---------------------------------------------------------------------------------- */

static void
typing(struct widget *w, bool on)
{
	uint64_t customer = place_customer(&w->place);

	if (customer != 0) {
		consoles_typing(w->socket.app, customer, NULL, AUTHOR_CUSTOMER, w->visitor, on);
	}
}

static void
take_frame(struct socket *s, const struct frame *f)
{
	struct widget *w = (struct widget *)s;

	switch (f->type) {
	case FRAME_HELLO:
		widget_hello(w, &f->hello);
		break;
	case FRAME_SEND:
		widget_send(w, f);
		break;
	case FRAME_FEEDBACK:
		widget_feedback(w, f);
		break;
	case FRAME_MARK:
		widget_mark(w, &f->mark);
		break;
	case FRAME_TYPING:
		typing(w, f->typing.on);
		break;
	case FRAME_RANGE:
		widget_range(w, &f->range);
		break;
	default:
		break; /* frame_parse lets no others through */
	}
}

static void
closed(struct socket *s)
{
	struct widget *w = (struct widget *)s;
	struct map *visitors = &s->app->sockets->visitors;
	struct widget *first = map_get(visitors, w->visitor);

	rooms_leave(s->app->rooms, &w->place);
	if (first == w && w->next == NULL) {
		map_remove(visitors, w->visitor);
		return;
	}
	if (first == w) {
		map_put(visitors, w->visitor, w->next);
		return;
	}
	for (; first != NULL; first = first->next) {
		if (first->next == w) {
			first->next = w->next;
			return;
		}
	}
}

static void
destroy(struct socket *s)
{
	struct widget *w = (struct widget *)s;

	free(w->origin);
	free(w);
}

static const struct socket_kind widget_kind = {
	.side = SIDE_WIDGET,
	.pump = pump,
	.frame = take_frame,
	.closed = closed,
	.destroy = destroy,
};

static void *
open_widget(struct websocket *ws, const struct web_request *rq, void *ctx)
{
	struct app *app = ctx;
	struct widget *w;
	const char *origin = web_header(rq, "origin");

	/* Whether another origin, or none, may is known with the channel, after hello. */
	if (app->sockets->stopping || (origin != NULL && strlen(origin) > ORIGIN_MAX)) {
		return NULL;
	}
	w = xcalloc(1, sizeof(*w));
	w->native = origin == NULL;
	w->origin = request_is_same_site(app, rq) ? NULL : xstrdup(origin);
	socket_open(&w->socket, &widget_kind, app, ws);
	return w;
}

const struct websocket_handler widget_websocket = {
	.path = "/ws/widget",
	.max_frame = FRAME_MAX_BYTES_IN,
	.open = open_widget,
	.message = socket_message,
	.writable = socket_writable,
	.closed = socket_closed,
};
