#include "store/automatic_mails.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "model/auto_answer.h"
#include "store/answers.h"
#include "store/mail_departures.h"
#include "store/mail_threads.h"
#include "store/records.h"

/* --- may it be said? ------------------------------------------------------------------------ */

static enum err
find_sender(struct batch *b, struct mail_question *q)
{
	struct value args[] = {value_id(q->mailbox)};
	struct channel_row row;
	struct rows r;

	if (batch_read(b, STATEMENT_CHANNEL_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		record_channel(rows_at(&r, 0), &row);
		if (str_equals(row.kind, "email") && row.enabled) {
			mail_sender(b, row.settings, &q->from);
		}
	}
	return ERR_OK;
}

/* By it mails to an address are counted; the bytes are the caller's. */
static struct value
address_hash(const char *address, uint8_t digest[static DIGEST_SIZE])
{
	sha256(address, strlen(address), digest);
	return value_blob(digest, DIGEST_SIZE);
}

static enum err
count_answers(struct batch *b, const char *address, int64_t *count)
{
	uint8_t digest[DIGEST_SIZE];
	struct value args[] = {
		address_hash(address, digest),
		value_i64(b->now - AUTOMATIC_MAILS_MS),
	};
	struct rows r;

	if (batch_read(b, STATEMENT_MAIL_ANSWER_COUNT, args, &r) != ERR_OK) {
		return b->failed;
	}
	*count = r.count > 0 ? value_as_i64(rows_at(&r, 0)) : 0;
	return ERR_OK;
}

/* Whether a person of the house has a part in what she answers. */
static enum err
person_wrote(struct batch *b, const struct head *h, const struct mail *question,
	bool *out)
{
	struct value in_timeline[] = {value_id(h->timeline)};
	struct value answered[] = {value_id(question->answers)};
	struct fact *f;
	struct rows r;

	if (batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_LAST_ANSWER, in_timeline, &r) != ERR_OK) {
		return b->failed;
	}
	*out = r.count > 0 && value_as_id(&rows_at(&r, 0)[2]) == h->state.conversation.id;
	if (*out || question->answers == 0) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_FACT_BY_ID, answered, &r) != ERR_OK) {
		return b->failed;
	}
	f = r.count > 0 ? record_fact(rows_at(&r, 0)) : NULL;
	*out = f != NULL && f->author_kind == AUTHOR_STAFF;
	fact_put(f);
	return ERR_OK;
}

enum err
automatic_mail_check(struct batch *b, const struct head *h, const struct auto_answer *a,
	struct mail_question *q, bool *may)
{
	const struct mail *m = q->mail;
	int64_t count = 0;
	bool person = false;

	*may = false;
	if (q->strange || m->nature != MAIL_PERSONAL || m->trust == MAIL_TRUST_FAILED ||
		str_empty(m->from.address) || (a->text_count > 0 && a->subject == NULL)) {
		return ERR_OK;
	}
	if (find_sender(b, q) != ERR_OK || str_empty(q->from.address)) {
		return b->failed;
	}
	if (person_wrote(b, h, m, &person) != ERR_OK || person) {
		return b->failed;
	}
	if (a->text_count > 0 && count_answers(b, m->from.address, &count) != ERR_OK) {
		return b->failed;
	}
	*may = count < AUTOMATIC_MAILS_MAX;
	return ERR_OK;
}

/* --- saying it ------------------------------------------------------------------------------ */

/* Those that are past their time go as new ones come. */
static enum err
count_this(struct batch *b, const char *address, uint64_t entry)
{
	uint8_t digest[DIGEST_SIZE];
	struct value old[] = {value_i64(b->now - AUTOMATIC_MAILS_MS)};
	struct value args[] = {
		address_hash(address, digest),
		value_id(entry),
		value_i64(b->now),
	};

	if (batch_run(b, STATEMENT_MAIL_ANSWER_SWEEP, old, NULL) != ERR_OK) {
		return b->failed;
	}
	return batch_run(b, STATEMENT_MAIL_ANSWER_INSERT, args, NULL);
}

enum err
automatic_mail_say(struct batch *b, struct job *j, struct head *h,
	const struct mail_question *q, const struct auto_answer *a, const struct draft *draft,
	struct fact **out)
{
	struct draft d = *draft;
	struct mail m = {
		.subject = a->subject,
		.from = q->from,
		.to = &q->mail->from,
		.to_count = 1,
		.trust = MAIL_TRUST_PROVEN,
		.nature = MAIL_AUTOMATIC,
		.answers = q->entry,
	};
	enum err err;

	mail_refer_to(b, q->mail, &m);
	m.message_id = mail_message_id(b, &m);
	if (!mail_body(b, answer_body(b, a, a->texts), &m)) {
		m.reference_count = 0; /* the question's own id is enough to thread it */
		(void)mail_body(b, answer_body(b, a, a->texts), &m);
	}
	d.channel = q->mailbox;
	d.channel_kind = "email";
	d.shown_to_customer = true;
	err = fact_append(b, j, h, &d, out);
	if (err == ERR_OK) {
		err = mail_remember(b, *out, m.message_id, m.subject, true);
	}
	if (err == ERR_OK) {
		(*out)->delivery = (struct delivery_state){.state = OUTBOX_WAITING,
			.due_at = b->now};
		err = mail_leave(b, *out);
	}
	return err == ERR_OK ? count_this(b, q->mail->from.address, (*out)->id) : err;
}

/* --- a question that is in the history already ------------------------------------------------ */

enum err
automatic_mail_question(struct batch *b, uint64_t timeline, uint64_t entry,
	struct mail_question *q, bool *found)
{
	struct value args[] = {value_id(entry)};
	struct mail *mail = arena_alloc(b->arena, sizeof(*mail));
	struct json *body = NULL;
	struct fact *f;
	struct rows r;

	*found = false;
	if (batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_FACT_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	f = r.count > 0 ? record_fact(rows_at(&r, 0)) : NULL;
	if (f != NULL && f->timeline == timeline && str_equals(f->channel_kind, "email") &&
		f->body != NULL && json_parse(f->body, f->body_length, &body, NULL) == ERR_OK) {
		*found = mail_decode(body, b->arena, mail, NULL) == ERR_OK;
		*q = (struct mail_question){
			.mail = mail,
			.mailbox = f->channel,
			.entry = entry,
		};
		json_free(body);
	}
	fact_put(f);
	return ERR_OK;
}
