/* Mail as bytes and as data: RFC 5322 and MIME read and written by GMime, whose GLib stays
 * inside this folder. Pure: no files, no network; every mail that was ever received yields
 * something sensible to show, whatever is wrong with it.
 *
 * Threads: any, one mail by one thread at a time; slow for the loop: use a worker. */
#ifndef CHANNELS_EMAIL_MIME_H
#define CHANNELS_EMAIL_MIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/mail.h"

struct arena;
struct buf;

#define MIME_PARTS_MAX 200
#define MIME_DEPTH_MAX 30
#define MIME_HTML_MAX (4 * 1024 * 1024)
#define MIME_NAME_MAX 200 /* bytes of a name beside an address */
#define MIME_ADDRESS_MAX 190

/* Around a token that a mail carries in its text, where its server knows no plus addresses:
 * "[ref:TOKEN]", as a line of its own below the text. */
#define MIME_MARKER_BEFORE "[ref:"
#define MIME_MARKER_AFTER "]"

struct mime_attachment {
	const char *name;       /* UTF-8, no path, never "" */
	const char *type;       /* as the sender says: "application/pdf" */
	const char *content_id; /* without brackets; "" when none */
	bool inlined;           /* a picture that the HTML shows */
	const void *bytes;
	size_t length;
};

/* A report about a mail of ours (RFC 3464). */
struct mime_report {
	const char *original_id; /* Message-ID of the mail that it is about; "" unknown */
	const char *recipient;   /* "" unknown */
	const char *status;      /* "5.1.1"; "" unknown */
	const char *diagnostic;  /* the server's words; "" none */
};

struct mime_mail {
	struct mail head;       /* source, html and answers are 0 */
	const char *text;       /* what the sender wrote newly, at most MAIL_TEXT_MAX */
	const char *whole_text; /* with all that is quoted, for search; at most 256 KB */
	const char *html;       /* UTF-8, NOT sanitised; NULL: none */
	size_t html_length;
	const struct mime_attachment *attachments;
	size_t attachment_count;
	struct mime_report report; /* of MAIL_BOUNCE and MAIL_DELAYED */
	int64_t sent_at;           /* Date:, UTC ms; 0: none that makes sense */
	const char
		*token; /* what follows + in the address of ours that it was sent to, or the
	                      marker in its body; "" when none */
	uint64_t conversation; /* the number in its subject, [#123]; 0: none */
};

struct mime_reader {
	const char *mailbox;      /* our address: support@broker.example */
	const char *trusted_host; /* authserv-id that we believe; "": none */
};

/* ERR_INVALID: not a mail at all (empty, or no header line). All else is repaired. */
MUST_CHECK enum err
mime_read(const void *bytes, size_t length, const struct mime_reader *how,
	struct arena *a, struct mime_mail *out, struct error *e);

/* Plain text in what an answer quotes, and what it says newly. Both point into new copies. */
void mime_fold_quote(const char *text, struct arena *a, const char **fresh,
	const char **quote);
/* Readable text of HTML, links as "text (address)". */
const char *mime_html_text(const char *html, size_t length, struct arena *a);

struct mime_draft {
	struct mail_address from;
	const char *reply_to; /* support+TOKEN@broker.example; "" the same as from */
	const struct mail_address *to;
	size_t to_count;
	const struct mail_address *cc;
	size_t cc_count;
	const char *subject;
	const char *text;  /* format=flowed is not used: lines are sent as they are */
	const char *quote; /* of the mail that is answered, without its "> "; "" none */
	const char *message_id;
	const char *in_reply_to;
	const char *const *references;
	size_t reference_count;
	const struct mime_attachment *attachments;
	size_t attachment_count;
	int64_t at;
	bool automatic; /* Auto-Submitted: auto-replied (RFC 3834) */
};

/* With CRLF line ends and no line above 998 bytes; header injection is impossible: line ends
 * within a value are ERR_INVALID. */
MUST_CHECK enum err
mime_write(const struct mime_draft *d, struct buf *out, struct error *e);

#endif
