#include "channels/email/mime.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "channels/email/mime_body.h"
#include "channels/email/mime_head.h"
#include "channels/email/mime_nature.h"
#include "channels/email/mime_part.h"
#include "channels/email/mime_text.h"
#include "model/email.h"

enum {
	WHOLE_TEXT_MAX = 256 * 1024,
	IDS_MAX = 1000,
	TOKEN_MAX = 200,
	RECIPIENTS_MAX = 200
};

static const char *
bounded(const char *text, size_t max, struct arena *a, bool *cut)
{
	size_t length = strlen(text);
	size_t fits = utf8_truncate(text, length, max);

	if (fits < length) {
		*cut = true;
		return arena_strndup(a, text, fits);
	}
	return text;
}

/* A field of raw bytes is in the character set of the text, where that is a Chinese, Japanese
 * or Korean one: by themselves Big5 and GB18030 cannot be told apart in so few characters. */
static const struct slice *
raw_field(const struct mime_part *root, const char *name, struct arena *a)
{
	const struct slice *field = mime_field(root, name);

	if (field == NULL || utf8_valid(field->data, field->length)) {
		return field;
	}
	for (const struct mime_part *p = root; p != NULL; p = mime_part_after(p)) {
		if (mime_charset_asian(p->charset)) {
			struct slice *read = arena_alloc(a, sizeof(*read));
			*read = mime_utf8(p->charset, *field, a);
			return read;
		}
	}
	return field;
}

/* A name for mail without one, the same wherever this mail lies: of what its journey does not
 * change. */
static const char *
hashed_id(const struct mime_part *root, struct arena *a)
{
	static const char *const fields[] = {"From", "To", "Cc", "Date", "Subject"};
	struct slice body = root->body;
	struct buf bytes;
	uint8_t digest[DIGEST_SIZE];
	char hex[DIGEST_SIZE * 2 + 1];

	while (body.length > 0 && isspace((unsigned char)body.data[body.length - 1])) {
		body.length--;
	}
	buf_init(&bytes, 512 * 1024);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		buf_printf(&bytes, "%s\n", mime_head_text(mime_field(root, fields[i]), a));
	}
	sha256_two(bytes.length > 0 ? bytes.data : "", bytes.length, body.data, body.length,
		digest);
	buf_fini(&bytes);
	hex_encode(digest, sizeof(digest), hex);
	return arena_printf(a, "%.40s@no-id.invalid", hex);
}

static void
read_ids(const struct mime_part *root, struct arena *a, struct mail *m)
{
	const char **all = arena_alloc(a, IDS_MAX * sizeof(*all));
	const char **kept = arena_alloc(a, MAIL_REFERENCES_MAX * sizeof(*kept));
	size_t count = mime_head_ids(mime_field(root, "Message-ID"), a, 1, all);
	size_t n = 0;

	m->message_id = count > 0 ? all[0] : hashed_id(root, a);
	count = mime_head_ids(mime_field(root, "References"), a, IDS_MAX, all);
	/* Some programs put several here. */
	size_t own = mime_head_ids(mime_field(root, "In-Reply-To"), a, IDS_MAX - count,
		all + count);
	m->in_reply_to = own > 0 ? all[count] : "";
	for (size_t i = 0; i < count + own; i++) {
		bool again = strcmp(all[i], m->in_reply_to) == 0;
		for (size_t k = 0; k < n && !again; k++) {
			again = strcmp(all[i], kept[k]) == 0;
		}
		if (again) {
			continue;
		}
		if (n == MAIL_REFERENCES_MAX) {
			/* The first names the thread, the newest what is answered. */
			memmove(kept + 1, kept + 2, (n - 2) * sizeof(*kept));
			n--;
		}
		kept[n++] = all[i];
	}
	m->references = kept;
	m->reference_count = n;
}

static void
read_sender(const struct mime_part *root, struct arena *a, struct mail *m)
{
	static const char *const fields[] = {"From", "Sender", "Return-Path"};
	struct mail_address reply = {"", ""};

	m->from = (struct mail_address){"", ""};
	for (size_t i = 0;
		 i < sizeof(fields) / sizeof(fields[0]) && m->from.address[0] == '\0'; i++) {
		struct mail_address found = {"", ""};
		if (mime_head_addresses(raw_field(root, fields[i], a), a, 1, true, &found) == 0) {
			continue;
		}
		m->from.address = found.address;
		if (m->from.name[0] == '\0' && i < 2) {
			m->from.name = found.name;
		}
	}
	(void)mime_head_addresses(mime_field(root, "Reply-To"), a, 1, false, &reply);
	m->reply_to = strcmp(reply.address, m->from.address) != 0
		? reply
		: (struct mail_address){"", ""};
}

static void
read_recipients(const struct mime_part *root, struct arena *a, struct mail *m)
{
	struct mail_address *to = arena_alloc(a, MAIL_ADDRESSES_MAX * sizeof(*to));

	m->to_count = mime_head_addresses(mime_field(root, "To"), a, MAIL_ADDRESSES_MAX,
		false, to);
	m->to = to;
	m->cc_count = mime_head_addresses(mime_field(root, "Cc"), a,
		MAIL_ADDRESSES_MAX - m->to_count, false, to + m->to_count);
	m->cc = to + m->to_count;
}

static bool
is_token(const char *text, size_t length)
{
	if (length == 0 || length > TOKEN_MAX) {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		if (!isalnum((unsigned char)text[i]) && strchr("-_.~", text[i]) == NULL) {
			return false;
		}
	}
	return true;
}

/* The part after + of an address of ours, with its case; NULL when it has none. */
static const char *
token_of(const char *address, const char *mailbox, struct arena *a)
{
	const char *behind = email_of_mailbox(address, mailbox);

	if (behind == NULL || *behind != '+') {
		return NULL;
	}
	const char *token = behind + 1;
	size_t length = (size_t)(strrchr(token, '@') - token);
	return is_token(token, length) ? arena_strndup(a, token, length) : NULL;
}

static const char *
token_in_text(const char *text, struct arena *a)
{
	const char *marker = text;

	while ((marker = strstr(marker, MIME_MARKER_BEFORE)) != NULL) {
		marker += strlen(MIME_MARKER_BEFORE);
		const char *end = strstr(marker, MIME_MARKER_AFTER);
		if (end != NULL && is_token(marker, (size_t)(end - marker))) {
			return arena_strndup(a, marker, (size_t)(end - marker));
		}
	}
	return "";
}

static const char *
read_token(const struct mime_part *root, const char *mailbox, const char *text,
	struct arena *a)
{
	static const char *const fields[] = {"Delivered-To", "X-Original-To", "Envelope-To",
		"To", "Cc", NULL};
	const char **found = arena_alloc(a, RECIPIENTS_MAX * sizeof(*found));

	for (size_t i = 0; fields[i] != NULL && mailbox != NULL; i++) {
		size_t count = mime_head_raw_addresses(mime_field(root, fields[i]), a,
			RECIPIENTS_MAX, found);
		for (size_t k = 0; k < count; k++) {
			const char *token = token_of(found[k], mailbox, a);
			if (token != NULL) {
				return token;
			}
		}
	}
	return token_in_text(text, a);
}

/* [#123], the last of them: answers of answers repeat it, forwards put theirs in front. */
static uint64_t
read_number(const char *subject)
{
	uint64_t number = 0;

	for (const char *p = subject; (p = strstr(p, "[#")) != NULL; p += 2) {
		size_t digits = strspn(p + 2, "0123456789");
		char text[24];
		if (digits == 0 || digits >= sizeof(text) || p[2 + digits] != ']') {
			continue;
		}
		memcpy(text, p + 2, digits);
		text[digits] = '\0';
		(void)str_parse_u64(text, &number);
	}
	return number;
}

static void
read_text(struct mime_body *body, struct arena *a, struct mime_mail *out)
{
	const char *fresh;
	const char *quote;
	bool ignored = false;
	bool cut = body->cut;
	const char *text = arena_strndup(a, body->text.data, body->text.length);

	out->whole_text = bounded(text, WHOLE_TEXT_MAX, a, &cut);
	mime_fold_quote(out->whole_text, a, &fresh, &quote);
	out->text = bounded(fresh, MAIL_TEXT_MAX, a, &cut);
	out->head.quote = bounded(quote, MAIL_QUOTE_MAX, a, &ignored);
	out->head.truncated = cut;
	out->html = body->html.data;
	out->html_length = body->html.length;
	out->attachments = body->attachments;
	out->attachment_count = body->attachment_count;
}

enum err
mime_read(const void *bytes, size_t length, const struct mime_reader *how,
	struct arena *a, struct mime_mail *out, struct error *e)
{
	struct mime_mail m = {.report = {"", "", "", ""}};
	struct mime_tree tree;
	struct mime_body body;
	bool ignored = false;

	if (!mime_tree_read(bytes, length, a, &tree)) {
		return error_set(e, ERR_INVALID, "not a mail: no header");
	}
	const struct mime_part *root = tree.root;
	m.head.subject = bounded(mime_head_text(raw_field(root, "Subject", a), a),
		MAIL_SUBJECT_MAX, a, &ignored);
	read_sender(root, a, &m.head);
	read_recipients(root, a, &m.head);
	read_ids(root, a, &m.head);
	m.sent_at = mime_head_date(mime_field(root, "Date"));
	mime_body_read(root, a, &body);
	body.cut = body.cut || tree.cut;
	read_text(&body, a, &m);
	m.head.trust = mime_trust(root, &m.head.from, how, a);
	m.head.nature = mime_nature(root, &m.head.from, m.head.subject, how, a);
	if (m.head.nature != MAIL_LOOP) {
		enum mail_nature report = mime_report_read(root, m.head.subject, m.whole_text, a,
			&m.report);
		m.head.nature = report != MAIL_PERSONAL ? report : m.head.nature;
	}
	m.token = read_token(root, how->mailbox, m.whole_text, a);
	m.conversation = read_number(m.head.subject);
	*out = m;
	return ERR_OK;
}
