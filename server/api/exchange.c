#include "api/exchange.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/input.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "model/change.h"
#include "net/net.h"

enum {
	RETRY_SECONDS = 1,
	HTTP_UNAUTHORIZED = 401,
	HTTP_UNPROCESSABLE = 422,
	HTTP_TOO_MANY = 429,
};

/* --- replies ------------------------------------------------------------------------------ */

static void
destroy(struct exchange *x)
{
	json_free(x->body);
	change_destroy(x->pending);
	free(x);
}

struct http_request *
exchange_release(struct exchange *x)
{
	struct http_request *rq = x->http;

	destroy(x);
	return rq;
}

static void
reply(struct exchange *x, int status, struct buf *json)
{
	http_set_header(x->http, "cache-control", "no-store");
	http_reply_json(x->http, status, json);
	destroy(x);
}

void
exchange_reply(struct exchange *x, struct buf *json)
{
	if (json->overflowed) {
		buf_fini(json);
		exchange_fail(x, ERR_INVALID, "limit", "the answer is too large: ask for less");
		return;
	}
	reply(x, x->status, json);
}

void
exchange_open(struct buf *out, struct json_writer *w)
{
	buf_init(out, REPLY_MAX_BYTES);
	jw_init(w, out);
	jw_object(w);
}

void
exchange_close(struct exchange *x, struct buf *out, struct json_writer *w)
{
	jw_object_end(w);
	exchange_reply(x, out);
}

void
exchange_reply_empty(struct exchange *x)
{
	http_set_header(x->http, "cache-control", "no-store");
	http_reply(x->http, 204, NULL, "", 0);
	destroy(x);
}

void
error_begin(struct json_writer *w, const char *code, const char *field, const char *text)
{
	jw_object(w);
	jw_key(w, "error");
	jw_object(w);
	jw_kstring(w, "code", code);
	jw_kstring(w, "text", text);
	jw_kstring(w, "field", field);
	jw_object_end(w);
}

void
exchange_fail_status(struct exchange *x, int status, const char *code, const char *field,
	const char *text)
{
	struct buf out;
	struct json_writer w;

	buf_init(&out, REPLY_MAX_BYTES);
	jw_init(&w, &out);
	error_begin(&w, code, field, text);
	jw_object_end(&w);
	reply(x, status, &out);
}

static int
status_of(enum err code)
{
	switch (code) {
	case ERR_OK:
		return 200;
	case ERR_INVALID:
		return 400;
	case ERR_DENIED:
		return 403;
	case ERR_NOT_FOUND:
		return 404;
	case ERR_CONFLICT:
		return 409;
	case ERR_BUSY:
		return HTTP_TOO_MANY;
	case ERR_UNAVAILABLE:
	case ERR_UNCERTAIN:
		return 503;
	case ERR_CORRUPT:
		return 500;
	}
	return 500;
}

static void
set_retry_after(struct exchange *x, int64_t seconds)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)seconds);
	http_set_header(x->http, "retry-after", text);
}

void
exchange_fail(struct exchange *x, enum err code, const char *field, const char *text)
{
	int status = status_of(code);

	if (status == HTTP_TOO_MANY || status == 503) {
		set_retry_after(x, RETRY_SECONDS);
	}
	if (status == 500) {
		struct log_quoted path;
		struct log_quoted reason;

		log_event(LOG_ERROR, "request_failed", "path=%s reason=%s",
			log_quote(&path, http_request(x->http)->path), log_quote(&reason, text));
		text = "the stored data contradict themselves; see the log of the server";
	}
	exchange_fail_status(x, status, err_name(code), field, text);
}

void
exchange_fail_outcome(struct exchange *x, const struct outcome *o)
{
	exchange_fail(x, o->code, o->field[0] != '\0' ? o->field : NULL, o->text);
}

void
exchange_unauthenticated(struct exchange *x, const char *text)
{
	exchange_fail_status(x, HTTP_UNAUTHORIZED, "unauthenticated", NULL, text);
}

void
exchange_wait(struct exchange *x, int64_t retry_ms, const char *text)
{
	set_retry_after(x, (retry_ms + 999) / 1000);
	exchange_fail_status(x, HTTP_TOO_MANY, "busy", NULL, text);
}

bool
exchange_refused(struct exchange *x, const struct input *in)
{
	if (in->field == NULL) {
		return false;
	}
	exchange_fail(x, ERR_INVALID, in->field, in->text);
	return true;
}

uint64_t
exchange_id(struct exchange *x, const char *parameter)
{
	const char *text = http_param(x->http, parameter);
	uint64_t id;

	if (text == NULL || !str_parse_u64(text, &id) || id == 0 || id > INT64_MAX) {
		exchange_fail(x, ERR_NOT_FOUND, NULL, "there is no such thing");
		return 0;
	}
	return id;
}

/* --- who, and what does the body say ------------------------------------------------------ */

static bool
body_parsed(struct exchange *x)
{
	const struct web_request *rq = http_request(x->http);
	struct error e = {0};

	if (rq->body_length == 0) {
		exchange_fail(x, ERR_INVALID, NULL, "the body must be a JSON object");
		return false;
	}
	if (json_parse(rq->body, rq->body_length, &x->body, &e) != ERR_OK) {
		exchange_fail(x, ERR_INVALID, NULL, e.text);
		return false;
	}
	if (!json_is_object(x->body)) {
		exchange_fail(x, ERR_INVALID, NULL, "the body must be a JSON object");
		return false;
	}
	return true;
}

static bool
staff_admitted(struct exchange *x)
{
	const struct web_request *rq = http_request(x->http);

	if (x->access->role == 0 || x->who.actor.role < x->access->role) {
		exchange_fail(x, ERR_DENIED, NULL, "your role does not allow this");
		return false;
	}
	if (strcmp(rq->method, "GET") != 0 && strcmp(rq->method, "HEAD") != 0 &&
		!sessions_csrf_ok(&x->who, web_header(rq, "x-csrf-token"))) {
		exchange_fail(x, ERR_DENIED, NULL, "the header X-CSRF-Token is missing or wrong");
		return false;
	}
	return true;
}

static bool
admitted(struct exchange *x)
{
	switch (x->who.actor.kind) {
	case AUTHOR_STAFF:
		return staff_admitted(x);
	case AUTHOR_API:
		if (x->access->scope != NULL && identity_has_scope(&x->who, x->access->scope)) {
			return true;
		}
		exchange_fail(x, ERR_DENIED, NULL,
			"the scopes of this API key do not allow this");
		return false;
	case AUTHOR_CUSTOMER:
		if (x->access->visitor) {
			return true;
		}
		exchange_fail(x, ERR_DENIED, NULL, "visitors may not do this");
		return false;
	case AUTHOR_SYSTEM:
	case AUTHOR_BOT:
		break;
	}
	exchange_fail(x, ERR_DENIED, NULL, "not allowed");
	return false;
}

static void
identified(void *ctx, enum err rc, const struct identity *who)
{
	struct exchange *x = ctx;

	if (rc == ERR_DENIED) {
		exchange_unauthenticated(x, "log in first");
		return;
	}
	if (rc != ERR_OK) {
		exchange_fail(x, rc, NULL, "the database is away; try again soon");
		return;
	}
	x->who = *who;
	if (!admitted(x) || (x->access->json && !body_parsed(x))) {
		return;
	}
	x->start(x);
}

struct exchange *
exchange_create(struct http_request *rq, void *app, exchange_step *start)
{
	struct exchange *x = xcalloc(1, sizeof(*x));

	x->app = app;
	x->http = rq;
	x->arena = http_arena(rq);
	x->status = 200;
	x->start = start;
	return x;
}

void
exchange_identify(struct exchange *x, const struct access *access)
{
	x->access = access;
	sessions_of_request(x->app->sessions, http_request(x->http), identified, x);
}

void
exchange_begin(struct http_request *rq, void *app, const struct access *access,
	exchange_step *start)
{
	exchange_identify(exchange_create(rq, app, start), access);
}

void
exchange_begin_open(struct http_request *rq, void *app, bool json, exchange_step *start)
{
	struct exchange *x = exchange_create(rq, app, start);

	x->who.actor.kind = AUTHOR_SYSTEM;
	str_copy(x->who.actor.address, sizeof(x->who.actor.address), http_request(rq)->peer);
	if (json && !body_parsed(x)) {
		return;
	}
	x->start(x);
}

/* --- changes ------------------------------------------------------------------------------ */

struct change *
exchange_change(struct exchange *x, enum change_kind kind)
{
	assert(x->pending == NULL);
	x->pending = change_create(kind, &x->who.actor);
	return x->pending;
}

/* A text with a phrase that is watched: the author sees which, and where. */
static void
fail_watched(struct exchange *x, const struct outcome *o)
{
	bool warned = o->code == ERR_CONFLICT;
	struct buf out;
	struct json_writer w;

	buf_init(&out, REPLY_MAX_BYTES);
	jw_init(&w, &out);
	error_begin(&w, warned ? "warned" : "blocked", "text", o->text);
	phrases_found_write(o->found, o->found_count, o->found_in, &w);
	jw_object_end(&w);
	reply(x, warned ? 409 : HTTP_UNPROCESSABLE, &out);
}

static void
change_done(void *ctx, const struct outcome *o)
{
	struct exchange *x = ctx;

	if (o->code == ERR_OK) {
		x->committed(x, o);
	} else if (o->found_count > 0) {
		fail_watched(x, o);
	} else if (x->refused != NULL) {
		x->refused(x, o);
	} else {
		exchange_fail_outcome(x, o);
	}
}

void
exchange_submit(struct exchange *x, struct change *c, exchange_outcome *committed,
	exchange_outcome *refused)
{
	struct outcome not_queued = {
		.text = "nothing can be stored just now; try again soon",
	};

	assert(x->pending == c);
	x->pending = NULL;
	x->committed = committed;
	x->refused = refused;
	not_queued.code = ingest_submit(&x->app->ingest, c, change_done, x);
	if (not_queued.code != ERR_OK) {
		change_done(x, &not_queued);
	}
}
