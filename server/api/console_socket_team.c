/* What colleagues are told at once: that a note names them, that their lists changed. */
#include "api/api.h"
#include "api/app.h"
#include "api/console_socket.h"
#include "base/json.h"
#include "base/str.h"
#include "model/fact.h"
#include "store/store.h"

static void
tell_mention(struct app *app, const struct fact *f, const char *text, uint64_t staff)
{
	struct json_writer *w = frame_start(app->sockets, "mentions");

	jw_key(w, "new");
	jw_object(w);
	jw_kid(w, "entry", f->id);
	jw_kid(w, "customer", f->customer);
	jw_kid(w, "author", f->author);
	jw_kstring(w, "text", text);
	jw_object_end(w);
	frame_end(app->sockets);
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);

		if (console_listens(c) && c->staff == staff) {
			socket_send(&c->socket);
		}
	}
}

void
console_announce_mentions(struct app *app, const struct outcome *o)
{
	const struct fact *f = o->fact_count > 0 ? o->facts[0] : NULL;
	const struct json *named;
	struct json *body = NULL;

	if (f == NULL || f->kind != FACT_NOTE || o->duplicate || f->body == NULL ||
		json_parse(f->body, f->body_length, &body, NULL) != ERR_OK) {
		return;
	}
	named = json_get(body, "mentions");
	for (size_t i = 0; named != NULL && i < json_length(named); i++) {
		const char *text = json_string_value(json_at(named, i), NULL);
		uint64_t staff;

		if (text != NULL && str_parse_u64(text, &staff)) {
			tell_mention(app, f, json_string(body, "text"), staff);
		}
	}
	json_free(body);
}

void
console_announce_team(struct app *app, const char *frame, uint64_t staff)
{
	frame_start(app->sockets, frame);
	frame_end(app->sockets);
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);

		if (console_listens(c) && (staff == 0 || c->staff == staff)) {
			socket_send(&c->socket);
		}
	}
}
