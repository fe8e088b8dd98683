/* What the house must know of a kind of channel. A driver translates between one provider's
 * bytes and our model and is pure: no sockets, no store, no globals; so every one is tested
 * from captured bytes and is a fuzz target. It never sees the store, the bus or a socket.
 *
 * To come with the channels that need them, beside `decode`: the calls to make (poll, absorb),
 * sending (encode, judge) and long sessions of bytes in and bytes out. docs/add-a-channel.md. */
#ifndef CHANNELS_CHANNEL_H
#define CHANNELS_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "channels/phone/e164.h"

struct arena;
struct call_change;
struct json;

struct channel_caps {
	bool writes;   /* the house can answer on it: a composer is shown */
	bool receipts; /* delivered and read come back */
	bool typing;
	size_t text_max; /* characters of one message; 0: no limit of its own */
};

/* Loop thread; nothing here may block. */
struct channel_driver {
	const char *name; /* folder, `kind` in the database and on the wire */
	struct channel_caps caps;

	/* Optional: a provider that pushes call events. `out` lives in the arena. */
	MUST_CHECK enum err (*decode_call)(const struct json *body,
		const struct dial_plan *plan, struct arena *a, struct call_change *out,
		struct error *e);
};

extern const struct channel_driver *const channel_drivers[]; /* ends with NULL */
const struct channel_driver *
channel_driver_find(const char *name); /* NULL: there is none */

#endif
