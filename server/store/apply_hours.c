/* The calendar of the house: one row that is replaced as a whole. */
#include <string.h>

#include "base/arena.h"
#include "model/hours.h"
#include "store/apply.h"

static bool
may_write(const struct actor *a)
{
	return a->kind == AUTHOR_SYSTEM ||
		(a->kind == AUTHOR_STAFF && a->role >= ROLE_SUPERVISOR);
}

static enum err
read_version(struct batch *b, uint64_t *out)
{
	struct rows r;

	if (batch_read(b, STATEMENT_HOURS, NULL, &r) != ERR_OK) {
		return b->failed;
	}
	*out = r.count > 0 ? value_as_id(&rows_at(&r, 0)[1]) : 0;
	return ERR_OK;
}

enum err
apply_hours(struct batch *b, struct job *j)
{
	const struct hours_change *change = &j->change->hours;
	struct hours hours;
	struct error e;
	uint64_t version = 0;

	if (!may_write(&j->change->actor)) {
		return job_refuse(j, ERR_DENIED, "only supervisors may change the hours");
	}
	if (strlen(change->body) > HOURS_BODY_MAX ||
		hours_parse(change->body, b->arena, &hours, &e) != ERR_OK) {
		return job_refuse(j, ERR_INVALID, "the hours are not what they should be");
	}
	if (read_version(b, &version) != ERR_OK) {
		return b->failed;
	}
	if (change->version >= 0 && (uint64_t)change->version != version) {
		return job_refuse(j, ERR_CONFLICT, "the hours were edited meanwhile");
	}
	struct value args[] = {
		value_text(change->body),
		value_id(version + 1),
		value_id(j->change->actor.id),
		value_i64(b->now),
	};

	j->outcome.id = version + 1;
	batch_audit(b, j, "hours.edited", "hours", 0,
		arena_printf(b->arena, "version %llu: %s, %zu special days",
			(unsigned long long)version + 1, hours.always ? "always" : hours.zone,
			hours.special_count));
	return batch_run(b, STATEMENT_HOURS_UPDATE, args, NULL);
}
