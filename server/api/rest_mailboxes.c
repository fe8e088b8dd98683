/* /api/v1/mailboxes: what mail can be written from, for all staff. Settings and state of
 * mailboxes are those of their channels: rest_channels.c. */
#include <string.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/mailbox_settings.h"
#include "api/routes.h"

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

const struct http_route mailbox_routes[] = {
	{"GET", "/api/v1/mailboxes", list, 0},
	{0},
};
