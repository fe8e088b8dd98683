/* Whether a mail that was fetched may be answered by rules, with what the directory knows of the
 * house's mailboxes. Loop thread. */
#ifndef API_MAILBOX_ANSWERS_H
#define API_MAILBOX_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/mail_answerable.h"

struct directory;

/* Completes `m` by the addresses that are ours. Where the mailbox answers and this mail is not
 * answered the log says why. */
bool
mailbox_answers(const struct directory *d, uint64_t channel, struct mail_answerable *m);

#endif
