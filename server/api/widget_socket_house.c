/* What the house does, as far as a customer's open widgets show it: ticks, typing, presence. */
#include <stdlib.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/reading.h"
#include "api/widget_socket.h"
#include "base/arena.h"
#include "model/names.h"
#include "store/read.h"

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

bool
reading_place_has(const struct reading_place *place, uint64_t customer)
{
	for (size_t i = 0; i < place->member_count; i++) {
		if (place->members[i] == customer) {
			return true;
		}
	}
	return false;
}

void
widgets_customer_moved(struct app *app, const struct reading_place *place)
{
	list_each(&app->sockets->widgets, link) {
		struct widget *w = list_item(link, struct widget, socket.link);

		/* Her timeline stays her own, whoever reads it together with another. */
		if (w->timeline != 0 && place_customer(&w->place) != 0 &&
			reading_place_has(place, w->timeline)) {
			widget_attach(w, w->timeline, place->customer->id);
		}
	}
}
