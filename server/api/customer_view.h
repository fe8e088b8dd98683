/* Customers as the API shows them: found only inside the asking person's scope, an attached
 * one as the one she is read under. The reading functions run on a reader thread. */
#ifndef API_CUSTOMER_VIEW_H
#define API_CUSTOMER_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/actor.h"

struct arena;
struct customer;
struct exchange;
struct json_writer;
struct outcome;
struct reader;

/* The primary of `id`. ERR_NOT_FOUND also for one outside the scope: what one may not see does
 * not exist. Inside is: unit, owner, or a conversation that is assigned to oneself. */
MUST_CHECK enum err customer_find(struct reader *r, const struct scope *scope,
	uint64_t id, struct arena *a, struct customer *out, struct error *e);
/* {"customer","contacts","timelines","marks","conversation"} as members of an open object. */
MUST_CHECK enum err customer_write(struct reader *r, const struct scope *scope,
	const struct customer *c, struct arena *a, struct json_writer *w, struct error *e);

/* --- loop thread -------------------------------------------------------------------------- */
/* Replies with the whole profile as it is now. Ends the exchange. */
void customer_reply(struct exchange *x, uint64_t id);
/* Replies 409: beside the error `current` as it is now (0: leave it out), and `customer` who has
 * what was asked for, when the store named one and the asking person may see her. */
void customer_conflict(struct exchange *x, const struct outcome *o, const char *field,
	uint64_t current);
/* Goes on with `next` when the person may see this customer; else 404. */
typedef void customer_next(struct exchange *x, uint64_t primary);
void customer_check(struct exchange *x, uint64_t id, customer_next *next);

#endif
