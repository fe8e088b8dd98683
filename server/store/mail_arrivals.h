/* Mail that comes, see mails.h. Writer thread. */
#ifndef STORE_MAIL_ARRIVALS_H
#define STORE_MAIL_ARRIVALS_H

#include "store/mails.h"

/* Our own mail come back is dropped, a report about mail of ours is told where that mail is.
 * `done`: then that is all. */
MUST_CHECK enum err mail_absorb(struct batch *b, struct job *j, bool *done);
/* What it answers; may choose another timeline of the same customer. */
MUST_CHECK enum err
mail_arrive(struct batch *b, struct job *j, struct head **head, struct mail_plan *plan);
/* At the end: the link that a person may accept. */
MUST_CHECK enum err mail_propose(struct batch *b, struct job *j, struct head *h,
	const struct mail_plan *plan);

#endif
