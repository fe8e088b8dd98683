/* The sender of the outbox: takes what is due from the store, claims it by a commit, gives it to
 * a carrier, and settles it by what the carrier says. A failure is tried again with growing,
 * scattered delays that stand in the database; after the time to give up it is dead and stays
 * to be seen. Items of one lane leave in order: a failing one holds its lane and no other.
 *
 * Sent at least once: after a crash whatever was being sent is sent again, if its receiver can
 * tell a repetition; else it is dead, for a person to decide. Loop thread only. */
#ifndef FLOW_OUTBOX_H
#define FLOW_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/read.h"

struct fact;
struct outbox;
struct store;
struct wheel;

enum verdict {
	VERDICT_SENT = 1,
	VERDICT_RETRY,
	VERDICT_REFUSED, /* for good */
};

struct outbox_answer {
	enum verdict verdict;
	int status;
	int64_t retry_after_ms; /* what the receiver asked for; 0: nothing */
	const char *text;       /* its words, or why there are none */
};

/* How far an item got, after the commit that says so. */
struct outbox_news {
	enum outbox_state state;
	int64_t attempts;
	int64_t due_at;
	const char *text; /* the receiver's words, or why there are none */
};

/* One claimed item on its way; lives until outbox_answered. */
struct delivery {
	struct outbox *outbox;
	struct outbox_due due; /* texts in `arena` */
	struct arena *arena;
	struct outbox_answer answer; /* waits for a store that takes it */
	struct outbox_news news;     /* what is true once it was taken */
	struct delivery *next;
};

/* Who takes the items of one kind. */
struct outbox_carrier {
	const char *kind; /* outlives the outbox */
	/* Whether it is still worth sending. */
	bool (*wanted)(void *ctx, const struct outbox_due *due);
	/* Sends it and, later or at once, calls outbox_answered exactly once. */
	void (*carry)(void *ctx, struct delivery *d);
	/* Optional. */
	void (*told)(void *ctx, const struct fact *fact, const struct outbox_news *news);
	void *ctx;
};

/* The carriers are copied. retry_ms: about so long after the first failure, then ever longer. */
struct outbox *outbox_create(struct store *store, struct wheel *wheel,
	const struct outbox_carrier *carriers, size_t count, int64_t retry_ms);
/* After the store is closed: it calls back until then. NULL is fine. */
void outbox_destroy(struct outbox *o);
/* What a former run left behind, then what is due. */
void outbox_start(struct outbox *o);
/* Nothing is begun any more; what is under way is not settled, so that it is done again. */
void outbox_stop(struct outbox *o);
/* A fact was committed: it may have an item, due after the grace, or at once if it is mail. */
void outbox_fact(struct outbox *o, const struct fact *f, int64_t grace_ms);
void outbox_kick(struct outbox *o); /* something is due now */
void outbox_answered(struct delivery *d, const struct outbox_answer *answer);

/* Delay before the attempt after `attempts` failed ones, of which the first was followed by
 * retry_ms at most; chance: 0 up to, not including, 1. */
int64_t outbox_backoff(int64_t retry_ms, int64_t attempts, double chance);

#endif
