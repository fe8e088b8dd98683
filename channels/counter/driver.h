/* The counter: what a member of staff notes after she met a customer, at the branch's counter or
 * at the customer's place. The smallest channel; docs/add-a-channel.md walks through it. */
#ifndef CHANNELS_COUNTER_DRIVER_H
#define CHANNELS_COUNTER_DRIVER_H

#include "channels/channel.h"

extern const struct channel_driver counter_driver;

#endif
