/* What leaves the house by mail: from an entry to the bytes that are handed to a server, and what
 * that server's answer means. Any thread; composing is slow for the loop. */
#ifndef FLOW_MAIL_OUT_H
#define FLOW_MAIL_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channels/email/mime.h"
#include "flow/outbox.h"
#include "model/mail.h"

struct arena;
struct buf;
struct fact;

#define MAIL_QUOTE_SENT_MAX (16 * 1024) /* bytes of what is answered */

/* One mail, ready to be written. All texts live in the arena that it was made in. */
struct mail_letter {
	struct mail mail; /* of the entry */
	const char *text;
	const char *quote;    /* what it answers; "" */
	const char *reply_to; /* with the token; "" the sender's address itself */
	int64_t at;
	const struct mime_attachment *attachments;
	size_t attachment_count;
};

/* Text and mail of an entry. ERR_CORRUPT: it has no mail. */
MUST_CHECK enum err mail_letter_of(const struct fact *f, struct arena *a,
	struct mail_letter *out, struct error *e);
/* What the entry that is answered said; "" when it said nothing. */
const char *mail_quote_of(const struct fact *answered, struct arena *a);
/* local+TOKEN@domain */
const char *mail_reply_address(const char *address, const char *token, struct arena *a);
MUST_CHECK enum err
mail_letter_write(const struct mail_letter *l, struct buf *out, struct error *e);
/* To and Cc, each once. */
const char *const *mail_recipients(const struct mail *m, struct arena *a, size_t *count);

/* status and words: the server's last answer; error: "" when it took the mail. `uncertain`: it
 * had all of it and did not answer. Texts are borrowed. */
struct outbox_answer
mail_judge(int status, const char *words, const char *error, bool uncertain);

#endif
