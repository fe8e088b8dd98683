/* Keyword rules out to a file and in from one. The file is read on a worker and compared with the
 * rules on a reader thread; what is new or different goes through the store in bounded changes,
 * keyed by title, so that repeating an import changes nothing that is already so. The answer
 * names what was written with its versions: enough to take all of it back. */
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/rest_rules.h"
#include "api/rule_file.h"
#include "api/rule_wire.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "base/worker.h"
#include "flow/rules.h"
#include "model/change.h"
#include "net/net.h"
#include "store/read.h"

enum { SHOWN = 300 };

/* --- import: the state -------------------------------------------------------------------- */

enum plan { PLAN_SAME, PLAN_CREATE, PLAN_CHANGE, PLAN_BAD };

/* One row of the file on its way. */
struct planned {
	const struct rule_file_row *row;
	enum plan plan;
	bool later;  /* its menu leads to a rule that is created by this import */
	uint64_t id; /* 0: not yet */
	uint64_t version;
};

struct import {
	struct rule_file file;
	bool try_only;
	struct planned *rows;
	struct map by_title; /* hash → struct planned, of this file */
	struct map ids;      /* hash of a title → id, of those that were there */
	bool second;         /* menus that had to wait are written now */
	size_t next;
	struct {
		struct planned *rows[RULE_EDITS_MAX];
		size_t count;
		const struct rule_edit *edits; /* in the change's arena */
	} batch;
};

static uint64_t
title_key(const char *title)
{
	return map_hash(title, strlen(title));
}

/* --- import: the answer ------------------------------------------------------------------- */

static int
compare_lines(const void *a, const void *b)
{
	const struct rule_file_bad *left = a;
	const struct rule_file_bad *right = b;

	return (left->line > right->line) - (left->line < right->line);
}

static void
write_bad(struct json_writer *w, struct rule_file *f)
{
	size_t shown = f->bad_count < RULE_FILE_BAD_MAX ? f->bad_count : RULE_FILE_BAD_MAX;

	qsort(f->bad, shown, sizeof(f->bad[0]), compare_lines);
	jw_ki64(w, "bad_count", (int64_t)f->bad_count);
	jw_key(w, "bad");
	jw_array(w);
	for (size_t i = 0; i < shown; i++) {
		jw_object(w);
		jw_ki64(w, "line", (int64_t)f->bad[i].line);
		jw_kstring(w, "reason", f->bad[i].reason);
		jw_kstring(w, "title", f->bad[i].title);
		jw_kstring(w, "text", f->bad[i].text);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
write_items(struct json_writer *w, const struct import *import)
{
	size_t shown = 0;

	jw_key(w, "items");
	jw_array(w);
	for (size_t i = 0; i < import->file.row_count && shown < SHOWN; i++) {
		const struct planned *p = &import->rows[i];

		if (p->plan != PLAN_CREATE && p->plan != PLAN_CHANGE) {
			continue;
		}
		shown++;
		jw_object(w);
		jw_ki64(w, "line", (int64_t)p->row->line);
		jw_kstring(w, "title", p->row->rule.title);
		jw_kstring(w, "folder", p->row->rule.folder);
		jw_kstring(w, "what", p->plan == PLAN_CREATE ? "create" : "change");
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* What POST /rules/revert takes. */
static void
write_undo(struct json_writer *w, const struct import *import)
{
	jw_key(w, "undo");
	jw_array(w);
	for (size_t i = 0; i < import->file.row_count; i++) {
		const struct planned *p = &import->rows[i];

		if (p->version == 0 || (p->plan != PLAN_CREATE && p->plan != PLAN_CHANGE)) {
			continue;
		}
		jw_object(w);
		jw_kid(w, "id", p->id);
		jw_ki64(w, "version", (int64_t)p->version);
		jw_kbool(w, "remove", p->plan == PLAN_CREATE);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
maps_fini(struct import *import)
{
	map_fini(&import->by_title);
	map_fini(&import->ids);
}

static void
reply_import(struct exchange *x)
{
	struct import *import = x->state;
	int64_t counts[4] = {0};
	struct json_writer w;
	struct buf out;

	for (size_t i = 0; i < import->file.row_count; i++) {
		counts[import->rows[i].plan]++;
	}
	maps_fini(import);
	if (!import->try_only && counts[PLAN_CREATE] + counts[PLAN_CHANGE] > 0) {
		rules_changed(x->app->rules);
	}
	exchange_open(&out, &w);
	jw_kstring(&w, "charset", import->file.charset);
	jw_kstring(&w, "format", import->file.format);
	jw_kbool(&w, "tried", import->try_only);
	jw_ki64(&w, "created", counts[PLAN_CREATE]);
	jw_ki64(&w, "changed", counts[PLAN_CHANGE]);
	jw_ki64(&w, "unchanged", counts[PLAN_SAME]);
	write_bad(&w, &import->file);
	write_items(&w, import);
	if (!import->try_only) {
		write_undo(&w, import);
	} else {
		jw_key(&w, "undo");
		jw_array(&w);
		jw_array_end(&w);
	}
	exchange_close(x, &out, &w);
}

/* --- import: through the store ------------------------------------------------------------ */

static uint64_t
find_target(const struct import *import, const char *title)
{
	uint64_t key = title_key(title);
	const struct planned *p = map_get(&import->by_title, key);

	return p != NULL && p->id != 0 ? p->id
								   : (uint64_t)(uintptr_t)map_get(&import->ids, key);
}

/* The row's rule with the ids of its menu; false: not all are known yet. */
static bool
linked(const struct import *import, const struct rule_file_row *row, struct arena *a,
	struct rule *out)
{
	struct rule_menu_item *menu = arena_alloc(a, RULE_MENU_MAX * sizeof(*menu));
	bool all = true;

	*out = row->rule;
	for (size_t i = 0; i < out->menu_count; i++) {
		menu[i] = row->rule.menu[i];
		if (row->targets[i] != NULL) {
			menu[i].rule = find_target(import, row->targets[i]);
			all &= menu[i].rule != 0;
		}
	}
	out->menu = menu;
	return all;
}

static void
spoil(struct import *import, struct planned *p, const char *reason, const char *text)
{
	rule_file_add_bad(&import->file, p->row->line, reason, p->row->rule.title, text);
	p->plan = PLAN_BAD;
}

static void submit_rows(struct exchange *x);

static void
rows_stored(struct exchange *x, const struct outcome *o)
{
	struct import *import = x->state;

	(void)o;
	for (size_t i = 0; i < import->batch.count; i++) {
		const struct rule_edit *edit = &import->batch.edits[i];
		struct planned *p = import->batch.rows[i];

		if (edit->code != ERR_OK) {
			spoil(import, p,
				edit->code == ERR_CONFLICT ? "changed_meanwhile" : "not_stored", "");
			continue;
		}
		p->id = edit->id;
		p->version = edit->version;
	}
	submit_rows(x);
}

/* A change of one rule is refused as a whole; here it is one row among others. */
static void
rows_refused(struct exchange *x, const struct outcome *o)
{
	struct import *import = x->state;

	if (import->batch.count == 1 && import->batch.edits[0].code == o->code) {
		rows_stored(x, o);
		return;
	}
	maps_fini(import);
	exchange_fail(x, o->code, NULL, o->text);
}

/* True when there is something to write for it in this round. Texts of problems go into `kept`. */
static bool
make_edit(struct import *import, struct planned *p, struct arena *a, struct arena *kept,
	struct rule_edit *out)
{
	struct error e = {0};
	struct rule rule;
	bool whole = linked(import, p->row, a, &rule);

	if ((p->plan != PLAN_CREATE && p->plan != PLAN_CHANGE) ||
		(import->second ? !p->later : p->later && p->plan == PLAN_CHANGE)) {
		return false;
	}
	if (import->second && !whole) {
		spoil(import, p, "unknown_menu_rule", "");
		return false;
	}
	if (!whole) {
		rule.menu_count = 0;
	}
	if (rule_row_of(&rule, a, &out->row, &e) != ERR_OK) {
		spoil(import, p, "wrong_rule", arena_strdup(kept, e.text));
		return false;
	}
	p->later &= !whole;
	out->action = p->id == 0 ? RULE_ADD : RULE_EDIT;
	out->row.id = p->id;
	out->row.version = p->version;
	return true;
}

static void
submit_rows(struct exchange *x)
{
	struct import *import = x->state;
	struct change *c = exchange_change(x, CHANGE_RULES);
	struct rule_edit *edits = arena_alloc(c->arena, RULE_EDITS_MAX * sizeof(*edits));
	size_t count = 0;

	while (count < RULE_EDITS_MAX) {
		if (import->next == import->file.row_count) {
			if (import->second || count > 0) {
				break;
			}
			import->second = true;
			import->next = 0;
			continue;
		}
		struct planned *p = &import->rows[import->next++];

		if (make_edit(import, p, c->arena, x->arena, &edits[count])) {
			import->batch.rows[count++] = p;
		}
	}
	if (count == 0) {
		reply_import(x);
		return;
	}
	import->batch.count = count;
	import->batch.edits = edits;
	c->rules.edits = edits;
	c->rules.count = count;
	c->rules.audit = "rule.imported";
	exchange_submit(x, c, rows_stored, rows_refused);
}

/* --- import: compared with what is there -------------------------------------------------- */

struct comparing {
	struct import *import;
};

/* The body of an equal rule is equal: both were written by the same code. */
static void
compare(struct import *import, struct planned *p, const struct rule_row *there,
	struct arena *a)
{
	struct rule_row wanted;
	struct error e = {0};
	struct rule rule;

	for (size_t i = 0; i < p->row->rule.menu_count; i++) {
		const char *to = p->row->targets[i];

		if (to == NULL || find_target(import, to) != 0) {
			continue;
		}
		if (map_get(&import->by_title, title_key(to)) == NULL) {
			spoil(import, p, "unknown_menu_rule", arena_strdup(a, to));
			return;
		}
		p->later = true;
	}
	if (there == NULL) {
		p->plan = PLAN_CREATE;
		return;
	}
	p->id = there->id;
	p->version = there->version;
	p->plan = PLAN_CHANGE;
	if (!p->later && linked(import, p->row, a, &rule) &&
		rule_row_of(&rule, a, &wanted, &e) == ERR_OK &&
		str_equals(wanted.body, there->body)) {
		p->plan = PLAN_SAME;
	}
}

static enum err
run_compare(struct reading *r, struct reader *reader, struct error *e)
{
	struct import *import = ((struct comparing *)r->parameters)->import;
	struct rule_row *rows;
	struct map there;
	size_t count;
	enum err rc = read_rules(reader, r->arena, &rows, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	map_init(&there);
	for (size_t i = 0; i < count; i++) {
		map_put(&there, title_key(rows[i].title), &rows[i]);
		map_put(&import->ids, title_key(rows[i].title), (void *)(uintptr_t)rows[i].id);
	}
	for (size_t i = 0; i < import->file.row_count; i++) {
		import->rows[i].row = &import->file.rows[i];
		map_put(&import->by_title, title_key(import->file.rows[i].rule.title),
			&import->rows[i]);
	}
	for (size_t i = 0; i < import->file.row_count; i++) {
		struct planned *p = &import->rows[i];

		compare(import, p, map_get(&there, title_key(p->row->rule.title)), r->arena);
	}
	map_fini(&there);
	return ERR_OK;
}

static void
compare_failed(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct error e = r->query.error;
	enum err code = r->query.code;

	reading_destroy(r);
	maps_fini(x->state);
	exchange_fail(x, code, NULL, e.text);
}

static void
compared(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct import *import = x->state;

	/* What comparing said of bad rows lives in its arena, until the reply is made. */
	for (size_t i = 0; i < import->file.bad_count && i < RULE_FILE_BAD_MAX; i++) {
		import->file.bad[i].text = arena_strdup(x->arena, import->file.bad[i].text);
	}
	reading_destroy(r);
	if (import->try_only) {
		reply_import(x);
	} else {
		submit_rows(x);
	}
}

/* --- import: the file --------------------------------------------------------------------- */

/* The bytes and the arena are the request's, which stays until its reply. */
struct reading_file {
	struct job job; /* first */
	struct exchange *exchange;
	struct arena *arena;
	const char *data;
	size_t length;
	struct rule_file *file;
};

static void
run_parse(struct job *job)
{
	struct reading_file *f = (struct reading_file *)job;

	rule_file_parse(f->arena, f->data, f->length, f->file);
}

static void
parsed(struct job *job)
{
	struct reading_file *f = (struct reading_file *)job;
	struct exchange *x = f->exchange;
	struct import *import = x->state;
	struct reading *r;

	free(f);
	if (import->file.problem != NULL) {
		exchange_fail(x, ERR_INVALID, "file", import->file.problem);
		return;
	}
	import->rows = arena_alloc(x->arena,
		(import->file.row_count + 1) * sizeof(*import->rows));
	map_init(&import->by_title);
	map_init(&import->ids);
	r = reading_create(x, sizeof(struct comparing));
	((struct comparing *)r->parameters)->import = import;
	r->run = run_compare;
	r->done = compared;
	r->failed = compare_failed;
	reading_start(r);
}

static void
start_import(struct exchange *x)
{
	struct import *import = arena_alloc(x->arena, sizeof(*import));
	const struct web_request *rq = http_request(x->http);
	struct reading_file *f;
	struct input in;

	input_init(&in, x, x->arena);
	import->try_only = query_flag(&in, "try");
	if (rq->body_length == 0) {
		input_wrong(&in, "file", "is empty");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	x->state = import;
	f = xcalloc(1, sizeof(*f));
	f->job.run = run_parse;
	f->job.done = parsed;
	f->exchange = x;
	f->arena = x->arena;
	f->data = rq->body;
	f->length = rq->body_length;
	f->file = &import->file;
	if (workers_submit(x->app->workers, &f->job) != ERR_OK) {
		free(f);
		exchange_fail(x, ERR_BUSY, NULL, "too much is going on; try again soon");
	}
}

void
rules_import(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR};

	exchange_begin(rq, app, &access, start_import);
}

/* --- export ------------------------------------------------------------------------------- */

struct export
{
	bool json;
	bool chinese;
	size_t count;
};

static enum err
read_export_rows(struct reading *r, struct reader *reader, struct rule_file_row **out,
	size_t *count, struct error *e)
{
	struct rule_row *rows;
	struct rule_file_row *items;
	struct map titles;
	enum err rc = read_rules(reader, r->arena, &rows, count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	map_init(&titles);
	items = arena_alloc(r->arena, (*count + 1) * sizeof(*items));
	for (size_t i = 0; i < *count; i++) {
		map_put(&titles, rows[i].id, (void *)(uintptr_t)rows[i].title);
	}
	for (size_t i = 0; rc == ERR_OK && i < *count; i++) {
		struct rule *rule = &items[i].rule;

		if (rule_from_row(&rows[i], r->arena, rule, NULL) != ERR_OK) {
			rc = error_set(e, ERR_INVALID,
				"the rule %.150s cannot be read: mend it first", rows[i].title);
		}
		for (size_t k = 0; rc == ERR_OK && k < rule->menu_count; k++) {
			if (!rule->menu[k].human) {
				const char *title = map_get(&titles, rule->menu[k].rule);

				items[i].targets[k] = title != NULL ? title : "";
			}
		}
	}
	map_fini(&titles);
	*out = items;
	return rc;
}

static enum err
run_export(struct reading *r, struct reader *reader, struct error *e)
{
	struct export *export = r->parameters;
	struct rule_file_row *rows;
	enum err rc = read_export_rows(r, reader, &rows, &export->count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	if (export->json) {
		rule_file_write_json(&r->out, rows, export->count);
	} else {
		rule_file_write_csv(&r->out, rows, export->count, export->chinese);
	}
	return r->out.overflowed ? error_set(e, ERR_INVALID, "the file is too large")
							 : ERR_OK;
}

/* What is sent after its audit row is committed. */
struct sheet {
	bool json;
	const char *data;
	size_t length;
};

static void
export_audited(struct exchange *x, const struct outcome *o)
{
	const struct sheet *sheet = x->state;
	struct http_request *rq = exchange_release(x);

	(void)o;
	http_set_header(rq, "content-disposition",
		sheet->json ? "attachment; filename=\"rules.json\""
					: "attachment; filename=\"rules.csv\"");
	http_set_header(rq, "x-content-type-options", "nosniff");
	http_set_header(rq, "cache-control", "no-store");
	http_reply(rq, 200, sheet->json ? "application/json" : "text/csv; charset=utf-8",
		sheet->data, sheet->length);
}

static void
export_read(struct reading *r)
{
	struct exchange *x = r->exchange;
	const struct export *export = r->parameters;
	struct change *c = exchange_change(x, CHANGE_AUDIT);
	struct sheet *sheet = arena_alloc(x->arena, sizeof(*sheet));

	*sheet = (struct sheet){
		.json = export->json,
		.data = arena_strndup(x->arena, r->out.data, r->out.length),
		.length = r->out.length,
	};
	x->state = sheet;
	c->audit.action = "rule.exported";
	c->audit.subject_kind = "rule";
	c->audit.detail = arena_printf(c->arena, "%zu rules", export->count);
	reading_destroy(r);
	exchange_submit(x, c, export_audited, NULL);
}

static void
start_export(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(struct export));
	struct export *export = r->parameters;
	const char *language;
	const char *format;
	struct input in;

	input_init(&in, x, r->arena);
	format = query_text(&in, "format", 8);
	language = query_text(&in, "language", 12);
	export->json = str_equals(format, "json");
	export->chinese = language != NULL && str_starts_with(language, "zh");
	if (!str_empty(format) && !export->json && !str_equals(format, "csv")) {
		input_wrong(&in, "format", "must be csv or json");
	}
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	r->run = run_export;
	r->done = export_read;
	reading_start(r);
}

void
rules_export(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR};

	exchange_begin(rq, app, &access, start_export);
}
