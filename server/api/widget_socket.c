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
#include "model/names.h"
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

/* --- from the house -------------------------------------------------------------------------- */

struct delivery {
	uint64_t timeline;
	uint64_t pub;
};

static void
visit_delivery(void *ctx, struct place *p)
{
	const struct delivery *d = ctx;
	struct widget *w = p->owner;

	if (p->staff == 0 && w->timeline == d->timeline && w->delivered < d->pub) {
		w->delivered = d->pub;
		socket_mark_dirty(&w->socket);
	}
}

void
widgets_delivered(struct app *app, uint64_t customer, uint64_t timeline, uint64_t pub)
{
	struct delivery d = {timeline, pub};

	rooms_each(app->rooms, customer, visit_delivery, &d);
}

struct house_mark {
	struct query query; /* first */
	struct app *app;
	struct arena *arena;
	uint64_t customer;
	uint64_t timeline;
	uint64_t delivered;
	uint64_t seen;
};

static enum err
read_house_mark(struct query *query, struct reader *r, struct error *e)
{
	struct house_mark *m = (struct house_mark *)query;
	struct mark_row *rows;
	size_t count = 0;
	enum err rc = read_marks(r, m->timeline, m->arena, &rows, &count, e);

	for (size_t i = 0; i < count; i++) {
		if (rows[i].party == PARTY_HOUSE) {
			m->delivered = rows[i].delivered;
			m->seen = rows[i].seen;
		}
	}
	return rc;
}

static void
visit_house_mark(void *ctx, struct place *p)
{
	const struct house_mark *m = ctx;
	struct widget *w = p->owner;

	if (p->staff != 0 || w->timeline != m->timeline) {
		return;
	}
	w->delivered = w->delivered < m->delivered ? m->delivered : w->delivered;
	w->seen = w->seen < m->seen ? m->seen : w->seen;
	socket_mark_dirty(&w->socket);
}

static void
house_mark_read(struct query *query)
{
	struct house_mark *m = (struct house_mark *)query;
	struct app *app = m->app;

	if (query->code == ERR_OK) {
		rooms_each(app->rooms, m->customer, visit_house_mark, m);
	}
	arena_destroy(m->arena);
	free(m);
	sockets_flush(app->sockets);
}

static void
visit_any(void *ctx, struct place *p)
{
	bool *any = ctx;

	*any = *any || p->staff == 0;
}

/* The mark of a member of staff counts seq, what the customer is told counts pub: the store
 * knows both. Asked only when she is here to see it. */
void
widgets_house_marked(struct app *app, uint64_t customer, uint64_t timeline)
{
	struct house_mark *m;
	bool any = false;

	rooms_each(app->rooms, customer, visit_any, &any);
	if (!any) {
		return;
	}
	m = xcalloc(1, sizeof(*m));
	m->query.run = read_house_mark;
	m->query.done = house_mark_read;
	m->app = app;
	m->arena = arena_create();
	m->customer = customer;
	m->timeline = timeline;
	if (store_query(app->store, &m->query) != ERR_OK) {
		arena_destroy(m->arena); /* the next mark tells it */
		free(m);
	}
}

static void
send_to_customer(void *ctx, struct place *p)
{
	struct widget *w = p->owner;

	(void)ctx;
	if (p->staff == 0 && w->socket.ready && !w->catching_up) {
		socket_send(&w->socket);
	}
}

void
widgets_typing(struct app *app, uint64_t customer, uint64_t staff, bool on)
{
	const struct staff *author = directory_staff(app->directory, staff);
	struct json_writer *json = frame_start(app->sockets, "typing");

	jw_key(json, "who");
	jw_object(json);
	jw_kstring(json, "kind", author_kind_name(AUTHOR_STAFF));
	jw_kstring(json, "name", author != NULL ? author->name : NULL);
	jw_object_end(json);
	jw_kbool(json, "on", on);
	frame_end(app->sockets);
	rooms_each(app->rooms, customer, send_to_customer, NULL);
}

void
widgets_online(struct app *app, bool online)
{
	struct json_writer *json = frame_start(app->sockets, "online");

	jw_kbool(json, "online", online);
	frame_end(app->sockets);
	list_each(&app->sockets->widgets, link) {
		struct socket *s = list_item(link, struct socket, link);

		if (s->ready) {
			socket_send(s);
		}
	}
}

static void
move_place(void *ctx, struct place *p)
{
	const uint64_t *to = ctx;

	if (p->staff == 0) {
		struct widget *w = p->owner;

		widget_attach(w, w->timeline, *to);
	}
}

void
widgets_customer_moved(struct app *app, uint64_t from, uint64_t to)
{
	rooms_each(app->rooms, from, move_place, &to);
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

	/* Whether another origin may is known with the channel, after hello. */
	if (app->sockets->stopping || origin == NULL || strlen(origin) > ORIGIN_MAX) {
		return NULL;
	}
	w = xcalloc(1, sizeof(*w));
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
