/* What belongs to a customer: her thread, her calls, the files in it. */
#include "api/app.h"
#include "api/customer_view.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "store/read.h"

enum {
	ENTRIES_LIMIT = 50,
	CALLS_LIMIT = 200,
	FILES_LIMIT = 200,
};

/* --- the thread --------------------------------------------------------------------------- */

struct page {
	uint64_t customer;
	int64_t before_at;
	uint64_t before_id;
	size_t limit;
	/* Of a list; NULL: the thread. */
	enum err (*write_items)(struct reading *r, struct reader *reader, uint64_t customer,
		struct error *e);
};

static void
write_entries(struct reading *r, const struct fact_list *facts, size_t wanted)
{
	size_t shown = facts->count > wanted ? wanted : facts->count;
	char page[PAGE_TEXT_SIZE];

	jw_object(&r->json);
	jw_key(&r->json, "entries");
	jw_array(&r->json);
	for (size_t i = shown; i > 0; i--) {
		jw_object(&r->json);
		fact_encode_staff(facts->items[i - 1], &r->json);
		jw_object_end(&r->json);
	}
	jw_array_end(&r->json);
	if (facts->count > wanted) {
		page_write(facts->items[wanted - 1]->at, facts->items[wanted - 1]->id, page);
	}
	jw_kstring(&r->json, "next", facts->count > wanted ? page : NULL);
	jw_object_end(&r->json);
}

static enum err
run_entries(struct reading *r, struct reader *reader, struct error *e)
{
	const struct page *p = r->parameters;
	struct fact_list facts = {0};
	struct customer customer;
	enum err rc = customer_find(reader, &r->scope, p->customer, r->arena, &customer, e);

	if (rc == ERR_OK) {
		rc = read_customer_entries(reader, customer.id, p->before_at, p->before_id,
			p->limit + 1, r->arena, &facts, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	write_entries(r, &facts, p->limit);
	fact_list_release(&facts);
	return ERR_OK;
}

static void
start_page(struct exchange *x, size_t limit,
	enum err (*run)(struct reading *, struct reader *, struct error *),
	enum err (*write_items)(struct reading *, struct reader *, uint64_t, struct error *))
{
	uint64_t id = exchange_id(x, "id");
	struct reading *r;
	struct page *p;
	struct input in;

	if (id == 0) {
		return;
	}
	r = reading_create(x, sizeof(*p));
	p = r->parameters;
	p->customer = id;
	p->write_items = write_items;
	input_init(&in, x, r->arena);
	p->limit = query_limit(&in, limit);
	query_page(&in, "before", &p->before_at, &p->before_id);
	r->run = run;
	reading_start_checked(r, &in);
}

static void
start_entries(struct exchange *x)
{
	start_page(x, ENTRIES_LIMIT, run_entries, NULL);
}

static void
entries(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "entries:read"};

	exchange_begin(rq, app, &access, start_entries);
}

/* --- her calls and files ------------------------------------------------------------------ */

/* The list of what is hers, by the page's own write. */
static enum err
run_items(struct reading *r, struct reader *reader, struct error *e)
{
	const struct page *p = r->parameters;
	struct customer customer;
	enum err rc = customer_find(reader, &r->scope, p->customer, r->arena, &customer, e);

	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	rc = p->write_items(r, reader, customer.id, e);
	reading_items_end(r);
	return rc;
}

static enum err
write_calls(struct reading *r, struct reader *reader, uint64_t customer, struct error *e)
{
	const struct page *p = r->parameters;
	struct call *calls;
	size_t count = 0;
	enum err rc = read_calls_of(reader, customer, p->limit, r->arena, &calls, &count, e);

	for (size_t i = 0; i < count; i++) {
		jw_object(&r->json);
		call_encode(&calls[i], &r->json);
		jw_object_end(&r->json);
	}
	return rc;
}

static void
start_calls(struct exchange *x)
{
	start_page(x, CALLS_LIMIT, run_items, write_calls);
}

static void
calls(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_calls);
}

static enum err
write_files(struct reading *r, struct reader *reader, uint64_t customer, struct error *e)
{
	const struct page *p = r->parameters;
	struct file_row *files;
	size_t count = 0;
	enum err rc = read_files_of(reader, customer, p->limit, r->arena, &files, &count, e);

	for (size_t i = 0; i < count; i++) {
		jw_object(&r->json);
		file_encode(&files[i], &r->json);
		jw_object_end(&r->json);
	}
	return rc;
}

static void
start_files(struct exchange *x)
{
	start_page(x, FILES_LIMIT, run_items, write_files);
}

static void
files(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_files);
}

const struct http_route customer_history_routes[] = {
	{"GET", "/api/v1/customers/:id/entries", entries, 0},
	{"GET", "/api/v1/customers/:id/calls", calls, 0},
	{"GET", "/api/v1/customers/:id/files", files, 0},
	{0},
};
