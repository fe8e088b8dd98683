/* /api/v1/widget/answer-mail: where a visitor wants to be answered while she is away. What she
 * types is a claim; it only says where answers to her go. */
#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/limits.h"
#include "api/routes.h"
#include "api/sockets.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"
#include "model/email.h"

enum { PER_MINUTE = 6 };

static void
kept(struct exchange *x, const struct outcome *o)
{
	/* She may be a customer only now. */
	sessions_reread_token(x->app->sessions, x->who.token_hash);
	if (o->timeline != 0) {
		widgets_follow(x->app, x->who.visitor.id, o->timeline, o->customer);
	}
	exchange_reply_empty(x);
}

static void
start_keep(struct exchange *x)
{
	const char *key = arena_printf(x->arena, "%llu",
		(unsigned long long)x->who.visitor.id);
	char normal[EMAIL_SIZE];
	int64_t retry_ms = 0;
	const char *address;
	struct change *c;
	struct input in;

	if (!limits_take(x->app->limits, "answer-mail", key, PER_MINUTE, &retry_ms)) {
		exchange_wait(x, retry_ms, "too often; wait a little");
		return;
	}
	input_init(&in, x, x->arena);
	address = input_clearable(&in, "address", EMAIL_SIZE - 1);
	if (address == NULL) {
		input_wrong(&in, "address", "is missing");
	} else if (address[0] != '\0' && !email_normalise(address, normal)) {
		input_wrong(&in, "address", "is none");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	c = exchange_change(x, CHANGE_ANSWER_MAIL);
	c->answer_mail.visitor = x->who.visitor.id;
	c->answer_mail.address = arena_strdup(c->arena, address);
	exchange_submit(x, c, kept, NULL);
}

static void
keep(struct http_request *rq, void *app)
{
	static const struct access access = {.visitor = true, .json = true};

	exchange_begin(rq, app, &access, start_keep);
}

const struct http_route answer_mail_routes[] = {
	{"PUT", "/api/v1/widget/answer-mail", keep, JSON_BODY_MAX},
	{0},
};
