/* /api/v1/entries/{kind}: what somebody posts to a channel. The channel's driver says what it
 * means; the account, who asks and the way to the store are the same for all of them. */
#include <string.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "channels/channel.h"
#include "model/change.h"
#include "model/conversation.h"
#include "model/fact.h"

static void
stored(struct exchange *x, const struct outcome *o)
{
	const struct fact *fact = o->fact_count > 0 ? o->facts[0] : NULL;
	struct buf out;
	struct json_writer w;

	buf_init(&out, REPLY_MAX_BYTES);
	jw_init(&w, &out);
	jw_object(&w);
	jw_kid(&w, "id", fact != NULL ? fact->id : 0);
	jw_ki64(&w, "seq", fact != NULL ? (int64_t)fact->seq : 0);
	jw_kid(&w, "timeline", o->timeline);
	jw_kid(&w, "customer", o->customer);
	jw_kid(&w, "conversation", fact != NULL ? fact->conversation : 0);
	jw_ktime(&w, "at", fact != NULL ? fact->at : o->at);
	jw_kbool(&w, "duplicate", o->duplicate);
	jw_object_end(&w);
	exchange_reply(x, &out);
}

/* The driver names the wrong member in front of a colon. */
static void
refuse(struct exchange *x, const struct error *e)
{
	const char *colon = strstr(e->text, ": ");

	if (colon == NULL) {
		exchange_fail(x, e->code, NULL, e->text);
		return;
	}
	exchange_fail(x, e->code, arena_strndup(x->arena, e->text, (size_t)(colon - e->text)),
		colon + 2);
}

/* The account that the body names, or the first of this kind. */
static enum err
find_account(struct exchange *x, const char *kind, const struct channel_row **out,
	struct error *e)
{
	const struct directory *d = x->app->directory;
	const struct channel_row *account;
	uint64_t id = 0;

	if (json_get(x->body, "channel") != NULL && !json_id(x->body, "channel", &id)) {
		return error_set(e, ERR_INVALID, "channel: must be an id");
	}
	account = id != 0 ? directory_channel(d, id) : directory_first_channel(d, kind);
	if (account == NULL || !account->enabled || strcmp(account->kind, kind) != 0) {
		return error_set(e, ERR_INVALID, "channel: %s",
			id != 0 ? "is none of this kind that is switched on"
					: "none of this kind is switched on; make one first");
	}
	*out = account;
	return ERR_OK;
}

/* What came from outside is the customer's word, not that of the key it came with. */
static void
set_author(struct change *c, const struct channel_driver *driver)
{
	if (!driver->caps.staff && c->actor.kind == AUTHOR_API) {
		c->actor.kind = AUTHOR_CUSTOMER;
		c->actor.id = 0;
	}
}

static enum err
read_entry(struct exchange *x, const struct channel_driver *driver, struct change *c,
	struct error *e)
{
	struct dial_plan plan = {
		.region = x->app->conf->home_region,
		.area = x->app->conf->home_area,
		.extension_max = (size_t)x->app->conf->extension_digits,
	};
	struct inbound inbound = {.body = x->body, .plan = &plan};
	enum err err = find_account(x, driver->name, &inbound.account, e);

	if (err == ERR_OK) {
		err = driver->decode(&inbound, c, e);
	}
	if (err == ERR_OK && c->kind != CHANGE_POST) {
		err = error_set(e, ERR_INVALID, "this is no entry");
	}
	if (err == ERR_OK) {
		c->post.channel = inbound.account->id;
		c->post.channel_kind = driver->name;
		set_author(c, driver);
	}
	return err;
}

static void
start_post(struct exchange *x)
{
	const struct channel_driver *driver = channel_driver_find(
		http_param(x->http, "kind"));
	struct error e = {0};
	struct change *c;

	if (driver == NULL || !driver->caps.entries || driver->decode == NULL) {
		exchange_fail(x, ERR_NOT_FOUND, NULL, "no such kind of channel takes entries");
		return;
	}
	if (x->who.actor.kind == AUTHOR_STAFF && !driver->caps.staff) {
		exchange_fail(x, ERR_DENIED, NULL, "only programs post to this channel");
		return;
	}
	c = exchange_change(x, CHANGE_POST);
	if (read_entry(x, driver, c, &e) != ERR_OK) {
		refuse(x, &e);
		return;
	}
	x->status = 201;
	exchange_submit(x, c, stored, NULL);
}

static void
post(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT,
		.scope = "entries:write",
		.json = true};

	exchange_begin(rq, app, &access, start_post);
}

const struct http_route entry_routes[] = {
	{"POST", "/api/v1/entries/:kind", post, JSON_BODY_MAX},
	{0},
};
