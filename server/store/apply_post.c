/* Messages, notes and visits: the hot path. On heads that are in memory it runs no statement. */
#include "base/str.h"
#include "model/channel_kind.h"
#include "model/visit.h"
#include "store/answers.h"
#include "store/apply.h"
#include "store/automatic_mails.h"
#include "store/mail_arrivals.h"
#include "store/mails.h"
#include "store/mentions.h"
#include "store/message_files.h"
#include "store/quick_replies.h"
#include "store/records.h"

enum { FILES_MAX = 20 };

/* A mail may be nothing but its subject. */
static bool
lacks_content(const struct post *p)
{
	return str_empty(p->text) && p->file_count == 0 && p->mail == NULL;
}

static enum err
check(struct job *j, const struct post *p)
{
	enum author_kind author = j->change->actor.kind;

	if (p->kind != FACT_MESSAGE && p->kind != FACT_NOTE && p->kind != FACT_VISIT) {
		return job_refuse(j, ERR_INVALID, "only messages, notes and visits are posted");
	}
	if (p->kind != FACT_MESSAGE && author == AUTHOR_CUSTOMER) {
		return job_refuse(j, ERR_DENIED, "notes are for the house");
	}
	if (author == AUTHOR_CUSTOMER &&
		(p->party.conversation != 0 || p->party.customer != 0)) {
		return job_refuse(j, ERR_DENIED, "customers write in their own timeline only");
	}
	if (p->kind == FACT_VISIT ? p->visit == NULL || str_empty(p->visit->topic)
							  : lacks_content(p)) {
		return job_refuse(j, ERR_INVALID, "there is neither text nor a file");
	}
	if (p->file_count > (p->mail != NULL && author == AUTHOR_CUSTOMER
								? POST_MAIL_FILES_MAX
								: FILES_MAX)) {
		return job_refuse(j, ERR_INVALID, "at most %d files in one entry", FILES_MAX);
	}
	return ERR_OK;
}

static enum err
know_customer_seq(struct batch *b, struct head *h)
{
	struct value args[] = {value_id(h->timeline)};
	struct head_state *s = &h->state;
	struct rows r;

	if (s->customer_seq_known) {
		return ERR_OK;
	}
	if (batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_LAST_CUSTOMER_SEQ, args, &r) != ERR_OK) {
		return b->failed;
	}
	s->customer_seq = r.count > 0 ? value_as_id(rows_at(&r, 0)) : 0;
	s->customer_seq_known = true;
	return ERR_OK;
}

static enum err
know_answer(struct batch *b, struct head *h)
{
	struct value args[] = {value_id(h->timeline)};
	struct head_state *s = &h->state;
	struct rows r;

	if (s->answer_known) {
		return ERR_OK;
	}
	if (batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_LAST_ANSWER, args, &r) != ERR_OK) {
		return b->failed;
	}
	s->answer_seq = r.count > 0 ? value_as_id(&rows_at(&r, 0)[0]) : 0;
	s->answer_author = r.count > 0 ? value_as_id(&rows_at(&r, 0)[1]) : 0;
	s->answer_known = true;
	return ERR_OK;
}

/* Has she written, or a colleague answered, since the agent looked? */
static enum err
check_stale(struct batch *b, struct job *j, struct head *h, const struct post *p)
{
	const struct head_state *s = &h->state;

	if (!p->stale_check) {
		return ERR_OK;
	}
	if (know_customer_seq(b, h) != ERR_OK || know_answer(b, h) != ERR_OK) {
		return b->failed;
	}
	if (s->customer_seq > p->seen_seq) {
		return job_refuse(j, ERR_CONFLICT, "the customer has written since");
	}
	if (s->answer_seq > p->seen_seq && s->answer_author != j->change->actor.id) {
		return job_refuse(j, ERR_CONFLICT, "a colleague has answered since");
	}
	return ERR_OK;
}

/* Where the entry is said. An agent's answer goes out by the customer's own channel; a telephone
 * or a counter cannot show text, so there it goes by the visitor's channel if she has one. */
struct route {
	uint64_t channel;
	const char *channel_kind;
};

static enum err
route_answer(struct batch *b, struct job *j, const struct head *h, struct route *out)
{
	struct value args[] = {value_id(h->timeline)};
	struct rows r;

	if (batch_read(b, STATEMENT_VISITOR_CHANNEL, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_INVALID, "this customer has no channel for messages");
	}
	out->channel = value_as_id(&rows_at(&r, 0)[0]);
	out->channel_kind = value_as_text(&rows_at(&r, 0)[1]);
	return ERR_OK;
}

static enum err
route(struct batch *b, struct job *j, const struct head *h, const struct post *p,
	struct route *out)
{
	const struct conversation *c = &h->state.conversation;

	if (p->channel != 0 || !str_empty(p->channel_kind)) {
		out->channel = p->channel;
		out->channel_kind = p->channel_kind != NULL ? p->channel_kind : "";
		return ERR_OK;
	}
	out->channel = h->state.has_conversation ? c->channel : 0;
	out->channel_kind = h->state.has_conversation ? c->channel_kind : "";
	if (p->kind == FACT_MESSAGE &&
		(out->channel_kind[0] == '\0' || !channel_kind_writes(out->channel_kind))) {
		return route_answer(b, j, h, out);
	}
	return ERR_OK;
}

/* All that can be refused is prepared before anything changes. */
struct entry {
	struct route route;
	const char *files;
	const char *first_name;
	struct mail_plan mail; /* of mail */
};

static bool
shown_to_customer(const struct job *j, const struct post *p, const struct entry *entry)
{
	enum author_kind author = j->change->actor.kind;

	return p->kind == FACT_MESSAGE && !entry->mail.hidden &&
		channel_kind_writes(entry->route.channel_kind) &&
		(author == AUTHOR_CUSTOMER || author == AUTHOR_STAFF || author == AUTHOR_BOT);
}

/* No machine waits for an answer. */
static bool
wants_answer(const struct post *p)
{
	return p->mail == NULL || p->mail->nature == MAIL_PERSONAL;
}

/* What a message or a visit does to its conversation. Notes only move the preview. */
static void
note_contact(struct head *h, const struct fact *f, bool wants)
{
	struct conversation *c = &h->state.conversation;

	if (f->author_kind == AUTHOR_CUSTOMER) {
		c->inbound += !f->imported;
		c->channel = f->channel;
		str_copy(c->channel_kind, sizeof(c->channel_kind), f->channel_kind);
		if (c->waiting_since == 0 && wants) {
			c->waiting_since = f->at;
		}
	} else if (f->author_kind == AUTHOR_STAFF || f->kind == FACT_VISIT) {
		c->waiting_since = 0;
		c->missed_calls = 0;
	}
}

static enum err
prepare_body(struct batch *b, struct job *j, const struct post *p)
{
	if (p->kind == FACT_VISIT) {
		visit_encode(p->visit, batch_body(b));
	} else {
		jw_kstring(batch_body(b), "text", p->text != NULL ? p->text : "");
		mentions_encode(p, &b->json);
	}
	if (b->body.overflowed || b->body.length >= b->body.max_bytes) {
		return job_refuse(j, ERR_INVALID, "the text is too long");
	}
	return ERR_OK;
}

static const char *
preview_of(const struct post *p, const struct entry *entry)
{
	if (p->kind == FACT_VISIT) {
		return p->visit->topic;
	}
	if (p->mail != NULL && str_empty(p->text) && !str_empty(p->mail->subject)) {
		return p->mail->subject;
	}
	return str_empty(p->text) ? entry->first_name : p->text;
}

static enum err
append_entry(struct batch *b, struct job *j, struct head *h, const struct entry *entry,
	uint64_t conversation)
{
	const struct post *p = &j->change->post;
	struct draft d = draft_of(j, p->kind);
	struct fact *f;
	enum err err;

	d.conversation = conversation;
	d.channel = entry->route.channel;
	d.channel_kind = entry->route.channel_kind;
	d.at = p->at;
	d.files = entry->files;
	d.shown_to_customer = shown_to_customer(j, p, entry);
	err = fact_append(b, j, h, &d, &f);
	if (err == ERR_OK) {
		err = outbox_entry(b, f);
	}
	if (err == ERR_OK && p->mail != NULL) {
		err = mail_entered(b, j, &entry->mail, f);
	}
	if (err != ERR_OK) {
		return err;
	}
	if (conversation != 0 && h->state.conversation.id == conversation) {
		if (p->kind != FACT_NOTE) {
			note_contact(h, f, wants_answer(p));
		}
		episode_note(h, f, preview_of(p, entry));
		fact_settle(h, f, h->state.conversation.assignee);
	}
	err = flags_append(b, j, h, f, p->found, p->found_count);
	return err == ERR_OK ? message_files_sent(b, j, f) : err;
}

/* The first who answers by message has the conversation. */
static enum err
assign_to_author(struct batch *b, struct job *j, struct head *h)
{
	const struct actor *a = &j->change->actor;

	if (a->kind != AUTHOR_STAFF || h->state.conversation.assignee != 0) {
		return ERR_OK;
	}
	return episode_assign(b, j, h, a->id, a->id, j->change->post.at);
}

static enum err
post_message(struct batch *b, struct job *j, struct head *h, const struct entry *entry)
{
	const struct post *p = &j->change->post;
	const struct route *r = &entry->route;
	bool revive = j->change->actor.kind == AUTHOR_STAFF && p->party.conversation != 0;
	struct answer_before before = answer_before(h);
	struct mail_question question = {
		.mail = &entry->mail.mail,
		.mailbox = entry->mail.mailbox,
		.strange = entry->mail.proposed,
	};
	struct mail_question *by_mail = p->mail != NULL ? &question : NULL;
	bool answered = false;
	enum fact_kind change;
	enum err err;

	err = episode_ensure(b, h, r->channel, r->channel_kind, p->at, revive, &change);
	if (err == ERR_OK) {
		err = answer_admit(b, j, h, &before, p->answer, by_mail, &answered);
	}
	if (err == ERR_OK) {
		err = append_entry(b, j, h, entry, h->state.conversation.id);
	}
	if (err == ERR_OK) {
		err = episode_announce(b, j, h, change, p->at);
	}
	if (err == ERR_OK && answered) {
		question.entry = j->facts[0]->id;
		err = answer_append(b, j, h, &before, p->answer, by_mail);
	}
	if (err == ERR_OK) {
		err = assign_to_author(b, j, h);
	}
	return err;
}

/* A note opens nothing: it stays with the conversation that it was written in. */
static enum err
post_note(struct batch *b, struct job *j, struct head *h, const struct entry *entry)
{
	uint64_t conversation = j->change->post.party.conversation;

	if (conversation == 0 && episode_open(h)) {
		conversation = h->state.conversation.id;
	}
	return append_entry(b, j, h, entry, conversation);
}

/* An automatic answer stays with what it answers, open or not. */
static enum err
post_machine_mail(struct batch *b, struct job *j, struct head *h,
	const struct entry *entry)
{
	return append_entry(b, j, h, entry,
		h->state.has_conversation ? h->state.conversation.id : 0);
}

/* A visit joins the conversation that is open. Else it is one of its own: with a next step it
 * stays open with who was there until that is done; without one it is history at once. */
static enum err
post_visit(struct batch *b, struct job *j, struct head *h, const struct entry *entry)
{
	const struct post *p = &j->change->post;
	bool joins = episode_open(h);
	enum err err;

	if (!joins) {
		episode_begin(b, h, entry->route.channel, entry->route.channel_kind, p->at);
	}
	err = append_entry(b, j, h, entry, h->state.conversation.id);
	if (err == ERR_OK && !joins) {
		err = episode_announce(b, j, h, FACT_OPENED, p->at);
	}
	if (err == ERR_OK && !joins) {
		err = assign_to_author(b, j, h);
	}
	if (err == ERR_OK && !joins && str_empty(p->visit->next_step)) {
		err = episode_resolve(b, j, h);
	}
	return err;
}

static enum err
prepare(struct batch *b, struct job *j, struct entry *entry, struct head **out)
{
	const struct post *p = &j->change->post;
	struct head *h = NULL;
	enum err err = check(j, p);

	if (err == ERR_OK) {
		err = message_files(b, j, p, &entry->files, &entry->first_name);
	}
	if (err == ERR_OK && p->mail != NULL) {
		err = mail_check(b, j, &entry->mail);
	}
	if (err == ERR_OK && p->mail == NULL) {
		err = prepare_body(b, j, p);
	}
	if (err == ERR_OK) {
		err = party_resolve(b, j, &p->party, p->channel, &h);
	}
	if (err == ERR_OK && !head_allowed(j, h)) {
		err = job_refuse(j, ERR_DENIED, "this customer is not in your unit");
	}
	if (err == ERR_OK) {
		err = mentions_check(b, j, h);
	}
	if (err == ERR_OK) {
		err = check_stale(b, j, h, p);
	}
	if (err == ERR_OK) {
		err = route(b, j, h, p, &entry->route);
	}
	if (err == ERR_OK && p->mail != NULL) {
		err = mail_place(b, j, &h, &entry->mail);
	}
	if (err == ERR_OK && p->mail != NULL) {
		err = mail_write(b, j, &entry->mail);
		entry->route = (struct route){entry->mail.mailbox, "email"};
	}
	if (err == ERR_OK) {
		*out = h;
	}
	return err;
}

static enum err
post_entry(struct batch *b, struct job *j, struct head *h, const struct entry *entry)
{
	if (j->change->imported) {
		return append_entry(b, j, h, entry, 0);
	}
	if (j->change->post.kind == FACT_NOTE) {
		return post_note(b, j, h, entry);
	}
	if (j->change->post.kind == FACT_VISIT) {
		return post_visit(b, j, h, entry);
	}
	return entry->mail.quiet ? post_machine_mail(b, j, h, entry)
							 : post_message(b, j, h, entry);
}

enum err
apply_post(struct batch *b, struct job *j)
{
	struct entry entry = {0};
	struct head *h = NULL;
	bool done = false;
	enum err err = ERR_OK;

	if (j->change->post.mail != NULL) {
		err = mail_absorb(b, j, &done);
	}
	if (err != ERR_OK || done) {
		return err;
	}
	err = prepare(b, j, &entry, &h);
	if (err == ERR_OK) {
		err = post_entry(b, j, h, &entry);
	}
	if (err == ERR_OK && entry.mail.proposed) {
		err = mail_propose(b, j, h, &entry.mail);
	}
	if (err == ERR_OK) {
		err = quick_replies_used(b, j);
	}
	if (err == ERR_OK) {
		err = mentions_keep(b, j);
	}
	if (err == ERR_OK) {
		outcome_of(j, h);
		j->outcome.id = j->facts[0]->id;
	}
	return err;
}
