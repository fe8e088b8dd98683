/* One accepted socket: bytes in, bytes out, closing. libwebsockets (raw role) reads, writes
 * and does TLS; what the bytes mean is http.c's or websocket.c's business. Loop thread. */
#ifndef NET_CONNECTION_H
#define NET_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/wheel.h"
#include "net/address.h"

struct http_request;
struct lws;
struct lws_protocols;
struct net;
struct websocket;

enum connection_state {
	CONNECTION_HEAD,    /* idle, or reading a request's head */
	CONNECTION_BODY,    /* reading its body */
	CONNECTION_BUSY,    /* the handler has it */
	CONNECTION_SENDING, /* the reply is on its way */
	CONNECTION_LINGERING, /* told the peer that we are done; its last bytes are thrown away */
	CONNECTION_WEBSOCKET,
};

/* Why we do not read at the moment; any one of them suffices. */
enum {
	BLOCKED_BY_OUTPUT = 1, /* the peer does not read: then we do not either */
	BLOCKED_BY_INPUT = 2,  /* more pipelined than we keep */
	BLOCKED_BY_OWNER = 4,  /* websocket_pause */
};

struct connection {
	struct list link;   /* of all connections, or of the doomed */
	struct list ready;  /* wants to be called from the loop */
	struct list unsent; /* has output that waits for the end of the loop's turn */
	struct net *net;
	struct lws *wsi;
	struct timer timer;
	struct http_request *request; /* being read or answered; owned */
	struct websocket *websocket;  /* once it is one; owned */
	struct buf in;                /* arrived, not yet understood */
	struct buf out;               /* accepted, not yet handed to lws */
	size_t out_sent;              /* of out */
	uint32_t in_searched;         /* of in, for the end of a head */
	uint32_t lws_pending;         /* at most this much waits inside lws */
	struct address address;       /* of the socket's other end */
	uint8_t state;
	uint8_t blocked;
	bool head_begun; /* the header time-out runs */
	bool processing;
	bool doomed;
	bool monitoring; /* reaches the routes for that, and no others */
};

/* For the vhost; the context's user is the net. */
const struct lws_protocols *connection_protocols(void);

/* Takes fd. `monitoring`: it came to a listener for that, which never speaks TLS. */
void connection_adopt(struct net *n, int fd, const struct address *from, bool monitoring);

/* Copies what the kernel does not take at once. */
void connection_write(struct connection *c, const void *data, size_t length);
/* Copies all; sent before the loop waits again, so that the many small frames that one turn
 * of the loop makes for a socket (a batch of the store has up to 1,000) cost one call of the
 * kernel. */
void connection_write_soon(struct connection *c, const void *data, size_t length);
bool connection_drained(const struct connection *c); /* nothing waits for the kernel */
size_t connection_backlog(const struct connection *c);
void connection_block(struct connection *c, int reason, bool blocked);
void connection_call_again(struct connection *c); /* as if its output had just drained */
void connection_expire_in(struct connection *c, int64_t ms); /* one time-out at a time */

/* Says goodbye at TCP level and waits a little for the peer's, so that the last bytes we
 * sent are not destroyed by a reset. Call when drained. */
void connection_linger(struct connection *c);
/* Closes before the loop waits again; never at once, so that callers need not fear for
 * what they are iterating over. */
void connection_doom(struct connection *c);

/* For the loop. */
void connections_reap(struct net *n);
void connections_call_ready(struct net *n);
void connections_send(struct net *n); /* what was written "soon" */

#endif
