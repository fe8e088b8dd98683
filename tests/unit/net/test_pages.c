/* The built pages: variants, caching, policies. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/net_fixture.h"
#include "lib/test.h"

static const struct http_route routes[] = {{0}};
static char root[64];
static struct net_fixture *fixture;

static void
put(const char *path, const char *content)
{
	char name[256];
	FILE *file;

	snprintf(name, sizeof(name), "%s/%s", root, path);
	for (char *slash = name + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL;
		 slash++) {
		*slash = '\0';
		mkdir(name, 0700);
		*slash = '/';
	}
	file = fopen(name, "w");
	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
}

static bool
on_page(struct http_request *rq, void *ctx)
{
	const char *key = http_query(rq, "key");

	(void)ctx;
	if (strcmp(http_request(rq)->path, "/widget/frame.html") != 0) {
		return true;
	}
	if (key == NULL || strcmp(key, "known") != 0) {
		return false;
	}
	http_set_header(rq, "Content-Security-Policy",
		"frame-ancestors https://shop.example");
	return true;
}

static int
begin(void **state)
{
	static char setting[100];
	static const char *const settings[] = {setting, NULL};
	struct net_fixture_plan plan = {.settings = settings,
		.routes = routes,
		.page = on_page};

	(void)state;
	snprintf(root, sizeof(root), "/tmp/trunkline-pages-XXXXXX");
	if (mkdtemp(root) == NULL) {
		return -1;
	}
	put("console/index.html", "<p>console</p>");
	put("console/index.html.gz", "(gzip)");
	put("console/assets/index-AbCd_12-.js", "plain script");
	put("console/assets/index-AbCd_12-.js.br", "(brotli)");
	put("console/assets/index-AbCd_12-.js.gz", "(gzip)");
	put("console/icon.svg", "<svg/>");
	put("widget/frame.html", "<p>frame</p>");
	put("widget.js", "loader");
	put("demo/index.html", "<p>demo</p>");
	put("only.js.br", "(brotli)");
	put(".hidden", "secret");
	snprintf(setting, sizeof(setting), "server.web_root=%s", root);
	fixture = net_fixture_start(&plan);
	return 0;
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static int
end(void **state)
{
	(void)state;
	net_fixture_stop(fixture);
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
get(const char *path, const char *headers, struct net_reply *out)
{
	client_get(fixture, path, headers, out);
}

static void
assert_page(const char *path, const char *headers, const char *body)
{
	struct net_reply reply;

	get(path, headers, &reply);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, body);
	net_reply_free(&reply);
}

static void
assert_status(const char *path, const char *headers, int status)
{
	struct net_reply reply;

	get(path, headers, &reply);
	if (reply.status != status) {
		fail_msg("%s: status %d instead of %d", path, reply.status, status);
	}
	net_reply_free(&reply);
}

static void
the_best_variant_that_is_accepted_is_sent(void **state)
{
	static const char script[] = "/console/assets/index-AbCd_12-.js";
	struct net_reply reply;

	(void)state;
	assert_page(script, "", "plain script");
	assert_page(script, "Accept-Encoding: gzip\r\n", "(gzip)");
	assert_page(script, "Accept-Encoding: br;q=0, gzip\r\n", "(gzip)");
	assert_page("/console/", "Accept-Encoding: br, gzip\r\n", "(gzip)");
	assert_page("/console/", "Accept-Encoding: br\r\n", "<p>console</p>");
	get(script, "Accept-Encoding: gzip, deflate, br\r\n", &reply);
	assert_string_equal(reply.body, "(brotli)");
	assert_string_equal(net_reply_header(&reply, "content-encoding"), "br");
	assert_string_equal(net_reply_header(&reply, "vary"), "Accept-Encoding");
	assert_string_equal(net_reply_header(&reply, "content-type"),
		"text/javascript; charset=utf-8");
	net_reply_free(&reply);
}

static void
only_hashed_names_are_kept_for_ever(void **state)
{
	struct net_reply reply;

	(void)state;
	get("/console/assets/index-AbCd_12-.js", "", &reply);
	assert_string_equal(net_reply_header(&reply, "cache-control"),
		"public, max-age=31536000, immutable");
	net_reply_free(&reply);
	get("/widget.js", "", &reply);
	assert_string_equal(net_reply_header(&reply, "cache-control"), "no-cache");
	assert_string_equal(net_reply_header(&reply, "cross-origin-resource-policy"),
		"cross-origin");
	net_reply_free(&reply);
}

static void
what_the_client_has_is_not_sent_again(void **state)
{
	struct net_reply reply;
	char headers[200];

	(void)state;
	get("/console/", "Accept-Encoding: gzip\r\n", &reply);
	snprintf(headers, sizeof(headers),
		"Accept-Encoding: gzip\r\nIf-None-Match: \"other\", W/%s\r\n",
		net_reply_header(&reply, "etag"));
	net_reply_free(&reply);
	get("/console/", headers, &reply);
	assert_int_equal(reply.status, 304);
	assert_null(net_reply_header(&reply, "content-length"));
	assert_non_null(net_reply_header(&reply, "etag"));
	net_reply_free(&reply);
	/* Another variant is another thing. */
	assert_status("/console/", strstr(headers, "If-None-Match"), 200);
}

static void
paths_of_the_application_give_its_page(void **state)
{
	(void)state;
	assert_page("/console/conversations/42?x", "", "<p>console</p>");
	assert_page("/console/icon.svg", "", "<svg/>");
	assert_page("/demo/", "", "<p>demo</p>");
	assert_status("/console/assets/gone-12345678.js", "", 404);
	assert_status("/demo/gone", "", 404);
	assert_status("/only.js", "Accept-Encoding: br\r\n", 404);
	assert_status("/only.js.br", "", 404);
	assert_status("/.hidden", "", 404);
	assert_status("/api/nothing", "", 404);
}

static void
short_addresses_lead_to_the_pages(void **state)
{
	struct net_reply reply;

	(void)state;
	get("/", "", &reply);
	assert_int_equal(reply.status, 302);
	assert_string_equal(net_reply_header(&reply, "location"), "/console/");
	net_reply_free(&reply);
	assert_status("/console", "", 302);
	assert_status("/demo", "", 302);
}

static void
pages_have_a_strict_policy(void **state)
{
	struct net_reply reply;

	(void)state;
	get("/console/", "", &reply);
	assert_string_equal(net_reply_header(&reply, "content-security-policy"),
		"default-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
		"img-src 'self' data: blob:; media-src 'self' blob:; "
		"connect-src 'self' ws://localhost; base-uri 'none'; form-action 'self'; "
		"object-src 'none'; frame-ancestors 'none'");
	assert_string_equal(net_reply_header(&reply, "x-frame-options"), "DENY");
	assert_string_equal(net_reply_header(&reply, "cross-origin-opener-policy"),
		"same-origin");
	net_reply_free(&reply);
}

static void
the_hook_says_who_may_frame_the_widget(void **state)
{
	struct net_reply reply;

	(void)state;
	assert_status("/widget/frame.html", "", 403);
	assert_status("/widget/frame.html?key=unknown", "", 403);
	get("/widget/frame.html?key=known", "", &reply);
	assert_int_equal(reply.status, 200);
	assert_string_equal(net_reply_header(&reply, "content-security-policy"),
		"frame-ancestors https://shop.example");
	assert_null(net_reply_header(&reply, "x-frame-options"));
	net_reply_free(&reply);
}

static void
pages_are_only_read(void **state)
{
	int fd = client_connect(fixture);
	struct net_reply reply;

	(void)state;
	client_send(fd, "HEAD /console/ HTTP/1.1\r\nHost: a\r\n\r\n");
	client_receive(fd, &reply, true);
	assert_int_equal(reply.status, 200);
	assert_string_equal(net_reply_header(&reply, "content-length"), "14");
	net_reply_free(&reply);
	client_send(fd, "POST /console/ HTTP/1.1\r\nHost: a\r\n\r\n");
	client_receive(fd, &reply, false);
	assert_int_equal(reply.status, 404);
	net_reply_free(&reply);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_variant_that_is_accepted_is_sent),
		cmocka_unit_test(only_hashed_names_are_kept_for_ever),
		cmocka_unit_test(what_the_client_has_is_not_sent_again),
		cmocka_unit_test(paths_of_the_application_give_its_page),
		cmocka_unit_test(short_addresses_lead_to_the_pages),
		cmocka_unit_test(pages_have_a_strict_policy),
		cmocka_unit_test(the_hook_says_who_may_frame_the_widget),
		cmocka_unit_test(pages_are_only_read),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
