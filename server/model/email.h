/* Addresses of electronic mail, as far as we need to know them apart. Pure. */
#ifndef MODEL_EMAIL_H
#define MODEL_EMAIL_H

#include <stdbool.h>

#define EMAIL_SIZE 191

/* One @ with something on both sides and a dot in the domain: the rest is the mail server's
 * business. The domain is compared without case, the part before it is too in practice. */
bool email_normalise(const char *text, char out[static EMAIL_SIZE]);
/* What of `address` stands behind the local part of `mailbox`, from its '@' or '+' on, when it is
 * that mailbox's, alone or with a token (support+TOKEN@broker.example); else NULL. Without case. */
const char *email_of_mailbox(const char *address, const char *mailbox);

#endif
