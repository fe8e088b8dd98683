#include "api/push.h"

#include <inttypes.h>

#include "api/app.h"
#include "api/channel_settings.h"
#include "api/directory.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/str.h"
#include "desk/marks.h"
#include "flow/webhook.h"
#include "model/fact.h"
#include "net/web_client.h"

enum { BODY_MAX_BYTES = 256 * 1024 };

/* An app that is open has said that it got the entry; the history is one, so a web page of hers
 * that has it counts as well. */
static bool
wanted(void *ctx, const struct outbox_due *due)
{
	struct app *app = ctx;
	uint64_t waiting = marks_delivered(app->marks, due->fact->timeline, PARTY_CUSTOMER);
	uint64_t delivered = due->delivered > waiting ? due->delivered : waiting;

	return due->fact->body != NULL && !due->fact->restricted && due->subject != NULL &&
		due->fact->pub > delivered;
}

static bool
webhook_of(const struct channel_row *channel, struct arena *a,
	struct webhook_settings *out)
{
	struct chat_settings settings;

	if (channel == NULL || settings_parse(channel->settings, a, &settings) != ERR_OK ||
		str_empty(settings.webhook.url)) {
		return false;
	}
	*out = settings.webhook;
	return true;
}

/* Takes the body. NULL: it cannot be signed. */
static struct web_call *
signed_call(struct app *app, const struct channel_row *channel,
	const struct webhook_settings *webhook, const char *id, struct buf *body)
{
	struct web_call *call = web_call_create();
	int64_t now = clock_now_ms();
	const char *signature = NULL;

	call->url = arena_strdup(call->arena, webhook->url);
	call->body_length = body->length;
	call->body = arena_strndup(call->arena, body->data, body->length);
	if (body->overflowed ||
		webhook_signature(webhook, app->secret, channel->public_key, id, now, call->body,
			call->body_length, call->arena, &signature) != ERR_OK) {
		web_call_destroy(call);
		call = NULL;
	} else {
		call->headers[0] = "content-type: application/json";
		call->headers[1] = arena_printf(call->arena, "webhook-id: %s", id);
		call->headers[2] = arena_printf(call->arena, "webhook-timestamp: %" PRId64,
			now / 1000);
		call->headers[3] = signature;
	}
	buf_fini(body);
	return call;
}

static void
carried(struct web_call *call)
{
	struct outbox_answer answer = webhook_judge(call->status, call->answer, call->error,
		call->retry_after_ms);

	outbox_answered(call->ctx, &answer);
	web_call_destroy(call);
}

static void
give_back(struct delivery *d, const char *reason)
{
	struct outbox_answer answer = {.verdict = VERDICT_RETRY, .text = reason};

	outbox_answered(d, &answer);
}

static void
carry(void *ctx, struct delivery *d)
{
	struct app *app = ctx;
	const struct fact *f = d->due.fact;
	const struct channel_row *channel = directory_channel(app->directory,
		d->due.item.channel);
	const struct staff *author = f->author_kind == AUTHOR_STAFF
		? directory_staff(app->directory, f->author)
		: NULL;
	const char *id = arena_printf(d->arena, "%" PRIu64, d->due.item.id);
	struct webhook_settings webhook;
	struct web_call *call;
	struct buf body;

	if (!webhook_of(channel, d->arena, &webhook)) {
		give_back(d, "the webhook was switched off");
		return;
	}
	buf_init(&body, BODY_MAX_BYTES);
	webhook_entry_body(&d->due, channel, author != NULL ? author->name : NULL, &body);
	call = signed_call(app, channel, &webhook, id, &body);
	if (call == NULL) {
		give_back(d, "the secret of the webhook cannot be opened: make a new one");
		return;
	}
	call->done = carried;
	call->ctx = d;
	web_client_submit(app->web_client, call);
}

struct outbox_carrier
push_carrier(struct app *app)
{
	return (struct outbox_carrier){
		.kind = "webhook",
		.wanted = wanted,
		.carry = carry,
		.ctx = app,
	};
}

struct web_call *
push_ping(struct app *app, const struct channel_row *channel)
{
	struct arena *a = arena_create();
	struct web_call *call = NULL;
	struct webhook_settings webhook;
	char ref[REF_SIZE];
	struct buf body;

	ref_make(ref);
	if (webhook_of(channel, a, &webhook)) {
		buf_init(&body, BODY_MAX_BYTES);
		webhook_ping_body(ref, channel, clock_now_ms(), &body);
		call = signed_call(app, channel, &webhook, ref, &body);
	}
	arena_destroy(a);
	return call;
}
