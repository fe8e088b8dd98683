/* The state of the loop thread, shared by the files of net/ and hidden from everybody else. */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "net/address.h"
#include "net/listener.h"
#include "net/net.h"

struct connection;
struct lws_context;
struct ssl_ctx_st;
struct lws_vhost;
struct peers;
struct static_files;
struct wheel;

enum {
	READ_CHUNK = 64 * 1024,      /* read from a socket at once */
	WRITE_CHUNK = 64 * 1024,     /* handed to lws at once: the most that it may copy */
	SPARES_MAX = 128,            /* output buffers kept for the next who needs one */
	SPARE_BYTES_MAX = 32 * 1024, /* ten entries for an agent, and room to grow */
};

struct net {
	const struct net_conf *conf;
	const struct http_route *const *routes;
	void *route_ctx;
	const struct websocket_handler *const *sockets;
	void *socket_ctx;
	struct net_hooks hooks;
	struct workers *workers;

	struct ev_loop *loop;
	struct ev_async woken;
	struct ev_timer tick;
	struct ev_prepare settle; /* before each wait: what must not run inside a callback */
	struct ev_idle again;     /* keeps the loop from waiting while something is ready */
	struct ev_signal terminate;
	struct ev_signal interrupt;
	struct ev_signal hangup; /* read the certificate again */
	struct lws_context *lws;
	struct lws_vhost *vhost;
	struct ssl_ctx_st *tls_context; /* of the vhost; NULL without TLS */
	struct wheel *wheel;
	int64_t ticked_ms;
	int64_t swept_ms;

	struct listener listeners[LISTENERS_MAX];
	size_t listener_count;
	bool tls;
	struct network_list trusted_proxies;
	struct peers *peers;
	struct static_files *files;

	struct list connections; /* all but the doomed */
	struct list doomed;      /* closed before the next wait */
	struct list ready;       /* connections that asked to be called again */
	struct list unsent;      /* connections with output for the end of this turn */
	struct buf spares[SPARES_MAX];
	size_t spare_count;
	struct list requests;        /* of all connections, and of peers who went away */
	struct connection *adopting; /* until lws took it over */
	uint64_t body_bytes;         /* of all requests together */
	struct net_stats stats;
	uint64_t max_connections; /* as configured, or as many as files may be open */

	bool stopping;
	int64_t stop_deadline_ms;
};

void net_begin_stop(struct net *n);

#endif
