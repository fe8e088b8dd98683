/* How often each rule answered since this was last written. Gathered in memory, so that no
 * message costs a write of its own. Loop thread. */
#ifndef FLOW_RULE_COUNTS_H
#define FLOW_RULE_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

struct change;
struct fact;
struct rule_counts;

struct rule_counts *rule_counts_create(void);
void rule_counts_destroy(struct rule_counts *c); /* NULL is fine */
/* True when it counted as a new answer of a rule. */
bool rule_counts_fact(struct rule_counts *c, const struct fact *f);
/* What has gathered, as a change; NULL: nothing. It is forgotten here only by
 * rule_counts_written(true); until then nothing else is taken. */
struct change *rule_counts_take(struct rule_counts *c);
void rule_counts_written(struct rule_counts *c, bool stored);

#endif
