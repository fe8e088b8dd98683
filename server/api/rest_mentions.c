/* /api/v1/mentions: notes in which one is named. Everybody reads only her own. */
#include "api/api.h"
#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "store/read.h"

enum { LIST_LIMIT = 50, BODY_MAX = 16 * 1024 };

struct mention_page {
	uint64_t before_id;
	size_t limit;
};

static void
write_mention(struct json_writer *w, const struct mention *m)
{
	jw_object(w);
	jw_kid(w, "id", m->id);
	jw_kid(w, "entry", m->fact);
	jw_kid(w, "conversation", m->conversation);
	jw_kid(w, "customer", m->customer);
	jw_kstring(w, "customer_name", m->customer_name);
	jw_kbool(w, "anonymous", m->anonymous);
	jw_kid(w, "author", m->author);
	jw_ktime(w, "at", m->at);
	jw_kstring(w, "text", m->text);
	jw_kbool(w, "seen", m->seen_at != 0);
	jw_object_end(w);
}

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	const struct mention_page *p = r->parameters;
	char page[PAGE_TEXT_SIZE];
	struct mention *items;
	size_t count;
	uint64_t unseen;
	enum err rc = read_mentions(reader, &r->scope, p->before_id, p->limit + 1, r->arena,
		&items, &count, &unseen, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	jw_key(&r->json, "items");
	jw_array(&r->json);
	for (size_t i = 0; i < count && i < p->limit; i++) {
		write_mention(&r->json, &items[i]);
	}
	jw_array_end(&r->json);
	if (count > p->limit) {
		page_write(items[p->limit - 1].at, items[p->limit - 1].id, page);
	}
	jw_kstring(&r->json, "next", count > p->limit ? page : NULL);
	jw_ki64(&r->json, "unseen", (int64_t)unseen);
	jw_object_end(&r->json);
	return ERR_OK;
}

static void
start_list(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(struct mention_page));
	struct mention_page *p = r->parameters;
	struct input in;
	int64_t at;

	input_init(&in, x, r->arena);
	p->limit = query_limit(&in, LIST_LIMIT);
	query_page(&in, "after", &at, &p->before_id);
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	r->run = run_list;
	reading_start(r);
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_list);
}

static void
stored(struct exchange *x, const struct outcome *o)
{
	(void)o;
	console_announce_team(x->app, "mentions", x->who.actor.id);
	exchange_reply_empty(x);
}

static void
start_seen(struct exchange *x)
{
	struct change *c = exchange_change(x, CHANGE_MENTIONS);
	struct input in;

	input_init(&in, x, c->arena);
	c->mentions.ids = input_ids(&in, "ids", MENTIONS_SEEN_MAX, &c->mentions.count);
	if (c->mentions.count == 0) {
		input_wrong(&in, "ids", "is missing");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	exchange_submit(x, c, stored, NULL);
}

static void
seen(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_seen);
}

const struct http_route mention_routes[] = {
	{"GET", "/api/v1/mentions", list, 0},
	{"POST", "/api/v1/mentions/seen", seen, BODY_MAX},
	{0},
};
