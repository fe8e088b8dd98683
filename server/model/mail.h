/* What a message that came or goes by mail has beside its text: the member "mail" of the fact's
 * body, see "mail" in web/protocol/schema.json. Plain data; texts live in an arena. */
#ifndef MODEL_MAIL_H
#define MODEL_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct json;
struct json_writer;

#define MAIL_SUBJECT_MAX 998      /* bytes of UTF-8 */
#define MAIL_ID_MAX 512           /* of a Message-ID without its brackets */
#define MAIL_ADDRESSES_MAX 100    /* of To and Cc together that are kept */
#define MAIL_REFERENCES_MAX 50    /* the first and the newest are kept */
#define MAIL_TEXT_MAX (24 * 1024) /* bytes in the fact; the whole mail is a file */
#define MAIL_QUOTE_MAX (16 * 1024)

struct mail_address {
	const char *name;    /* "" when none */
	const char *address; /* lower case, see email_normalise() */
};

/* How far the From line can be believed (RFC 8601, of a trusted host only). */
enum mail_trust { MAIL_TRUST_NONE = 0, MAIL_TRUST_PROVEN = 1, MAIL_TRUST_FAILED = 2 };

/* What kind of mail it is: only MAIL_PERSONAL may ever be answered automatically. */
enum mail_nature {
	MAIL_PERSONAL = 0,
	MAIL_AUTOMATIC =
		1, /* out of office, receipts: RFC 3834 and what QQ and others send */
	MAIL_LIST = 2,
	MAIL_BOUNCE = 3,  /* RFC 3464: not delivered for good */
	MAIL_DELAYED = 4, /* RFC 3464: not delivered yet */
	MAIL_REPORT = 5,  /* RFC 5965: somebody complained */
	MAIL_LOOP = 6,    /* our own, come back */
};

#define MAIL_PICTURES_MAX 30
#define MAIL_CONTENT_ID_MAX 200 /* bytes */

/* A file of the entry that the HTML shows. */
struct mail_picture {
	const char *content_id; /* without brackets */
	uint64_t file;
};

struct mail {
	const char *subject; /* "" when none */
	struct mail_address from;
	struct mail_address reply_to; /* address "" unless it differs from `from` */
	const struct mail_address *to;
	size_t to_count;
	const struct mail_address *cc;
	size_t cc_count;
	const char *message_id;  /* without brackets; of mail without one: a stable hash */
	const char *in_reply_to; /* "" when none */
	const char *const *references; /* oldest first, without in_reply_to */
	size_t reference_count;
	enum mail_trust trust;
	enum mail_nature nature;
	const char *quote; /* what was folded away below (or above) the text; "" when none */
	bool truncated;    /* the text in the fact is not the whole */
	uint64_t source;   /* file: the mail as it came; 0: none kept */
	uint64_t html;     /* file: its HTML part; 0: plain text only */
	const struct mail_picture *pictures;
	size_t picture_count;
	uint64_t answers; /* the entry that it answers; 0: none known */
};

/* What mail brings that says where it belongs, beside its Message-IDs; nothing of it is stored
 * in the entry. */
struct mail_arrival {
	uint64_t
		number;     /* of a conversation, in the subject: anybody can write it; 0: none */
	uint64_t token; /* of a conversation, from a token that we signed; 0: none */
	/* Of MAIL_BOUNCE and MAIL_DELAYED: about which mail of ours. All may be "". */
	const char *report_id; /* its Message-ID, without brackets */
	const char *report_recipient;
	const char *report_status;
	const char *report_text; /* the other server's words */
	bool answerable; /* by rules: mailbox and mail allow it, see mail_answerable.h */
};

const char *mail_trust_name(enum mail_trust trust);
const char *mail_nature_name(enum mail_nature nature);
/* Equal for the subjects of one exchange: without "Re:", "回复：" and the like, without a number
 * in brackets in front, letters and spaces alike. 0: nothing is left. */
uint64_t mail_subject_key(const char *subject);
/* Without those prefixes and numbers, within the same text. */
const char *mail_subject_bare(const char *subject);

/* The Message-ID of an answer that goes by mail besides: anybody can make it again who knows the
 * entry and the item of the outbox. */
const char *
mail_answer_id(struct arena *a, uint64_t entry, uint64_t item, const char *address);

void mail_encode(const struct mail *m,
	struct json_writer *w); /* the braces are the caller's */
/* From the member "mail" of a stored body. ERR_CORRUPT. */
MUST_CHECK enum err
mail_decode(const struct json *body, struct arena *a, struct mail *out, struct error *e);

#endif
