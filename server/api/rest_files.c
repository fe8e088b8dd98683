/* /api/v1/files: uploads and downloads. A file belongs to who uploaded it until it is sent; then
 * it is read by the rights of the entry that it was sent with. */
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/customer_view.h"
#include "api/exchange.h"
#include "api/file_name.h"
#include "api/file_store.h"
#include "api/file_type.h"
#include "api/input.h"
#include "api/limits.h"
#include "api/picture_size.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/worker.h"
#include "model/change.h"
#include "store/read.h"

enum { UPLOADS_PER_MINUTE = 60 };
/* The setting server.upload_max stays below this. */
#define UPLOAD_CEILING ((size_t)60 << 20)
#define DAY_MS (24 * 3600 * INT64_C(1000))

/* --- uploads: the worker's part ----------------------------------------------------------- */

/* The bytes are the request's, which stays until its reply. */
struct upload {
	struct job job;
	struct exchange *exchange; /* the loop's */
	const char *data_dir;
	const void *data;
	size_t length;
	const char *name;
	/* found: */
	const char *type; /* NULL: not taken */
	uint8_t digest[DIGEST_SIZE];
	struct picture_size size;
	enum err code;
	struct error error;
};

static void
run_upload(struct job *job)
{
	struct upload *u = (struct upload *)job;

	u->type = file_type_of(u->data, u->length, u->name);
	if (u->type == NULL) {
		return;
	}
	if (strncmp(u->type, "image/", 6) == 0 &&
		!picture_size(u->data, u->length, &u->size)) {
		u->size = (struct picture_size){0, 0};
	}
	sha256(u->data, u->length, u->digest);
	u->code = file_store_put(u->data_dir, u->digest, u->data, u->length, &u->error);
}

/* --- uploads: the loop's part ------------------------------------------------------------- */

static void
registered(struct exchange *x, const struct outcome *o)
{
	const struct file_row *row = x->state;
	struct file_row file = *row;
	struct buf out;
	struct json_writer w;

	file.id = o->id;
	exchange_open(&out, &w);
	jw_key(&w, "file");
	jw_object(&w);
	file_encode(&file, &w);
	jw_object_end(&w);
	exchange_close(x, &out, &w);
}

static void
upload_stored(struct exchange *x, const struct upload *u)
{
	struct change *c = exchange_change(x, CHANGE_FILE);
	struct file_row *file = &c->file.file;

	memcpy(file->digest, u->digest, DIGEST_SIZE);
	file->size = (int64_t)u->length;
	file->type = u->type;
	file->name = arena_strdup(c->arena, u->name);
	file->width = u->size.width;
	file->height = u->size.height;
	file->author_kind = x->who.actor.kind;
	file->author = x->who.actor.id;
	x->state = arena_alloc(x->arena, sizeof(*file));
	*(struct file_row *)x->state = *file;
	((struct file_row *)x->state)->name = u->name;
	x->status = 201;
	exchange_submit(x, c, registered, NULL);
}

static void
upload_done(struct job *job)
{
	struct upload *u = (struct upload *)job;
	struct exchange *x = u->exchange;

	if (u->type == NULL) {
		exchange_fail_status(x, 415, "unsupported", NULL,
			"files of this kind are not taken");
	} else if (u->code != ERR_OK) {
		struct log_quoted quoted;

		log_event(LOG_ERROR, "upload_not_stored", "reason=%s",
			log_quote(&quoted, u->error.text));
		exchange_fail(x, u->code, NULL, "the file cannot be stored now; try again soon");
	} else {
		upload_stored(x, u);
	}
	free(u);
}

static void
begin_upload(struct exchange *x)
{
	const struct web_request *rq = http_request(x->http);
	struct upload *u = xcalloc(1, sizeof(*u));

	_Static_assert(offsetof(struct upload, job) == 0, "a job is cast to its upload");
	u->job.run = run_upload;
	u->job.done = upload_done;
	u->exchange = x;
	u->data_dir = x->app->conf->data_dir;
	u->data = rq->body;
	u->length = rq->body_length;
	u->name = file_name_read(x->arena, web_header(rq, "x-file-name"));
	if (workers_submit(x->app->workers, &u->job) != ERR_OK) {
		free(u);
		exchange_fail(x, ERR_BUSY, NULL, "too much is going on; try again soon");
	}
}

static enum err
run_quota(struct reading *r, struct reader *reader, struct error *e)
{
	return read_upload_volume(reader, r->actor.kind, r->actor.id, clock_now_ms() - DAY_MS,
		(int64_t *)r->parameters, e);
}

static void
quota_known(struct reading *r)
{
	struct exchange *x = r->exchange;
	int64_t used = *(int64_t *)r->parameters;
	int64_t size = (int64_t)http_request(x->http)->body_length;

	reading_destroy(r);
	if (used + size > x->app->conf->upload_quota) {
		exchange_wait(x, DAY_MS / 24, "what may be uploaded in a day is used up");
		return;
	}
	begin_upload(x);
}

static void
check_quota(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(int64_t));

	r->run = run_quota;
	r->done = quota_known;
	reading_start(r);
}

static void
start_upload(struct exchange *x)
{
	const struct web_request *rq = http_request(x->http);
	int64_t retry_ms = 0;
	const char *key;

	if (rq->body_length == 0) {
		exchange_fail(x, ERR_INVALID, NULL, "the file is empty");
		return;
	}
	if ((int64_t)rq->body_length > x->app->conf->upload_max) {
		exchange_fail_status(x, 413, "too_large", NULL, "the file is too large");
		return;
	}
	if (x->who.actor.kind == AUTHOR_STAFF) {
		begin_upload(x);
		return;
	}
	key = arena_printf(x->arena, "%llu", (unsigned long long)x->who.actor.id);
	if (!limits_take(x->app->limits, "upload", key, UPLOADS_PER_MINUTE, &retry_ms)) {
		exchange_wait(x, retry_ms, "too many files at once; wait a little");
		return;
	}
	check_quota(x);
}

static void
upload(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .visitor = true};

	exchange_begin(rq, app, &access, start_upload);
}

/* --- downloads ---------------------------------------------------------------------------- */

struct download {
	uint64_t id;
	uint64_t visitor_customer;
	struct file_row file;
};

/* Hers only what she sees: a file of a public entry of her own timeline. */
static enum err
check_visitor(struct reading *r, struct reader *reader, const struct download *d,
	struct error *e)
{
	struct fact_list facts = {0};
	bool seen;
	enum err rc;

	if (d->file.timeline == 0 || d->file.timeline != d->visitor_customer) {
		return ERR_NOT_FOUND;
	}
	rc = read_fact(reader, d->file.fact, r->arena, &facts, e);
	if (rc != ERR_OK) {
		return rc;
	}
	seen = facts.count > 0 && facts.items[0]->timeline == d->visitor_customer &&
		fact_is_public(facts.items[0]);
	fact_list_release(&facts);
	return seen ? ERR_OK : ERR_NOT_FOUND;
}

static enum err
check_rights(struct reading *r, struct reader *reader, const struct download *d,
	struct error *e)
{
	struct customer customer;

	if (d->file.timeline == 0) {
		return d->file.author_kind == r->actor.kind && d->file.author == r->actor.id
			? ERR_OK
			: ERR_NOT_FOUND;
	}
	if (r->actor.kind == AUTHOR_CUSTOMER) {
		return check_visitor(r, reader, d, e);
	}
	return customer_find(reader, &r->scope, d->file.timeline, r->arena, &customer, e);
}

static enum err
run_download(struct reading *r, struct reader *reader, struct error *e)
{
	struct download *d = r->parameters;
	enum err rc = read_file(reader, d->id, r->arena, &d->file, e);

	if (rc == ERR_OK) {
		rc = check_rights(r, reader, d, e);
	}
	return rc == ERR_NOT_FOUND ? error_set(e, rc, "there is no such file") : rc;
}

static void
send_file(struct exchange *x, const struct download *d)
{
	struct app *app = x->app;
	bool shown = file_type_inline(d->file.type);
	const char *disposition = file_name_disposition(x->arena,
		shown ? "inline" : "attachment", d->file.name);
	const char *path = file_store_path(x->arena, app->conf->data_dir, d->file.digest);
	struct http_request *rq = exchange_release(x);

	http_set_header(rq, "content-disposition", disposition);
	http_set_header(rq, "x-content-type-options", "nosniff");
	http_set_header(rq, "content-security-policy", "default-src 'none'; sandbox");
	http_set_header(rq, "cross-origin-resource-policy", "same-origin");
	http_set_header(rq, "cache-control", "private, max-age=600");
	http_reply_file(rq, path, d->file.type);
}

static void
download_audited(struct exchange *x, const struct outcome *o)
{
	(void)o;
	send_file(x, x->state);
}

static void
may_download(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct download *d = arena_alloc(x->arena, sizeof(*d));
	struct change *c;

	*d = *(const struct download *)r->parameters;
	d->file.name = arena_strdup(x->arena, d->file.name);
	d->file.type = arena_strdup(x->arena, d->file.type);
	reading_destroy(r);
	if (x->who.actor.kind != AUTHOR_STAFF) {
		send_file(x, d);
		return;
	}
	x->state = d;
	c = exchange_change(x, CHANGE_AUDIT);
	c->audit.action = "file.downloaded";
	c->audit.subject_kind = "file";
	c->audit.subject = d->id;
	c->audit.detail = "";
	exchange_submit(x, c, download_audited, NULL);
}

static void
start_download(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct reading *r;
	struct download *d;

	if (id == 0) {
		return;
	}
	r = reading_create(x, sizeof(*d));
	d = r->parameters;
	d->id = id;
	d->visitor_customer = x->who.visitor.customer;
	r->run = run_download;
	r->done = may_download;
	reading_start(r);
}

static void
download(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .visitor = true};

	exchange_begin(rq, app, &access, start_download);
}

const struct http_route file_routes[] = {
	{"POST", "/api/v1/files", upload, UPLOAD_CEILING},
	{"GET", "/api/v1/files/:id", download, 0},
	{0},
};
