#include "channels/webchat/driver.h"

const struct channel_driver webchat_driver = {
	.name = "webchat",
	.caps = {.writes = true, .visitors = true},
};
