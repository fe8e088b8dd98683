#include "store/mentions.h"

#include "base/arena.h"
#include "store/apply.h"
#include "store/records.h"

static bool
named_before(const struct post *p, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (p->mentions[i] == p->mentions[at]) {
			return true;
		}
	}
	return false;
}

void
mentions_encode(const struct post *p, struct json_writer *w)
{
	if (p->mention_count == 0) {
		return;
	}
	jw_key(w, "mentions");
	jw_array(w);
	for (size_t i = 0; i < p->mention_count; i++) {
		if (!named_before(p, i)) {
			jw_id(w, p->mentions[i]);
		}
	}
	jw_array_end(w);
}

static enum err
check_one(struct batch *b, struct job *j, const struct head *h, uint64_t id)
{
	const struct conversation *c = &h->state.conversation;
	struct staff staff;
	struct actor named;
	struct scope scope;
	bool found = false;

	if (staff_find(b, id, &staff, &found) != ERR_OK) {
		return b->failed;
	}
	if (!found || !staff.active) {
		return job_refuse(j, ERR_INVALID, "there is no such member of staff");
	}
	named = (struct actor){AUTHOR_STAFF, staff.id, staff.role, staff.unit, ""};
	scope = actor_scope(&named);
	if (!scope_allows(&scope, h->state.unit, h->state.owner,
			h->state.has_conversation ? c->assignee : 0)) {
		return job_refuse(j, ERR_INVALID, "%s may not see this customer", staff.name);
	}
	return ERR_OK;
}

enum err
mentions_check(struct batch *b, struct job *j, const struct head *h)
{
	const struct post *p = &j->change->post;
	enum err err = ERR_OK;

	if (p->mention_count > 0 && p->kind != FACT_NOTE) {
		return job_refuse(j, ERR_INVALID, "colleagues are named in notes only");
	}
	if (p->mention_count > MENTIONS_MAX) {
		return job_refuse(j, ERR_INVALID, "at most %d are named in one note",
			MENTIONS_MAX);
	}
	for (size_t i = 0; i < p->mention_count && err == ERR_OK; i++) {
		err = check_one(b, j, h, p->mentions[i]);
	}
	return err;
}

enum err
mentions_keep(struct batch *b, struct job *j)
{
	const struct post *p = &j->change->post;
	enum err err = ERR_OK;

	for (size_t i = 0; i < p->mention_count && err == ERR_OK; i++) {
		const struct fact *f = j->facts[0];
		struct value args[] = {
			value_id(batch_id(b)),
			value_id(p->mentions[i]),
			value_id(f->id),
			value_id(f->timeline),
			value_id(f->author),
			value_i64(f->committed_at),
		};

		if (!named_before(p, i)) {
			err = batch_run(b, STATEMENT_MENTION_INSERT, args, NULL);
		}
	}
	return err;
}

enum err
apply_mentions(struct batch *b, struct job *j)
{
	const struct mentions_change *m = &j->change->mentions;
	enum err err = ERR_OK;

	if (j->change->actor.kind != AUTHOR_STAFF || m->count > MENTIONS_SEEN_MAX) {
		return job_refuse(j, ERR_INVALID, "these are nobody's mentions");
	}
	for (size_t i = 0; i < m->count && err == ERR_OK; i++) {
		struct value args[] = {
			value_i64(b->now),
			value_id(m->ids[i]),
			value_id(j->change->actor.id),
		};

		err = batch_run(b, STATEMENT_MENTION_SEEN, args, NULL);
	}
	return err;
}
