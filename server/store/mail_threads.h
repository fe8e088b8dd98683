/* The threading of mail: what earlier entry a mail answers. Writer thread. */
#ifndef STORE_MAIL_THREADS_H
#define STORE_MAIL_THREADS_H

#include "store/mails.h"

struct post;

/* The mail with this Message-ID; why == NULL: none. */
MUST_CHECK enum err
mail_find(struct batch *b, const char *message_id, struct mail_thread *out, bool *ours);
/* The newest mail of a conversation; entry == 0: it has none. */
MUST_CHECK enum err
mail_newest(struct batch *b, uint64_t conversation, struct mail_thread *out);
/* In the order of the agreement: number, token, Message-IDs, subject. One that is the same
 * customer's goes before one that is another's. */
MUST_CHECK enum err mail_thread_of(struct batch *b, const struct post *p,
	uint64_t customer, struct mail_thread *out, bool *belongs);
/* Keeps what later mail is found by. */
MUST_CHECK enum err mail_remember(struct batch *b, const struct fact *f,
	const char *message_id, const char *subject, bool outgoing);

#endif
