/* Web chat: the widget on a page. Its bytes are our own protocol (docs/protocol.md), so there
 * is nothing to translate; the driver knows the settings of a widget. */
#ifndef CHANNELS_WEBCHAT_DRIVER_H
#define CHANNELS_WEBCHAT_DRIVER_H

#include "channels/channel.h"

extern const struct channel_driver webchat_driver;

/* "https://www.example.com" or "http://localhost:8080": scheme, host and perhaps port, nothing
 * else; it ends up in a Content-Security-Policy. RFC 6454, section 6. */
bool webchat_origin_valid(const char *text);

#endif
