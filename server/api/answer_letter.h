/* The mail by which a visitor who is away gets the answers that she has not seen: all of them,
 * under her last question. Reader thread. */
#ifndef API_ANSWER_LETTER_H
#define API_ANSWER_LETTER_H

#include "flow/mail_out.h"
#include "store/read.h"

/* `entries`: those that it brings, for their files; to be released. ERR_NOT_FOUND: she took her
 * address back. */
MUST_CHECK enum err answer_letter_read(struct reader *r, const struct outbox_due *due,
	const struct mail_address *from, struct arena *a, struct mail_letter *out,
	struct fact_list *entries, struct error *e);

#endif
