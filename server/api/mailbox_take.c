#include "api/mailbox_take.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/file_name.h"
#include "api/file_store.h"
#include "api/file_type.h"
#include "api/mailbox_answers.h"
#include "api/picture_size.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/str.h"
#include "base/wheel.h"
#include "base/worker.h"
#include "channels/email/mime.h"
#include "flow/mail_arrival.h"
#include "model/change.h"
#include "model/fact.h"

enum {
	AGAIN_MS = 2000,
	PARTS_MAX = POST_MAIL_FILES_MAX + 2, /* and the mail itself, and its HTML */
	TOLD_SIZE = 400,
};

enum part_role { PART_SOURCE, PART_HTML, PART_ATTACHMENT };

struct part {
	enum part_role role;
	const void *bytes;
	size_t length;
	const char *name;
	const char *type;
	const char
		*content_id; /* of an attachment: how the HTML names it; "" when it does not */
	uint8_t digest[DIGEST_SIZE];
	struct picture_size size;
	struct file_mark mark; /* of its bytes, if they are ours alone */
	uint64_t id;           /* once it is registered */
	bool dropped;          /* and is not any more */
	struct taking *taking;
};

struct taking {
	struct job job; /* first */
	struct app *app;
	struct arena *arena;
	struct taking_conf conf;
	struct imap_event event;
	struct mime_mail mail;
	struct part parts[PARTS_MAX];
	size_t part_count;
	size_t registering; /* or being dropped: answers that are awaited */
	enum err code;      /* of the step */
	struct error error;
	struct timer timer;
	void (*again)(struct taking *t);
	char told[TOLD_SIZE];
	struct mail_fate fate;
	bool ended;
	bool waiting; /* for the timer: nothing else is under way */
};

static void begin(struct taking *t);

static void
destroy(struct taking *t)
{
	timer_cancel(&t->timer);
	free(t->event.bytes);
	arena_destroy(t->arena);
	free(t);
}

static void
finish(struct taking *t)
{
	struct imap_event event = t->event;

	event.bytes = NULL;
	t->conf.done(t->conf.ctx, t->conf.channel, t->conf.generation, &event, &t->fate);
	destroy(t);
}

static void
retry(struct taking *t, void (*step)(struct taking *t))
{
	if (t->ended) {
		destroy(t);
		return;
	}
	t->again = step;
	t->waiting = true;
	wheel_add(net_wheel(t->app->net), &t->timer, clock_monotonic_ms() + AGAIN_MS);
}

static void
due(struct timer *timer)
{
	struct taking *t = list_item(timer, struct taking, timer);

	t->waiting = false;
	t->again(t);
}

static bool
passes(enum err code)
{
	return code == ERR_UNAVAILABLE || code == ERR_BUSY || code == ERR_UNCERTAIN;
}

/* Which mail it is and why it is no entry; it is still in its mailbox. */
static void
tell(struct taking *t, const char *why)
{
	const char *subject = t->mail.head.subject != NULL ? t->mail.head.subject : "";
	const char *from = t->mail.head.from.address != NULL ? t->mail.head.from.address : "";
	char *text = arena_printf(t->arena, "UID %lu%s%s%s%.120s: %s",
		(unsigned long)t->event.uid, from[0] != '\0' ? " " : "", from,
		subject[0] != '\0' ? " " : "", subject, why);
	size_t length = utf8_truncate(text, strlen(text), sizeof(t->told) - 1);

	text = utf8_repair(t->arena, text, length, NULL); /* a cut subject */
	str_copy(t->told, sizeof(t->told), text);
	t->fate.told = t->told;
	finish(t);
}

/* --- files that go with no entry -------------------------------------------------------------- */

/* On a worker. */
static void
take_back(struct job *job)
{
	struct taking *t = (struct taking *)job;

	for (size_t i = 0; i < t->part_count; i++) {
		if (t->parts[i].dropped) {
			file_store_take_back(t->app->conf->data_dir, t->parts[i].digest,
				&t->parts[i].mark);
		}
	}
}

static void
taken_back(struct job *job)
{
	struct taking *t = (struct taking *)job;

	if (t->ended) {
		destroy(t);
	} else {
		finish(t);
	}
}

static void
all_dropped(struct taking *t)
{
	t->job.run = take_back;
	t->job.done = taken_back;
	if (workers_submit(t->app->workers, &t->job) != ERR_OK) {
		taken_back(&t->job);
	}
}

/* One that is refused has gone with the entry after all: the change was repeated. */
static void
dropped(void *ctx, const struct outcome *o)
{
	struct part *part = ctx;
	struct taking *t = part->taking;

	part->dropped = o->code == ERR_OK;
	if (--t->registering == 0) {
		all_dropped(t);
	}
}

/* The mail is done whether or not it works: what stays takes room, nothing else. */
static void
drop_parts(struct taking *t)
{
	struct actor outside = {.kind = AUTHOR_CUSTOMER};

	t->registering = 1; /* our own, so that no answer ends it before all are asked */
	for (size_t i = 0; i < t->part_count; i++) {
		struct change *c = change_create(CHANGE_FILE_DROP, &outside);

		c->file.file.id = t->parts[i].id;
		t->registering++;
		if (store_submit(t->app->store, c, dropped, &t->parts[i]) != ERR_OK) {
			t->registering--;
		}
	}
	if (--t->registering == 0) {
		all_dropped(t);
	}
}

/* --- the change ------------------------------------------------------------------------------ */

static void submit(struct taking *t);

/* Another copy of a mail, our own come back, a report: no entry has these files. */
static bool
needs_no_files(const struct outcome *o)
{
	return o->duplicate || o->dropped || o->fact_count == 0 ||
		o->facts[0]->kind != FACT_MESSAGE;
}

static void
committed(void *ctx, const struct outcome *o)
{
	struct taking *t = ctx;

	t->fate.copy = o->code == ERR_OK && o->duplicate;
	t->fate.dropped = o->code == ERR_OK && o->dropped;
	if (t->ended) {
		destroy(t);
	} else if (o->code == ERR_OK && needs_no_files(o)) {
		drop_parts(t);
	} else if (o->code == ERR_OK) {
		finish(t);
	} else if (passes(o->code)) {
		retry(t, submit);
	} else {
		tell(t, o->text[0] != '\0' ? o->text : err_name(o->code));
	}
}

static bool
is_answerable(const struct taking *t)
{
	struct mail_answerable m = {
		.mail = &t->mail.head,
		.text = t->mail.text,
		.answering = t->event.head_only ? MAILBOX_ANSWERS_NOBODY : t->conf.answering,
		.sent_at = t->mail.sent_at,
		.received_at = t->event.received_at,
		.since = t->conf.since,
		.now = clock_now_ms(),
	};

	return mailbox_answers(t->app->directory, t->conf.channel, &m);
}

static void
submit(struct taking *t)
{
	uint64_t attachments[PARTS_MAX];
	const char *content_ids[PARTS_MAX];
	struct mail_files files = {.attachments = attachments, .content_ids = content_ids};
	struct mailbox_arrival where = {
		.channel = t->conf.channel,
		.received_at = t->event.received_at,
		.secret = t->app->secret,
	};

	for (size_t i = 0; i < t->part_count; i++) {
		const struct part *part = &t->parts[i];

		switch (part->role) {
		case PART_SOURCE:
			files.source = part->id;
			break;
		case PART_HTML:
			files.html = part->id;
			break;
		case PART_ATTACHMENT:
			content_ids[files.attachment_count] = part->content_id;
			attachments[files.attachment_count++] = part->id;
			break;
		}
	}
	where.answerable = is_answerable(t);
	if (ingest_submit(&t->app->ingest, mail_arrival(&t->mail, &files, &where), committed,
			t) != ERR_OK) {
		retry(t, submit);
	}
}

/* --- its files ------------------------------------------------------------------------------- */

static void register_parts(struct taking *t);

static void
all_registered(struct taking *t)
{
	if (t->ended) {
		destroy(t);
	} else if (t->code == ERR_OK) {
		submit(t);
	} else if (passes(t->code)) {
		retry(t, register_parts);
	} else {
		tell(t, t->error.text);
	}
}

static void
registered(void *ctx, const struct outcome *o)
{
	struct part *part = ctx;
	struct taking *t = part->taking;

	if (o->code == ERR_OK) {
		part->id = o->id;
	} else {
		t->code = error_set(&t->error, o->code, "%s", o->text);
	}
	if (--t->registering == 0) {
		all_registered(t);
	}
}

static struct change *
file_change(const struct part *part)
{
	struct actor outside = {.kind = AUTHOR_CUSTOMER};
	struct change *c = change_create(CHANGE_FILE, &outside);
	struct file_row *file = &c->file.file;

	memcpy(file->digest, part->digest, DIGEST_SIZE);
	file->size = (int64_t)part->length;
	file->type = part->type;
	file->name = arena_strdup(c->arena, part->name);
	file->width = part->size.width;
	file->height = part->size.height;
	file->author_kind = AUTHOR_CUSTOMER;
	return c;
}

/* Those that are not yet. */
static void
register_parts(struct taking *t)
{
	t->code = ERR_OK;
	t->registering = 1; /* our own, so that no answer ends it before all are asked */
	for (size_t i = 0; i < t->part_count; i++) {
		struct part *part = &t->parts[i];

		if (part->id != 0) {
			continue;
		}
		t->registering++;
		if (store_submit(t->app->store, file_change(part), registered, part) != ERR_OK) {
			t->registering--;
			t->code = error_set(&t->error, ERR_UNAVAILABLE, "the database is away");
		}
	}
	if (--t->registering == 0) {
		all_registered(t);
	}
}

/* --- the worker's step ------------------------------------------------------------------------ */

static void
add_part(struct taking *t, enum part_role role, const void *bytes, size_t length,
	const char *name, const char *type)
{
	struct part *part = &t->parts[t->part_count++];

	*part = (struct part){.role = role, .bytes = bytes, .length = length, .taking = t};
	part->name = arena_strndup(t->arena, name,
		utf8_truncate(name, strlen(name), FILE_NAME_MAX));
	part->type = type;
}

static void
add_attachment(struct taking *t, const struct mime_attachment *a)
{
	const char *type = file_type_of(a->bytes, a->length, a->name);
	struct part *part;

	add_part(t, PART_ATTACHMENT, a->bytes, a->length, a->name,
		type != NULL ? type : "application/octet-stream");
	part = &t->parts[t->part_count - 1];
	part->content_id = a->content_id;
	if (strncmp(part->type, "image/", 6) == 0 &&
		!picture_size(a->bytes, a->length, &part->size)) {
		part->size = (struct picture_size){0, 0};
	}
}

static void
list_parts(struct taking *t)
{
	const struct mime_mail *m = &t->mail;

	add_part(t, PART_SOURCE, t->event.bytes, t->event.length, "mail.eml",
		"message/rfc822");
	if (m->html != NULL && m->html_length > 0) {
		add_part(t, PART_HTML, m->html, m->html_length, "mail.html", "text/html");
	}
	for (size_t i = 0; i < m->attachment_count && t->part_count < PARTS_MAX; i++) {
		if (m->attachments[i].length > 0) {
			add_attachment(t, &m->attachments[i]);
		}
	}
}

/* In both languages: whoever reads it later may have either. */
static void
explain_head(struct taking *t)
{
	unsigned long megabytes = (unsigned long)((t->event.size + 524288) / 1048576);

	t->mail.text = arena_printf(t->arena,
		"邮件太大（%lu MB），只取回了信头，全文仍在信箱里。\n"
		"This mail is too large (%lu MB): only its head was fetched, the whole of it is "
		"still in the mailbox.",
		megabytes, megabytes);
	t->mail.whole_text = t->mail.text;
	t->mail.head.truncated = true;
}

static enum err
read_mail(struct taking *t)
{
	struct mime_reader how = {
		.mailbox = t->conf.address,
		.trusted_host = t->conf.trusted_host,
	};
	enum err rc = mime_read(t->event.bytes, t->event.length, &how, t->arena, &t->mail,
		&t->error);

	if (rc == ERR_OK && t->event.head_only) {
		explain_head(t);
	}
	if (rc == ERR_OK) {
		list_parts(t);
	}
	return rc;
}

static void
run(struct job *job)
{
	struct taking *t = (struct taking *)job;

	t->code = t->part_count > 0 ? ERR_OK : read_mail(t); /* once, also when run again */
	for (size_t i = 0; i < t->part_count && t->code == ERR_OK; i++) {
		struct part *part = &t->parts[i];

		sha256(part->bytes, part->length, part->digest);
		struct file_mark mark;

		t->code = file_store_put_marked(t->app->conf->data_dir, part->digest, part->bytes,
			part->length, &mark, &t->error);
		part->mark = mark.inode != 0 ? mark : part->mark; /* of an earlier try */
	}
}

static void
ran(struct job *job)
{
	struct taking *t = (struct taking *)job;

	if (t->ended) {
		destroy(t);
	} else if (t->code == ERR_OK) {
		register_parts(t);
	} else if (passes(t->code)) {
		struct log_quoted q;

		log_event(LOG_ERROR, "mail_not_stored", "channel=%" PRIu64 " reason=%s",
			t->conf.channel, log_quote(&q, t->error.text));
		retry(t, begin);
	} else {
		tell(t, t->error.text);
	}
}

/* --- life ------------------------------------------------------------------------------------- */

static void
begin(struct taking *t)
{
	t->error.text[0] = '\0';
	if (t->event.length == 0) {
		tell(t, t->conf.trouble);
	} else if (workers_submit(t->app->workers, &t->job) != ERR_OK) {
		retry(t, begin);
	}
}

struct taking *
taking_start(const struct taking_conf *conf, const struct imap_event *event)
{
	struct taking *t = xcalloc(1, sizeof(*t));

	t->arena = arena_create();
	t->app = conf->app;
	t->conf = *conf;
	t->conf.address = arena_strdup(t->arena, conf->address);
	t->conf.trusted_host = arena_strdup(t->arena, conf->trusted_host);
	t->conf.trouble = arena_strdup(t->arena, conf->trouble);
	t->event = *event;
	t->job.run = run;
	t->job.done = ran;
	timer_init(&t->timer, due);
	if (event->length == 0 || workers_submit(t->app->workers, &t->job) != ERR_OK) {
		/* Not at once: whoever starts it has to know it before it is over. */
		t->again = begin;
		t->waiting = true;
		wheel_add(net_wheel(t->app->net), &t->timer, clock_monotonic_ms());
	}
	return t;
}

void
taking_end(struct taking *t)
{
	t->ended = true;
	if (t->waiting) {
		destroy(t);
	}
}
