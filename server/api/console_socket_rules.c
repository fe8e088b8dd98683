/* Tells open consoles that other rules are in force, or that what is stored cannot be. */
#include "api/api.h"
#include "api/app.h"
#include "api/console_socket.h"
#include "base/json.h"
#include "flow/rules.h"

void
console_announce_rules(void *ctx)
{
	struct app *app = ctx;
	struct json_writer *w = frame_start(app->sockets, "rules");
	struct rules_status status;

	rules_status(app->rules, &status);
	jw_ki64(w, "changes", status.changes);
	jw_kstring(w, "problem", status.problem);
	frame_end(app->sockets);
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);

		if (console_listens(c)) {
			socket_send(&c->socket);
		}
	}
}
