/* Mail that goes, see mails.h. Writer thread. */
#ifndef STORE_MAIL_DEPARTURES_H
#define STORE_MAIL_DEPARTURES_H

#include "store/mails.h"

#define MAIL_SENT_BYTES_MAX (25 << 20) /* of attachments of one mail */

/* Whose address a mailbox has, and the name beside it, from the settings of its channel; an
 * address that is there already stays. */
void mail_sender(struct batch *b, const char *settings, struct mail_address *out);

/* Chooses the mailbox; ERR_INVALID: it cannot go (refused). */
MUST_CHECK enum err
mail_departure_check(struct batch *b, struct job *j, struct mail_plan *plan);
/* What it answers, whether the customer sees it, and its Message-ID. */
MUST_CHECK enum err
mail_depart(struct batch *b, struct job *j, const struct head *h, struct mail_plan *plan);

/* In-Reply-To and References of an answer to `parent`. */
void mail_refer_to(struct batch *b, const struct mail *parent, struct mail *m);
/* Of the fact that is appended next. Nobody can guess it: it names the entry, which is its
 * number, and a secret. */
const char *mail_message_id(struct batch *b, const struct mail *m);
/* Into the outbox. */
MUST_CHECK enum err mail_leave(struct batch *b, const struct fact *f);

#endif
