/* Sending the house's mail: the carrier of the outbox's items of kind "mail". What the mail says
 * is read by a reader, written as bytes by a worker, and handed to the mailbox's server by the
 * mail client's thread. Loop thread. */
#ifndef API_MAIL_CARRIER_H
#define API_MAIL_CARRIER_H

#include "flow/outbox.h"

struct app;

struct outbox_carrier mail_carrier(struct app *app);
/* Of kind "answer": what a visitor who left an address has not seen. */
struct outbox_carrier answer_carrier(struct app *app);

#endif
