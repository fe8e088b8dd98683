/* A mail from anybody: whatever the bytes, what is read is bounded, well-formed UTF-8 without
 * control characters, and its answer can be written. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "channels/email/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *text, size_t max)
{
	size_t length = strlen(text);

	assert(length <= max && utf8_valid(text, length));
	for (size_t i = 0; i < length; i++) {
		assert((unsigned char)text[i] >= ' ' || text[i] == '\n' || text[i] == '\t');
	}
}

static void
check_address(const struct mail_address *address)
{
	check_text(address->name, MIME_NAME_MAX);
	check_text(address->address, MIME_ADDRESS_MAX);
}

static void
check_mail(const struct mime_mail *m)
{
	const struct mail *h = &m->head;

	check_text(h->subject, MAIL_SUBJECT_MAX);
	check_address(&h->from);
	check_address(&h->reply_to);
	assert(h->to_count + h->cc_count <= MAIL_ADDRESSES_MAX);
	for (size_t i = 0; i < h->to_count; i++) {
		check_address(&h->to[i]);
		assert(h->to[i].address[0] != '\0');
	}
	assert(h->message_id[0] != '\0');
	check_text(h->message_id, MAIL_ID_MAX);
	check_text(h->in_reply_to, MAIL_ID_MAX);
	assert(h->reference_count <= MAIL_REFERENCES_MAX);
	check_text(h->quote, MAIL_QUOTE_MAX);
	check_text(m->text, MAIL_TEXT_MAX);
	check_text(m->token, 200);
	assert(m->attachment_count <= MIME_PARTS_MAX && m->html_length <= MIME_HTML_MAX);
	for (size_t i = 0; i < m->attachment_count; i++) {
		check_text(m->attachments[i].name, 250);
		assert(m->attachments[i].name[0] != '\0');
		assert(strpbrk(m->attachments[i].name, "/\\\n") == NULL);
	}
	assert(m->html == NULL || utf8_valid(m->html, m->html_length));
	check_text(m->report.recipient, MIME_ADDRESS_MAX);
	check_text(m->report.diagnostic, 500);
}

static void
answer(const struct mime_mail *m)
{
	struct mime_draft d = {
		.from = {"", "support@broker.example"},
		.to = &m->head.from,
		.to_count = 1,
		.subject = m->head.subject,
		.text = m->text,
		.quote = m->head.quote,
		.message_id = "1@broker.example",
		.in_reply_to = m->head.message_id,
		.references = m->head.references,
		.reference_count = m->head.reference_count,
	};
	struct buf wire;

	if (m->head.from.address[0] == '\0') {
		return;
	}
	buf_init(&wire, 1024 * 1024);
	/* An address or id that may not be written is refused; nothing else happens. */
	(void)!mime_write(&d, &wire, NULL);
	buf_fini(&wire);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mime_reader reader = {"support@broker.example",
		"mx.broker.example"};
	struct arena *a = arena_create();
	struct mime_mail m;

	if (mime_read(data, size, &reader, a, &m, NULL) == ERR_OK) {
		check_mail(&m);
		answer(&m);
	}
	arena_destroy(a);
	return 0;
}
