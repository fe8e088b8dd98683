/* A visitor who leaves an address is answered by mail while she is away. */
#include "store/answer_mails.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/str.h"
#include "model/email.h"
#include "store/customer_row.h"
#include "store/mail_departures.h"
#include "store/mail_threads.h"
#include "store/outbox_item.h"
#include "store/records.h"
#include "store/store.h"

static enum err
mailbox_first(struct batch *b)
{
	struct channel_row row;
	struct rows r;

	if (b->mailbox_known) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_MAILBOX_FIRST, NULL, &r) != ERR_OK) {
		return b->failed;
	}
	b->mailbox_known = true;
	b->mailbox = 0;
	if (r.count > 0) {
		struct mail_address sender = {0};

		record_channel(rows_at(&r, 0), &row);
		mail_sender(b, row.settings, &sender);
		b->mailbox = str_empty(sender.address) ? 0 : row.id;
		b->mailbox_address = sender.address;
	}
	return ERR_OK;
}

static enum err
wants_mail(struct batch *b, const struct fact *f, bool *out)
{
	struct value visitor[] = {value_id(f->timeline), value_i64(b->now)};
	struct value waiting[] = {value_id(b->mailbox), value_id(f->timeline)};
	struct rows r;

	*out = false;
	if (batch_read(b, STATEMENT_VISITOR_ANSWER_MAIL, visitor, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return ERR_OK;
	}
	/* Answers that come soon after each other go in one: that which waits brings this along. */
	if (batch_read(b, STATEMENT_OUTBOX_ANSWER_WAITING, waiting, &r) != ERR_OK) {
		return b->failed;
	}
	*out = r.count == 0;
	return ERR_OK;
}

enum err
answer_mail_entry(struct batch *b, const struct fact *f)
{
	struct outbox_item item = {.kind = "answer", .lane = f->timeline, .fact = f->id};
	bool wanted = false;
	const char *id;
	enum err err;

	if (f->pub == 0 || f->imported || f->kind != FACT_MESSAGE ||
		f->author_kind != AUTHOR_STAFF || str_equals(f->channel_kind, "email")) {
		return ERR_OK;
	}
	err = mailbox_first(b);
	if (err == ERR_OK && b->mailbox != 0) {
		err = wants_mail(b, f, &wanted);
	}
	if (err != ERR_OK || !wanted) {
		return err;
	}
	item.id = batch_id(b);
	item.channel = b->mailbox;
	item.due_at = b->now + b->conf->answer_mail_ms;
	id = mail_answer_id(b->arena, f->id, item.id, b->mailbox_address);
	err = mail_remember(b, f, id, NULL, true);
	return err == ERR_OK ? outbox_add(b, &item) : err;
}

/* --- the change ----------------------------------------------------------------------------- */

static enum err
claim_address(struct batch *b, struct job *j, struct head *h, const char *address)
{
	struct value same[] = {
		value_id(h->timeline),
		value_text("email"),
		value_text(address),
	};
	struct contact_point claim = {.kind = "email", .value = address, .source = "claim"};
	struct rows r;

	if (batch_read(b, STATEMENT_CONTACT_SAME, same, &r) != ERR_OK) {
		return b->failed;
	}
	return r.count > 0 ? ERR_OK : contact_add_fact(b, j, h, &claim);
}

enum err
apply_answer_mail(struct batch *b, struct job *j)
{
	const struct answer_mail_change *m = &j->change->answer_mail;
	struct value args[] = {value_text(m->address), value_id(m->visitor)};
	const struct party party = {.visitor = m->visitor};
	char address[EMAIL_SIZE];
	struct head *h = NULL;
	enum err err = ERR_OK;

	if (j->change->actor.kind != AUTHOR_CUSTOMER || j->change->actor.id != m->visitor) {
		return job_refuse(j, ERR_DENIED, "only a visitor herself leaves her address");
	}
	if (!str_empty(m->address) && !email_normalise(m->address, address)) {
		return job_refuse(j, ERR_INVALID, "this is no address");
	}
	if (!str_empty(m->address)) {
		args[0] = value_text(address);
		err = party_resolve(b, j, &party, 0, &h);
	}
	if (err == ERR_OK && h != NULL) {
		err = claim_address(b, j, h, address);
	}
	if (err == ERR_OK) {
		err = batch_run(b, STATEMENT_VISITOR_SET_ANSWER_MAIL, args, NULL);
	}
	if (err == ERR_OK && h != NULL) {
		outcome_of(j, h);
	}
	j->outcome.id = m->visitor;
	return err;
}
