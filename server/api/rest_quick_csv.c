/* Quick replies out to a spreadsheet and in from one. The file is read on a worker; its rows go
 * through the store in bounded changes, keyed by title, so that repeating an import, or one that
 * was broken off, changes nothing that is already so. */
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/quick_csv.h"
#include "api/reading.h"
#include "api/rest_quick.h"
#include "api/table_transfer.h"
#include "base/arena.h"
#include "model/change.h"
#include "store/read.h"

/* --- import: the state -------------------------------------------------------------------- */

struct import {
	struct quick_csv csv;
	enum quick_scope scope;
	bool try_only;
	size_t next; /* first row that was not submitted */
	struct table_counts counts;
	const struct quick_import_batch {
		size_t first;
		size_t count;
		const enum quick_import_result *results; /* in the change's arena */
	} * batch;
};

static void
reply_import(struct exchange *x)
{
	struct import *import = x->state;
	struct json_writer w;
	struct buf out;

	if (!import->try_only && import->counts.created + import->counts.changed > 0) {
		console_announce_quick_reply(x->app, &x->who.actor, 0);
	}
	exchange_open(&out, &w);
	table_write_outcome(&w, &import->csv.report, import->try_only, &import->counts);
	exchange_close(x, &out, &w);
}

/* --- import: through the store ------------------------------------------------------------ */

static void
count_result(struct import *import, const struct quick_csv_row *row,
	enum quick_import_result result)
{
	switch (result) {
	case QUICK_IMPORT_CREATED:
		import->counts.created++;
		break;
	case QUICK_IMPORT_CHANGED:
		import->counts.changed++;
		break;
	case QUICK_IMPORT_UNCHANGED:
		import->counts.unchanged++;
		break;
	case QUICK_IMPORT_SHORTCUT_TAKEN:
		table_add_bad(&import->csv.report, row->line, "shortcut_taken", row->reply.title,
			NULL);
		break;
	case QUICK_IMPORT_FULL:
		table_add_bad(&import->csv.report, row->line, "full", row->reply.title, NULL);
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

static void
parse(struct arena *a, const char *data, size_t length, void *out)
{
	quick_csv_parse(a, data, length, out);
}

static void
start_import(struct exchange *x)
{
	struct import *import = arena_alloc(x->arena, sizeof(*import));
	struct input in;

	x->state = import;
	input_init(&in, x, x->arena);
	import->scope = quick_scope_read(query_text(&in, "scope", 20), &in);
	import->try_only = query_text(&in, "try", 5) != NULL;
	if (exchange_refused(x, &in)) {
		return;
	}
	if (!quick_may_edit(&x->who.actor, import->scope,
			quick_place_of(&x->who.actor, import->scope))) {
		exchange_fail(x, ERR_DENIED, NULL, "only supervisors may import these");
		return;
	}
	table_upload(x, parse, &import->csv, &import->csv.report, submit_rows);
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
export_read(struct reading *r)
{
	const struct export *export = r->parameters;
	struct change *c = exchange_change(r->exchange, CHANGE_AUDIT);

	c->audit.action = "quick_reply.exported";
	c->audit.subject_kind = "quick_reply";
	c->audit.detail = arena_printf(c->arena, "%s: %zu", quick_scope_name(export->scope),
		export->count);
	table_download(r, c, "quick-replies.csv", "text/csv; charset=utf-8");
}

static void
start_export(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(struct export));
	struct export *export = r->parameters;
	struct input in;

	input_init(&in, x, r->arena);
	export->scope = quick_scope_read(query_text(&in, "scope", 20), &in);
	export->chinese = query_chinese(&in);
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
