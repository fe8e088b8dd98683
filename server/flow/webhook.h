/* What another server is told, and how it knows that we said it: the headers and signatures of
 * Standard Webhooks (https://www.standardwebhooks.com), so that receivers find a library for
 * them in their language. Pure. */
#ifndef FLOW_WEBHOOK_H
#define FLOW_WEBHOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/outbox.h"

struct buf;
struct channel_row;

#define WEBHOOK_SECRET_SIZE 32
#define WEBHOOK_SECRET_TEXT_SIZE 51 /* "whsec_" and base64 */
#define WEBHOOK_SIGNATURE_SIZE 48   /* "v1," and base64 */

void webhook_secret_text(const uint8_t secret[static WEBHOOK_SECRET_SIZE],
	char out[static WEBHOOK_SECRET_TEXT_SIZE]);
/* HMAC-SHA-256 of "id.seconds.body". */
void
webhook_sign(const void *secret, size_t secret_length, const char *id, int64_t seconds,
	const char *body, size_t length, char out[static WEBHOOK_SIGNATURE_SIZE]);

/* The body about an entry that she has not got; author_name: of staff, may be NULL. */
void webhook_entry_body(const struct outbox_due *due, const struct channel_row *channel,
	const char *author_name, struct buf *out);
void webhook_ping_body(const char *id, const struct channel_row *channel, int64_t now,
	struct buf *out);

/* 2xx is sent, 410 refuses for good, all else is tried again. Texts are borrowed. */
struct outbox_answer
webhook_judge(int status, const char *answer, const char *error, int64_t retry_after_ms);

#endif
