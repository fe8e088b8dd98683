/* The widget's frame: only the sites of the channel, and our own demo page, may show it. The
 * page of an app is shown by its web view alone, never in a frame. */
#include <string.h>

#include "api/api.h"
#include "api/app.h"
#include "api/channel_settings.h"
#include "api/directory.h"
#include "api/origin.h"
#include "base/arena.h"
#include "base/str.h"

enum { POLICY_MAX_BYTES = 16 * 1024 };

/* 'self' does not cover WebSockets in every browser. */
static const char *
websocket_origin(const struct app *app, struct http_request *rq)
{
	struct arena *a = http_arena(rq);
	const char *server = origin_of_server(app, http_request(rq), http_is_tls(rq), a);

	/* "http" becomes "ws" and "https" "wss". */
	return server[0] == '\0' ? "" : arena_printf(a, " ws%s", server + strlen("http"));
}

static void
set_policy(const struct app *app, struct http_request *rq,
	const struct chat_settings *settings)
{
	struct buf policy;

	buf_init(&policy, POLICY_MAX_BYTES);
	buf_printf(&policy,
		"default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
		"connect-src 'self'%s; base-uri 'none'; form-action 'none'; object-src 'none'; "
		"frame-ancestors %s",
		websocket_origin(app, rq), settings->app ? "'none'" : "'self'");
	for (size_t i = 0; !settings->app && i < settings->origin_count; i++) {
		buf_printf(&policy, " %s", settings->origins[i]);
	}
	/* A policy that is cut would allow what it should not. */
	http_set_header(rq, "Content-Security-Policy",
		policy.overflowed ? "default-src 'none'; frame-ancestors 'none'"
						  : arena_strndup(http_arena(rq), policy.data, policy.length));
	buf_fini(&policy);
}

bool
page_allowed(struct app *app, struct http_request *rq)
{
	struct chat_settings settings;
	const struct channel_row *channel;
	const char *path = http_request(rq)->path;
	const char *kind = str_equals(path, "/widget/app.html") ? "app" : "webchat";
	const char *key;

	if (!str_starts_with(path, "/widget/")) {
		return true;
	}
	key = http_query(rq, "key");
	channel = key != NULL ? directory_channel_by_key(app->directory, key) : NULL;
	if (channel == NULL || !channel->enabled || strcmp(channel->kind, kind) != 0 ||
		settings_parse(channel->settings, http_arena(rq), &settings) != ERR_OK) {
		return false;
	}
	set_policy(app, rq, &settings);
	return true;
}
