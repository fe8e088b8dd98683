/* Telephone: call events that any PBX posts, and its records of past calls (cdr.h). */
#ifndef CHANNELS_PHONE_DRIVER_H
#define CHANNELS_PHONE_DRIVER_H

#include "channels/channel.h"

extern const struct channel_driver phone_driver;

#endif
