#include "net/http_head.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "lib/test.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"
#define WITH(headers) "POST / HTTP/1.1\r\nHost: a\r\n" headers "\r\n"

static struct arena *arena;

static int
make_arena(void **state)
{
	(void)state;
	arena = arena_create();
	return 0;
}

static int
drop_arena(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static int
parse(const char *text, struct http_head *out)
{
	size_t length = http_head_length(text, strlen(text), 0);

	assert_int_equal(length, strlen(text));
	*out = (struct http_head){0};
	return http_head_parse(arena, text, length, out);
}

static void
assert_refused(const char *text, int status)
{
	struct http_head head;
	int got = parse(text, &head);

	if (got != status) {
		fail_msg("%s: status %d instead of %d", text, got, status);
	}
	assert_null(head.method);
}

static void
the_end_of_a_head_is_found_wherever_it_was_cut(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
	size_t end = sizeof(text) - 1 - 4;

	(void)state;
	for (size_t n = 0; n < end; n++) {
		assert_int_equal(http_head_length(text, n, 0), 0);
		assert_int_equal(http_head_length(text, end, n), end);
		assert_int_equal(http_head_length(text, sizeof(text) - 1, n), end);
	}
}

static void
a_usual_request_is_understood(void **state)
{
	struct http_head head;

	(void)state;
	assert_int_equal(
		parse("POST /a%20b/%E4%BD%A0?q=1&r HTTP/1.1\r\nHost: a\r\n"
			  "X-Name:  some value \t\r\nContent-Length: 12\r\nEmpty:\r\n\r\n",
			&head),
		0);
	assert_string_equal(head.method, "POST");
	assert_string_equal(head.path, "/a b/你");
	assert_string_equal(head.query, "q=1&r");
	assert_int_equal(head.header_count, 4);
	assert_string_equal(head.headers[1].name, "x-name");
	assert_string_equal(head.headers[1].value, "some value");
	assert_string_equal(head.headers[3].value, "");
	assert_true(head.has_content_length);
	assert_int_equal(head.content_length, 12);
	assert_true(head.keep_alive);
	assert_false(head.upgrade);
}

static void
connections_are_kept_as_version_and_header_say(void **state)
{
	static const struct {
		const char *text;
		bool kept;
	} cases[] = {
		{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", false},
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, close\r\n\r\n", false},
		{"GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", true},
		{"GET / HTTP/1.0\r\n\r\n", false},
		{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_head head;

		assert_int_equal(parse(cases[i].text, &head), 0);
		assert_int_equal(head.keep_alive, cases[i].kept);
	}
}

static void
an_upgrade_needs_both_headers(void **state)
{
	struct http_head head;

	(void)state;
	assert_int_equal(
		parse(WITH("Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"), &head),
		0);
	assert_true(head.upgrade);
	assert_int_equal(parse(WITH("Upgrade: websocket\r\n"), &head), 0);
	assert_false(head.upgrade);
	assert_int_equal(parse(WITH("Connection: upgrade\r\nUpgrade: h2c\r\n"), &head), 0);
	assert_false(head.upgrade);
}

static void
any_transfer_encoding_is_refused(void **state)
{
	(void)state;
	assert_refused(WITH("Transfer-Encoding: chunked\r\n"), 411);
	assert_refused(WITH("Transfer-Encoding: identity\r\n"), 411);
	assert_refused(WITH("Content-Length: 3\r\ntransfer-encoding:\r\n"), 411);
}

static void
what_could_smuggle_a_request_is_refused(void **state)
{
	(void)state;
	assert_refused(WITH("Content-Length : 5\r\n"), 400);
	assert_refused(WITH("Content-Length: 5\r\nContent-Length: 5\r\n"), 400);
	assert_refused(WITH("Content-Length: 5, 5\r\n"), 400);
	assert_refused(WITH("Content-Length: +5\r\n"), 400);
	assert_refused(WITH("Content-Length: -5\r\n"), 400);
	assert_refused(WITH("Content-Length: 0x5\r\n"), 400);
	assert_refused(WITH("Content-Length:\r\n"), 400);
	assert_refused(WITH("Content-Length: 99999999999999999999\r\n"), 413);
	assert_refused(WITH(" Folded: 1\r\n"), 400);
	assert_refused(WITH("A: b\r\n\tfolded\r\n"), 400);
	assert_refused(WITH("A: b\nContent-Length: 5\r\n"), 400);
	assert_refused(WITH("A: b\rContent-Length: 5\r\n"), 400);
	assert_refused(WITH("No colon\r\n"), 400);
	assert_refused(WITH(": nameless\r\n"), 400);
	assert_refused(WITH("A: \x01\r\n"), 400);
	assert_refused(WITH("Host: b\r\n"), 400);
	assert_refused("GET / HTTP/1.1\r\nA: b\r\n\r\n", 400);
}

static void
a_malformed_request_line_is_refused(void **state)
{
	(void)state;
	assert_refused("GET /\r\n\r\n", 400);
	assert_refused("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	assert_refused("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 505);
	assert_refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505);
	assert_refused("GET / http/1.1\r\nHost: a\r\n\r\n", 400);
	assert_refused("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	assert_refused("METHODOFGREATLENGTH / HTTP/1.1\r\nHost: a\r\n\r\n", 501);
	assert_refused("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	assert_refused("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	assert_refused(GET("http://a"), 400);
}

static void
paths_that_mean_to_confuse_are_refused(void **state)
{
	(void)state;
	assert_refused(GET("/a%"), 400);
	assert_refused(GET("/a%2"), 400);
	assert_refused(GET("/a%2g"), 400);
	assert_refused(GET("/a%00b"), 400);
	assert_refused(GET("/a%0d%0ab"), 400);
	assert_refused(GET("/a%ff"), 400);
	assert_refused(GET("/../etc/passwd"), 400);
	assert_refused(GET("/a/%2e%2E/b"), 400);
	assert_refused(GET("/a%2f..%2fb"), 400);
	assert_refused(GET("/a/."), 400);
	assert_refused(GET("/a#b"), 400);
	assert_refused(GET("/\xe4\xbd\xa0"), 400);
}

static void
the_absolute_form_and_odd_names_are_accepted(void **state)
{
	struct http_head head;

	(void)state;
	assert_int_equal(parse(GET("http://a.example:80/b?c"), &head), 0);
	assert_string_equal(head.path, "/b");
	assert_string_equal(head.query, "c");
	assert_int_equal(parse(GET("/.../..a/b..?"), &head), 0);
	assert_string_equal(head.path, "/.../..a/b..");
	assert_string_equal(head.query, "");
	assert_int_equal(parse(GET("/a+b"), &head), 0);
	assert_string_equal(head.path, "/a+b");
}

static void
too_much_is_refused(void **state)
{
	static char text[40 * 1024];
	size_t n;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "GET /", 5);
	strcpy(text + 9000, " HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_refused(text, 414);
	n = (size_t)sprintf(text, "GET / HTTP/1.1\r\nHost: a\r\n");
	for (int i = 0; i < 100; i++) {
		n += (size_t)sprintf(text + n, "a: b\r\n");
	}
	strcpy(text + n, "\r\n");
	assert_refused(text, 431);
}

static void
only_continue_can_be_expected(void **state)
{
	struct http_head head;

	(void)state;
	assert_int_equal(parse(WITH("Expect: 100-Continue\r\nContent-Length: 1\r\n"), &head),
		0);
	assert_true(head.expects_continue);
	assert_refused(WITH("Expect: a-miracle\r\n"), 417);
}

static void
lists_are_searched_by_whole_tokens(void **state)
{
	(void)state;
	assert_true(http_list_has("a, b ,c", "b"));
	assert_true(http_list_has("gzip;q=1.0, BR", "br"));
	assert_true(http_list_has(",,a", "a"));
	assert_false(http_list_has("abc", "b"));
	assert_false(http_list_has("x;br", "br"));
	assert_false(http_list_has("", "a"));
	assert_false(http_list_has(NULL, "a"));
}

static void
a_coding_that_is_declined_is_not_accepted(void **state)
{
	(void)state;
	assert_true(http_accepts("br;q=0.5, gzip", "br"));
	assert_true(http_accepts("gzip, br", "br"));
	assert_false(http_accepts("br;q=0, gzip", "br"));
	assert_false(http_accepts("br; q=0.000", "br"));
	assert_true(http_accepts("br;q=0.001", "br"));
	assert_false(http_accepts("gzip", "br"));
	assert_false(http_accepts(NULL, "br"));
}

static void
query_parameters_are_decoded(void **state)
{
	static const char query[] =
		"a=1&b=%E4%BD%A0+%2B&empty=&flag&c=x=y&%64=z&bad=%zz&b=2&nul=%00";

	(void)state;
	assert_string_equal(http_query_decode(arena, query, "a"), "1");
	assert_string_equal(http_query_decode(arena, query, "b"), "你 +");
	assert_string_equal(http_query_decode(arena, query, "empty"), "");
	assert_string_equal(http_query_decode(arena, query, "flag"), "");
	assert_string_equal(http_query_decode(arena, query, "c"), "x=y");
	assert_string_equal(http_query_decode(arena, query, "d"), "z");
	assert_null(http_query_decode(arena, query, "bad"));
	assert_null(http_query_decode(arena, query, "nul"));
	assert_null(http_query_decode(arena, query, "none"));
	assert_null(http_query_decode(arena, "", "a"));
	assert_null(http_query_decode(arena, "a=%ff", "a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_of_a_head_is_found_wherever_it_was_cut),
		cmocka_unit_test(a_usual_request_is_understood),
		cmocka_unit_test(connections_are_kept_as_version_and_header_say),
		cmocka_unit_test(an_upgrade_needs_both_headers),
		cmocka_unit_test(any_transfer_encoding_is_refused),
		cmocka_unit_test(what_could_smuggle_a_request_is_refused),
		cmocka_unit_test(a_malformed_request_line_is_refused),
		cmocka_unit_test(paths_that_mean_to_confuse_are_refused),
		cmocka_unit_test(the_absolute_form_and_odd_names_are_accepted),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(only_continue_can_be_expected),
		cmocka_unit_test(lists_are_searched_by_whole_tokens),
		cmocka_unit_test(a_coding_that_is_declined_is_not_accepted),
		cmocka_unit_test(query_parameters_are_decoded),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
