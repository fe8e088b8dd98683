/* Reading a mailbox by IMAP4rev1 (RFC 3501, 2177 IDLE, 2971 ID): the dialogue alone, without a
 * socket or a clock. Bytes and the time go in; bytes to send, events and the time of the next
 * look come out. It begins when somebody has logged in, opens the folder read-only, hands out
 * the mails above the cursor one by one in the order of their UIDs, and then waits for more:
 * by IDLE, or by asking every minute where the server has none.
 *
 * A mail is handed out once the server has sent it whole, and the next is fetched only after
 * imap_go_on: the caller has put it away for good. Whatever the server sends, memory is bounded
 * by mail_max. Any thread, one dialogue by one thread at a time; times are monotonic ms. */
#ifndef CHANNELS_EMAIL_IMAP_H
#define CHANNELS_EMAIL_IMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum {
	IMAP_COMMAND_MS = 60 * 1000,  /* silence for so long amid a command ends it */
	IMAP_IDLE_MS = 5 * 60 * 1000, /* then it is renewed, and searched to be sure */
	IMAP_POLL_MS = 60 * 1000,     /* where there is no IDLE */
	IMAP_HEAD_MAX = 256 * 1024,   /* of a mail that is too large */
	IMAP_WORDS_SIZE = 200,
};

struct imap;

struct imap_conf {
	const char *folder; /* UTF-8 */
	int64_t since;      /* UTC ms: mail that the server got before is passed by */
	uint32_t uidvalidity;
	uint32_t uid;      /* the cursor: all up to this one is done; 0: nothing is */
	size_t mail_max;   /* of larger ones only the head is fetched */
	uint32_t hopeless; /* this one was tried before: handed out without bytes; 0: none */
};

enum imap_event_kind {
	IMAP_NOTHING = 0,
	IMAP_OPENED,    /* the folder is open; `idle` is known */
	IMAP_MAIL,      /* the caller owns `bytes`; imap_go_on when it is put away */
	IMAP_CAUGHT_UP, /* nothing is left; the cursor is (uidvalidity, uid) */
	IMAP_REFUSED,   /* the folder cannot be opened: `words`. Over. */
	IMAP_ENDED,     /* good-bye, silence or nonsense: `words`. Over. */
};

struct imap_event {
	enum imap_event_kind kind;
	uint32_t uidvalidity;
	uint32_t uid;
	char *bytes;
	size_t length;       /* 0: it cannot be fetched */
	uint64_t size;       /* of the whole mail */
	int64_t received_at; /* by their server, UTC ms; 0: not said */
	bool head_only;      /* it is larger than mail_max */
	bool backlog;        /* it lay there before we knew this mailbox (again) */
	bool idle;
	char words[IMAP_WORDS_SIZE]; /* the server's, printable ASCII or UTF-8 */
};

struct imap *imap_create(const struct imap_conf *conf, int64_t now);
void imap_destroy(struct imap *i); /* NULL is fine */

void imap_receive(struct imap *i, const void *bytes, size_t length, int64_t now);
/* The next thing that happened; call until IMAP_NOTHING. */
void imap_next(struct imap *i, struct imap_event *out);
void imap_go_on(struct imap *i, int64_t now);
/* The mail that was being fetched, also after the end; 0: none. Whoever finds a dialogue ended
 * at the same one again and again names it as hopeless. */
uint32_t imap_fetching(const struct imap *i);
/* What is to be sent, and how much of it was. */
struct slice imap_output(const struct imap *i);
void imap_sent(struct imap *i, size_t length);
/* When imap_tick wants to be called at the latest. */
int64_t imap_deadline(const struct imap *i);
void imap_tick(struct imap *i, int64_t now);

#endif
