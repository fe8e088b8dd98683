#include "flow/mail_answerable.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "model/email.h"

/* In front of the @, alone or beside other words: "no-reply", "github-noreply", "list-request". */
static const char *const mute_words[] = {"noreply", "no-reply", "no_reply", "no.reply",
	"donotreply", "do-not-reply", "do_not_reply", "autoreply", "auto-reply", "bounce",
	"bounces", "mailer-daemon", "postmaster", "daemon", "root", "listserv", "majordomo",
	"owner", "request", "notify", "notification", "notifications", "alert", "alerts",
	"newsletter", NULL};

static bool
is_apart(char c)
{
	return !isalnum((unsigned char)c);
}

static bool
has_word(const char *local, size_t length, const char *word)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= length; i++) {
		if (memcmp(local + i, word, size) == 0 && (i == 0 || is_apart(local[i - 1])) &&
			(i + size == length || is_apart(local[i + size]))) {
			return true;
		}
	}
	return false;
}

static bool
is_mute(const char *address)
{
	const char *at = strrchr(address, '@');

	for (size_t i = 0; at != NULL && mute_words[i] != NULL; i++) {
		if (has_word(address, (size_t)(at - address), mute_words[i])) {
			return true;
		}
	}
	return at == NULL;
}

static bool
is_ours(const struct mail_answerable *m, const char *address)
{
	for (size_t i = 0; i < m->our_count; i++) {
		if (email_of_mailbox(address, m->ours[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static bool
is_to_us(const struct mail_answerable *m)
{
	for (size_t i = 0; i < m->mail->to_count; i++) {
		if (is_ours(m, m->mail->to[i].address)) {
			return true;
		}
	}
	for (size_t i = 0; i < m->mail->cc_count; i++) {
		if (is_ours(m, m->mail->cc[i].address)) {
			return true;
		}
	}
	return false;
}

static bool
is_old(const struct mail_answerable *m)
{
	int64_t oldest = m->now - MAIL_ANSWERED_WITHIN_MS;

	oldest = oldest > m->since ? oldest : m->since / 1000 * 1000; /* mail has no parts */
	return (m->sent_at != 0 && m->sent_at < oldest) ||
		(m->received_at != 0 && m->received_at < oldest);
}

const char *
mail_not_answerable(const struct mail_answerable *m)
{
	const struct mail *mail = m->mail;

	if (m->answering == MAILBOX_ANSWERS_NOBODY) {
		return "off";
	}
	if (mail->nature != MAIL_PERSONAL) {
		return "machine";
	}
	/* An answer to a forged sender would go to somebody who asked nothing. */
	if (mail->trust == MAIL_TRUST_FAILED) {
		return "forged";
	}
	if (mail->trust != MAIL_TRUST_PROVEN && m->answering != MAILBOX_ANSWERS_ALL) {
		return "unproven";
	}
	if (str_empty(mail->from.address) || is_mute(mail->from.address) ||
		is_ours(m, mail->from.address)) {
		return "sender";
	}
	if (!str_empty(mail->reply_to.address)) {
		return "reply_to";
	}
	if (!is_to_us(m)) {
		return "recipient";
	}
	if (is_old(m)) {
		return "old";
	}
	return strlen(m->text) > MAIL_QUESTION_MAX ? "long" : NULL;
}
