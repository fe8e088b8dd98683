/* One open widget. Private to widget_socket*.c. What goes out to it passes through
 * fact_encode_public and fact_public_frame, which know the allow-list. */
#ifndef API_WIDGET_SOCKET_H
#define API_WIDGET_SOCKET_H

#include "api/sockets.h"
#include "desk/rooms.h"
#include "model/actor.h"
#include "model/conversation.h"

struct fact;
struct fact_list;
struct json_writer;

struct widget {
	struct socket socket; /* first */
	struct widget *next;  /* of the same visitor */
	struct place place;   /* in the room of the customer under whom she is read */
	char *origin;         /* of the handshake, until hello; NULL: our own page */
	bool native;          /* it named no origin: no browser, but an app of its own */
	uint64_t visitor;
	uint64_t channel;
	char channel_kind[CHANNEL_KIND_SIZE];
	uint64_t timeline;  /* 0 until her first message */
	uint64_t sent;      /* newest pub that she was sent */
	uint64_t acked;     /* newest pub that she wrote here */
	uint64_t delivered; /* of her entries, to the house ... */
	uint64_t seen;
	uint64_t told_delivered; /* ... and as she was told */
	uint64_t told_seen;
	int64_t asked_pub; /* of hello */
	bool identified;
	bool catching_up; /* the store is asked for entries that go before the bus's */
	bool behind;      /* it has to be asked, once the peer has taken what was sent */
};

struct actor widget_actor(const struct widget *w);

/* widget_socket.c; what the house does is in widget_socket_house.c */
/* From now on she follows this timeline, read under `customer`. */
void widget_attach(struct widget *w, uint64_t timeline, uint64_t customer);
void widget_send_fact(struct widget *w, struct fact *f);
/* Entries from the store, as far as the peer takes them; the rest is asked for again. */
void widget_send_entries(struct widget *w, const struct fact_list *entries);
const char *widget_author_name(struct app *app, const struct fact *f); /* may be NULL */
/* widget_socket_hello.c */
void widget_hello(struct widget *w, const struct hello_frame *hello);
void widget_catch_up(struct widget *w); /* sends what the store has after w->sent */
/* widget_socket_entries.c */
void widget_send(struct widget *w, const struct frame *f);
void widget_feedback(struct widget *w, const struct frame *f);
void widget_mark(struct widget *w, const struct mark_frame *f);
void widget_range(struct widget *w, const struct range_frame *f);

#endif
