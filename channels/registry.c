/* The one list of channels. Adding a channel adds a line here and a folder beside it. */
#include <string.h>

#include "channels/app/driver.h"
#include "channels/channel.h"
#include "channels/counter/driver.h"
#include "channels/email/driver.h"
#include "channels/phone/driver.h"
#include "channels/webchat/driver.h"
#include "model/channel_kind.h"

const struct channel_driver *const channel_drivers[] = {
	&app_driver,
	&counter_driver,
	&email_driver,
	&phone_driver,
	&webchat_driver,
	NULL,
};

const struct channel_driver *
channel_driver_find(const char *name)
{
	for (const struct channel_driver *const *d = channel_drivers; *d != NULL; d++) {
		if (name != NULL && strcmp((*d)->name, name) == 0) {
			return *d;
		}
	}
	return NULL;
}

bool
channel_kind_writes(const char *kind)
{
	const struct channel_driver *driver = channel_driver_find(kind);

	return driver == NULL || driver->caps.writes;
}

bool
channel_has_visitors(const char *kind)
{
	const struct channel_driver *d = channel_driver_find(kind);

	return d != NULL && d->caps.visitors;
}
