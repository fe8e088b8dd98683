/* Keyword rules in from a file. It is read on a worker and compared with the rules on a reader
 * thread; what is new or different goes through the store in bounded changes, keyed by title, so
 * that repeating an import changes nothing that is already so. The answer names what was written
 * with its versions: enough to take all of it back. */
#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/rest_rules.h"
#include "api/rule_file.h"
#include "api/rule_plan.h"
#include "api/table_transfer.h"
#include "base/arena.h"
#include "flow/rules.h"
#include "model/change.h"
#include "store/read.h"

enum { SHOWN = 300 };

struct import {
	struct rule_file file;
	struct rule_plan plan;
	bool try_only;
	bool second; /* menus that had to wait are written now */
	size_t next;
	struct {
		struct rule_planned *rows[RULE_EDITS_MAX];
		size_t count;
		const struct rule_edit *edits; /* in the change's arena */
	} batch;
};

/* --- the answer --------------------------------------------------------------------------- */

static void
write_items(struct json_writer *w, const struct import *import)
{
	size_t shown = 0;

	jw_key(w, "items");
	jw_array(w);
	for (size_t i = 0; i < import->file.row_count && shown < SHOWN; i++) {
		const struct rule_planned *p = &import->plan.rows[i];

		if (!rule_planned_writes(p)) {
			continue;
		}
		shown++;
		jw_object(w);
		jw_ki64(w, "line", (int64_t)p->row->line);
		jw_kstring(w, "title", p->row->rule.title);
		jw_kstring(w, "folder", p->row->rule.folder);
		jw_kstring(w, "what", p->what == PLANNED_CREATE ? "create" : "change");
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* What POST /rules/revert takes; nothing when it was only tried. */
static void
write_undo(struct json_writer *w, const struct import *import)
{
	jw_key(w, "undo");
	jw_array(w);
	for (size_t i = 0; !import->try_only && i < import->file.row_count; i++) {
		const struct rule_planned *p = &import->plan.rows[i];

		if (p->version == 0 || !rule_planned_writes(p)) {
			continue;
		}
		jw_object(w);
		jw_kid(w, "id", p->id);
		jw_ki64(w, "version", (int64_t)p->version);
		jw_kbool(w, "remove", p->what == PLANNED_CREATE);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void
reply_import(struct exchange *x)
{
	struct import *import = x->state;
	int64_t of[PLANNED_COUNT] = {0};
	struct table_counts counts;
	struct json_writer w;
	struct buf out;

	for (size_t i = 0; i < import->file.row_count; i++) {
		of[import->plan.rows[i].what]++;
	}
	counts = (struct table_counts){
		.created = of[PLANNED_CREATE],
		.changed = of[PLANNED_CHANGE],
		.unchanged = of[PLANNED_SAME],
	};
	rule_plan_fini(&import->plan);
	if (!import->try_only && counts.created + counts.changed > 0) {
		rules_changed(x->app->rules);
	}
	exchange_open(&out, &w);
	table_write_outcome(&w, &import->file.report, import->try_only, &counts);
	write_items(&w, import);
	write_undo(&w, import);
	exchange_close(x, &out, &w);
}

/* --- through the store -------------------------------------------------------------------- */

static void submit_rows(struct exchange *x);

static void
rows_stored(struct exchange *x, const struct outcome *o)
{
	struct import *import = x->state;

	(void)o;
	for (size_t i = 0; i < import->batch.count; i++) {
		const struct rule_edit *edit = &import->batch.edits[i];
		struct rule_planned *p = import->batch.rows[i];

		if (edit->code != ERR_OK) {
			rule_plan_spoil(&import->plan, p,
				edit->code == ERR_CONFLICT ? "changed_meanwhile" : "not_stored", NULL);
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
	rule_plan_fini(&import->plan);
	exchange_fail_outcome(x, o);
}

static void
submit_rows(struct exchange *x)
{
	struct import *import = x->state;
	struct change *c = exchange_change(x, CHANGE_RULES);
	struct rule_edit *edits = arena_alloc(c->arena, RULE_EDITS_MAX * sizeof(*edits));
	size_t count = 0;

	while (count < RULE_EDITS_MAX) {
		struct rule_planned *p;

		if (import->next == import->file.row_count) {
			if (import->second || count > 0) {
				break;
			}
			import->second = true;
			import->next = 0;
			continue;
		}
		p = &import->plan.rows[import->next++];
		if (rule_plan_edit(&import->plan, p, import->second, c->arena, x->arena,
				&edits[count])) {
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

/* --- compared with what is there ---------------------------------------------------------- */

struct comparing {
	struct rule_plan *plan;
};

static enum err
run_compare(struct reading *r, struct reader *reader, struct error *e)
{
	const struct comparing *comparing = r->parameters;
	struct rule_row *rows;
	size_t count;
	enum err rc = read_rules(reader, r->arena, &rows, &count, e);

	if (rc == ERR_OK) {
		rule_plan_compare(comparing->plan, rows, count);
	}
	return rc;
}

static void
compare_failed(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct import *import = x->state;
	struct error e = r->query.error;
	enum err code = r->query.code;

	reading_destroy(r);
	rule_plan_fini(&import->plan);
	exchange_fail(x, code, NULL, e.text);
}

static void
compared(struct reading *r)
{
	struct exchange *x = r->exchange;
	const struct import *import = x->state;

	reading_destroy(r);
	if (import->try_only) {
		reply_import(x);
	} else {
		submit_rows(x);
	}
}

/* --- the file ----------------------------------------------------------------------------- */

static void
parse(struct arena *a, const char *data, size_t length, void *out)
{
	rule_file_parse(a, data, length, out);
}

static void
parsed(struct exchange *x)
{
	struct import *import = x->state;
	struct reading *r = reading_create(x, sizeof(struct comparing));

	rule_plan_init(&import->plan, &import->file, x->arena);
	((struct comparing *)r->parameters)->plan = &import->plan;
	r->run = run_compare;
	r->done = compared;
	r->failed = compare_failed;
	reading_start(r);
}

static void
start_import(struct exchange *x)
{
	struct import *import = arena_alloc(x->arena, sizeof(*import));
	struct input in;

	x->state = import;
	input_init(&in, x, x->arena);
	import->try_only = query_flag(&in, "try");
	if (exchange_refused(x, &in)) {
		return;
	}
	table_upload(x, parse, &import->file, &import->file.report, parsed);
}

void
rules_import(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR};

	exchange_begin(rq, app, &access, start_import);
}
