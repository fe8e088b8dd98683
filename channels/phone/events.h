/* One call event as a PBX (or its adapter) posts it, turned into a change. Pure.
 * The format is that of POST /api/v1/calls in docs/api.md. */
#ifndef CHANNELS_PHONE_EVENTS_H
#define CHANNELS_PHONE_EVENTS_H

#include "base/err.h"
#include "channels/phone/e164.h"

struct arena;
struct call_change;
struct json;

/* Fills everything but out->channel. Texts live in the arena. ERR_INVALID names the member that
 * is wrong in e->text ("from: ..."). A call between two extensions has direction CALL_INTERNAL. */
MUST_CHECK enum err
call_event_parse(const struct json *body, const struct dial_plan *plan, struct arena *a,
	struct call_change *out, struct error *e);

#endif
