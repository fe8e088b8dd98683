/* The running server: opens everything in order, runs the loop, closes in reverse order. */
#ifndef API_SERVE_H
#define API_SERVE_H

#include <stdbool.h>

struct app_conf;

/* Until SIGTERM or SIGINT; false when it could not start (the reason is logged). */
bool serve(const struct app_conf *conf);

#endif
