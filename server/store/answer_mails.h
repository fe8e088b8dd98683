/* Answers by mail to visitors who are away. Writer thread. */
#ifndef STORE_ANSWER_MAILS_H
#define STORE_ANSWER_MAILS_H

#include "store/batch.h"

/* After an entry of the house in a visitor's history: a mail, when she left an address, due when
 * she had time to see it. */
MUST_CHECK enum err answer_mail_entry(struct batch *b, const struct fact *f);

#endif
