/* What the bot remembers about a timeline, as it is stored. Pure. */
#ifndef FLOW_ANSWER_STATE_H
#define FLOW_ANSWER_STATE_H

#include "knowledge/rule_set.h"

struct arena;

/* JSON in the arena. */
const char *answer_state_encode(const struct rule_state *s, struct arena *a);
/* What cannot be read is forgotten: the bot begins anew. */
struct rule_state answer_state_decode(const char *json);
/* Another conversation begins: what was said is kept, what was going on is over. */
void answer_state_begin(struct rule_state *s);

#endif
