/* Which parts of a mail are its text, its HTML and its files. */
#ifndef CHANNELS_EMAIL_MIME_BODY_H
#define CHANNELS_EMAIL_MIME_BODY_H

#include "base/str.h"
#include "channels/email/mime.h"

struct arena;
struct mime_part;

struct mime_body {
	struct slice text; /* UTF-8, \n; of the HTML where there is no plain text */
	struct slice html; /* UTF-8; data NULL: none */
	struct mime_attachment *attachments; /* MIME_PARTS_MAX places */
	size_t attachment_count;
	bool cut; /* more than is kept */
};

void mime_body_read(const struct mime_part *root, struct arena *a, struct mime_body *out);

#endif
