/* Automatic answers. What was computed on the loop is taken only if it still fits: the same
 * conversation in the same version with nobody of the house in it, and the bot's memory as it
 * was. The memory's row is the compare-and-swap between two that answer at once. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "model/auto_answer.h"
#include "model/channel_kind.h"
#include "store/answers.h"
#include "store/automatic_mails.h"
#include "store/tags.h"

struct answer_before
answer_before(const struct head *h)
{
	const struct conversation *c = &h->state.conversation;

	if (!episode_open(h)) {
		return (struct answer_before){0};
	}
	return (struct answer_before){c->id, c->version, c->waiting_since};
}

/* --- is it still so? ----------------------------------------------------------------------- */

static bool
as_assumed(const struct head *h, const struct answer_before *before,
	const struct auto_answer *a)
{
	const struct conversation *c = &h->state.conversation;

	return (a->timeline == 0 || a->timeline == h->timeline) &&
		before->conversation == a->conversation &&
		(a->conversation == 0 || before->version == a->conversation_version) &&
		c->assignee == 0 && c->bot != BOT_QUIET;
}

static enum err
remember(struct batch *b, const struct head *h, const struct auto_answer *a, bool *done)
{
	struct value first[] = {
		value_id(h->timeline),
		value_i64(1),
		value_text(a->state),
		value_i64(b->now),
	};
	struct value next[] = {
		value_id(a->state_version + 1),
		value_text(a->state),
		value_i64(b->now),
		value_id(h->timeline),
		value_id(a->state_version),
	};
	uint64_t affected = 0;
	enum err err = a->state_version == 0
		? batch_run(b, STATEMENT_BOT_STATE_INSERT, first, &affected)
		: batch_run(b, STATEMENT_BOT_STATE_UPDATE, next, &affected);

	*done = affected == 1;
	return err;
}

/* Consoles ring for it, although a machine answered what came before. */
static void
wait_for_a_person(struct batch *b, struct head *h)
{
	struct conversation *c = &h->state.conversation;

	if (c->bot == BOT_ANSWERED) {
		heads_touch(b->heads, h);
		c->bot = BOT_UNANSWERED;
		h->state.conversation_dirty = true;
	}
}

enum err
answer_admit(struct batch *b, struct job *j, struct head *h,
	const struct answer_before *before, const struct auto_answer *a,
	struct mail_question *mail, bool *admitted)
{
	struct conversation *c = &h->state.conversation;

	*admitted = false;
	if (a == NULL) {
		/* No rule was asked: a file without text, or there are none any more. */
		if (j->change->actor.kind == AUTHOR_CUSTOMER && !j->change->imported) {
			wait_for_a_person(b, h);
		}
		return ERR_OK;
	}
	if (mail != NULL) {
		bool may = false;

		if (automatic_mail_check(b, h, a, mail, &may) != ERR_OK) {
			return b->failed;
		}
		if (!may) {
			/* What the loop judged is none of a machine's business. */
			j->outcome.answer = ANSWER_DECLINED;
			wait_for_a_person(b, h);
			return ERR_OK;
		}
	}
	j->outcome.answer = ANSWER_STALE;
	if (!as_assumed(h, before, a)) {
		return ERR_OK;
	}
	if (remember(b, h, a, admitted) != ERR_OK) {
		return b->failed;
	}
	if (*admitted) {
		j->outcome.answer = ANSWER_GIVEN;
		heads_touch(b->heads, h);
		c->bot = a->human ? BOT_QUIET
						  : (a->text_count > 0 ? BOT_ANSWERED : BOT_UNANSWERED);
	}
	return ERR_OK;
}

/* --- what it says --------------------------------------------------------------------------- */

/* In the conversation, on its channel, by the bot. */
static struct draft
bot_draft(const struct job *j, const struct head *h, enum fact_kind kind)
{
	const struct conversation *c = &h->state.conversation;
	struct draft d = draft_of(j, kind);

	d.author_kind = AUTHOR_BOT;
	d.author = 0;
	d.ref = NULL;
	d.conversation = c->id;
	d.channel = c->channel;
	d.channel_kind = c->channel_kind;
	return d;
}

struct json_writer *
answer_body(struct batch *b, const struct auto_answer *a,
	const struct auto_answer_text *text)
{
	struct json_writer *w = batch_body(b);
	bool last = text == &a->texts[a->text_count - 1];

	jw_kstring(w, "text", text->text);
	jw_kid(w, "rule", a->rule);
	if (!str_empty(a->title)) {
		jw_kstring(w, "title", a->title);
	}
	if (text->menu != NULL) {
		jw_key(w, "menu");
		jw_raw(w, text->menu, strlen(text->menu));
	}
	if (last && a->ask_helpful) {
		jw_kbool(w, "helpful", true);
	}
	if (last && a->human) {
		jw_kbool(w, "human", true);
	}
	return w;
}

static enum err
say(struct batch *b, struct job *j, struct head *h, const struct auto_answer *a,
	const struct auto_answer_text *text, const struct mail_question *mail)
{
	struct draft d = bot_draft(j, h, FACT_MESSAGE);
	struct fact *f;
	enum err err;

	if (mail != NULL) {
		err = automatic_mail_say(b, j, h, mail, a, &d, &f);
	} else {
		d.shown_to_customer = channel_kind_writes(d.channel_kind);
		(void)answer_body(b, a, text);
		err = fact_append(b, j, h, &d, &f);
	}
	if (err == ERR_OK) {
		err = outbox_entry(b, f);
	}
	if (err == ERR_OK) {
		episode_note(h, f, text->text);
		fact_settle(h, f, h->state.conversation.assignee);
		err = flags_append(b, j, h, f, text->found, text->found_count);
	}
	return err;
}

enum err
hand_over_append(struct batch *b, struct job *j, struct head *h, const char *reason,
	uint64_t rule, const char *title)
{
	struct draft d = bot_draft(j, h, FACT_HANDED_OVER);
	struct json_writer *w = batch_body(b);
	struct fact *f;
	enum err err;

	if (j->change->actor.kind == AUTHOR_STAFF) {
		d.author_kind = AUTHOR_STAFF;
		d.author = j->change->actor.id;
		d.ref = j->fact_count == 0 ? j->change->ref : NULL;
	}
	jw_kstring(w, "reason", reason);
	jw_kid(w, "rule", rule);
	if (!str_empty(title)) {
		jw_kstring(w, "title", title);
	}
	err = fact_append(b, j, h, &d, &f);
	if (err == ERR_OK) {
		fact_settle(h, f, h->state.conversation.assignee);
	}
	return err;
}

/* It held an answer back: whoever keeps the rules sees which. */
static enum err
count_held_back(struct batch *b, const struct auto_answer *a)
{
	struct value args[] = {value_id(a->rule), value_i64(b->now)};

	if (a->rule == 0 || !str_equals(a->reason, "phrase")) {
		return ERR_OK;
	}
	return batch_run(b, STATEMENT_RULE_HELD_BACK_ADD, args, NULL);
}

/* What its rule says of the customer. */
static enum err
tag(struct batch *b, struct job *j, struct head *h, const struct auto_answer *a)
{
	struct tag_wish wish = {
		.intent = a->intent,
		.tags = a->tags,
		.tag_count = a->tag_count,
		.topics = a->topics,
		.topic_count = a->topic_count,
		.source = TAG_BY_RULE,
		.rule = a->rule,
	};

	return tags_add(b, j, h, &wish);
}

enum err
answer_append(struct batch *b, struct job *j, struct head *h,
	const struct answer_before *before, const struct auto_answer *a,
	const struct mail_question *mail)
{
	struct conversation *c = &h->state.conversation;
	enum err err = ERR_OK;

	if (a->text_count > 0 && !a->human) {
		c->waiting_since = before->waiting_since;
	}
	for (size_t i = 0; err == ERR_OK && i < a->text_count; i++) {
		err = say(b, j, h, a, &a->texts[i], mail);
	}
	if (err == ERR_OK && a->human) {
		err = hand_over_append(b, j, h, a->reason, a->rule, a->title);
	}
	if (err == ERR_OK) {
		err = tag(b, j, h, a);
	}
	return err == ERR_OK ? count_held_back(b, a) : err;
}

/* --- changes ---------------------------------------------------------------------------------- */

static enum err
find_question(struct batch *b, struct job *j, struct mail_question *out)
{
	const struct answer_change *change = &j->change->answer;
	bool found = true;

	if (change->answer->by_mail &&
		automatic_mail_question(b, change->timeline, change->question, out, &found) !=
			ERR_OK) {
		return b->failed;
	}
	return found ? ERR_OK : job_refuse(j, ERR_NOT_FOUND, "there is no such mail");
}

enum err
apply_answer(struct batch *b, struct job *j)
{
	const struct answer_change *change = &j->change->answer;
	struct head *h = timeline_head(b, change->timeline);
	struct answer_before before;
	struct mail_question found = {0};
	struct mail_question *by_mail = change->answer != NULL && change->answer->by_mail
		? &found
		: NULL;
	bool admitted = false;
	enum err err;

	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (h == NULL || change->answer == NULL) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such timeline");
	}
	before = answer_before(h);
	if (before.conversation == 0) {
		j->outcome.answer = ANSWER_STALE;
		outcome_of(j, h);
		return ERR_OK;
	}
	err = find_question(b, j, &found);
	if (err == ERR_OK) {
		err = answer_admit(b, j, h, &before, change->answer, by_mail, &admitted);
	}
	/* The question is in the conversation already: it waits since then. */
	before.waiting_since = 0;
	if (err == ERR_OK && admitted) {
		err = answer_append(b, j, h, &before, change->answer, by_mail);
		h->state.conversation_dirty = true;
	}
	if (err == ERR_OK) {
		outcome_of(j, h);
		j->outcome.id = change->question;
	}
	return err;
}

/* Of an answer that asked whether it helped; her own timeline only. */
struct answered {
	uint64_t entry;
	uint64_t rule;
	struct draft draft;
};

static enum err
find_answered(struct batch *b, struct job *j, const struct head *h, struct answered *out)
{
	uint64_t pub = j->change->feedback.pub;
	struct value step_args[] = {value_id(h->timeline), value_id(pub - 1)};
	struct value args[] = {value_id(h->timeline), value_id(0), value_id(pub)};
	struct json *body = NULL;
	const struct value *row;
	const char *text;
	struct rows r;
	bool asked = false;

	if (pub == 0 || pub > h->state.pub) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such answer");
	}
	if (batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_STEP_BEFORE, step_args, &r) != ERR_OK) {
		return b->failed;
	}
	args[1] = r.count > 0 ? *rows_at(&r, 0) : value_id(0);
	if (batch_read(b, STATEMENT_FACT_BY_PUB, args, &r) != ERR_OK) {
		return b->failed;
	}
	row = r.count > 0 ? rows_at(&r, 0) : NULL;
	text = row != NULL ? value_as_text_or_null(&row[5]) : NULL;
	if (text == NULL || value_as_i64(&row[1]) != AUTHOR_BOT ||
		json_parse(text, strlen(text), &body, NULL) != ERR_OK) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such answer");
	}
	out->entry = value_as_id(&row[0]);
	out->draft = draft_of(j, FACT_FEEDBACK);
	out->draft.conversation = value_as_id(&row[2]);
	out->draft.channel = value_as_id(&row[3]);
	out->draft.channel_kind = value_as_text(&row[4]);
	(void)json_id(body, "rule", &out->rule);
	(void)json_bool(body, "helpful", &asked);
	json_free(body);
	return asked ? ERR_OK
				 : job_refuse(j, ERR_INVALID, "nobody asked whether this helped");
}

enum err
apply_feedback(struct batch *b, struct job *j)
{
	const struct feedback_change *change = &j->change->feedback;
	struct party party = {.visitor = change->visitor};
	struct answered a = {0};
	struct value counts[] = {
		value_id(0),
		value_i64(rule_day_of(b->now)),
		value_i64(0),
		value_i64(change->helpful),
		value_i64(!change->helpful),
		value_i64(0),
	};
	struct json_writer *w;
	struct head *h = NULL;
	struct fact *f;
	enum err err = party_resolve(b, j, &party, 0, &h);

	if (err == ERR_OK) {
		err = find_answered(b, j, h, &a);
	}
	if (err != ERR_OK) {
		return err;
	}
	w = batch_body(b);
	jw_kid(w, "entry", a.entry);
	jw_kid(w, "rule", a.rule);
	jw_kbool(w, "helpful", change->helpful);
	err = fact_append(b, j, h, &a.draft, &f);
	if (err == ERR_OK && h->state.conversation.id == f->conversation) {
		fact_settle(h, f, h->state.conversation.assignee);
	}
	counts[0] = value_id(a.rule);
	if (err == ERR_OK && a.rule != 0) {
		err = batch_run(b, STATEMENT_RULE_HIT_ADD, counts, NULL);
	}
	if (err == ERR_OK) {
		outcome_of(j, h);
		j->outcome.id = f->id;
	}
	return err;
}
