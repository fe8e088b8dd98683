/* Trying the servers of a mailbox: log in by IMAP and open the folder, log in by SMTP, and say
 * how far each came in the servers' own words. Threads of its own, because that blocks. */
#ifndef API_MAILBOX_PROBE_H
#define API_MAILBOX_PROBE_H

#include <stdint.h>

#include "base/err.h"

struct app;
struct exchange;
struct mailbox_probes;
struct mailbox_settings;

typedef void mailbox_probes_wake(void *ctx); /* any thread: call ..._drain soon */

MUST_CHECK enum err mailbox_probes_create(struct mailbox_probes **out, struct app *app,
	mailbox_probes_wake *wake, void *ctx, struct error *e);
void mailbox_probes_drain(struct mailbox_probes *p);
/* Loop thread; waits for those that run, which give up at once. */
void mailbox_probes_stop(struct mailbox_probes *p);
void mailbox_probes_destroy(struct mailbox_probes *p); /* NULL is fine */

/* Replies to the exchange. */
void mailbox_probe(struct mailbox_probes *p, struct exchange *x,
	const struct mailbox_settings *s, const char *public_key);

#endif
