/* A visitor accepts her channel's privacy notice. The audit keeps each acceptance for good, the
 * visitor's row the newest. */
#include "base/arena.h"
#include "store/apply.h"

enum err
apply_notice(struct batch *b, struct job *j)
{
	const struct notice_change *n = &j->change->notice;
	struct value args[] = {
		value_i64(n->version),
		value_i64(b->now),
		value_id(n->visitor),
		value_i64(n->version),
	};
	uint64_t affected = 0;

	if (j->change->actor.kind != AUTHOR_CUSTOMER || j->change->actor.id != n->visitor) {
		return job_refuse(j, ERR_DENIED, "only a visitor herself accepts a notice");
	}
	if (n->version <= 0) {
		return job_refuse(j, ERR_INVALID, "a notice has a version");
	}
	if (batch_run(b, STATEMENT_VISITOR_NOTICE, args, &affected) != ERR_OK) {
		return b->failed;
	}
	j->outcome.id = n->visitor;
	/* Accepted already, from another window. */
	if (affected == 0) {
		return ERR_OK;
	}
	batch_audit(b, j, "notice.accepted", "visitor", n->visitor,
		arena_printf(j->change->arena, "version %lld", (long long)n->version));
	return ERR_OK;
}
