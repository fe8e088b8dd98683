/* Why libwebsockets' raw role, and HTTP and WebSocket framing of our own on top of it:
 * the HTTP role of 4.1.6 (Debian's) spins while a reply is pending and more bytes wait, never
 * tells that a socket became writable while reading is stopped, loses the raw query, decodes
 * "Content-Length :" as some other header, and drops a refused handshake without a status;
 * its WebSocket role takes unmasked frames from clients. The raw role has none of this, one
 * idle socket costs less, and our parsers see bytes only, so that they can be fuzzed.
 *
 * One trap of the raw role remains: while lws holds output it does not read, but stays
 * subscribed to readability. Hence BLOCKED_BY_OUTPUT. */
#include "net/connection.h"

#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/peers.h"
#include "net/tls.h"
#include "net/websocket.h"

enum {
	LINGER_MS = 2000,
	IN_MAX = 2 * READ_CHUNK + 32 * 1024,
	OUT_MAX = 2 * 1024 * 1024, /* WebSockets have a lower limit of their own */
	SHRINK_BYTES = 64 * 1024,
};

void
connection_doom(struct connection *c)
{
	if (c->doomed) {
		return;
	}
	c->doomed = true;
	timer_cancel(&c->timer);
	list_remove(&c->ready);
	list_remove(&c->unsent);
	list_remove(&c->link);
	list_append(&c->net->doomed, &c->link);
}

void
connection_call_again(struct connection *c)
{
	if (!c->doomed && list_empty(&c->ready)) {
		list_append(&c->net->ready, &c->ready);
	}
}

void
connection_block(struct connection *c, int reason, bool blocked)
{
	uint8_t before = c->blocked;

	c->blocked = (uint8_t)(blocked ? before | reason : before & ~reason);
	if (!c->doomed && (c->blocked == 0) != (before == 0)) {
		if (lws_rx_flow_control(c->wsi, c->blocked == 0) != 0) {
			connection_doom(c);
		}
		if (c->blocked == 0 && c->net->tls) {
			/* What TLS has read ahead raises no event of its own. */
			lws_callback_on_writable(c->wsi);
		}
	}
}

void
connection_expire_in(struct connection *c, int64_t ms)
{
	if (!c->doomed) {
		wheel_add(c->net->wheel, &c->timer, clock_monotonic_ms() + ms);
	}
}

bool
connection_drained(const struct connection *c)
{
	return c->out.length == c->out_sent && !lws_partial_buffered(c->wsi);
}

size_t
connection_backlog(const struct connection *c)
{
	return c->out.length - c->out_sent +
		(lws_partial_buffered(c->wsi) ? c->lws_pending : 0);
}

static void
hand_to_lws(struct connection *c, const char *data, size_t length)
{
	c->lws_pending = (uint32_t)length;
	/* lws does not change what it is given to write. */
	if (lws_write(c->wsi, (unsigned char *)data, length, LWS_WRITE_RAW) < 0) {
		connection_doom(c);
	}
}

/* Output buffers are needed for a moment only, by ever other sockets: they go round. */
static void
take_buffer(struct connection *c)
{
	struct net *n = c->net;

	if (c->out.data == NULL && n->spare_count > 0) {
		c->out = n->spares[--n->spare_count];
	}
}

static void
give_buffer(struct connection *c)
{
	struct net *n = c->net;

	c->out_sent = 0;
	if (n->spare_count == SPARES_MAX || c->out.capacity > SPARE_BYTES_MAX) {
		buf_fini(&c->out);
		return;
	}
	buf_clear(&c->out);
	n->spares[n->spare_count++] = c->out;
	buf_init(&c->out, OUT_MAX);
}

static void
flush(struct connection *c)
{
	list_remove(&c->unsent);
	while (!c->doomed && c->out_sent < c->out.length && !lws_partial_buffered(c->wsi)) {
		size_t left = c->out.length - c->out_sent;
		size_t chunk = left < WRITE_CHUNK ? left : WRITE_CHUNK;

		hand_to_lws(c, c->out.data + c->out_sent, chunk);
		c->out_sent += chunk;
	}
	if (c->doomed) {
		return;
	}
	if (c->out_sent == c->out.length && c->out.data != NULL) {
		give_buffer(c);
	}
	connection_block(c, BLOCKED_BY_OUTPUT, lws_partial_buffered(c->wsi));
}

/* Makes room in front, when it has become large. */
static void
forget_sent(struct connection *c)
{
	if (c->out_sent >= SHRINK_BYTES) {
		memmove(c->out.data, c->out.data + c->out_sent, c->out.length - c->out_sent);
		c->out.length -= c->out_sent;
		c->out_sent = 0;
	}
}

static void
keep(struct connection *c, const void *data, size_t length)
{
	take_buffer(c);
	forget_sent(c);
	buf_append(&c->out, data, length);
	if (c->out.overflowed) {
		connection_doom(c);
	}
}

void
connection_write(struct connection *c, const void *data, size_t length)
{
	if (c->doomed || length == 0) {
		return;
	}
	if (length <= WRITE_CHUNK && connection_drained(c)) {
		hand_to_lws(c, data, length);
	} else {
		keep(c, data, length);
	}
	flush(c);
}

void
connection_write_soon(struct connection *c, const void *data, size_t length)
{
	if (c->doomed) {
		return;
	}
	keep(c, data, length);
	if (c->out.length - c->out_sent >= WRITE_CHUNK) {
		flush(c); /* more at once would not go out faster */
	} else if (!c->doomed && list_empty(&c->unsent)) {
		list_append(&c->net->unsent, &c->unsent);
	}
}

void
connection_linger(struct connection *c)
{
	int fd = lws_get_socket_fd(c->wsi);

	if (c->doomed || c->state == CONNECTION_LINGERING) {
		return;
	}
	c->state = CONNECTION_LINGERING;
	buf_fini(&c->in);
	if (c->net->tls && lws_get_ssl(c->wsi) != NULL) {
		SSL_shutdown(lws_get_ssl(c->wsi));
	}
	shutdown(fd, SHUT_WR);
	connection_block(c, BLOCKED_BY_INPUT | BLOCKED_BY_OWNER, false);
	connection_expire_in(c, LINGER_MS);
}

static void
receive(struct connection *c, char *data, size_t length)
{
	if (c->state == CONNECTION_LINGERING) {
		return;
	}
	if (c->websocket != NULL) {
		websocket_receive(c->websocket, data, length);
		return;
	}
	buf_append(&c->in, data, length);
	if (c->in.overflowed) {
		connection_doom(c); /* cannot be: reading is blocked long before */
		return;
	}
	http_receive(c);
}

static void
drained(struct connection *c)
{
	if (c->websocket != NULL) {
		websocket_drained(c->websocket);
	} else {
		http_drained(c);
	}
}

static void
expired(struct timer *t)
{
	struct connection *c = list_item(t, struct connection, timer);

	if (c->state == CONNECTION_LINGERING) {
		connection_doom(c);
	} else if (c->websocket != NULL) {
		websocket_expired(c->websocket);
	} else {
		http_expired(c);
	}
}

static void
destroy(struct connection *c)
{
	struct net *n = c->net;

	if (n->adopting == c) {
		n->adopting = NULL;
	}
	c->doomed = true; /* nothing may be written any more */
	timer_cancel(&c->timer);
	list_remove(&c->ready);
	list_remove(&c->unsent);
	list_remove(&c->link);
	if (c->websocket != NULL) {
		websocket_destroy(c->websocket);
	}
	if (c->request != NULL) {
		http_peer_gone(c->request);
	}
	buf_fini(&c->in);
	buf_fini(&c->out);
	if (!network_list_has(&n->trusted_proxies, &c->address)) {
		peers_disconnect(n->peers, &c->address);
	}
	n->stats.connections--;
	free(c);
}

static int
callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
	size_t length)
{
	struct connection *c;

	if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS) {
		tls_begin(lws_context_user(lws_get_context(wsi)), user);
		return 0;
	}
	c = lws_get_opaque_user_data(wsi);
	if (c == NULL) {
		return 0;
	}
	switch (reason) {
	case LWS_CALLBACK_RAW_RX:
		if (c->net->tls) {
			/* lws gave the time-out of the handshake to the whole connection. */
			lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
		}
		if (!c->doomed) {
			receive(c, in, length);
		}
		break;
	case LWS_CALLBACK_RAW_WRITEABLE:
		flush(c);
		if (!c->doomed && connection_drained(c)) {
			drained(c);
		}
		break;
	case LWS_CALLBACK_WSI_DESTROY:
		destroy(c);
		break;
	default:
		break;
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{.name = "connection", .callback = callback, .tx_packet_size = WRITE_CHUNK},
	{0},
};

const struct lws_protocols *
connection_protocols(void)
{
	return protocols;
}

/* A trusted proxy speaks for many. */
static bool
may_connect(struct net *n, const struct address *from)
{
	return network_list_has(&n->trusted_proxies, from) || peers_connect(n->peers, from);
}

void
connection_adopt(struct net *n, int fd, const struct address *from, bool monitoring)
{
	struct connection *c;
	struct lws *wsi;
	lws_adopt_desc_t how = {
		.vh = n->vhost,
		.type = LWS_ADOPT_SOCKET | (monitoring ? 0 : LWS_ADOPT_ALLOW_SSL),
		.fd.sockfd = fd,
		.vh_prot_name = protocols[0].name,
	};

	/* A full server is when somebody wants to look at it. */
	if ((n->stats.connections >= n->max_connections && !monitoring) ||
		!may_connect(n, from)) {
		n->stats.refused++;
		close(fd);
		return;
	}
	c = xcalloc(1, sizeof(*c));
	c->net = n;
	c->address = *from;
	c->monitoring = monitoring;
	buf_init(&c->in, IN_MAX);
	buf_init(&c->out, OUT_MAX);
	list_init(&c->ready);
	list_init(&c->unsent);
	list_init(&c->link);
	list_append(&n->connections, &c->link);
	timer_init(&c->timer, expired);
	n->stats.connections++;
	n->adopting = c;
	how.opaque = c;
	wsi = lws_adopt_descriptor_vhost_via_info(&how);
	if (wsi == NULL) {
		/* lws closed fd, and called destroy() if it had come far enough. */
		if (n->adopting == c) {
			destroy(c);
		}
		return;
	}
	n->adopting = NULL;
	c->wsi = wsi;
	c->head_begun = true;
	connection_expire_in(c, n->conf->header_timeout_ms);
}

void
connections_reap(struct net *n)
{
	while (!list_empty(&n->doomed)) {
		struct connection *c = list_item(n->doomed.next, struct connection, link);

		/* Kills it here and now, which calls destroy(). */
		lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
	}
}

void
connections_call_ready(struct net *n)
{
	struct list now;

	list_init(&now);
	while (!list_empty(&n->ready)) {
		struct list *l = n->ready.next;

		list_remove(l);
		list_append(&now, l);
	}
	while (!list_empty(&now)) {
		struct connection *c = list_item(now.next, struct connection, ready);

		list_remove(&c->ready);
		if (connection_drained(c)) {
			drained(c); /* otherwise it is called once that is so */
		}
	}
}

void
connections_send(struct net *n)
{
	while (!list_empty(&n->unsent)) {
		flush(list_item(n->unsent.next, struct connection, unsent));
	}
}
