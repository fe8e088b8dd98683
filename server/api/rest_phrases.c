/* /api/v1/phrases: phrases that are watched in what leaves the house. Supervisors keep them; all
 * staff may read them and try a text. A change is answered once it is in force. */
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "api/rows.h"
#include "base/arena.h"
#include "base/str.h"
#include "flow/outgoing.h"
#include "model/change.h"
#include "store/read.h"

enum { CHECK_TEXT_MAX = 20000 };

/* --- reading ------------------------------------------------------------------------------ */

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	struct phrase_row *items;
	size_t count;
	enum err rc = read_phrases(reader, r->arena, &items, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	for (size_t i = 0; i < count; i++) {
		jw_object(&r->json);
		phrase_encode(&items[i], &r->json);
		jw_object_end(&r->json);
	}
	reading_items_end(r);
	return ERR_OK;
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
	struct phrase_row p;
	enum err rc = read_phrase(reader, *id, r->arena, &p, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	jw_key(&r->json, "phrase");
	jw_object(&r->json);
	phrase_encode(&p, &r->json);
	jw_object_end(&r->json);
	jw_object_end(&r->json);
	return ERR_OK;
}

/* --- trying a text ------------------------------------------------------------------------ */

static void
start_check(struct exchange *x)
{
	const struct phrase_found *found = NULL;
	enum phrase_rule worst = 0;
	struct json_writer w;
	const char *text;
	struct input in;
	struct buf out;
	size_t count;

	input_init(&in, x, x->arena);
	text = input_text(&in, "text", CHECK_TEXT_MAX);
	if (exchange_refused(x, &in)) {
		return;
	}
	text = text != NULL ? text : "";
	count = outgoing_find(x->app->outgoing, text, x->arena, &found);
	for (size_t i = 0; i < count; i++) {
		worst = found[i].action > worst ? found[i].action : worst;
	}
	exchange_open(&out, &w);
	jw_kstring(&w, "action", count > 0 ? phrase_rule_name(worst) : NULL);
	phrases_found_write(found, count, text, &w);
	exchange_close(x, &out, &w);
}

static void
check(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_check);
}

/* --- changing ----------------------------------------------------------------------------- */

/* All of these are answered when what was stored is in force. */
static void
row_in_force(void *ctx)
{
	struct exchange *x = ctx;
	const uint64_t *id = x->state;

	reading_of(x, *id, run_item);
}

static void
stored(struct exchange *x, const struct outcome *o)
{
	uint64_t *id = arena_alloc(x->arena, sizeof(*id));

	*id = o->id;
	x->state = id;
	outgoing_reload_then(x->app->outgoing, row_in_force, x);
}

static void
no_more_in_force(void *ctx)
{
	exchange_reply_empty(ctx);
}

static void
removed(struct exchange *x, const struct outcome *o)
{
	(void)o;
	outgoing_reload_then(x->app->outgoing, no_more_in_force, x);
}

static void
mark(struct change *c, enum row_action action, uint64_t id)
{
	c->phrase.action = action;
	c->phrase.row.id = id;
}

static void
bring_back(struct change *c)
{
	c->phrase.restore = true;
}

static void
read_exceptions(struct input *in, const struct json *object, struct phrase_row *p)
{
	const struct json *list = json_get(object, "exceptions");
	const char **items;

	if (list == NULL) {
		return;
	}
	if (!json_is_array(list) || json_length(list) > PHRASE_EXCEPTIONS_MAX) {
		input_wrong(in, "exceptions", "must be a list of at most %d texts",
			PHRASE_EXCEPTIONS_MAX);
		return;
	}
	items = arena_alloc(in->arena, (json_length(list) + 1) * sizeof(*items));
	for (size_t i = 0; i < json_length(list); i++) {
		const char *text = json_string_value(json_at(list, i), NULL);

		if (str_empty(text)) {
			input_wrong(in, "exceptions", "must be a list of texts");
			return;
		}
		items[p->exception_count++] = arena_strdup(in->arena, text);
	}
	p->exceptions = items;
}

static void
read_row(struct exchange *x, struct input *in, struct change *c)
{
	const char *action = input_line(in, "action", 10);
	struct phrase_row *p = &c->phrase.row;
	bool whole = c->phrase.action == ROW_ADD;

	(void)x;
	p->text = whole ? input_required_line(in, "text", PHRASE_TEXT_MAX)
					: input_line(in, "text", PHRASE_TEXT_MAX);
	p->advice = input_clearable(in, "advice", PHRASE_ADVICE_MAX);
	if (action != NULL ? !phrase_rule_parse(action, &p->action) : whole) {
		input_wrong(in, "action", "must be flag, warn or block");
	}
	if (p->text != NULL && p->text[0] == '\0') {
		input_wrong(in, "text", "must not be empty");
	}
	read_exceptions(in, in->object, p);
	if (whole && p->advice == NULL) {
		p->advice = "";
	}
	if (!whole) {
		p->version = input_version(in);
	}
}

static const struct row_resource phrases = {
	.kind = CHANGE_PHRASE,
	.role = ROLE_SUPERVISOR,
	.mark = mark,
	.read = read_row,
	.restore = bring_back,
	.stored = stored,
	.removed = removed,
};

static void
create(struct http_request *rq, void *app)
{
	rows_create(rq, app, &phrases);
}

static void
edit(struct http_request *rq, void *app)
{
	rows_edit(rq, app, &phrases);
}

static void
take_away(struct http_request *rq, void *app)
{
	rows_remove(rq, app, &phrases);
}

static void
restore(struct http_request *rq, void *app)
{
	rows_restore(rq, app, &phrases);
}

/* --- many at once ------------------------------------------------------------------------- */

static void
import_in_force(void *ctx)
{
	struct exchange *x = ctx;
	const size_t *count = x->state;
	struct json_writer w;
	struct buf out;

	exchange_open(&out, &w);
	jw_ki64(&w, "imported", (int64_t)*count);
	exchange_close(x, &out, &w);
}

static void
imported(struct exchange *x, const struct outcome *o)
{
	(void)o;
	outgoing_reload_then(x->app->outgoing, import_in_force, x);
}

/* Lines of texts that share an action and an advice. */
static void
read_lines(struct input *in, struct change *c)
{
	const struct json *list = json_get(in->object, "texts");
	struct phrase_row common = {
		.advice = input_clearable(in, "advice", PHRASE_ADVICE_MAX)};
	const char *action = input_line(in, "action", 10);
	size_t count = json_is_array(list) ? json_length(list) : 0;
	struct phrase_row *rows;

	if (!phrase_rule_parse(action, &common.action)) {
		input_wrong(in, "action", "must be flag, warn or block");
	}
	if (count == 0 || count > PHRASE_IMPORT_MAX) {
		input_wrong(in, "texts", "must be a list of 1 to %d texts", PHRASE_IMPORT_MAX);
		return;
	}
	common.advice = common.advice != NULL ? common.advice : "";
	rows = arena_alloc(c->arena, count * sizeof(*rows));
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_at(list, i), NULL);

		if (str_empty(text)) {
			input_wrong(in, "texts", "must be a list of texts");
			return;
		}
		rows[i] = common;
		rows[i].text = arena_strdup(c->arena, text);
	}
	c->phrase.rows = rows;
	c->phrase.row_count = count;
}

static void
start_import(struct exchange *x)
{
	struct change *c = exchange_change(x, CHANGE_PHRASE);
	size_t *count = arena_alloc(x->arena, sizeof(*count));
	struct input in;

	input_init(&in, x, c->arena);
	c->phrase.action = ROW_ADD;
	read_lines(&in, c);
	if (exchange_refused(x, &in)) {
		return;
	}
	*count = c->phrase.row_count;
	x->state = count;
	exchange_submit(x, c, imported, NULL);
}

static void
import(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR, .json = true};

	exchange_begin(rq, app, &access, start_import);
}

const struct http_route phrase_routes[] = {
	{"GET", "/api/v1/phrases", list, 0},
	{"POST", "/api/v1/phrases", create, JSON_BODY_MAX},
	{"POST", "/api/v1/phrases/check", check, JSON_BODY_MAX},
	{"POST", "/api/v1/phrases/import", import, JSON_BODY_MAX},
	{"PATCH", "/api/v1/phrases/:id", edit, JSON_BODY_MAX},
	{"DELETE", "/api/v1/phrases/:id", take_away, 0},
	{"POST", "/api/v1/phrases/:id/restore", restore, JSON_BODY_MAX},
	{0},
};
