/* What the REST side, the presence and the store tell to open consoles. */
#include <stdlib.h>

#include "api/api.h"
#include "api/app.h"
#include "api/console_socket.h"
#include "api/reading.h"
#include "base/arena.h"
#include "base/log.h"
#include "desk/marks.h"
#include "desk/presence.h"
#include "model/change.h"
#include "model/customer.h"
#include "store/read.h"
#include "store/read_identity.h"

enum { LEAVE_RETRY_MS = 5000 };

/* --- presence ------------------------------------------------------------------------------ */

void
console_write_presence(struct app *app, struct json_writer *w, uint64_t staff,
	enum presence_state state)
{
	const char *reason;
	int64_t since = presence_since(app->presence, staff, &reason);

	jw_kid(w, "staff", staff);
	jw_kstring(w, "state", presence_name(state));
	jw_kstring(w, "reason", reason);
	jw_ktime(w, "since", since);
}

/* Kept for reports. Should it be lost, so is a moment of them: nobody waits for it. */
static void
keep_presence(struct app *app, uint64_t staff, enum presence_state state)
{
	struct actor house = {.kind = AUTHOR_SYSTEM};
	struct change *c;
	const char *reason;

	if (app->stopping) {
		return;
	}
	c = change_create(CHANGE_PRESENCE, &house);
	(void)presence_since(app->presence, staff, &reason);
	c->presence.staff = staff;
	c->presence.state = presence_name(state);
	c->presence.reason = arena_strdup(c->arena, reason);
	if (store_submit(app->store, c, NULL, NULL) != ERR_OK) {
		log_event(LOG_WARN, "presence_not_kept", "staff=%llu state=%s",
			(unsigned long long)staff, presence_name(state));
	}
}

static void
tell_presence(struct app *app, uint64_t staff, enum presence_state state)
{
	struct json_writer *w = frame_start(app->sockets, "presence");

	console_write_presence(app, w, staff, state);
	frame_end(app->sockets);
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);

		if (console_listens(c)) {
			socket_send(&c->socket);
		}
	}
}

void
sockets_presence_changed(void *ctx, uint64_t staff, enum presence_state state)
{
	struct app *app = ctx;
	bool anyone;

	if (app->sockets == NULL) {
		return;
	}
	anyone = presence_anyone(app->presence);
	tell_presence(app, staff, state);
	keep_presence(app, staff, state);
	if (anyone != app->sockets->anyone) {
		app->sockets->anyone = anyone;
		widgets_online(app, anyone);
	}
}

struct leaver {
	struct app *app;
	uint64_t staff;
};

static void
released(void *ctx, const struct outcome *o)
{
	struct leaver *leaver = ctx;

	if (o->code == ERR_UNAVAILABLE || o->code == ERR_BUSY) {
		presence_leave_again(leaver->app->presence, leaver->staff, LEAVE_RETRY_MS);
	} else if (o->code != ERR_OK) {
		log_event(LOG_WARN, "release_failed", "staff=%llu code=%s",
			(unsigned long long)leaver->staff, err_name(o->code));
	} else if (o->fact_count > 0) {
		log_event(LOG_INFO, "staff_left", "staff=%llu released=%zu",
			(unsigned long long)leaver->staff, o->fact_count);
	}
	free(leaver);
}

void
sockets_staff_left(void *ctx, uint64_t staff)
{
	struct app *app = ctx;
	struct actor house = {.kind = AUTHOR_SYSTEM};
	struct change *c;
	struct leaver *leaver;

	if (app->stopping) {
		return; /* everybody leaves now; who does not come back is seen at the next start */
	}
	c = change_create(CHANGE_RELEASE_ALL, &house);
	c->release_all_of = staff;
	leaver = xmalloc(sizeof(*leaver));
	*leaver = (struct leaver){app, staff};
	if (store_submit(app->store, c, released, leaver) != ERR_OK) {
		presence_leave_again(app->presence, staff, LEAVE_RETRY_MS);
		free(leaver);
	}
}

/* --- marks --------------------------------------------------------------------------------- */

static void
write_party(struct json_writer *w, uint64_t party)
{
	if (party == PARTY_CUSTOMER) {
		jw_kstring(w, "party", "customer");
	} else if (party == PARTY_HOUSE) {
		jw_kstring(w, "party", "house");
	} else {
		jw_kid(w, "party", party);
	}
}

void
console_announce_mark(struct app *app, uint64_t timeline, uint64_t customer,
	uint64_t party, uint64_t delivered, uint64_t seen, uint64_t inbound_read)
{
	struct json_writer *w = frame_start(app->sockets, "mark");

	jw_kid(w, "timeline", timeline);
	jw_kid(w, "customer", customer);
	write_party(w, party);
	jw_ki64(w, "delivered", (int64_t)delivered);
	jw_ki64(w, "seen", (int64_t)seen);
	jw_ki64(w, "inbound_read", (int64_t)inbound_read);
	frame_end(app->sockets);
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);

		/* Her own other windows count the same entry as read. */
		if (console_listens(c) && (c->staff == party || console_looks_at(c, customer))) {
			socket_send(&c->socket);
		}
	}
}

void
console_mark_done(void *ctx, uint64_t customer, uint64_t timeline, uint64_t party,
	const struct outcome *o)
{
	struct app *app = ctx;
	uint64_t primary = o->customer != 0 ? o->customer : customer;

	if (party == PARTY_HOUSE) {
		return; /* "delivered" only: her widgets know it already */
	}
	console_announce_mark(app, timeline, primary, party, o->mark_delivered, o->mark_seen,
		o->mark_inbound_read);
	if (party != PARTY_CUSTOMER) {
		widgets_house_marked(app, primary, timeline);
	}
}

/* --- customers ----------------------------------------------------------------------------- */

struct announcement {
	struct query query; /* first */
	struct app *app;
	struct arena *arena;
	uint64_t id;
	struct customer items[2]; /* she herself, and under whom she is read */
	size_t count;
	uint64_t *members; /* all that are read under the same one */
	size_t member_count;
};

static enum err
read_announced(struct query *query, struct reader *r, struct error *e)
{
	struct announcement *a = (struct announcement *)query;
	enum err rc = read_customer(r, a->id, a->arena, &a->items[0], e);

	a->count = 1;
	if (rc == ERR_OK && a->items[0].primary != a->id) {
		rc = read_customer(r, a->items[0].primary, a->arena, &a->items[1], e);
		a->count = 2;
	}
	if (rc == ERR_OK) {
		rc = read_members(r, a->items[0].primary, a->arena, &a->members, &a->member_count,
			e);
	}
	return rc;
}

static void
tell_customer(struct app *app, const struct announcement *a,
	const struct customer *customer, uint64_t primary)
{
	struct json_writer *w = frame_start(app->sockets, "customer");

	jw_key(w, "customer");
	jw_object(w);
	customer_encode(customer, w);
	jw_object_end(w);
	jw_key(w, "members");
	jw_array(w);
	for (size_t i = 0; i < a->member_count; i++) {
		jw_id(w, a->members[i]);
	}
	jw_array_end(w);
	frame_end(app->sockets);
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);

		if (console_listens(c) &&
			(scope_allows(&c->scope, customer->unit, customer->owner, 0) ||
				console_looks_at(c, primary))) {
			socket_send(&c->socket);
		}
	}
}

static void
announced(struct query *query)
{
	struct announcement *a = (struct announcement *)query;
	uint64_t primary = a->items[0].primary;

	if (query->code == ERR_OK) {
		struct reading_place place = {
			.customer = &a->items[a->count - 1],
			.members = a->members,
			.member_count = a->member_count,
		};

		consoles_customer_moved(a->app, &place);
		widgets_customer_moved(a->app, &place);
	}
	for (size_t i = 0; query->code == ERR_OK && i < a->count; i++) {
		rooms_belong(a->app->rooms, a->items[i].id, a->items[i].unit, a->items[i].owner);
		tell_customer(a->app, a, &a->items[i], primary);
	}
	arena_destroy(a->arena);
	free(a);
}

void
console_announce_customer(struct app *app, uint64_t customer)
{
	struct announcement *a;

	if (customer == 0) {
		return;
	}
	a = xcalloc(1, sizeof(*a));
	a->query.run = read_announced;
	a->query.done = announced;
	a->app = app;
	a->arena = arena_create();
	a->id = customer;
	if (store_query(app->store, &a->query) != ERR_OK) {
		log_event(LOG_WARN, "announce_skipped", "customer=%llu",
			(unsigned long long)customer);
		arena_destroy(a->arena);
		free(a);
	}
}
