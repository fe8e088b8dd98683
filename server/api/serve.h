/* The running server: opens everything in order, runs the loop, closes in reverse order. */
#ifndef API_SERVE_H
#define API_SERVE_H

#include <stdbool.h>

#include "base/err.h"

struct app;
struct app_conf;
struct server;

/* Until SIGTERM or SIGINT; false when it could not start (the reason is logged). */
bool serve(const struct app_conf *conf);

/* The steps of serve(), for tests that talk to a server in their own process. */
MUST_CHECK enum err
server_open(const struct app_conf *conf, struct server **out, struct error *e);
MUST_CHECK enum err
server_run(struct server *s, struct error *e); /* until it was stopped */
void server_close(struct server *s);           /* NULL is fine */
struct app *server_app(struct server *s);      /* of the loop thread once it runs */

#endif
