#include "flow/mail_arrival.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "channels/email/mime.h"
#include "flow/mail_token.h"
#include "model/change.h"
#include "model/email.h"
#include "model/mail.h"

/* Whoever did not say who she is. */
#define NOBODY "unknown"

static const char *
copy(struct arena *a, const char *text)
{
	return arena_strdup(a, text != NULL ? text : "");
}

static struct mail_address
copy_address(struct arena *a, const struct mail_address *m)
{
	return (struct mail_address){copy(a, m->name), copy(a, m->address)};
}

static const struct mail_address *
copy_addresses(struct arena *a, const struct mail_address *list, size_t count)
{
	struct mail_address *out = arena_alloc(a, (count + 1) * sizeof(*out));

	for (size_t i = 0; i < count; i++) {
		out[i] = copy_address(a, &list[i]);
	}
	return out;
}

static const char *const *
copy_texts(struct arena *a, const char *const *list, size_t count)
{
	const char **out = arena_alloc(a, (count + 1) * sizeof(*out));

	for (size_t i = 0; i < count; i++) {
		out[i] = copy(a, list[i]);
	}
	return out;
}

/* What the HTML can show: files that it may name. */
static void
name_pictures(struct mail *m, struct arena *a, const struct mail_files *files)
{
	struct mail_picture *pictures = arena_alloc(a, MAIL_PICTURES_MAX * sizeof(*pictures));

	m->pictures = pictures;
	m->picture_count = 0;
	for (size_t i = 0; files->html != 0 && files->content_ids != NULL &&
		 i < files->attachment_count && i < POST_MAIL_FILES_MAX;
		 i++) {
		const char *id = files->content_ids[i];

		if (str_empty(id) || strlen(id) > MAIL_CONTENT_ID_MAX ||
			m->picture_count == MAIL_PICTURES_MAX) {
			continue;
		}
		pictures[m->picture_count++] = (struct mail_picture){.content_id = arena_strdup(a,
																 id),
			.file = files->attachments[i]};
	}
}

static const struct mail *
copy_head(struct arena *a, const struct mail *head, const struct mail_files *files)
{
	struct mail *m = arena_alloc(a, sizeof(*m));

	*m = *head;
	m->subject = copy(a, head->subject);
	m->from = copy_address(a, &head->from);
	m->reply_to = copy_address(a, &head->reply_to);
	m->to = copy_addresses(a, head->to, head->to_count);
	m->cc = copy_addresses(a, head->cc, head->cc_count);
	m->message_id = copy(a, head->message_id);
	m->in_reply_to = copy(a, head->in_reply_to);
	m->references = copy_texts(a, head->references, head->reference_count);
	m->quote = copy(a, head->quote);
	m->source = files->source;
	m->html = files->html;
	name_pictures(m, a, files);
	m->answers = 0;
	return m;
}

static const struct mail_arrival *
copy_arrival(struct arena *a, const struct mime_mail *m,
	const struct mailbox_arrival *where)
{
	struct mail_arrival *out = arena_alloc(a, sizeof(*out));

	out->number = m->conversation;
	out->token = mail_token_read(where->secret, m->token);
	out->answerable = where->answerable;
	out->report_id = copy(a, m->report.original_id);
	out->report_recipient = copy(a, m->report.recipient);
	out->report_status = copy(a, m->report.status);
	out->report_text = copy(a, m->report.diagnostic);
	return out;
}

static void
set_party(struct party *party, struct arena *a, const struct mail *m)
{
	char address[EMAIL_SIZE];
	bool known = !str_empty(m->from.address) && email_normalise(m->from.address, address);

	party->contact_kind = known && m->trust == MAIL_TRUST_PROVEN ? "email" : "sender";
	party->contact_value = known ? arena_strdup(a, address) : NOBODY;
	party->name = str_empty(m->from.name) ? m->from.address : m->from.name;
}

struct change *
mail_arrival(const struct mime_mail *m, const struct mail_files *files,
	const struct mailbox_arrival *where)
{
	struct actor outside = {.kind = AUTHOR_CUSTOMER};
	struct change *c = change_create(CHANGE_POST, &outside);
	struct post *p = &c->post;
	size_t count = files->attachment_count < POST_MAIL_FILES_MAX ? files->attachment_count
																 : POST_MAIL_FILES_MAX;
	uint64_t *ids = arena_alloc(c->arena, (count + 1) * sizeof(*ids));

	for (size_t i = 0; i < count; i++) {
		ids[i] = files->attachments[i];
	}
	p->kind = FACT_MESSAGE;
	p->channel = where->channel;
	p->channel_kind = "email";
	p->text = copy(c->arena, m->text);
	p->files = ids;
	p->file_count = count;
	p->at = where->received_at;
	p->mail = copy_head(c->arena, &m->head, files);
	p->arrival = copy_arrival(c->arena, m, where);
	set_party(&p->party, c->arena, p->mail);
	c->dedupe_scope = "email";
	c->dedupe_id = p->mail->message_id;
	return c;
}
