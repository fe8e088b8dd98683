/* Mail that members of staff write, and mail as it came: /api/v1/conversations/{id}/mails,
 * /api/v1/customers/{id}/mails, /api/v1/entries/{id}/resend and /mail/html, /mail/source. */
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/customer_view.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/file_name.h"
#include "api/file_store.h"
#include "api/frame.h"
#include "api/input.h"
#include "api/mailbox_settings.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "flow/outbox.h"
#include "model/change.h"
#include "model/email.h"
#include "model/mail.h"
#include "net/net.h"
#include "store/read.h"

enum {
	SUBJECT_MAX = 300,
	NAME_MAX = 120,
	ADDRESSES_MAX = 50,
	FILES_MAX = 20,
};

/* --- who it goes to ------------------------------------------------------------------------ */

/* What goes to ourselves comes back as a question, and again. */
static bool
is_ours(const struct exchange *x, const char *address)
{
	const struct directory *d = x->app->directory;

	for (size_t i = 0; i < directory_channel_count(d); i++) {
		const struct channel_row *c = directory_channel_at(d, i);
		struct mailbox_settings settings;

		if (strcmp(c->kind, "email") == 0 &&
			mailbox_settings_parse(c->settings, x->arena, &settings) == ERR_OK &&
			email_of_mailbox(address, settings.address) != NULL) {
			return true;
		}
	}
	return false;
}

static bool
plain(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f) {
			return false;
		}
	}
	return true;
}

static void
read_address(struct input *in, const char *name, const struct json *item,
	struct mail_address *out)
{
	const char *text = json_is_object(item) ? json_string(item, "address")
											: json_string_value(item, NULL);
	const char *called = json_is_object(item) ? json_string(item, "name") : NULL;
	char address[EMAIL_SIZE];

	if (text == NULL || !plain(text) || !email_normalise(text, address)) {
		input_wrong(in, name, "must be a list of addresses, as lin@example.com");
		return;
	}
	if (called != NULL && (!plain(called) || strlen(called) > NAME_MAX * 4)) {
		input_wrong(in, name, "has a name that is too long or has line ends");
		return;
	}
	if (is_ours(in->exchange, address)) {
		input_wrong(in, name, "%s is a mailbox of the house", address);
		return;
	}
	out->address = arena_strdup(in->arena, address);
	out->name = called != NULL ? arena_strdup(in->arena, called) : "";
}

static const struct mail_address *
read_addresses(struct input *in, const char *name, size_t *count)
{
	const struct json *list = json_get(in->object, name);
	size_t length = list != NULL && json_is_array(list) ? json_length(list) : 0;
	struct mail_address *out;

	*count = 0;
	if ((list != NULL && !json_is_array(list)) || length > ADDRESSES_MAX) {
		input_wrong(in, name, "must be a list of at most %d addresses", ADDRESSES_MAX);
		return NULL;
	}
	out = arena_alloc(in->arena, (length + 1) * sizeof(*out));
	for (size_t i = 0; i < length && in->field == NULL; i++) {
		read_address(in, name, json_at(list, i), &out[i]);
	}
	*count = length;
	return out;
}

/* --- writing one ----------------------------------------------------------------------------- */

static void
stored(struct exchange *x, const struct outcome *o)
{
	struct buf out;
	struct json_writer w;

	outbox_kick(x->app->outbox);
	exchange_open(&out, &w);
	fact_encode_staff(o->facts[0], &w);
	exchange_close(x, &out, &w);
}

static void
read_mail(struct input *in, struct change *c)
{
	struct mail *m = arena_alloc(c->arena, sizeof(*m));
	struct post *p = &c->post;

	input_ref(in, "ref", c->ref);
	p->kind = FACT_MESSAGE;
	p->channel = input_id(in, "mailbox");
	p->channel_kind = "email";
	p->text = input_text(in, "text", FRAME_TEXT_MAX);
	p->files = input_ids(in, "files", FILES_MAX, &p->file_count);
	p->quick_replies = input_ids(in, "quick_replies", FRAME_FILES_MAX,
		&p->quick_reply_count);
	p->acknowledged = input_ids(in, "acknowledged", FRAME_FILES_MAX,
		&p->acknowledged_count);
	p->seen_seq = (uint64_t)input_number(in, "seen_seq", 0, INT64_MAX, 0);
	p->stale_check = input_flag(in, "check", false);
	p->reply_to_confirmed = input_flag(in, "confirm_reply_to", false);
	p->mail = m;
	m->subject = input_required_line(in, "subject", SUBJECT_MAX);
	m->to = read_addresses(in, "to", &m->to_count);
	m->cc = read_addresses(in, "cc", &m->cc_count);
	m->answers = input_id(in, "answers");
	if (m->to_count == 0) {
		input_wrong(in, "to", "is missing");
	}
	if (str_empty(p->text) && p->file_count == 0) {
		input_wrong(in, "text", "is missing");
	}
	p->text = p->text != NULL ? p->text : "";
}

static void
submit_mail(struct exchange *x, const struct party *party)
{
	struct change *c = exchange_change(x, CHANGE_POST);
	struct input in;

	input_init(&in, x, c->arena);
	read_mail(&in, c);
	c->post.party = *party;
	if (exchange_refused(x, &in)) {
		return;
	}
	x->status = 201;
	exchange_submit(x, c, stored, NULL);
}

static void
start_answer(struct exchange *x)
{
	struct party party = {.conversation = exchange_id(x, "id")};

	if (party.conversation != 0) {
		submit_mail(x, &party);
	}
}

static void
post_answer(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_answer);
}

static void
start_first(struct exchange *x)
{
	struct party party = {.customer = exchange_id(x, "id")};

	if (party.customer != 0) {
		submit_mail(x, &party);
	}
}

static void
post_first(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_first);
}

/* --- once more ------------------------------------------------------------------------------- */

static void
queued(struct exchange *x, const struct outcome *o)
{
	const uint64_t *entry = x->state;
	struct delivery_state d = {.state = OUTBOX_WAITING, .due_at = o->at};
	struct buf out;
	struct json_writer w;

	outbox_kick(x->app->outbox);
	console_announce_delivery(x->app, *entry, o->customer, &d);
	buf_init(&out, REPLY_MAX_BYTES);
	jw_init(&w, &out);
	delivery_encode(*entry, &d, &w);
	exchange_reply(x, &out);
}

static void
start_resend(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct change *c;

	if (id == 0) {
		return;
	}
	c = exchange_change(x, CHANGE_OUTBOX);
	c->outbox.action = OUTBOX_ACTION_RESEND;
	c->outbox.fact = id;
	x->state = arena_alloc(x->arena, sizeof(id));
	*(uint64_t *)x->state = id;
	exchange_submit(x, c, queued, NULL);
}

static void
resend(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_resend);
}

/* --- as it came ------------------------------------------------------------------------------ */

struct part {
	uint64_t entry;
	bool html;
	struct file_row file;
};

static enum err
find_part(struct reading *r, struct reader *reader, const struct fact *f, struct part *p,
	struct error *e)
{
	struct json *body = NULL;
	struct mail m;
	uint64_t file = 0;

	if (f->body != NULL && !f->restricted &&
		json_parse(f->body, f->body_length, &body, NULL) == ERR_OK) {
		if (mail_decode(body, r->arena, &m, NULL) == ERR_OK) {
			file = p->html ? m.html : m.source;
		}
		json_free(body);
	}
	return file != 0 ? read_file(reader, file, r->arena, &p->file, e) : ERR_NOT_FOUND;
}

static enum err
run_part(struct reading *r, struct reader *reader, struct error *e)
{
	struct part *p = r->parameters;
	struct fact_list found = {0};
	struct customer customer;
	enum err rc = read_fact(reader, p->entry, r->arena, &found, e);

	if (rc == ERR_OK && found.count == 0) {
		rc = ERR_NOT_FOUND;
	}
	if (rc == ERR_OK) {
		rc = customer_find(reader, &r->scope, found.items[0]->timeline, r->arena,
			&customer, e);
	}
	if (rc == ERR_OK) {
		rc = find_part(r, reader, found.items[0], p, e);
	}
	fact_list_release(&found);
	return rc == ERR_NOT_FOUND ? error_set(e, rc, "there is no such mail") : rc;
}

/* Data to be cleaned and framed, never a page of ours. */
static void
send_part(struct exchange *x, const struct part *p)
{
	const char *path = file_store_path(x->arena, x->app->conf->data_dir, p->file.digest);
	const char *name = arena_printf(x->arena, "mail-%llu.%s",
		(unsigned long long)p->entry, p->html ? "html" : "eml");
	const char *disposition = file_name_disposition(x->arena, "attachment", name);
	struct http_request *rq = exchange_release(x);

	http_set_header(rq, "content-disposition", disposition);
	http_set_header(rq, "x-content-type-options", "nosniff");
	http_set_header(rq, "content-security-policy", "sandbox; default-src 'none'");
	http_set_header(rq, "cross-origin-resource-policy", "same-origin");
	http_set_header(rq, "cache-control", "private, max-age=600");
	http_reply_file(rq, path, p->html ? "text/html; charset=utf-8" : "message/rfc822");
}

static void
part_audited(struct exchange *x, const struct outcome *o)
{
	(void)o;
	send_part(x, x->state);
}

static void
part_found(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct part *p = arena_alloc(x->arena, sizeof(*p));
	struct change *c;

	*p = *(const struct part *)r->parameters;
	reading_destroy(r);
	if (p->html) {
		send_part(x, p); /* what the entry shows anyway */
		return;
	}
	x->state = p;
	c = exchange_change(x, CHANGE_AUDIT);
	c->audit.action = "file.downloaded";
	c->audit.subject_kind = "file";
	c->audit.subject = p->file.id;
	c->audit.detail = "";
	exchange_submit(x, c, part_audited, NULL);
}

static void
start_part(struct exchange *x, bool html)
{
	uint64_t id = exchange_id(x, "id");
	struct reading *r;
	struct part *p;

	if (id == 0) {
		return;
	}
	r = reading_create(x, sizeof(*p));
	p = r->parameters;
	p->entry = id;
	p->html = html;
	r->run = run_part;
	r->done = part_found;
	reading_start(r);
}

static void
start_html(struct exchange *x)
{
	start_part(x, true);
}

static void
start_source(struct exchange *x)
{
	start_part(x, false);
}

static void
html(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_html);
}

static void
source(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_source);
}

const struct http_route mail_routes[] = {
	{"POST", "/api/v1/conversations/:id/mails", post_answer, JSON_BODY_MAX},
	{"POST", "/api/v1/customers/:id/mails", post_first, JSON_BODY_MAX},
	{"POST", "/api/v1/entries/:id/resend", resend, JSON_BODY_MAX},
	{"GET", "/api/v1/entries/:id/mail/html", html, 0},
	{"GET", "/api/v1/entries/:id/mail/source", source, 0},
	{0},
};
