/* hello and welcome of a widget: whose token, from which page, what she has not seen yet.
 * The timeline is followed before it is read, so that nothing falls between. */
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/house_hours.h"
#include "api/widget_socket.h"
#include "base/clock.h"
#include "base/str.h"
#include "desk/marks.h"
#include "flow/bus.h"
#include "model/fact.h"
#include "store/read.h"

enum { NEWEST = 50, MISSED_MAX = 200 };

/* --- catching up --------------------------------------------------------------------------- */

struct catch_up {
	struct socket_query query; /* first */
	uint64_t timeline;
	uint64_t after;
	struct fact_list entries;
};

static enum err
read_catch_up(struct query *query, struct reader *r, struct error *e)
{
	struct catch_up *c = (struct catch_up *)query;

	return read_public(r, c->timeline, c->after, 0, MISSED_MAX, c->query.arena,
		&c->entries, e);
}

static void
catch_up_done(struct socket_query *q)
{
	struct catch_up *c = (struct catch_up *)q;
	struct widget *w = (struct widget *)q->socket;

	if (socket_alive(q->socket)) {
		w->catching_up = false;
		if (q->query.code != ERR_OK) {
			/* Without them there would be a gap: let her start anew. */
			socket_bye(q->socket, "slow", "Please connect again.");
		}
		widget_send_entries(w, &c->entries);
		if (c->entries.count == MISSED_MAX && !w->behind) {
			widget_catch_up(w);
		}
		socket_mark_dirty(q->socket);
	}
	fact_list_release(&c->entries);
}

void
widget_catch_up(struct widget *w)
{
	struct catch_up *c;

	if (!socket_alive(&w->socket)) {
		return;
	}
	w->catching_up = true;
	c = socket_query_create(&w->socket, sizeof(*c), read_catch_up, catch_up_done);
	c->timeline = w->timeline;
	c->after = w->sent;
	socket_query_start(&c->query);
}

/* --- welcome ------------------------------------------------------------------------------- */

struct welcome {
	struct socket_query query; /* first */
	uint8_t token_hash[DIGEST_SIZE];
	int64_t asked_pub;
	uint64_t timeline; /* 0: she has not written yet */
	uint64_t customer;
	uint64_t newest;
	struct mark_row own;
	struct mark_row house;
	struct fact_list entries;
	bool more;
};

static enum err
read_watermarks(struct welcome *m, struct reader *r, struct error *e)
{
	struct mark_row *rows;
	size_t count = 0;
	enum err rc = read_marks(r, m->timeline, m->query.arena, &rows, &count, e);

	for (size_t i = 0; i < count; i++) {
		if (rows[i].party == PARTY_HOUSE) {
			m->house = rows[i];
		} else if (rows[i].party == PARTY_CUSTOMER) {
			m->own = rows[i];
		}
	}
	return rc;
}

static size_t
first_after(const struct fact_list *l, uint64_t pub)
{
	size_t i = 0;

	while (i < l->count && l->items[i]->pub <= pub) {
		i++;
	}
	return i;
}

/* Drops what she has; the list keeps its order. */
static void
drop_first(struct fact_list *l, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fact_put(l->items[i]);
	}
	l->count -= count;
	memmove(l->items, l->items + count, l->count * sizeof(l->items[0]));
}

/* What she misses; when that is a lot, the newest, and `more`. */
static enum err
read_entries(struct welcome *m, struct reader *r, struct error *e)
{
	struct fact_list missed = {0};
	uint64_t asked = m->asked_pub > 0 ? (uint64_t)m->asked_pub : 0;
	uint64_t first;
	enum err rc = read_public(r, m->timeline, 0, INT64_MAX, NEWEST, m->query.arena,
		&m->entries, e);

	if (rc != ERR_OK || m->entries.count == 0) {
		return rc;
	}
	first = m->entries.items[0]->pub;
	m->newest = m->entries.items[m->entries.count - 1]->pub;
	if (m->asked_pub < 0 || first <= asked + 1) {
		m->more = m->asked_pub < 0 && first > 1;
		drop_first(&m->entries, first_after(&m->entries, asked));
		return ERR_OK;
	}
	rc = read_public(r, m->timeline, asked, 0, MISSED_MAX, m->query.arena, &missed, e);
	if (rc != ERR_OK) {
		return rc;
	}
	if (missed.count > 0 && missed.items[missed.count - 1]->pub >= m->newest) {
		fact_list_release(&m->entries);
		m->entries = missed;
		m->newest = missed.items[missed.count - 1]->pub;
		return ERR_OK;
	}
	fact_list_release(&missed);
	m->more = true;
	return ERR_OK;
}

static enum err
read_welcome(struct query *query, struct reader *r, struct error *e)
{
	struct welcome *m = (struct welcome *)query;
	struct visitor visitor;
	struct customer customer;
	/* What sessions know of her may be older than her first message. */
	enum err rc = read_visitor(r, m->token_hash, m->query.arena, &visitor, e);

	if (rc != ERR_OK || visitor.customer == 0) {
		return rc;
	}
	rc = read_customer(r, visitor.customer, m->query.arena, &customer, e);
	if (rc != ERR_OK) {
		return rc;
	}
	m->timeline = visitor.customer;
	m->customer = customer.primary;
	rc = read_watermarks(m, r, e);
	return rc == ERR_OK ? read_entries(m, r, e) : rc;
}

static void
write_mark(struct json_writer *json, const char *name, uint64_t delivered, uint64_t seen)
{
	jw_key(json, name);
	jw_object(json);
	jw_ki64(json, "delivered", (int64_t)delivered);
	jw_ki64(json, "seen", (int64_t)seen);
	jw_object_end(json);
}

static uint64_t
delivered_to_house(struct app *app, const struct welcome *m)
{
	uint64_t waiting = marks_delivered(app->marks, m->timeline, PARTY_HOUSE);
	uint64_t stored = m->house.delivered > m->house.seen ? m->house.delivered
														 : m->house.seen;

	return stored > waiting ? stored : waiting;
}

static void
say_welcome(struct widget *w, const struct welcome *m)
{
	struct app *app = w->socket.app;
	const struct channel_row *channel = directory_channel(app->directory, w->channel);
	struct json_writer *json = frame_start(app->sockets, "welcome");

	w->seen = w->told_seen = m->house.seen;
	w->delivered = w->told_delivered = delivered_to_house(app, m);
	jw_ki64(json, "pub", (int64_t)m->newest);
	jw_key(json, "channel");
	jw_object(json);
	jw_kstring(json, "name", channel != NULL ? channel->name : "");
	jw_object_end(json);
	jw_kbool(json, "online", presence_anyone(app->presence));
	jw_kbool(json, "identified", w->identified);
	jw_key(json, "hours");
	jw_object(json);
	hours_state_encode(hours_current(app), clock_now_ms(), json);
	jw_object_end(json);
	jw_kbool(json, "answers_by_mail",
		directory_first_channel(app->directory, "email") != NULL);
	write_mark(json, "house", w->delivered, w->seen);
	write_mark(json, "own", m->own.delivered, m->own.seen);
	jw_ktime(json, "time", clock_now_ms());
	jw_kbool(json, "more", m->more);
	socket_finish(&w->socket);
}

static void
greet(struct widget *w, const struct welcome *m)
{
	if (m->timeline != 0) {
		widget_attach(w, m->timeline, m->customer);
	}
	w->socket.ready = true;
	w->sent = m->entries.count > 0 ? m->entries.items[0]->pub - 1 : m->newest;
	say_welcome(w, m);
	widget_send_entries(w, &m->entries);
	socket_mark_dirty(&w->socket);
}

static void ask_welcome(struct widget *w, const uint8_t *token_hash);

static void
welcome_done(struct socket_query *q)
{
	struct welcome *m = (struct welcome *)q;
	struct widget *w = (struct widget *)q->socket;

	if (!socket_alive(q->socket)) {
		fact_list_release(&m->entries);
		return;
	}
	if (q->query.code == ERR_NOT_FOUND) {
		socket_bye(q->socket, "revoked", "The token has ended.");
	} else if (q->query.code != ERR_OK) {
		socket_bye(q->socket, "stopping", "The database is away, please try again.");
	} else if (w->timeline != m->timeline) {
		/* Only now known, by this read or by another window's first message: what is not
		 * followed yet must be before it is read. */
		if (m->timeline != 0) {
			widget_attach(w, m->timeline, m->customer);
		}
		ask_welcome(w, m->token_hash);
	} else {
		greet(w, m);
	}
	fact_list_release(&m->entries);
}

static void
ask_welcome(struct widget *w, const uint8_t *token_hash)
{
	struct welcome *m = socket_query_create(&w->socket, sizeof(*m), read_welcome,
		welcome_done);

	memcpy(m->token_hash, token_hash, DIGEST_SIZE);
	m->asked_pub = w->asked_pub;
	socket_query_start(&m->query);
}

/* --- hello --------------------------------------------------------------------------------- */

/* Pages of other origins only when the channel names them; whoever names none is no browser,
 * and only apps have clients of their own. */
static bool
origin_allowed(const struct widget *w, const struct channel_row *channel)
{
	const struct json *origins;
	struct json *settings = NULL;
	bool allowed = w->native ? str_equals(channel->kind, "app") : w->origin == NULL;

	if (allowed || w->native || str_empty(channel->settings) ||
		json_parse(channel->settings, strlen(channel->settings), &settings, NULL) !=
			ERR_OK) {
		return allowed;
	}
	origins = json_get(settings, "origins");
	for (size_t i = 0; origins != NULL && i < json_length(origins) && !allowed; i++) {
		allowed = str_equals(json_string_value(json_at(origins, i), NULL), w->origin);
	}
	json_free(settings);
	return allowed;
}

static void
remember(struct widget *w)
{
	struct map *visitors = &w->socket.app->sockets->visitors;

	w->next = map_get(visitors, w->visitor);
	map_put(visitors, w->visitor, w);
}

static void
accept(struct widget *w, const struct identity *who, const struct channel_row *channel)
{
	w->visitor = who->visitor.id;
	w->channel = who->visitor.channel;
	str_copy(w->channel_kind, sizeof(w->channel_kind), channel->kind);
	w->identified = who->visitor.identified;
	free(w->origin);
	w->origin = NULL;
	socket_watch(&w->socket, who);
	socket_subscribe(&w->socket);
	remember(w);
	if (who->visitor.customer != 0) {
		widget_attach(w, who->visitor.customer, 0);
	}
	ask_welcome(w, who->token_hash);
}

static void
identified(void *ctx, enum err rc, const struct identity *who)
{
	struct widget *w = ctx;
	const struct channel_row *channel = NULL;

	if (socket_alive(&w->socket)) {
		if (rc == ERR_OK) {
			channel = directory_channel(w->socket.app->directory, who->visitor.channel);
		}
		if (rc == ERR_UNAVAILABLE || rc == ERR_BUSY) {
			socket_bye(&w->socket, "stopping", "The database is away, please try again.");
		} else if (channel == NULL || !channel->enabled) {
			socket_bye(&w->socket, "revoked", "The token has ended.");
		} else if (!origin_allowed(w, channel)) {
			socket_bye(&w->socket, "revoked", "This page may not show the widget.");
		} else {
			accept(w, who, channel);
		}
	}
	socket_put(&w->socket);
}

void
widget_hello(struct widget *w, const struct hello_frame *hello)
{
	w->asked_pub = hello->pub;
	socket_get(&w->socket);
	sessions_of_visitor(w->socket.app->sessions, hello->secret,
		websocket_peer(w->socket.ws), identified, w);
}
