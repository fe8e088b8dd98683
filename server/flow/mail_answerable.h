/* Whether a mail may be answered without anybody looking, after RFC 3834: only what a person wrote
 * to the house, lately, from an address that is hers. Pure. */
#ifndef FLOW_MAIL_ANSWERABLE_H
#define FLOW_MAIL_ANSWERABLE_H

#include <stddef.h>
#include <stdint.h>

#include "model/mail.h"
#include "model/mailbox.h"

#define MAIL_ANSWERED_WITHIN_MS \
	(INT64_C(24) * 3600 * 1000) /* of its sending and arrival */
#define MAIL_QUESTION_MAX 3000  /* bytes: a longer letter is for a person to read */

struct mail_answerable {
	const struct mail *mail;
	const char *text; /* what is new in it */
	enum mailbox_answering answering;
	int64_t sent_at;     /* as its sender says; 0: unknown */
	int64_t received_at; /* as the mailbox says; 0: unknown */
	int64_t since;       /* what the mailbox takes mail from */
	int64_t now;
	const char *const *ours; /* the addresses of all mailboxes of the house */
	size_t our_count;
};

/* NULL: it may. Else a word for the log that says why not. */
const char *mail_not_answerable(const struct mail_answerable *m);

#endif
