#include "store/mail_threads.h"

#include <string.h>

#include "base/digest.h"
#include "base/str.h"

static void
digest_of(const char *message_id, uint8_t out[static DIGEST_SIZE])
{
	sha256(message_id, strlen(message_id), out);
}

static void
record_thread(const struct value *row, struct mail_thread *out)
{
	out->entry = value_as_id(&row[0]);
	out->timeline = value_as_id(&row[1]);
	out->conversation = value_as_id(&row[2]);
}

enum err
mail_find(struct batch *b, const char *message_id, struct mail_thread *out, bool *ours)
{
	uint8_t digest[DIGEST_SIZE];
	struct value args[] = {value_blob(digest, sizeof(digest))};
	struct rows r;

	*out = (struct mail_thread){0};
	if (ours != NULL) {
		*ours = false;
	}
	if (str_empty(message_id)) {
		return ERR_OK;
	}
	digest_of(message_id, digest);
	if (batch_read(b, STATEMENT_MAIL_FIND, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		record_thread(rows_at(&r, 0), out);
		out->why = "reference";
		if (ours != NULL) {
			*ours = value_as_bool(&rows_at(&r, 0)[3]);
		}
	}
	return ERR_OK;
}

enum err
mail_newest(struct batch *b, uint64_t conversation, struct mail_thread *out)
{
	struct value args[] = {value_id(conversation)};
	struct rows r;

	out->entry = 0;
	if (batch_read(b, STATEMENT_MAIL_NEWEST, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		record_thread(rows_at(&r, 0), out);
	}
	return ERR_OK;
}

/* --- one way of finding it ----------------------------------------------------------------- */

struct seeking {
	const struct post *post;
	uint64_t customer;
	struct mail_thread best;
	bool belongs;
};

/* Keeps the first that is hers, else the first of all. */
static enum err
offer(struct batch *b, struct seeking *s, const struct mail_thread *found)
{
	const struct head *h;

	if (found->why == NULL || s->belongs) {
		return ERR_OK;
	}
	h = timeline_head(b, found->timeline);
	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (h == NULL) {
		return ERR_OK;
	}
	s->belongs = h->state.customer == s->customer;
	if (s->belongs || s->best.why == NULL) {
		s->best = *found;
	}
	return ERR_OK;
}

static enum err
by_conversation(struct batch *b, struct seeking *s, uint64_t conversation,
	const char *why)
{
	struct value args[] = {value_id(conversation)};
	struct mail_thread found = {.conversation = conversation, .why = why};
	struct rows r;

	if (conversation == 0) {
		return ERR_OK;
	}
	/* It may have been begun in this very batch. */
	if (batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_CONVERSATION_TIMELINE, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return ERR_OK;
	}
	found.timeline = value_as_id(rows_at(&r, 0));
	if (mail_newest(b, conversation, &found) != ERR_OK) {
		return b->failed;
	}
	return offer(b, s, &found);
}

static enum err
by_id(struct batch *b, struct seeking *s, const char *message_id)
{
	struct mail_thread found;

	if (s->belongs) {
		return ERR_OK;
	}
	if (mail_find(b, message_id, &found, NULL) != ERR_OK) {
		return b->failed;
	}
	return offer(b, s, &found);
}

static enum err
by_ids(struct batch *b, struct seeking *s)
{
	const struct mail *m = s->post->mail;
	enum err err = by_id(b, s, m->in_reply_to);

	/* The newest is nearest to what is answered. */
	for (size_t i = m->reference_count; err == ERR_OK && i > 0; i--) {
		err = by_id(b, s, m->references[i - 1]);
	}
	return err;
}

/* An answer whose ids nobody knows, to a subject that she and we have written about. */
static enum err
by_subject(struct batch *b, struct seeking *s)
{
	const struct mail *m = s->post->mail;
	uint64_t key = mail_subject_key(m->subject);
	struct value args[] = {value_id(s->customer), value_id(key)};
	struct mail_thread found = {.why = "subject"};
	struct rows r;

	if (key == 0 || (str_empty(m->in_reply_to) && m->reference_count == 0)) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_MAIL_OF_SUBJECT, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return ERR_OK;
	}
	record_thread(rows_at(&r, 0), &found);
	return offer(b, s, &found);
}

enum err
mail_thread_of(struct batch *b, const struct post *p, uint64_t customer,
	struct mail_thread *out, bool *belongs)
{
	struct seeking s = {.post = p, .customer = customer};
	enum err err = ERR_OK;

	if (p->arrival != NULL) {
		err = by_conversation(b, &s, p->arrival->number, "number");
	}
	if (err == ERR_OK && p->arrival != NULL && !s.belongs) {
		err = by_conversation(b, &s, p->arrival->token, "token");
	}
	if (err == ERR_OK) {
		err = by_ids(b, &s);
	}
	if (err == ERR_OK && s.best.why == NULL) {
		err = by_subject(b, &s);
	}
	*out = s.best;
	*belongs = s.belongs;
	return err;
}

enum err
mail_remember(struct batch *b, const struct fact *f, const char *message_id,
	const char *subject, bool outgoing)
{
	uint8_t digest[DIGEST_SIZE];
	struct value args[] = {
		value_blob(digest, sizeof(digest)),
		value_id(f->id),
		value_id(f->timeline),
		value_id(f->conversation),
		value_i64(outgoing),
		value_id(mail_subject_key(subject)),
		value_i64(f->committed_at),
	};

	if (str_empty(message_id)) {
		return ERR_OK;
	}
	digest_of(message_id, digest);
	return batch_run(b, STATEMENT_MAIL_INSERT, args, NULL);
}
