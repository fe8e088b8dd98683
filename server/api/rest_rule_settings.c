/* /api/v1/rule-settings: what holds for all keyword rules. */
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/rest_rules.h"
#include "base/arena.h"
#include "base/str.h"
#include "flow/rule_settings.h"
#include "flow/rules.h"
#include "model/change.h"
#include "store/read.h"

static enum err
decode(const struct rule_settings_row *row, struct arena *a, struct rule_settings *out,
	bool *enabled, struct error *e)
{
	struct json *body = NULL;
	enum err rc = ERR_OK;

	rule_settings_default(out, enabled);
	if (!str_empty(row->body)) {
		rc = json_parse(row->body, strlen(row->body), &body, e);
		if (rc == ERR_OK) {
			rc = rule_settings_decode(body, a, out, enabled, e);
		}
		json_free(body);
	}
	return rc;
}

static enum err
run_read(struct reading *r, struct reader *reader, struct error *e)
{
	struct rule_settings_row row;
	struct rule_settings settings;
	bool enabled;
	enum err rc = read_rule_settings(reader, r->arena, &row, e);

	if (rc == ERR_OK) {
		rc = decode(&row, r->arena, &settings, &enabled, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	rule_settings_encode(&settings, enabled, &r->json);
	jw_kid(&r->json, "updated_by", row.updated_by);
	jw_ktime(&r->json, "updated_at", row.updated_at);
	jw_ki64(&r->json, "version", (int64_t)row.version);
	jw_object_end(&r->json);
	return ERR_OK;
}

void
rule_settings_get(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	reading_route(rq, app, &access, run_read);
}

static void
stored(struct exchange *x, const struct outcome *o)
{
	(void)o;
	rules_changed(x->app->rules);
	reading_simple(x, run_read);
}

/* The whole of it: what is not named is as if nobody had ever set it. */
static void
start_put(struct exchange *x)
{
	struct change *c = exchange_change(x, CHANGE_RULE_SETTINGS);
	struct rule_settings settings;
	struct error e = {0};
	struct json_writer w;
	struct input in;
	struct buf body;
	bool enabled;

	input_init(&in, x, c->arena);
	c->rule_settings.version = input_number(&in, "version", 0, INT64_MAX, -1);
	if (exchange_refused(x, &in)) {
		return;
	}
	rule_settings_default(&settings, &enabled);
	if (rule_settings_decode(x->body, c->arena, &settings, &enabled, &e) != ERR_OK) {
		rule_refuse(x, &e);
		return;
	}
	buf_init(&body, RULE_SETTINGS_MAX);
	jw_init(&w, &body);
	jw_object(&w);
	rule_settings_encode(&settings, enabled, &w);
	jw_object_end(&w);
	c->rule_settings.body = arena_strndup(c->arena, body.data, body.length);
	if (body.overflowed) {
		buf_fini(&body);
		exchange_fail(x, ERR_INVALID, "synonyms", "are too many");
		return;
	}
	buf_fini(&body);
	exchange_submit(x, c, stored, NULL);
}

void
rule_settings_put(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR, .json = true};

	exchange_begin(rq, app, &access, start_put);
}
