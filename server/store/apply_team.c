/* What a team keeps besides its conversations: who was what when, saved filters. */
#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/records.h"

enum { FILTERS_OF_ONE_MAX = 100 };

enum err
apply_presence(struct batch *b, struct job *j)
{
	const struct presence_change *p = &j->change->presence;
	struct value args[] = {
		value_id(batch_id(b)),
		value_id(p->staff),
		value_text(p->state),
		value_text(p->reason),
		value_i64(b->now),
	};

	if (j->change->actor.kind != AUTHOR_SYSTEM || str_empty(p->state)) {
		return job_refuse(j, ERR_INVALID, "presence is written by the server itself");
	}
	j->outcome.id = p->staff;
	return batch_run(b, STATEMENT_PRESENCE_INSERT, args, NULL);
}

static enum err
add(struct batch *b, struct job *j)
{
	const struct saved_filter *f = &j->change->filter.filter;
	const struct actor *a = &j->change->actor;
	struct value owner[] = {value_id(a->id)};
	uint64_t id = batch_id(b);
	struct value args[] = {
		value_id(id),
		value_id(a->id),
		value_id(a->unit),
		value_id(unit_high(a->unit)),
		value_i64(f->shared),
		value_text(f->place),
		value_text(f->name),
		value_text(f->query),
		value_i64(b->now),
	};
	struct rows r;

	if (str_empty(f->name) || str_empty(f->place)) {
		return job_refuse(j, ERR_INVALID, "a filter needs a name");
	}
	if (batch_read(b, STATEMENT_FILTER_COUNT, owner, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0 && value_as_i64(rows_at(&r, 0)) >= FILTERS_OF_ONE_MAX) {
		return job_refuse(j, ERR_CONFLICT, "at most %d filters are kept for one person",
			FILTERS_OF_ONE_MAX);
	}
	j->outcome.id = id;
	return batch_run(b, STATEMENT_FILTER_INSERT, args, NULL);
}

/* The owner's own; a shared one also by those who lead in the same units. */
static enum err
find(struct batch *b, struct job *j, struct saved_filter *out)
{
	const struct actor *a = &j->change->actor;
	struct value args[] = {value_id(j->change->filter.filter.id), value_id(a->id),
		value_id(a->unit), value_id(unit_high(a->unit))};
	struct rows r;

	if (batch_read(b, STATEMENT_FILTER_OF, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such filter");
	}
	record_filter(rows_at(&r, 0), out);
	if (out->owner != a->id && a->role < ROLE_SUPERVISOR) {
		return job_refuse(j, ERR_DENIED, "only its owner or a supervisor can change it");
	}
	return ERR_OK;
}

static enum err
edit(struct batch *b, struct job *j)
{
	const struct filter_change *change = &j->change->filter;
	const struct saved_filter *wish = &change->filter;
	struct saved_filter now;
	enum err err = find(b, j, &now);

	if (err != ERR_OK) {
		return err;
	}
	j->outcome.id = now.id;
	if (change->action == ROW_REMOVE) {
		struct value key[] = {value_id(now.id)};

		return batch_run(b, STATEMENT_FILTER_DELETE, key, NULL);
	}
	if (wish->version != 0 && wish->version != now.version) {
		return job_refuse(j, ERR_CONFLICT, "the filter was changed meanwhile");
	}
	struct value args[] = {
		value_text(str_empty(wish->name) ? now.name : wish->name),
		value_text(wish->query != NULL ? wish->query : now.query),
		value_i64(change->set_shared ? wish->shared : now.shared),
		value_id(now.version + 1),
		value_id(now.id),
	};

	return batch_run(b, STATEMENT_FILTER_UPDATE, args, NULL);
}

enum err
apply_filter(struct batch *b, struct job *j)
{
	if (j->change->actor.kind != AUTHOR_STAFF) {
		return job_refuse(j, ERR_DENIED, "filters belong to members of staff");
	}
	return j->change->filter.action == ROW_ADD ? add(b, j) : edit(b, j);
}
