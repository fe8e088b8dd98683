/* Tells open consoles how far a mail of the house got. */
#include "api/api.h"
#include "api/app.h"
#include "api/console_socket.h"
#include "flow/bus.h"
#include "model/fact.h"

void
console_announce_delivery(struct app *app, uint64_t entry, uint64_t customer,
	const struct delivery_state *d)
{
	struct json_writer *w;

	/* Whoever comes back later gets the entry as it is now. */
	bus_delivery(app->bus, entry, d);
	w = frame_start(app->sockets, "delivery");
	jw_kid(w, "customer", customer);
	jw_key(w, "delivery");
	delivery_encode(entry, d, w);
	frame_end(app->sockets);
	list_each(&app->sockets->consoles, link) {
		struct console *c = list_item(link, struct console, socket.link);

		if (console_listens(c) && console_looks_at(c, customer)) {
			socket_send(&c->socket);
		}
	}
}
