#include "channels/app/driver.h"

const struct channel_driver app_driver = {
	.name = "app",
	.caps = {.writes = true, .visitors = true, .pushes = true},
};
