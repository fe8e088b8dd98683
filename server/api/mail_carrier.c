#include "api/mail_carrier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/answer_letter.h"
#include "api/api.h"
#include "api/app.h"
#include "api/directory.h"
#include "api/file_store.h"
#include "api/mailbox_settings.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"
#include "base/worker.h"
#include "desk/marks.h"
#include "flow/mail_out.h"
#include "flow/mail_token.h"
#include "model/fact.h"
#include "net/mail_client.h"

enum { WRITTEN_MAX_BYTES = 64 * 1024 * 1024, FILES_MAX = 20 };

#define ANSWER_KIND "answer"

/* One mail on its way from the outbox to the mail client. */
struct sending {
	struct query query; /* first */
	struct job job;
	struct app *app;
	struct delivery *delivery;
	struct arena *arena;
	struct mail_call *call;   /* complete but for its recipients and bytes */
	struct mail_address from; /* of the mailbox */
	const char *token;        /* of the reply address; NULL: without one */
	struct mail_letter letter;
	struct file_row *files;
	size_t file_count;
	struct buf written;
	enum err code;
	struct error error;
};

static void
sending_destroy(struct sending *s)
{
	buf_fini(&s->written);
	mail_call_destroy(s->call);
	arena_destroy(s->arena);
	free(s);
}

static void
answer(struct delivery *d, enum verdict verdict, const char *text)
{
	struct outbox_answer a = {.verdict = verdict, .text = text};

	outbox_answered(d, &a);
}

/* Something of ours failed: later, unless it will be so for ever. */
static void
fail(struct sending *s)
{
	enum verdict verdict = s->code == ERR_CORRUPT || s->code == ERR_INVALID ||
			s->code == ERR_NOT_FOUND
		? VERDICT_REFUSED
		: VERDICT_RETRY;

	answer(s->delivery, verdict, s->error.text);
	sending_destroy(s);
}

/* --- handing it over ----------------------------------------------------------------------- */

static void
handed_over(struct mail_call *call)
{
	struct outbox_answer a = mail_judge(call->status, call->words, call->error,
		call->uncertain);

	outbox_answered(call->ctx, &a);
	mail_call_destroy(call);
}

static void
written(struct job *job)
{
	struct sending *s = list_item(job, struct sending, job);
	struct mail_call *call = s->call;

	if (s->code != ERR_OK) {
		fail(s);
		return;
	}
	call->to = mail_recipients(&s->letter.mail, call->arena, &call->to_count);
	for (size_t i = 0; i < call->to_count; i++) {
		((const char **)call->to)[i] = arena_strdup(call->arena, call->to[i]);
	}
	call->body_length = s->written.length;
	call->body = buf_take(&s->written);
	call->done = handed_over;
	call->ctx = s->delivery;
	s->call = NULL;
	mail_client_submit(s->app->mail_client, call);
	sending_destroy(s);
}

/* --- writing it: a worker -------------------------------------------------------------------- */

static enum err
read_bytes(struct sending *s, const struct file_row *row, const void **out)
{
	const char *path = file_store_path(s->arena, s->app->conf->data_dir, row->digest);
	FILE *f = fopen(path, "rbe");
	char *bytes;
	size_t got;

	if (f == NULL) {
		return error_set(&s->error, errno == ENOENT ? ERR_NOT_FOUND : ERR_UNAVAILABLE,
			"the attachment %.60s cannot be read", row->name);
	}
	bytes = arena_alloc(s->arena, (size_t)row->size + 1);
	got = fread(bytes, 1, (size_t)row->size, f);
	fclose(f);
	if (got != (size_t)row->size) {
		return error_set(&s->error, ERR_UNAVAILABLE,
			"the attachment %.60s cannot be read", row->name);
	}
	*out = bytes;
	return ERR_OK;
}

static void
run_write(struct job *job)
{
	struct sending *s = list_item(job, struct sending, job);
	struct mime_attachment *list = arena_alloc(s->arena,
		(s->file_count + 1) * sizeof(*list));

	for (size_t i = 0; i < s->file_count && s->code == ERR_OK; i++) {
		const struct file_row *row = &s->files[i];

		list[i] = (struct mime_attachment){
			.name = row->name,
			.type = row->type,
			.content_id = "",
			.length = (size_t)row->size,
		};
		s->code = read_bytes(s, row, &list[i].bytes);
	}
	s->letter.attachments = list;
	s->letter.attachment_count = s->file_count;
	if (s->code == ERR_OK) {
		s->code = mail_letter_write(&s->letter, &s->written, &s->error);
	}
	if (s->code == ERR_OK && s->written.overflowed) {
		s->code = error_set(&s->error, ERR_INVALID, "the mail is too large");
	}
}

/* --- reading what it says: a reader ----------------------------------------------------------- */

static enum err
read_attachments(struct sending *s, struct reader *r, const struct fact *f,
	struct error *e)
{
	struct json *list = NULL;
	enum err err = ERR_OK;

	if (f->files == NULL ||
		json_parse(f->files, strlen(f->files), &list, NULL) != ERR_OK) {
		return ERR_OK;
	}
	for (size_t i = 0; i < json_length(list) && err == ERR_OK; i++) {
		uint64_t id = 0;

		if (s->file_count < FILES_MAX && json_id(json_at(list, i), "id", &id)) {
			err = read_file(r, id, s->arena, &s->files[s->file_count], e);
			s->file_count += err == ERR_OK;
		}
	}
	json_free(list);
	return err;
}

static enum err
read_quote(struct sending *s, struct reader *r, struct error *e)
{
	struct fact_list found = {0};
	enum err err;

	/* Nobody is to send words of hers to strangers by way of an automatic answer. */
	if (s->letter.mail.answers == 0 || s->letter.mail.nature == MAIL_AUTOMATIC) {
		return ERR_OK;
	}
	err = read_fact(r, s->letter.mail.answers, s->arena, &found, e);
	if (err == ERR_OK && found.count > 0) {
		s->letter.quote = mail_quote_of(found.items[0], s->arena);
	}
	fact_list_release(&found);
	return err;
}

/* What a visitor has not seen: the entries, with the files that are the house's. */
static enum err
read_answer(struct sending *s, struct reader *r, struct error *e)
{
	struct fact_list entries = {0};
	enum err err = answer_letter_read(r, &s->delivery->due, &s->from, s->arena,
		&s->letter, &entries, e);

	for (size_t i = 0; err == ERR_OK && i < entries.count; i++) {
		if (entries.items[i]->author_kind != AUTHOR_CUSTOMER) {
			err = read_attachments(s, r, entries.items[i], e);
		}
	}
	fact_list_release(&entries);
	return err;
}

static enum err
read_mail(struct sending *s, struct reader *r, struct error *e)
{
	const struct fact *f = s->delivery->due.fact;
	enum err err = mail_letter_of(f, s->arena, &s->letter, e);

	if (err == ERR_OK) {
		err = read_attachments(s, r, f, e);
	}
	return err == ERR_OK ? read_quote(s, r, e) : err;
}

static enum err
read_letter(struct query *query, struct reader *r, struct error *e)
{
	struct sending *s = (struct sending *)query;
	bool answers = strcmp(s->delivery->due.item.kind, ANSWER_KIND) == 0;
	enum err err = answers ? read_answer(s, r, e) : read_mail(s, r, e);

	if (err == ERR_OK && s->token != NULL) {
		s->letter.reply_to = mail_reply_address(s->letter.mail.from.address, s->token,
			s->arena);
	}
	return err;
}

static void
letter_read(struct query *query)
{
	struct sending *s = (struct sending *)query;

	if (query->code != ERR_OK) {
		s->code = query->code;
		s->error = query->error;
		fail(s);
		return;
	}
	s->job.run = run_write;
	s->job.done = written;
	if (workers_submit(s->app->workers, &s->job) != ERR_OK) {
		s->code = error_set(&s->error, ERR_BUSY, "too much is going on");
		fail(s);
	}
}

/* --- the mailbox ------------------------------------------------------------------------------- */

static const char *
url_of(const struct mailbox_server *server, const char *address, struct arena *a)
{
	const char *scheme = server->security == MAILBOX_TLS ? "smtps" : "smtp";
	const char *at = strrchr(address, '@');
	bool v6 = strchr(server->host, ':') != NULL;

	/* Behind the slash: the name by which we greet. */
	return arena_printf(a, "%s://%s%s%s:%d/%s", scheme, v6 ? "[" : "", server->host,
		v6 ? "]" : "", (int)server->port, at != NULL ? at + 1 : "localhost");
}

/* NULL with `why`: mail cannot leave from here now. */
static struct mail_call *
call_of(struct app *app, uint64_t id, struct mail_address *from, const char **why)
{
	const struct channel_row *channel = directory_channel(app->directory, id);
	struct mail_call *call = mail_call_create();
	char password[MAILBOX_PASSWORD_MAX + 1] = "";
	struct mailbox_settings settings;

	*why = NULL;
	if (channel == NULL || !channel->enabled ||
		mailbox_settings_parse(channel->settings, call->arena, &settings) != ERR_OK ||
		settings.smtp.host[0] == '\0') {
		*why = "the mailbox is switched off or has no server to send by";
	} else if (!str_empty(settings.smtp.user) &&
		mailbox_password(&settings.smtp, app->secret, channel->public_key, password) !=
			ERR_OK) {
		*why = "the mailbox has no password to send by";
	}
	if (*why != NULL) {
		mail_call_destroy(call);
		return NULL;
	}
	call->url = url_of(&settings.smtp, settings.address, call->arena);
	call->starttls = settings.smtp.security == MAILBOX_STARTTLS;
	call->user = settings.smtp.user;
	call->password = arena_strdup(call->arena, password);
	call->from = settings.address;
	*from = (struct mail_address){settings.name, settings.address};
	explicit_bzero(password, sizeof(password));
	return call;
}

static bool
wanted(void *ctx, const struct outbox_due *due)
{
	(void)ctx;
	return due->fact->body != NULL && !due->fact->restricted;
}

/* One who is back has seen it, or will at once. */
static bool
answer_wanted(void *ctx, const struct outbox_due *due)
{
	const struct app *app = ctx;
	uint64_t got = marks_delivered(app->marks, due->fact->timeline, PARTY_CUSTOMER);

	return wanted(ctx, due) && due->fact->pub > due->delivered && due->fact->pub > got;
}

static void
carry(void *ctx, struct delivery *d)
{
	struct app *app = ctx;
	const struct fact *f = d->due.fact;
	const char *why;
	struct mail_address from;
	struct mail_call *call = call_of(app, d->due.item.channel, &from, &why);
	char token[MAIL_TOKEN_SIZE];
	struct sending *s;

	if (call == NULL) {
		answer(d, VERDICT_RETRY, why);
		return;
	}
	s = xcalloc(1, sizeof(*s));
	s->app = app;
	s->delivery = d;
	s->arena = arena_create();
	s->call = call;
	s->from.name = arena_strdup(s->arena, from.name);
	s->from.address = arena_strdup(s->arena, from.address);
	s->files = arena_alloc(s->arena, FILES_MAX * sizeof(*s->files));
	buf_init(&s->written, WRITTEN_MAX_BYTES);
	if (f->conversation != 0 && app->conf->mail_reply_tokens) {
		mail_token_make(app->secret, f->conversation, token);
		s->token = arena_strdup(s->arena, token);
	}
	s->query.run = read_letter;
	s->query.done = letter_read;
	if (store_query(app->store, &s->query) != ERR_OK) {
		s->code = error_set(&s->error, ERR_BUSY, "too much is going on");
		fail(s);
	}
}

static void
told(void *ctx, const struct fact *fact, const struct outbox_news *news)
{
	char *text = xstrdup(news->text);
	struct delivery_state state = {
		.state = news->state,
		.attempts = news->attempts,
		.due_at = news->due_at,
		.text = text,
	};

	console_announce_delivery(ctx, fact->id, fact->customer, &state);
	free(text);
}

struct outbox_carrier
mail_carrier(struct app *app)
{
	return (struct outbox_carrier){
		.kind = "mail",
		.wanted = wanted,
		.carry = carry,
		.told = told,
		.ctx = app,
	};
}

struct outbox_carrier
answer_carrier(struct app *app)
{
	return (struct outbox_carrier){
		.kind = ANSWER_KIND,
		.wanted = answer_wanted,
		.carry = carry,
		.told = told,
		.ctx = app,
	};
}
