#include "net/http.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "net/connection.h"
#include "net/file_reply.h"
#include "net/loop.h"
#include "net/page.h"
#include "net/peers.h"
#include "net/request.h"
#include "net/websocket.h"

enum {
	PIPELINE_MAX = HTTP_HEAD_MAX,  /* kept while a request is under way */
	BODIES_MAX = 64 * 1024 * 1024, /* of all requests together */
	/* Beyond it there is room for small ones: uploads must not keep people from logging in. */
	SMALL_BODY_MAX = 512 * 1024,
	SMALL_BODIES_ROOM = 16 * 1024 * 1024,
	BODY_STALL_MS = 30 * 1000,
	BODY_BYTES_PER_MS = 8, /* a body must come faster than 8 kB a second */
	SEND_STALL_MS = 30 * 1000,
};

struct http_request *
request_create(struct net *n, struct connection *c)
{
	struct http_request *rq = xcalloc(1, sizeof(*rq));

	rq->net = n;
	rq->connection = c;
	rq->arena = arena_create();
	rq->web.method = "";
	rq->web.path = "";
	rq->web.query = "";
	rq->web.body = "";
	list_init(&rq->link);
	list_append(&n->requests, &rq->link);
	n->stats.requests++;
	return rq;
}

void
request_destroy(struct http_request *rq)
{
	if (rq == NULL) {
		return;
	}
	list_remove(&rq->link);
	rq->net->body_bytes -= rq->body.length;
	file_reply_destroy(rq->file);
	buf_fini(&rq->body);
	free(rq->rest_owned);
	arena_destroy(rq->arena);
	free(rq);
}

void
http_peer_gone(struct http_request *rq)
{
	rq->connection = NULL;
	if (!rq->dispatched || rq->replied) {
		request_destroy(rq);
	} /* else the handler still has it; its reply will free it */
}

/* --- reading -------------------------------------------------------------------------- */

static void
fill_web_request(struct connection *c, struct http_request *rq)
{
	const struct http_head *head = &rq->head;
	struct address client;
	char *peer = arena_alloc(rq->arena, ADDRESS_TEXT_SIZE);

	rq->web.method = head->method;
	rq->web.path = head->path;
	rq->web.query = head->query;
	rq->web.headers = head->headers;
	rq->web.header_count = head->header_count;
	address_of_client(&rq->net->trusted_proxies, &c->address,
		web_header(&rq->web, "x-forwarded-for"), &client);
	address_format(&client, peer);
	rq->web.peer = peer;
	rq->close_after = !head->keep_alive;
}

static const char *
why_malformed(int status)
{
	switch (status) {
	case 411:
		return "send a Content-Length; Transfer-Encoding is not accepted";
	case 413:
		return "the body is too large";
	case 414:
		return "the address is too long";
	case 417:
		return "only 100-continue can be expected";
	case 431:
		return "the headers are too large or too many";
	case 501:
		return "unknown method";
	case 505:
		return "only HTTP/1.1 is spoken here";
	default:
		return "malformed request";
	}
}

static const char *
code_of_status(int status)
{
	switch (status) {
	case 411:
		return "length_required";
	case 413:
		return "too_large";
	default:
		return "invalid";
	}
}

static void
refuse_malformed(struct http_request *rq, int status)
{
	rq->close_after = true; /* where the next request would begin is not known */
	request_refuse(rq, status, code_of_status(status), why_malformed(status), NULL);
}

/* Says no, before the body is read, with what the request deserves. */
static bool
refused_early(struct http_request *rq)
{
	struct net *n = rq->net;
	struct address client;

	if (!address_parse(rq->web.peer, &client)) {
		client = rq->connection->address;
	}
	if (!peers_request(n->peers, &client, clock_monotonic_ms())) {
		n->stats.refused++;
		rq->close_after = rq->close_after || rq->head.content_length > 0;
		request_refuse(rq, 429, "busy", "too many requests, try again later", NULL);
		return true;
	}
	return false;
}

static bool
no_room_for(struct http_request *rq, size_t more)
{
	bool small = rq->head.content_length <= SMALL_BODY_MAX;
	size_t room = BODIES_MAX + (small ? SMALL_BODIES_ROOM : 0);

	if (rq->net->body_bytes + more <= room) {
		return false;
	}
	rq->net->stats.refused++;
	rq->close_after = true;
	request_refuse(rq, 503, "busy", "too many uploads at the moment", NULL);
	return true;
}

static bool
body_refused(struct http_request *rq)
{
	if (rq->head.content_length > rq->route->max_body) {
		rq->close_after = true;
		request_refuse(rq, 413, "too_large", "the body is too large", NULL);
		return true;
	}
	return no_room_for(rq, rq->head.content_length);
}

static void
refuse_unrouted(struct http_request *rq, const char *allowed)
{
	rq->close_after = rq->close_after || rq->head.content_length > 0;
	if (allowed != NULL) {
		http_set_header(rq, "Allow", allowed);
		request_refuse(rq, 405, "invalid", "this method is not allowed here", NULL);
	} else if (page_serve(rq)) {
		return;
	} else {
		request_refuse(rq, 404, "not_found", "there is nothing at this address", NULL);
	}
}

static void
dispatch(struct http_request *rq)
{
	struct connection *c = rq->connection;

	c->state = CONNECTION_BUSY;
	timer_cancel(&c->timer);
	rq->web.body = rq->body.length > 0 ? rq->body.data : "";
	rq->web.body_length = rq->body.length;
	rq->dispatched = true;
	rq->route->handle(rq, rq->net->route_ctx);
}

static void
begin_body(struct http_request *rq)
{
	struct connection *c = rq->connection;
	size_t length = rq->head.content_length;

	buf_init(&rq->body, length);
	rq->body_due_ms = clock_monotonic_ms() + BODY_STALL_MS +
		(int64_t)(length / BODY_BYTES_PER_MS);
	c->state = CONNECTION_BODY;
	connection_expire_in(c, BODY_STALL_MS);
	if (rq->head.expects_continue) {
		static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

		connection_write(c, go_on, sizeof(go_on) - 1);
	}
}

/* While somebody finds out who sends, no more is read than of a pipelined request. */
static void
ask_admission(struct http_request *rq)
{
	struct connection *c = rq->connection;

	c->state = CONNECTION_BUSY;
	timer_cancel(&c->timer);
	rq->dispatched = true;
	/* A refusal leaves the body unread; an admission takes this back. */
	rq->refused_close = rq->close_after;
	rq->close_after = true;
	rq->net->hooks.admit(rq, rq->net->hooks.ctx);
}

void
http_admit(struct http_request *rq)
{
	struct connection *c = rq->connection;

	assert(rq->dispatched && !rq->replied);
	if (c == NULL) {
		request_destroy(rq); /* the peer went meanwhile */
		return;
	}
	rq->dispatched = false;
	rq->close_after = rq->refused_close;
	begin_body(rq);
	if (!c->processing && c->in.length > 0) {
		connection_call_again(c);
	}
}

static void
route_monitoring(struct http_request *rq)
{
	const struct http_route *const tables[] = {rq->net->hooks.monitoring, NULL};
	const char *allowed;

	rq->route = router_find(tables, rq->web.method, rq->web.path, rq->arena, &rq->params,
		&allowed);
	if (rq->route != NULL && rq->head.content_length == 0) {
		dispatch(rq);
		return;
	}
	rq->close_after = true;
	request_refuse(rq, 404, "not_found", "there is nothing at this address", NULL);
}

static void
route(struct http_request *rq)
{
	struct net *n = rq->net;
	const struct websocket_handler *socket = websocket_find(n, rq->web.path);
	const char *allowed;

	if (refused_early(rq)) {
		return;
	}
	if (rq->connection->monitoring) {
		route_monitoring(rq);
		return;
	}
	if (socket != NULL) {
		websocket_upgrade(rq, socket);
		return;
	}
	rq->route = router_find(n->routes, rq->web.method, rq->web.path, rq->arena,
		&rq->params, &allowed);
	if (rq->route == NULL) {
		refuse_unrouted(rq, allowed);
	} else if (rq->head.content_length == 0) {
		dispatch(rq);
	} else if (!body_refused(rq)) {
		if (n->hooks.admit != NULL && rq->route->max_body > SMALL_BODY_MAX) {
			ask_admission(rq);
		} else {
			begin_body(rq);
		}
	}
}

/* Takes a head off the input, if it is there. */
static bool
read_head(struct connection *c, const char **data, size_t *length)
{
	struct http_request *rq;
	size_t head_length;
	int status;

	while (*length >= 2 && (*data)[0] == '\r' && (*data)[1] == '\n') {
		*data += 2; /* some clients end a body with an empty line */
		*length -= 2;
		c->in_searched = 0;
	}
	head_length = http_head_length(*data, *length, c->in_searched);
	c->in_searched = (uint32_t)*length;
	if (head_length == 0 && *length <= HTTP_HEAD_MAX) {
		if (*length > 0 && !c->head_begun) {
			c->head_begun = true;
			connection_expire_in(c, c->net->conf->header_timeout_ms);
		}
		return false;
	}
	c->in_searched = 0;
	c->head_begun = false;
	rq = request_create(c->net, c);
	c->request = rq;
	status = head_length == 0 || head_length > HTTP_HEAD_MAX
		? 431
		: http_head_parse(rq->arena, *data, head_length, &rq->head);
	*data += head_length;
	*length -= head_length;
	if (status != 0) {
		refuse_malformed(rq, status);
	} else {
		fill_web_request(c, rq);
		route(rq);
	}
	return true;
}

static bool
read_body(struct connection *c, const char **data, size_t *length)
{
	struct http_request *rq = c->request;
	size_t missing = rq->head.content_length - rq->body.length;
	size_t taken = missing < *length ? missing : *length;
	int64_t left_ms = rq->body_due_ms - clock_monotonic_ms();

	/* What was announced is not counted, only what has come: announcing costs nothing. */
	if (no_room_for(rq, taken)) {
		return true;
	}
	rq->net->body_bytes += taken;
	buf_append(&rq->body, *data, taken);
	*data += taken;
	*length -= taken;
	if (taken == missing) {
		dispatch(rq);
		return true;
	}
	connection_expire_in(c, left_ms < BODY_STALL_MS ? left_ms : BODY_STALL_MS);
	return false;
}

static bool
step(struct connection *c, const char **data, size_t *length)
{
	if (c->doomed || *length == 0) {
		return false;
	}
	switch (c->state) {
	case CONNECTION_HEAD:
		return read_head(c, data, length);
	case CONNECTION_BODY:
		return read_body(c, data, length);
	default:
		return false;
	}
}

/* Handlers that reply at once make this loop go on with the next request; those that reply
 * later make http_drained() come back here. */
void
http_receive(struct connection *c)
{
	struct buf in;
	const char *data;
	size_t length;

	if (c->processing || c->in.length == 0) {
		return;
	}
	c->processing = true;
	in = c->in;
	buf_init(&c->in, in.max_bytes);
	data = in.data;
	length = in.length;
	while (step(c, &data, &length)) {
	}
	c->processing = false;
	if (c->websocket != NULL) {
		websocket_receive(c->websocket, in.data + (data - in.data), length);
	} else if (c->state != CONNECTION_LINGERING && !c->doomed) {
		buf_append(&c->in, data, length);
		connection_block(c, BLOCKED_BY_INPUT,
			c->state >= CONNECTION_BUSY && c->in.length > PIPELINE_MAX);
	}
	buf_fini(&in);
}

/* --- the rest of a reply -------------------------------------------------------------- */

static void
finish(struct connection *c)
{
	struct http_request *rq = c->request;
	bool close_after = rq->close_after || c->net->stopping;

	c->request = NULL;
	request_destroy(rq);
	if (close_after) {
		connection_linger(c);
		return;
	}
	c->state = CONNECTION_HEAD;
	c->head_begun = false;
	connection_block(c, BLOCKED_BY_INPUT, false);
	connection_expire_in(c, c->net->conf->idle_timeout_ms);
	if (c->in.length > 0) {
		connection_call_again(c);
	}
}

static void
send_rest(struct connection *c)
{
	struct http_request *rq = c->request;

	while (rq->rest_length > 0 && connection_drained(c) && !c->doomed) {
		size_t chunk = rq->rest_length < WRITE_CHUNK ? rq->rest_length : WRITE_CHUNK;

		connection_write(c, rq->rest, chunk);
		rq->rest += chunk;
		rq->rest_length -= chunk;
	}
	if (c->doomed || !connection_drained(c)) {
		connection_expire_in(c, SEND_STALL_MS);
	} else if (rq->file != NULL && !file_reply_ended(rq->file)) {
		timer_cancel(&c->timer); /* it is the disk we wait for */
		file_reply_next(rq->file);
	} else {
		finish(c);
	}
}

void
http_reply_written(struct connection *c)
{
	if (!c->doomed && c->state == CONNECTION_SENDING) {
		send_rest(c);
	}
	if (c->state == CONNECTION_HEAD && c->in.length > 0) {
		connection_call_again(c); /* not here: we are inside the handler's call */
	}
}

void
http_drained(struct connection *c)
{
	if (c->doomed) {
		return;
	}
	if (c->state == CONNECTION_SENDING) {
		send_rest(c);
	}
	if (c->state == CONNECTION_HEAD || c->state == CONNECTION_BODY) {
		http_receive(c);
	}
}

void
http_expired(struct connection *c)
{
	bool reading_head = c->state == CONNECTION_HEAD && c->in.length > 0;

	if (reading_head || c->state == CONNECTION_BODY) {
		if (c->request == NULL) {
			c->request = request_create(c->net, c);
		}
		c->request->close_after = true;
		request_refuse(c->request, 408, "timeout", "the request took too long", NULL);
		return;
	}
	connection_doom(c);
}
