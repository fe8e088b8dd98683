#include "channels/email/driver.h"

const struct channel_driver email_driver = {
	.name = "email",
	.caps = {.writes = true},
};
