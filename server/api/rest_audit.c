/* /api/v1/audit: who did what to whom, for supervisors. */
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "store/read.h"

enum { LIST_LIMIT = 100 };

struct audit_page {
	int64_t from;
	int64_t to;
	uint64_t before_id;
	size_t limit;
};

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	const struct audit_page *p = r->parameters;
	char page[PAGE_TEXT_SIZE];
	struct audit_row *rows;
	size_t count;
	enum err rc = read_audit(reader, p->from, p->to, p->before_id, p->limit + 1, r->arena,
		&rows, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	jw_key(&r->json, "items");
	jw_array(&r->json);
	for (size_t i = 0; i < count && i < p->limit; i++) {
		jw_object(&r->json);
		audit_encode(&rows[i], &r->json);
		jw_object_end(&r->json);
	}
	jw_array_end(&r->json);
	if (count > p->limit) {
		page_write(rows[p->limit - 1].at, rows[p->limit - 1].id, page);
	}
	jw_kstring(&r->json, "next", count > p->limit ? page : NULL);
	jw_object_end(&r->json);
	return ERR_OK;
}

static void
start_list(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(struct audit_page));
	struct audit_page *p = r->parameters;
	struct input in;
	int64_t at;

	input_init(&in, x, r->arena);
	p->from = query_time(&in, "from");
	p->to = query_time(&in, "to");
	p->limit = query_limit(&in, LIST_LIMIT);
	query_page(&in, "after", &at, &p->before_id);
	r->run = run_list;
	reading_start_checked(r, &in);
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR};

	exchange_begin(rq, app, &access, start_list);
}

const struct http_route audit_routes[] = {
	{"GET", "/api/v1/audit", list, 0},
	{0},
};
