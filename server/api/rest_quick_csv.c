/* Quick replies out to a spreadsheet and in from one. The file is read on a worker; its rows go
 * through the store in bounded changes, keyed by title, so that repeating an import, or one that
 * was broken off, changes nothing that is already so. */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/quick_csv.h"
#include "api/reading.h"
#include "api/rest_quick.h"
#include "base/arena.h"
#include "base/str.h"
#include "base/worker.h"
#include "model/change.h"
#include "net/net.h"
#include "store/read.h"

/* --- import: the state -------------------------------------------------------------------- */

struct import {
	struct quick_csv csv;
	enum quick_scope scope;
	bool try_only;
	size_t next; /* first row that was not submitted */
	size_t created;
	size_t changed;
	size_t unchanged;
	const struct quick_import_batch {
		size_t first;
		size_t count;
		const enum quick_import_result *results; /* in the change's arena */
	} * batch;
};

/* --- import: the answer ------------------------------------------------------------------- */

static int
compare_lines(const void *a, const void *b)
{
	const struct quick_csv_bad *left = a;
	const struct quick_csv_bad *right = b;

	return (left->line > right->line) - (left->line < right->line);
}

static void
write_bad(struct json_writer *w, struct quick_csv *csv)
{
	size_t shown = csv->bad_count < QUICK_CSV_BAD_MAX ? csv->bad_count
													  : QUICK_CSV_BAD_MAX;

	qsort(csv->bad, shown, sizeof(csv->bad[0]), compare_lines);
	jw_ki64(w, "bad_count", (int64_t)csv->bad_count);
	jw_key(w, "bad");
	jw_array(w);
	for (size_t i = 0; i < shown; i++) {
		jw_object(w);
		jw_ki64(w, "line", (int64_t)csv->bad[i].line);
		jw_kstring(w, "reason", csv->bad[i].reason);
		jw_kstring(w, "title", csv->bad[i].title);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
reply_import(struct exchange *x)
{
	struct import *import = x->state;
	struct json_writer w;
	struct buf out;

	if (!import->try_only && import->created + import->changed > 0) {
		console_announce_quick_reply(x->app, &x->who.actor, 0);
	}
	buf_init(&out, REPLY_MAX_BYTES);
	jw_init(&w, &out);
	jw_object(&w);
	jw_kstring(&w, "charset", import->csv.charset);
	jw_kbool(&w, "tried", import->try_only);
	jw_ki64(&w, "created", (int64_t)import->created);
	jw_ki64(&w, "changed", (int64_t)import->changed);
	jw_ki64(&w, "unchanged", (int64_t)import->unchanged);
	write_bad(&w, &import->csv);
	jw_object_end(&w);
	exchange_reply(x, &out);
}

/* --- import: through the store ------------------------------------------------------------ */

static void
count_result(struct import *import, const struct quick_csv_row *row,
	enum quick_import_result result)
{
	switch (result) {
	case QUICK_IMPORT_CREATED:
		import->created++;
		break;
	case QUICK_IMPORT_CHANGED:
		import->changed++;
		break;
	case QUICK_IMPORT_UNCHANGED:
		import->unchanged++;
		break;
	case QUICK_IMPORT_SHORTCUT_TAKEN:
		quick_csv_add_bad(&import->csv, row->line, "shortcut_taken", row->reply.title);
		break;
	case QUICK_IMPORT_FULL:
		quick_csv_add_bad(&import->csv, row->line, "full", row->reply.title);
		break;
	}
}

static struct quick_reply *
copy_rows(struct arena *a, const struct quick_csv_row *rows, size_t count)
{
	struct quick_reply *copies = arena_alloc(a, count * sizeof(*copies));

	for (size_t i = 0; i < count; i++) {
		const struct quick_reply *q = &rows[i].reply;

		copies[i].folder = arena_strdup(a, q->folder);
		copies[i].title = arena_strdup(a, q->title);
		copies[i].shortcut = arena_strdup(a, q->shortcut);
		copies[i].body = arena_strdup(a, q->body);
	}
	return copies;
}

static void submit_rows(struct exchange *x);

static void
rows_stored(struct exchange *x, const struct outcome *o)
{
	struct import *import = x->state;
	const struct quick_import_batch *batch = import->batch;

	(void)o;
	for (size_t i = 0; i < batch->count; i++) {
		count_result(import, &import->csv.rows[batch->first + i], batch->results[i]);
	}
	submit_rows(x);
}

static void
submit_rows(struct exchange *x)
{
	struct import *import = x->state;
	struct quick_import_batch *batch;
	struct quick_reply_change *change;
	struct change *c;
	size_t left = import->csv.row_count - import->next;
	size_t count = left < QUICK_IMPORT_MAX ? left : QUICK_IMPORT_MAX;

	if (count == 0) {
		reply_import(x);
		return;
	}
	c = exchange_change(x, CHANGE_QUICK_REPLY);
	change = &c->quick_reply;
	change->action = ROW_ADD;
	change->reply.scope = import->scope;
	change->reply.place = quick_place_of(&x->who.actor, import->scope);
	change->try_only = import->try_only;
	change->rows = copy_rows(c->arena, import->csv.rows + import->next, count);
	change->row_count = count;
	change->results = arena_alloc(c->arena, count * sizeof(*change->results));
	batch = arena_alloc(x->arena, sizeof(*batch));
	*batch = (struct quick_import_batch){import->next, count, change->results};
	import->batch = batch;
	import->next += count;
	exchange_submit(x, c, rows_stored, NULL);
}

/* --- import: the file --------------------------------------------------------------------- */

/* The bytes and the arena are the request's, which stays until its reply. */
struct reading_file {
	struct job job; /* first */
	struct exchange *exchange;
	struct arena *arena;
	const char *data;
	size_t length;
	struct quick_csv *csv;
};

static void
run_parse(struct job *job)
{
	struct reading_file *f = (struct reading_file *)job;

	quick_csv_parse(f->arena, f->data, f->length, f->csv);
}

static void
parsed(struct job *job)
{
	struct reading_file *f = (struct reading_file *)job;
	struct exchange *x = f->exchange;
	struct import *import = x->state;

	free(f);
	if (import->csv.no_heading) {
		exchange_fail(x, ERR_INVALID, "file",
			"the first line must name the columns: title and text at least");
		return;
	}
	submit_rows(x);
}

static void
start_import(struct exchange *x)
{
	const struct web_request *rq = http_request(x->http);
	struct import *import = arena_alloc(x->arena, sizeof(*import));
	struct reading_file *f;
	struct input in;

	x->state = import;
	input_init(&in, x, x->arena);
	import->scope = quick_scope_read(query_text(&in, "scope", 20), &in);
	import->try_only = query_text(&in, "try", 5) != NULL;
	if (rq->body_length == 0) {
		input_wrong(&in, "file", "is empty");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	if (!quick_may_edit(&x->who.actor, import->scope,
			quick_place_of(&x->who.actor, import->scope))) {
		exchange_fail(x, ERR_DENIED, NULL, "only supervisors may import these");
		return;
	}
	f = xcalloc(1, sizeof(*f));
	f->job.run = run_parse;
	f->job.done = parsed;
	f->exchange = x;
	f->arena = x->arena;
	f->data = rq->body;
	f->length = rq->body_length;
	f->csv = &import->csv;
	if (workers_submit(x->app->workers, &f->job) != ERR_OK) {
		free(f);
		exchange_fail(x, ERR_BUSY, NULL, "too much is going on; try again soon");
	}
}

void
quick_replies_import(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_import);
}

/* --- export ------------------------------------------------------------------------------- */

struct export
{
	enum quick_scope scope;
	bool chinese;
	size_t count;
};

/* Only what she may edit: what others keep is not hers to carry away. */
static enum err
run_export(struct reading *r, struct reader *reader, struct error *e)
{
	struct export *export = r->parameters;
	struct quick_reply *items;
	size_t count;
	enum err rc = read_quick_replies(reader, &r->actor, r->arena, &items, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	for (size_t i = 0; i < count; i++) {
		if (items[i].scope == export->scope &&
			quick_may_edit(&r->actor, items[i].scope, items[i].place)) {
			items[export->count++] = items[i];
		}
	}
	quick_csv_write(&r->out, items, export->count, export->chinese);
	return r->out.overflowed ? error_set(e, ERR_INVALID, "the table is too large") : rc;
}

static void
export_audited(struct exchange *x, const struct outcome *o)
{
	struct buf *table = x->state;
	struct http_request *rq = exchange_release(x);

	(void)o;
	http_set_header(rq, "content-disposition",
		"attachment; filename=\"quick-replies.csv\"");
	http_set_header(rq, "x-content-type-options", "nosniff");
	http_set_header(rq, "cache-control", "no-store");
	http_reply(rq, 200, "text/csv; charset=utf-8", table->data, table->length);
}

static void
export_read(struct reading *r)
{
	struct exchange *x = r->exchange;
	const struct export *export = r->parameters;
	struct change *c = exchange_change(x, CHANGE_AUDIT);
	struct buf *table = arena_alloc(x->arena, sizeof(*table));

	*table = (struct buf){
		.data = arena_strndup(x->arena, r->out.data, r->out.length),
		.length = r->out.length,
	};
	x->state = table;
	c->audit.action = "quick_reply.exported";
	c->audit.subject_kind = "quick_reply";
	c->audit.detail = arena_printf(c->arena, "%s: %zu", quick_scope_name(export->scope),
		export->count);
	reading_destroy(r);
	exchange_submit(x, c, export_audited, NULL);
}

static void
start_export(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(struct export));
	struct export *export = r->parameters;
	const char *language;
	struct input in;

	input_init(&in, x, r->arena);
	export->scope = quick_scope_read(query_text(&in, "scope", 20), &in);
	language = query_text(&in, "language", 12);
	export->chinese = language != NULL && str_starts_with(language, "zh");
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	r->run = run_export;
	r->done = export_read;
	reading_start(r);
}

void
quick_replies_export(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_export);
}
