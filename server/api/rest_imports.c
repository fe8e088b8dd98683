/* /api/v1/imports: lists of customers from files: uploaded, looked at, started, followed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/file_name.h"
#include "api/imports.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/digest.h"
#include "base/id.h"
#include "base/str.h"
#include "crm/customer_import.h"
#include "crm/text_file.h"
#include "model/change.h"
#include "store/read.h"

#define IMPORT_BYTES_MAX ((size_t)60 << 20)
enum { CHARSET_NAME_MAX = 16, TOKEN_BYTES = 16 };

static const struct access may_import = {.role = ROLE_SUPERVISOR};
static const struct access may_import_json = {.role = ROLE_SUPERVISOR, .json = true};

/* --- what a file holds -------------------------------------------------------------------- */

struct looking {
	const struct app *app; /* its configuration only */
	uint64_t id;
	const char *charset; /* NULL: that of the import */
	const char
		*uploaded; /* where an upload lies that gets its name now; NULL: it has it */
};

static uint64_t
hash_of(const struct import_preview *p)
{
	uint8_t digest[DIGEST_SIZE];
	struct buf text;
	uint64_t hash;

	buf_init(&text, IMPORT_COLUMNS_MAX * 1024);
	for (size_t i = 0; i < p->columns; i++) {
		buf_puts(&text, p->headings[i]);
		buf_putc(&text, '\n');
	}
	sha256(text.data != NULL ? text.data : "", text.length, digest);
	buf_fini(&text);
	memcpy(&hash, digest, sizeof(hash));
	return hash & INT64_MAX;
}

static void
write_cells(struct json_writer *w, const char **cells, size_t count)
{
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_string(w, cells[i]);
	}
	jw_array_end(w);
}

/* The mapping of last time, where it fits; else what the headings say. */
static enum err
write_mapping(struct reader *reader, const struct import_preview *p, struct arena *a,
	struct json_writer *w, struct error *e)
{
	struct json *saved = NULL;
	struct field *fields;
	const char *text;
	size_t count;
	enum err rc = read_fields(reader, a, &fields, &count, e);

	if (rc == ERR_OK) {
		rc = read_import_mapping(reader, hash_of(p), a, &text, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	if (json_parse(text, strlen(text), &saved, NULL) != ERR_OK) {
		saved = NULL;
	}
	jw_key(w, "suggested");
	jw_array(w);
	for (size_t i = 0; i < p->columns; i++) {
		char guess[IMPORT_TARGET_MAX];
		const char *target = json_length(saved) == p->columns
			? json_string_value(json_at(saved, i), NULL)
			: NULL;

		customer_column_guess(p->headings[i], fields, count, guess);
		jw_string(w,
			target != NULL && customer_column_valid(target, fields, count) ? target
																		   : guess);
	}
	jw_array_end(w);
	json_free(saved);
	return ERR_OK;
}

static void
write_preview(struct json_writer *w, const struct import_preview *p)
{
	jw_key(w, "columns");
	write_cells(w, p->headings, p->columns);
	jw_key(w, "rows");
	jw_array(w);
	for (size_t i = 0; i < p->row_count; i++) {
		write_cells(w, p->rows[i], p->columns);
	}
	jw_array_end(w);
}

static enum err
run_look(struct reading *r, struct reader *reader, struct error *e)
{
	struct looking *l = r->parameters;
	struct import_preview preview = {0};
	const char *path = imports_path(r->arena, l->app, l->id);
	struct import_job job;
	enum err rc = read_import(reader, &r->scope, l->id, r->arena, &job, e);

	if (rc == ERR_OK && l->uploaded != NULL && rename(l->uploaded, path) != 0) {
		return error_set(e, ERR_UNAVAILABLE, "the file cannot be kept: %s",
			strerror(errno));
	}
	if (rc == ERR_OK) {
		job.charset = l->charset != NULL ? l->charset : job.charset;
		rc = customer_import_preview(path, job.charset, r->arena, &preview, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	jw_key(&r->json, "import");
	jw_object(&r->json);
	import_job_encode(&job, &r->json);
	jw_object_end(&r->json);
	write_preview(&r->json, &preview);
	rc = write_mapping(reader, &preview, r->arena, &r->json, e);
	jw_object_end(&r->json);
	return rc;
}

static void
look(struct exchange *x, uint64_t id, const char *charset, const char *uploaded)
{
	struct reading *r = reading_create(x, sizeof(struct looking));

	*(struct looking *)r->parameters = (struct looking){
		.app = x->app,
		.id = id,
		.charset = charset != NULL ? arena_strdup(r->arena, charset) : NULL,
		.uploaded = uploaded != NULL ? arena_strdup(r->arena, uploaded) : NULL,
	};
	r->run = run_look;
	reading_start(r);
}

static void
start_preview(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	const char *charset;
	struct input in;

	if (id == 0) {
		return;
	}
	input_init(&in, x, x->arena);
	charset = query_text(&in, "charset", CHARSET_NAME_MAX);
	if (charset != NULL && !charset_known(charset)) {
		input_wrong(&in, "charset", "must be utf-8 or gb18030");
	}
	if (!exchange_refused(x, &in)) {
		look(x, id, charset, NULL);
	}
}

static void
preview(struct http_request *rq, void *app)
{
	exchange_begin(rq, app, &may_import, start_preview);
}

/* --- uploads ------------------------------------------------------------------------------ */

/* The bytes are the request's, which stays until its reply. */
struct uploading {
	const char *folder;
	const char *path;
	const void *data;
	size_t length;
	const char *name;
	const char *charset;
	uint64_t columns_hash;
};

static enum err
write_file(const struct uploading *u, struct error *e)
{
	FILE *file;
	bool good;

	if (mkdir(u->folder, 0700) != 0 && errno != EEXIST) {
		return error_set(e, ERR_UNAVAILABLE, "the file cannot be kept: %s",
			strerror(errno));
	}
	file = fopen(u->path, "wbxe");
	good = file != NULL && fwrite(u->data, 1, u->length, file) == u->length;
	good = (file == NULL || fclose(file) == 0) && good;
	return good
		? ERR_OK
		: error_set(e, ERR_UNAVAILABLE, "the file cannot be kept: %s", strerror(errno));
}

static enum err
run_upload(struct reading *r, struct reader *reader, struct error *e)
{
	struct uploading *u = r->parameters;
	struct import_preview p = {0};
	enum err rc = write_file(u, e);

	(void)reader;
	if (rc == ERR_OK) {
		rc = text_file_detect(u->path, &u->charset, e);
	}
	if (rc == ERR_OK) {
		rc = customer_import_preview(u->path, u->charset, r->arena, &p, e);
	}
	if (rc != ERR_OK) {
		(void)unlink(u->path);
		return rc;
	}
	u->columns_hash = hash_of(&p);
	return ERR_OK;
}

static void
registered(struct exchange *x, const struct outcome *o)
{
	look(x, o->id, NULL, x->state);
}

static void
uploaded(struct reading *r)
{
	struct exchange *x = r->exchange;
	const struct uploading *u = r->parameters;
	struct change *c = exchange_change(x, CHANGE_IMPORT);

	c->import.action = ROW_ADD;
	c->import.import = (struct import_job){
		.name = arena_strdup(c->arena, u->name),
		.charset = u->charset,
		.columns_hash = u->columns_hash,
		.size = (int64_t)u->length,
	};
	x->state = arena_strdup(x->arena, u->path);
	x->status = 201;
	reading_destroy(r);
	exchange_submit(x, c, registered, NULL);
}

static void
start_upload(struct exchange *x)
{
	const struct web_request *rq = http_request(x->http);
	uint8_t token[TOKEN_BYTES];
	char hex[2 * TOKEN_BYTES + 1];
	struct uploading *u;
	struct reading *r;

	if (rq->body_length == 0) {
		exchange_fail(x, ERR_INVALID, NULL, "the file is empty");
		return;
	}
	random_bytes(token, sizeof(token));
	hex_encode(token, sizeof(token), hex);
	r = reading_create(x, sizeof(*u));
	u = r->parameters;
	u->folder = arena_printf(r->arena, "%s/imports", x->app->conf->data_dir);
	u->path = arena_printf(r->arena, "%s/upload-%s.csv", u->folder, hex);
	u->data = rq->body;
	u->length = rq->body_length;
	u->name = file_name_read(r->arena, web_header(rq, "x-file-name"));
	r->run = run_upload;
	r->done = uploaded;
	reading_start(r);
}

static void
upload(struct http_request *rq, void *app)
{
	exchange_begin(rq, app, &may_import, start_upload);
}

/* --- following ---------------------------------------------------------------------------- */

struct following {
	uint64_t id; /* 0: all */
	struct import_job *items;
	size_t count;
};

static enum err
run_follow(struct reading *r, struct reader *reader, struct error *e)
{
	struct following *f = r->parameters;

	if (f->id == 0) {
		return read_imports(reader, &r->scope, r->arena, &f->items, &f->count, e);
	}
	f->items = arena_alloc(r->arena, sizeof(*f->items));
	f->count = 1;
	return read_import(reader, &r->scope, f->id, r->arena, f->items, e);
}

static void
reply_follow(struct reading *r)
{
	struct following *f = r->parameters;

	jw_object(&r->json);
	jw_key(&r->json, f->id == 0 ? "items" : "import");
	if (f->id == 0) {
		jw_array(&r->json);
	}
	for (size_t i = 0; i < f->count; i++) {
		imports_refresh(r->exchange->app->imports, &f->items[i]);
		jw_object(&r->json);
		import_job_encode(&f->items[i], &r->json);
		jw_object_end(&r->json);
	}
	if (f->id == 0) {
		jw_array_end(&r->json);
	}
	jw_object_end(&r->json);
	reading_reply(r);
}

/* Reads one import, or all with id 0. */
static void
follow(struct exchange *x, uint64_t id, void (*done)(struct reading *r))
{
	struct reading *r = reading_create(x, sizeof(struct following));

	((struct following *)r->parameters)->id = id;
	r->run = run_follow;
	r->done = done;
	reading_start(r);
}

/* The import that the address names. */
static void
follow_one(struct exchange *x, void (*done)(struct reading *r))
{
	uint64_t id = exchange_id(x, "id");

	if (id != 0) {
		follow(x, id, done);
	}
}

static void
start_list(struct exchange *x)
{
	follow(x, 0, reply_follow);
}

static void
list(struct http_request *rq, void *app)
{
	exchange_begin(rq, app, &may_import, start_list);
}

static void
start_open(struct exchange *x)
{
	follow_one(x, reply_follow);
}

static void
open_one(struct http_request *rq, void *app)
{
	exchange_begin(rq, app, &may_import, start_open);
}

/* --- starting and stopping ---------------------------------------------------------------- */

static void
read_targets(struct input *in, struct import_options *o, struct buf *mapping)
{
	const struct json *list = json_get(in->object, "mapping");
	size_t count = json_length(list);
	struct json_writer w;

	if (!json_is_array(list) || count == 0 || count > IMPORT_COLUMNS_MAX) {
		input_wrong(in, "mapping", "must be a list of 1 to %d", IMPORT_COLUMNS_MAX);
		return;
	}
	jw_init(&w, mapping);
	jw_array(&w);
	for (size_t i = 0; i < count; i++) {
		const char *target = json_string_value(json_at(list, i), NULL);

		if (target == NULL || !str_copy(o->targets[i], IMPORT_TARGET_MAX, target)) {
			input_wrong(in, "mapping", "must be a list of targets");
			return;
		}
		jw_string(&w, target);
	}
	jw_array_end(&w);
	o->target_count = count;
}

struct starting {
	uint64_t id;
	struct import_options options;
	const char *mapping;
	struct import_job job;
};

static enum err
run_find(struct reading *r, struct reader *reader, struct error *e)
{
	struct starting *s = r->parameters;
	struct field *fields;
	size_t count;
	enum err rc = read_import(reader, &r->scope, s->id, r->arena, &s->job, e);

	if (rc == ERR_OK) {
		rc = read_fields(reader, r->arena, &fields, &count, e);
	}
	for (size_t i = 0; rc == ERR_OK && i < s->options.target_count; i++) {
		if (!customer_column_valid(s->options.targets[i], fields, count)) {
			rc = error_set(e, ERR_INVALID, "a column cannot go to %.48s",
				s->options.targets[i]);
		}
	}
	return rc;
}

static void
found(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct starting *s = r->parameters;
	struct error e = {0};
	uint64_t id = s->id;
	enum err rc;

	s->options.charset = s->options.charset != NULL ? s->options.charset : s->job.charset;
	s->options.actor = x->who.actor;
	s->options.plan = (struct dial_plan){
		.region = x->app->conf->home_region,
		.area = x->app->conf->home_area,
	};
	s->job.mapping = s->mapping;
	rc = imports_start(x->app->imports, &s->job, &s->options, &e);
	reading_destroy(r);
	if (rc != ERR_OK) {
		exchange_fail(x, ERR_CONFLICT, NULL, e.text);
		return;
	}
	follow(x, id, reply_follow);
}

static void
start_start(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct starting *s;
	struct reading *r;
	struct buf mapping;
	struct input in;

	if (id == 0) {
		return;
	}
	r = reading_create(x, sizeof(*s));
	s = r->parameters;
	s->id = id;
	input_init(&in, x, r->arena);
	buf_init(&mapping, IMPORT_COLUMNS_MAX * 2 * IMPORT_TARGET_MAX);
	s->options.charset = input_line(&in, "charset", CHARSET_NAME_MAX);
	if (s->options.charset != NULL && !charset_known(s->options.charset)) {
		input_wrong(&in, "charset", "must be utf-8 or gb18030");
	}
	read_targets(&in, &s->options, &mapping);
	s->mapping = arena_strndup(r->arena, mapping.length > 0 ? mapping.data : "[]",
		mapping.length > 0 ? mapping.length : 2);
	buf_fini(&mapping);
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	r->run = run_find;
	r->done = found;
	reading_start(r);
}

static void
begin(struct http_request *rq, void *app)
{
	exchange_begin(rq, app, &may_import_json, start_start);
}

static void
stop_found(struct reading *r)
{
	struct following *f = r->parameters;

	(void)imports_stop(r->exchange->app->imports, f->id);
	reply_follow(r);
}

static void
start_stop(struct exchange *x)
{
	follow_one(x, stop_found);
}

static void
stop(struct http_request *rq, void *app)
{
	exchange_begin(rq, app, &may_import, start_stop);
}

/* --- bad rows ----------------------------------------------------------------------------- */

static void
send_bad(struct reading *r)
{
	struct exchange *x = r->exchange;
	const struct following *f = r->parameters;
	const char *path = imports_bad_path(x->arena, x->app, f->id);
	const char *name = arena_printf(x->arena, "bad-rows-%s", f->items[0].name);
	const char *disposition = file_name_disposition(x->arena, "attachment", name);
	struct http_request *rq;

	reading_destroy(r);
	rq = exchange_release(x);
	http_set_header(rq, "content-disposition", disposition);
	http_set_header(rq, "x-content-type-options", "nosniff");
	http_set_header(rq, "cache-control", "no-store");
	http_reply_file(rq, path, "text/csv; charset=utf-8");
}

static void
start_bad(struct exchange *x)
{
	follow_one(x, send_bad);
}

static void
bad(struct http_request *rq, void *app)
{
	exchange_begin(rq, app, &may_import, start_bad);
}

const struct http_route import_routes[] = {
	{"GET", "/api/v1/imports", list, 0},
	{"POST", "/api/v1/imports", upload, IMPORT_BYTES_MAX},
	{"GET", "/api/v1/imports/:id", open_one, 0},
	{"GET", "/api/v1/imports/:id/preview", preview, 0},
	{"POST", "/api/v1/imports/:id/start", begin, JSON_BODY_MAX},
	{"POST", "/api/v1/imports/:id/stop", stop, JSON_BODY_MAX},
	{"GET", "/api/v1/imports/:id/bad", bad, 0},
	{0},
};
