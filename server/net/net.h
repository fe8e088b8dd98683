/* The loop and everything that crosses it: HTTP/1.1 requests, WebSockets, timers, wake-ups.
 * libwebsockets (on its libev plugin) lives behind this header and nowhere else.
 * All functions and callbacks: loop thread, except net_wake(). */
#ifndef NET_NET_H
#define NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/option.h"
#include "base/web.h"
#include "base/wheel.h"

struct net;
struct http_request;
struct websocket;
struct workers;

struct net_conf {
	char *listen;          /* "127.0.0.1:8080", "[::]:8443"; comma-separated */
	char *tls_certificate; /* files; both or none */
	char *tls_key;
	char *web_root;        /* built pages; "" = found beside the binary or installed */
	char *trusted_proxies; /* addresses whose X-Forwarded-For is believed */
	char *public_url;      /* https://cc.example.com; "" = from the listen address */
	int64_t max_connections;
	int64_t max_connections_per_address;
	int64_t requests_per_minute; /* per address, burst of the same size; 0: unlimited */
	int64_t header_timeout_ms;   /* slow clients are cut */
	int64_t idle_timeout_ms;     /* keep-alive without a request */
	int64_t ping_ms;             /* WebSocket ping; two unanswered close */
};
extern const struct option net_options[]; /* section "server" */

/* --- routes --------------------------------------------------------------------------- */
typedef void http_handler(struct http_request *rq, void *ctx);
struct http_route {
	const char *method;
	const char *pattern; /* "/api/v1/customers/:id/entries"; ":name" one segment, "*" the rest */
	http_handler *handle; /* called when the body is complete; must reply now or later */
	size_t max_body;      /* larger: 413 before it is read */
};

/* A request stays valid until its reply; the peer may go away before (reply is then dropped).
 * Handlers that answer later simply keep the pointer: every request is replied exactly once. */
const struct web_request *http_request(const struct http_request *rq);
const char *http_param(const struct http_request *rq, const char *name);     /* of the pattern */
/* Decoded value of a query parameter in the request's arena; NULL: absent or not UTF-8. */
const char *http_query(struct http_request *rq, const char *name);
struct arena *http_arena(struct http_request *rq);
bool http_is_tls(const struct http_request *rq);
void http_set_header(struct http_request *rq, const char *name, const char *value); /* of the reply */
void http_reply(struct http_request *rq, int status, const char *content_type,
	const char *body, size_t length); /* copies */
void http_reply_json(struct http_request *rq, int status, struct buf *json); /* takes the bytes */
/* {"error":{"code","text","field"}}; status from the code. field may be NULL. */
void http_reply_error(struct http_request *rq, enum err code, const char *text,
	const char *field);
/* Sends a file from disk through the workers in bounded chunks; supports one byte range. */
void http_reply_file(struct http_request *rq, const char *path, const char *content_type);

/* --- WebSockets ------------------------------------------------------------------------ */
struct websocket_handler {
	const char *path; /* "/ws/console" */
	size_t max_frame; /* larger: closed with 1009 */
	/* The handshake as a request (headers, cookie, origin, peer). Returns the session or NULL to
	 * refuse (403). Only subprotocol trunkline.v1 gets here. */
	void *(*open)(struct websocket *ws, const struct web_request *rq, void *ctx);
	void (*message)(void *session, const char *data, size_t length); /* whole, valid UTF-8 */
	void (*writable)(void *session); /* after websocket_want_write, when all before was sent */
	void (*closed)(void *session);   /* always, once; the websocket is gone after it */
};
/* Copies; written at once when nothing waits, else queued up to 1 MiB, beyond: closed ("slow"). */
void websocket_send(struct websocket *ws, const char *data, size_t length);
size_t websocket_backlog(const struct websocket *ws); /* bytes not yet taken by the kernel */
void websocket_want_write(struct websocket *ws);
void websocket_close(struct websocket *ws, int code, const char *reason); /* after what is queued */
void websocket_pause(struct websocket *ws, bool paused); /* stop reading: back-pressure */
const char *websocket_peer(const struct websocket *ws);

/* --- life ------------------------------------------------------------------------------ */
struct net_hooks {
	void (*woken)(void *ctx);       /* after net_wake, on the loop thread; workers are drained */
	void (*stopping)(void *ctx);    /* SIGTERM or SIGINT: tell the clients; then they get 5 s */
	bool (*stopped)(void *ctx);     /* asked while stopping: true once nothing is pending */
	/* Optional. Before a page (.html) of web_root is sent; http_request() has its path and
	 * query. May add headers by http_set_header (one it sets takes the place of ours, so it can
	 * name the frame-ancestors by a Content-Security-Policy of its own). False: the page is
	 * refused with 403. */
	bool (*page)(struct http_request *rq, void *ctx);
	void *ctx;
};
MUST_CHECK enum err net_create(struct net **out, const struct net_conf *conf,
	const struct http_route *const *tables, /* each ends with {0}; the list with NULL */
	void *route_ctx, const struct websocket_handler *const *sockets, /* ends with NULL */
	void *socket_ctx, const struct net_hooks *hooks, struct workers *workers,
	struct error *e);
MUST_CHECK enum err net_run(struct net *n, struct error *e); /* until it was stopped */
void net_stop(struct net *n);
void net_destroy(struct net *n);
void net_wake(struct net *n); /* any thread, cheap, coalesced */
struct wheel *net_wheel(struct net *n);
int net_port(const struct net *n, size_t index); /* the real one when port 0 was asked */
bool net_is_loopback(const struct net *n); /* every listener is on a loopback address */

struct net_stats {
	uint64_t connections, sockets, requests, refused, slow_closed;
	int64_t loop_lag_ms_max;
};
void net_statistics(const struct net *n, struct net_stats *out);

#endif
