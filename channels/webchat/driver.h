/* Web chat: the widget on a page. Its bytes are our own protocol (docs/protocol.md), so there is
 * nothing to translate; identity.h checks who a logged-in customer is. */
#ifndef CHANNELS_WEBCHAT_DRIVER_H
#define CHANNELS_WEBCHAT_DRIVER_H

#include "channels/channel.h"

extern const struct channel_driver webchat_driver;

#endif
