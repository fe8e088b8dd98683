#include "channels/phone/driver.h"

#include "channels/phone/events.h"

const struct channel_driver phone_driver = {
	.name = "phone",
	.caps = {.writes = false},
	.decode_call = call_event_parse,
};
