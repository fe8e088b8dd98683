/* Visitors and their tokens. She becomes a customer with her first entry. */
#include "base/arena.h"
#include "store/apply.h"

static enum err
add(struct batch *b, struct job *j)
{
	const struct visitor_change *v = &j->change->visitor;
	uint64_t id = v->visitor != 0 ? v->visitor : batch_id(b);
	struct value args[] = {
		value_id(id),
		value_id(v->channel),
		value_blob(v->token_hash, sizeof(v->token_hash)),
		value_text(v->language),
		value_i64(b->now),
		value_i64(v->expires_at),
	};

	if (batch_run(b, STATEMENT_VISITOR_INSERT, args, NULL) != ERR_OK) {
		return b->failed;
	}
	j->outcome.id = id;
	return ERR_OK;
}

static enum err
rotate(struct batch *b, struct job *j, const struct value *row)
{
	const struct visitor_change *v = &j->change->visitor;
	struct value args[] = {
		value_blob(v->token_hash, sizeof(v->token_hash)),
		value_i64(v->expires_at),
		v->language != NULL ? value_text(v->language) : row[3],
		value_id(v->visitor),
	};

	return batch_run(b, STATEMENT_VISITOR_TOKEN, args, NULL);
}

enum err
apply_visitor(struct batch *b, struct job *j)
{
	const struct visitor_change *v = &j->change->visitor;
	struct value key[] = {value_id(v->visitor)};
	struct value end[] = {value_i64(b->now), value_id(v->visitor)};
	const struct value *row;
	struct rows r;

	if (v->action == ROW_ADD) {
		return add(b, j);
	}
	if (batch_read(b, STATEMENT_VISITOR_BY_ID, key, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such visitor");
	}
	row = rows_at(&r, 0);
	j->outcome.id = v->visitor;
	j->outcome.timeline = value_as_id(&row[1]);
	if (v->action == ROW_EDIT) {
		return rotate(b, j, row);
	}
	batch_audit(b, j, "visitor.ended", "visitor", v->visitor, NULL);
	return batch_run(b, STATEMENT_VISITOR_END, end, NULL);
}
