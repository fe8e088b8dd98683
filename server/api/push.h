/* Telling the server of an app that something has arrived for one of its users who is away: the
 * carrier of the outbox's webhooks. Loop thread. */
#ifndef API_PUSH_H
#define API_PUSH_H

#include "flow/outbox.h"

struct app;
struct channel_row;
struct web_call;

struct outbox_carrier push_carrier(struct app *app);

/* A signed call that says "ping". NULL: the channel has no address or no secret. To be submitted
 * with its `done` and `ctx` set. */
struct web_call *push_ping(struct app *app, const struct channel_row *channel);

#endif
