/* The pages and their policies:
 *   /console/ ...   the console; every path below it without a file is the application's own
 *   /widget.js      the loader, which other sites include
 *   /widget/ ...    what runs in its frame; who may frame it is known by the page hook
 *   /demo/ ...      a customer's page under a strict policy
 * No page has inline code or asks anything from outside. */
#include "net/page.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "net/http_head.h"
#include "net/loop.h"
#include "net/request.h"
#include "net/static_files.h"

enum { HOST_MAX = 255 };

static const char for_ever[] = "public, max-age=31536000, immutable";

static bool
is_page(const struct static_file *file)
{
	return str_starts_with(file->content_type, "text/html");
}

/* The origin of our WebSockets, since 'self' does not cover them in every browser; "" when
 * the request names no clean host. */
static const char *
websocket_origin(struct http_request *rq)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
	const char *scheme = http_is_tls(rq) ? "wss" : "ws";
	const char *host = web_header(&rq->web, "host");
	const char *url = rq->net->conf->public_url;

	if (!str_empty(url) && strstr(url, "://") != NULL) {
		host = strstr(url, "://") + 3;
		host = arena_strndup(rq->arena, host, strcspn(host, "/"));
	}
	if (str_empty(host) || strlen(host) > HOST_MAX ||
		strspn(host, allowed) != strlen(host)) {
		return "";
	}
	return arena_printf(rq->arena, " %s://%s", scheme, host);
}

static void
set_policy(struct http_request *rq, const char *path)
{
	bool framed = str_starts_with(path, "/widget/");
	/* A mail is shown in a sandboxed frame, which inherits this: the looks that were left on
	 * its elements are allowed, style sheets and all code are not. */
	const char *looks = str_starts_with(path, "/console/")
		? "style-src 'self'; style-src-attr 'unsafe-inline'; "
		: "";
	const char *policy = arena_printf(rq->arena,
		"default-src 'self'; %simg-src 'self' data: blob:; media-src 'self' blob:; "
		"connect-src 'self'%s; base-uri 'none'; form-action 'self'; object-src 'none'; "
		"frame-ancestors 'none'",
		looks, websocket_origin(rq));

	if (request_reply_header(rq, "Content-Security-Policy") == NULL) {
		http_set_header(rq, "Content-Security-Policy", policy);
	}
	if (!framed) {
		http_set_header(rq, "Cross-Origin-Opener-Policy", "same-origin");
		http_set_header(rq, "X-Frame-Options", "DENY");
	}
}

/* The best variant that the client takes. */
static enum encoding
choose_encoding(const struct http_request *rq, const struct static_file *file)
{
	const char *accepted = web_header(&rq->web, "accept-encoding");

	if (file->variants[ENCODING_BROTLI].data != NULL && http_accepts(accepted, "br")) {
		return ENCODING_BROTLI;
	}
	if (file->variants[ENCODING_GZIP].data != NULL && http_accepts(accepted, "gzip")) {
		return ENCODING_GZIP;
	}
	return ENCODING_NONE;
}

/* If-None-Match: a list of tags, maybe weak ones. */
static bool
client_has(const struct http_request *rq, const char *etag)
{
	const char *known = web_header(&rq->web, "if-none-match");

	return known != NULL && (strcmp(known, "*") == 0 || strstr(known, etag) != NULL);
}

static void
send_file(struct http_request *rq, const struct static_file *file)
{
	static const char *const names[ENCODINGS] = {NULL, "gzip", "br"};
	enum encoding encoding = choose_encoding(rq, file);
	const char *etag = arena_printf(rq->arena, "\"%s%s%s\"", file->etag,
		encoding != ENCODING_NONE ? "-" : "",
		encoding != ENCODING_NONE ? names[encoding] : "");

	http_set_header(rq, "ETag", etag);
	http_set_header(rq, "Vary", "Accept-Encoding");
	http_set_header(rq, "Cache-Control", file->hashed ? for_ever : "no-cache");
	if (client_has(rq, etag)) {
		request_reply_static(rq, 304, NULL, NULL, 0);
		return;
	}
	if (encoding != ENCODING_NONE) {
		http_set_header(rq, "Content-Encoding", names[encoding]);
	}
	request_reply_static(rq, 200, file->content_type, file->variants[encoding].data,
		file->variants[encoding].length);
}

static void
serve(struct http_request *rq, const struct static_file *file)
{
	struct net *n = rq->net;

	if (is_page(file)) {
		if (n->hooks.page != NULL && !n->hooks.page(rq, n->hooks.ctx)) {
			request_refuse(rq, 403, "denied", "this page is not for you", NULL);
			return;
		}
		set_policy(rq, file->path);
	}
	if (str_starts_with(file->path, "/widget")) {
		/* The loader and what it shows are included by other sites' pages. */
		http_set_header(rq, "Cross-Origin-Resource-Policy", "cross-origin");
	}
	send_file(rq, file);
}

static const struct static_file *
find(const struct net *n, struct arena *a, const char *path)
{
	const struct static_file *file;
	size_t length = strlen(path);

	if (path[length - 1] == '/') {
		path = arena_printf(a, "%sindex.html", path);
	}
	file = static_files_find(n->files, path);
	/* Files that exist in compressed form only would not suit every client. */
	return file != NULL && file->variants[ENCODING_NONE].data != NULL ? file : NULL;
}

static bool
redirect(struct http_request *rq, const char *where)
{
	http_set_header(rq, "Location", where);
	request_reply_static(rq, 302, NULL, NULL, 0);
	return true;
}

bool
page_serve(struct http_request *rq)
{
	const char *path = rq->web.path;
	const struct static_file *file;

	if (strcmp(rq->web.method, "GET") != 0 && strcmp(rq->web.method, "HEAD") != 0) {
		return false;
	}
	if (strcmp(path, "/") == 0 || strcmp(path, "/console") == 0) {
		return redirect(rq, "/console/");
	}
	if (strcmp(path, "/demo") == 0) {
		return redirect(rq, "/demo/");
	}
	file = find(rq->net, rq->arena, path);
	if (file == NULL && str_starts_with(path, "/console/") &&
		!str_starts_with(path, "/console/assets/")) {
		file = find(rq->net, rq->arena, "/console/");
	}
	if (file == NULL) {
		return false;
	}
	serve(rq, file);
	return true;
}
