/* A dialogue by IMAP from within: private to imap.c and the files of its two sides, imap_ask.c
 * (what we ask for, and in which order) and imap_hear.c (what the server says of itself). */
#ifndef CHANNELS_EMAIL_IMAP_DIALOGUE_H
#define CHANNELS_EMAIL_IMAP_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "channels/email/imap.h"
#include "channels/email/imap_reader.h"

struct arena;

enum { IMAP_EVENTS_MAX = 5 }; /* that may wait: one of each kind */

enum imap_state {
	ASKING,    /* CAPABILITY */
	GREETING,  /* ID: some providers let nobody read who does not say what it is */
	OPENING,   /* EXAMINE */
	SEARCHING, /* UID SEARCH */
	MEASURING, /* UID FETCH of size and date, a portion */
	FETCHING,  /* UID FETCH of one mail */
	HOLDING,   /* a mail was handed out */
	ASLEEP,    /* IDLE, from the command to its end */
	PAUSING,   /* no IDLE: until the next poll */
	POLLING,   /* NOOP */
	OVER,
};

struct portion_item {
	uint32_t uid;
	uint64_t size;
	int64_t received_at;
	bool known; /* it was measured: it is still there */
};

struct imap {
	struct arena *arena;
	struct imap_conf conf;
	const char *folder; /* as it is sent */
	struct imap_reader reader;
	struct buf output;
	enum imap_state state;
	unsigned tag;
	int64_t deadline;
	uint64_t chatter; /* bytes since the command */

	bool can_idle;
	bool can_identify;
	bool awake; /* IDLE: DONE was sent */
	bool idling;
	bool news; /* there may be mail that we have not looked for */
	bool backlog;
	bool told; /* IMAP_CAUGHT_UP with this cursor */
	uint64_t exists;

	struct portion_item portion[IMAP_PORTION];
	size_t portion_count;
	size_t at; /* in the portion */
	uint32_t fetching;
	bool head_only;
	struct buf body;
	bool has_body;
	uint64_t body_size;

	struct imap_event events[IMAP_EVENTS_MAX];
	size_t event_count;
};

/* --- imap.c: what happened ------------------------------------------------------------------ */

struct imap_event *imap_add_event(struct imap *i, enum imap_event_kind kind);
void imap_end(struct imap *i, enum imap_event_kind kind, const char *words);

/* --- imap_ask.c ----------------------------------------------------------------------------- */

void imap_command(struct imap *i, enum imap_state state, const char *text, int64_t now);
void imap_look(struct imap *i, int64_t now);  /* for mail above the cursor */
void imap_sleep(struct imap *i, int64_t now); /* until there is news */
void imap_wake(struct imap *i, int64_t now);
void imap_measure(struct imap *i, int64_t now); /* the portion that was found */
void imap_fetch(struct imap *i, bool head_only, int64_t now); /* the mail at hand */
void imap_pass_by(struct imap *i);
void imap_hand_out(struct imap *i);
/* The next mail of the portion, past those that are gone or older than what is wanted. */
void imap_next_mail(struct imap *i, int64_t now);

/* --- imap_hear.c ---------------------------------------------------------------------------- */

void imap_take_capabilities(struct imap *i, const char *text);
void imap_untagged(struct imap *i, const char *line, int64_t now);

#endif
