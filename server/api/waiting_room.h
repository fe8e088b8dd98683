/* While the database is away at the start, the doors are open already: /healthz is green,
 * /readyz says that we are not ready, and everything else asks to come back. */
#ifndef API_WAITING_ROOM_H
#define API_WAITING_ROOM_H

#include "base/err.h"

struct net_conf;

/* Called now and then; anything but ERR_UNAVAILABLE ends the waiting. */
typedef enum err waiting_room_try(void *ctx, struct error *e);

/* Returns what the last attempt returned, ERR_UNAVAILABLE when it was told to stop. */
MUST_CHECK enum err waiting_room(const struct net_conf *conf, waiting_room_try *attempt,
	void *ctx, struct error *e);

#endif
