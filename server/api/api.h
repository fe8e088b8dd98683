/* The entry points that main wires together. */
#ifndef API_API_H
#define API_API_H

#include <stdbool.h>
#include <stdint.h>

struct actor;
struct app;
struct call;
struct delivery_state;
struct fact;
struct http_request;
struct http_route;
struct outcome;
struct websocket_handler;

/* One table per resource file; route_ctx is the struct app. Ends with NULL. */
extern const struct http_route *const api_route_tables[];

/* The page hook of net: who may frame the widget. False: the page is refused. */
bool page_allowed(struct app *app, struct http_request *rq);

extern const struct websocket_handler console_websocket;
extern const struct websocket_handler widget_websocket;

/* Told by the REST side to the sockets (console_socket.c), after the commit: */
void console_announce_customer(struct app *app,
	uint64_t customer); /* profile changed or attached */
void console_announce_mark(struct app *app, uint64_t timeline, uint64_t customer,
	uint64_t party, uint64_t delivered, uint64_t seen, uint64_t inbound_read);
/* A call event was committed: pop up at the member of staff who has the extension. */
void console_announce_call(struct app *app, uint64_t call, uint64_t customer);
/* A quick reply was created, edited, removed or brought back; 0: many were. */
void
console_announce_quick_reply(struct app *app, const struct actor *by, uint64_t reply);
/* Other keyword rules are in force, or those that are stored cannot be. `app`: struct app. */
void console_announce_rules(void *app);
/* An entry was committed: those who are named in it are told. */
void console_announce_mentions(struct app *app, const struct outcome *o);
/* A mail of the house got further on its way, or did not. */
void console_announce_delivery(struct app *app, uint64_t entry, uint64_t customer,
	const struct delivery_state *d);
/* The list of mentions, or that of saved filters, is another now. */
void console_announce_team(struct app *app, const char *frame, uint64_t staff);
void sockets_stop(struct app *app); /* bye "stopping" to everybody */
bool sockets_stopped(const struct app *app);

#endif
