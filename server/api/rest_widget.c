/* /api/v1/widget: what the chat widget of a customer's browser asks before it opens its socket.
 *
 * A session is a visitor and her token. Without anything a new visitor begins. A token that is
 * still good stays, and lives longer when its end comes near. A signed identity turns the visitor
 * into that user and gives a new token; a visitor who is that user already keeps hers, so that
 * each page of a logged-in customer may bring one; a visitor who is somebody else is left alone,
 * and a new one begins. An identity that is wrong in any way is refused. */
#include <string.h>

#include "api/app.h"
#include "api/channel_settings.h"
#include "api/contact_input.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/nonces.h"
#include "api/origin.h"
#include "api/reading.h"
#include "api/routes.h"
#include "api/token.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "channels/channel.h"
#include "channels/webchat/identity.h"
#include "model/change.h"
#include "store/read.h"

enum {
	KEY_MAX = 40,
	TOKEN_MAX = 64,
	BODY_MAX = 16 * 1024,
};

/* In the request's arena. */
struct widget_request {
	uint64_t channel;
	const char *public_key;
	const char *language;
	const char *given;        /* token; NULL: none */
	const char *signed_token; /* NULL: no identity */
	struct signed_identity identity;
	const char *nonce;     /* with the names of what it is unique in */
	char token[TOKEN_MAX]; /* the answer */
	uint8_t token_hash[DIGEST_SIZE];
	int64_t expires_at;
	bool identified;
	bool rotated; /* the former token has ended */
	bool identity_required;
};

/* --- the channel -------------------------------------------------------------------------- */

/* The channel of this key, if the page that asks is ours or one of its own. NULL: replied. */
static const struct channel_row *
find_channel(struct exchange *x, const char *key, struct chat_settings *settings)
{
	const struct web_request *rq = http_request(x->http);
	const struct channel_row *channel = key != NULL
		? directory_channel_by_key(x->app->directory, key)
		: NULL;

	if (channel == NULL || !channel_has_visitors(channel->kind)) {
		exchange_fail(x, ERR_NOT_FOUND, "key", "there is no such channel");
		return NULL;
	}
	if (!channel->enabled) {
		exchange_fail(x, ERR_DENIED, "key", "this channel is switched off");
		return NULL;
	}
	if (settings_parse(channel->settings, x->arena, settings) != ERR_OK) {
		exchange_fail(x, ERR_CORRUPT, NULL, "the settings of the channel are no JSON");
		return NULL;
	}
	if (!request_is_same_site(x->app, rq) &&
		!settings_allow(settings, web_header(rq, "origin"))) {
		exchange_fail(x, ERR_DENIED, NULL, "this site is not one of the channel's");
		return NULL;
	}
	return channel;
}

static void
start_config(struct exchange *x)
{
	struct chat_settings settings;
	const struct channel_row *channel = find_channel(x, http_query(x->http, "key"),
		&settings);
	struct buf out;
	struct json_writer w;

	if (channel == NULL) {
		return;
	}
	exchange_open(&out, &w);
	jw_kstring(&w, "name", channel->name);
	jw_key(&w, "languages");
	jw_array(&w);
	jw_string(&w, "zh-CN");
	jw_string(&w, "en");
	jw_array_end(&w);
	jw_kstring(&w, "colour", settings.colour);
	jw_key(&w, "title");
	jw_object(&w);
	jw_kstring(&w, "zh-CN",
		settings.title_zh[0] != '\0' ? settings.title_zh : channel->name);
	jw_kstring(&w, "en",
		settings.title_en[0] != '\0' ? settings.title_en : channel->name);
	jw_object_end(&w);
	notice_write(&settings.notice, false, &w);
	jw_ki64(&w, "max_upload", x->app->conf->upload_max);
	jw_kbool(&w, "identity_required", settings.identity_required);
	exchange_close(x, &out, &w);
}

static void
config(struct http_request *rq, void *app)
{
	exchange_begin_open(rq, app, false, start_config);
}

/* --- the answer --------------------------------------------------------------------------- */

static void
reply_token(struct exchange *x)
{
	const struct widget_request *request = x->state;
	struct buf out;
	struct json_writer w;

	exchange_open(&out, &w);
	jw_kstring(&w, "token", request->token);
	jw_ktime(&w, "expires_at", request->expires_at);
	jw_kbool(&w, "identified", request->identified);
	exchange_close(x, &out, &w);
}

static void
refuse_identity(struct exchange *x, const char *reason)
{
	struct log_quoted quoted;

	log_event(LOG_WARN, "identity_refused", "channel=%s address=%s reason=%s",
		((struct widget_request *)x->state)->public_key, x->who.actor.address,
		log_quote(&quoted, reason));
	exchange_unauthenticated(x, "the signed identity was refused");
}

/* --- visitors ----------------------------------------------------------------------------- */

static void
visitor_stored(struct exchange *x, const struct outcome *o)
{
	(void)o;
	reply_token(x);
}

static struct change *
visitor_change(struct exchange *x, enum row_action action)
{
	struct widget_request *request = x->state;
	struct change *c = exchange_change(x, CHANGE_VISITOR);

	request->expires_at = clock_now_ms() + x->app->conf->visitor_ms;
	c->visitor.action = action;
	c->visitor.channel = request->channel;
	c->visitor.expires_at = request->expires_at;
	c->visitor.language = arena_strdup(c->arena, request->language);
	return c;
}

static void
begin_visitor(struct exchange *x)
{
	struct widget_request *request = x->state;
	struct change *c = visitor_change(x, ROW_ADD);

	token_make(TOKEN_VISITOR, request->token, c->visitor.token_hash);
	exchange_submit(x, c, visitor_stored, NULL);
}

/* Her token stays the same, as other tabs of hers use it; near its end it gets a new one. */
static void
keep_visitor(struct exchange *x)
{
	struct widget_request *request = x->state;
	int64_t left = x->who.visitor.expires_at - clock_now_ms();
	struct change *c;

	str_copy(request->token, sizeof(request->token), request->given);
	request->identified = x->who.visitor.identified;
	if (left >= x->app->conf->visitor_ms / 2) {
		request->expires_at = x->who.visitor.expires_at;
		reply_token(x);
		return;
	}
	c = visitor_change(x, ROW_EDIT);
	c->visitor.visitor = x->who.visitor.id;
	memcpy(c->visitor.token_hash, x->who.token_hash, DIGEST_SIZE);
	exchange_submit(x, c, visitor_stored, NULL);
}

/* --- identities --------------------------------------------------------------------------- */

static void
identity_stored(struct exchange *x, const struct outcome *o)
{
	struct widget_request *request = x->state;

	(void)o;
	nonces_use(sessions_nonces(x->app->sessions), request->nonce,
		request->identity.expires_at);
	if (request->rotated) {
		sessions_forget_token(x->app->sessions, x->who.token_hash);
	}
	request->identified = true;
	reply_token(x);
}

static void
identity_not_stored(struct exchange *x, const struct outcome *o)
{
	if (o->code == ERR_DENIED || o->code == ERR_INVALID) {
		refuse_identity(x, o->text);
	} else {
		exchange_fail(x, o->code, NULL, o->text);
	}
}

/* A phone number or address in the normal form; NULL when it is none, as it is only a claim. */
static const char *
claim(struct exchange *x, struct arena *a, const char *kind, const char *value)
{
	struct input in;

	input_init(&in, x, a);
	return contact_normalise(&in, x->app, kind, value, kind);
}

static void
identify(struct exchange *x, uint64_t visitor)
{
	struct widget_request *request = x->state;
	const struct signed_identity *identity = &request->identity;
	struct change *c = exchange_change(x, CHANGE_IDENTIFY);
	struct identify_change *i = &c->identify;

	request->expires_at = clock_now_ms() + x->app->conf->visitor_ms;
	token_make(TOKEN_VISITOR, request->token, i->token_hash);
	i->visitor = visitor;
	i->channel = request->channel;
	i->key_id = arena_strdup(c->arena, identity->kid);
	i->nonce = arena_strdup(c->arena, identity->nonce);
	i->subject = arena_strdup(c->arena, identity->subject);
	i->name = identity->name != NULL ? arena_strdup(c->arena, identity->name) : NULL;
	i->phone = claim(x, c->arena, "phone", identity->phone);
	i->email = claim(x, c->arena, "email", identity->email);
	i->expires_at = request->expires_at;
	exchange_submit(x, c, identity_stored, identity_not_stored);
}

static void
identify_new(struct exchange *x, const struct outcome *o)
{
	identify(x, o->id);
}

/* The visitor begins with a token that nobody ever gets, and is identified at once. */
static void
begin_identified(struct exchange *x)
{
	struct change *c = visitor_change(x, ROW_ADD);
	char nobodys[TOKEN_MAX];

	token_make(TOKEN_VISITOR, nobodys, c->visitor.token_hash);
	exchange_submit(x, c, identify_new, NULL);
}

struct same_user {
	uint64_t customer;
	const char *subject;
	bool same;
};

static enum err
run_same_user(struct reading *r, struct reader *reader, struct error *e)
{
	struct same_user *wanted = r->parameters;
	struct contact_point *points;
	size_t count;
	enum err rc = read_contacts(reader, wanted->customer, r->arena, &points, &count, e);

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		wanted->same |= points[i].customer == wanted->customer && points[i].proven &&
			strcmp(points[i].kind, "user") == 0 &&
			strcmp(points[i].value, wanted->subject) == 0;
	}
	return rc;
}

static void
same_user_known(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct widget_request *request = x->state;
	bool same = ((struct same_user *)r->parameters)->same;

	reading_destroy(r);
	if (!same) {
		begin_identified(x);
	} else if (!nonces_use(sessions_nonces(x->app->sessions), request->nonce,
				   request->identity.expires_at)) {
		refuse_identity(x, "this identity token was used before");
	} else {
		keep_visitor(x);
	}
}

static void
compare_user(struct exchange *x)
{
	const struct widget_request *request = x->state;
	struct reading *r = reading_create(x, sizeof(struct same_user));

	*(struct same_user *)r->parameters = (struct same_user){
		.customer = x->who.visitor.customer,
		.subject = arena_strdup(r->arena, request->identity.subject),
	};
	r->run = run_same_user;
	r->done = same_user_known;
	reading_start(r);
}

/* --- the session -------------------------------------------------------------------------- */

static void
decide(struct exchange *x, bool known)
{
	struct widget_request *request = x->state;

	if (request->signed_token == NULL && request->identity_required &&
		!(known && x->who.visitor.identified)) {
		exchange_unauthenticated(x, "this channel needs a signed identity");
	} else if (request->signed_token == NULL) {
		(known ? keep_visitor : begin_visitor)(x);
	} else if (!known) {
		begin_identified(x);
	} else if (x->who.visitor.identified) {
		compare_user(x);
	} else {
		request->rotated = true;
		identify(x, x->who.visitor.id);
	}
}

static void
visitor_found(void *ctx, enum err rc, const struct identity *who)
{
	struct exchange *x = ctx;
	const struct widget_request *request = x->state;
	bool known = rc == ERR_OK && who->visitor.channel == request->channel;

	if (rc != ERR_OK && rc != ERR_DENIED) {
		exchange_fail(x, rc, NULL, "the database is away; try again soon");
		return;
	}
	if (known) {
		x->who = *who;
	}
	decide(x, known);
}

/* False: replied. */
static bool
identity_right(struct exchange *x, const struct chat_settings *settings)
{
	struct widget_request *request = x->state;
	char secret[IDENTITY_KEY_TEXT_SIZE] = "";
	const char *kid = identity_kid(request->signed_token, x->arena);
	struct identity_key key = {.secret = secret};
	struct error e = {0};
	enum err rc;

	if (kid == NULL ||
		settings_open_key(settings, x->app->secret, request->public_key, kid, secret) !=
			ERR_OK) {
		refuse_identity(x, "no key of that id");
		return false;
	}
	key.length = strlen(secret);
	rc = identity_verify(request->signed_token, &key, request->public_key, clock_now_ms(),
		x->arena, &request->identity, &e);
	explicit_bzero(secret, sizeof(secret));
	if (rc != ERR_OK) {
		refuse_identity(x, e.text);
		return false;
	}
	request->nonce = arena_printf(x->arena, "%s:%s:%s", request->public_key, kid,
		request->identity.nonce);
	if (nonces_seen(sessions_nonces(x->app->sessions), request->nonce)) {
		refuse_identity(x, "this identity token was used before");
		return false;
	}
	return true;
}

static void
read_request(struct input *in, struct widget_request *request)
{
	const char *language = input_line(in, "language", 35);

	request->public_key = input_required_line(in, "key", KEY_MAX);
	request->given = input_secret(in, "token", TOKEN_MAX - 1);
	request->signed_token = input_secret(in, "identity", IDENTITY_TOKEN_MAX);
	/* Browsers name what they like: "zh-Hans-CN", "en-GB". */
	request->language = language == NULL || strncasecmp(language, "zh", 2) == 0 ? "zh-CN"
																				: "en";
}

static void
start_session(struct exchange *x)
{
	struct widget_request *request = arena_alloc(x->arena, sizeof(*request));
	struct chat_settings settings;
	const struct channel_row *channel;
	struct input in;

	x->state = request;
	input_init(&in, x, x->arena);
	read_request(&in, request);
	if (exchange_refused(x, &in)) {
		return;
	}
	channel = find_channel(x, request->public_key, &settings);
	if (channel == NULL) {
		return;
	}
	request->channel = channel->id;
	request->identity_required = settings.identity_required;
	if (request->signed_token != NULL && !identity_right(x, &settings)) {
		return;
	}
	if (str_empty(request->given)) {
		decide(x, false);
	} else {
		sessions_of_visitor(x->app->sessions, request->given, x->who.actor.address,
			visitor_found, x);
	}
}

static void
open_session(struct http_request *rq, void *app)
{
	exchange_begin_open(rq, app, true, start_session);
}

/* --- log-out ------------------------------------------------------------------------------ */

static void
ended(struct exchange *x, const struct outcome *o)
{
	(void)o;
	sessions_forget_token(x->app->sessions, x->who.token_hash);
	exchange_reply_empty(x);
}

static void
start_end(struct exchange *x)
{
	struct change *c = exchange_change(x, CHANGE_VISITOR);

	c->visitor.action = ROW_REMOVE;
	c->visitor.visitor = x->who.visitor.id;
	c->visitor.channel = x->who.visitor.channel;
	exchange_submit(x, c, ended, NULL);
}

static void
end_session(struct http_request *rq, void *app)
{
	static const struct access access = {.visitor = true};

	exchange_begin(rq, app, &access, start_end);
}

const struct http_route widget_routes[] = {
	{"GET", "/api/v1/widget/config", config, 0},
	{"POST", "/api/v1/widget/session", open_session, BODY_MAX},
	{"DELETE", "/api/v1/widget/session", end_session, 0},
	{0},
};
