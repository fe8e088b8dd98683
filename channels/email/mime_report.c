/* Reports about mail: deliveries (RFC 3464), receipts (RFC 8098), complaints (RFC 5965), and
 * the many servers that only say it in words. */
#include "channels/email/mime_nature.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "channels/email/mime_head.h"
#include "channels/email/mime_part.h"
#include "channels/email/mime_text.h"
#include "model/email.h"

enum { GROUPS_MAX = 100, WORDS_MAX = 16 * 1024, DIAGNOSTIC_MAX = 500 };

static const char *const bounce_senders[] = {"mailer-daemon", "mail-daemon", "maildaemon",
	"mailerdaemon", "postmaster", NULL};

static const char *const bounce_subjects[] = {"undeliver", "delivery status notification",
	"delivery failure", "delivery has failed", "failure notice", "mail delivery failed",
	"mail delivery system", "mail system error", "returned mail", "returned to sender",
	"nondeliverable", "non-delivery", "message could not be delivered", "could not send",
	"could not be delivered", "delivery notification", "mail delivery failure",
	"delivery error", "user unknown", "退信", "未送达", "未送達", "投递失败", "无法投递",
	"退回", "配信不能", "送信できませんでした", "불가", "недоставлен", "не доставлено",
	NULL};

static const char *const bounce_words[] = {"could not be delivered",
	"wasn't able to deliver", "unable to deliver", "delivery failed", "permanent error",
	"permanent failure", "fatal errors", "undeliverable", "no such user", "user unknown",
	"mailbox unavailable", "has been delayed", "not yet been delivered",
	"address rejected", "退信", "无法投递", "投递失败", NULL};

static const char *const delayed_words[] = {"delayed", "not yet been delivered",
	"will be retried", "will keep trying", "still trying", "warning message only",
	"do not need to resend", "暂时", "延迟", NULL};

static bool
contains_any(const char *text, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcasestr(text, *list) != NULL) {
			return true;
		}
	}
	return false;
}

/* "rfc822; somebody@example.com" -> the address; as it is when it is none. */
static const char *
address_of(const char *value, struct arena *a)
{
	const char *semicolon = strchr(value, ';');
	const char *text = semicolon != NULL ? semicolon + 1 : value;
	char normal[EMAIL_SIZE];

	text += strspn(text, " \t<");
	char *bare = arena_strndup(a, text, strcspn(text, " \t>,;"));
	return email_normalise(bare, normal) ? arena_strdup(a, normal) : "";
}

/* Digits, a point, digits, a point, digits: "5.1.1"; only the classes that there are. */
static const char *
status_of(const char *text, struct arena *a)
{
	for (const char *p = text; *p != '\0'; p++) {
		if ((*p != '2' && *p != '4' && *p != '5') || p[1] != '.' ||
			(p > text && (isalnum((unsigned char)p[-1]) || p[-1] == '.'))) {
			continue;
		}
		size_t subject = strspn(p + 2, "0123456789");
		const char *detail = p + 2 + subject;
		size_t digits = *detail == '.' ? strspn(detail + 1, "0123456789") : 0;
		if (subject >= 1 && subject <= 3 && digits >= 1 && digits <= 3 &&
			detail[1 + digits] != '.') {
			return arena_strndup(a, p, 3 + subject + digits);
		}
	}
	return "";
}

static const char *
short_text(const char *text, struct arena *a)
{
	size_t length = utf8_truncate(text, strlen(text), DIAGNOSTIC_MAX);

	return arena_strndup(a, text, length);
}

struct delivery {
	bool seen;
	bool failed;
	bool delayed;
	struct mime_report report;
};

static void
read_group(const struct mime_field *fields, size_t count, struct arena *a,
	struct delivery *out)
{
	const char *action = mime_head_text(mime_field_in(fields, count, "Action"), a);
	const struct slice *recipient = mime_field_in(fields, count, "Original-Recipient");
	const char *status = mime_head_text(mime_field_in(fields, count, "Status"), a);
	/* Some forget the action, but not the status. */
	bool bare = action[0] == '\0';
	bool failed = bare ? status[0] == '5' : strncasecmp(action, "fail", 4) == 0;
	bool delayed = bare ? status[0] == '4' : strncasecmp(action, "delay", 5) == 0;

	if (bare && status[0] == '\0') {
		return;
	}
	out->seen = true;
	/* Of several recipients the first that failed for good is told. */
	if ((!failed && !delayed) || out->failed || (out->delayed && !failed)) {
		return;
	}
	out->failed = failed;
	out->delayed = delayed;
	const char *address = recipient != NULL ? address_of(mime_head_text(recipient, a), a)
											: "";
	if (address[0] == '\0') {
		recipient = mime_field_in(fields, count, "Final-Recipient");
		address = recipient != NULL ? address_of(mime_head_text(recipient, a), a) : "";
	}
	const char *said = mime_head_text(mime_field_in(fields, count, "Diagnostic-Code"), a);
	const char *words = strchr(said, ';');
	out->report.recipient = address;
	out->report.status = status_of(status, a);
	out->report.diagnostic = short_text(words != NULL ? words + 1 + strspn(words + 1, " ")
													  : said,
		a);
}

/* Groups of fields, with empty lines between. */
static void
read_delivery(const struct mime_part *part, struct arena *a, struct delivery *out)
{
	struct slice rest = mime_part_bytes(part, a);

	for (int i = 0; i < GROUPS_MAX && rest.length > 0; i++) {
		const struct mime_field *fields;
		size_t count;
		struct slice body;
		while (rest.length > 0 && strchr(" \t\r\n", rest.data[0]) != NULL) {
			rest.data++;
			rest.length--;
		}
		if (!mime_header_read(rest, a, &fields, &count, &body)) {
			return;
		}
		read_group(fields, count, a, out);
		rest = body;
	}
}

static const char *
first_id(const struct slice *field, struct arena *a)
{
	const char *ids[1];

	return mime_head_ids(field, a, 1, ids) == 1 ? ids[0] : "";
}

/* The Message-ID in a returned mail, or in what is left of its header. */
static const char *
returned_id(struct slice bytes, struct arena *a)
{
	const struct mime_field *fields;
	size_t count;
	struct slice body;

	while (bytes.length > 0 && strchr("\r\n", bytes.data[0]) != NULL) {
		bytes.data++;
		bytes.length--;
	}
	if (!mime_header_read(bytes, a, &fields, &count, &body)) {
		return "";
	}
	return first_id(mime_field_in(fields, count, "Message-ID"), a);
}

/* Servers that return the mail within the text: its Message-ID line. */
static const char *
id_in_text(const char *text, struct arena *a)
{
	const char *line = strcasestr(text, "message-id:");

	if (line == NULL) {
		return "";
	}
	line += strlen("message-id:");
	struct slice field = {line, strcspn(line, "\n")};
	if (memchr(field.data, '<', field.length) == NULL) {
		field.length = strcspn(line + strspn(line, " \t"), " \t\r\n") +
			strspn(line, " \t");
	}
	return first_id(&field, a);
}

/* The first address within < > or a line of its own. */
static const char *
recipient_in_text(const char *text, const char *from, struct arena *a)
{
	for (const char *at = strchr(text, '@'); at != NULL; at = strchr(at + 1, '@')) {
		static const char stops[] = " \t\r\n<>()[],;:\"'";
		char normal[EMAIL_SIZE];
		const char *start = at;
		while (start > text && strchr(stops, start[-1]) == NULL) {
			start--;
		}
		size_t length = strcspn(start, stops);
		while (length > 0 && start[length - 1] == '.') {
			length--;
		}
		char *word = arena_strndup(a, start, length > EMAIL_SIZE ? 0 : length);
		if (word[0] != '\0' && email_normalise(word, normal) &&
			strcasecmp(normal, from) != 0) {
			return arena_strdup(a, normal);
		}
	}
	return "";
}

/* A report in words: by its sender and subject, and by what it says. */
static enum mail_nature
read_words(const struct mime_part *root, const char *subject, const char *text,
	struct arena *a, struct delivery *out)
{
	struct mail_address from[1] = {{"", ""}};
	const char *path = mime_head_text(mime_field(root, "Return-Path"), a);
	const char *failed = mime_head_text(mime_field(root, "X-Failed-Recipients"), a);
	char *words = arena_strndup(a, text, utf8_truncate(text, strlen(text), WORDS_MAX));

	(void)mime_head_addresses(mime_field(root, "From"), a, 1, true, from);
	bool daemon = strcmp(path, "<>") == 0;
	for (size_t i = 0; bounce_senders[i] != NULL; i++) {
		daemon = daemon || strcasestr(from[0].address, bounce_senders[i]) != NULL ||
			strcasestr(from[0].name, bounce_senders[i]) != NULL;
	}
	daemon = daemon || strcasestr(from[0].name, "mail delivery") != NULL;
	bool told = contains_any(subject, bounce_subjects);
	if (failed[0] == '\0' && !(daemon && (told || contains_any(words, bounce_words)))) {
		return MAIL_PERSONAL;
	}
	out->report.recipient = failed[0] != '\0'
		? address_of(failed, a)
		: recipient_in_text(words, from[0].address, a);
	out->report.status = status_of(words, a);
	bool later = out->report.status[0] == '4' || contains_any(subject, delayed_words) ||
		(out->report.status[0] == '\0' && contains_any(words, delayed_words));
	return later && out->report.status[0] != '5' ? MAIL_DELAYED : MAIL_BOUNCE;
}

static bool
is_type(const struct mime_part *part, const char *type)
{
	return strcmp(part->type, type) == 0;
}

enum mail_nature
mime_report_read(const struct mime_part *root, const char *subject, const char *text,
	struct arena *a, struct mime_report *out)
{
	struct delivery found = {.report = {"", "", "", ""}};
	enum mail_nature nature = MAIL_PERSONAL;
	const char *original = "";

	for (const struct mime_part *p = root; p != NULL; p = mime_part_after(p)) {
		if (is_type(p, "message/feedback-report")) {
			nature = MAIL_REPORT;
		} else if (is_type(p, "message/disposition-notification") &&
			nature == MAIL_PERSONAL) {
			nature = MAIL_AUTOMATIC;
		} else if (is_type(p, "message/delivery-status") ||
			is_type(p, "message/global-delivery-status")) {
			read_delivery(p, a, &found);
		} else if ((is_type(p, "message/rfc822") || is_type(p, "text/rfc822-headers") ||
					   is_type(p, "message/rfc822-headers") ||
					   is_type(p, "message/global")) &&
			original[0] == '\0') {
			original = returned_id(mime_part_bytes(p, a), a);
		}
	}
	/* Hotmail's complaints say it in the subject only. */
	if (nature == MAIL_PERSONAL && original[0] != '\0' &&
		strncasecmp(subject, "complaint about message from ", 29) == 0) {
		nature = MAIL_REPORT;
	}
	if (nature == MAIL_PERSONAL && found.seen) {
		nature = found.failed ? MAIL_BOUNCE
			: found.delayed   ? MAIL_DELAYED
							  : MAIL_AUTOMATIC;
	} else if (nature == MAIL_PERSONAL) {
		nature = read_words(root, subject, text, a, &found);
	}
	if (nature == MAIL_BOUNCE || nature == MAIL_DELAYED || nature == MAIL_REPORT) {
		if (original[0] == '\0') {
			original = id_in_text(text, a);
		}
		if (original[0] == '\0') {
			original = first_id(mime_field(root, "In-Reply-To"), a);
		}
		found.report.original_id = original;
		*out = found.report;
	}
	return nature;
}
