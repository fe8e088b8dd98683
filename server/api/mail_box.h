/* A mailbox as the thread of mail_fetch.c reads it: its line is opened by a helper, its dialogue is
 * run as far as bytes go, and what comes of both is told as news. Private to mail_fetch.c, and of
 * its thread alone. */
#ifndef API_MAIL_BOX_H
#define API_MAIL_BOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/mail_fetch.h"

struct imap;
struct mail_link;
struct queue;
struct workers;

enum { MAIL_BOX_READ_SIZE = 64 * 1024 };

/* What all mailboxes of a thread share; outlives them. */
struct mail_boxes {
	int64_t retry_ms;
	struct workers *openers;
	struct queue *news; /* thread → loop */
	mail_fetch_wake *wake;
	void *ctx;
	char *bytes; /* MAIL_BOX_READ_SIZE of them, for one turn */
	atomic_bool *stopping;
};

enum mail_box_state { MAIL_BOX_WAITING, MAIL_BOX_OPENING, MAIL_BOX_RUNNING };

struct mail_box {
	const struct mail_boxes *shared;
	struct mail_source *source;
	enum mail_box_state state;
	bool removed;  /* it goes once no line of it is being opened */
	bool holding;  /* a mail of it is being put away */
	bool answered; /* it got into the folder since the line was opened */
	unsigned failures;
	int64_t next_try; /* monotonic */
	struct mail_link *link;
	struct imap *imap;
	uint32_t stumbled; /* the mail at which the line broke last */
	unsigned stumbles;
	struct mail_box *next; /* of the thread's list */
};

struct mail_box *mail_box_create(const struct mail_boxes *shared,
	struct mail_source *source);             /* owns the source */
void mail_box_destroy(struct mail_box *box); /* not while its line is being opened */
/* Does what can be done now. True: it wants another turn at once. */
bool mail_box_turn(struct mail_box *box);
void mail_box_go_on(struct mail_box *box); /* the mail that was handed over is put away */
/* When it wants a turn at the latest, monotonic. */
int64_t mail_box_due(const struct mail_box *box, int64_t otherwise);

#endif
