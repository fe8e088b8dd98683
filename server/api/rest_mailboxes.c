/* /api/v1/mailboxes: what mail can be written from, for all staff; and trying the servers of a
 * mailbox, for administrators. Settings and state are those of its channel: rest_channels.c. */
#include <string.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/mailbox_probe.h"
#include "api/mailbox_settings.h"
#include "api/routes.h"
#include "base/clock.h"

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
		const struct channel_row *c = directory_channel_at(d, i);
		struct mailbox_settings settings;

		if (strcmp(c->kind, "email") != 0 ||
			mailbox_settings_parse(c->settings, x->arena, &settings) != ERR_OK) {
			continue;
		}
		jw_object(&w);
		jw_kid(&w, "id", c->id);
		jw_kstring(&w, "name", c->name);
		jw_kstring(&w, "address", settings.address);
		jw_kbool(&w, "enabled", c->enabled);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	exchange_close(x, &out, &w);
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_list);
}

/* --- trying ------------------------------------------------------------------------------- */

/* What is given now over what is saved. Of a new one nothing is. */
static void
probe(struct exchange *x, const char *saved, const char *public_key)
{
	struct mailbox_settings s;
	struct input in;

	if (mailbox_settings_parse(saved, x->arena, &s) != ERR_OK) {
		exchange_fail(x, ERR_INVALID, NULL, "this channel has no mailbox");
		return;
	}
	input_init(&in, x, x->arena);
	if (json_get(x->body, "mailbox") != NULL || s.address[0] == '\0') {
		mailbox_settings_read(&in, x->app->secret, public_key, clock_now_ms(), &s);
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	mailbox_probe(x->app->probes, x, &s, public_key);
}

static void
start_test(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	const struct channel_row *c;

	if (id == 0) {
		return;
	}
	c = directory_channel(x->app->directory, id);
	if (c == NULL) {
		exchange_fail(x, ERR_NOT_FOUND, NULL, "there is no such channel");
		return;
	}
	probe(x, c->settings, c->public_key);
}

static void
test_one(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_ADMINISTRATOR, .json = true};

	exchange_begin(rq, app, &access, start_test);
}

static void
start_test_new(struct exchange *x)
{
	probe(x, "{\"mailbox\":{}}", "");
}

static void
test_new(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_ADMINISTRATOR, .json = true};

	exchange_begin(rq, app, &access, start_test_new);
}

const struct http_route mailbox_routes[] = {
	{"GET", "/api/v1/mailboxes", list, 0},
	{"POST", "/api/v1/channels/test", test_new, JSON_BODY_MAX},
	{"POST", "/api/v1/channels/:id/test", test_one, JSON_BODY_MAX},
	{0},
};
