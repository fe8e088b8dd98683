/* Where a browser says that a request comes from. Pure. */
#ifndef API_ORIGIN_H
#define API_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

struct app;
struct arena;
struct web_request;

/* No Origin header at all (not a browser, or a plain GET of the same site), or our own:
 * the host the request was sent to, or the configured public address. */
bool request_is_same_site(const struct app *app, const struct web_request *rq);
/* "https://a.example", "http://localhost:5173": scheme, host, port, and nothing after it. */
bool origin_valid(const char *origin);
/* A Host header that may be repeated in a page: letters, digits, dots, dashes, brackets, port. */
bool host_valid(const char *host);
/* The address of this server as the asking browser knows it, without a slash at its end. */
const char *origin_of_server(const struct app *app, const struct web_request *rq,
	bool tls, struct arena *a);

#endif
