#include "net/websocket.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/map.h"
#include "base/str.h"
#include "net/connection.h"
#include "net/loop.h"
#include "net/request.h"
#include "net/websocket_frame.h"

#define SUBPROTOCOL "trunkline.v1"

enum {
	BACKLOG_MAX = 1024 * 1024,
	REASON_MAX = 123, /* a control frame holds 125 bytes, the code is two of them */
	CLOSE_WAIT_MS = 3000,
	PINGS_UNANSWERED_MAX = 2,
};

struct websocket {
	struct connection *connection; /* NULL while its open() runs */
	const struct websocket_handler *handler;
	void *session; /* NULL once closed() has been called */
	struct frame_reader reader;
	struct buf held;  /* arrived while paused */
	struct buf early; /* sent by open(), to follow the handshake's answer */
	struct net *net;
	uint8_t pings_unanswered;
	bool wants_write;
	bool close_sent;
	bool close_received;
	char peer[ADDRESS_TEXT_SIZE];
};

const struct websocket_handler *
websocket_find(const struct net *n, const char *path)
{
	for (const struct websocket_handler *const *h = n->sockets; *h != NULL; h++) {
		if (strcmp((*h)->path, path) == 0) {
			return *h;
		}
	}
	return NULL;
}

/* --- out ------------------------------------------------------------------------------ */

static void
send_frame(struct websocket *ws, enum frame_opcode opcode, const char *data,
	size_t length)
{
	uint8_t header[FRAME_HEADER_MAX];
	size_t header_length = frame_header(header, opcode, length);

	if (ws->connection == NULL) {
		buf_append(&ws->early, header, header_length);
		buf_append(&ws->early, data, length);
		return;
	}
	connection_write_soon(ws->connection, header, header_length);
	connection_write_soon(ws->connection, data, length);
}

size_t
websocket_backlog(const struct websocket *ws)
{
	return ws->connection != NULL ? connection_backlog(ws->connection) : ws->early.length;
}

void
websocket_send(struct websocket *ws, const char *data, size_t length)
{
	if (ws->close_sent || (ws->connection != NULL && ws->connection->doomed)) {
		return;
	}
	if (websocket_backlog(ws) + length > BACKLOG_MAX) {
		ws->net->stats.slow_closed++;
		log_event(LOG_INFO, "websocket_slow", "path=%s peer=%s", ws->handler->path,
			ws->peer);
		ws->close_sent = true; /* it would only queue behind the rest */
		if (ws->connection != NULL) {
			connection_doom(ws->connection);
		}
		return;
	}
	send_frame(ws, FRAME_OP_TEXT, data, length);
}

void
websocket_want_write(struct websocket *ws)
{
	ws->wants_write = true;
	if (ws->connection != NULL) {
		connection_call_again(ws->connection);
	}
}

void
websocket_close(struct websocket *ws, int code, const char *reason)
{
	char payload[2 + REASON_MAX] = {(char)(code >> 8), (char)code};
	size_t length = 0;

	if (ws->close_sent) {
		return;
	}
	if (reason != NULL) {
		length = utf8_truncate(reason, strlen(reason), REASON_MAX);
		memcpy(payload + 2, reason, length);
	}
	send_frame(ws, FRAME_OP_CLOSE, payload, 2 + length);
	ws->close_sent = true;
	if (ws->connection != NULL) {
		connection_expire_in(ws->connection, CLOSE_WAIT_MS);
		connection_call_again(ws->connection);
	}
}

const char *
websocket_peer(const struct websocket *ws)
{
	return ws->peer;
}

void
websocket_pause(struct websocket *ws, bool paused)
{
	if (ws->connection != NULL) {
		connection_block(ws->connection, BLOCKED_BY_OWNER, paused);
		connection_call_again(ws->connection); /* for what is held back */
	}
}

/* --- in ------------------------------------------------------------------------------- */

static void
peer_closes(struct websocket *ws, int code)
{
	ws->close_received = true;
	websocket_close(ws, code == CLOSE_NONE ? CLOSE_NORMAL : code, NULL);
	if (connection_drained(ws->connection)) {
		connection_linger(ws->connection);
	}
}

static void
handle_event(struct websocket *ws, enum frame_event event, const char *payload,
	size_t length, int close_code)
{
	switch (event) {
	case FRAME_MESSAGE:
		if (!ws->close_sent) {
			ws->handler->message(ws->session, payload, length);
		}
		break;
	case FRAME_PING:
		if (!ws->close_sent) {
			send_frame(ws, FRAME_OP_PONG, payload, length);
		}
		break;
	case FRAME_CLOSE:
		peer_closes(ws, close_code);
		break;
	case FRAME_ERROR:
		websocket_close(ws, close_code, NULL);
		ws->close_received = true; /* nothing that follows would make sense */
		if (connection_drained(ws->connection)) {
			connection_linger(ws->connection);
		}
		break;
	case FRAME_PONG:
	case FRAME_MORE:
		break;
	}
}

static bool
may_deliver(const struct websocket *ws)
{
	const struct connection *c = ws->connection;

	return !c->doomed && c->state == CONNECTION_WEBSOCKET && !ws->close_received &&
		(c->blocked & (BLOCKED_BY_OWNER | BLOCKED_BY_OUTPUT)) == 0;
}

/* Returns how much is left because reading was blocked meanwhile. */
static size_t
deliver(struct websocket *ws, char *data, size_t length)
{
	while (may_deliver(ws)) {
		const char *payload = NULL;
		size_t payload_length = 0;
		int close_code = 0;
		enum frame_event event = frame_read(&ws->reader, &data, &length, &payload,
			&payload_length, &close_code);

		if (event == FRAME_MORE) {
			return 0;
		}
		handle_event(ws, event, payload, payload_length, close_code);
	}
	return length;
}

static void
deliver_held(struct websocket *ws)
{
	while (ws->held.length > 0 && may_deliver(ws)) {
		struct buf held = ws->held;
		size_t left;

		buf_init(&ws->held, held.max_bytes);
		left = deliver(ws, held.data, held.length);
		buf_append(&ws->held, held.data + held.length - left, left);
		buf_fini(&held);
		if (left > 0) {
			return;
		}
	}
}

void
websocket_receive(struct websocket *ws, char *data, size_t length)
{
	size_t left = length;

	ws->pings_unanswered = 0;
	if (ws->held.length == 0) {
		left = deliver(ws, data, length);
	}
	if (left > 0 && !ws->close_received && !ws->connection->doomed) {
		buf_append(&ws->held, data + length - left, left);
		if (ws->held.overflowed) {
			connection_doom(ws->connection); /* cannot be: reading is blocked before */
		}
	}
}

/* --- life ----------------------------------------------------------------------------- */

void
websocket_drained(struct websocket *ws)
{
	struct connection *c = ws->connection;

	if (c->doomed || c->state != CONNECTION_WEBSOCKET) {
		return;
	}
	if (ws->close_sent && ws->close_received) {
		connection_linger(c);
		return;
	}
	deliver_held(ws);
	if (ws->wants_write && !ws->close_sent && !c->doomed && connection_drained(c)) {
		ws->wants_write = false;
		if (ws->handler->writable != NULL) {
			ws->handler->writable(ws->session);
		}
	}
}

void
websocket_expired(struct websocket *ws)
{
	struct connection *c = ws->connection;

	if (ws->close_sent || ws->pings_unanswered >= PINGS_UNANSWERED_MAX) {
		connection_doom(c);
		return;
	}
	if ((c->blocked & BLOCKED_BY_OWNER) == 0) {
		ws->pings_unanswered++; /* otherwise it is us who do not read the answers */
	}
	if (connection_drained(c)) {
		send_frame(ws, FRAME_OP_PING, "", 0);
	}
	connection_expire_in(c, ws->net->conf->ping_ms);
}

void
websocket_destroy(struct websocket *ws)
{
	void *session = ws->session;

	ws->net->stats.sockets--;
	ws->session = NULL;
	ws->handler->closed(session);
	frame_reader_fini(&ws->reader);
	buf_fini(&ws->held);
	buf_fini(&ws->early);
	free(ws);
}

/* --- handshake ------------------------------------------------------------------------ */

/* Returns NULL, or why the handshake is refused with 400. */
static const char *
check_handshake(const struct http_request *rq, char accept[static WEBSOCKET_ACCEPT_SIZE])
{
	if (strcmp(rq->web.method, "GET") != 0 || rq->head.content_length > 0) {
		return "a WebSocket begins with GET and no body";
	}
	if (!websocket_accept_key(web_header(&rq->web, "sec-websocket-key"), accept)) {
		return "Sec-WebSocket-Key is missing or malformed";
	}
	if (!http_list_has(web_header(&rq->web, "sec-websocket-protocol"), SUBPROTOCOL)) {
		return "only the subprotocol " SUBPROTOCOL " is spoken here";
	}
	return NULL;
}

static struct websocket *
open_session(struct http_request *rq, const struct websocket_handler *handler)
{
	struct net *n = rq->net;
	struct websocket *ws = xcalloc(1, sizeof(*ws));

	ws->net = n;
	ws->handler = handler;
	str_copy(ws->peer, sizeof(ws->peer), rq->web.peer);
	frame_reader_init(&ws->reader, handler->max_frame);
	buf_init(&ws->held, 2 * READ_CHUNK + HTTP_HEAD_MAX);
	buf_init(&ws->early, BACKLOG_MAX + FRAME_HEADER_MAX);
	ws->session = handler->open(ws, &rq->web, n->socket_ctx);
	if (ws->session == NULL) {
		buf_fini(&ws->early);
		free(ws);
		return NULL;
	}
	n->stats.sockets++;
	return ws;
}

/* Spread, so that thousands who came at once are not pinged at once. */
static int64_t
first_ping_ms(const struct connection *c)
{
	uint64_t half_ms = (uint64_t)c->net->conf->ping_ms / 2;

	return (int64_t)(half_ms + map_hash(&c, sizeof(c)) % (half_ms + 1));
}

static void
become_websocket(struct connection *c, struct websocket *ws, const char *accept)
{
	char head[256];
	int length = snprintf(head, sizeof(head),
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %s\r\nSec-WebSocket-Protocol: " SUBPROTOCOL "\r\n\r\n",
		accept);

	c->state = CONNECTION_WEBSOCKET;
	c->websocket = ws;
	ws->connection = c;
	connection_write(c, head, (size_t)length);
	connection_write(c, ws->early.data, ws->early.length);
	buf_fini(&ws->early);
	connection_expire_in(c, ws->close_sent ? CLOSE_WAIT_MS : first_ping_ms(c));
	if (ws->wants_write) {
		connection_call_again(c);
	}
}

bool
websocket_upgrade(struct http_request *rq, const struct websocket_handler *handler)
{
	struct connection *c = rq->connection;
	char accept[WEBSOCKET_ACCEPT_SIZE];
	const char *version = web_header(&rq->web, "sec-websocket-version");
	const char *reason;
	struct websocket *ws;

	rq->close_after = true;
	if (!rq->head.upgrade || !str_equals(version, "13")) {
		http_set_header(rq, "Upgrade", "websocket");
		http_set_header(rq, "Sec-WebSocket-Version", "13");
		request_refuse(rq, 426, "upgrade_required", "this path is a WebSocket", NULL);
		return false;
	}
	reason = check_handshake(rq, accept);
	if (reason != NULL) {
		request_refuse(rq, 400, "invalid", reason, NULL);
		return false;
	}
	ws = open_session(rq, handler);
	if (ws == NULL) {
		request_refuse(rq, 403, "denied", "this WebSocket is not for you", NULL);
		return false;
	}
	c->request = NULL;
	request_destroy(rq);
	become_websocket(c, ws, accept);
	return true;
}
