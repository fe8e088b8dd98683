/* /api/v1/quick-replies: ready-made texts. The list is whole, so that the console searches it
 * without asking; changes are told to all consoles that may see the reply. */
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/rest_quick.h"
#include "api/routes.h"
#include "api/rows.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"
#include "store/read.h"

enum { BODY_MAX = 64 * 1024 };

/* --- reading ------------------------------------------------------------------------------ */

static void
write_reply(struct reading *r, const struct quick_reply *q)
{
	jw_object(&r->json);
	quick_reply_encode(q, quick_may_edit(&r->actor, q->scope, q->place), &r->json);
	jw_object_end(&r->json);
}

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	struct quick_reply *items;
	size_t count;
	enum err rc = read_quick_replies(reader, &r->actor, r->arena, &items, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	for (size_t i = 0; i < count; i++) {
		write_reply(r, &items[i]);
	}
	reading_items_end(r);
	return r->out.overflowed ? error_set(e, ERR_INVALID, "there are too many replies")
							 : ERR_OK;
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	reading_route(rq, app, &access, run_list);
}

static enum err
run_item(struct reading *r, struct reader *reader, struct error *e)
{
	const uint64_t *id = r->parameters;
	struct quick_reply q;
	enum err rc = read_quick_reply(reader, &r->actor, *id, r->arena, &q, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	jw_key(&r->json, "reply");
	write_reply(r, &q);
	jw_object_end(&r->json);
	return ERR_OK;
}

static void
stored(struct exchange *x, const struct outcome *o)
{
	console_announce_quick_reply(x->app, &x->who.actor, o->id);
	reading_of(x, o->id, run_item);
}

/* --- changing ----------------------------------------------------------------------------- */

enum quick_scope
quick_scope_read(const char *name, struct input *in)
{
	enum quick_scope scope = QUICK_PERSONAL;

	if (name == NULL || !quick_scope_parse(name, &scope)) {
		input_wrong(in, "scope", "must be personal, team or global");
	}
	return scope;
}

static void
mark(struct change *c, enum row_action action, uint64_t id)
{
	c->quick_reply.action = action;
	c->quick_reply.reply.id = id;
}

static void
bring_back(struct change *c)
{
	c->quick_reply.restore = true;
}

static void
read_title(struct exchange *x, struct input *in, struct quick_reply_change *change)
{
	struct quick_reply *q = &change->reply;

	if (change->action == ROW_ADD) {
		q->title = input_required_line(in, "title", QUICK_TITLE_MAX);
		q->scope = quick_scope_read(input_line(in, "scope", 20), in);
		q->place = quick_place_of(&x->who.actor, q->scope);
		return;
	}
	q->title = input_line(in, "title", QUICK_TITLE_MAX);
	q->version = input_version(in);
	if (q->title != NULL && q->title[0] == '\0') {
		input_wrong(in, "title", "must not be empty");
	}
}

static void
read_reply(struct exchange *x, struct input *in, struct change *c)
{
	struct quick_reply_change *change = &c->quick_reply;
	struct quick_reply *q = &change->reply;

	read_title(x, in, change);
	q->folder = input_clearable(in, "folder", QUICK_FOLDER_MAX);
	q->shortcut = input_clearable(in, "shortcut", QUICK_SHORTCUT_MAX);
	q->body = input_text(in, "body", QUICK_BODY_MAX);
	if (q->shortcut != NULL && !quick_shortcut_valid(q->shortcut)) {
		input_wrong(in, "shortcut", "must be of small letters, digits, - and _");
	}
	if (input_given(in, "files")) {
		change->set_files = true;
		change->files = input_ids(in, "files", QUICK_FILES_MAX, &change->file_count);
	}
}

static void
removed(struct exchange *x, const struct outcome *o)
{
	console_announce_quick_reply(x->app, &x->who.actor, o->id);
	exchange_reply_empty(x);
}

static const struct row_resource quick_replies = {
	.kind = CHANGE_QUICK_REPLY,
	.role = ROLE_AGENT,
	.mark = mark,
	.read = read_reply,
	.restore = bring_back,
	.stored = stored,
	.removed = removed,
};

static void
create(struct http_request *rq, void *app)
{
	rows_create(rq, app, &quick_replies);
}

static void
edit(struct http_request *rq, void *app)
{
	rows_edit(rq, app, &quick_replies);
}

static void
take_away(struct http_request *rq, void *app)
{
	rows_remove(rq, app, &quick_replies);
}

static void
restore(struct http_request *rq, void *app)
{
	rows_restore(rq, app, &quick_replies);
}

/* --- files -------------------------------------------------------------------------------- */

/* A file is sent once, by whoever uploaded it: so a reply's files are registered anew for the
 * person who is about to send them. The bytes stay where they are. */
struct copying {
	uint64_t reply;
	struct file_row rows[QUICK_FILES_MAX];
	size_t count;
	size_t done;
};

static enum err
run_files(struct reading *r, struct reader *reader, struct error *e)
{
	struct copying *copying = r->parameters;
	struct json *files = NULL;
	struct quick_reply q;
	enum err rc = read_quick_reply(reader, &r->actor, copying->reply, r->arena, &q, e);

	if (rc == ERR_OK && q.removed) {
		rc = error_set(e, ERR_NOT_FOUND, "the reply was removed");
	}
	if (rc != ERR_OK || q.files == NULL) {
		return rc;
	}
	rc = json_parse(q.files, strlen(q.files), &files, e);
	for (size_t i = 0; rc == ERR_OK && i < json_length(files); i++) {
		struct file_row *row = &copying->rows[copying->count];
		uint64_t id = 0;

		if (copying->count < QUICK_FILES_MAX && json_id(json_at(files, i), "id", &id)) {
			rc = read_file(reader, id, r->arena, row, e);
			copying->count += rc == ERR_OK && !row->restricted;
		}
	}
	json_free(files);
	return rc;
}

static void
reply_files(struct exchange *x, const struct copying *copying)
{
	struct buf out;
	struct json_writer w;

	buf_init(&out, REPLY_MAX_BYTES);
	jw_init(&w, &out);
	jw_object(&w);
	jw_key(&w, "items");
	jw_array(&w);
	for (size_t i = 0; i < copying->count; i++) {
		jw_object(&w);
		file_encode(&copying->rows[i], &w);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	exchange_reply(x, &out);
}

static void copied(struct exchange *x, const struct outcome *o);

static void
copy_next(struct exchange *x)
{
	struct copying *copying = x->state;
	struct file_row *file;
	struct change *c;

	if (copying->done == copying->count) {
		reply_files(x, copying);
		return;
	}
	c = exchange_change(x, CHANGE_FILE);
	file = &c->file.file;
	*file = copying->rows[copying->done];
	file->id = 0;
	file->name = arena_strdup(c->arena, file->name);
	file->type = arena_strdup(c->arena, file->type);
	exchange_submit(x, c, copied, NULL);
}

static void
copied(struct exchange *x, const struct outcome *o)
{
	struct copying *copying = x->state;

	copying->rows[copying->done++].id = o->id;
	copy_next(x);
}

static void
files_read(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct copying *copying = arena_alloc(x->arena, sizeof(*copying));

	*copying = *(const struct copying *)r->parameters;
	for (size_t i = 0; i < copying->count; i++) {
		copying->rows[i].name = arena_strdup(x->arena, copying->rows[i].name);
		copying->rows[i].type = arena_strdup(x->arena, copying->rows[i].type);
	}
	reading_destroy(r);
	x->state = copying;
	copy_next(x);
}

static void
start_files(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct reading *r;

	if (id == 0) {
		return;
	}
	r = reading_create(x, sizeof(struct copying));
	((struct copying *)r->parameters)->reply = id;
	r->run = run_files;
	r->done = files_read;
	reading_start(r);
}

static void
copy_files(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_files);
}

const struct http_route quick_reply_routes[] = {
	{"GET", "/api/v1/quick-replies", list, 0},
	{"POST", "/api/v1/quick-replies", create, BODY_MAX},
	{"PATCH", "/api/v1/quick-replies/:id", edit, BODY_MAX},
	{"DELETE", "/api/v1/quick-replies/:id", take_away, 0},
	{"POST", "/api/v1/quick-replies/:id/restore", restore, BODY_MAX},
	{"POST", "/api/v1/quick-replies/:id/files", copy_files, BODY_MAX},
	{"GET", "/api/v1/quick-replies/export", quick_replies_export, 0},
	{"POST", "/api/v1/quick-replies/import", quick_replies_import, QUICK_CSV_MAX},
	{0},
};
