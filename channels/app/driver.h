/* App: the same history inside a customer's app, by the page for web views or by a client of
 * the app's own (docs/app.md). Its bytes are our own protocol, as those of web chat; customers
 * prove who they are by default, and the app's server is told of entries that arrive while she
 * is away. */
#ifndef CHANNELS_APP_DRIVER_H
#define CHANNELS_APP_DRIVER_H

#include "channels/channel.h"

extern const struct channel_driver app_driver;

#endif
