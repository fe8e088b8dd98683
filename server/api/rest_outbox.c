/* /api/v1/channels/:id/outbox: what waits to leave the house, what failed and why; and a call
 * to the webhook to see whether it is understood. For administrators. */
#include "api/app.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/push.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "flow/outbox.h"
#include "flow/webhook.h"
#include "model/change.h"
#include "model/outbox.h"
#include "net/web_client.h"
#include "store/read.h"

enum { LIST_LIMIT = 50 };

static const struct access administrators = {.role = ROLE_ADMINISTRATOR};

/* NULL: replied. */
static const struct channel_row *
channel_of(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	const struct channel_row *channel;

	if (id == 0) {
		return NULL;
	}
	channel = directory_channel(x->app->directory, id);
	if (channel == NULL) {
		exchange_fail(x, ERR_NOT_FOUND, NULL, "there is no such channel");
	}
	return channel;
}

/* --- how it stands ------------------------------------------------------------------------- */

struct outbox_page {
	uint64_t channel;
	enum outbox_state state;
	uint64_t before_id;
	size_t limit;
};

static void
write_summary(const struct outbox_summary *s, struct json_writer *w)
{
	jw_key(w, "summary");
	jw_object(w);
	jw_ki64(w, "waiting", s->waiting);
	jw_ki64(w, "failing", s->failing);
	jw_ki64(w, "sending", s->sending);
	jw_ki64(w, "sent", s->sent);
	jw_ki64(w, "dropped", s->dropped);
	jw_ki64(w, "dead", s->dead);
	jw_ktime(w, "sent_at", s->sent_at);
	jw_ktime(w, "failed_at", s->failed_at);
	jw_ki64(w, "status", s->status);
	jw_kstring(w, "answer", s->answer);
	jw_object_end(w);
}

static void
write_item(const struct outbox_item *i, struct json_writer *w)
{
	jw_object(w);
	jw_kid(w, "id", i->id);
	jw_kid(w, "customer", i->lane);
	jw_kid(w, "entry", i->fact);
	jw_kstring(w, "state", outbox_state_name(i->state));
	jw_ki64(w, "attempts", i->attempts);
	jw_ktime(w, "created_at", i->created_at);
	jw_ktime(w, "due_at", i->due_at);
	jw_ktime(w, "give_up_at", i->give_up_at);
	jw_ktime(w, "changed_at", i->changed_at);
	jw_ki64(w, "status", i->status);
	jw_kstring(w, "answer", i->answer);
	jw_object_end(w);
}

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	const struct outbox_page *p = r->parameters;
	struct outbox_summary summary;
	struct outbox_item *items;
	char page[PAGE_TEXT_SIZE];
	size_t count;
	enum err rc = read_outbox_summary(reader, p->channel, r->arena, &summary, e);

	if (rc == ERR_OK) {
		rc = read_outbox(reader, p->channel, p->state, p->before_id, p->limit + 1,
			r->arena, &items, &count, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	write_summary(&summary, &r->json);
	jw_key(&r->json, "items");
	jw_array(&r->json);
	for (size_t i = 0; i < count && i < p->limit; i++) {
		write_item(&items[i], &r->json);
	}
	jw_array_end(&r->json);
	if (count > p->limit) {
		page_write(0, items[p->limit - 1].id, page);
	}
	jw_kstring(&r->json, "next", count > p->limit ? page : NULL);
	jw_object_end(&r->json);
	return ERR_OK;
}

static void
start_list(struct exchange *x)
{
	const struct channel_row *channel = channel_of(x);
	const char *state;
	struct reading *r;
	struct outbox_page *p;
	struct input in;
	int64_t at;

	if (channel == NULL) {
		return;
	}
	r = reading_create(x, sizeof(*p));
	p = r->parameters;
	p->channel = channel->id;
	input_init(&in, x, r->arena);
	state = query_text(&in, "state", OUTBOX_KIND_SIZE);
	p->state = state != NULL ? outbox_state_of(state) : OUTBOX_WAITING;
	p->limit = query_limit(&in, LIST_LIMIT);
	query_page(&in, "after", &at, &p->before_id);
	if (p->state == 0) {
		input_wrong(&in, "state", "must be waiting, sending, sent, dropped or dead");
	}
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
	exchange_begin(rq, app, &administrators, start_list);
}

/* --- once more ----------------------------------------------------------------------------- */

static void
queued(struct exchange *x, const struct outcome *o)
{
	struct buf out;
	struct json_writer w;

	outbox_kick(x->app->outbox);
	buf_init(&out, REPLY_MAX_BYTES);
	jw_init(&w, &out);
	jw_object(&w);
	jw_ki64(&w, "items", (int64_t)o->id);
	jw_object_end(&w);
	exchange_reply(x, &out);
}

static void
start_again(struct exchange *x)
{
	const struct channel_row *channel = channel_of(x);
	struct change *c;
	struct input in;

	if (channel == NULL) {
		return;
	}
	c = exchange_change(x, CHANGE_OUTBOX);
	input_init(&in, x, c->arena);
	c->outbox.action = OUTBOX_ACTION_AGAIN;
	c->outbox.channel = channel->id;
	c->outbox.item = input_id(&in, "item");
	if (exchange_refused(x, &in)) {
		return;
	}
	exchange_submit(x, c, queued, NULL);
}

static void
again(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_ADMINISTRATOR, .json = true};

	exchange_begin(rq, app, &access, start_again);
}

/* --- a ping -------------------------------------------------------------------------------- */

static void
pinged(struct web_call *call)
{
	struct exchange *x = call->ctx;
	struct outbox_answer a = webhook_judge(call->status, call->answer, call->error, 0);
	struct buf out;
	struct json_writer w;

	buf_init(&out, REPLY_MAX_BYTES);
	jw_init(&w, &out);
	jw_object(&w);
	jw_kbool(&w, "ok", a.verdict == VERDICT_SENT);
	jw_ki64(&w, "status", a.status);
	jw_kstring(&w, "answer", a.text);
	jw_ki64(&w, "took_ms", call->took_ms);
	jw_object_end(&w);
	web_call_destroy(call);
	exchange_reply(x, &out);
}

static void
start_ping(struct exchange *x)
{
	const struct channel_row *channel = channel_of(x);
	struct web_call *call;

	if (channel == NULL) {
		return;
	}
	call = push_ping(x->app, channel);
	if (call == NULL) {
		exchange_fail(x, ERR_INVALID, "webhook.url",
			"needs an address and a secret first");
		return;
	}
	call->done = pinged;
	call->ctx = x;
	web_client_submit(x->app->web_client, call);
}

static void
ping(struct http_request *rq, void *app)
{
	exchange_begin(rq, app, &administrators, start_ping);
}

const struct http_route outbox_routes[] = {
	{"GET", "/api/v1/channels/:id/outbox", list, 0},
	{"POST", "/api/v1/channels/:id/outbox/again", again, JSON_BODY_MAX},
	{"POST", "/api/v1/channels/:id/webhook/test", ping, JSON_BODY_MAX},
	{0},
};
