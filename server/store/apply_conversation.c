/* Take, assign, release, resolve, reopen. What is so already is answered without a new fact, so
 * that a repeated action does no harm. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/answers.h"
#include "store/apply.h"
#include "store/records.h"

enum { RELEASE_PAGE = 500 };

static bool
is_staff(const struct job *j)
{
	return j->change->actor.kind == AUTHOR_STAFF;
}

/* The assignee himself, those who lead, and programs. */
static bool
may_manage(const struct job *j, const struct conversation *c)
{
	const struct actor *a = &j->change->actor;

	return !is_staff(j) || a->role >= ROLE_SUPERVISOR || c->assignee == a->id;
}

static enum err
refuse_taken(struct batch *b, struct job *j, const struct conversation *c)
{
	struct staff staff = {.name = ""};
	bool found;

	if (staff_find(b, c->assignee, &staff, &found) != ERR_OK) {
		return b->failed;
	}
	return job_refuse(j, ERR_CONFLICT, "%s has this conversation",
		found ? staff.name : "somebody else");
}

static enum err
take(struct batch *b, struct job *j, struct head *h)
{
	const struct conversation *c = &h->state.conversation;
	uint64_t self = j->change->actor.id;

	if (!is_staff(j)) {
		return job_refuse(j, ERR_INVALID, "only staff can take a conversation");
	}
	if (!episode_open(h)) {
		return job_refuse(j, ERR_CONFLICT, "the conversation is resolved");
	}
	if (c->assignee == self) {
		return ERR_OK;
	}
	if (c->assignee != 0) {
		return refuse_taken(b, j, c);
	}
	return episode_assign(b, j, h, self, self, 0);
}

static enum err
assign(struct batch *b, struct job *j, struct head *h)
{
	const struct conversation *c = &h->state.conversation;
	uint64_t to = j->change->conversation.assignee;
	uint64_t by = is_staff(j) ? j->change->actor.id : 0;
	struct staff staff;
	bool found = false;

	if (!episode_open(h)) {
		return job_refuse(j, ERR_CONFLICT, "the conversation is resolved");
	}
	if (c->assignee != 0 && !may_manage(j, c)) {
		return job_refuse(j, ERR_DENIED, "only its agent or a supervisor can pass it on");
	}
	if (c->assignee == to && to != 0) {
		return ERR_OK;
	}
	if (staff_find(b, to, &staff, &found) != ERR_OK) {
		return b->failed;
	}
	if (!found || !staff.active) {
		return job_refuse(j, ERR_INVALID, "there is no such member of staff");
	}
	return episode_assign(b, j, h, to, by, 0);
}

static enum err
release(struct batch *b, struct job *j, struct head *h)
{
	const struct conversation *c = &h->state.conversation;

	if (!episode_open(h)) {
		return job_refuse(j, ERR_CONFLICT, "the conversation is resolved");
	}
	if (c->assignee == 0) {
		return ERR_OK;
	}
	if (!may_manage(j, c)) {
		return job_refuse(j, ERR_DENIED, "only its agent or a supervisor can release it");
	}
	return episode_release(b, j, h);
}

static enum err
resolve(struct batch *b, struct job *j, struct head *h)
{
	const struct conversation *c = &h->state.conversation;

	if (!episode_open(h)) {
		return ERR_OK;
	}
	if (c->assignee != 0 && !may_manage(j, c)) {
		return job_refuse(j, ERR_DENIED, "only its agent or a supervisor can resolve it");
	}
	return episode_resolve(b, j, h);
}

/* The bot says nothing more here. */
static enum err
quiet(struct batch *b, struct job *j, struct head *h)
{
	if (!episode_open(h)) {
		return job_refuse(j, ERR_CONFLICT, "the conversation is resolved");
	}
	if (h->state.conversation.bot == BOT_QUIET) {
		return ERR_OK;
	}
	episode_quiet(b, h);
	return hand_over_append(b, j, h, "stopped", 0, NULL);
}

/* What the one who gives it away says to whoever has it next, in the same transaction. */
static enum err
hand_over(struct batch *b, struct job *j, struct head *h)
{
	const char *note = j->change->conversation.note;
	uint64_t to = h->state.conversation.assignee;
	struct draft d = draft_of(j, FACT_NOTE);
	struct json_writer *w = batch_body(b);
	struct fact *f;
	enum err err;

	d.conversation = h->state.conversation.id;
	d.channel = h->state.conversation.channel;
	d.channel_kind = h->state.conversation.channel_kind;
	d.ref = j->fact_count == 0 ? d.ref : NULL;
	jw_kstring(w, "text", note);
	jw_key(w, "handover");
	jw_object(w);
	jw_kid(w, "to", to);
	jw_object_end(w);
	err = fact_append(b, j, h, &d, &f);
	if (err == ERR_OK) {
		episode_note(h, f, note);
		fact_settle(h, f, to);
	}
	return err;
}

static enum err
act(struct batch *b, struct job *j, struct head *h)
{
	switch (j->change->conversation.action) {
	case ACTION_TAKE:
		return take(b, j, h);
	case ACTION_ASSIGN:
		return assign(b, j, h);
	case ACTION_RELEASE:
		return release(b, j, h);
	case ACTION_RESOLVE:
		return resolve(b, j, h);
	case ACTION_REOPEN:
		return episode_open(h) ? ERR_OK : episode_reopen(b, j, h);
	case ACTION_QUIET:
		return quiet(b, j, h);
	}
	return job_refuse(j, ERR_INVALID, "no such action");
}

/* An older conversation than the one at the head of its timeline. It is resolved; only reopening
 * concerns it, and then it becomes the head's. */
static enum err
act_on_older(struct batch *b, struct job *j, struct head *h)
{
	struct value args[] = {value_id(j->change->conversation.conversation)};
	struct rows r;

	if (j->change->conversation.action != ACTION_REOPEN) {
		if (j->change->conversation.action == ACTION_RESOLVE) {
			return ERR_OK;
		}
		return job_refuse(j, ERR_CONFLICT, "the conversation is resolved");
	}
	if (episode_open(h)) {
		return job_refuse(j, ERR_CONFLICT, "this customer has a newer open conversation");
	}
	if (batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_CONVERSATION_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	heads_touch(b->heads, h);
	record_conversation(rows_at(&r, 0), &h->state.conversation);
	heads_index_conversation(b->heads, h);
	return episode_reopen(b, j, h);
}

enum err
apply_conversation(struct batch *b, struct job *j)
{
	const struct conversation_change *change = &j->change->conversation;
	struct head *h = conversation_head(b, change->conversation);
	bool current;
	enum err err;

	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (h == NULL) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such conversation");
	}
	if (j->change->actor.kind == AUTHOR_CUSTOMER || !head_allowed(j, h)) {
		return job_refuse(j, ERR_DENIED, "this customer is not in your unit");
	}
	if (!str_empty(change->note) && change->action != ACTION_ASSIGN &&
		change->action != ACTION_RELEASE) {
		return job_refuse(j, ERR_INVALID, "only who passes it on leaves a note");
	}
	if (change->note != NULL && strlen(change->note) > HANDOVER_NOTE_MAX) {
		return job_refuse(j, ERR_INVALID, "the note is too long");
	}
	current = h->state.conversation.id == change->conversation;
	if (current && change->version != 0 &&
		change->version != h->state.conversation.version) {
		outcome_of(j, h);
		return job_refuse(j, ERR_CONFLICT, "the conversation has changed meanwhile");
	}
	err = current ? act(b, j, h) : act_on_older(b, j, h);
	if (err == ERR_OK && current && !str_empty(change->note)) {
		err = hand_over(b, j, h);
	}
	if (b->failed == ERR_OK) {
		outcome_of(j, h);
		j->outcome.id = change->conversation;
	}
	return err;
}

enum err
release_all(struct batch *b, struct job *j, uint64_t staff)
{
	struct value args[] = {value_id(staff), value_i64(RELEASE_PAGE)};
	struct rows r;

	do {
		if (batch_flush(b) != ERR_OK ||
			batch_read(b, STATEMENT_CONVERSATIONS_OF_STAFF, args, &r) != ERR_OK) {
			return b->failed;
		}
		for (size_t i = 0; i < r.count; i++) {
			struct head *h = timeline_head(b, value_as_id(&rows_at(&r, i)[1]));

			if (b->failed != ERR_OK) {
				return b->failed;
			}
			if (h == NULL || episode_release(b, j, h) != ERR_OK) {
				return job_refuse(j, ERR_CORRUPT, "a conversation has no timeline");
			}
		}
	} while (r.count == RELEASE_PAGE);
	return ERR_OK;
}

enum err
apply_release_all(struct batch *b, struct job *j)
{
	const struct actor *a = &j->change->actor;
	uint64_t staff = j->change->release_all_of;

	if (is_staff(j) && a->id != staff && a->role < ROLE_SUPERVISOR) {
		return job_refuse(j, ERR_DENIED, "only a supervisor can release for others");
	}
	j->outcome.id = staff;
	return release_all(b, j, staff);
}
