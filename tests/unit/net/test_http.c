/* HTTP over real sockets. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "lib/net_fixture.h"
#include "lib/test.h"

enum { LARGE = 5 * 1024 * 1024, UPLOAD_MAX = 8 * 1024 * 1024 };

/* What the handlers share with the tests. */
struct shared {
	atomic_int seen;
	_Atomic(struct http_request *) delayed[8];
};

static void
reply_text(struct http_request *rq, const char *text)
{
	http_reply(rq, 200, "text/plain; charset=utf-8", text, strlen(text));
}

static void
echo(struct http_request *rq, void *ctx)
{
	const struct web_request *web = http_request(rq);
	const char *q = http_query(rq, "q");

	(void)ctx;
	http_set_header(rq, "X-Evil", "a\r\nSet-Cookie: b");
	reply_text(rq,
		arena_printf(http_arena(rq), "%s %s id=%s q=%s peer=%s body=%zu:%.5s",
			web->method, web->path, http_param(rq, "id"), q != NULL ? q : "none",
			web->peer, web->body_length, web->body));
}

static void
large(struct http_request *rq, void *ctx)
{
	char *body = xmalloc(LARGE);

	(void)ctx;
	memset(body, 'L', LARGE);
	http_reply(rq, 200, "application/octet-stream", body, LARGE);
	free(body);
}

/* Answered from woken(), as handlers do that wait for the store. */
static void
delay(struct http_request *rq, void *ctx)
{
	struct shared *s = ctx;
	int n = atomic_fetch_add(&s->seen, 1);

	atomic_store(&s->delayed[n % 8], rq);
}

static void
answer_delayed(void *ctx)
{
	struct shared *s = ctx;

	for (int i = 0; i < 8; i++) {
		struct http_request *rq = atomic_exchange(&s->delayed[i], NULL);

		if (rq != NULL) {
			reply_text(rq, "late");
		}
	}
}

static void
fail_busy(struct http_request *rq, void *ctx)
{
	(void)ctx;
	http_reply_error(rq, ERR_BUSY, "the \"queue\" is full", "field");
}

static void
json(struct http_request *rq, void *ctx)
{
	struct buf out;

	(void)ctx;
	buf_init(&out, 100);
	buf_puts(&out, "{}");
	http_set_header(rq, "Cache-Control", "private");
	http_reply_json(rq, 201, &out);
}

static const struct http_route routes[] = {
	{"GET", "/echo/:id", echo, 0},
	{"POST", "/echo/:id", echo, UPLOAD_MAX},
	{"PATCH", "/echo/:id", echo, 10},
	{"DELETE", "/echo/:id", echo, 0},
	{"GET", "/large", large, 0},
	{"GET", "/delay", delay, 0},
	{"GET", "/busy", fail_busy, 0},
	{"GET", "/json", json, 0},
	{0},
};

static struct shared shared;

static struct net_fixture *
start(const char *const *settings)
{
	struct net_fixture_plan plan = {.settings = settings,
		.routes = routes,
		.ctx = &shared,
		.woken = answer_delayed};

	memset(&shared, 0, sizeof(shared));
	return net_fixture_start(&plan);
}

static void
assert_status(struct net_fixture *f, const char *request, int status)
{
	int fd = client_connect(f);
	struct net_reply reply;

	client_send(fd, request);
	client_receive(fd, &reply, false);
	if (reply.status != status) {
		fail_msg("%.60s: status %d instead of %d", request, reply.status, status);
	}
	net_reply_free(&reply);
	close(fd);
}

static void
wait_until_seen(int count)
{
	for (int i = 0; atomic_load(&shared.seen) < count; i++) {
		assert_true(i < 1000);
		usleep(5000);
	}
}

static void
a_connection_serves_one_request_after_the_other(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_connect(f);

	(void)state;
	for (int i = 0; i < 100; i++) {
		char request[100];
		char expected[100];
		struct net_reply reply;

		snprintf(request, sizeof(request),
			"GET /echo/%d?q=a%%20b HTTP/1.1\r\nHost: a\r\n\r\n", i);
		snprintf(expected, sizeof(expected),
			"GET /echo/%d id=%d q=a b peer=127.0.0.1 body=0:", i, i);
		client_send(fd, request);
		client_receive(fd, &reply, false);
		assert_int_equal(reply.status, 200);
		assert_string_equal(reply.body, expected);
		net_reply_free(&reply);
	}
	close(fd);
	net_fixture_stop(f);
}

static void
pipelined_requests_are_answered_in_order(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_connect(f);
	struct net_reply reply;

	(void)state;
	client_send(fd,
		"GET /delay HTTP/1.1\r\nHost: a\r\n\r\n"
		"POST /echo/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
		"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
		"GET /echo/2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
		"GET /echo/3 HTTP/1.1\r\nHost: a\r\n\r\n");
	wait_until_seen(1);
	net_wake(net_fixture_net(f));
	client_receive(fd, &reply, false);
	assert_string_equal(reply.body, "late");
	net_reply_free(&reply);
	client_receive(fd, &reply, false);
	assert_non_null(strstr(reply.body, "body=3:abc"));
	net_reply_free(&reply);
	client_receive(fd, &reply, false);
	assert_int_equal(reply.body_length, LARGE);
	net_reply_free(&reply);
	client_receive(fd, &reply, false);
	assert_non_null(strstr(reply.body, "id=2"));
	assert_string_equal(net_reply_header(&reply, "connection"), "close");
	net_reply_free(&reply);
	assert_true(client_is_closed(fd));
	close(fd);
	net_fixture_stop(f);
}

static void
a_request_may_come_byte_by_byte(void **state)
{
	static const char request[] =
		"\r\nPOST /echo/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde";
	struct net_fixture *f = start(NULL);
	int fd = client_connect(f);
	struct net_reply reply;

	(void)state;
	for (size_t i = 0; i < sizeof(request) - 1; i++) {
		client_send_bytes(fd, request + i, 1);
		usleep(500);
	}
	client_receive(fd, &reply, false);
	assert_non_null(strstr(reply.body, "body=5:abcde"));
	net_reply_free(&reply);
	close(fd);
	net_fixture_stop(f);
}

static void
what_is_wrong_gets_its_status(void **state)
{
	struct net_fixture *f = start(NULL);

	(void)state;
	assert_status(f, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404);
	assert_status(f, "PUT /echo/1 HTTP/1.1\r\nHost: a\r\n\r\n", 405);
	assert_status(f,
		"POST /echo/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		411);
	assert_status(f, "PATCH /echo/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n",
		413);
	assert_status(f, "GET /echo/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx",
		413);
	assert_status(f, "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400);
	assert_status(f, "rubbish\r\n\r\n", 400);
	assert_status(f, "GET /json HTTP/1.1\r\nHost: a\r\n\r\n", 201);
	assert_status(f, "DELETE /echo/1 HTTP/1.1\r\nHost: a\r\n\r\n", 200);
	net_fixture_stop(f);
}

static void
nothing_after_a_refused_body_is_read_as_a_request(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_connect(f);
	struct net_reply reply;

	(void)state;
	client_send(fd,
		"POST /echo/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
		"Content-Length: 4\r\n\r\n0\r\n\r\nGET /delay HTTP/1.1\r\nHost: a\r\n\r\n");
	client_receive(fd, &reply, false);
	assert_int_equal(reply.status, 411);
	assert_string_equal(net_reply_header(&reply, "connection"), "close");
	net_reply_free(&reply);
	assert_true(client_is_closed(fd));
	assert_int_equal(atomic_load(&shared.seen), 0);
	close(fd);
	net_fixture_stop(f);
}

static void
headers_without_end_are_refused(void **state)
{
	static char flood[20 * 1024];
	struct net_fixture *f = start(NULL);
	int fd = client_connect(f);
	struct net_reply reply;

	(void)state;
	memset(flood, 'a', sizeof(flood));
	client_send(fd, "GET / HTTP/1.1\r\nHost: a\r\nX-Long: ");
	client_send_bytes(fd, flood, sizeof(flood));
	client_receive(fd, &reply, false);
	assert_int_equal(reply.status, 431);
	net_reply_free(&reply);
	assert_true(client_is_closed(fd));
	close(fd);
	net_fixture_stop(f);
}

static void
slow_clients_are_cut(void **state)
{
	static const char *const settings[] = {"server.header_timeout=200ms",
		"server.idle_timeout=300ms", NULL};
	struct net_fixture *f = start(settings);
	int silent = client_connect(f);
	int slow = client_connect(f);
	int idle = client_connect(f);
	struct net_reply reply;

	(void)state;
	client_send(idle, "GET /json HTTP/1.1\r\nHost: a\r\n\r\n");
	client_receive(idle, &reply, false);
	net_reply_free(&reply);
	client_send(slow, "GET / HT");
	for (int i = 0; i < 3; i++) {
		usleep(60 * 1000);
		client_send(slow, "T"); /* progress does not help */
	}
	client_receive(slow, &reply, false);
	assert_int_equal(reply.status, 408);
	net_reply_free(&reply);
	assert_true(client_is_closed(slow));
	assert_true(client_is_closed(silent));
	assert_true(client_is_closed(idle));
	close(silent);
	close(slow);
	close(idle);
	net_fixture_stop(f);
}

static void
large_bodies_arrive_whole(void **state)
{
	struct net_fixture *f = start(NULL);
	char *body = xcalloc(1, UPLOAD_MAX);
	int fd = client_connect(f);
	struct net_reply reply;

	(void)state;
	memcpy(body, "first", 5);
	client_send(fd,
		"POST /echo/1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
		"Content-Length: 8388608\r\n\r\n");
	client_receive(fd, &reply, true);
	assert_int_equal(reply.status, 100);
	net_reply_free(&reply);
	client_send_bytes(fd, body, UPLOAD_MAX);
	client_receive(fd, &reply, false);
	assert_non_null(strstr(reply.body, "body=8388608:first"));
	net_reply_free(&reply);
	close(fd);
	free(body);
	net_fixture_stop(f);
}

/* Tries until an upload gets this status. A large one asks before it sends: 100 is "go on". */
static void
wait_for_upload_status(struct net_fixture *f, bool large, int status)
{
	static const char small_one[] =
		"POST /echo/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123456789";
	static const char large_one[] =
		"POST /echo/1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
		"Content-Length: 8388608\r\n\r\n";

	for (int i = 0;; i++) {
		int fd = client_connect(f);
		struct net_reply reply;
		int got;

		client_send(fd, large ? large_one : small_one);
		client_receive(fd, &reply, false);
		got = reply.status;
		net_reply_free(&reply);
		close(fd);
		if (got == status) {
			return;
		}
		assert_true(i < 200);
		usleep(20 * 1000);
	}
}

static void
all_bodies_together_are_bounded(void **state)
{
	static const char head[] =
		"POST /echo/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608\r\n\r\n";
	struct net_fixture *f = start(NULL);
	char *most = xcalloc(1, UPLOAD_MAX);
	int fds[8];

	(void)state;
	for (int i = 0; i < 8; i++) {
		fds[i] = client_connect(f);
		client_send(fds[i], head);
	}
	wait_for_upload_status(f, false, 200); /* what is only announced takes no room */
	for (int i = 0; i < 8; i++) {
		client_send_bytes(fds[i], most, UPLOAD_MAX - 1);
	}
	wait_for_upload_status(f, true, 503);
	wait_for_upload_status(f, false, 200); /* small ones have room of their own */
	for (int i = 0; i < 8; i++) {
		close(fds[i]);
	}
	wait_for_upload_status(f, false, 200); /* the room of those who left is free again */
	free(most);
	net_fixture_stop(f);
}

static void
a_slow_reader_gets_a_large_reply_whole(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_connect(f);
	struct net_reply reply;

	(void)state;
	client_send(fd,
		"GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /json HTTP/1.1\r\nHost: a\r\n\r\n");
	usleep(100 * 1000);
	client_receive(fd, &reply, false);
	assert_int_equal(reply.body_length, LARGE);
	for (size_t i = 0; i < LARGE; i++) {
		assert_int_equal(reply.body[i], 'L');
	}
	net_reply_free(&reply);
	client_receive(fd, &reply, false);
	assert_int_equal(reply.status, 201);
	net_reply_free(&reply);
	close(fd);
	net_fixture_stop(f);
}

static void
waiting_costs_no_processor_time(void **state)
{
	static char pipelined[40 * 1024];
	struct net_fixture *f = start(NULL);
	int fd = client_connect(f);
	clock_t before;

	(void)state;
	/* A reply that is not read, another that is not there yet, and more input than we keep. */
	memset(pipelined, '\n', sizeof(pipelined));
	client_send(fd, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
	client_send_bytes(fd, pipelined, sizeof(pipelined));
	client_send(fd, "x");
	usleep(200 * 1000);
	before = clock();
	usleep(500 * 1000);
	assert_true(clock() - before < CLOCKS_PER_SEC / 10);
	close(fd);
	net_fixture_stop(f);
}

static void
replies_to_peers_who_left_are_dropped(void **state)
{
	struct net_fixture *f = start(NULL);

	(void)state;
	for (int i = 0; i < 8; i++) {
		int fd = client_connect(f);

		client_send(fd, "GET /delay HTTP/1.1\r\nHost: a\r\n\r\n");
		wait_until_seen(i + 1);
		close(fd);
	}
	usleep(100 * 1000);
	net_wake(net_fixture_net(f));
	assert_status(f, "GET /json HTTP/1.1\r\nHost: a\r\n\r\n", 201);
	for (int i = 0; i < 8; i++) {
		assert_null(atomic_load(&shared.delayed[i]));
	}
	net_fixture_stop(f);
}

static void
errors_are_json_with_a_code(void **state)
{
	struct net_fixture *f = start(NULL);
	struct net_reply reply;

	(void)state;
	client_get(f, "/busy", "", &reply);
	assert_int_equal(reply.status, 429);
	assert_string_equal(reply.body,
		"{\"error\":{\"code\":\"busy\",\"text\":\"the \\\"queue\\\" is full\","
		"\"field\":\"field\"}}");
	assert_string_equal(net_reply_header(&reply, "content-type"),
		"application/json; charset=utf-8");
	assert_non_null(net_reply_header(&reply, "retry-after"));
	net_reply_free(&reply);
	client_get(f, "/nothing", "", &reply);
	assert_non_null(strstr(reply.body, "\"code\":\"not_found\""));
	net_reply_free(&reply);
	net_fixture_stop(f);
}

static void
every_reply_is_defensive(void **state)
{
	struct net_fixture *f = start(NULL);
	struct net_reply reply;

	(void)state;
	client_get(f, "/echo/1", "", &reply);
	assert_string_equal(net_reply_header(&reply, "x-content-type-options"), "nosniff");
	assert_string_equal(net_reply_header(&reply, "referrer-policy"), "same-origin");
	assert_string_equal(net_reply_header(&reply, "cache-control"), "no-store");
	assert_string_equal(net_reply_header(&reply, "content-security-policy"),
		"default-src 'none'; frame-ancestors 'none'");
	assert_string_equal(net_reply_header(&reply, "x-evil"), "a  Set-Cookie: b");
	assert_null(net_reply_header(&reply, "set-cookie"));
	assert_null(net_reply_header(&reply, "strict-transport-security"));
	net_reply_free(&reply);
	client_get(f, "/json", "", &reply);
	assert_string_equal(net_reply_header(&reply, "cache-control"), "private");
	net_reply_free(&reply);
	net_fixture_stop(f);
}

static void
head_has_the_length_but_no_body(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_connect(f);
	struct net_reply reply;

	(void)state;
	client_send(fd, "HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n");
	client_receive(fd, &reply, true);
	assert_int_equal(reply.status, 200);
	assert_string_equal(net_reply_header(&reply, "content-length"), "5242880");
	net_reply_free(&reply);
	client_send(fd, "GET /json HTTP/1.1\r\nHost: a\r\n\r\n");
	client_receive(fd, &reply, false);
	assert_int_equal(reply.status, 201);
	net_reply_free(&reply);
	close(fd);
	net_fixture_stop(f);
}

static void
one_address_has_limits(void **state)
{
	static const char *const settings[] = {"server.requests_per_minute=5",
		"server.max_connections_per_address=3", NULL};
	struct net_fixture *f = start(settings);
	int fds[3];
	int fd;

	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_status(f, "GET /json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
			201);
	}
	assert_status(f, "GET /json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 429);
	usleep(100 * 1000); /* until the server has seen those connections end */
	for (int i = 0; i < 3; i++) {
		fds[i] = client_connect(f);
	}
	fd = client_connect(f);
	assert_true(client_is_closed(fd));
	close(fd);
	for (int i = 0; i < 3; i++) {
		close(fds[i]);
	}
	net_fixture_stop(f);
}

static void
all_addresses_together_have_a_limit(void **state)
{
	static const char *const settings[] = {"server.max_connections=16", NULL};
	struct net_fixture *f = start(settings);
	int fds[17];

	(void)state;
	for (int i = 0; i < 17; i++) {
		fds[i] = client_connect(f);
	}
	assert_true(client_is_closed(fds[16]));
	close(fds[0]);
	usleep(100 * 1000);
	assert_status(f, "GET /json HTTP/1.1\r\nHost: a\r\n\r\n", 201);
	for (int i = 1; i < 17; i++) {
		close(fds[i]);
	}
	net_fixture_stop(f);
}

static void
trusted_proxies_name_the_client(void **state)
{
	static const char *const settings[] = {"server.trusted_proxies=127.0.0.1",
		"server.requests_per_minute=2", "server.max_connections_per_address=1", NULL};
	struct net_fixture *f = start(settings);
	struct net_reply reply;
	int other = client_connect(f);

	(void)state;
	for (int i = 0; i < 3; i++) {
		client_get(f, "/echo/1", "X-Forwarded-For: 6.6.6.6, 9.9.9.9\r\n", &reply);
		assert_int_equal(reply.status, i < 2 ? 200 : 429);
		net_reply_free(&reply);
	}
	client_get(f, "/echo/1", "X-Forwarded-For: 9.9.9.8\r\n", &reply);
	assert_non_null(strstr(reply.body, "peer=9.9.9.8"));
	net_reply_free(&reply);
	close(other);
	net_fixture_stop(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_serves_one_request_after_the_other),
		cmocka_unit_test(pipelined_requests_are_answered_in_order),
		cmocka_unit_test(a_request_may_come_byte_by_byte),
		cmocka_unit_test(what_is_wrong_gets_its_status),
		cmocka_unit_test(nothing_after_a_refused_body_is_read_as_a_request),
		cmocka_unit_test(headers_without_end_are_refused),
		cmocka_unit_test(slow_clients_are_cut),
		cmocka_unit_test(large_bodies_arrive_whole),
		cmocka_unit_test(all_bodies_together_are_bounded),
		cmocka_unit_test(a_slow_reader_gets_a_large_reply_whole),
		cmocka_unit_test(waiting_costs_no_processor_time),
		cmocka_unit_test(replies_to_peers_who_left_are_dropped),
		cmocka_unit_test(errors_are_json_with_a_code),
		cmocka_unit_test(every_reply_is_defensive),
		cmocka_unit_test(head_has_the_length_but_no_body),
		cmocka_unit_test(one_address_has_limits),
		cmocka_unit_test(all_addresses_together_have_a_limit),
		cmocka_unit_test(trusted_proxies_name_the_client),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
