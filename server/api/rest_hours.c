/* /api/v1/hours: when somebody is there, and whether now. */
#include "api/app.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/house_hours.h"
#include "api/input.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/clock.h"
#include "model/change.h"
#include "model/hours.h"

static void
reply_hours(struct exchange *x)
{
	struct json_writer w;
	struct buf out;

	exchange_open(&out, &w);
	hours_encode(hours_current(x->app), &w);
	exchange_close(x, &out, &w);
}

static void
get(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, reply_hours);
}

static void
start_state(struct exchange *x)
{
	struct json_writer w;
	struct buf out;

	exchange_open(&out, &w);
	hours_state_encode(hours_current(x->app), clock_now_ms(), &w);
	exchange_close(x, &out, &w);
}

static void
get_state(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_state);
}

/* ---- Replacing --------------------------------------------------------------------------- */

static void
reloaded(void *ctx)
{
	reply_hours(ctx);
}

static void
stored(struct exchange *x, const struct outcome *o)
{
	(void)o;
	directory_reload(x->app->directory, reloaded, x);
}

/* What is kept: nothing but what was understood. */
static const char *
stored_form(const struct hours *h, struct arena *a)
{
	struct json_writer w;
	const char *text;
	struct buf out;

	buf_init(&out, HOURS_BODY_MAX);
	jw_init(&w, &out);
	jw_object(&w);
	hours_encode(h, &w);
	jw_object_end(&w);
	text = out.overflowed ? NULL : arena_strndup(a, out.data, out.length);
	buf_fini(&out);
	return text;
}

static void
start_put(struct exchange *x)
{
	struct hours hours;
	struct error e;
	struct change *c;

	if (hours_decode(x->body, x->arena, &hours, &e) != ERR_OK) {
		exchange_fail(x, ERR_INVALID, NULL, e.text);
		return;
	}
	c = exchange_change(x, CHANGE_HOURS);
	c->hours.version = json_get(x->body, "version") != NULL ? (int64_t)hours.version : -1;
	c->hours.body = stored_form(&hours, c->arena);
	if (c->hours.body == NULL) {
		exchange_fail(x, ERR_INVALID, "special", "is too long");
		return;
	}
	exchange_submit(x, c, stored, NULL);
}

static void
put(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_SUPERVISOR, .json = true};

	exchange_begin(rq, app, &access, start_put);
}

const struct http_route hours_routes[] = {
	{"GET", "/api/v1/hours", get, 0},
	{"PUT", "/api/v1/hours", put, JSON_BODY_MAX},
	{"GET", "/api/v1/hours/state", get_state, 0},
	{0},
};
