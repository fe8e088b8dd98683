/* /api/v1/customers/{id}/merge-preview: both sides, what differs, and the newest of the history
 * as it would be read. Looking at it is looking at both. */
#include "api/app.h"
#include "api/customer_view.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"
#include "store/read.h"
#include "store/read_identity.h"

enum { ENTRIES_SHOWN = 40 };

struct preview {
	uint64_t source;
	uint64_t target;
	enum merge_right right;
};

struct side {
	struct customer customer;
	struct contact_point *contacts;
	size_t contact_count;
	struct side_counts counts;
	uint64_t entries;
	size_t timelines;
	struct fact_list newest;
};

static enum err
load_side(struct reading *r, struct reader *reader, uint64_t id, struct side *s,
	struct error *e)
{
	struct timeline_end *ends = NULL;
	enum err rc = customer_find(reader, &r->scope, id, r->arena, &s->customer, e);

	if (rc == ERR_OK) {
		rc = read_contacts(reader, s->customer.id, r->arena, &s->contacts,
			&s->contact_count, e);
	}
	if (rc == ERR_OK) {
		rc = read_side_counts(reader, s->customer.id, r->arena, &s->counts, e);
	}
	if (rc == ERR_OK) {
		rc = read_timelines_of(reader, s->customer.id, r->arena, &ends, &s->timelines, e);
	}
	for (size_t i = 0; rc == ERR_OK && i < s->timelines; i++) {
		s->entries += ends[i].seq;
	}
	if (rc == ERR_OK) {
		rc = read_customer_entries(reader, s->customer.id, 0, 0, ENTRIES_SHOWN, r->arena,
			&s->newest, e);
	}
	return rc;
}

static void
write_side(struct json_writer *w, const char *key, const struct side *s)
{
	jw_key(w, key);
	jw_object(w);
	jw_key(w, "customer");
	jw_object(w);
	customer_encode(&s->customer, w);
	jw_object_end(w);
	jw_key(w, "contacts");
	jw_array(w);
	for (size_t i = 0; i < s->contact_count; i++) {
		jw_object(w);
		contact_point_encode(&s->contacts[i], w);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_ki64(w, "entries", (int64_t)s->entries);
	jw_ki64(w, "conversations", (int64_t)s->counts.conversations);
	jw_ki64(w, "open", (int64_t)s->counts.open);
	jw_ki64(w, "calls", (int64_t)s->counts.calls);
	jw_ki64(w, "files", (int64_t)s->counts.files);
	jw_ki64(w, "timelines", (int64_t)s->timelines);
	jw_ktime(w, "last_at", s->counts.last_at);
	jw_object_end(w);
}

static bool
before(const struct fact *a, const struct fact *b)
{
	return a->at != b->at ? a->at < b->at : a->id < b->id;
}

static void
write_entry(struct json_writer *w, const struct fact *f)
{
	jw_object(w);
	fact_encode_staff(f, w);
	jw_object_end(w);
}

/* The newest of both in the order in which they will be read, oldest first. */
static void
write_entries(struct json_writer *w, const struct side *a, const struct side *b)
{
	size_t i = 0;
	size_t k = 0;

	/* Both lists have the newest first: count how far back the page reaches ... */
	while (i + k < ENTRIES_SHOWN && (i < a->newest.count || k < b->newest.count)) {
		bool second = i == a->newest.count ||
			(k < b->newest.count && before(a->newest.items[i], b->newest.items[k]));

		i += !second;
		k += second;
	}
	/* ... and write it from there. */
	jw_key(w, "history");
	jw_array(w);
	while (i > 0 || k > 0) {
		bool second = i == 0 ||
			(k > 0 && before(b->newest.items[k - 1], a->newest.items[i - 1]));

		write_entry(w, second ? b->newest.items[--k] : a->newest.items[--i]);
	}
	jw_array_end(w);
}

/* Who has a number and a name is the one to keep; else who has more. */
static unsigned
weight(const struct side *s)
{
	return (str_empty(s->customer.external_id) ? 0 : 4u) +
		(s->customer.anonymous ? 0 : 2u);
}

static bool
keep_source(const struct side *source, const struct side *target)
{
	if (weight(source) != weight(target)) {
		return weight(source) > weight(target);
	}
	return source->entries > target->entries;
}

static void
write_warnings(struct json_writer *w, const struct side *s, const struct side *t,
	bool distinct)
{
	const struct customer *a = &s->customer;
	const struct customer *b = &t->customer;

	jw_key(w, "warnings");
	jw_array(w);
	if (!str_empty(a->external_id) && !str_empty(b->external_id)) {
		jw_string(w, "different_numbers");
	}
	if (distinct) {
		jw_string(w, "distinct");
	}
	if (s->counts.open > 0 && t->counts.open > 0) {
		jw_string(w, "both_open");
	}
	if (a->unit != b->unit) {
		jw_string(w, "different_units");
	}
	if (a->owner != b->owner && a->owner != 0 && b->owner != 0) {
		jw_string(w, "different_owners");
	}
	jw_array_end(w);
}

static void
write_preview(struct reading *r, const struct side *source, const struct side *target,
	bool distinct)
{
	const struct preview *p = r->parameters;
	struct json_writer *w = &r->json;

	jw_object(w);
	write_side(w, "source", source);
	write_side(w, "target", target);
	jw_kstring(w, "keep", keep_source(source, target) ? "source" : "target");
	jw_kbool(w, "may_merge",
		merge_allowed(&r->actor, p->right, &source->customer, &target->customer));
	write_warnings(w, source, target, distinct);
	write_entries(w, source, target);
	jw_object_end(w);
}

static enum err
run_preview(struct reading *r, struct reader *reader, struct error *e)
{
	struct preview *p = r->parameters;
	struct side source = {0};
	struct side target = {0};
	bool distinct = false;
	enum err rc = load_side(r, reader, p->source, &source, e);

	if (rc == ERR_OK) {
		rc = load_side(r, reader, p->target, &target, e);
	}
	if (rc == ERR_OK && source.customer.id == target.customer.id) {
		rc = error_set(e, ERR_CONFLICT, "both are read as one already");
	}
	if (rc == ERR_OK) {
		rc = read_distinct(reader, source.customer.id, target.customer.id, r->arena,
			&distinct, e);
	}
	if (rc == ERR_OK) {
		p->source = source.customer.id;
		p->target = target.customer.id;
		write_preview(r, &source, &target, distinct);
	}
	fact_list_release(&source.newest);
	fact_list_release(&target.newest);
	return rc;
}

/* --- the trace ----------------------------------------------------------------------------- */

static void
audited(struct exchange *x, const struct outcome *o)
{
	(void)o;
	reading_reply(x->state);
}

static void
not_audited(struct exchange *x, const struct outcome *o)
{
	struct reading *r = x->state;

	exchange_fail(x, o->code, NULL, o->text);
	reading_destroy(r);
}

static void
audit(struct exchange *x, uint64_t customer, exchange_outcome *next)
{
	struct change *c = exchange_change(x, CHANGE_AUDIT);

	c->audit.action = "customer.opened";
	c->audit.subject_kind = "customer";
	c->audit.subject = customer;
	c->audit.detail = "compared before a merge";
	exchange_submit(x, c, next, not_audited);
}

static void
first_audited(struct exchange *x, const struct outcome *o)
{
	const struct reading *r = x->state;

	(void)o;
	audit(x, ((const struct preview *)r->parameters)->target, audited);
}

static void
previewed(struct reading *r)
{
	struct exchange *x = r->exchange;

	x->state = r;
	audit(x, ((const struct preview *)r->parameters)->source, first_audited);
}

static void
start_preview(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct reading *r;
	struct preview *p;
	struct input in;

	if (id == 0) {
		return;
	}
	r = reading_create(x, sizeof(*p));
	p = r->parameters;
	input_init(&in, x, r->arena);
	p->source = id;
	p->target = query_id(&in, "with");
	p->right = (enum merge_right)x->app->conf->merge_right;
	if (p->target == 0) {
		input_wrong(&in, "with", "is missing");
	}
	if (exchange_refused(x, &in)) {
		reading_destroy(r);
		return;
	}
	r->run = run_preview;
	r->done = previewed;
	reading_start(r);
}

static void
preview(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_preview);
}

const struct http_route merge_preview_routes[] = {
	{"GET", "/api/v1/customers/:id/merge-preview", preview, 0},
	{0},
};
