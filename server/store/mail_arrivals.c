/* Mail that comes: what of it is no entry, and whose thread it goes on. */
#include "store/mail_arrivals.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/mail_threads.h"
#include "store/store.h"

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

enum err
mail_arrive(struct batch *b, struct job *j, struct head **head, struct mail_plan *plan)
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
