/* Starting, stopping, and what the supervisor is told. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "lib/net_fixture.h"
#include "lib/test.h"

enum { LARGE = 4 * 1024 * 1024 };

static atomic_bool told_stopping;
static atomic_bool may_stop;
static _Atomic(struct http_request *) delayed;

static void
delay(struct http_request *rq, void *ctx)
{
	(void)ctx;
	atomic_store(&delayed, rq);
}

static void
large(struct http_request *rq, void *ctx)
{
	char *body = xcalloc(1, LARGE);

	(void)ctx;
	http_reply(rq, 200, "application/octet-stream", body, LARGE);
	free(body);
}

static const struct http_route routes[] = {
	{"GET", "/delay", delay, 0},
	{"GET", "/large", large, 0},
	{0},
};

static void *
open_session(struct websocket *ws, const struct web_request *rq, void *ctx)
{
	(void)rq;
	(void)ctx;
	return ws;
}

static void
on_message(void *session, const char *data, size_t length)
{
	websocket_send(session, data, length);
}

static void
on_closed(void *session)
{
	(void)session;
}

static const struct websocket_handler handler = {"/ws", 1024, open_session, on_message,
	NULL, on_closed};

static void
answer_delayed(void *ctx)
{
	struct http_request *rq = atomic_exchange(&delayed, NULL);

	(void)ctx;
	if (rq != NULL) {
		http_reply(rq, 200, "text/plain", "late", 4);
	}
}

static void
stopping(void *ctx)
{
	(void)ctx;
	atomic_store(&told_stopping, true);
}

static bool
stopped(void *ctx)
{
	(void)ctx;
	return atomic_load(&may_stop);
}

static struct net_fixture *
start(void)
{
	struct net_fixture_plan plan = {.routes = routes,
		.socket = &handler,
		.woken = answer_delayed,
		.stopping = stopping,
		.stopped = stopped};

	atomic_store(&told_stopping, false);
	atomic_store(&may_stop, true);
	atomic_store(&delayed, NULL);
	return net_fixture_start(&plan);
}

static void
wait_for(const atomic_bool *flag)
{
	for (int i = 0; !atomic_load(flag); i++) {
		assert_true(i < 1000);
		usleep(5000);
	}
}

static enum err
try_to_create(const char *setting, struct error *e)
{
	static const struct option *const option_tables[] = {net_options, NULL};
	static const struct http_route *const tables[] = {routes, NULL};
	static const struct websocket_handler *const sockets[] = {NULL};
	struct net_hooks hooks = {0};
	struct net_conf conf;
	struct option_set *options = options_create(option_tables, &conf);
	struct net *n = NULL;
	enum err err;

	err = options_set(options, setting, e);
	if (err == ERR_OK) {
		err = net_create(&n, &conf, tables, NULL, sockets, NULL, &hooks, NULL, e);
		net_destroy(n);
	}
	options_destroy(options);
	return err;
}

static void
assert_loopback(const char *setting, bool expected)
{
	static const struct option *const option_tables[] = {net_options, NULL};
	static const struct http_route *const tables[] = {routes, NULL};
	static const struct websocket_handler *const sockets[] = {NULL};
	struct net_hooks hooks = {0};
	struct net_conf conf;
	struct option_set *options = options_create(option_tables, &conf);
	struct net *n = NULL;
	struct error e;

	assert_int_equal(options_set(options, setting, &e), ERR_OK);
	if (net_create(&n, &conf, tables, NULL, sockets, NULL, &hooks, NULL, &e) != ERR_OK) {
		fail_msg("%s: %s", setting, e.text);
	}
	assert_true(net_port(n, 0) > 0);
	assert_int_equal(net_is_loopback(n), expected);
	net_destroy(n);
	options_destroy(options);
}

static void
listeners_know_whether_others_can_reach_them(void **state)
{
	(void)state;
	assert_loopback("server.listen=127.0.0.1:0", true);
	assert_loopback("server.listen=localhost:0, 127.0.0.2:0", true);
	assert_loopback("server.listen=0.0.0.0:0", false);
	assert_loopback("server.listen=127.0.0.1:0, *:0", false);
	assert_loopback("server.listen=:0", false);
}

static void
a_wrong_setting_is_refused_by_name(void **state)
{
	static const char *const wrong[] = {"server.listen=nonsense", "server.listen=1.2.3.4",
		"server.listen=::1:80", "server.listen=127.0.0.1:99999",
		"server.trusted_proxies=10.0.0.0/99", "server.tls_key=/etc/passwd"};
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(try_to_create(wrong[i], &e), ERR_INVALID);
		assert_true(strlen(e.text) > 10);
	}
	assert_int_equal(try_to_create("server.web_root=/nonexistent", &e), ERR_UNAVAILABLE);
	assert_non_null(strstr(e.text, "/nonexistent"));
}

static void
a_port_in_use_is_refused(void **state)
{
	struct sockaddr_in where = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(where);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct error e;
	char setting[64];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&where, &length), 0);
	snprintf(setting, sizeof(setting), "server.listen=127.0.0.1:%d",
		ntohs(where.sin_port));
	assert_int_equal(try_to_create(setting, &e), ERR_UNAVAILABLE);
	assert_non_null(strstr(e.text, "in use"));
	close(fd);
}

/* With no file left to accept with, the server waits instead of spinning, and goes on once
 * there are some again. */
static void
accepting_survives_the_lack_of_files(void **state)
{
	struct net_fixture *f = start();
	struct sockaddr_in where = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)net_fixture_port(f)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct timeval patience = {.tv_sec = 10};
	struct rlimit before;
	struct rlimit none;
	struct net_reply reply;
	clock_t used;

	(void)state;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = (rlim_t)fd + 1; /* all below are taken */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	client_send(fd, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
	used = clock();
	usleep(350 * 1000);
	assert_true(clock() - used < CLOCKS_PER_SEC / 10);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	client_receive(fd, &reply, false);
	assert_int_equal(reply.status, 404);
	net_reply_free(&reply);
	close(fd);
	net_fixture_stop(f);
}

static void
requests_under_way_are_finished(void **state)
{
	struct net_fixture *f = start();
	int waiting = client_connect(f);
	int idle = client_connect(f);
	int reader = client_connect(f);
	struct net_reply reply;

	(void)state;
	client_send(idle, "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
	client_receive(idle, &reply, false);
	net_reply_free(&reply);
	client_send(reader, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
	client_send(waiting, "GET /delay HTTP/1.1\r\nHost: a\r\n\r\n");
	while (atomic_load(&delayed) == NULL) {
		usleep(1000);
	}
	{
		struct http_request *rq = atomic_exchange(&delayed, NULL);

		net_fixture_ask_stop(f);
		wait_for(&told_stopping);
		atomic_store(&delayed, rq);
	}
	assert_true(client_is_closed(idle));
	usleep(200 * 1000); /* four ticks: it would have stopped if it did not wait */
	net_wake(net_fixture_net(f));
	client_receive(waiting, &reply, false);
	assert_string_equal(reply.body, "late");
	assert_string_equal(net_reply_header(&reply, "connection"), "close");
	net_reply_free(&reply);
	client_receive(reader, &reply, false);
	assert_int_equal(reply.body_length, LARGE);
	net_reply_free(&reply);
	net_fixture_stop(f);
	close(waiting);
	close(idle);
	close(reader);
}

static void
sockets_are_told_and_nobody_is_let_in(void **state)
{
	struct net_fixture *f = start();
	int fd = client_websocket(f, "/ws");
	int port = net_fixture_port(f);
	struct sockaddr_in where = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int late = socket(AF_INET, SOCK_STREAM, 0);
	char data[100];
	size_t length;

	(void)state;
	atomic_store(&may_stop, false);
	net_fixture_ask_stop(f);
	wait_for(&told_stopping);
	assert_int_equal(connect(late, (struct sockaddr *)&where, sizeof(where)), -1);
	client_send_frame(fd, 0x81, true, "still", 5);
	assert_int_equal(client_receive_frame(fd, data, sizeof(data), &length), 1);
	assert_string_equal(data, "still");
	atomic_store(&may_stop, true);
	assert_int_equal(client_close_code(fd), 1001);
	net_fixture_stop(f);
	close(late);
	close(fd);
}

static void
waiting_for_the_end_has_an_end(void **state)
{
	struct net_fixture *f = start();
	struct timespec before;
	struct timespec after;

	(void)state;
	atomic_store(&may_stop, false);
	clock_gettime(CLOCK_MONOTONIC, &before);
	net_fixture_stop(f);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_in_range(after.tv_sec - before.tv_sec, 4, 7);
}

static void
signals_stop_under_load_and_the_supervisor_hears_of_it(void **state)
{
	struct sockaddr_un where = {.sun_family = AF_UNIX};
	int notify = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct timeval patience = {.tv_sec = 10};
	struct net_fixture *f;
	char text[100] = "";
	int fds[50];

	(void)state;
	snprintf(where.sun_path, sizeof(where.sun_path), "/tmp/trunkline-notify-%d",
		(int)getpid());
	unlink(where.sun_path);
	setsockopt(notify, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(bind(notify, (struct sockaddr *)&where, sizeof(where)), 0);
	setenv("NOTIFY_SOCKET", where.sun_path, 1);
	f = start();
	assert_true(recv(notify, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text, "READY=1");
	for (int i = 0; i < 50; i++) {
		fds[i] = client_websocket(f, "/ws");
		client_send_frame(fds[i], 0x81, true, "hello", 5);
	}
	kill(getpid(), SIGTERM);
	wait_for(&told_stopping);
	memset(text, 0, sizeof(text));
	assert_true(recv(notify, text, sizeof(text) - 1, 0) > 0);
	assert_string_equal(text, "STOPPING=1");
	for (int i = 0; i < 50; i++) {
		assert_int_equal(client_close_code(fds[i]), 1001);
		close(fds[i]);
	}
	net_fixture_stop(f);
	unsetenv("NOTIFY_SOCKET");
	unlink(where.sun_path);
	close(notify);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listeners_know_whether_others_can_reach_them),
		cmocka_unit_test(a_wrong_setting_is_refused_by_name),
		cmocka_unit_test(accepting_survives_the_lack_of_files),
		cmocka_unit_test(a_port_in_use_is_refused),
		cmocka_unit_test(requests_under_way_are_finished),
		cmocka_unit_test(sockets_are_told_and_nobody_is_let_in),
		cmocka_unit_test(waiting_for_the_end_has_an_end),
		cmocka_unit_test(signals_stop_under_load_and_the_supervisor_hears_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
