/* Files from disk: whole, in ranges, to slow and vanishing readers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "lib/net_fixture.h"
#include "lib/test.h"

enum { SIZE = 3 * 1024 * 1024 + 17 };

static char path[64];
static char *content;
static struct net_fixture *fixture;

static void
send_file(struct http_request *rq, void *ctx)
{
	(void)ctx;
	http_reply_file(rq, path, "audio/wav");
}

static void
send_missing(struct http_request *rq, void *ctx)
{
	(void)ctx;
	http_reply_file(rq, "/tmp/trunkline-no-such-file", "audio/wav");
}

static void
send_folder(struct http_request *rq, void *ctx)
{
	(void)ctx;
	http_reply_file(rq, "/tmp", "audio/wav");
}

static const struct http_route routes[] = {
	{"GET", "/file", send_file, 0},
	{"GET", "/missing", send_missing, 0},
	{"GET", "/folder", send_folder, 0},
	{0},
};

static int
begin(void **state)
{
	struct net_fixture_plan plan = {.routes = routes};
	int fd;

	(void)state;
	content = xmalloc(SIZE);
	for (size_t i = 0; i < SIZE; i++) {
		content[i] = (char)(i * 31 + i / 251);
	}
	snprintf(path, sizeof(path), "/tmp/trunkline-file-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || write(fd, content, SIZE) != SIZE || close(fd) != 0) {
		return -1;
	}
	fixture = net_fixture_start(&plan);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	net_fixture_stop(fixture);
	free(content);
	return unlink(path);
}

static void
assert_range(const char *range, size_t first, size_t length, const char *content_range)
{
	struct net_reply reply;
	char headers[100];

	snprintf(headers, sizeof(headers), "Range: %s\r\n", range);
	client_get(fixture, "/file", headers, &reply);
	assert_int_equal(reply.status, 206);
	assert_string_equal(net_reply_header(&reply, "content-range"), content_range);
	assert_int_equal(reply.body_length, length);
	assert_memory_equal(reply.body, content + first, length);
	net_reply_free(&reply);
}

static void
a_file_is_sent_whole(void **state)
{
	struct net_reply reply;

	(void)state;
	client_get(fixture, "/file", "", &reply);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.body_length, SIZE);
	assert_memory_equal(reply.body, content, SIZE);
	assert_string_equal(net_reply_header(&reply, "content-type"), "audio/wav");
	assert_string_equal(net_reply_header(&reply, "accept-ranges"), "bytes");
	net_reply_free(&reply);
}

static void
ranges_are_sent(void **state)
{
	(void)state;
	assert_range("bytes=0-9", 0, 10, "bytes 0-9/3145745");
	assert_range("bytes=-5", SIZE - 5, 5, "bytes 3145740-3145744/3145745");
	assert_range("bytes=1000000-", 1000000, SIZE - 1000000,
		"bytes 1000000-3145744/3145745");
}

static void
a_range_beyond_the_end_is_416(void **state)
{
	struct net_reply reply;

	(void)state;
	client_get(fixture, "/file", "Range: bytes=3145745-\r\n", &reply);
	assert_int_equal(reply.status, 416);
	assert_string_equal(net_reply_header(&reply, "content-range"), "bytes */3145745");
	net_reply_free(&reply);
}

static void
a_range_of_another_version_gives_the_whole(void **state)
{
	struct net_reply reply;
	char headers[200];

	(void)state;
	client_get(fixture, "/file", "Range: bytes=0-9\r\nIf-Range: \"other\"\r\n", &reply);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.body_length, SIZE);
	snprintf(headers, sizeof(headers), "Range: bytes=0-9\r\nIf-Range: %s\r\n",
		net_reply_header(&reply, "etag"));
	net_reply_free(&reply);
	client_get(fixture, "/file", headers, &reply);
	assert_int_equal(reply.status, 206);
	net_reply_free(&reply);
}

static void
the_connection_goes_on_after_a_file(void **state)
{
	int fd = client_connect(fixture);
	struct net_reply reply;

	(void)state;
	client_send(fd,
		"HEAD /file HTTP/1.1\r\nHost: a\r\n\r\nGET /file HTTP/1.1\r\nHost: a\r\n\r\n"
		"GET /missing HTTP/1.1\r\nHost: a\r\n\r\n");
	client_receive(fd, &reply, true);
	assert_int_equal(reply.status, 200);
	assert_string_equal(net_reply_header(&reply, "content-length"), "3145745");
	net_reply_free(&reply);
	client_receive(fd, &reply, false);
	assert_memory_equal(reply.body, content, SIZE);
	net_reply_free(&reply);
	client_receive(fd, &reply, false);
	assert_int_equal(reply.status, 404);
	net_reply_free(&reply);
	close(fd);
}

static void
what_is_no_file_is_404(void **state)
{
	struct net_reply reply;

	(void)state;
	client_get(fixture, "/folder", "", &reply);
	assert_int_equal(reply.status, 404);
	net_reply_free(&reply);
}

static void
readers_may_leave_in_the_middle(void **state)
{
	char some[1000];
	struct net_reply reply;

	(void)state;
	for (int i = 0; i < 20; i++) {
		int fd = client_connect(fixture);

		client_send(fd, "GET /file HTTP/1.1\r\nHost: a\r\n\r\n");
		if (i % 2 == 0) {
			assert_true(recv(fd, some, sizeof(some), 0) > 0);
		}
		close(fd);
	}
	client_get(fixture, "/file", "Range: bytes=0-9\r\n", &reply);
	assert_int_equal(reply.status, 206);
	net_reply_free(&reply);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_sent_whole),
		cmocka_unit_test(ranges_are_sent),
		cmocka_unit_test(a_range_beyond_the_end_is_416),
		cmocka_unit_test(a_range_of_another_version_gives_the_whole),
		cmocka_unit_test(the_connection_goes_on_after_a_file),
		cmocka_unit_test(what_is_no_file_is_404),
		cmocka_unit_test(readers_may_leave_in_the_middle),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
