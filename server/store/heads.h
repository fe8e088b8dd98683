/* The ends of timelines in memory: sequence, chain and the conversation that is going on, so that
 * a message costs no read. Writer thread only.
 *
 * A head that a batch changes is touched first, which keeps a copy: heads_restore goes back to the
 * copies, heads_drop forgets the touched heads altogether (when somebody else may have written).
 * Heads that were loaded during the batch may have seen its uncommitted rows: restore forgets them
 * too. Once all that the batch wrote is on its way heads_pass lets the next one begin, and
 * heads_commit or heads_drop says what became of it. */
#ifndef STORE_HEADS_H
#define STORE_HEADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/list.h"
#include "model/conversation.h"

struct head_state {
	uint64_t customer; /* the primary under whom this timeline is read */
	uint64_t unit;     /* hers */
	uint64_t owner;
	uint64_t seq;
	uint64_t pub;
	uint8_t hash[DIGEST_SIZE];
	int64_t committed_at;
	bool customer_seq_known;
	uint64_t customer_seq; /* the customer's newest message */
	bool answer_known;
	uint64_t answer_seq; /* the newest message of the house, and whose it is */
	uint64_t answer_author;
	bool has_conversation; /* the open one, else the one resolved last */
	bool conversation_dirty;
	struct conversation conversation;
};

struct head {
	uint64_t timeline;
	struct head_state state;
	struct list recency;
	struct list touched; /* in heads.touched while the batch changed it */
	struct list passed;  /* in heads.passed while a batch on its way changed it */
	bool loaded_in_batch;
	struct head_state before; /* valid while touched */
	bool conversation_moved;  /* in this batch: all columns of its row are written */
};

struct heads;

struct heads *heads_create(size_t limit);
void heads_destroy(struct heads *h);

struct head *heads_get(struct heads *h, uint64_t timeline); /* NULL: not here */
struct head *heads_get_by_conversation(struct heads *h, uint64_t conversation);
/* A new head, loaded or just begun. The state is the caller's to fill at once. */
struct head *
heads_add(struct heads *h, uint64_t timeline, const struct head_state *state);
void heads_touch(struct heads *h, struct head *head);
/* After head->state.conversation became another one. */
void heads_index_conversation(struct heads *h, struct head *head);
/* Its rows were changed by SQL: load it again when it is needed next. */
void heads_forget(struct heads *h, uint64_t timeline);

typedef void heads_visit(void *ctx, struct head *head);
void heads_each_touched(struct heads *h, heads_visit *visit, void *ctx);

/* Makes room too: what is found afterwards stays in its place until the next call. */
void heads_pass(struct heads *h);
void heads_commit(struct heads *h);  /* of the batch that was passed */
void heads_restore(struct heads *h); /* of one that was not: as they were before it */
void heads_drop(struct heads *h);    /* of both */

#endif
