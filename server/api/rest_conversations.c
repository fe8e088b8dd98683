/* /api/v1/conversations: the lists, and what can be done with one by REST (the console does it
 * by its socket; the changes are the same). */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/conversation_item.h"
#include "api/exchange.h"
#include "api/frame.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"
#include "model/names.h"
#include "store/read.h"

enum {
	LIST_LIMIT = 50,
	SEARCH_MAX = 100,
};

void
conversation_item_write(struct json_writer *w, const struct conversation_item *item)
{
	jw_object(w);
	conversation_encode(&item->conversation, w);
	jw_kstring(w, "customer_name", item->customer_name);
	jw_kbool(w, "anonymous", item->anonymous);
	jw_ki64(w, "inbound_read", (int64_t)item->inbound_read);
	jw_object_end(w);
}

/* --- the list ----------------------------------------------------------------------------- */

/* Within a page; which page they are on may be a moment behind. */
static int
newest_first(const void *x, const void *y)
{
	const struct conversation *a = &((const struct conversation_item *)x)->conversation;
	const struct conversation *b = &((const struct conversation_item *)y)->conversation;

	if (a->last_at != b->last_at) {
		return a->last_at > b->last_at ? -1 : 1;
	}
	return (a->id < b->id) - (a->id > b->id);
}

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	struct conversation_filter *f = r->parameters;
	struct conversation_item *items;
	char page[PAGE_TEXT_SIZE];
	size_t wanted = f->limit;
	bool has_next;
	size_t count;
	enum err rc;

	f->limit = wanted + 1; /* one more tells whether there is a next page */
	rc = read_conversations(reader, f, r->arena, &items, &count, e);
	if (rc != ERR_OK) {
		return rc;
	}
	has_next = count > wanted;
	count = has_next ? wanted : count;
	if (has_next) {
		page_write(items[count - 1].place_at, items[count - 1].conversation.id, page);
	}
	qsort(items, count, sizeof(*items), newest_first);
	jw_object(&r->json);
	jw_key(&r->json, "items");
	jw_array(&r->json);
	for (size_t i = 0; i < count; i++) {
		conversation_item_write(&r->json, &items[i]);
	}
	jw_array_end(&r->json);
	jw_kstring(&r->json, "next", has_next ? page : NULL);
	jw_object_end(&r->json);
	return ERR_OK;
}

static enum conversation_view
read_view(struct input *in)
{
	const char *text = query_text(in, "view", 20);

	if (text == NULL || strcmp(text, "all") == 0) {
		return VIEW_ALL;
	}
	if (strcmp(text, "mine") == 0) {
		return VIEW_MINE;
	}
	if (strcmp(text, "unassigned") == 0) {
		return VIEW_UNASSIGNED;
	}
	input_wrong(in, "view", "must be mine, unassigned or all");
	return VIEW_ALL;
}

static void
read_state(struct input *in, struct conversation_filter *f)
{
	const char *text = query_text(in, "state", 20);

	if (text == NULL || strcmp(text, "open") == 0) {
		return;
	}
	if (strcmp(text, "resolved") == 0) {
		f->resolved = true;
	} else if (strcmp(text, "any") == 0) {
		f->any_state = true;
	} else {
		input_wrong(in, "state", "must be open, resolved or any");
	}
}

void
conversation_filter_read(struct input *in, struct conversation_filter *f)
{
	f->view = read_view(in);
	read_state(in, f);
	f->assignee = query_id(in, "assignee");
	f->customer = query_id(in, "customer");
	f->channel_kind = query_text(in, "channel_kind", CHANNEL_KIND_SIZE - 1);
	f->waiting = query_flag(in, "waiting");
	f->flagged = query_flag(in, "flagged");
	f->from = query_time(in, "from");
	f->to = query_time(in, "to");
	f->search = query_text(in, "q", SEARCH_MAX);
	f->tag = query_text(in, "tag", TAG_BYTES_MAX);
}

static void
start_list(struct exchange *x)
{
	struct reading *r = reading_create(x, sizeof(struct conversation_filter));
	struct conversation_filter *f = r->parameters;
	struct input in;

	input_init(&in, x, r->arena);
	f->scope = r->scope;
	conversation_filter_read(&in, f);
	f->limit = query_limit(&in, LIST_LIMIT);
	query_page(&in, "after", &f->before_at, &f->before_id);
	r->run = run_list;
	reading_start_checked(r, &in);
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_list);
}

/* --- counts ------------------------------------------------------------------------------- */

static enum err
run_counts(struct reading *r, struct reader *reader, struct error *e)
{
	struct conversation_counts counts;
	enum err rc = read_conversation_counts(reader, &r->scope, &counts, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	jw_ki64(&r->json, "mine", (int64_t)counts.mine);
	jw_ki64(&r->json, "unassigned", (int64_t)counts.unassigned);
	jw_ki64(&r->json, "all", (int64_t)counts.all);
	jw_ki64(&r->json, "mine_unread", (int64_t)counts.mine_unread);
	jw_object_end(&r->json);
	return ERR_OK;
}

static void
counts(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	reading_route(rq, app, &access, run_counts);
}

/* --- one ---------------------------------------------------------------------------------- */

static enum err
run_show(struct reading *r, struct reader *reader, struct error *e)
{
	const uint64_t *id = r->parameters;
	struct conversation_item item;
	enum err rc = read_conversation(reader, *id, r->scope.self, r->arena, &item, e);

	if (rc != ERR_OK) {
		return rc;
	}
	if (!scope_allows(&r->scope, item.conversation.unit, item.conversation.owner,
			item.conversation.assignee)) {
		return error_set(e, ERR_NOT_FOUND, "there is no such conversation");
	}
	conversation_item_write(&r->json, &item);
	return ERR_OK;
}

static void
show(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	reading_route_of(rq, app, &access, run_show);
}

/* --- acknowledgements --------------------------------------------------------------------- */

static void
acknowledge(struct exchange *x, const struct outcome *o)
{
	const struct fact *fact = o->fact_count > 0 ? o->facts[0] : NULL;
	struct buf out;
	struct json_writer w;

	exchange_open(&out, &w);
	jw_kstring(&w, "ref", x->state);
	jw_kid(&w, "id", fact != NULL ? fact->id : 0);
	jw_ki64(&w, "seq", fact != NULL ? (int64_t)fact->seq : 0);
	jw_kid(&w, "timeline", fact != NULL ? fact->timeline : o->timeline);
	jw_ktime(&w, "at", fact != NULL ? fact->committed_at : o->at);
	jw_kbool(&w, "duplicate", o->duplicate);
	jw_key(&w, "conversation");
	if (o->conversation != NULL) {
		jw_object(&w);
		conversation_encode(o->conversation, &w);
		jw_object_end(&w);
	} else {
		jw_null(&w);
	}
	console_announce_mentions(x->app, o);
	exchange_close(x, &out, &w);
}

static void
submit_with_ref(struct exchange *x, struct change *c)
{
	x->state = arena_strdup(x->arena, c->ref);
	exchange_submit(x, c, acknowledge, NULL);
}

/* --- actions ------------------------------------------------------------------------------ */

static enum conversation_action
read_action(struct input *in)
{
	static const struct {
		const char *name;
		enum conversation_action action;
	} actions[] = {
		{"take", ACTION_TAKE},
		{"assign", ACTION_ASSIGN},
		{"release", ACTION_RELEASE},
		{"resolve", ACTION_RESOLVE},
		{"reopen", ACTION_REOPEN},
		{"quiet", ACTION_QUIET},
	};
	const char *name = input_required_line(in, "action", 20);

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (str_equals(name, actions[i].name)) {
			return actions[i].action;
		}
	}
	input_wrong(in, "action", "must be take, assign, release, resolve, reopen or quiet");
	return ACTION_TAKE;
}

static void
start_act(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct change *c;
	struct input in;

	if (id == 0) {
		return;
	}
	c = exchange_change(x, CHANGE_CONVERSATION);
	input_init(&in, x, c->arena);
	input_ref(&in, "ref", c->ref);
	c->conversation.conversation = id;
	c->conversation.action = read_action(&in);
	c->conversation.assignee = input_id(&in, "assignee");
	c->conversation.version = input_version(&in);
	c->conversation.note = input_text(&in, "note", HANDOVER_NOTE_MAX);
	if (c->conversation.action == ACTION_ASSIGN && c->conversation.assignee == 0) {
		input_wrong(&in, "assignee", "is missing");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	submit_with_ref(x, c);
}

static void
act(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_act);
}

/* --- messages and notes ------------------------------------------------------------------- */

static enum fact_kind
read_kind(struct input *in)
{
	const char *kind = input_line(in, "kind", 20);

	if (kind == NULL || strcmp(kind, "message") == 0) {
		return FACT_MESSAGE;
	}
	if (strcmp(kind, "note") == 0) {
		return FACT_NOTE;
	}
	input_wrong(in, "kind", "must be message or note");
	return FACT_MESSAGE;
}

static void
start_post(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct change *c;
	struct input in;

	if (id == 0) {
		return;
	}
	c = exchange_change(x, CHANGE_POST);
	input_init(&in, x, c->arena);
	input_ref(&in, "ref", c->ref);
	c->post.party.conversation = id;
	c->post.kind = read_kind(&in);
	c->post.text = input_text(&in, "text", FRAME_TEXT_MAX);
	c->post.files = input_ids(&in, "files", FRAME_FILES_MAX, &c->post.file_count);
	c->post.mentions = input_ids(&in, "mentions", MENTIONS_MAX, &c->post.mention_count);
	c->post.quick_replies = input_ids(&in, "quick_replies", FRAME_FILES_MAX,
		&c->post.quick_reply_count);
	c->post.acknowledged = input_ids(&in, "acknowledged", FRAME_FILES_MAX,
		&c->post.acknowledged_count);
	c->post.seen_seq = (uint64_t)input_number(&in, "seen_seq", 0, INT64_MAX, 0);
	c->post.stale_check = input_flag(&in, "check", false);
	if (str_empty(c->post.text) && c->post.file_count == 0) {
		input_wrong(&in, "text", "is missing");
	}
	if (c->post.text != NULL && strlen(c->post.text) > FRAME_TEXT_MAX) {
		input_wrong(&in, "text", "is longer than %d bytes", FRAME_TEXT_MAX);
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	if (c->post.text == NULL) {
		c->post.text = "";
	}
	submit_with_ref(x, c);
}

static void
post(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_post);
}

const struct http_route conversation_routes[] = {
	{"GET", "/api/v1/conversations", list, 0},
	{"GET", "/api/v1/conversations/counts", counts, 0},
	{"GET", "/api/v1/conversations/:id", show, 0},
	{"POST", "/api/v1/conversations/:id/actions", act, JSON_BODY_MAX},
	{"POST", "/api/v1/conversations/:id/entries", post, JSON_BODY_MAX},
	{0},
};
