/* /api/v1/widget/notice: a visitor agrees to the privacy notice of her channel. */
#include "api/app.h"
#include "api/channel_settings.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/routes.h"
#include "base/arena.h"
#include "model/change.h"

static void
accepted(struct exchange *x, const struct outcome *o)
{
	const int64_t *version = x->state;
	struct buf out;
	struct json_writer w;

	/* What is remembered of her does not know it yet. */
	sessions_reread_token(x->app->sessions, x->who.token_hash);
	exchange_open(&out, &w);
	jw_kid(&w, "channel", x->who.visitor.channel);
	jw_ki64(&w, "version", *version);
	jw_ktime(&w, "at", o->at);
	exchange_close(x, &out, &w);
}

static void
start_accept(struct exchange *x)
{
	const struct channel_row *channel = directory_channel(x->app->directory,
		x->who.visitor.channel);
	struct chat_settings settings;
	struct change *c;
	struct input in;
	int64_t version;

	if (channel == NULL ||
		settings_parse(channel->settings, x->arena, &settings) != ERR_OK) {
		exchange_fail(x, ERR_NOT_FOUND, NULL, "there is no such channel");
		return;
	}
	input_init(&in, x, x->arena);
	version = input_number(&in, "version", 1, INT64_MAX, 0);
	if (version != notice_required(&settings.notice)) {
		/* She read another one than there is now. */
		input_wrong(&in, "version", "is not the notice's present one");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	x->state = arena_alloc(x->arena, sizeof(version));
	*(int64_t *)x->state = version;
	c = exchange_change(x, CHANGE_NOTICE);
	c->notice.visitor = x->who.visitor.id;
	c->notice.version = version;
	exchange_submit(x, c, accepted, NULL);
}

static void
accept_notice(struct http_request *rq, void *app)
{
	static const struct access access = {.visitor = true, .json = true};

	exchange_begin(rq, app, &access, start_accept);
}

const struct http_route notice_routes[] = {
	{"POST", "/api/v1/widget/notice", accept_notice, JSON_BODY_MAX},
	{0},
};
