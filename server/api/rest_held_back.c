/* /api/v1/held-back-answers: which rules said what must not leave the house. */
#include "api/app.h"
#include "api/exchange.h"
#include "api/reading.h"
#include "api/routes.h"
#include "store/read.h"

static void
write_one(struct json_writer *w, const struct held_back *f)
{
	jw_object(w);
	jw_kid(w, "rule", f->rule);
	jw_kstring(w, "title", f->title);
	jw_ki64(w, "held_back", (int64_t)f->count);
	jw_ktime(w, "held_back_at", f->at);
	jw_object_end(w);
}

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	struct held_back *items;
	size_t count;
	enum err rc = read_held_back(reader, r->arena, &items, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	for (size_t i = 0; i < count; i++) {
		write_one(&r->json, &items[i]);
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

const struct http_route held_back_routes[] = {
	{"GET", "/api/v1/held-back-answers", list, 0},
	{0},
};
