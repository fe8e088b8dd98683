/* What an exchange reads: `run` writes the reply on a reader thread, everything else belongs to
 * the loop thread. A reading frees itself once it replied or failed, unless `done` or `failed`
 * took it over; both then call reading_destroy, reading_reply or reading_start again. */
#ifndef API_READING_H
#define API_READING_H

#include <stddef.h>
#include <stdint.h>

#include "api/exchange.h"
#include "base/buf.h"
#include "base/json.h"
#include "store/store.h"

struct arena;
struct http_request;
struct input;

struct reading {
	struct query query;
	struct exchange *exchange; /* the loop's, not run's */
	struct arena *arena;
	struct actor actor;
	struct scope scope;
	struct buf out; /* the reply, written by run */
	struct json_writer json;
	void *parameters;
	reading_run *run; /* touches nothing but the reading and what lies in its arena */
	void (*done)(struct reading *r);   /* only after ERR_OK; NULL: reading_reply */
	void (*failed)(struct reading *r); /* NULL: the error is replied */
};
struct reading *reading_create(struct exchange *x, size_t parameters_size);
void reading_start(struct reading *r); /* owns it from now on */
/* The same, unless what it shall read was asked wrongly: then that is replied. */
void reading_start_checked(struct reading *r, const struct input *in);
void reading_reply(struct reading *r);
void reading_destroy(struct reading *r); /* without a reply */

/* Replies with what `run` writes: it needs no parameters, or one, the const uint64_t `id`. */
void reading_simple(struct exchange *x, reading_run *run);
void reading_of(struct exchange *x, uint64_t id, reading_run *run);
/* Requests that are nothing else: exchange_begin, then one of those; of the id of the path. */
void reading_route(struct http_request *rq, void *app, const struct access *access,
	reading_run *run);
void reading_route_of(struct http_request *rq, void *app, const struct access *access,
	reading_run *run);

/* {"items":[ and ]}, around what the caller writes. */
void reading_items(struct reading *r);
void reading_items_end(struct reading *r);

#endif
