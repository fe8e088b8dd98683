/* Who has a customer's thread open: the sockets of staff that watch her, and the sockets of
 * her own widget. What passes through a room (typing, viewers, ticks, her profile) is never
 * stored. A place is embedded by its owner, one for each room that a socket is in.
 * Loop thread only. */
#ifndef DESK_ROOMS_H
#define DESK_ROOMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"

struct room;
struct rooms;

struct place {
	struct list link;
	struct room *room;       /* NULL: in none */
	uint64_t staff;          /* 0: the customer herself */
	int64_t composing_until; /* monotonic */
	void *owner;             /* the socket's session */
};

struct rooms *rooms_create(void);
void rooms_destroy(struct rooms *r); /* all places must have left; NULL is fine */

void rooms_enter(struct rooms *r, struct place *p, uint64_t customer, uint64_t staff,
	void *owner);
void rooms_leave(struct rooms *r, struct place *p); /* also when it is in none */
uint64_t place_customer(const struct place *p);     /* 0: in none */
/* Marks that somebody writes at this place; ends by itself after a while. */
void place_composing(struct place *p, bool on);

/* Whose customer she is, for those who see her in a list and not in the room. */
void rooms_belong(struct rooms *r, uint64_t customer, uint64_t unit, uint64_t owner);
/* False: nobody is there. */
bool
rooms_belongs(const struct rooms *r, uint64_t customer, uint64_t *unit, uint64_t *owner);

typedef void room_visit(void *ctx, struct place *p);
/* Visits everybody in the room; the visitor may leave only the place it was given. */
void rooms_each(struct rooms *r, uint64_t customer, room_visit *visit, void *ctx);

struct room_viewer {
	uint64_t staff;
	bool composing;
};
/* Members of staff in the room, each once, at most `max`. */
size_t rooms_viewers(const struct rooms *r, uint64_t customer, struct room_viewer *out,
	size_t max);

#endif
