/* One REST request on its way to its answer: who asks, may she, what does the body say; then
 * a read on a reader thread (api/reading.h) or a change through the store, then exactly one
 * reply. Loop thread only. */
#ifndef API_EXCHANGE_H
#define API_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/sessions.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "model/change.h"
#include "store/store.h"

struct app;
struct arena;
struct exchange;
struct http_request;
struct input;
struct json;
struct outcome;
struct reader;
struct reading;
struct row_resource;

/* Who may ask. Staff need at least `role` and, for what is not a GET, the CSRF token. */
struct access {
	enum staff_role role; /* 0: no staff */
	const char *scope;    /* of API keys; NULL: no keys */
	bool visitor;
	bool json; /* the body must be a JSON object */
};

typedef void exchange_step(struct exchange *x);
typedef void exchange_outcome(struct exchange *x, const struct outcome *o);
/* On a reader thread, see api/reading.h. */
typedef enum err reading_run(struct reading *r, struct reader *reader, struct error *e);

/* Lives until its reply. */
struct exchange {
	struct app *app;
	struct http_request *http;
	struct arena *arena; /* of the request */
	struct identity who; /* actor.kind AUTHOR_SYSTEM when nobody was asked for */
	struct json *body;   /* an object when access.json, else NULL */
	int status;          /* of a good reply, 200 unless set */
	void *state;         /* the resource's own, in the arena */
	const struct access *access;
	exchange_step *start;
	reading_run *run;                /* of api/reading.h */
	const struct row_resource *rows; /* of api/rows.h */
	exchange_outcome *committed;
	exchange_outcome *refused;
	/* Made and not submitted yet; freed with the exchange. */
	struct change *pending;
};

/* Finds out who asks, checks `access`, parses the body and then calls start, or replies. */
void exchange_begin(struct http_request *rq, void *app, const struct access *access,
	exchange_step *start);
/* The same in two steps, for layers above that keep something in the exchange. */
struct exchange *
exchange_create(struct http_request *rq, void *app, exchange_step *start);
void exchange_identify(struct exchange *x, const struct access *access);
/* For what everybody may ask. */
void
exchange_begin_open(struct http_request *rq, void *app, bool json, exchange_step *start);

/* --- replies: each ends the exchange ---------------------------------------------------- */
#define REPLY_MAX_BYTES (16 * 1024 * 1024)

void exchange_reply(struct exchange *x, struct buf *json); /* takes the bytes */
/* The same for one object: opened, written by the caller, closed and replied. */
void exchange_open(struct buf *out, struct json_writer *w);
void exchange_close(struct exchange *x, struct buf *out, struct json_writer *w);
void exchange_reply_empty(struct exchange *x); /* 204 */
/* For replies that net sends itself (a file): drops the exchange, not the request. */
struct http_request *exchange_release(struct exchange *x);
void
exchange_fail(struct exchange *x, enum err code, const char *field, const char *text);
void
exchange_fail_outcome(struct exchange *x, const struct outcome *o); /* the store's no */
void exchange_unauthenticated(struct exchange *x, const char *text);
void exchange_wait(struct exchange *x, int64_t retry_ms, const char *text); /* 429 */
void exchange_fail_status(struct exchange *x, int status, const char *code,
	const char *field, const char *text);
/* True and replied when the input was wrong. */
bool exchange_refused(struct exchange *x, const struct input *in);
/* {"error":{...} left open for more members: close the object and reply with it. */
void
error_begin(struct json_writer *w, const char *code, const char *field, const char *text);

/* The id in the path, else 404 is replied and 0 returned. */
uint64_t exchange_id(struct exchange *x, const char *parameter);

/* --- changes ---------------------------------------------------------------------------- */
/* A change with its actor filled in. It is the exchange's until it is submitted: whoever replies
 * instead leaves it alone. One at a time. */
struct change *exchange_change(struct exchange *x, enum change_kind kind);
/* Submits what exchange_change gave. committed is called after the commit only; failures are replied, unless
 * `refused` is there to do that. Both may start the next step or reply. */
void exchange_submit(struct exchange *x, struct change *c, exchange_outcome *committed,
	exchange_outcome *refused);

#endif
