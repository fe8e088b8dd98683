/* Keyword rules as they were read at one moment: from rows to something that matches. */
#ifndef FLOW_RULE_SNAPSHOT_H
#define FLOW_RULE_SNAPSHOT_H

#include <stdint.h>

#include "base/err.h"
#include "flow/rules.h"

struct reader;

/* Reads and decodes; the set is not made yet. One reference is the caller's. On failure
 * *bad_rule (0: none) says which rule it is. */
MUST_CHECK enum err rule_snapshot_read(struct reader *r, struct rule_snapshot **out,
	uint64_t *bad_rule, struct error *e);
/* The same rules with one more, or another one of that id, for trying it out: shares the memory
 * of `base`, which it holds. The rule's texts must live as long. */
struct rule_snapshot *
rule_snapshot_with(struct rule_snapshot *base, const struct rule *rule);
/* May take a while: on a worker. */
MUST_CHECK enum err rule_snapshot_compile(struct rule_snapshot *s, struct error *e);

#endif
