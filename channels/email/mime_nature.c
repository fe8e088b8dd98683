#include "channels/email/mime_nature.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "channels/email/mime_head.h"
#include "channels/email/mime_part.h"
#include "model/email.h"

enum { HOPS_MAX = 60 };

/* Subjects of answers that no person wrote, where the header does not tell. */
static const char *const automatic_subjects[] = {"自动回复", "自動回覆", "自動回信",
	"自动答复", "自動答覆", "automatic reply", "auto:", "autoreply", "auto-reply",
	"auto reply", "out of office", "out of the office", "abwesenheit",
	"réponse automatique", "respuesta automática", "risposta automatica", "автоответ",
	"不在通知", NULL};

static const char *const mute_senders[] = {"no-reply", "noreply", "no_reply",
	"donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce", "bounces",
	NULL};

static const char *
word(const struct mime_part *root, const char *name, struct arena *a)
{
	return mime_head_text(mime_field(root, name), a);
}

static bool
begins_with_any(const char *text, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strncasecmp(text, *list, strlen(*list)) == 0) {
			return true;
		}
	}
	return false;
}

static bool
is_loop(const struct mime_part *root, const struct mail_address *from,
	const struct mime_reader *how, struct arena *a)
{
	if (mime_field_count(root, "Received") > HOPS_MAX) {
		return true;
	}
	if (how->mailbox == NULL || how->mailbox[0] == '\0') {
		return false;
	}
	return email_of_mailbox(from->address, how->mailbox) != NULL ||
		strcasecmp(word(root, "X-Loop", a), how->mailbox) == 0;
}

static bool
is_list(const struct mime_part *root, struct arena *a)
{
	const char *precedence = word(root, "Precedence", a);

	return mime_field(root, "List-Id") != NULL || mime_field(root, "List-Post") != NULL ||
		mime_field(root, "Mailing-List") != NULL ||
		mime_field(root, "X-Mailing-List") != NULL || strcasecmp(precedence, "list") == 0;
}

/* What programs write when they answer by themselves. */
static bool
is_answered_by_program(const struct mime_part *root, const char *subject, struct arena *a)
{
	const char *submitted = word(root, "Auto-Submitted", a);
	static const char *const fields[] = {"X-Autoreply", "X-Autorespond",
		"X-Autoresponder", "X-Autoreply-From", "X-Mail-Autoreply", "X-QQ-AUTO-REPLY",
		"X-FC-MachineGenerated", NULL};
	static const char *const off[] = {"no", "false", "0", "none", NULL};

	if (submitted[0] != '\0' && strncasecmp(submitted, "no", 2) != 0) {
		return true;
	}
	for (size_t i = 0; fields[i] != NULL; i++) {
		const char *value = word(root, fields[i], a);
		if (value[0] != '\0' && !begins_with_any(value, off)) {
			return true;
		}
	}
	return strcasecmp(word(root, "Precedence", a), "auto_reply") == 0 ||
		begins_with_any(subject, automatic_subjects);
}

/* What programs and senders of many mails write; lists do so too. */
static bool
is_sent_by_program(const struct mime_part *root, const struct mail_address *from,
	struct arena *a)
{
	const char *precedence = word(root, "Precedence", a);
	const struct slice *path = mime_field(root, "Return-Path");

	if (strcasecmp(precedence, "bulk") == 0 || strcasecmp(precedence, "junk") == 0) {
		return true;
	}
	if (path != NULL && strcmp(mime_head_text(path, a), "<>") == 0) {
		return true;
	}
	return mime_field(root, "List-Unsubscribe") != NULL ||
		mime_field(root, "X-Auto-Response-Suppress") != NULL ||
		mime_field(root, "Feedback-ID") != NULL ||
		begins_with_any(from->address, mute_senders);
}

enum mail_nature
mime_nature(const struct mime_part *root, const struct mail_address *from,
	const char *subject, const struct mime_reader *how, struct arena *a)
{
	if (is_loop(root, from, how, a)) {
		return MAIL_LOOP;
	}
	if (is_answered_by_program(root, subject, a)) {
		return MAIL_AUTOMATIC;
	}
	if (is_list(root, a)) {
		return MAIL_LIST;
	}
	return is_sent_by_program(root, from, a) ? MAIL_AUTOMATIC : MAIL_PERSONAL;
}
