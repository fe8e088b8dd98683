/* Mail: mailboxes that the house reads by IMAP and writes from by SMTP. */
#ifndef CHANNELS_EMAIL_DRIVER_H
#define CHANNELS_EMAIL_DRIVER_H

#include "channels/channel.h"

extern const struct channel_driver email_driver;

#endif
