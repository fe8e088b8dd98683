#include "flow/mail_out.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "model/fact.h"

static struct json *
parse_body(const struct fact *f)
{
	struct json *body = NULL;

	if (f->body == NULL || json_parse(f->body, f->body_length, &body, NULL) != ERR_OK) {
		return NULL;
	}
	return body;
}

enum err
mail_letter_of(const struct fact *f, struct arena *a, struct mail_letter *out,
	struct error *e)
{
	struct json *body = parse_body(f);
	enum err err;

	*out = (struct mail_letter){.text = "", .quote = "", .reply_to = "", .at = f->at};
	if (body == NULL) {
		return error_set(e, ERR_CORRUPT, "the entry has no text any more");
	}
	err = mail_decode(body, a, &out->mail, e);
	if (err == ERR_OK && json_string(body, "text") != NULL) {
		out->text = arena_strdup(a, json_string(body, "text"));
	}
	json_free(body);
	return err;
}

const char *
mail_quote_of(const struct fact *answered, struct arena *a)
{
	struct json *body = parse_body(answered);
	const char *text = body != NULL ? json_string(body, "text") : NULL;
	const char *quote = "";

	if (text != NULL) {
		quote = arena_strndup(a, text,
			utf8_truncate(text, strlen(text), MAIL_QUOTE_SENT_MAX));
	}
	json_free(body);
	return quote;
}

const char *
mail_reply_address(const char *address, const char *token, struct arena *a)
{
	const char *at = strrchr(address, '@');

	if (at == NULL) {
		return address;
	}
	return arena_printf(a, "%.*s+%s%s", (int)(at - address), address, token, at);
}

enum err
mail_letter_write(const struct mail_letter *l, struct buf *out, struct error *e)
{
	const struct mime_draft draft = {
		.from = l->mail.from,
		.reply_to = l->reply_to,
		.to = l->mail.to,
		.to_count = l->mail.to_count,
		.cc = l->mail.cc,
		.cc_count = l->mail.cc_count,
		.subject = l->mail.subject,
		.text = l->text,
		.quote = l->quote,
		.message_id = l->mail.message_id,
		.in_reply_to = l->mail.in_reply_to,
		.references = l->mail.references,
		.reference_count = l->mail.reference_count,
		.attachments = l->attachments,
		.attachment_count = l->attachment_count,
		.at = l->at,
		.automatic = l->mail.nature == MAIL_AUTOMATIC,
	};

	return mime_write(&draft, out, e);
}

static void
add(const char **list, size_t *count, const char *address)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(list[i], address) == 0) {
			return;
		}
	}
	list[(*count)++] = address;
}

const char *const *
mail_recipients(const struct mail *m, struct arena *a, size_t *count)
{
	const char **list = arena_alloc(a, (m->to_count + m->cc_count + 1) * sizeof(*list));

	*count = 0;
	for (size_t i = 0; i < m->to_count; i++) {
		add(list, count, m->to[i].address);
	}
	for (size_t i = 0; i < m->cc_count; i++) {
		add(list, count, m->cc[i].address);
	}
	return list;
}

/* Wrong credentials are the mailbox's fault, not the mail's: somebody will correct them. */
static bool
about_log_in(int status)
{
	return status == 530 || status == 534 || status == 535 || status == 538;
}

struct outbox_answer
mail_judge(int status, const char *words, const char *error, bool uncertain)
{
	struct outbox_answer answer = {
		.verdict = VERDICT_RETRY,
		.status = status,
		.text = status >= 400 ? words : error,
	};

	if (uncertain) {
		answer.verdict = VERDICT_REFUSED;
		answer.status = 0;
		answer.text = "nobody knows whether it was sent: the connection broke before the "
					  "other server answered";
	} else if (str_empty(error)) {
		answer.verdict = VERDICT_SENT;
		answer.text = words;
	} else if (status >= 500 && !about_log_in(status)) {
		answer.verdict = VERDICT_REFUSED;
	} else if (status < 400) {
		answer.status = 0; /* it agreed to a step before */
	}
	return answer;
}
