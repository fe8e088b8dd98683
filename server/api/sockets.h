/* What the sockets of the console and of the widget have in common: life, frames out, changes
 * on their way, back-pressure, the bus. Private to the socket files. Loop thread only.
 *
 * A struct socket is embedded first in struct console and struct widget. It is counted by
 * references: one for the open WebSocket, one for each answer it still waits for; after the
 * close `ws` is NULL and late answers find nobody. */
#ifndef API_SOCKETS_H
#define API_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/frame.h"
#include "api/sessions.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/list.h"
#include "base/map.h"
#include "base/wheel.h"
#include "desk/presence.h"
#include "model/types.h"
#include "net/net.h"
#include "store/store.h"

struct app;
struct bus_subscription;
struct change;
struct customer;
struct socket;

/* Bytes that may wait for a slow reader before we stop pulling facts for her. */
#define SOCKET_BACKLOG_HIGH (64 * 1024)
/* Retry hints of a nack. */
#define RETRY_BUSY_MS 500
#define RETRY_UNAVAILABLE_MS 2000

struct socket_kind {
	enum frame_side side;
	/* Facts wait, or the peer has taken what was sent. */
	void (*pump)(struct socket *s);
	/* A frame after a good parse; hello comes first and once. */
	void (*frame)(struct socket *s, const struct frame *f);
	/* The end, told once: give back all that others know about this socket. */
	void (*closed)(struct socket *s);
	/* The last reference is gone: free it. */
	void (*destroy)(struct socket *s);
};

struct socket {
	const struct socket_kind *kind;
	struct app *app;
	struct websocket *ws;                  /* NULL after the close */
	struct list link;                      /* in sockets->consoles or ->widgets */
	struct list dirty;                     /* in sockets->dirty: to be pumped */
	struct bus_subscription *subscription; /* NULL before hello was accepted */
	struct timer timer; /* until hello; later until more frames are read */
	struct session_watch watch;
	int64_t second; /* of the monotonic clock, in which `frames` came */
	unsigned references;
	uint32_t frames;
	uint16_t waiting; /* changes on their way */
	bool watched;     /* sessions know of it */
	bool helloed;     /* a hello came */
	bool ready;       /* it was accepted and answered */
	bool closing;
	bool retired;  /* all others have forgotten it */
	bool too_fast; /* reading is paused by the rate ... */
	bool too_many; /* ... or by the number of changes on their way */
};

struct sockets {
	struct app *app;
	struct list consoles;
	struct list widgets;
	struct list dirty;
	struct map visitors; /* id → first struct widget of hers */
	struct map calls;    /* id → struct live_call, see console_socket_calls.c */
	struct buf out;      /* the frame that is being written */
	struct json_writer json;
	uint64_t hellos; /* so far: each needs memory for a moment */
	bool stopping;
	bool anyone; /* as the widgets were told */
};

struct sockets *sockets_create(struct app *app);
void sockets_destroy(struct sockets *ss); /* all must be closed; NULL is fine */
/* Pumps whoever has something to take; after each store_drain and each frame. */
void sockets_flush(struct sockets *ss);
/* The hooks that presence is created with. */
void sockets_presence_changed(void *app, uint64_t staff, enum presence_state state);
void sockets_staff_left(void *app, uint64_t staff);

void sockets_forget_calls(struct sockets *ss);

/* --- one socket -------------------------------------------------------------------------- */
void socket_open(struct socket *s, const struct socket_kind *kind, struct app *app,
	struct websocket *ws);
struct socket *socket_get(struct socket *s);
void socket_put(struct socket *s);
bool socket_alive(const struct socket *s); /* open, and not told good-bye */
/* The handlers of both kinds, called by net. */
void socket_message(void *session, const char *data, size_t length);
void socket_writable(void *session);
void socket_closed(void *session);

void
socket_update_pause(struct socket *s); /* reads on, or not, by too_fast and too_many */
void socket_mark_dirty(struct socket *s);
void socket_subscribe(struct socket *s); /* to the bus, waking by socket_mark_dirty */
/* Ends when the log-in or token `who` ends. */
void socket_watch(struct socket *s, const struct identity *who);

/* --- frames out --------------------------------------------------------------------------- */
/* {"t":"type", ... into the shared buffer; nothing else may be written until frame_end. */
struct json_writer *frame_start(struct sockets *ss, const char *type);
void frame_end(struct sockets *ss);
void socket_send(struct socket *s);   /* the finished frame */
void socket_finish(struct socket *s); /* frame_end and socket_send */
void socket_send_bytes(struct socket *s, const char *data, size_t length);
void socket_error(struct socket *s, const char *code, const char *text);
void socket_nack(struct socket *s, const char *ref, const char *code, const char *text,
	int64_t retry_ms);
void socket_bye(struct socket *s, const char *code, const char *text); /* and close */

/* --- changes ------------------------------------------------------------------------------ */
typedef void socket_committed(struct socket *s, const char *ref, const struct outcome *o);
/* Owns the change. `committed` is called after the commit while the socket is open; else the
 * sender gets a nack. stale: a conflict is told as "stale". */
void socket_submit(struct socket *s, struct change *c, const char *ref, bool stale,
	socket_committed *committed);

/* --- reads -------------------------------------------------------------------------------- */
/* Embedded first. Runs on a reader thread with what it carries; done on the loop, also when
 * the socket has closed meanwhile, and before socket_query_free(). */
struct socket_query {
	struct query query;
	struct socket *socket;
	struct arena *arena; /* while it runs and until done has returned */
	enum err (*run)(struct query *q, struct reader *r, struct error *e);
	void (*done)(struct socket_query *q);
};
/* `size` of the whole struct, zeroed. */
void *socket_query_create(struct socket *s, size_t size,
	enum err (*run)(struct query *q, struct reader *r, struct error *e),
	void (*done)(struct socket_query *q));
/* Owns the query; when it cannot be asked, `done` is called at once with its code. */
void socket_query_start(struct socket_query *q);

/* --- between the two kinds ------------------------------------------------------------------ */
/* A customer's public entry went to somebody of the house who is there. */
void
widgets_delivered(struct app *app, uint64_t customer, uint64_t timeline, uint64_t pub);
/* The house has read up to somewhere: tell her widgets. */
void widgets_house_marked(struct app *app, uint64_t customer, uint64_t timeline);
void widgets_typing(struct app *app, uint64_t customer, uint64_t staff, bool on);
/* This visitor has become a customer: her windows follow her timeline from now on. */
void
widgets_follow(struct app *app, uint64_t visitor, uint64_t timeline, uint64_t customer);
void widgets_online(struct app *app, bool online);
void consoles_typing(struct app *app, uint64_t customer, const struct socket *but,
	enum author_kind kind, uint64_t author, bool on);
/* Who is read under whom now: after a merge, and after it was undone. Whoever looks at one of
 * the members goes into the primary's room, if she may see her; who looked at one that has gone
 * elsewhere is moved when that one is announced. */
struct reading_place {
	const struct customer *customer; /* the primary */
	const uint64_t *members;
	size_t member_count;
};
bool reading_place_has(const struct reading_place *place, uint64_t customer);
void consoles_customer_moved(struct app *app, const struct reading_place *place);
void widgets_customer_moved(struct app *app, const struct reading_place *place);
void console_mark_done(void *app, uint64_t customer, uint64_t timeline, uint64_t party,
	const struct outcome *o);

#endif
