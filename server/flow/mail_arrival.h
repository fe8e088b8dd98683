/* From a mail as it was read to the change that stores it. Pure. */
#ifndef FLOW_MAIL_ARRIVAL_H
#define FLOW_MAIL_ARRIVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/seal.h"

struct change;
struct mime_mail;

/* Its parts, registered by CHANGE_FILE with an actor of kind AUTHOR_CUSTOMER and id 0. */
struct mail_files {
	uint64_t source; /* the mail as it came; 0: not kept */
	uint64_t html;   /* 0: it has none */
	const uint64_t *attachments;
	/* The Content-ID of each, "" where it has none; NULL: of none is it known. */
	const char *const *content_ids;
	size_t attachment_count; /* the first POST_MAIL_FILES_MAX are taken */
};

struct mailbox_arrival {
	uint64_t channel;
	int64_t received_at;   /* as the mailbox says, UTC ms; 0: now */
	const uint8_t *secret; /* of the server, SEAL_SECRET_SIZE: for reply tokens */
	bool answerable;       /* by rules: see mail_answerable.h */
};

/* A CHANGE_POST, to be submitted. All texts are copied. Its outcome: no fact and `dropped` when
 * it is our own mail come back, a FACT_SEND_FAILED when it reports about mail of ours, else the
 * entry first. */
struct change *mail_arrival(const struct mime_mail *m, const struct mail_files *files,
	const struct mailbox_arrival *where);

#endif
