/* What a console looks at: watched threads and lists; and the passing signals that this
 * brings: who else is there, who is typing. */
#include "api/console_socket.h"

#include "api/app.h"
#include "api/console_rights.h"
#include "api/reading.h"
#include "base/arena.h"
#include "flow/bus.h"
#include "model/customer.h"
#include "model/names.h"

enum { VIEWERS_SHOWN = 32 };

/* --- signals ------------------------------------------------------------------------------- */

static void
send_to_staff(void *ctx, struct place *p)
{
	const struct socket *but = ctx;

	if (p->staff != 0 && p->owner != but) {
		socket_send(p->owner);
	}
}

/* She looks at her thread, or has her row in sight and may see her. */
static bool
concerns(struct console *c, uint64_t customer, uint64_t unit, uint64_t owner)
{
	if (!console_listens(c)) {
		return false;
	}
	if (console_looks_at(c, customer)) {
		return true;
	}
	for (size_t i = 0; c->rows != NULL && i < c->rows->count; i++) {
		if (c->rows->items[i] == customer) {
			return scope_allows(&c->scope, unit, owner, 0);
		}
	}
	return false;
}

static void
write_viewers(struct app *app, uint64_t customer)
{
	struct room_viewer viewers[VIEWERS_SHOWN];
	size_t count = rooms_viewers(app->rooms, customer, viewers, VIEWERS_SHOWN);
	struct json_writer *w = frame_start(app->sockets, "viewers");

	jw_kid(w, "customer", customer);
	jw_key(w, "staff");
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_object(w);
		jw_kid(w, "id", viewers[i].staff);
		jw_kbool(w, "composing", viewers[i].composing);
		jw_object_end(w);
	}
	jw_array_end(w);
	frame_end(app->sockets);
}

/* The room may be empty by now: unit and owner are as they were in it. */
static void
tell_viewers(struct app *app, uint64_t customer, uint64_t unit, uint64_t owner)
{
	write_viewers(app, customer);
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);

		if (concerns(c, customer, unit, owner)) {
			socket_send(&c->socket);
		}
	}
}

void
consoles_typing(struct app *app, uint64_t customer, const struct socket *but,
	enum author_kind kind, uint64_t author, bool on)
{
	struct json_writer *w = frame_start(app->sockets, "typing");

	jw_kid(w, "customer", customer);
	jw_key(w, "who");
	jw_object(w);
	jw_kstring(w, "kind", author_kind_name(kind));
	jw_kid(w, "id", author);
	jw_object_end(w);
	jw_kbool(w, "on", on);
	frame_end(app->sockets);
	rooms_each(app->rooms, customer, send_to_staff, (void *)but);
}

/* --- watch --------------------------------------------------------------------------------- */

static struct watched *
find_watched(struct console *c, uint64_t asked)
{
	for (size_t i = 0; c->watched != NULL && i < FRAME_WATCH_MAX; i++) {
		if (c->watched[i].asked == asked) {
			return &c->watched[i];
		}
	}
	return NULL;
}

/* Two that are watched may be read under the same customer. */
static void
follow_all(struct console *c)
{
	for (size_t i = 0; i < FRAME_WATCH_MAX; i++) {
		if (c->watched[i].asked != 0) {
			bus_follow(c->socket.subscription,
				topic(TOPIC_CUSTOMER, c->watched[i].followed), true);
		}
	}
}

static void
leave_room(struct console *c, struct watched *w)
{
	struct app *app = c->socket.app;
	uint64_t customer = place_customer(&w->place);
	uint64_t unit = 0;
	uint64_t owner = 0;

	if (customer == 0) {
		return;
	}
	(void)rooms_belongs(app->rooms, customer, &unit, &owner);
	rooms_leave(app->rooms, &w->place);
	tell_viewers(app, customer, unit, owner);
}

static void
unwatch(struct console *c, struct watched *w)
{
	bus_follow(c->socket.subscription, topic(TOPIC_CUSTOMER, w->followed), false);
	w->asked = 0;
	follow_all(c);
	leave_room(c, w);
}

struct right {
	uint64_t asked;
	uint64_t customer; /* 0: may not */
	uint64_t unit;
	uint64_t owner;
	const char *reason;
};

/* Reads under another customer from now on, or for the first time under any. */
static void
enter_room(struct console *c, struct watched *w, const struct right *right)
{
	struct app *app = c->socket.app;
	uint64_t customer = right->customer;

	leave_room(c, w);
	bus_follow(c->socket.subscription, topic(TOPIC_CUSTOMER, w->followed), false);
	w->followed = customer;
	follow_all(c);
	rooms_enter(app->rooms, &w->place, customer, c->staff, c);
	rooms_belong(app->rooms, customer, right->unit, right->owner);
	tell_viewers(app, customer, right->unit, right->owner);
}

struct rights {
	struct socket_query query; /* first */
	struct scope scope;
	struct right items[FRAME_WATCH_MAX];
	size_t count;
};

static enum err
read_rights(struct query *query, struct reader *r, struct error *e)
{
	struct rights *rights = (struct rights *)query;

	for (size_t i = 0; i < rights->count; i++) {
		struct right *right = &rights->items[i];
		struct customer customer;
		enum err rc = console_check_customer(r, &rights->scope, right->asked,
			rights->query.arena, &customer, e);

		if (rc == ERR_OK) {
			right->customer = customer.id;
			right->unit = customer.unit;
			right->owner = customer.owner;
		} else if (rc == ERR_NOT_FOUND || rc == ERR_DENIED) {
			right->reason = err_name(rc);
		} else {
			return rc;
		}
	}
	return ERR_OK;
}

static void
rights_done(struct socket_query *q)
{
	struct rights *rights = (struct rights *)q;
	struct console *c = (struct console *)q->socket;

	for (size_t i = 0; i < rights->count && socket_alive(q->socket); i++) {
		const struct right *right = &rights->items[i];
		struct watched *w = find_watched(c, right->asked);

		if (w == NULL) {
			continue; /* closed again meanwhile */
		}
		if (right->customer != 0) {
			enter_room(c, w, right);
			continue;
		}
		unwatch(c, w);
		socket_error(q->socket,
			right->reason != NULL ? right->reason : err_name(q->query.code),
			"You cannot watch this customer now.");
	}
}

static void
ask_rights(struct console *c, const struct id_list *customers)
{
	struct rights *rights = socket_query_create(&c->socket, sizeof(*rights), read_rights,
		rights_done);

	rights->scope = c->scope;
	rights->count = customers->count;
	for (size_t i = 0; i < customers->count; i++) {
		rights->items[i].asked = customers->items[i];
	}
	socket_query_start(&rights->query);
}

static bool
listed(const struct id_list *list, uint64_t id)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i] == id) {
			return true;
		}
	}
	return false;
}

void
console_watch(struct console *c, const struct id_list *customers)
{
	struct id_list added = {.count = 0};

	if (c->watched == NULL) {
		c->watched = xcalloc(FRAME_WATCH_MAX, sizeof(*c->watched));
	}
	for (size_t i = 0; i < FRAME_WATCH_MAX; i++) {
		if (c->watched[i].asked != 0 && !listed(customers, c->watched[i].asked)) {
			unwatch(c, &c->watched[i]);
		}
	}
	for (size_t i = 0; i < customers->count; i++) {
		uint64_t id = customers->items[i];

		if (find_watched(c, id) == NULL) {
			struct watched *w = find_watched(c, 0);

			w->asked = id;
			w->followed = id;
			bus_follow(c->socket.subscription, topic(TOPIC_CUSTOMER, id), true);
			added.items[added.count++] = id;
		}
	}
	if (added.count > 0) {
		ask_rights(c, &added);
	}
}

void
console_leave_rooms(struct console *c)
{
	for (size_t i = 0; c->watched != NULL && i < FRAME_WATCH_MAX; i++) {
		leave_room(c, &c->watched[i]);
	}
}

bool
console_looks_at(struct console *c, uint64_t customer)
{
	for (size_t i = 0; c->watched != NULL && i < FRAME_WATCH_MAX; i++) {
		if (place_customer(&c->watched[i].place) == customer) {
			return true;
		}
	}
	return false;
}

/* --- when a customer comes under another ---------------------------------------------------- */

/* By what is in memory where that is enough; else her rights are read first. */
static void
follow_to(struct console *c, struct watched *w, const struct customer *primary)
{
	struct id_list asked = {.count = 1};
	struct right right = {
		.customer = primary->id,
		.unit = primary->unit,
		.owner = primary->owner,
	};

	if (scope_allows(&c->scope, primary->unit, primary->owner, 0)) {
		enter_room(c, w, &right);
		return;
	}
	leave_room(c, w);
	asked.items[0] = w->asked;
	ask_rights(c, &asked);
}

void
consoles_customer_moved(struct app *app, const struct reading_place *place)
{
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);

		for (size_t i = 0; c->watched != NULL && i < FRAME_WATCH_MAX; i++) {
			struct watched *w = &c->watched[i];
			uint64_t now = place_customer(&w->place);

			if (now != 0 && now != place->customer->id &&
				reading_place_has(place, w->asked)) {
				follow_to(c, w, place->customer);
			}
		}
	}
}

/* --- lists, typing, presence ----------------------------------------------------------------- */

void
console_views(struct console *c, unsigned views)
{
	struct bus_subscription *s = c->socket.subscription;

	c->views = views;
	bus_follow(s, topic(TOPIC_UNASSIGNED, 0), (views & FRAME_VIEW_UNASSIGNED) != 0);
	bus_follow(s, topic(TOPIC_ALL, 0), (views & FRAME_VIEW_ALL) != 0);
}

/* Who is at those that just came in sight. */
void
console_rows(struct console *c, const struct rows_frame *rows)
{
	struct app *app = c->socket.app;

	if (c->rows == NULL) {
		c->rows = xmalloc(sizeof(*c->rows));
	}
	*c->rows = *rows;
	for (size_t i = 0; i < rows->count && socket_alive(&c->socket); i++) {
		uint64_t unit;
		uint64_t owner;

		if (rooms_belongs(app->rooms, rows->items[i], &unit, &owner) &&
			concerns(c, rows->items[i], unit, owner)) {
			write_viewers(app, rows->items[i]);
			socket_send(&c->socket);
		}
	}
}

void
console_typing(struct console *c, const struct typing_frame *f)
{
	struct app *app = c->socket.app;
	struct watched *w = find_watched(c, f->customer);
	uint64_t customer = w != NULL ? place_customer(&w->place) : 0;
	uint64_t unit;
	uint64_t owner;

	if (customer == 0) {
		return; /* only where she looks, and may */
	}
	place_composing(&w->place, f->on);
	if (rooms_belongs(app->rooms, customer, &unit, &owner)) {
		tell_viewers(app, customer, unit, owner);
	}
	consoles_typing(app, customer, &c->socket, AUTHOR_STAFF, c->staff, f->on);
	if (!f->note) {
		widgets_typing(app, customer, c->staff, f->on);
	}
}

enum presence_state
console_state_of(const struct presence_frame *chosen)
{
	switch (chosen->state) {
	case FRAME_AWAY:
		return PRESENCE_AWAY;
	case FRAME_WRAPUP:
		return PRESENCE_WRAPUP;
	case FRAME_ONLINE:
		break;
	}
	return PRESENCE_ONLINE;
}

void
console_choose(struct console *c, const struct presence_frame *chosen)
{
	struct app *app = c->socket.app;
	enum presence_state state = console_state_of(chosen);

	presence_reason(app->presence, c->staff,
		chosen->reason != NULL ? chosen->reason : "");
	list_each(&app->sockets->consoles, link) {
		struct console *other = list_item(link, struct console, socket.link);

		if (other->staff == c->staff && other->state != PRESENCE_OFFLINE) {
			console_set_state(other, state);
		}
	}
	/* Also when it is the reason alone that is new. */
	presence_socket(app->presence, c->staff, c->state, c->state);
}

void
console_set_state(struct console *c, enum presence_state state)
{
	enum presence_state before = c->state;

	if (c->staff == 0 || before == state) {
		return;
	}
	c->state = state;
	presence_socket(c->socket.app->presence, c->staff, before, state);
}
