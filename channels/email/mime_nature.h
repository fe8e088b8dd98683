/* What kind of mail it is, what a report says, and how far its From can be believed. */
#ifndef CHANNELS_EMAIL_MIME_NATURE_H
#define CHANNELS_EMAIL_MIME_NATURE_H

#include "channels/email/mime.h"

struct arena;
struct mime_part;

/* The delivery report within a mail: MAIL_BOUNCE or MAIL_DELAYED and *out filled; MAIL_REPORT;
 * MAIL_AUTOMATIC for a receipt; MAIL_PERSONAL when there is no report. `text` is the mail's
 * text, for servers that only use words. */
enum mail_nature mime_report_read(const struct mime_part *root, const char *subject,
	const char *text, struct arena *a, struct mime_report *out);

/* Of mail that is no report: by its header. from: as read, with its address. */
enum mail_nature
mime_nature(const struct mime_part *root, const struct mail_address *from,
	const char *subject, const struct mime_reader *how, struct arena *a);

/* By the Authentication-Results of the trusted host (RFC 8601): proven is what its DMARC check
 * passed, or a signature of the From line's own domain. */
enum mail_trust mime_trust(const struct mime_part *root, const struct mail_address *from,
	const struct mime_reader *how, struct arena *a);

#endif
