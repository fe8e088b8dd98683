#include "store/mails.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/mail_arrivals.h"
#include "store/mail_departures.h"
#include "store/mail_threads.h"

enum err
mail_check(struct batch *b, struct job *j, struct mail_plan *plan)
{
	const struct post *p = &j->change->post;

	*plan = (struct mail_plan){.mail = *p->mail, .mailbox = p->channel};
	return j->change->actor.kind == AUTHOR_CUSTOMER ? ERR_OK
													: mail_departure_check(b, j, plan);
}

enum err
mail_place(struct batch *b, struct job *j, struct head **head, struct mail_plan *plan)
{
	return j->change->actor.kind == AUTHOR_CUSTOMER ? mail_arrive(b, j, head, plan)
													: mail_depart(b, j, *head, plan);
}

/* --- the entry --------------------------------------------------------------------------------- */

bool
mail_body(struct batch *b, struct json_writer *w, const struct mail *m)
{
	jw_key(w, "mail");
	jw_object(w);
	mail_encode(m, w);
	jw_object_end(w);
	return !b->body.overflowed && b->body.length + 1 < b->body.max_bytes;
}

static bool
try_write(struct batch *b, const char *text, const struct mail *m)
{
	struct json_writer *w = batch_body(b);

	jw_kstring(w, "text", text);
	return mail_body(b, w, m);
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
		err = mail_leave(b, f);
	}
	return err;
}
