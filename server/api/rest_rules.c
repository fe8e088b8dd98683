/* /api/v1/rules: keyword rules. The list is whole, so that the console searches it without
 * asking. A change is read, merged and checked on a reader thread and goes to the store with the
 * version it was made from; consoles are told when it is in force. */
#include "api/rest_rules.h"
#include "api/reading.h"

#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/routes.h"
#include "api/rule_wire.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/str.h"
#include "flow/rules.h"
#include "model/change.h"
#include "store/read.h"

enum {
	TRIES = 3,
	VERSIONS_SHOWN = 50,
	REVERT_MAX = RULE_EDITS_MAX,
};

void
rule_refuse(struct exchange *x, const struct error *e)
{
	char field[64];
	const char *text = rule_problem(e, field, sizeof(field));

	exchange_fail(x, ERR_INVALID, field[0] != '\0' ? field : NULL, text);
}

/* --- reading ------------------------------------------------------------------------------ */

static void
write_status(struct json_writer *w, const struct rules_status *s)
{
	jw_key(w, "status");
	jw_object(w);
	jw_ki64(w, "changes", s->changes);
	jw_ktime(w, "loaded_at", s->loaded_at);
	jw_ki64(w, "rules", (int64_t)s->rules);
	jw_ki64(w, "compile_us", s->compile_us);
	jw_kstring(w, "problem", s->problem);
	jw_kid(w, "problem_rule", s->problem_rule);
	jw_object_end(w);
}

static struct rule_use *
gather_use(struct arena *a, const struct rule_row *rows, size_t count,
	const struct rule_day *days, size_t day_count)
{
	struct rule_use *uses = arena_alloc(a, (count + 1) * sizeof(*uses));
	int64_t today = rule_day_of(clock_now_ms());
	struct map places;

	map_init(&places);
	for (size_t i = 0; i < count; i++) {
		map_put(&places, rows[i].id, &uses[i]);
	}
	for (size_t i = 0; i < day_count; i++) {
		struct rule_use *use = map_get(&places, days[i].rule);

		if (use != NULL) {
			rule_use_add(use, &days[i], today);
		}
	}
	map_fini(&places);
	return uses;
}

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	int64_t since = rule_day_of(clock_now_ms()) - RULE_HIT_DAYS + 1;
	struct rule_row *rows;
	struct rule_day *days = NULL;
	struct rule_use *uses;
	size_t count;
	size_t day_count = 0;
	enum err rc = read_rules(reader, r->arena, &rows, &count, e);

	if (rc == ERR_OK) {
		rc = read_rule_hits(reader, since, r->arena, &days, &day_count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	uses = gather_use(r->arena, rows, count, days, day_count);
	jw_object(&r->json);
	write_status(&r->json, r->parameters);
	jw_key(&r->json, "items");
	jw_array(&r->json);
	for (size_t i = 0; i < count; i++) {
		rule_row_encode(&rows[i], &uses[i], &r->json);
	}
	jw_array_end(&r->json);
	jw_object_end(&r->json);
	return r->out.overflowed
		? error_set(e, ERR_INVALID, "there are too many rules for one list")
		: ERR_OK;
}

static void
start_list(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(struct rules_status));
	struct rules_status *status = r->parameters;

	rules_status(x->app->rules, status);
	status->problem = arena_strdup(r->arena, status->problem);
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
	int64_t since = rule_day_of(clock_now_ms()) - RULE_HIT_DAYS + 1;
	struct rule_row row;
	struct rule_day *days = NULL;
	size_t count = 0;
	enum err rc = read_rule(reader, *id, r->arena, &row, e);

	if (rc == ERR_OK) {
		rc = read_rule_hits_of(reader, *id, since, r->arena, &days, &count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	jw_key(&r->json, "rule");
	rule_row_encode(&row, gather_use(r->arena, &row, 1, days, count), &r->json);
	jw_object_end(&r->json);
	return ERR_OK;
}

static void
stored(struct exchange *x, const struct outcome *o)
{
	rules_changed(x->app->rules);
	reading_of(x, o->id, run_item);
}

static enum err
run_versions(struct reading *r, struct reader *reader, struct error *e)
{
	static const struct rule_use unused = {0};
	const uint64_t *id = r->parameters;
	struct rule_row *rows;
	size_t count;
	enum err rc = read_rule_versions(reader, *id, VERSIONS_SHOWN, r->arena, &rows, &count,
		e);

	if (rc == ERR_OK && count == 0) {
		rc = error_set(e, ERR_NOT_FOUND, "there is no such rule");
	}
	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	for (size_t i = 0; i < count; i++) {
		rule_row_encode(&rows[i], &unused, &r->json);
	}
	reading_items_end(r);
	return rc;
}

static void
versions(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	reading_route_of(rq, app, &access, run_versions);
}

/* --- creating and editing ----------------------------------------------------------------- */

static struct change *
one_edit(struct exchange *x, enum rule_action action)
{
	struct change *c = exchange_change(x, CHANGE_RULES);

	c->rules.edits = arena_alloc(c->arena, sizeof(*c->rules.edits));
	c->rules.edits[0].action = action;
	c->rules.count = 1;
	return c;
}

static struct rule_row
copy_row(struct arena *a, const struct rule_row *row)
{
	struct rule_row copy = *row;

	copy.folder = arena_strdup(a, row->folder);
	copy.title = arena_strdup(a, row->title);
	copy.body = arena_strdup(a, row->body);
	return copy;
}

static void
start_create(struct exchange *x)
{
	struct change *c = one_edit(x, RULE_ADD);
	struct rule_edit *edit = &c->rules.edits[0];
	struct error e = {0};
	struct rule rule;
	enum err rc = rule_from_wire(x->body, NULL, c->arena, &rule, &e);

	if (rc == ERR_OK) {
		rule.id = 0;
		rc = rule_row_of(&rule, c->arena, &edit->row, &e);
	}
	if (rc != ERR_OK) {
		rule_refuse(x, &e);
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

/* An edit names what becomes different: the rest is as it is, however often that changes
 * before the store has it. */
struct edit {
	uint64_t id;
	uint64_t version; /* 0: any */
	const char *sent; /* JSON */
	struct rule_row row;
	bool wrong;
	struct error error;
	int tries;
};

static void read_for_edit(struct exchange *x, const struct edit *edit);

static enum err
run_edit(struct reading *r, struct reader *reader, struct error *e)
{
	struct edit *edit = r->parameters;
	struct rule_row row;
	struct rule rule;
	struct json *sent = NULL;
	enum err rc = read_rule(reader, edit->id, r->arena, &row, e);

	if (rc == ERR_OK && row.removed) {
		rc = error_set(e, ERR_NOT_FOUND, "the rule was removed");
	}
	if (rc == ERR_OK && edit->version != 0 && edit->version != row.version) {
		rc = error_set(e, ERR_CONFLICT, "the rule was edited meanwhile");
	}
	if (rc != ERR_OK) {
		return rc;
	}
	rc = json_parse(edit->sent, strlen(edit->sent), &sent, &edit->error);
	if (rc == ERR_OK) {
		rc = rule_from_wire(sent, &row, r->arena, &rule, &edit->error);
	}
	json_free(sent);
	if (rc == ERR_OK) {
		rule.id = row.id;
		rule.version = row.version;
		rc = rule_row_of(&rule, r->arena, &edit->row, &edit->error);
	}
	edit->wrong = rc != ERR_OK;
	return ERR_OK;
}

static void
edit_refused(struct exchange *x, const struct outcome *o)
{
	struct edit *edit = x->state;

	if (o->code == ERR_CONFLICT && edit->version == 0 && ++edit->tries < TRIES) {
		read_for_edit(x, edit);
		return;
	}
	exchange_fail_outcome(x, o);
}

static void
edit_read(struct reading *r)
{
	struct exchange *x = r->exchange;
	const struct edit *edit = r->parameters;
	struct change *c;

	if (edit->wrong) {
		struct error e = edit->error;

		reading_destroy(r);
		rule_refuse(x, &e);
		return;
	}
	c = one_edit(x, RULE_EDIT);
	c->rules.edits[0].row = copy_row(c->arena, &edit->row);
	reading_destroy(r);
	exchange_submit(x, c, stored, edit_refused);
}

static void
read_for_edit(struct exchange *x, const struct edit *edit)
{
	struct reading *r = reading_create(x, sizeof(*edit));
	struct edit *copy = r->parameters;

	*copy = *edit;
	copy->sent = arena_strdup(r->arena, edit->sent);
	r->run = run_edit;
	r->done = edit_read;
	reading_start(r);
}

static void
start_edit(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct edit *edit;
	struct input in;
	struct buf sent;

	if (id == 0) {
		return;
	}
	input_init(&in, x, x->arena);
	edit = arena_alloc(x->arena, sizeof(*edit));
	edit->id = id;
	edit->version = input_version(&in);
	if (exchange_refused(x, &in)) {
		return;
	}
	buf_init(&sent, RULE_BODY_MAX * 2);
	json_dump(x->body, &sent);
	edit->sent = arena_strndup(x->arena, sent.data, sent.length);
	buf_fini(&sent);
	x->state = edit;
	read_for_edit(x, edit);
}

static void
edit(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR, .json = true};

	exchange_begin(rq, app, &access, start_edit);
}

/* --- taking away and taking back ---------------------------------------------------------- */

static void
removed(struct exchange *x, const struct outcome *o)
{
	(void)o;
	rules_changed(x->app->rules);
	exchange_reply_empty(x);
}

static void
start_remove(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct change *c;

	if (id == 0) {
		return;
	}
	c = one_edit(x, RULE_REMOVE);
	c->rules.edits[0].row.id = id;
	exchange_submit(x, c, removed, NULL);
}

static void
take_away(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR};

	exchange_begin(rq, app, &access, start_remove);
}

static void
reverted(struct exchange *x, const struct outcome *o)
{
	const struct rules_change *change = x->state;
	size_t done = 0;
	struct buf out;
	struct json_writer w;

	(void)o;
	for (size_t i = 0; i < change->count; i++) {
		done += change->edits[i].code == ERR_OK;
	}
	rules_changed(x->app->rules);
	exchange_open(&out, &w);
	jw_ki64(&w, "done", (int64_t)done);
	jw_ki64(&w, "failed", (int64_t)(change->count - done));
	exchange_close(x, &out, &w);
}

static void
start_revert(struct exchange *x)
{
	const struct json *items = json_get(x->body, "items");
	size_t count = json_length(items);
	struct rules_change *change;
	struct change *c;

	if (!json_is_array(items) || count == 0 || count > REVERT_MAX) {
		exchange_fail(x, ERR_INVALID, "items", "must be 1 to 500 rules with versions");
		return;
	}
	c = exchange_change(x, CHANGE_RULES);
	change = &c->rules;
	change->edits = arena_alloc(c->arena, count * sizeof(*change->edits));
	change->count = count;
	for (size_t i = 0; i < count; i++) {
		const struct json *item = json_at(items, i);
		struct rule_edit *one = &change->edits[i];
		int64_t version = 0;
		bool remove = false;

		json_bool(item, "remove", &remove);
		one->action = remove ? RULE_REMOVE : RULE_REVERT;
		if (!json_id(item, "id", &one->row.id) || !json_i64(item, "version", &version) ||
			version < 1) {
			exchange_fail(x, ERR_INVALID, "items", "must name an id and a version each");
			return;
		}
		one->row.version = (uint64_t)version;
	}
	x->state = change;
	exchange_submit(x, c, reverted, NULL);
}

static void
take_back(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR, .json = true};

	exchange_begin(rq, app, &access, start_revert);
}

const struct http_route rule_routes[] = {
	{"GET", "/api/v1/rules", list, 0},
	{"POST", "/api/v1/rules", create, RULE_BODY_MAX},
	{"PATCH", "/api/v1/rules/:id", edit, RULE_BODY_MAX},
	{"DELETE", "/api/v1/rules/:id", take_away, 0},
	{"GET", "/api/v1/rules/:id/versions", versions, 0},
	{"POST", "/api/v1/rules/revert", take_back, JSON_BODY_MAX},
	{"POST", "/api/v1/rules/test", rules_test, RULE_BODY_MAX},
	{"GET", "/api/v1/rules/export", rules_export, 0},
	{"POST", "/api/v1/rules/import", rules_import, RULE_FILE_MAX},
	{"GET", "/api/v1/rule-settings", rule_settings_get, 0},
	{"PUT", "/api/v1/rule-settings", rule_settings_put, RULE_FILE_MAX},
	{0},
};
