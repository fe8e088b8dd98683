/* What has to leave the house: an item of the outbox is written in the transaction of the entry
 * that it is about, claimed by a commit before it is sent, and settled by another. Plain data. */
#ifndef MODEL_OUTBOX_H
#define MODEL_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTBOX_KIND_SIZE 17
#define OUTBOX_ANSWER_MAX 400 /* bytes of the receiver's words that are kept */

enum outbox_state {
	OUTBOX_WAITING = 1,
	OUTBOX_SENDING = 2, /* committed before the call; after a crash: nobody knows */
	OUTBOX_SENT = 3,
	OUTBOX_DEAD = 4,    /* given up, or refused for good: somebody has to look */
	OUTBOX_DROPPED = 5, /* nobody needs it any more: she has read it herself */
};

struct outbox_item {
	uint64_t id; /* goes out with it: the receiver knows a repetition by it */
	uint64_t channel;
	char kind[OUTBOX_KIND_SIZE]; /* who carries it: "webhook" "mail" "answer" */
	uint64_t lane; /* items of one lane leave one after the other: the timeline */
	uint64_t fact;
	enum outbox_state state;
	bool idempotent; /* the receiver can tell a repetition: it may be sent again */
	int64_t attempts;
	int64_t created_at;
	int64_t due_at;
	int64_t give_up_at;
	int64_t changed_at;
	int64_t status;     /* of the last answer; 0: none came */
	const char *answer; /* the receiver's words, or why there are none */
};

struct outbox_summary {
	int64_t waiting;
	int64_t failing; /* of those: tried at least once */
	int64_t sending;
	int64_t sent; /* of the last days */
	int64_t dead;
	int64_t dropped;
	int64_t sent_at;   /* the last success; 0: none yet */
	int64_t failed_at; /* the last failure */
	int64_t status;    /* ... and what was answered */
	const char *answer;
};

enum outbox_action {
	OUTBOX_ACTION_CLAIM = 1, /* ERR_CONFLICT: another has it, or it is settled */
	OUTBOX_ACTION_SETTLE,
	OUTBOX_ACTION_RECOVER, /* what a process left behind in the middle of sending */
	OUTBOX_ACTION_AGAIN,   /* administrators: now, also what was given up */
	OUTBOX_ACTION_RESEND,  /* a mail, by who writes with this customer or a supervisor */
	OUTBOX_ACTION_SWEEP,   /* forget what was settled long ago */
};

struct outbox_change {
	enum outbox_action action;
	uint64_t channel;
	uint64_t item; /* AGAIN: 0 is all that were given up */
	uint64_t fact; /* RESEND: the entry */
	/* SETTLE: from a state to another */
	enum outbox_state from;
	enum outbox_state to;
	int64_t due_at; /* when it waits again */
	int64_t status;
	const char *answer;
	int64_t give_up_at; /* AGAIN */
	int64_t before;     /* RECOVER: sending since before then; SWEEP: settled before */
	int64_t dead_before;
	bool own; /* RECOVER: all that are ours: we have just started */
};

const char *outbox_state_name(enum outbox_state state);
/* 0: there is no such state. */
enum outbox_state outbox_state_of(const char *name);

#endif
