/* One mail on its way from the mailbox into the store: read and put on the disk by a worker,
 * its files registered, its change committed; each step again until it works, as long as only
 * the database or the disk is away. Loop thread, but for the worker's step. */
#ifndef API_MAILBOX_TAKE_H
#define API_MAILBOX_TAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "channels/email/imap.h"
#include "model/mailbox.h"

struct app;

/* What became of a mail: nothing is set when it is an entry. */
struct mail_fate {
	const char *told; /* why it cannot be one, for a person; NULL: no fault */
	bool copy;        /* it was an entry already */
	bool dropped;     /* our own that came back, a loop */
};
typedef void mail_taken(void *ctx, uint64_t channel, uint64_t generation,
	const struct imap_event *event, const struct mail_fate *fate);

struct taking;
struct taking_conf {
	struct app *app;
	uint64_t channel;
	uint64_t generation;
	const char *address;
	const char *trusted_host;
	enum mailbox_answering answering;
	int64_t since;       /* what the mailbox takes mail from */
	const char *trouble; /* of a mail that could not be fetched: what the server said */
	mail_taken *done;    /* unless it is ended before; event without its bytes */
	void *ctx;
};
/* Takes the bytes of the event. */
struct taking *
taking_start(const struct taking_conf *conf, const struct imap_event *event);
/* The server stops: `done` is not called any more. It frees itself once nothing of it is under
 * way. */
void taking_end(struct taking *t);

#endif
