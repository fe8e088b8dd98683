/* /api/v1/channels: the configured accounts, for administrators. Secrets are shown once, when
 * they are made, and are sealed before they reach the database. */
#include <string.h>

#include "api/app.h"
#include "api/channel_settings.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/mailbox_settings.h"
#include "api/mailboxes.h"
#include "api/origin.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "channels/channel.h"
#include "model/change.h"

enum { NAME_MAX_CHARS = 60 };

struct channel_request {
	uint64_t id;
	char kid[KID_SIZE];
	/* "" unless an identity key or the secret of a webhook was made */
	char key[WEBHOOK_SECRET_TEXT_SIZE];
};

static bool
has_visitors(const struct channel_row *c)
{
	return channel_has_visitors(c->kind);
}

static bool
is_mailbox(const struct channel_row *c)
{
	return strcmp(c->kind, "email") == 0;
}

/* --- showing ------------------------------------------------------------------------------ */

static void
write_channel(struct exchange *x, const struct channel_row *c, struct json_writer *w)
{
	struct chat_settings settings;
	struct mailbox_settings mailbox;

	jw_object(w);
	channel_encode(c, w);
	if (is_mailbox(c) &&
		mailbox_settings_parse(c->settings, x->arena, &mailbox) == ERR_OK) {
		mailbox_settings_encode(&mailbox, w);
		mailboxes_write_state(x->app->mailboxes, c->id, w);
	}
	if (has_visitors(c) && settings_parse(c->settings, x->arena, &settings) == ERR_OK) {
		const char *server = origin_of_server(x->app, http_request(x->http),
			http_is_tls(x->http), x->arena);

		jw_key(w, "settings");
		jw_object(w);
		settings_encode(&settings, w);
		jw_object_end(w);
		if (settings.app) {
			jw_kstring(w, "page",
				arena_printf(x->arena, "%s/widget/app.html?key=%s", server,
					c->public_key));
		} else {
			jw_kstring(w, "snippet",
				arena_printf(x->arena,
					"<script src=\"%s/widget.js\" data-key=\"%s\" async></script>",
					server, c->public_key));
		}
	}
	jw_object_end(w);
}

static void
start_list(struct exchange *x)
{
	const struct directory *d = x->app->directory;
	struct buf out;
	struct json_writer w;

	exchange_open(&out, &w);
	jw_key(&w, "items");
	jw_array(&w);
	for (size_t i = 0; i < directory_channel_count(d); i++) {
		write_channel(x, directory_channel_at(d, i), &w);
	}
	jw_array_end(&w);
	exchange_close(x, &out, &w);
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_ADMINISTRATOR};

	exchange_begin(rq, app, &access, start_list);
}

static void
reply_channel(void *ctx)
{
	struct exchange *x = ctx;
	const struct channel_request *request = x->state;
	const struct channel_row *channel = directory_channel(x->app->directory, request->id);
	struct buf out;
	struct json_writer w;

	if (channel == NULL) {
		exchange_fail(x, ERR_UNAVAILABLE, NULL, "stored, but it cannot be read back now");
		return;
	}
	exchange_open(&out, &w);
	if (request->kid[0] != '\0') {
		jw_kstring(&w, "kid", request->kid);
	}
	if (request->key[0] != '\0') {
		jw_kstring(&w, "secret", request->key);
	}
	jw_key(&w, "channel");
	write_channel(x, channel, &w);
	exchange_close(x, &out, &w);
}

static void
stored(struct exchange *x, const struct outcome *o)
{
	struct channel_request *request = x->state;

	if (request->id == 0) {
		request->id = o->id;
	}
	directory_reload(x->app->directory, reply_channel, x);
}

/* --- reading settings --------------------------------------------------------------------- */

static void
read_origins(struct input *in, struct chat_settings *s)
{
	const struct json *list = json_get(in->object, "origins");

	if (list == NULL) {
		return;
	}
	if (!json_is_array(list) || json_length(list) > SETTINGS_ORIGINS_MAX) {
		input_wrong(in, "origins", "must be a list of at most %d", SETTINGS_ORIGINS_MAX);
		return;
	}
	s->origin_count = 0;
	for (size_t i = 0; i < json_length(list); i++) {
		const char *text = json_string_value(json_at(list, i), NULL);
		const char *origin = text != NULL ? settings_origin(text, in->arena) : NULL;

		if (origin == NULL) {
			input_wrong(in, "origins", "must be like https://www.example.com");
			return;
		}
		s->origins[s->origin_count++] = origin;
	}
}

static void
read_colour(struct input *in, struct chat_settings *s)
{
	const char *colour = input_line(in, "colour", 7);

	if (colour == NULL) {
		return;
	}
	if (strlen(colour) != 7 || colour[0] != '#' ||
		strspn(colour + 1, "0123456789abcdefABCDEF") != 6) {
		input_wrong(in, "colour", "must be like #07657d");
		return;
	}
	s->colour = colour;
}

static void
read_title(struct input *in, struct chat_settings *s)
{
	const struct json *title = json_get(in->object, "title");
	struct input inner = *in;
	const char *zh;
	const char *en;

	if (title == NULL) {
		return;
	}
	if (!json_is_object(title)) {
		input_wrong(in, "title", "must be an object of languages");
		return;
	}
	inner.object = title;
	inner.prefix = "title.";
	zh = input_clearable(&inner, "zh-CN", SETTINGS_TITLE_MAX);
	en = input_clearable(&inner, "en", SETTINGS_TITLE_MAX);
	if (inner.field != NULL && in->field == NULL) {
		input_wrong(in, inner.field, "%.150s", inner.text);
		return;
	}
	s->title_zh = zh != NULL ? zh : s->title_zh;
	s->title_en = en != NULL ? en : s->title_en;
}

/* It can be switched on once there is somewhere to call and something to sign with. */
static void
read_webhook(struct input *in, struct webhook_settings *s)
{
	const struct json *webhook = json_get(in->object, "webhook");
	struct input inner = *in;
	const char *url;

	if (webhook == NULL) {
		return;
	}
	if (!json_is_object(webhook)) {
		input_wrong(in, "webhook", "must be an object");
		return;
	}
	inner.object = webhook;
	inner.prefix = "webhook.";
	url = input_clearable(&inner, "url", WEBHOOK_URL_MAX);
	s->url = url != NULL ? url : s->url;
	s->enabled = input_flag(&inner, "enabled", s->enabled);
	if (inner.field != NULL && in->field == NULL) {
		input_wrong(in, inner.field, "%.150s", inner.text);
	} else if (!str_empty(s->url) && !webhook_url_valid(s->url)) {
		input_wrong(in, "webhook.url", "must be like https://app.example.com/hook");
	} else if (s->enabled && (str_empty(s->url) || str_empty(s->secret))) {
		input_wrong(in, "webhook.enabled", "needs an address and a secret first");
	}
}

static void
read_app(struct input *in, struct channel_change *c, struct chat_settings *s)
{
	if (!s->app) {
		return;
	}
	s->identity_required = input_flag(in, "identity_required", s->identity_required);
	read_webhook(in, &s->webhook);
	c->set_outbox = true;
	c->outbox = s->webhook.enabled;
}

static void
read_page(struct input *in, struct channel_change *c, struct chat_settings *s)
{
	const char *revoke = input_line(in, "revoke", KID_SIZE - 1);

	read_origins(in, s);
	read_colour(in, s);
	read_title(in, s);
	notice_read(in, &s->notice);
	if (revoke != NULL && !settings_revoke_key(s, revoke)) {
		input_wrong(in, "revoke", "is no key of this channel");
	}
	read_app(in, c, s);
}

static void
set_settings(struct input *in, struct change *c, const struct chat_settings *s)
{
	c->channel.channel.settings = settings_text(s, c->arena);
	if (c->channel.channel.settings == NULL) {
		input_wrong(in, "origins", "are too many or too long");
	}
}

static void
read_mailbox(struct input *in, struct change *c, struct mailbox_settings *s,
	const char *public_key)
{
	struct channel_row *row = &c->channel.channel;

	mailbox_settings_read(in, in->exchange->app->secret, public_key, clock_now_ms(), s);
	row->settings = mailbox_settings_text(s, c->arena);
	if (row->settings == NULL) {
		input_wrong(in, "mailbox", "is too long");
	}
}

/* --- creating ----------------------------------------------------------------------------- */

static void
read_new_settings(struct input *in, struct change *c, const struct channel_driver *driver)
{
	struct chat_settings settings;

	if (driver == NULL) {
		input_wrong(in, "kind", "there is no such kind of channel");
		return;
	}
	if (is_mailbox(&c->channel.channel)) {
		struct mailbox_settings mailbox = {0};

		if (mailbox_settings_parse("{\"mailbox\":{}}", c->arena, &mailbox) == ERR_OK) {
			read_mailbox(in, c, &mailbox, c->channel.channel.public_key);
		}
		return;
	}
	if (!driver->caps.visitors || settings_parse("{}", c->arena, &settings) != ERR_OK) {
		return;
	}
	if (driver->caps.pushes) {
		settings_make_app(&settings);
	}
	read_page(in, &c->channel, &settings);
	set_settings(in, c, &settings);
}

static void
start_create(struct exchange *x)
{
	struct change *c = exchange_change(x, CHANGE_CHANNEL);
	struct channel_row *row = &c->channel.channel;
	char public_key[PUBLIC_KEY_SIZE];
	struct input in;

	x->state = arena_alloc(x->arena, sizeof(struct channel_request));
	input_init(&in, x, c->arena);
	c->channel.action = ROW_ADD;
	row->kind = input_required_line(&in, "kind", 16);
	row->name = input_required_line(&in, "name", NAME_MAX_CHARS);
	row->unit = x->who.actor.unit;
	row->enabled = input_flag(&in, "enabled", true);
	row->settings = "{}";
	public_key_make(public_key);
	row->public_key = arena_strdup(c->arena, public_key);
	read_new_settings(&in, c, channel_driver_find(row->kind));
	if (exchange_refused(x, &in)) {
		return;
	}
	x->status = 201;
	exchange_submit(x, c, stored, NULL);
}

static void
create(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_ADMINISTRATOR, .json = true};

	exchange_begin(rq, app, &access, start_create);
}

/* --- editing ------------------------------------------------------------------------------ */

/* The channel of the path with a change for it in x->pending, bound to the version that we
 * know, so that two who edit do not undo each other. NULL: replied. */
static const struct channel_row *
begin_edit(struct exchange *x, struct chat_settings *settings)
{
	struct channel_request *request = arena_alloc(x->arena, sizeof(*request));
	const struct channel_row *now;
	struct change *c;

	request->id = exchange_id(x, "id");
	if (request->id == 0) {
		return NULL;
	}
	x->state = request;
	now = directory_channel(x->app->directory, request->id);
	if (now == NULL) {
		exchange_fail(x, ERR_NOT_FOUND, NULL, "there is no such channel");
		return NULL;
	}
	c = exchange_change(x, CHANGE_CHANNEL);
	c->channel.action = ROW_EDIT;
	c->channel.channel.id = now->id;
	c->channel.channel.version = now->version;
	if (has_visitors(now) &&
		settings_parse(now->settings, c->arena, settings) != ERR_OK) {
		exchange_fail(x, ERR_CORRUPT, NULL, "the settings of the channel are no JSON");
		return NULL;
	}
	return now;
}

static void
start_edit(struct exchange *x)
{
	struct chat_settings settings;
	const struct channel_row *now = begin_edit(x, &settings);
	struct channel_change *edit;
	struct change *c;
	struct input in;
	int64_t version;

	if (now == NULL) {
		return;
	}
	c = x->pending;
	edit = &c->channel;
	input_init(&in, x, c->arena);
	edit->channel.name = input_line(&in, "name", NAME_MAX_CHARS);
	edit->set_enabled = json_get(in.object, "enabled") != NULL;
	edit->channel.enabled = input_flag(&in, "enabled", now->enabled);
	version = input_number(&in, "version", 0, INT64_MAX, 0);
	if (edit->channel.name != NULL && edit->channel.name[0] == '\0') {
		input_wrong(&in, "name", "must not be empty");
	}
	if (has_visitors(now)) {
		read_page(&in, &c->channel, &settings);
		set_settings(&in, c, &settings);
	} else if (is_mailbox(now) && json_get(in.object, "mailbox") != NULL) {
		struct mailbox_settings mailbox;

		/* What cannot be read is to be given anew, as a whole. */
		if (mailbox_settings_parse(now->settings, c->arena, &mailbox) == ERR_OK ||
			mailbox_settings_parse("{\"mailbox\":{}}", c->arena, &mailbox) == ERR_OK) {
			read_mailbox(&in, c, &mailbox, now->public_key);
		}
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	if (version != 0 && (uint64_t)version != now->version) {
		exchange_fail(x, ERR_CONFLICT, NULL,
			"somebody else changed the channel meanwhile");
		return;
	}
	exchange_submit(x, c, stored, NULL);
}

static void
edit_one(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_ADMINISTRATOR, .json = true};

	exchange_begin(rq, app, &access, start_edit);
}

/* A secret was added to the settings of the change that waits. */
static void
submit_settings(struct exchange *x, const struct chat_settings *settings)
{
	struct change *c = x->pending;

	c->channel.channel.settings = settings_text(settings, c->arena);
	if (c->channel.channel.settings == NULL) {
		exchange_fail(x, ERR_CONFLICT, NULL, "the settings of the channel are too long");
		return;
	}
	x->status = 201;
	exchange_submit(x, c, stored, NULL);
}

static void
start_key(struct exchange *x)
{
	struct chat_settings settings;
	const struct channel_row *now = begin_edit(x, &settings);
	struct channel_request *request = x->state;
	struct change *c;

	if (now == NULL) {
		return;
	}
	c = x->pending;
	if (!has_visitors(now)) {
		exchange_fail(x, ERR_INVALID, NULL,
			"channels of this kind have no identity keys");
		return;
	}
	if (settings_add_key(&settings, x->app->secret, now->public_key, c->arena,
			request->kid, request->key) != ERR_OK) {
		exchange_fail(x, ERR_CONFLICT, NULL, "the channel has too many keys already");
		return;
	}
	submit_settings(x, &settings);
}

static void
create_key(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_ADMINISTRATOR};

	exchange_begin(rq, app, &access, start_key);
}

static void
start_secret(struct exchange *x)
{
	struct chat_settings settings = {0};
	const struct channel_row *now = begin_edit(x, &settings);
	struct channel_request *request = x->state;
	struct change *c;

	if (now == NULL) {
		return;
	}
	c = x->pending;
	if (!settings.app) {
		exchange_fail(x, ERR_INVALID, NULL, "channels of this kind have no webhook");
		return;
	}
	webhook_secret_make(&settings.webhook, x->app->secret, now->public_key,
		clock_now_ms(), c->arena, request->key);
	submit_settings(x, &settings);
}

static void
create_secret(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_ADMINISTRATOR};

	exchange_begin(rq, app, &access, start_secret);
}

const struct http_route channel_routes[] = {
	{"GET", "/api/v1/channels", list, 0},
	{"POST", "/api/v1/channels", create, JSON_BODY_MAX},
	{"PATCH", "/api/v1/channels/:id", edit_one, JSON_BODY_MAX},
	{"POST", "/api/v1/channels/:id/keys", create_key, JSON_BODY_MAX},
	{"POST", "/api/v1/channels/:id/webhook/secret", create_secret, JSON_BODY_MAX},
	{0},
};
