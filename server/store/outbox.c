/* The outbox: items are written with the entries that they are about, so that none is lost and
 * none is invented; what happens to them later is a change like any other. */
#include "base/arena.h"
#include "base/str.h"
#include "store/answer_mails.h"
#include "store/apply.h"
#include "store/mails.h"
#include "store/outbox_item.h"
#include "store/records.h"
#include "store/store.h"

enum { RECOVER_MAX = 1000 };

static enum err
outbox_used(struct batch *b)
{
	struct rows r;

	if (b->outbox_known) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_OUTBOX_USED, NULL, &r) != ERR_OK) {
		return b->failed;
	}
	b->outbox_known = true;
	b->outbox_used = r.count > 0;
	return ERR_OK;
}

static enum err
insert(struct batch *b, const struct outbox_item *item)
{
	struct value args[] = {
		value_id(item->id != 0 ? item->id : batch_id(b)),
		value_id(item->channel),
		value_text(item->kind),
		value_id(item->lane),
		value_id(item->fact),
		value_i64(item->idempotent),
		value_i64(b->now),
		value_i64(item->due_at),
		value_i64(b->now + b->conf->outbox_give_up_ms),
		value_i64(b->now),
	};

	return batch_run(b, STATEMENT_OUTBOX_INSERT, args, NULL);
}

enum err
outbox_add(struct batch *b, const struct outbox_item *item)
{
	struct value args[] = {value_id(item->channel)};
	struct rows r;

	if (batch_read(b, STATEMENT_OUTBOX_CHANNEL_ENABLED, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0 && outbox_channel_set(b, item->channel, true) != ERR_OK) {
		return b->failed;
	}
	return insert(b, item);
}

static enum err
add_webhook(struct batch *b, uint64_t channel, const struct fact *f)
{
	struct outbox_item item = {
		.channel = channel,
		.kind = "webhook",
		.lane = f->timeline,
		.fact = f->id,
		.idempotent = true, /* the receiver knows a repetition by the item's id */
		.due_at = b->now + b->conf->outbox_grace_ms,
	};

	return insert(b, &item);
}

enum err
outbox_entry(struct batch *b, const struct fact *f)
{
	struct value args[] = {value_id(f->timeline), value_i64(b->now)};
	struct rows r;
	enum err err = ERR_OK;

	if (f->pub == 0 || f->imported || f->author_kind == AUTHOR_CUSTOMER) {
		return ERR_OK;
	}
	if (answer_mail_entry(b, f) != ERR_OK || outbox_used(b) != ERR_OK) {
		return b->failed;
	}
	if (!b->outbox_used) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_OUTBOX_CHANNELS_OF, args, &r) != ERR_OK) {
		return b->failed;
	}
	for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
		err = add_webhook(b, value_as_id(rows_at(&r, i)), f);
	}
	return err;
}

enum err
outbox_channel_set(struct batch *b, uint64_t channel, bool enabled)
{
	struct value args[] = {value_id(channel), value_i64(enabled)};

	b->outbox_known = false;
	return batch_run(b, STATEMENT_OUTBOX_CHANNEL_UPSERT, args, NULL);
}

/* --- changes ------------------------------------------------------------------------------ */

static enum err
claim(struct batch *b, struct job *j)
{
	const struct outbox_change *o = &j->change->outbox;
	struct value args[] = {
		value_i64(b->conf->node),
		value_i64(b->now),
		value_id(o->item),
	};
	uint64_t affected = 0;

	if (batch_run(b, STATEMENT_OUTBOX_CLAIM, args, &affected) != ERR_OK) {
		return b->failed;
	}
	if (affected != 1) {
		return job_refuse(j, ERR_CONFLICT, "somebody else has this item");
	}
	j->outcome.id = o->item;
	return ERR_OK;
}

/* The administrator sees how it went last without searching. */
static enum err
note_result(struct batch *b, const struct outbox_change *o, struct value answer)
{
	struct value sent[] = {value_i64(b->now), value_id(o->channel)};
	struct value failed[] = {
		value_i64(b->now),
		value_i64(o->status),
		answer,
		value_id(o->channel),
	};

	if (o->to == OUTBOX_DROPPED) {
		return ERR_OK;
	}
	if (o->to == OUTBOX_SENT) {
		return batch_run(b, STATEMENT_OUTBOX_CHANNEL_SENT, sent, NULL);
	}
	return batch_run(b, STATEMENT_OUTBOX_CHANNEL_FAILED, failed, NULL);
}

static struct value
cut_answer(struct batch *b, const char *answer)
{
	const char *text = answer != NULL ? answer : "";
	size_t length = utf8_truncate(text, strlen(text), OUTBOX_ANSWER_MAX);

	return value_text_n(arena_strndup(b->arena, text, length), length);
}

static bool
is_mail(const char *kind)
{
	return str_equals(kind, "mail") || str_equals(kind, "answer");
}

/* What a person wrote, a person has to know about. */
static enum err
tell_failure(struct batch *b, struct job *j, const struct outbox_change *o)
{
	struct value args[] = {value_id(o->item)};
	struct send_failure failure = {.text = o->answer, .final = true};
	struct rows r;

	if (batch_read(b, STATEMENT_OUTBOX_ITEM, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0 || !is_mail(value_as_text(&rows_at(&r, 0)[2]))) {
		return ERR_OK;
	}
	failure.entry = value_as_id(&rows_at(&r, 0)[4]);
	failure.status = o->status != 0 ? arena_printf(b->arena, "%d", (int)o->status) : "";
	return send_failed(b, j, &failure);
}

static enum err
settle(struct batch *b, struct job *j)
{
	const struct outbox_change *o = &j->change->outbox;
	struct value answer = cut_answer(b, o->answer);
	struct value args[] = {
		value_i64((int64_t)o->to),
		value_i64(o->due_at),
		value_i64(b->now),
		value_i64(o->status),
		answer,
		value_id(o->item),
		value_i64((int64_t)o->from),
	};
	uint64_t affected = 0;

	if (batch_run(b, STATEMENT_OUTBOX_SETTLE, args, &affected) != ERR_OK) {
		return b->failed;
	}
	if (affected != 1) {
		return job_refuse(j, ERR_CONFLICT, "the item was settled by somebody else");
	}
	j->outcome.id = o->item;
	if (note_result(b, o, answer) != ERR_OK) {
		return b->failed;
	}
	return o->to == OUTBOX_DEAD ? tell_failure(b, j, o) : ERR_OK;
}

/* Nobody can tell whether it went: a person has to decide. */
static enum err
give_up_uncertain(struct batch *b, struct job *j, struct value node, struct value before)
{
	static const char words[] =
		"nobody knows whether it was sent: the server stopped while "
		"it was being sent";
	struct value list[] = {node, before, value_i64(RECOVER_MAX)};
	struct value args[] = {value_i64(b->now), value_text(words), node, before};
	enum err err = ERR_OK;
	struct rows r;

	if (batch_read(b, STATEMENT_OUTBOX_UNCERTAIN_LIST, list, &r) != ERR_OK ||
		batch_run(b, STATEMENT_OUTBOX_UNCERTAIN, args, NULL) != ERR_OK) {
		return b->failed;
	}
	for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
		const struct value *row = rows_at(&r, i);
		struct send_failure failure = {
			.entry = value_as_id(&row[0]),
			.text = words,
			.final = true,
		};

		if (is_mail(value_as_text(&row[1]))) {
			err = send_failed(b, j, &failure);
		}
	}
	return err;
}

static enum err
recover(struct batch *b, struct job *j)
{
	const struct outbox_change *o = &j->change->outbox;
	struct value node = value_i64(o->own ? b->conf->node : -1);
	struct value again[] = {
		value_i64(b->now),
		value_i64(b->now),
		node,
		value_i64(o->before),
	};
	uint64_t affected = 0;

	if (batch_run(b, STATEMENT_OUTBOX_RECOVER, again, &affected) != ERR_OK) {
		return b->failed;
	}
	j->outcome.id = affected;
	return give_up_uncertain(b, j, node, value_i64(o->before));
}

static enum err
send_again(struct batch *b, struct job *j)
{
	const struct outbox_change *o = &j->change->outbox;
	struct value args[] = {
		value_i64(b->now),
		value_i64(b->now),
		value_i64(b->now + b->conf->outbox_give_up_ms),
		value_id(o->channel),
		value_id(o->item),
	};
	uint64_t affected = 0;

	if (j->change->actor.kind != AUTHOR_SYSTEM &&
		j->change->actor.role != ROLE_ADMINISTRATOR) {
		return job_refuse(j, ERR_DENIED, "only an administrator can do this");
	}
	if (batch_run(b, o->item != 0 ? STATEMENT_OUTBOX_AGAIN : STATEMENT_OUTBOX_AGAIN_ALL,
			args, &affected) != ERR_OK) {
		return b->failed;
	}
	if (o->item != 0 && affected != 1) {
		return job_refuse(j, ERR_NOT_FOUND,
			"there is no such item that waits or is dead");
	}
	batch_audit(b, j, "outbox.again", "channel", o->channel,
		arena_printf(b->arena, "%llu", (unsigned long long)affected));
	j->outcome.id = affected;
	return ERR_OK;
}

/* Who may write with this customer as the conversation stands, or wrote this very mail. */
static enum err
check_resend(struct batch *b, struct job *j, const struct fact *entry)
{
	const struct actor *actor = &j->change->actor;
	struct value args[] = {value_id(entry->conversation)};
	const struct head *h = timeline_head(b, entry->timeline);
	struct conversation c = {0};
	struct rows r;

	if (h == NULL || batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_CONVERSATION_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (!head_allowed(j, h)) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such mail");
	}
	if (r.count > 0) {
		record_conversation(rows_at(&r, 0), &c);
	}
	if (actor->kind != AUTHOR_STAFF ||
		(actor->role < ROLE_SUPERVISOR && actor->id != c.assignee &&
			(entry->author_kind != AUTHOR_STAFF || actor->id != entry->author))) {
		return job_refuse(j, ERR_DENIED,
			"a mail is repeated by who wrote it, by who has the conversation and by "
			"supervisors");
	}
	j->outcome.customer = h->state.customer;
	j->outcome.timeline = h->timeline;
	return ERR_OK;
}

static enum err
put_back(struct batch *b, struct job *j, const struct value *item)
{
	enum outbox_state state = (enum outbox_state)value_as_i64(&item[5]);
	struct value args[] = {
		value_i64(b->now),
		value_i64(b->now),
		value_i64(b->now + b->conf->outbox_give_up_ms),
		item[1],
		item[0],
	};

	if (state != OUTBOX_DEAD && state != OUTBOX_WAITING) {
		return job_refuse(j, ERR_CONFLICT,
			state == OUTBOX_SENDING ? "it is being sent just now" : "it was sent");
	}
	batch_audit(b, j, "mail.resent", "entry", j->change->outbox.fact, NULL);
	j->outcome.id = value_as_id(&item[0]);
	return batch_run(b, STATEMENT_OUTBOX_AGAIN, args, NULL);
}

static enum err
resend(struct batch *b, struct job *j)
{
	struct value args[] = {value_id(j->change->outbox.fact)};
	struct fact *entry = NULL;
	struct rows item;
	struct rows r;
	enum err err;

	if (batch_read(b, STATEMENT_OUTBOX_OF_FACT, args, &item) != ERR_OK ||
		batch_read(b, STATEMENT_FACT_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (item.count == 0 || r.count == 0) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such mail");
	}
	entry = record_fact(rows_at(&r, 0));
	err = check_resend(b, j, entry);
	fact_put(entry);
	return err == ERR_OK ? put_back(b, j, rows_at(&item, 0)) : err;
}

static enum err
sweep(struct batch *b, const struct outbox_change *o)
{
	struct value settled[] = {value_i64(o->before)};
	struct value dead[] = {value_i64(o->dead_before)};
	enum err err = batch_run(b, STATEMENT_OUTBOX_SWEEP, settled, NULL);

	return err == ERR_OK ? batch_run(b, STATEMENT_OUTBOX_SWEEP_DEAD, dead, NULL) : err;
}

enum err
apply_outbox(struct batch *b, struct job *j)
{
	switch (j->change->outbox.action) {
	case OUTBOX_ACTION_CLAIM:
		return claim(b, j);
	case OUTBOX_ACTION_SETTLE:
		return settle(b, j);
	case OUTBOX_ACTION_RECOVER:
		return recover(b, j);
	case OUTBOX_ACTION_AGAIN:
		return send_again(b, j);
	case OUTBOX_ACTION_RESEND:
		return resend(b, j);
	case OUTBOX_ACTION_SWEEP:
		return sweep(b, &j->change->outbox);
	}
	return job_refuse(j, ERR_INVALID, "no such action on the outbox");
}
