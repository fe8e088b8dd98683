/* GET /api/v1/customers/{id}/history: all that happened with one customer as a file, a document
 * for people or JSON that others can check; a right of its own, audited. */
#include <string.h>
#include <unistd.h>

#include "api/app.h"
#include "api/customer_view.h"
#include "api/exchange.h"
#include "api/export_file.h"
#include "api/export_reply.h"
#include "api/export_right.h"
#include "api/file_name.h"
#include "api/history_export.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "model/change.h"

enum { OFFSET_MAX = 14 * 60 };

static enum err
read_once(struct history_export *x, struct reading *r, struct reader *reader,
	struct error *e)
{
	enum err rc = customer_find(reader, &r->scope, x->customer_id, r->arena, &x->customer,
		e);

	if (rc == ERR_OK) {
		rc = read_contacts(reader, x->customer.id, r->arena, &x->contacts,
			&x->contact_count, e);
	}
	if (rc == ERR_OK) {
		rc = read_staff_list(reader, r->arena, &x->staff, &x->staff_count, e);
	}
	if (rc == ERR_OK) {
		rc = read_timelines_of(reader, x->customer.id, r->arena, &x->timelines,
			&x->timeline_count, e);
	}
	if (rc == ERR_OK) {
		x->ends = arena_alloc(r->arena, (x->timeline_count + 1) * sizeof(*x->ends));
	}
	for (size_t i = 0; rc == ERR_OK && i < x->staff_count; i++) {
		if (x->staff[i].id == r->actor.id && r->actor.kind == AUTHOR_STAFF) {
			x->by = x->staff[i].name;
		}
	}
	return rc;
}

static enum err
run_step(struct reading *r, struct reader *reader, struct error *e)
{
	struct history_export *x = r->parameters;
	enum err rc = x->timelines == NULL ? read_once(x, r, reader, e) : ERR_OK;
	struct arena *a;

	if (rc != ERR_OK) {
		return rc;
	}
	a = arena_create();
	rc = x->json ? history_json_step(x, reader, a, e)
				 : history_html_step(x, reader, a, e);
	arena_destroy(a);
	if (rc != ERR_OK) {
		(void)unlink(x->path);
	}
	return rc;
}

static const char *
name_for(const struct history_export *x, struct arena *a)
{
	const char *who = !str_empty(x->customer.external_id) ? x->customer.external_id
														  : x->customer.name;
	char day[TIME_TEXT_SIZE];

	time_format(x->at + x->offset_minutes * 60000, day);
	return arena_printf(a, "%s%s%.10s.%s", str_empty(who) ? "history" : who,
		str_empty(who) ? "-" : "-history-", day, x->json ? "json" : "html");
}

static void
step_done(struct reading *r)
{
	struct history_export *h = r->parameters;
	struct exchange *x = r->exchange;
	struct export_reply reply;
	struct change *c;

	if (!h->ended) {
		reading_start(r);
		return;
	}
	c = exchange_change(x, CHANGE_AUDIT);
	c->audit.action = "history.exported";
	c->audit.subject_kind = "customer";
	c->audit.subject = h->customer.id;
	c->audit.detail = arena_printf(c->arena, "%llu entries as %s; internal notes %s",
		(unsigned long long)h->entries, h->json ? "JSON" : "HTML",
		h->notes ? "included" : "left out");
	reply.path = h->path;
	reply.disposition = file_name_disposition(x->arena, "attachment",
		name_for(h, x->arena));
	reply.type = h->json ? "application/json" : "text/html; charset=utf-8";
	export_finish(x, c, &reply);
	reading_destroy(r);
}

static void
read_wishes(struct input *in, struct history_export *h)
{
	const char *format = query_text(in, "format", 8);
	const char *offset = query_text(in, "offset", 6);
	const char *language = query_text(in, "language", 12);

	h->json = str_equals(format, "json");
	if (format != NULL && !h->json && strcmp(format, "html") != 0) {
		input_wrong(in, "format", "must be html or json");
	}
	if (offset != NULL &&
		(!str_parse_i64(offset, &h->offset_minutes) || h->offset_minutes < -OFFSET_MAX ||
			h->offset_minutes > OFFSET_MAX)) {
		input_wrong(in, "offset", "must be minutes east of UTC");
	}
	h->english = str_equals(language, "en");
	h->notes = query_flag(in, "notes");
}

static void
start_export(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct history_export *h;
	struct reading *r;
	struct input in;

	if (id == 0) {
		return;
	}
	if (!export_allowed(x->app, &x->who.actor)) {
		exchange_fail(x, ERR_DENIED, NULL, "your role may not export histories");
		return;
	}
	r = reading_create(x, sizeof(*h));
	h = r->parameters;
	input_init(&in, x, r->arena);
	read_wishes(&in, h);
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	h->customer_id = id;
	h->at = clock_now_ms();
	h->by = r->actor.kind == AUTHOR_API ? "API" : "";
	h->data_dir = arena_strdup(r->arena, x->app->conf->data_dir);
	h->path = export_file_path(x->app, r->arena, h->json ? ".json" : ".html");
	h->parts = export_file_path(x->app, r->arena, ".parts");
	h->index = export_file_path(x->app, r->arena, ".index");
	r->run = run_step;
	r->done = step_done;
	reading_start(r);
}

static void
export_history(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "customers:export"};

	exchange_begin(rq, app, &access, start_export);
}

const struct http_route history_export_routes[] = {
	{"GET", "/api/v1/customers/:id/history", export_history, 0},
	{0},
};
