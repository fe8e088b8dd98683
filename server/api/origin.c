#include "api/origin.h"

#include <string.h>

#include "api/app.h"
#include "base/arena.h"
#include "base/str.h"
#include "base/web.h"

enum { ORIGIN_MAX = 255 };

static const char *
after_scheme(const char *origin)
{
	if (str_starts_with(origin, "https://")) {
		return origin + 8;
	}
	return str_starts_with(origin, "http://") ? origin + 7 : NULL;
}

bool
host_valid(const char *host)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";

	return !str_empty(host) && strlen(host) <= ORIGIN_MAX &&
		host[strspn(host, allowed)] == '\0';
}

bool
origin_valid(const char *origin)
{
	const char *host = str_empty(origin) ? NULL : after_scheme(origin);

	return host != NULL && strlen(origin) <= ORIGIN_MAX && host_valid(host);
}

/* Equal up to a slash at the end of the configured address. */
static bool
same_address(const char *origin, const char *configured)
{
	size_t length = strlen(configured);

	while (length > 0 && configured[length - 1] == '/') {
		length--;
	}
	return strlen(origin) == length && strncasecmp(origin, configured, length) == 0;
}

bool
request_is_same_site(const struct app *app, const struct web_request *rq)
{
	const char *origin = web_header(rq, "origin");
	const char *host = web_header(rq, "host");

	if (origin == NULL) {
		return true;
	}
	if (!str_empty(app->conf->net.public_url) &&
		same_address(origin, app->conf->net.public_url)) {
		return true;
	}
	return origin_valid(origin) && host != NULL &&
		strcasecmp(after_scheme(origin), host) == 0;
}

const char *
origin_of_server(const struct app *app, const struct web_request *rq, bool tls,
	struct arena *a)
{
	const char *configured = app->conf->net.public_url;
	const char *host = web_header(rq, "host");

	if (!str_empty(configured)) {
		size_t length = strlen(configured);

		while (length > 0 && configured[length - 1] == '/') {
			length--;
		}
		return arena_strndup(a, configured, length);
	}
	if (!host_valid(host)) {
		return "";
	}
	return arena_printf(a, "%s://%s", tls ? "https" : "http", host);
}
