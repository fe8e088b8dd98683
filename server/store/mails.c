#include "store/mails.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/str.h"
#include "store/mail_threads.h"
#include "store/outbox_item.h"
#include "store/records.h"
#include "store/store.h"

enum { RECIPIENTS_MAX = 50, CONTACTS_MAX = 500, SECRET_SIZE = 12 };

/* --- before anything is written ------------------------------------------------------------ */

void
mail_sender(struct batch *b, const char *settings, struct mail_address *out)
{
	struct json *root = NULL;
	const struct json *mailbox;

	if (!str_empty(out->address) ||
		json_parse(settings, strlen(settings), &root, NULL) != ERR_OK) {
		return;
	}
	mailbox = json_is_object(root) ? json_get(root, "mailbox") : NULL;
	if (mailbox != NULL && json_is_object(mailbox)) {
		const char *address = json_string(mailbox, "address");
		const char *name = json_string(mailbox, "name");

		out->address = address != NULL ? arena_strdup(b->arena, address) : "";
		out->name = name != NULL ? arena_strdup(b->arena, name) : "";
	}
	json_free(root);
}

static enum err
use_mailbox(struct batch *b, struct job *j, const struct rows *r, struct mail_plan *plan)
{
	struct channel_row row;

	if (r->count == 0) {
		return job_refuse(j, ERR_INVALID, "there is no mailbox to write from");
	}
	record_channel(rows_at(r, 0), &row);
	if (strcmp(row.kind, "email") != 0 || !row.enabled) {
		return job_refuse(j, ERR_INVALID, "this mailbox is switched off");
	}
	plan->mailbox = row.id;
	mail_sender(b, row.settings, &plan->mail.from);
	if (str_empty(plan->mail.from.address)) {
		return job_refuse(j, ERR_INVALID, "the mailbox has no address");
	}
	return ERR_OK;
}

/* The one that was asked for, else that of the conversation, else the first. */
static enum err
choose_mailbox(struct batch *b, struct job *j, struct mail_plan *plan)
{
	const struct post *p = &j->change->post;
	struct value asked[] = {value_id(p->channel)};
	const struct head *h = NULL;
	struct rows r;

	if (p->channel == 0 && p->party.conversation != 0) {
		h = conversation_head(b, p->party.conversation);
	}
	if (b->failed == ERR_OK && h != NULL && h->state.has_conversation &&
		strcmp(h->state.conversation.channel_kind, "email") == 0) {
		asked[0] = value_id(h->state.conversation.channel);
	}
	if (b->failed != ERR_OK ||
		batch_read(b, STATEMENT_CHANNEL_BY_ID, asked, &r) != ERR_OK) {
		return b->failed;
	}
	if (p->channel == 0 && (r.count == 0 || !value_as_bool(&rows_at(&r, 0)[6]))) {
		if (batch_read(b, STATEMENT_MAILBOX_FIRST, NULL, &r) != ERR_OK) {
			return b->failed;
		}
	}
	return use_mailbox(b, j, &r, plan);
}

static enum err
check_sizes(struct batch *b, struct job *j)
{
	const struct post *p = &j->change->post;
	int64_t total = 0;

	for (size_t i = 0; i < p->file_count; i++) {
		struct value args[] = {value_id(p->files[i])};
		struct file_row row;
		struct rows r;

		if (batch_read(b, STATEMENT_FILE_BY_ID, args, &r) != ERR_OK) {
			return b->failed;
		}
		if (r.count > 0) {
			record_file(rows_at(&r, 0), &row);
			total += row.size;
		}
	}
	if (total > MAIL_SENT_BYTES_MAX) {
		return job_refuse(j, ERR_INVALID,
			"the attachments of one mail have %d MB at most", MAIL_SENT_BYTES_MAX >> 20);
	}
	return ERR_OK;
}

enum err
mail_check(struct batch *b, struct job *j, struct mail_plan *plan)
{
	const struct mail *m = j->change->post.mail;
	size_t recipients = m->to_count + m->cc_count;
	enum err err;

	*plan = (struct mail_plan){.mail = *m, .mailbox = j->change->post.channel};
	if (j->change->actor.kind == AUTHOR_CUSTOMER) {
		return ERR_OK;
	}
	if (m->to_count == 0) {
		return job_refuse(j, ERR_INVALID, "a mail needs somebody to go to");
	}
	if (recipients > RECIPIENTS_MAX) {
		return job_refuse(j, ERR_INVALID, "one mail goes to %d addresses at most",
			RECIPIENTS_MAX);
	}
	err = choose_mailbox(b, j, plan);
	return err == ERR_OK ? check_sizes(b, j) : err;
}

/* --- what comes ------------------------------------------------------------------------------ */

/* So that it can be repeated. */
static enum err
mark_bounced(struct batch *b, uint64_t entry, const char *words)
{
	size_t length = utf8_truncate(words, strlen(words), OUTBOX_ANSWER_MAX);
	struct value args[] = {
		value_i64(b->now),
		value_text_n(arena_strndup(b->arena, words, length), length),
		value_id(entry),
	};

	return batch_run(b, STATEMENT_OUTBOX_BOUNCED, args, NULL);
}

static enum err
absorb_report(struct batch *b, struct job *j, bool *done)
{
	const struct post *p = &j->change->post;
	const struct mail_arrival *a = p->arrival;
	struct send_failure failure = {
		.final = p->mail->nature == MAIL_BOUNCE,
	};
	struct mail_thread original;
	bool ours = false;

	if (a == NULL || mail_find(b, a->report_id, &original, &ours) != ERR_OK || !ours) {
		return b->failed;
	}
	*done = true;
	failure.entry = original.entry;
	failure.status = a->report_status;
	failure.text = str_empty(a->report_text) ? a->report_recipient : a->report_text;
	if (failure.final && mark_bounced(b, original.entry, failure.text) != ERR_OK) {
		return b->failed;
	}
	return send_failed(b, j, &failure);
}

enum err
mail_absorb(struct batch *b, struct job *j, bool *done)
{
	const struct post *p = &j->change->post;
	struct mail_thread known;
	bool ours = false;

	*done = false;
	if (j->change->actor.kind != AUTHOR_CUSTOMER) {
		return ERR_OK;
	}
	if (p->mail->nature == MAIL_BOUNCE || p->mail->nature == MAIL_DELAYED) {
		return absorb_report(b, j, done);
	}
	if (mail_find(b, p->mail->message_id, &known, &ours) != ERR_OK) {
		return b->failed;
	}
	*done = ours || p->mail->nature == MAIL_LOOP;
	j->outcome.dropped = *done;
	return ERR_OK;
}

/* An answer goes on where the question stands, if that is the same customer's; else it begins
 * where the sender's own history is. */
static void
choose_head(struct batch *b, struct head **head, const struct mail_plan *plan)
{
	struct head *h = timeline_head(b, plan->thread.timeline);
	const struct conversation *c = h != NULL ? &h->state.conversation : NULL;

	if (h == NULL || !h->state.has_conversation || c->id != plan->thread.conversation) {
		return;
	}
	if (plan->quiet || episode_open(h) || b->now - c->resolved_at < b->conf->reopen_ms) {
		*head = h;
	}
}

static enum err
place_arrival(struct batch *b, struct job *j, struct head **head, struct mail_plan *plan)
{
	const struct post *p = &j->change->post;
	bool machine = plan->mail.nature != MAIL_PERSONAL && plan->mail.nature != MAIL_LIST;
	bool belongs = false;
	enum err err = mail_thread_of(b, p, (*head)->state.customer, &plan->thread, &belongs);

	if (err != ERR_OK || plan->thread.why == NULL) {
		return err;
	}
	if (!belongs) {
		plan->proposed = !machine;
		return ERR_OK;
	}
	plan->quiet = machine;
	plan->mail.answers = plan->thread.entry;
	choose_head(b, head, plan);
	return b->failed;
}

/* --- what goes ------------------------------------------------------------------------------- */

static bool
goes_to(const struct mail *m, const char *address)
{
	for (size_t i = 0; i < m->to_count; i++) {
		if (str_equals(m->to[i].address, address)) {
			return true;
		}
	}
	for (size_t i = 0; i < m->cc_count; i++) {
		if (str_equals(m->cc[i].address, address)) {
			return true;
		}
	}
	return false;
}

/* Mail to others about her is not hers to see. */
static enum err
find_recipient(struct batch *b, const struct head *h, struct mail_plan *plan)
{
	struct value args[] = {value_id(h->state.customer), value_i64(CONTACTS_MAX)};
	struct rows r;

	plan->hidden = true;
	if (batch_read(b, STATEMENT_CONTACTS_OF, args, &r) != ERR_OK) {
		return b->failed;
	}
	for (size_t i = 0; i < r.count; i++) {
		struct contact_point point;

		record_contact(rows_at(&r, i), &point);
		if ((str_equals(point.kind, "email") || str_equals(point.kind, "sender")) &&
			goes_to(&plan->mail, point.value)) {
			plan->hidden = false;
		}
	}
	return ERR_OK;
}

/* RFC 5322, 3.6.4: the parent's references, then the parent. */
static void
refer_to(struct batch *b, const struct mail *parent, struct mail *m)
{
	size_t count = parent->reference_count;
	const char **list = arena_alloc(b->arena, (count + 2) * sizeof(*list));
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		/* The first says where it began, the last ones where it is. */
		if (i == 0 || count - i < MAIL_REFERENCES_MAX - 2) {
			list[used++] = parent->references[i];
		}
	}
	if (!str_empty(parent->in_reply_to) &&
		(used == 0 || strcmp(list[used - 1], parent->in_reply_to) != 0)) {
		list[used++] = parent->in_reply_to;
	}
	m->in_reply_to = parent->message_id;
	m->references = list;
	m->reference_count = used;
}

static enum err
answer_entry(struct batch *b, struct job *j, const struct head *h, struct mail *m)
{
	struct value args[] = {value_id(m->answers)};
	struct mail parent;
	struct json *body = NULL;
	struct fact *f;
	struct rows r;
	bool elsewhere = false;
	bool hers;

	if (batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_FACT_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	f = r.count > 0 ? record_fact(rows_at(&r, 0)) : NULL;
	hers = f != NULL && f->customer == h->state.customer && f->kind == FACT_MESSAGE;
	if (hers && f->body != NULL &&
		json_parse(f->body, f->body_length, &body, NULL) == ERR_OK) {
		if (mail_decode(body, b->arena, &parent, NULL) == ERR_OK) {
			refer_to(b, &parent, m);
			elsewhere = !str_empty(parent.reply_to.address) &&
				!j->change->post.reply_to_confirmed &&
				goes_to(m, parent.reply_to.address);
		}
		json_free(body);
	}
	fact_put(f);
	if (!hers) {
		return job_refuse(j, ERR_INVALID,
			"the entry that is answered is not this customer's");
	}
	if (elsewhere) { /* the usual way to lead an answer to somebody else */
		return job_refuse(j, ERR_CONFLICT,
			"the answer goes to another address than the mail came from; confirm it");
	}
	return ERR_OK;
}

/* Nobody can guess it: it names the entry, which is its number, and a secret. */
static const char *
make_message_id(struct batch *b, const struct mail *m)
{
	const char *at = strrchr(m->from.address, '@');
	uint8_t bytes[SECRET_SIZE];
	char secret[2 * SECRET_SIZE + 1];

	random_bytes(bytes, sizeof(bytes));
	hex_encode(bytes, sizeof(bytes), secret);
	return arena_printf(b->arena, "%" PRIu64 ".%s@%s",
		FACT_ID(b->conf->node, b->position.n + 1), secret,
		at != NULL ? at + 1 : m->from.address);
}

static enum err
place_departure(struct batch *b, struct job *j, const struct head *h,
	struct mail_plan *plan)
{
	const struct post *p = &j->change->post;
	enum err err = ERR_OK;

	plan->outgoing = true;
	plan->mail.trust = MAIL_TRUST_PROVEN;
	if (plan->mail.answers == 0 && p->party.conversation != 0) {
		err = mail_newest(b, p->party.conversation, &plan->thread);
		plan->mail.answers = plan->thread.entry;
	}
	if (err == ERR_OK && plan->mail.answers != 0) {
		err = answer_entry(b, j, h, &plan->mail);
	}
	if (err == ERR_OK) {
		err = find_recipient(b, h, plan);
	}
	plan->mail.message_id = make_message_id(b, &plan->mail);
	return err;
}

enum err
mail_place(struct batch *b, struct job *j, struct head **head, struct mail_plan *plan)
{
	if (j->change->actor.kind == AUTHOR_CUSTOMER) {
		return place_arrival(b, j, head, plan);
	}
	return place_departure(b, j, *head, plan);
}

/* --- the entry --------------------------------------------------------------------------------- */

static bool
try_write(struct batch *b, const char *text, const struct mail *m)
{
	struct json_writer *w = batch_body(b);

	jw_kstring(w, "text", text);
	jw_key(w, "mail");
	jw_object(w);
	mail_encode(m, w);
	jw_object_end(w);
	return !b->body.overflowed && b->body.length + 1 < b->body.max_bytes;
}

static const char *
cut_text(struct batch *b, const char *text, size_t max_bytes)
{
	size_t length = utf8_truncate(text, strlen(text), max_bytes);

	return arena_strndup(b->arena, text, length);
}

enum err
mail_write(struct batch *b, struct job *j, struct mail_plan *plan)
{
	const char *text = j->change->post.text != NULL ? j->change->post.text : "";
	struct mail *m = &plan->mail;

	if (try_write(b, text, m)) {
		return ERR_OK;
	}
	if (plan->outgoing) {
		return job_refuse(j, ERR_INVALID, "the text is too long");
	}
	/* The file has all of it. First goes what is least missed. */
	m->truncated = true;
	m->quote = "";
	m->references = NULL;
	m->reference_count = 0;
	m->picture_count = 0;
	for (size_t most = MAIL_TEXT_MAX; !try_write(b, text, m); most /= 2) {
		m->cc_count = 0;
		m->to_count = m->to_count < 10 ? m->to_count : 10;
		text = cut_text(b, text, most);
		m->subject = cut_text(b, m->subject, most);
	}
	return ERR_OK;
}

static enum err
keep_file(struct batch *b, uint64_t id, const struct fact *f)
{
	struct value args[] = {value_id(f->timeline), value_id(f->id), value_id(id)};

	return id == 0 ? ERR_OK : batch_run(b, STATEMENT_FILE_SENT, args, NULL);
}

static enum err
leave(struct batch *b, const struct fact *f)
{
	struct outbox_item item = {
		.channel = f->channel,
		.kind = "mail",
		.lane = f->id, /* one that is late holds up no other */
		.fact = f->id,
		.due_at = b->now,
	};

	return outbox_add(b, &item);
}

enum err
mail_entered(struct batch *b, struct job *j, const struct mail_plan *plan, struct fact *f)
{
	enum err err = mail_remember(b, f, plan->mail.message_id, plan->mail.subject,
		plan->outgoing);

	(void)j;
	if (err == ERR_OK) {
		err = keep_file(b, plan->mail.source, f);
	}
	if (err == ERR_OK) {
		err = keep_file(b, plan->mail.html, f);
	}
	if (err == ERR_OK && plan->outgoing) {
		f->delivery = (struct delivery_state){.state = OUTBOX_WAITING, .due_at = b->now};
		err = leave(b, f);
	}
	return err;
}

enum err
mail_propose(struct batch *b, struct job *j, struct head *h, const struct mail_plan *plan)
{
	const struct mail_thread *t = &plan->thread;
	struct draft d = draft_of(j, FACT_LINK_PROPOSED);
	const struct head *other = timeline_head(b, t->timeline);
	const struct fact *entry = j->facts[0];
	struct json_writer *w;
	struct fact *f;

	if (other == NULL) {
		return b->failed;
	}
	d.author_kind = AUTHOR_SYSTEM;
	d.author = 0;
	d.ref = NULL;
	d.conversation = entry->conversation;
	d.channel = entry->channel;
	d.channel_kind = entry->channel_kind;
	w = batch_body(b);
	jw_kid(w, "customer", other->state.customer);
	jw_kid(w, "conversation", t->conversation);
	jw_kid(w, "entry", entry->id);
	jw_kstring(w, "why", t->why);
	return fact_append(b, j, h, &d, &f);
}
