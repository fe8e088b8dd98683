/* Ready-made texts: what the writer does with them besides the changes of their own, and
 * their rows. */
#ifndef STORE_QUICK_REPLIES_H
#define STORE_QUICK_REPLIES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/quick_reply.h"
#include "store/value.h"

struct batch;
struct job;

/* The first 14 columns are QUICK_REPLY_FIELDS. */
enum { QUICK_REPLY_COLUMNS = 14, QUICK_SEEN_COUNT = 8 };
void record_quick_reply(const struct value *v, struct quick_reply *out);
/* The parameters of QUICK_REPLY_SEEN. */
void quick_seen_values(const struct actor *a, struct value out[static QUICK_SEEN_COUNT]);

/* Writer thread: counts the replies of a message that was appended. What its author may not
 * see is passed over. */
MUST_CHECK enum err quick_replies_used(struct batch *b, struct job *j);

#endif
