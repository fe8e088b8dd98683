/* The public side of a request, and how replies are written. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "net/connection.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/request.h"

enum {
	HEAD_MAX = 32 * 1024,
	ERROR_MAX = 4 * 1024,
	TOGETHER_MAX = WRITE_CHUNK, /* head and body up to this size go out by one write */
	HTTP_DATE_SIZE = 30,
};

/* What every reply says unless the handler says otherwise. Replies that are no pages must
 * not be shown as one, nor kept. */
static const struct web_header defaults[] = {
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
	{"Cache-Control", "no-store"},
};

const struct web_request *
http_request(const struct http_request *rq)
{
	return &rq->web;
}

const char *
http_param(const struct http_request *rq, const char *name)
{
	return route_param(&rq->params, name);
}

const char *
http_query(struct http_request *rq, const char *name)
{
	return http_query_decode(rq->arena, rq->web.query, name);
}

struct arena *
http_arena(struct http_request *rq)
{
	return rq->arena;
}

bool
http_is_tls(const struct http_request *rq)
{
	/* Behind a proxy that does TLS for us, only the configuration knows. */
	return rq->net->tls || str_starts_with(rq->net->conf->public_url, "https://");
}

const char *
request_reply_header(const struct http_request *rq, const char *name)
{
	for (const struct reply_header *h = rq->headers; h != NULL; h = h->next) {
		if (strcasecmp(h->name, name) == 0) {
			return h->value;
		}
	}
	return NULL;
}

/* A line end in a value would let its author write headers of his own. */
static char *
clean_value(struct arena *a, const char *value)
{
	char *copy = arena_strdup(a, value);

	for (char *p = copy; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f) {
			*p = ' ';
		}
	}
	return copy;
}

void
http_set_header(struct http_request *rq, const char *name, const char *value)
{
	struct reply_header **end = &rq->headers;
	bool repeats = strcasecmp(name, "Set-Cookie") == 0;

	for (; *end != NULL; end = &(*end)->next) {
		if (!repeats && strcasecmp((*end)->name, name) == 0) {
			(*end)->value = clean_value(rq->arena, value);
			return;
		}
	}
	*end = arena_alloc(rq->arena, sizeof(**end));
	(*end)->name = clean_value(rq->arena, name);
	(*end)->value = clean_value(rq->arena, value);
}

/* --- head ----------------------------------------------------------------------------- */

static const char *
reason_of(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{200, "OK"},
		{201, "Created"},
		{202, "Accepted"},
		{204, "No Content"},
		{206, "Partial Content"},
		{301, "Moved Permanently"},
		{302, "Found"},
		{303, "See Other"},
		{304, "Not Modified"},
		{307, "Temporary Redirect"},
		{308, "Permanent Redirect"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{406, "Not Acceptable"},
		{408, "Request Timeout"},
		{409, "Conflict"},
		{410, "Gone"},
		{411, "Length Required"},
		{412, "Precondition Failed"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{415, "Unsupported Media Type"},
		{416, "Range Not Satisfiable"},
		{417, "Expectation Failed"},
		{422, "Unprocessable Content"},
		{426, "Upgrade Required"},
		{428, "Precondition Required"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status) {
			return reasons[i].reason;
		}
	}
	return "Status";
}

static void
put_date(struct buf *out)
{
	char text[HTTP_DATE_SIZE];
	time_t now = (time_t)(clock_now_ms() / 1000);
	struct tm parts;

	gmtime_r(&now, &parts);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
	buf_printf(out, "Date: %s\r\n", text);
}

static void
put_default(struct buf *out, const struct http_request *rq, const char *name,
	const char *value)
{
	if (request_reply_header(rq, name) == NULL) {
		buf_printf(out, "%s: %s\r\n", name, value);
	}
}

/* 204 and 304 have no body by definition and must not name its length. */
static bool
status_has_body(int status)
{
	return status != 204 && status != 304;
}

static void
put_head(struct buf *out, struct http_request *rq, int status, const char *content_type,
	uint64_t length)
{
	buf_printf(out, "HTTP/1.1 %d %s\r\n", status, reason_of(status));
	put_date(out);
	if (status_has_body(status)) {
		if (content_type != NULL) {
			put_default(out, rq, "Content-Type", content_type);
		}
		buf_printf(out, "Content-Length: %llu\r\n", (unsigned long long)length);
	}
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++) {
		put_default(out, rq, defaults[i].name, defaults[i].value);
	}
	if (http_is_tls(rq)) {
		put_default(out, rq, "Strict-Transport-Security", "max-age=31536000");
	}
	if (status == 429 || status == 503) {
		put_default(out, rq, "Retry-After", "2");
	}
	for (const struct reply_header *h = rq->headers; h != NULL; h = h->next) {
		buf_printf(out, "%s: %s\r\n", h->name, h->value);
	}
	/* To a client of HTTP/1.0, keeping the connection has to be said. */
	buf_printf(out, "Connection: %s\r\n\r\n", rq->close_after ? "close" : "keep-alive");
}

/* --- sending -------------------------------------------------------------------------- */

/* False: nobody is there any more, and rq is gone. */
static bool
begin(struct http_request *rq)
{
	assert(!rq->replied);
	rq->replied = true;
	if (rq->connection == NULL) {
		request_destroy(rq);
		return false;
	}
	rq->connection->state = CONNECTION_SENDING;
	rq->close_after = rq->close_after || rq->net->stopping;
	return true;
}

/* Sends the head and, if it is short, the body with it; else *body is left to be sent. */
static void
send_head(struct http_request *rq, int status, const char *content_type, uint64_t total,
	const char *body, size_t length)
{
	struct connection *c = rq->connection;
	bool silent = strcmp(rq->web.method, "HEAD") == 0 || !status_has_body(status);
	struct buf out;

	buf_init(&out, HEAD_MAX + TOGETHER_MAX);
	put_head(&out, rq, status, content_type, total);
	if (!silent && length > 0 && out.length + length <= TOGETHER_MAX) {
		buf_append(&out, body, length);
		length = 0;
	}
	assert(!out.overflowed);
	rq->rest = body;
	rq->rest_length = silent ? 0 : length;
	connection_write(c, out.data, out.length);
	buf_fini(&out);
}

bool
request_reply_begin(struct http_request *rq, int status, const char *content_type,
	uint64_t total)
{
	struct connection *c;

	if (!begin(rq)) {
		return false;
	}
	c = rq->connection;
	send_head(rq, status, content_type, total, NULL, 0);
	if (strcmp(rq->web.method, "HEAD") == 0 || total == 0) {
		http_reply_written(c);
		return false;
	}
	return true;
}

void
request_reply_static(struct http_request *rq, int status, const char *content_type,
	const char *body, size_t length)
{
	struct connection *c;

	if (!begin(rq)) {
		return;
	}
	c = rq->connection;
	send_head(rq, status, content_type, length, body, length);
	http_reply_written(c);
}

/* Takes `owned`. */
static void
reply_owned(struct http_request *rq, int status, const char *content_type, char *owned,
	size_t length)
{
	struct connection *c;

	if (!begin(rq)) {
		free(owned);
		return;
	}
	c = rq->connection;
	rq->rest_owned = owned;
	send_head(rq, status, content_type, length, owned, length);
	http_reply_written(c);
}

void
http_reply(struct http_request *rq, int status, const char *content_type,
	const char *body, size_t length)
{
	char *copy = NULL;

	if (length <= TOGETHER_MAX / 2) {
		request_reply_static(rq, status, content_type, body, length);
		return;
	}
	copy = xmalloc(length);
	memcpy(copy, body, length);
	reply_owned(rq, status, content_type, copy, length);
}

void
http_reply_json(struct http_request *rq, int status, struct buf *json)
{
	size_t length = json->length;

	if (json->overflowed) {
		buf_fini(json);
		request_refuse(rq, 500, "too_large", "the answer is too large", NULL);
		return;
	}
	reply_owned(rq, status, "application/json; charset=utf-8", buf_take(json), length);
}

/* --- errors --------------------------------------------------------------------------- */

void
request_refuse(struct http_request *rq, int status, const char *code, const char *text,
	const char *field)
{
	struct buf json;
	struct json_writer w;

	buf_init(&json, ERROR_MAX);
	jw_init(&w, &json);
	jw_object(&w);
	jw_key(&w, "error");
	jw_object(&w);
	jw_kstring(&w, "code", code);
	jw_kstring(&w, "text", text);
	if (field != NULL) {
		jw_kstring(&w, "field", field);
	}
	jw_object_end(&w);
	jw_object_end(&w);
	if (json.overflowed) {
		buf_clear(&json);
		buf_puts(&json, "{\"error\":{\"code\":\"invalid\",\"text\":\"\"}}");
	}
	http_reply_json(rq, status, &json);
}

static int
status_of(enum err code)
{
	switch (code) {
	case ERR_INVALID:
		return 400;
	case ERR_DENIED:
		return 403;
	case ERR_NOT_FOUND:
		return 404;
	case ERR_CONFLICT:
		return 409;
	case ERR_BUSY:
		return 429;
	case ERR_UNAVAILABLE:
	case ERR_UNCERTAIN:
		return 503;
	case ERR_OK:
	case ERR_CORRUPT:
		break;
	}
	return 500;
}

void
http_reply_error(struct http_request *rq, enum err code, const char *text,
	const char *field)
{
	request_refuse(rq, status_of(code), err_name(code), text, field);
}
