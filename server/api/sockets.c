#include "api/sockets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "desk/presence.h"
#include "flow/bus.h"

enum {
	HELLO_MS = 10 * 1000,
	FRAME_OUT_MAX = 900 * 1024, /* what net queues for one socket is 1 MiB */
	CLOSE_GOING_AWAY = 1001,
	CLOSE_PROTOCOL = 1002,
	CLOSE_POLICY = 1008,
};

/* --- all of them -------------------------------------------------------------------------- */

struct sockets *
sockets_create(struct app *app)
{
	struct sockets *ss = xcalloc(1, sizeof(*ss));

	ss->app = app;
	list_init(&ss->consoles);
	list_init(&ss->widgets);
	list_init(&ss->dirty);
	map_init(&ss->visitors);
	map_init(&ss->calls);
	buf_init(&ss->out, FRAME_OUT_MAX);
	return ss;
}

void
sockets_destroy(struct sockets *ss)
{
	if (ss == NULL) {
		return;
	}
	assert(list_empty(&ss->consoles) && list_empty(&ss->widgets));
	sockets_forget_calls(ss);
	map_fini(&ss->visitors);
	buf_fini(&ss->out);
	free(ss);
}

void
sockets_flush(struct sockets *ss)
{
	/* Pumping a console may give a widget something to take: it joins at the end. */
	while (!list_empty(&ss->dirty)) {
		struct socket *s = list_item(ss->dirty.next, struct socket, dirty);

		list_remove(&s->dirty);
		if (socket_alive(s)) {
			s->kind->pump(s);
		}
	}
}

static void
say_good_bye(struct list *all)
{
	list_each(all, link) {
		struct socket *s = list_item(link, struct socket, link);

		/* Whoever waits for an answer gets it first, see settle(). */
		if (s->waiting == 0) {
			socket_bye(s, "stopping", "The server stops.");
		} else {
			websocket_pause(s->ws, true);
		}
	}
}

void
sockets_stop(struct app *app)
{
	struct sockets *ss = app->sockets;

	ss->stopping = true;
	say_good_bye(&ss->consoles);
	say_good_bye(&ss->widgets);
}

bool
sockets_stopped(const struct app *app)
{
	return list_empty(&app->sockets->consoles) && list_empty(&app->sockets->widgets);
}

/* --- frames out --------------------------------------------------------------------------- */

struct json_writer *
frame_start(struct sockets *ss, const char *type)
{
	buf_clear(&ss->out);
	jw_init(&ss->json, &ss->out);
	jw_object(&ss->json);
	jw_kstring(&ss->json, "t", type);
	return &ss->json;
}

void
frame_end(struct sockets *ss)
{
	jw_object_end(&ss->json);
}

void
socket_send_bytes(struct socket *s, const char *data, size_t length)
{
	if (socket_alive(s)) {
		websocket_send(s->ws, data, length);
	}
}

void
socket_send(struct socket *s)
{
	const struct buf *out = &s->app->sockets->out;

	if (out->overflowed) {
		log_event(LOG_ERROR, "frame_too_large", "peer=%s", websocket_peer(s->ws));
		return;
	}
	socket_send_bytes(s, out->data, out->length);
}

void
socket_finish(struct socket *s)
{
	frame_end(s->app->sockets);
	socket_send(s);
}

void
socket_error(struct socket *s, const char *code, const char *text)
{
	struct json_writer *w = frame_start(s->app->sockets, "error");

	jw_kstring(w, "code", code);
	jw_kstring(w, "text", text);
	socket_finish(s);
}

void
socket_nack(struct socket *s, const char *ref, const char *code, const char *text,
	int64_t retry_ms)
{
	struct json_writer *w = frame_start(s->app->sockets, "nack");

	jw_kstring(w, "ref", ref);
	jw_kstring(w, "code", code);
	jw_kstring(w, "text", text);
	jw_key(w, "retry_ms");
	if (retry_ms > 0) {
		jw_i64(w, retry_ms);
	} else {
		jw_null(w);
	}
	socket_finish(s);
}

/* Others forget it: at the good-bye, which a peer may leave unanswered, or at the close. */
static void
retire(struct socket *s)
{
	if (s->retired) {
		return;
	}
	s->retired = true;
	timer_cancel(&s->timer);
	list_remove(&s->dirty);
	if (s->watched) {
		sessions_unwatch(s->app->sessions, &s->watch);
		s->watched = false;
	}
	bus_unsubscribe(s->subscription);
	s->subscription = NULL;
	s->kind->closed(s);
}

void
socket_bye(struct socket *s, const char *code, const char *text)
{
	struct json_writer *w;

	if (!socket_alive(s)) {
		return;
	}
	w = frame_start(s->app->sockets, "bye");
	jw_kstring(w, "code", code);
	jw_kstring(w, "text", text);
	socket_finish(s);
	s->closing = true;
	websocket_close(s->ws,
		strcmp(code, "stopping") == 0 ? CLOSE_GOING_AWAY : CLOSE_POLICY, code);
	retire(s);
}

/* --- life --------------------------------------------------------------------------------- */

bool
socket_alive(const struct socket *s)
{
	return s->ws != NULL && !s->closing;
}

struct socket *
socket_get(struct socket *s)
{
	s->references++;
	return s;
}

void
socket_put(struct socket *s)
{
	assert(s->references > 0);
	if (--s->references == 0) {
		s->kind->destroy(s);
	}
}

void
socket_update_pause(struct socket *s)
{
	if (socket_alive(s)) {
		websocket_pause(s->ws, s->too_fast || s->too_many);
	}
}

static void
timer_due(struct timer *t)
{
	struct socket *s = list_item(t, struct socket, timer);

	if (!s->helloed) {
		s->closing = true;
		websocket_close(s->ws, CLOSE_POLICY, "no hello");
		return;
	}
	s->too_fast = false;
	socket_update_pause(s);
}

static void
revoked(struct session_watch *w)
{
	struct socket *s = list_item(w, struct socket, watch);

	s->watched = false;
	socket_bye(s, "revoked", "Log in again.");
	if (w->staff != 0 && w->logged_out) {
		presence_logged_out(s->app->presence, w->staff);
	}
}

void
socket_open(struct socket *s, const struct socket_kind *kind, struct app *app,
	struct websocket *ws)
{
	struct sockets *ss = app->sockets;

	s->kind = kind;
	s->app = app;
	s->ws = ws;
	s->references = 1;
	list_init(&s->dirty);
	list_append(kind->side == SIDE_CONSOLE ? &ss->consoles : &ss->widgets, &s->link);
	timer_init(&s->timer, timer_due);
	wheel_add(net_wheel(app->net), &s->timer, clock_monotonic_ms() + HELLO_MS);
}

void
socket_watch(struct socket *s, const struct identity *who)
{
	s->watch.staff = who->actor.kind == AUTHOR_STAFF ? who->actor.id : 0;
	s->watch.expires_at = who->expires_at;
	s->watch.revoked = revoked;
	memcpy(s->watch.token_hash, who->token_hash, DIGEST_SIZE);
	sessions_watch(s->app->sessions, &s->watch);
	s->watched = true;
}

void
socket_closed(void *session)
{
	struct socket *s = session;

	s->ws = NULL;
	list_remove(&s->link);
	retire(s);
	socket_put(s);
}

void
socket_mark_dirty(struct socket *s)
{
	if (list_empty(&s->dirty)) {
		list_append(&s->app->sockets->dirty, &s->dirty);
	}
}

static void
woken(void *ctx)
{
	socket_mark_dirty(ctx);
}

void
socket_subscribe(struct socket *s)
{
	s->subscription = bus_subscribe(s->app->bus, woken, s);
}

void
socket_writable(void *session)
{
	struct socket *s = session;

	if (socket_alive(s)) {
		s->kind->pump(s);
	}
	sockets_flush(s->app->sockets);
}

/* --- frames in ---------------------------------------------------------------------------- */

/* Above the rate we read on in the next second: the peer's own buffer fills, nothing is lost. */
static void
count_frame(struct socket *s)
{
	int64_t limit = s->app->conf->frames_per_second;
	int64_t now = clock_monotonic_ms();

	if (now / 1000 != s->second) {
		s->second = now / 1000;
		s->frames = 0;
	}
	s->frames++;
	if (limit > 0 && s->frames >= limit && !s->too_fast && s->helloed) {
		s->too_fast = true;
		wheel_add(net_wheel(s->app->net), &s->timer, (s->second + 1) * 1000);
		socket_update_pause(s);
	}
}

static void
refuse(struct socket *s, const struct frame *f, const struct error *e)
{
	if (f->ref[0] != '\0') {
		socket_nack(s, f->ref, "invalid", e->text, 0);
	} else {
		socket_error(s, "invalid", e->text);
	}
}

static void
hello_first(struct socket *s, const struct frame *f)
{
	if (f->type != FRAME_HELLO || s->helloed) {
		socket_error(s, "invalid", "hello comes first, and once");
		s->closing = true;
		websocket_close(s->ws, CLOSE_PROTOCOL, "hello expected");
		return;
	}
	s->helloed = true;
	s->app->sockets->hellos++;
	timer_cancel(&s->timer);
	s->kind->frame(s, f);
}

void
socket_message(void *session, const char *data, size_t length)
{
	struct socket *s = session;
	struct frame f;
	struct error e;
	enum err rc;

	if (!socket_alive(s)) {
		return;
	}
	socket_get(s); /* whatever the frame brings about */
	count_frame(s);
	rc = frame_parse(s->kind->side, data, length, &f, &e);
	if (rc != ERR_OK) {
		refuse(s, &f, &e);
	} else if (!s->helloed || f.type == FRAME_HELLO) {
		hello_first(s, &f);
	} else if (s->app->sockets->stopping) {
		if (f.ref[0] != '\0') {
			socket_nack(s, f.ref, "unavailable", "The server stops.",
				RETRY_UNAVAILABLE_MS);
		}
	} else if (f.type == FRAME_PING) {
		frame_start(s->app->sockets, "pong");
		socket_finish(s);
	} else if (s->ready) {
		s->kind->frame(s, &f);
	} else if (f.ref[0] != '\0') {
		socket_nack(s, f.ref, "busy", "Wait for welcome.", RETRY_BUSY_MS);
	} else {
		socket_error(s, "busy", "Wait for welcome.");
	}
	frame_fini(&f);
	sockets_flush(s->app->sockets);
	socket_put(s);
}
