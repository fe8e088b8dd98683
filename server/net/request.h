/* A request from its head to the last byte of its reply; shared by the files that make up
 * HTTP. Owned by its connection; when the peer goes while the handler has it, by nobody but
 * net.requests until the handler replies. */
#ifndef NET_REQUEST_H
#define NET_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/web.h"
#include "net/http_head.h"
#include "net/router.h"

struct connection;
struct file_reply;
struct net;

struct reply_header {
	struct reply_header *next;
	const char *name;
	const char *value;
};

struct http_request {
	struct list link; /* in net.requests */
	struct net *net;
	struct connection *connection; /* NULL: the peer is gone */
	struct arena *arena;
	struct web_request web;
	struct http_head head;
	struct route_params params;
	const struct http_route *route;
	struct buf body;
	int64_t body_due_ms;          /* when all of it must have come */
	struct reply_header *headers; /* of the reply, in order */
	struct file_reply *file;      /* what the rest of the reply comes from */
	const char *rest;             /* or: these bytes, */
	size_t rest_length;
	char *rest_owned; /* which we free, or NULL */
	bool dispatched;  /* the handler has it */
	bool replied;
	bool close_after;
	bool refused_close; /* close_after as it was before an admission was asked for */
};

struct http_request *request_create(struct net *n, struct connection *c);
void request_destroy(struct http_request *rq); /* NULL is fine */

const char *request_reply_header(const struct http_request *rq, const char *name);
/* Ends the request with {"error":{...}} and this status. */
void request_refuse(struct http_request *rq, int status, const char *code,
	const char *text, const char *field);
/* Like http_reply, but the bytes live as long as net does. */
void request_reply_static(struct http_request *rq, int status, const char *content_type,
	const char *body, size_t length);
/* Announces `total` bytes that the caller writes to the connection afterwards. False: there
 * is nothing to be written (HEAD, or the peer is gone: rq is freed then). */
bool request_reply_begin(struct http_request *rq, int status, const char *content_type,
	uint64_t total);

#endif
