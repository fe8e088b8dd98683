/* /api/v1/calls: events of telephone exchanges, and what agents note about a call. */
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/customer_view.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "channels/phone/driver.h"
#include "channels/phone/e164.h"
#include "model/change.h"
#include "store/read.h"

enum {
	OUTCOME_MAX = 40,
	NOTE_MAX = 2000,
};

/* --- one call as it is now ---------------------------------------------------------------- */

struct shown_call {
	uint64_t id;
	uint64_t customer;
	bool event; /* the answer to an event names customer and duplicate too */
	bool duplicate;
};

static enum err
find_call(struct reading *r, struct reader *reader, struct shown_call *shown,
	struct call *call, struct error *e)
{
	struct customer customer;
	enum err rc = read_call(reader, shown->id, r->arena, call, e);

	if (rc == ERR_OK) {
		/* A timeline has the number of the customer it was opened with. */
		rc = customer_find(reader, &r->scope, call->timeline, r->arena, &customer, e);
	}
	if (rc == ERR_NOT_FOUND) {
		return error_set(e, ERR_NOT_FOUND, "there is no such call");
	}
	if (rc == ERR_OK) {
		shown->customer = customer.id;
	}
	return rc;
}

static enum err
run_show(struct reading *r, struct reader *reader, struct error *e)
{
	struct shown_call *shown = r->parameters;
	struct call call;
	enum err rc = find_call(r, reader, shown, &call, e);

	if (rc != ERR_OK) {
		return rc;
	}
	jw_object(&r->json);
	jw_key(&r->json, "call");
	jw_object(&r->json);
	call_encode(&call, &r->json);
	jw_object_end(&r->json);
	if (shown->event) {
		jw_kid(&r->json, "customer", shown->customer);
		jw_kbool(&r->json, "duplicate", shown->duplicate);
	}
	jw_object_end(&r->json);
	return ERR_OK;
}

static void
reply_call(struct exchange *x, const struct shown_call *shown)
{
	struct reading *r = reading_create(x, sizeof(*shown));

	*(struct shown_call *)r->parameters = *shown;
	/* Who may post events hears what became of them, whoever's customer it is. */
	if (shown->event) {
		r->scope = (struct scope){.unit_high = UNIT_LAST};
	}
	r->run = run_show;
	reading_start(r);
}

static void
start_show(struct exchange *x)
{
	struct shown_call shown = {.id = exchange_id(x, "id")};

	if (shown.id != 0) {
		reply_call(x, &shown);
	}
}

static void
show(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_show);
}

/* --- events ------------------------------------------------------------------------------- */

static void
event_stored(struct exchange *x, const struct outcome *o)
{
	struct shown_call shown = {
		.id = o->id,
		.customer = o->customer,
		.event = true,
		.duplicate = o->duplicate,
	};

	/* An event that comes again must not ring again. */
	if (!o->duplicate) {
		console_announce_call(x->app, o->id, o->customer);
	}
	reply_call(x, &shown);
}

/* Colleagues calling each other are nobody's history. */
static void
reply_internal(struct exchange *x)
{
	struct buf out;
	struct json_writer w;

	exchange_open(&out, &w);
	jw_kid(&w, "call", 0);
	jw_kid(&w, "customer", 0);
	jw_kbool(&w, "duplicate", false);
	exchange_close(x, &out, &w);
}

/* The parser names the wrong member in front of a colon: "from: is missing". */
static void
refuse_event(struct exchange *x, const struct error *e)
{
	const char *colon = strstr(e->text, ": ");

	if (colon == NULL) {
		exchange_fail(x, e->code, NULL, e->text);
		return;
	}
	exchange_fail(x, e->code, arena_strndup(x->arena, e->text, (size_t)(colon - e->text)),
		colon + 2);
}

static uint64_t
channel_of(struct exchange *x, struct input *in)
{
	uint64_t id = input_id(in, "channel");
	const struct channel_row *channel = id != 0
		? directory_channel(x->app->directory, id)
		: directory_first_channel(x->app->directory, "phone");

	if (channel == NULL || !channel->enabled || strcmp(channel->kind, "phone") != 0) {
		input_wrong(in, "channel", "%s",
			id != 0 ? "is not a phone channel that is switched on"
					: "no phone channel is switched on; make one first");
		return 0;
	}
	return channel->id;
}

static void
start_event(struct exchange *x)
{
	struct dial_plan plan = {
		.region = x->app->conf->home_region,
		.area = x->app->conf->home_area,
		.extension_max = (size_t)x->app->conf->extension_digits,
	};
	struct inbound inbound = {.body = x->body, .plan = &plan};
	struct change *c = exchange_change(x, CHANGE_CALL);
	struct error e = {0};
	struct input in;

	input_init(&in, x, c->arena);
	if (phone_driver.decode(&inbound, c, &e) != ERR_OK) {
		refuse_event(x, &e);
		return;
	}
	if (c->call.call.direction == CALL_INTERNAL) {
		reply_internal(x);
		return;
	}
	c->call.channel = channel_of(x, &in);
	c->call.call.channel = c->call.channel;
	if (exchange_refused(x, &in)) {
		return;
	}
	exchange_submit(x, c, event_stored, NULL);
}

static void
event(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT,
		.scope = "calls:write",
		.json = true};

	exchange_begin(rq, app, &access, start_event);
}

/* --- outcomes ----------------------------------------------------------------------------- */

static void
outcome_stored(struct exchange *x, const struct outcome *o)
{
	const struct shown_call *shown = x->state;

	(void)o;
	reply_call(x, shown);
}

static bool
is_code(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

static void
outcome_checked(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct change *c = exchange_change(x, CHANGE_CALL_OUTCOME);
	struct shown_call *shown = arena_alloc(x->arena, sizeof(*shown));
	struct input in;

	*shown = *(const struct shown_call *)r->parameters;
	reading_destroy(r);
	input_init(&in, x, c->arena);
	c->call_outcome.call = shown->id;
	c->call_outcome.outcome = input_clearable(&in, "outcome", OUTCOME_MAX);
	c->call_outcome.note = input_text(&in, "note", NOTE_MAX);
	if (c->call_outcome.outcome == NULL) {
		c->call_outcome.outcome = "";
	}
	if (c->call_outcome.note == NULL) {
		c->call_outcome.note = "";
	}
	if (!is_code(c->call_outcome.outcome)) {
		input_wrong(&in, "outcome", "must be of lower-case letters, digits, _ and -");
	}
	if (c->call_outcome.outcome[0] == '\0' && c->call_outcome.note[0] == '\0') {
		input_wrong(&in, "outcome", "is missing");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	x->state = shown;
	exchange_submit(x, c, outcome_stored, NULL);
}

static enum err
run_check(struct reading *r, struct reader *reader, struct error *e)
{
	struct call call;

	return find_call(r, reader, r->parameters, &call, e);
}

static void
start_outcome(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	struct reading *r;

	if (id == 0) {
		return;
	}
	r = reading_create(x, sizeof(struct shown_call));
	((struct shown_call *)r->parameters)->id = id;
	r->run = run_check;
	r->done = outcome_checked;
	reading_start(r);
}

static void
outcome(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_outcome);
}

const struct http_route call_routes[] = {
	{"POST", "/api/v1/calls", event, JSON_BODY_MAX},
	{"GET", "/api/v1/calls/:id", show, 0},
	{"POST", "/api/v1/calls/:id/outcome", outcome, JSON_BODY_MAX},
	{0},
};
