/* Answers by rules that leave by mail. What the loop could not know is asked here: whether a
 * person has written in this conversation, and how often a machine did. Writer thread. */
#ifndef STORE_AUTOMATIC_MAILS_H
#define STORE_AUTOMATIC_MAILS_H

#include "model/mail.h"
#include "store/apply.h"

struct auto_answer;

#define AUTOMATIC_MAILS_MAX 3                          /* to one address ... */
#define AUTOMATIC_MAILS_MS (INT64_C(24) * 3600 * 1000) /* ... within */

/* A question that came by mail. */
struct mail_question {
	const struct mail *mail;
	uint64_t mailbox;         /* that it came to, and that answers */
	bool strange;             /* its thread is another customer's */
	uint64_t entry;           /* once it is appended */
	struct mail_address from; /* of the mailbox, once it was looked at */
};

/* `may`: the answer can be given as far as mail goes. After the conversation is chosen. */
MUST_CHECK enum err automatic_mail_check(struct batch *b, const struct head *h,
	const struct auto_answer *a, struct mail_question *q, bool *may);
/* The entry of an answer that has a text, into the conversation and into the outbox. */
MUST_CHECK enum err automatic_mail_say(struct batch *b, struct job *j, struct head *h,
	const struct mail_question *q, const struct auto_answer *a, const struct draft *draft,
	struct fact **out);
/* The question from its entry; `found`: it is mail in this timeline. */
MUST_CHECK enum err automatic_mail_question(struct batch *b, uint64_t timeline,
	uint64_t entry, struct mail_question *q, bool *found);

#endif
