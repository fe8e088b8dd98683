#include "channels/phone/driver.h"

#include "channels/phone/events.h"
#include "model/change.h"

static enum err
decode(const struct inbound *in, struct change *out, struct error *e)
{
	out->kind = CHANGE_CALL;
	return call_event_parse(in->body, in->plan, out->arena, &out->call, e);
}

const struct channel_driver phone_driver = {
	.name = "phone",
	.caps = {.writes = false},
	.decode = decode,
};
