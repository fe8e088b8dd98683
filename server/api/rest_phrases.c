/* /api/v1/phrases: phrases that are watched in what leaves the house. Supervisors keep them; all
 * staff may read them and try a text. A change is answered once it is in force. */
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/routes.h"
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
	jw_object(&r->json);
	jw_key(&r->json, "items");
	jw_array(&r->json);
	for (size_t i = 0; i < count; i++) {
		jw_object(&r->json);
		phrase_encode(&items[i], &r->json);
		jw_object_end(&r->json);
	}
	jw_array_end(&r->json);
	jw_object_end(&r->json);
	return ERR_OK;
}

static void
start_list(struct exchange *x)
{
	struct reading *r = reading_create(x, 0);

	r->run = run_list;
	reading_start(r);
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_list);
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

/* What was stored, after it is in force. */
struct stored {
	struct exchange *exchange;
	uint64_t id; /* 0: an import, or it was taken out */
	size_t count;
	bool imported;
};

static void
in_force(void *ctx)
{
	struct stored *s = ctx;
	struct exchange *x = s->exchange;
	struct json_writer w;
	struct reading *r;
	struct buf out;

	if (s->imported) {
		exchange_open(&out, &w);
		jw_ki64(&w, "imported", (int64_t)s->count);
		exchange_close(x, &out, &w);
		return;
	}
	if (s->id == 0) {
		exchange_reply_empty(x);
		return;
	}
	r = reading_create(x, sizeof(uint64_t));
	*(uint64_t *)r->parameters = s->id;
	r->run = run_item;
	reading_start(r);
}

static void
wait_for(struct exchange *x, uint64_t id)
{
	struct stored *s = x->state;

	s->exchange = x;
	s->id = id;
	outgoing_reload_then(x->app->outgoing, in_force, s);
}

static void
stored(struct exchange *x, const struct outcome *o)
{
	wait_for(x, o->id);
}

static void
removed(struct exchange *x, const struct outcome *o)
{
	(void)o;
	wait_for(x, 0);
}

static struct change *
begin(struct exchange *x, struct input *in)
{
	struct change *c = exchange_change(x, CHANGE_PHRASE);

	x->state = arena_alloc(x->arena, sizeof(struct stored));
	input_init(in, x, c->arena);
	return c;
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
read_row(struct input *in, struct phrase_row *p, bool whole)
{
	const char *action = input_line(in, "action", 10);

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
}

static void
start_create(struct exchange *x)
{
	struct input in;
	struct change *c = begin(x, &in);

	c->phrase.action = ROW_ADD;
	read_row(&in, &c->phrase.row, true);
	if (exchange_refused(x, &in)) {
		return;
	}
	x->status = 201;
	exchange_submit(x, c, stored, NULL);
}

static void
create(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR, .json = true};

	exchange_begin(rq, app, &access, start_create);
}

static void
start_edit(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct change *c;
	struct input in;

	if (id == 0) {
		return;
	}
	c = begin(x, &in);
	c->phrase.action = ROW_EDIT;
	read_row(&in, &c->phrase.row, false);
	c->phrase.row.id = id;
	c->phrase.row.version = (uint64_t)input_number(&in, "version", 0, INT64_MAX, 0);
	if (exchange_refused(x, &in)) {
		return;
	}
	exchange_submit(x, c, stored, NULL);
}

static void
edit(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR, .json = true};

	exchange_begin(rq, app, &access, start_edit);
}

static void
submit_row(struct exchange *x, enum row_action action, exchange_outcome *committed)
{
	uint64_t id = exchange_id(x, "id");
	struct change *c;
	struct input in;

	if (id == 0) {
		return;
	}
	c = begin(x, &in);
	c->phrase.action = action;
	c->phrase.restore = action == ROW_EDIT;
	c->phrase.row.id = id;
	exchange_submit(x, c, committed, NULL);
}

static void
start_remove(struct exchange *x)
{
	submit_row(x, ROW_REMOVE, removed);
}

static void
take_away(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR};

	exchange_begin(rq, app, &access, start_remove);
}

static void
start_restore(struct exchange *x)
{
	submit_row(x, ROW_EDIT, stored);
}

static void
restore(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR};

	exchange_begin(rq, app, &access, start_restore);
}

/* --- many at once ------------------------------------------------------------------------- */

static void
imported(struct exchange *x, const struct outcome *o)
{
	struct stored *s = x->state;

	(void)o;
	s->imported = true;
	wait_for(x, 0);
}

/* Lines of texts that share an action and an advice. */
static void
read_lines(struct input *in, struct change *c, struct stored *s)
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
	s->count = count;
}

static void
start_import(struct exchange *x)
{
	struct input in;
	struct change *c = begin(x, &in);

	c->phrase.action = ROW_ADD;
	read_lines(&in, c, x->state);
	if (exchange_refused(x, &in)) {
		return;
	}
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
