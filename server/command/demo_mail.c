/* The demo's mail. What comes is read from files of config/demo/mails as bytes, and stored as that
 * of a real mailbox is; what goes is said to have left: the demo's mailbox has no server. */
#include "command/demo_mail.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/app.h"
#include "api/file_store.h"
#include "api/file_type.h"
#include "api/picture_size.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/seal.h"
#include "channels/email/mime.h"
#include "command/command_store.h"
#include "flow/mail_arrival.h"
#include "model/change.h"
#include "model/email.h"
#include "model/fact.h"
#include "model/mail.h"
#include "store/read.h"

#define LETTER_MAX_BYTES ((size_t)256 * 1024)
#define ADDRESS "service@yuanxiu.example"
#define TRUSTED_HOST "mx.yuanxiu.example"
#define ATTACHMENTS_MAX 8

const char demo_mailbox_settings[] =
	"{\"mailbox\":{\"address\":\"" ADDRESS "\",\"name\":\"远岫证券客服\","
	"\"folder\":\"INBOX\",\"trusted_host\":\"" TRUSTED_HOST "\"}}";

static bool
failed(const struct step *step, const char *what)
{
	fprintf(stderr, "trunkline init: %s: %s\n", demo_text(step->json, "file"), what);
	return false;
}

/* --- what comes ------------------------------------------------------------------------------ */

static const char *
letter_date(int64_t at, struct arena *a)
{
	char text[40];
	time_t seconds = at / 1000;
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S +0000", &utc);
	return arena_strdup(a, text);
}

/* "{{date}}" and "{{answers}}" stand in the files for what is known only now. */
static void
fill_in(struct buf *out, const char *letter, const struct step *step, struct arena *a)
{
	const char *const names[] = {"{{date}}", "{{answers}}"};
	const char *const values[] = {letter_date(step->at, a),
		step->story->sent_id == NULL ? "nobody@yuanxiu.example" : step->story->sent_id};

	while (*letter != '\0') {
		const char *next = strstr(letter, "{{");
		size_t before = next == NULL ? strlen(letter) : (size_t)(next - letter);
		buf_append(out, letter, before);
		letter += before;
		for (size_t i = 0; next != NULL && i < 2; i++) {
			if (strncmp(letter, names[i], strlen(names[i])) == 0) {
				buf_append(out, values[i], strlen(values[i]));
				letter += strlen(names[i]);
				next = NULL;
			}
		}
		if (next != NULL) {
			buf_append(out, letter++, 1);
		}
	}
}

static bool
read_letter(const struct demo *d, const struct step *step, struct arena *a,
	struct buf *out)
{
	const char *path = arena_printf(a, "%s/mails/%s", d->folder,
		demo_text(step->json, "file"));
	struct buf raw;
	char piece[4096];
	size_t got;
	FILE *file = fopen(path, "rb");

	if (file == NULL) {
		return failed(step, "cannot be read");
	}
	buf_init(&raw, LETTER_MAX_BYTES);
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0) {
		buf_append(&raw, piece, got);
	}
	fclose(file);
	buf_append(&raw, "", 1);
	bool whole = !raw.overflowed;
	if (whole) {
		fill_in(out, raw.data, step, a);
	}
	buf_fini(&raw);
	return (whole && !out->overflowed) || failed(step, "is too long");
}

struct part {
	const char *name;
	const char *type; /* NULL: by what is in it */
	const void *bytes;
	size_t length;
};

/* As an upload: on the disk first. *id stays 0 for what the house would not take. */
static bool
keep_part(struct demo *d, const struct step *step, const struct part *part, uint64_t *id)
{
	struct actor outside = {.kind = AUTHOR_CUSTOMER};
	const char *type = part->type != NULL
		? part->type
		: file_type_of(part->bytes, part->length, part->name);
	struct picture_size size = {0};
	struct outcome *outcome;
	struct error e;

	if (type == NULL) {
		return true;
	}
	struct change *chg = change_create(CHANGE_FILE, &outside);
	struct file_row *file = &chg->file.file;
	sha256(part->bytes, part->length, file->digest);
	if (file_store_put(d->conf->data_dir, file->digest, part->bytes, part->length, &e) !=
		ERR_OK) {
		change_destroy(chg);
		return failed(step, e.text);
	}
	if (file_type_inline(type)) {
		picture_size(part->bytes, part->length, &size);
	}
	file->size = (int64_t)part->length;
	file->type = type;
	file->name = arena_strdup(chg->arena, part->name);
	file->width = size.width;
	file->height = size.height;
	file->author_kind = AUTHOR_CUSTOMER;
	if (!command_submit(d->store, chg, part->name, &outcome)) {
		return false;
	}
	*id = outcome->id;
	outcome_release(outcome);
	return true;
}

static bool
keep_parts(struct demo *d, const struct step *step, const struct buf *raw,
	const struct mime_mail *m, struct mail_files *files, struct arena *a)
{
	struct part source = {"mail.eml", "message/rfc822", raw->data, raw->length};
	struct part html = {"mail.html", "text/html", m->html, m->html_length};
	uint64_t *ids = arena_alloc(a, ATTACHMENTS_MAX * sizeof(*ids));
	const char **content_ids = arena_alloc(a, ATTACHMENTS_MAX * sizeof(*content_ids));

	if (!keep_part(d, step, &source, &files->source) ||
		(m->html != NULL && !keep_part(d, step, &html, &files->html))) {
		return false;
	}
	for (size_t i = 0; i < m->attachment_count && i < ATTACHMENTS_MAX; i++) {
		const struct mime_attachment *one = &m->attachments[i];
		struct part part = {one->name, NULL, one->bytes, one->length};
		uint64_t id = 0;
		if (!keep_part(d, step, &part, &id)) {
			return false;
		}
		if (id != 0) {
			content_ids[files->attachment_count] = one->content_id;
			ids[files->attachment_count++] = id;
		}
	}
	files->attachments = ids;
	files->content_ids = content_ids;
	return true;
}

static struct change *
arrival(struct demo *d, const struct step *step, const struct buf *raw, struct arena *a)
{
	const struct mime_reader how = {.mailbox = ADDRESS, .trusted_host = TRUSTED_HOST};
	struct mailbox_arrival where = {.channel = d->mailbox, .received_at = step->at};
	uint8_t secret[SEAL_SECRET_SIZE];
	struct mail_files files = {0};
	struct mime_mail m;
	struct change *chg = NULL;
	struct error e;

	if (mime_read(raw->data, raw->length, &how, a, &m, &e) != ERR_OK ||
		seal_secret_load(d->conf->data_dir, secret, &e) != ERR_OK) {
		failed(step, e.text);
		return NULL;
	}
	where.secret = secret;
	if (keep_parts(d, step, raw, &m, &files, a)) {
		chg = mail_arrival(&m, &files, &where);
	}
	explicit_bzero(secret, sizeof(secret));
	return chg;
}

struct change *
demo_mail_in(struct demo *d, const struct step *step)
{
	struct arena *a = arena_create();
	struct change *chg = NULL;
	struct buf raw;

	buf_init(&raw, LETTER_MAX_BYTES);
	if (read_letter(d, step, a, &raw)) {
		chg = arrival(d, step, &raw, a);
	}
	buf_fini(&raw);
	arena_destroy(a);
	return chg;
}

/* --- what goes ------------------------------------------------------------------------------- */

struct change *
demo_mail_out(struct demo *d, const struct step *step, const struct actor *actor)
{
	struct change *chg = change_create(CHANGE_POST, actor);
	struct mail *mail = arena_alloc(chg->arena, sizeof(*mail));
	struct mail_address *to = arena_alloc(chg->arena, sizeof(*to));
	struct story *story = step->story;

	*to = (struct mail_address){.name = arena_strdup(chg->arena,
									demo_text(story->json, "name")),
		.address = arena_strdup(chg->arena, demo_text(story->json, "email"))};
	*mail = (struct mail){.subject = arena_strdup(chg->arena,
							  demo_text(step->json, "subject")),
		.to = to,
		.to_count = 1,
		.answers = story->mail};
	ref_make(chg->ref);
	chg->post.kind = FACT_MESSAGE;
	chg->post.text = arena_strdup(chg->arena, demo_text(step->json, "text"));
	chg->post.channel = d->mailbox;
	chg->post.channel_kind = "email";
	chg->post.mail = mail;
	if (story->conversation != 0) {
		chg->post.party.conversation = story->conversation;
	} else {
		chg->post.party.customer = story->customer;
	}
	return chg;
}

static bool
settle(struct demo *d, const struct outbox_item *item)
{
	struct actor actor = command_actor();
	struct change *claim = change_create(CHANGE_OUTBOX, &actor);
	struct change *settled = change_create(CHANGE_OUTBOX, &actor);

	claim->outbox = (struct outbox_change){.action = OUTBOX_ACTION_CLAIM,
		.channel = item->channel,
		.item = item->id};
	settled->outbox = (struct outbox_change){.action = OUTBOX_ACTION_SETTLE,
		.channel = item->channel,
		.item = item->id,
		.from = OUTBOX_SENDING,
		.to = OUTBOX_SENT,
		.status = 250,
		.answer = "250 OK"};
	if (!command_submit(d->store, claim, "outbox", NULL)) {
		change_destroy(settled);
		return false;
	}
	return command_submit(d->store, settled, "outbox", NULL);
}

static bool
say_it_left(struct demo *d)
{
	struct arena *a = arena_create();
	struct outbox_due *due = NULL;
	struct reader *reader = NULL;
	int64_t next_at;
	struct error e;
	enum err rc = store_reader_open(&d->conf->store, &reader, &e);
	bool done;

	if (rc == ERR_OK) {
		rc = read_outbox_due(reader, clock_now_ms(), 10, a, &due, &next_at, &e);
	}
	done = rc == ERR_OK;
	if (!done) {
		fprintf(stderr, "trunkline init: %s\n", e.text);
	}
	for (struct outbox_due *one = due; done && one != NULL; one = one->next) {
		done = settle(d, &one->item);
	}
	outbox_due_release(due);
	store_reader_close(reader);
	arena_destroy(a);
	return done;
}

bool
demo_mail_done(struct demo *d, struct step *step, const struct outcome *outcome)
{
	const struct fact *f = outcome->fact_count > 0 ? outcome->facts[0] : NULL;
	struct json *body;

	if (f == NULL || f->kind != FACT_MESSAGE || f->body == NULL ||
		json_parse(f->body, f->body_length, &body, NULL) != ERR_OK) {
		return true;
	}
	const char *id = json_string(json_get(body, "mail"), "message_id");
	bool outgoing = f->author_kind == AUTHOR_STAFF;
	step->story->mail = f->id;
	if (outgoing && id != NULL) {
		step->story->sent_id = arena_strdup(d->arena, id);
	}
	json_free(body);
	return !outgoing || say_it_left(d);
}
