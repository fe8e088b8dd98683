/* GET /api/v1/search/entries: what was said, whoever said it and wherever. The index names
 * candidates, newest first; each is read from the store by the rights of whoever asks and
 * compared with the query before it is shown. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/customer_view.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/limits.h"
#include "api/reading.h"
#include "api/routes.h"
#include "api/snippet.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "flow/index_feed.h"
#include "model/names.h"
#include "store/read_identity.h"
#include "store/read_search.h"

enum {
	LIST_LIMIT = 20,
	LIST_MAX = 50,
	QUERY_CHARACTERS = 200,
	BUDGET_US = 150 * 1000,
	KIND_LAST = 63,
	AUDIT_QUERY_BYTES = 400,
};

struct searching {
	struct index_feed *feed;
	struct index_query query;
	struct index_filter filter;
	const char *text;
	uint64_t customer; /* 0: any */
	size_t limit;
	bool first_page;
	/* What came of it: */
	int64_t began_us;
	size_t shown;
	bool partial;
	bool more;
	int64_t next_at;
	uint64_t next_id;
};

/* --- one hit ------------------------------------------------------------------------------ */

static void
write_hit(const struct found *found, const struct snippet *snippet, struct json_writer *w)
{
	const struct fact *f = found->fact;

	jw_object(w);
	jw_kid(w, "entry", f->id);
	jw_kid(w, "timeline", f->timeline);
	jw_ki64(w, "seq", (int64_t)f->seq);
	jw_kstring(w, "kind", fact_kind_name(f->kind));
	jw_key(w, "author");
	jw_object(w);
	jw_kstring(w, "kind", author_kind_name(f->author_kind));
	jw_kid(w, "id", f->author);
	jw_object_end(w);
	jw_kstring(w, "channel_kind", f->channel_kind);
	jw_key(w, "customer");
	jw_object(w);
	jw_kid(w, "id", f->customer);
	jw_kstring(w, "name", found->customer_name);
	jw_kbool(w, "anonymous", found->anonymous);
	jw_object_end(w);
	jw_kid(w, "conversation", f->conversation);
	jw_ktime(w, "at", f->at);
	jw_kstring(w, "field", snippet->field->name);
	jw_key(w, "snippet");
	snippet_write(snippet, w);
	jw_object_end(w);
}

/* What the index keeps of filters are hashes. */
static bool
fits(const struct index_filter *f, const struct fact *fact)
{
	return (f->agent == 0 || fact->author == f->agent) &&
		(f->author < 0 || fact->author_kind == (enum author_kind)f->author) &&
		(f->kind == 0 || fact->kind == (enum fact_kind)f->kind) &&
		(f->channel_kind == NULL || strcmp(fact->channel_kind, f->channel_kind) == 0);
}

static void
show(struct reading *r, struct searching *s, const struct found *found)
{
	struct index_text text;
	struct snippet snippet;

	if (!fits(&s->filter, found->fact)) {
		return;
	}
	index_text_read(found->fact->kind, found->fact->body, found->fact->files, r->arena,
		&text);
	if (snippet_find(&s->query, &text, &snippet)) {
		write_hit(found, &snippet, &r->json);
		s->shown++;
	}
}

/* --- the search --------------------------------------------------------------------------- */

static enum err
show_some(struct reading *r, struct reader *reader, struct searching *s,
	const struct index_hit *hits, size_t count, struct error *e)
{
	uint64_t ids[FOUND_READ_MAX];
	struct found *found;
	size_t readable = 0;
	size_t next = 0;
	enum err rc;

	for (size_t i = 0; i < count; i++) {
		ids[i] = hits[i].id;
	}
	rc = read_found(reader, &r->scope, ids, count, r->arena, &found, &readable, e);
	for (size_t i = 0; rc == ERR_OK && i < count && s->shown < s->limit; i++) {
		s->next_at = hits[i].at;
		s->next_id = hits[i].id;
		if (next < readable && found[next].fact->id == hits[i].id) {
			show(r, s, &found[next++]);
		}
	}
	for (size_t i = 0; rc == ERR_OK && i < readable; i++) {
		fact_put(found[i].fact);
	}
	return rc;
}

static bool
is_late(const struct searching *s)
{
	return clock_monotonic_us() - s->began_us > BUDGET_US;
}

/* Candidates of one look into the index; what is left of them when time is up is looked for
 * again by the next page. */
static enum err
show_page(struct reading *r, struct reader *reader, struct searching *s,
	const struct index_page *page, struct error *e)
{
	size_t done = 0;
	enum err rc = ERR_OK;

	while (rc == ERR_OK && done < page->count && s->shown < s->limit && !s->partial) {
		size_t some = page->count - done < FOUND_READ_MAX ? page->count - done
														  : (size_t)FOUND_READ_MAX;

		rc = show_some(r, reader, s, page->hits + done, some, e);
		done += some;
		s->partial = is_late(s) && done < page->count;
	}
	s->more = page->more || s->next_id != page->hits[page->count - 1].id;
	return rc;
}

static enum err
search(struct reading *r, struct reader *reader, struct searching *s, struct index *ix,
	struct error *e)
{
	struct index_page *page = arena_alloc(r->arena, sizeof(*page));
	enum err rc;

	do {
		size_t wanted = s->limit - s->shown + s->limit / 4 + 1;

		rc = index_search(ix, &s->filter, wanted, page, e);
		if (rc != ERR_OK) {
			break;
		}
		s->more = page->more;
		s->next_at = page->next_at;
		s->next_id = page->next_id;
		if (page->count > 0) {
			rc = show_page(r, reader, s, page, e);
		}
		if (page->partial && s->shown < s->limit && !s->partial) {
			s->next_at = page->next_at;
			s->next_id = page->next_id;
			s->partial = true;
		}
		s->filter.before_at = s->next_at;
		s->filter.before_id = s->next_id;
		s->partial = s->partial || (s->more && s->shown < s->limit && is_late(s));
	} while (rc == ERR_OK && s->more && s->shown < s->limit && !s->partial);
	return rc;
}

/* Her own timelines and, where the rights of the asker reach beyond her units, those. */
static enum err
narrow(struct reading *r, struct reader *reader, struct searching *s, struct error *e)
{
	struct customer customer;
	uint64_t *timelines = NULL;
	uint64_t *own;
	size_t count = 0;
	enum err rc = ERR_OK;

	if (s->customer != 0) {
		rc = customer_find(reader, &r->scope, s->customer, r->arena, &customer, e);
		if (rc == ERR_OK) {
			rc = read_members(reader, customer.id, r->arena, &timelines, &count, e);
		}
	}
	s->filter.match = index_query_match(&s->query, timelines, count, r->arena);
	s->filter.scope = r->scope;
	if (rc == ERR_OK) {
		rc = read_timelines_elsewhere(reader, &r->scope, r->arena, &own,
			&s->filter.own_count, e);
		s->filter.own = own;
	}
	return rc;
}

static enum err
run_search(struct reading *r, struct reader *reader, struct error *e)
{
	struct searching *s = r->parameters;
	struct index_feed_state state;
	char page[PAGE_TEXT_SIZE];
	struct index *ix;
	enum err rc;

	s->began_us = clock_monotonic_us();
	s->filter.deadline_us = s->began_us + BUDGET_US;
	rc = narrow(r, reader, s, e);
	if (rc != ERR_OK) {
		return rc;
	}
	index_feed_read_state(s->feed, &state);
	ix = index_feed_borrow(s->feed);
	if (ix == NULL) {
		return error_set(e, ERR_UNAVAILABLE, "the index is being opened; try again soon");
	}
	jw_object(&r->json);
	jw_key(&r->json, "items");
	jw_array(&r->json);
	rc = search(r, reader, s, ix, e);
	index_feed_give_back(s->feed);
	jw_array_end(&r->json);
	if (s->more) {
		page_write(s->next_at, s->next_id, page);
	}
	jw_kstring(&r->json, "next", s->more ? page : NULL);
	jw_kbool(&r->json, "partial", s->partial);
	jw_ki64(&r->json, "behind", (int64_t)state.behind);
	jw_ki64(&r->json, "facts", (int64_t)state.total);
	jw_ki64(&r->json, "took_us", clock_monotonic_us() - s->began_us);
	jw_object_end(&r->json);
	return rc;
}

/* --- audit -------------------------------------------------------------------------------- */

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

/* Nobody reads what others said without a trace: what she looked for stands there before she
 * sees what was found. The pages that follow belong to the same search. */
static void
audit(struct reading *r)
{
	struct exchange *x = r->exchange;
	const struct searching *s = r->parameters;
	struct change *c;
	size_t length = strlen(s->text);

	if (!s->first_page) {
		reading_reply(r);
		return;
	}
	c = exchange_change(x, CHANGE_AUDIT);
	c->audit.action = "entries.searched";
	c->audit.subject_kind = "customer";
	c->audit.subject = s->customer;
	length = length > AUDIT_QUERY_BYTES
		? utf8_truncate(s->text, length, AUDIT_QUERY_BYTES)
		: length;
	c->audit.detail = arena_printf(c->arena, "%zu: %.*s", s->shown, (int)length, s->text);
	x->state = r;
	exchange_submit(x, c, audited, not_audited);
}

/* --- the request -------------------------------------------------------------------------- */

static int
read_kind(struct input *in)
{
	const char *name = query_text(in, "kind", 32);

	for (int kind = 1; name != NULL && kind <= KIND_LAST; kind++) {
		if (strcmp(fact_kind_name((enum fact_kind)kind), name) == 0) {
			return kind;
		}
	}
	if (name != NULL) {
		input_wrong(in, "kind", "is no kind of entry");
	}
	return 0;
}

static int
read_author(struct input *in)
{
	const char *name = query_text(in, "author", 20);

	for (int kind = AUTHOR_SYSTEM; name != NULL && kind <= AUTHOR_API; kind++) {
		if (strcmp(author_kind_name((enum author_kind)kind), name) == 0) {
			return kind;
		}
	}
	if (name != NULL) {
		input_wrong(in, "author", "must be customer, staff, bot, api or system");
	}
	return -1;
}

static void
read_query(struct input *in, struct searching *s)
{
	struct error e = {0};

	s->text = query_text(in, "q", QUERY_CHARACTERS);
	if (s->text == NULL) {
		input_wrong(in, "q", "is missing");
	} else if (index_query_read(s->text, in->arena, &s->query, &e) != ERR_OK) {
		input_wrong(in, "q", "%s", e.text);
	}
}

static void
read_filter(struct input *in, struct searching *s)
{
	struct index_filter *f = &s->filter;

	s->customer = query_id(in, "customer");
	f->agent = query_id(in, "agent");
	f->author = read_author(in);
	if (f->agent != 0) {
		f->author = AUTHOR_STAFF;
	}
	f->kind = read_kind(in);
	f->channel_kind = query_text(in, "channel", CHANNEL_KIND_SIZE - 1);
	f->from = query_time(in, "from");
	f->to = query_time(in, "to");
	query_page(in, "cursor", &f->before_at, &f->before_id);
	s->first_page = f->before_at == 0;
	s->limit = query_limit(in, LIST_LIMIT);
	if (s->limit > LIST_MAX) {
		s->limit = LIST_MAX;
	}
}

static void
start_search(struct exchange *x)
{
	struct reading *r;
	struct searching *s;
	struct input in;
	int64_t retry_ms = 0;
	char key[32];

	snprintf(key, sizeof(key), "%d.%" PRIu64, (int)x->who.actor.kind, x->who.actor.id);
	if (!limits_take(x->app->limits, "search", key, x->app->conf->searches_per_minute,
			&retry_ms)) {
		exchange_wait(x, retry_ms, "too many searches at once; wait a little");
		return;
	}
	r = reading_create(x, sizeof(*s));
	s = r->parameters;
	s->feed = x->app->index_feed;
	input_init(&in, x, r->arena);
	read_query(&in, s);
	read_filter(&in, s);
	r->run = run_search;
	r->done = audit;
	reading_start_checked(r, &in);
}

static void
entries(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .scope = "entries:read"};

	exchange_begin(rq, app, &access, start_search);
}

const struct http_route search_routes[] = {
	{"GET", "/api/v1/search/entries", entries, 0},
	{0},
};
