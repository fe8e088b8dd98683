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

struct change;
struct channel_row;
struct json;

struct channel_caps {
	bool writes;   /* the house can answer on it: a composer is shown */
	bool visitors; /* customers come by our own page, sessions and sockets */
	bool pushes;   /* their server is told of entries that they have not got */
	bool entries;  /* takes entries at POST /api/v1/entries/KIND */
	bool staff;    /* members of staff may post them, not only programs */
};

/* What somebody posted to a channel. All of it is the caller's. */
struct inbound {
	const struct json *body;           /* an object */
	const struct channel_row *account; /* the configured account; NULL: none known yet */
	const struct dial_plan *plan;      /* for numbers as they are dialled here */
};

/* Loop thread; nothing here may block. */
struct channel_driver {
	const char *name; /* folder, `kind` in the database and on the wire */
	struct channel_caps caps;

	/* Optional: a provider or a form that pushes. Sets out->kind and its members; what they
	 * point to lives in out->arena. The caller has filled in the actor and, for entries, the
	 * account. ERR_INVALID names the wrong member in front of a colon: "from: is missing". */
	MUST_CHECK enum err (
		*decode)(const struct inbound *in, struct change *out, struct error *e);
};

extern const struct channel_driver *const channel_drivers[]; /* ends with NULL */
const struct channel_driver *
channel_driver_find(const char *name); /* NULL: there is none */
bool channel_has_visitors(const char *kind);

#endif
