/* How far a mailbox has been read, as it is kept. Plain data. */
#ifndef MODEL_MAILBOX_H
#define MODEL_MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#define MAILBOX_TOLD_MAX 400 /* bytes */

/* Whose mail is answered by rules. */
enum mailbox_answering {
	MAILBOX_ANSWERS_NOBODY = 0,
	MAILBOX_ANSWERS_PROVEN = 1, /* senders whom our mail server vouches for */
	MAILBOX_ANSWERS_ALL = 2, /* also those of whom nothing is known; never forged ones */
};

struct mailbox_row {
	uint64_t channel;
	uint32_t uidvalidity; /* 0: it was never open */
	uint32_t uid;         /* all up to this one is done */
	int64_t taken;        /* mails that became an entry, or were known already */
	int64_t last_at;      /* when the newest of them was taken; 0: none yet */
	int64_t told;         /* mails that could not */
	int64_t told_at;
	const char *told_text; /* which one was the last, and why */
};

/* The cursor moves only over what is committed: sent after the mail's own change. */
struct mailbox_change {
	uint64_t channel;
	uint32_t uidvalidity;
	uint32_t uid;
	bool taken;
	const char *told; /* NULL: nothing is to be told */
};

#endif
