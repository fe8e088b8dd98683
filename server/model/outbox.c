#include "model/outbox.h"

#include "base/str.h"

static const char *const names[] = {
	[OUTBOX_WAITING] = "waiting",
	[OUTBOX_SENDING] = "sending",
	[OUTBOX_SENT] = "sent",
	[OUTBOX_DEAD] = "dead",
	[OUTBOX_DROPPED] = "dropped",
};

const char *
outbox_state_name(enum outbox_state state)
{
	return names[state];
}

enum outbox_state
outbox_state_of(const char *name)
{
	for (enum outbox_state s = OUTBOX_WAITING; s <= OUTBOX_DROPPED; s++) {
		if (str_equals(names[s], name)) {
			return s;
		}
	}
	return 0;
}
