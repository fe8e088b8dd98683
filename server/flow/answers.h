/* Automatic answers: what a customer writes is judged on the loop before it is submitted, from
 * what the bot remembers about her, and the answer goes into the change of her message. When
 * something else turns out to be true in the writer, it is judged again from that.
 *
 * The memory of those who wrote lately is kept here; of others it is read first, and what they
 * write waits for that. Messages of one customer are judged one after another. Without rules
 * nothing of this is done. Loop thread only. */
#ifndef FLOW_ANSWERS_H
#define FLOW_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/store.h"

struct answers;
struct change;
struct fact;
struct outgoing;
struct rule_set;

struct answers_hooks {
	/* What answers now, borrowed; NULL: nothing does. */
	struct rule_set *(*rules)(void *ctx);
	bool (*open)(void *ctx, int64_t now); /* somebody is there by the calendar */
	void *ctx;
};

struct answers *answers_create(struct store *store, struct outgoing *outgoing,
	int64_t reopen_ms, const struct answers_hooks *hooks);
void answers_destroy(struct answers *a); /* after the store is closed; NULL is fine */

/* A customer's question, and there are rules. */
bool answers_wanted(const struct answers *a, const struct change *c);
/* As store_submit(), for what is wanted. `done` gets the outcome of the question. */
MUST_CHECK enum err
answers_submit(struct answers *a, struct change *c, store_done *done, void *ctx);
/* Every fact that was committed: the memory keeps up with what others do. */
void answers_fact(struct answers *a, const struct fact *f);

struct answers_stats {
	uint64_t asked;
	uint64_t answered;
	uint64_t handed_over;
	uint64_t missed;
	uint64_t stale; /* judged again, as something else was true by then */
	uint64_t held_back;
	size_t remembered;
};
void answers_stats(const struct answers *a, struct answers_stats *out);

#endif
