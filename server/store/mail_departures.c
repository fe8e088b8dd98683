/* Mail that goes: from which mailbox, to whom, and what it answers. */
#include "store/mail_departures.h"

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
mail_departure_check(struct batch *b, struct job *j, struct mail_plan *plan)
{
	const struct mail *m = j->change->post.mail;
	size_t recipients = m->to_count + m->cc_count;
	enum err err;

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

/* --- where it belongs ------------------------------------------------------------------------ */

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
void
mail_refer_to(struct batch *b, const struct mail *parent, struct mail *m)
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
			mail_refer_to(b, &parent, m);
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

const char *
mail_message_id(struct batch *b, const struct mail *m)
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

enum err
mail_depart(struct batch *b, struct job *j, const struct head *h, struct mail_plan *plan)
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
	plan->mail.message_id = mail_message_id(b, &plan->mail);
	return err;
}

enum err
mail_leave(struct batch *b, const struct fact *f)
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
