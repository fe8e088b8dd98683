/* Imports of customers: that there is one, and how far it came. Their rows are changes of their
 * own. */
#include "base/str.h"
#include "store/apply.h"

static enum err
add(struct batch *b, struct job *j)
{
	const struct import_job *i = &j->change->import.import;
	uint64_t id = batch_id(b);
	struct value args[] = {
		value_id(id),
		value_text(i->name),
		value_i64(IMPORT_READY),
		value_text(i->charset),
		value_id(i->columns_hash),
		value_text("[]"),
		value_i64(i->size),
		value_text(""),
		value_id(j->change->actor.id),
		value_id(j->change->actor.unit),
		value_i64(b->now),
	};

	j->outcome.id = id;
	batch_audit(b, j, "import.uploaded", "import", id, i->name);
	return batch_run(b, STATEMENT_IMPORT_INSERT, args, NULL);
}

static enum err
edit(struct batch *b, struct job *j)
{
	const struct import_job *i = &j->change->import.import;
	struct value args[] = {
		value_i64((int64_t)i->state),
		value_text(i->charset),
		value_text(i->mapping),
		value_i64(i->done),
		value_i64(i->created),
		value_i64(i->changed),
		value_i64(i->unchanged),
		value_i64(i->bad),
		value_text(i->problem),
		value_i64(i->started_at),
		value_i64(i->ended_at),
		value_id(i->id),
	};

	j->outcome.id = i->id;
	if (j->change->import.audit != NULL) {
		batch_audit(b, j, j->change->import.audit, "import", i->id,
			j->change->import.detail);
	}
	return batch_run(b, STATEMENT_IMPORT_UPDATE, args, NULL);
}

enum err
apply_import(struct batch *b, struct job *j)
{
	const struct actor *a = &j->change->actor;

	if (a->kind != AUTHOR_SYSTEM &&
		(a->kind != AUTHOR_STAFF || a->role < ROLE_SUPERVISOR)) {
		return job_refuse(j, ERR_DENIED, "only a supervisor can import customers");
	}
	switch (j->change->import.action) {
	case ROW_ADD:
		return add(b, j);
	case ROW_EDIT:
		return edit(b, j);
	case ROW_REMOVE:
		break;
	}
	return job_refuse(j, ERR_INVALID, "imports are kept");
}
