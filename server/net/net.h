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
	char *metrics_listen;  /* for monitoring routes only, plain HTTP; "": nowhere */
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
extern const struct option net_options[];         /* section "server" */
extern const struct option_form net_network_form; /* for lists of networks elsewhere */

/* --- routes --------------------------------------------------------------------------- */
typedef void http_handler(struct http_request *rq, void *ctx);
struct http_route {
	const char *method;
	/* "/api/v1/customers/:id/entries"; ":name" is one segment, "*" the rest */
	const char *pattern;
	http_handler *handle; /* called when the body is complete; must reply now or later */
	size_t max_body;      /* larger: 413 before it is read */
};

/* A request stays valid until its reply; the peer may go away before (reply is then dropped).
 * Handlers that answer later simply keep the pointer: every request is replied exactly once. */
const struct web_request *http_request(const struct http_request *rq);
/* From net_hooks.admit: read the body, then call the handler. */
void http_admit(struct http_request *rq);
/* What the path has for ":name" of the pattern ("*" for its rest); NULL: no such name. */
const char *http_param(const struct http_request *rq, const char *name);
/* Decoded value of a query parameter in the request's arena; NULL: absent or not UTF-8. */
const char *http_query(struct http_request *rq, const char *name);
struct arena *http_arena(struct http_request *rq);
/* Does the browser speak TLS, to us or (public_url) to a proxy before us? */
bool http_is_tls(const struct http_request *rq);
/* Of the reply; takes the place of one set before, and of our own defaults. */
void http_set_header(struct http_request *rq, const char *name, const char *value);
void http_reply(struct http_request *rq, int status, const char *content_type,
	const char *body, size_t length); /* copies */
/* Takes the bytes and leaves json empty. */
void http_reply_json(struct http_request *rq, int status, struct buf *json);
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
	/* Whole, valid UTF-8, without a NUL behind it. */
	void (*message)(void *session, const char *data, size_t length);
	/* Optional. After websocket_want_write, once all before was sent; from the loop, not from
	 * within that call. */
	void (*writable)(void *session);
	/* Always, once; the websocket is gone after it. Never from within another call. */
	void (*closed)(void *session);
};
/* Copies. All that one turn of the loop sends to a socket goes out by one write, before the
 * loop waits again. Up to 1 MiB is queued for a peer that does not read; beyond: closed. */
void websocket_send(struct websocket *ws, const char *data, size_t length);
/* Bytes not yet taken by the kernel. */
size_t websocket_backlog(const struct websocket *ws);
void websocket_want_write(struct websocket *ws);
/* After what is queued; reason may be NULL. */
void websocket_close(struct websocket *ws, int code, const char *reason);
/* Stops reading: back-pressure. Messages that had arrived wait, too. */
void websocket_pause(struct websocket *ws, bool paused);
const char *websocket_peer(const struct websocket *ws);

/* --- life ------------------------------------------------------------------------------ */
struct net_hooks {
	/* After net_wake, on the loop thread; net has drained the workers before. */
	void (*woken)(void *ctx);
	/* SIGTERM or SIGINT: tell the clients; then they get 5 s. */
	void (*stopping)(void *ctx);
	/* Asked while stopping: true once nothing is pending. */
	bool (*stopped)(void *ctx);
	/* Optional. Before a page (.html) of web_root is sent; http_request() has its path and
	 * query. May add headers by http_set_header (one it sets takes the place of ours, so it can
	 * name the frame-ancestors by a Content-Security-Policy of its own). False: the page is
	 * refused with 403. */
	bool (*page)(struct http_request *rq, void *ctx);
	/* Optional. For routes that take more than 512 KiB: called with the head alone, before any
	 * of the body is read. Replies, or calls http_admit(), now or later. */
	http_handler *admit;
	/* Optional: the routes of the listeners of metrics_listen, and nothing else there. */
	const struct http_route *monitoring;
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
int net_metrics_port(const struct net *n);       /* 0: there is none */
bool net_is_loopback(const struct net *n); /* every listener is on a loopback address */

enum { NET_LAG_BOUNDS = 10 };
extern const int64_t net_lag_bounds_ms[NET_LAG_BOUNDS];

struct net_stats {
	uint64_t connections, sockets, requests, refused, slow_closed;
	int64_t loop_lag_ms_max;
	/* How much later than asked for the loop's ticks came: how many up to each bound, the last
	 * for all above. */
	uint64_t loop_lag_counts[NET_LAG_BOUNDS + 1];
	int64_t loop_lag_ms_sum;
	int64_t certificate_ends_at; /* of the certificate in use, UTC ms; 0: no TLS */
};
void net_statistics(const struct net *n, struct net_stats *out);
/* Frees the output buffers that a burst left behind. */
void net_free_spares(struct net *n);

#endif
