/* /api/v1/customers/{id}/merge, unmerge, merges: two customers become one, and two again. */
#include <string.h>

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
#include "model/names.h"
#include "store/read.h"
#include "store/read_identity.h"

enum { REASON_MAX_CHARS = 60, FIELD_MAX = 20 };

/* --- the history of merges ----------------------------------------------------------------- */

struct merge_list {
	uint64_t customer;
	enum merge_right right;
};

struct listing {
	struct reading *reading;
	struct reader *reader;
	const struct merge_list *asked;
	uint64_t *members;
	size_t member_count;
};

static bool
is_member(const struct listing *l, uint64_t customer)
{
	for (size_t i = 0; i < l->member_count; i++) {
		if (l->members[i] == customer) {
			return true;
		}
	}
	return false;
}

static void
write_author(struct json_writer *w, const char *key, enum author_kind kind, uint64_t id)
{
	jw_key(w, key);
	jw_object(w);
	jw_kstring(w, "kind", author_kind_name(kind));
	jw_kid(w, "id", id);
	jw_object_end(w);
}

/* One who went another way may be out of sight since: then she has an id and no name. */
static enum err
load_side(const struct listing *l, uint64_t id, struct customer *out, bool *visible,
	struct error *e)
{
	struct reading *r = l->reading;
	struct customer primary;
	enum err rc = read_customer(l->reader, id, r->arena, out, e);

	if (rc != ERR_OK) {
		return rc;
	}
	*visible = is_member(l, id);
	if (*visible) {
		return ERR_OK;
	}
	rc = customer_find(l->reader, &r->scope, id, r->arena, &primary, e);
	*visible = rc == ERR_OK;
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static void
write_side(struct json_writer *w, const char *key, const struct customer *c, bool visible)
{
	jw_key(w, key);
	jw_object(w);
	jw_kid(w, "id", c->id);
	jw_kstring(w, "name", visible ? c->name : NULL);
	jw_kbool(w, "anonymous", c->anonymous);
	jw_object_end(w);
}

/* A merge that took values cannot be undone below a later one. */
static bool
may_undo(const struct listing *l, const struct merge *m, const struct customer *source,
	const struct customer *target)
{
	const struct actor *actor = &l->reading->actor;
	bool mine = m->made_by_kind == AUTHOR_STAFF && m->made_by == actor->id;

	if (m->undone_at != 0 || (target->primary != target->id && strlen(m->taken) > 2)) {
		return false;
	}
	return mine || merge_allowed(actor, l->asked->right, source, target);
}

static enum err
write_merge(const struct listing *l, const struct merge *m, struct error *e)
{
	struct json_writer *w = &l->reading->json;
	struct merge_value values[MERGE_FIELDS];
	struct customer source;
	struct customer target;
	bool source_seen = false;
	bool target_seen = false;
	enum err rc = load_side(l, m->source, &source, &source_seen, e);

	if (rc == ERR_OK) {
		rc = load_side(l, m->target, &target, &target_seen, e);
	}
	if (rc == ERR_OK) {
		rc = merge_values_parse(m->taken, l->reading->arena, values);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(w);
	jw_kid(w, "id", m->id);
	write_side(w, "source", &source, source_seen);
	write_side(w, "target", &target, target_seen);
	jw_kstring(w, "how", merge_how_name(m->how));
	write_author(w, "made_by", m->made_by_kind, m->made_by);
	jw_ktime(w, "made_at", m->made_at);
	jw_kstring(w, "reason", m->reason);
	jw_key(w, "taken");
	jw_object(w);
	if (source_seen && target_seen) {
		merge_values_encode(values, w);
	}
	jw_object_end(w);
	write_author(w, "undone_by", m->undone_by_kind, m->undone_by);
	jw_ktime(w, "undone_at", m->undone_at);
	jw_kstring(w, "undo_reason", m->undo_reason);
	jw_kbool(w, "may_undo", may_undo(l, m, &source, &target));
	jw_object_end(w);
	return ERR_OK;
}

static enum err
run_merges(struct reading *r, struct reader *reader, struct error *e)
{
	struct listing l = {.reading = r, .reader = reader, .asked = r->parameters};
	struct customer customer;
	struct merge *items = NULL;
	size_t count = 0;
	enum err rc = customer_find(reader, &r->scope, l.asked->customer, r->arena, &customer,
		e);

	if (rc == ERR_OK) {
		rc = read_members(reader, customer.id, r->arena, &l.members, &l.member_count, e);
	}
	if (rc == ERR_OK) {
		rc = read_merges(reader, customer.id, r->arena, &items, &count, e);
	}
	reading_items(r);
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		rc = write_merge(&l, &items[i], e);
	}
	reading_items_end(r);
	return rc;
}

static void
start_merges(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct reading *r;

	if (id == 0) {
		return;
	}
	r = reading_create(x, sizeof(struct merge_list));
	*(struct merge_list *)r->parameters = (struct merge_list){
		.customer = id,
		.right = (enum merge_right)x->app->conf->merge_right,
	};
	r->run = run_merges;
	reading_start(r);
}

static void
merges(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_merges);
}

/* --- one, and two again -------------------------------------------------------------------- */

static void
reply_merge(struct exchange *x, uint64_t merge, uint64_t customer, uint64_t other)
{
	struct buf out;
	struct json_writer w;

	buf_init(&out, REPLY_MAX_BYTES);
	jw_init(&w, &out);
	jw_object(&w);
	jw_kid(&w, "merge", merge);
	jw_kid(&w, "customer", customer);
	jw_kid(&w, "other", other);
	jw_object_end(&w);
	exchange_reply(x, &out);
}

static void
done(struct exchange *x, const struct outcome *o)
{
	console_announce_customer(x->app, o->previous);
	console_announce_customer(x->app, o->customer);
	reply_merge(x, o->id, o->customer, o->previous);
}

struct merging {
	uint64_t from;
	uint64_t to;
};

static unsigned
read_taken(struct input *in)
{
	const struct json *list = json_get(in->object, "take");
	unsigned take = 0;

	if (list != NULL && (!json_is_array(list) || json_length(list) > FIELD_MAX)) {
		input_wrong(in, "take", "must be a list of fields");
		return 0;
	}
	for (size_t i = 0; list != NULL && i < json_length(list); i++) {
		enum merge_field field;

		if (!merge_field_parse(json_string_value(json_at(list, i), NULL), &field)) {
			input_wrong(in, "take", "has a field that cannot be chosen");
			return 0;
		}
		take |= MERGE_TAKE(field);
	}
	return take;
}

static void
submit_merge(struct exchange *x, uint64_t unused)
{
	const struct merging *both = x->state;
	struct change *c = exchange_change(x, CHANGE_ATTACH);
	struct input in;

	(void)unused;
	input_init(&in, x, c->arena);
	c->attach = (struct attach_change){
		.from = both->from,
		.to = both->to,
		.by_hand = true,
		.from_version = (uint64_t)input_number(&in, "source_version", 0, INT64_MAX, 0),
		.to_version = (uint64_t)input_number(&in, "target_version", 0, INT64_MAX, 0),
		.take = read_taken(&in),
		.different_numbers = input_flag(&in, "different_numbers", false),
		.right = (enum merge_right)x->app->conf->merge_right,
		.reason = input_line(&in, "reason", REASON_MAX_CHARS),
	};
	if (exchange_refused(x, &in)) {
		return;
	}
	exchange_submit(x, c, done, NULL);
}

static void
source_checked(struct exchange *x, uint64_t primary)
{
	const struct merging *both = x->state;

	(void)primary;
	customer_check(x, both->to, submit_merge);
}

static void
start_merge(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct merging *both = arena_alloc(x->arena, sizeof(*both));
	struct input in;

	if (id == 0) {
		return;
	}
	input_init(&in, x, x->arena);
	*both = (struct merging){.from = id, .to = input_id(&in, "into")};
	if (both->to == 0) {
		input_wrong(&in, "into", "is missing");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	x->state = both;
	customer_check(x, id, source_checked);
}

static void
merge(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_merge);
}

/* Only a merge of this customer's own: the path names whom the rights were checked for. */
struct undoing {
	uint64_t customer;
	uint64_t merge;
};

static enum err
run_find_merge(struct reading *r, struct reader *reader, struct error *e)
{
	const struct undoing *u = r->parameters;
	struct customer customer;
	struct customer source;
	struct merge found = {0};
	enum err rc = customer_find(reader, &r->scope, u->customer, r->arena, &customer, e);

	if (rc == ERR_OK) {
		rc = read_merge(reader, u->merge, r->arena, &found, e);
	}
	if (rc == ERR_OK) {
		rc = read_customer(reader, found.source, r->arena, &source, e);
	}
	if (rc == ERR_OK && found.undone_at != 0) {
		return error_set(e, ERR_CONFLICT, "these two were taken apart already");
	}
	if (rc == ERR_OK && source.primary != customer.id) {
		return error_set(e, ERR_NOT_FOUND, "there is no such merge");
	}
	return rc;
}

static void
found_merge(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct undoing u = *(const struct undoing *)r->parameters;
	struct change *c = exchange_change(x, CHANGE_UNMERGE);
	struct input in;

	reading_destroy(r);
	input_init(&in, x, c->arena);
	c->unmerge = (struct unmerge_change){
		.merge = u.merge,
		.right = (enum merge_right)x->app->conf->merge_right,
		.reason = input_line(&in, "reason", REASON_MAX_CHARS),
	};
	if (exchange_refused(x, &in)) {
		return;
	}
	exchange_submit(x, c, done, NULL);
}

static void
start_unmerge(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct undoing u = {.customer = id};
	struct reading *r;
	struct input in;

	if (id == 0) {
		return;
	}
	input_init(&in, x, x->arena);
	u.merge = input_id(&in, "merge");
	if (u.merge == 0) {
		input_wrong(&in, "merge", "is missing");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	r = reading_create(x, sizeof(u));
	*(struct undoing *)r->parameters = u;
	r->run = run_find_merge;
	r->done = found_merge;
	reading_start(r);
}

static void
unmerge(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_unmerge);
}

const struct http_route merge_routes[] = {
	{"GET", "/api/v1/customers/:id/merges", merges, 0},
	{"POST", "/api/v1/customers/:id/merge", merge, JSON_BODY_MAX},
	{"POST", "/api/v1/customers/:id/unmerge", unmerge, JSON_BODY_MAX},
	{0},
};
