/* The mailboxes of the house, as they are configured (channels of kind email) and as they are
 * read: each mail becomes stored files and then a change, and only when that is committed the
 * cursor moves and the next mail is fetched. While the database is away nothing is fetched; what
 * comes twice dies on its Message-ID. Loop thread only. */
#ifndef API_MAILBOXES_H
#define API_MAILBOXES_H

#include <stdint.h>

#include "base/err.h"

struct app;
struct json_writer;
struct mailboxes;

typedef void mailboxes_wake(void *ctx); /* any thread: call mailboxes_drain soon */

MUST_CHECK enum err mailboxes_create(struct mailboxes **out, struct app *app,
	mailboxes_wake *wake, void *ctx, struct error *e);
/* Reads the cursors and begins; again by itself after each change of channels. */
void mailboxes_start(struct mailboxes *m);
void mailboxes_drain(struct mailboxes *m); /* after each wake of the loop */
void mailboxes_stop(struct mailboxes *m);
void mailboxes_destroy(struct mailboxes *m); /* stops them first; NULL is fine */

/* The member "mailbox_state" of a channel. */
void
mailboxes_write_state(const struct mailboxes *m, uint64_t channel, struct json_writer *w);

struct mailbox_counts {
	uint64_t connected;
	uint64_t failing;
	uint64_t taken; /* since the start, as are: */
	uint64_t told;
	uint64_t copies;  /* of these taken: they were entries already */
	uint64_t dropped; /* of these taken: our own that came back, loops */
	uint64_t failures;
};
struct mailbox_counts mailboxes_count(const struct mailboxes *m);

#endif
