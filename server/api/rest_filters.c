/* /api/v1/filters: filters of lists, kept under a name; one's own, and those of the team. */
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "api/rows.h"
#include "base/str.h"
#include "store/read.h"

enum { NAME_MAX_CHARS = 60, QUERY_MAX_CHARS = 500, BODY_MAX = 8 * 1024 };

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	struct saved_filter *items;
	size_t count;
	enum err rc = read_filters(reader, r->actor.id, r->actor.unit, r->arena, &items,
		&count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	for (size_t i = 0; i < count; i++) {
		jw_object(&r->json);
		jw_kid(&r->json, "id", items[i].id);
		jw_kid(&r->json, "owner", items[i].owner);
		jw_kbool(&r->json, "shared", items[i].shared);
		jw_kstring(&r->json, "place", items[i].place);
		jw_kstring(&r->json, "name", items[i].name);
		jw_kstring(&r->json, "query", items[i].query);
		jw_ki64(&r->json, "version", (int64_t)items[i].version);
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

/* Everybody reads the list again: a shared one may concern anybody. */
static void
stored(struct exchange *x, const struct outcome *o)
{
	(void)o;
	console_announce_team(x->app, "filters", 0);
	reading_simple(x, run_list);
}

/* What stands after the ? of a page's address. */
static const char *
read_query(struct input *in)
{
	const char *query = input_clearable(in, "query", QUERY_MAX_CHARS);

	for (const char *p = query; p != NULL && *p != '\0'; p++) {
		if (*p <= ' ' || *p >= 127 || strchr("\"<>\\^`{|}#", *p) != NULL) {
			input_wrong(in, "query", "must be the query of an address");
			return NULL;
		}
	}
	return query;
}

static const char *
read_place(struct input *in)
{
	const char *place = input_required_line(in, "place", 16);

	if (place != NULL && !str_equals(place, "conversations") &&
		!str_equals(place, "transcripts")) {
		input_wrong(in, "place", "must be conversations or transcripts");
	}
	return place;
}

static void
mark(struct change *c, enum row_action action, uint64_t id)
{
	c->filter.action = action;
	c->filter.filter.id = id;
}

static void
read_filter(struct exchange *x, struct input *in, struct change *c)
{
	struct saved_filter *f = &c->filter.filter;

	(void)x;
	if (c->filter.action == ROW_ADD) {
		f->name = input_required_line(in, "name", NAME_MAX_CHARS);
		f->place = read_place(in);
	} else {
		f->name = input_line(in, "name", NAME_MAX_CHARS);
		f->version = input_version(in);
	}
	f->query = read_query(in);
	c->filter.set_shared = input_given(in, "shared");
	f->shared = input_flag(in, "shared", false);
}

static void
removed(struct exchange *x, const struct outcome *o)
{
	(void)o;
	console_announce_team(x->app, "filters", 0);
	exchange_reply_empty(x);
}

static const struct row_resource filters = {
	.kind = CHANGE_FILTER,
	.role = ROLE_AGENT,
	.mark = mark,
	.read = read_filter,
	.stored = stored,
	.removed = removed,
};

static void
create(struct http_request *rq, void *app)
{
	rows_create(rq, app, &filters);
}

static void
edit(struct http_request *rq, void *app)
{
	rows_edit(rq, app, &filters);
}

static void
remove_one(struct http_request *rq, void *app)
{
	rows_remove(rq, app, &filters);
}

const struct http_route filter_routes[] = {
	{"GET", "/api/v1/filters", list, 0},
	{"POST", "/api/v1/filters", create, BODY_MAX},
	{"PATCH", "/api/v1/filters/:id", edit, BODY_MAX},
	{"DELETE", "/api/v1/filters/:id", remove_one, 0},
	{0},
};
