/* /api/v1/customers/{id}/tags and /api/v1/tags: words about a customer, and those in use. */
#include "api/api.h"
#include "api/app.h"
#include "api/customer_view.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"
#include "model/tag.h"
#include "store/read.h"

/* --- what she has -------------------------------------------------------------------------- */

static enum err
run_get(struct reading *r, struct reader *reader, struct error *e)
{
	const uint64_t *id = r->parameters;
	struct customer_tag *tags;
	struct customer customer;
	size_t count;
	enum err rc = customer_find(reader, &r->scope, *id, r->arena, &customer, e);

	if (rc == ERR_OK) {
		rc = read_tags(reader, customer.id, r->arena, &tags, &count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	for (size_t i = 0; i < count; i++) {
		jw_object(&r->json);
		tag_encode(&tags[i], &r->json);
		jw_object_end(&r->json);
	}
	reading_items_end(r);
	return ERR_OK;
}

static void
get(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "customers:read"};

	reading_route_of(rq, app, &access, run_get);
}

/* --- changing ------------------------------------------------------------------------------ */

static void
tagged(struct exchange *x, const struct outcome *o)
{
	uint64_t customer = *(const uint64_t *)x->state;

	if (!o->duplicate) {
		console_announce_customer(x->app, customer);
	}
	reading_of(x, customer, run_get);
}

static struct tag_list
read_list(struct input *in, const char *name)
{
	const struct json *list = json_get(in->object, name);
	size_t count = list == NULL ? 0 : json_length(list);
	const char **texts = arena_alloc(in->arena, (count + 1) * sizeof(*texts));

	if (list != NULL && (!json_is_array(list) || count > TAG_EDITS_MAX)) {
		input_wrong(in, name, "must be a list of at most %d", TAG_EDITS_MAX);
		return (struct tag_list){NULL, 0};
	}
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_at(list, i), NULL);

		if (!tag_valid(text)) {
			input_wrong(in, name, "each is a line of 1 to %d bytes", TAG_BYTES_MAX);
			return (struct tag_list){NULL, 0};
		}
		texts[i] = arena_strdup(in->arena, text);
	}
	return (struct tag_list){texts, count};
}

static void
read_change(struct input *in, bool whole, struct tags_change *out)
{
	out->whole_tags = whole && json_get(in->object, "tags") != NULL;
	out->whole_topics = whole && json_get(in->object, "topics") != NULL;
	out->tags = read_list(in, "tags");
	out->topics = read_list(in, "topics");
	if (!whole) {
		out->tags_removed = read_list(in, "tags_removed");
		out->topics_removed = read_list(in, "topics_removed");
	}
	out->intent = input_clearable(in, "intent", TAG_BYTES_MAX);
	if (!str_empty(out->intent) && !tag_valid(out->intent)) {
		input_wrong(in, "intent", "is a line of 1 to %d bytes", TAG_BYTES_MAX);
	}
}

static void
allowed(struct exchange *x, uint64_t primary)
{
	struct change *c = x->pending;

	c->tags.customer = primary;
	*(uint64_t *)x->state = primary;
	exchange_submit(x, c, tagged, NULL);
}

static void
start_change(struct exchange *x, bool whole)
{
	uint64_t id = exchange_id(x, "id");
	struct change *c;
	struct input in;

	if (id == 0) {
		return;
	}
	c = exchange_change(x, CHANGE_TAGS);
	input_init(&in, x, c->arena);
	read_change(&in, whole, &c->tags);
	if (exchange_refused(x, &in)) {
		return;
	}
	x->state = arena_alloc(x->arena, sizeof(uint64_t));
	customer_check(x, id, allowed);
}

static void
start_put(struct exchange *x)
{
	start_change(x, true);
}

static void
start_patch(struct exchange *x)
{
	start_change(x, false);
}

static const struct access writing = {
	.role = ROLE_AGENT,
	.scope = "customers:write",
	.json = true,
};

static void
put(struct http_request *rq, void *app)
{
	exchange_begin(rq, app, &writing, start_put);
}

static void
patch(struct http_request *rq, void *app)
{
	exchange_begin(rq, app, &writing, start_patch);
}

/* --- those in use -------------------------------------------------------------------------- */

static enum err
run_known(struct reading *r, struct reader *reader, struct error *e)
{
	struct known_tag *tags;
	size_t count;
	enum err rc = read_known_tags(reader, &r->scope, r->arena, &tags, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	reading_items(r);
	for (size_t i = 0; i < count; i++) {
		jw_object(&r->json);
		jw_kstring(&r->json, "kind", tag_kind_name(tags[i].kind));
		jw_kstring(&r->json, "text", tags[i].text);
		jw_ki64(&r->json, "customers", tags[i].customers);
		jw_object_end(&r->json);
	}
	reading_items_end(r);
	return ERR_OK;
}

static void
known(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "customers:read"};

	reading_route(rq, app, &access, run_known);
}

const struct http_route tag_routes[] = {
	{"GET", "/api/v1/customers/:id/tags", get, 0},
	{"PUT", "/api/v1/customers/:id/tags", put, JSON_BODY_MAX},
	{"PATCH", "/api/v1/customers/:id/tags", patch, JSON_BODY_MAX},
	{"GET", "/api/v1/tags", known, 0},
	{0},
};
