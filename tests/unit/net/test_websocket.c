/* WebSockets over real sockets. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "lib/net_fixture.h"
#include "lib/test.h"

enum { MAX_FRAME = 64 * 1024, FLOOD = 200, FLOOD_BYTES = 10000 };

struct session {
	struct websocket *ws;
	bool paused;
	int written;
};

static atomic_int opened;
static atomic_int closed_count;
static _Atomic(struct session *) last_session;
static atomic_int wanted; /* what woken() does with the last session */
enum { DO_NOTHING, DO_SEND, DO_RESUME, DO_CLOSE };

static void *
open_session(struct websocket *ws, const struct web_request *rq, void *ctx)
{
	struct session *s;

	(void)ctx;
	if (str_equals(web_header(rq, "origin"), "https://evil.example")) {
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	s->ws = ws;
	atomic_fetch_add(&opened, 1);
	atomic_store(&last_session, s);
	if (strstr(rq->query, "greet") != NULL) {
		websocket_send(ws, "welcome", 7);
		websocket_want_write(ws);
	}
	if (strstr(rq->query, "reject") != NULL) {
		websocket_close(ws, 4001, "not today");
	}
	return s;
}

static void
flood(struct websocket *ws)
{
	char *data = xmalloc(FLOOD_BYTES);

	memset(data, 'f', FLOOD_BYTES);
	for (int i = 0; i < FLOOD * 10; i++) {
		websocket_send(ws, data, FLOOD_BYTES);
	}
	free(data);
}

static void
on_message(void *session, const char *data, size_t length)
{
	struct session *s = session;
	struct slice text = {data, length};

	if (slice_equals(text, "pause")) {
		websocket_pause(s->ws, true);
	} else if (slice_equals(text, "flood")) {
		flood(s->ws);
	} else if (slice_equals(text, "bye")) {
		websocket_send(s->ws, "last words", 10);
		websocket_close(s->ws, 1000, "bye");
		websocket_send(s->ws, "too late", 8);
	} else if (slice_equals(text, "count")) {
		s->written = FLOOD;
		websocket_want_write(s->ws);
	} else {
		websocket_send(s->ws, data, length);
	}
}

/* Sends the next of many, as the bus does: only when the last one has gone out. */
static void
on_writable(void *session)
{
	struct session *s = session;
	char number[FLOOD_BYTES];

	if (s->written == 0) {
		websocket_send(s->ws, "writable", 8);
		return;
	}
	memset(number, '.', sizeof(number));
	snprintf(number, sizeof(number), "%d", s->written);
	assert_int_equal(websocket_backlog(s->ws), 0);
	websocket_send(s->ws, number, sizeof(number));
	if (--s->written > 0) {
		websocket_want_write(s->ws);
	}
}

static void
on_closed(void *session)
{
	atomic_fetch_add(&closed_count, 1);
	free(session);
}

static const struct websocket_handler handler = {"/ws", MAX_FRAME, open_session,
	on_message, on_writable, on_closed};

static void
woken(void *ctx)
{
	struct session *s = atomic_load(&last_session);

	(void)ctx;
	switch (atomic_exchange(&wanted, DO_NOTHING)) {
	case DO_SEND:
		websocket_send(s->ws, "from another thread", 19);
		break;
	case DO_RESUME:
		websocket_pause(s->ws, false);
		break;
	case DO_CLOSE:
		websocket_close(s->ws, 1001, NULL);
		break;
	default:
		break;
	}
}

static const struct http_route routes[] = {{0}};

static struct net_fixture *
start(const char *const *settings)
{
	struct net_fixture_plan plan = {.settings = settings,
		.routes = routes,
		.socket = &handler,
		.woken = woken};

	atomic_store(&opened, 0);
	atomic_store(&closed_count, 0);
	return net_fixture_start(&plan);
}

static void
wake_to(struct net_fixture *f, int what)
{
	atomic_store(&wanted, what);
	net_wake(net_fixture_net(f));
}

static void
assert_text(int fd, const char *expected)
{
	char data[MAX_FRAME + 1];
	size_t length;

	assert_int_equal(client_receive_frame(fd, data, sizeof(data), &length), 1);
	assert_string_equal(data, expected);
}

static void
wait_for_closed(int count)
{
	for (int i = 0; atomic_load(&closed_count) < count; i++) {
		assert_true(i < 1000);
		usleep(5000);
	}
	assert_int_equal(atomic_load(&closed_count), count);
}

static void
assert_handshake(struct net_fixture *f, const char *path, const char *headers, int status)
{
	int fd = client_connect(f);
	struct net_reply reply;
	char request[1024];

	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n", path,
		headers);
	client_send(fd, request);
	client_receive(fd, &reply, status == 101);
	if (reply.status != status) {
		fail_msg("%s: status %d instead of %d", headers, reply.status, status);
	}
	net_reply_free(&reply);
	close(fd);
}

#define UPGRADE "Connection: Upgrade\r\nUpgrade: websocket\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define PROTOCOL "Sec-WebSocket-Protocol: trunkline.v1\r\n"

static void
only_proper_handshakes_reach_open(void **state)
{
	struct net_fixture *f = start(NULL);

	(void)state;
	assert_handshake(f, "/ws", "", 426);
	assert_handshake(f, "/ws", UPGRADE KEY PROTOCOL, 426);
	assert_handshake(f, "/ws", UPGRADE KEY PROTOCOL "Sec-WebSocket-Version: 8\r\n", 426);
	assert_handshake(f, "/ws", UPGRADE VERSION PROTOCOL, 400);
	assert_handshake(f, "/ws", UPGRADE VERSION KEY, 400);
	assert_handshake(f, "/ws", UPGRADE VERSION KEY "Sec-WebSocket-Protocol: chat\r\n",
		400);
	assert_handshake(f, "/ws2", UPGRADE VERSION KEY PROTOCOL, 404);
	assert_int_equal(atomic_load(&opened), 0);
	assert_handshake(f, "/ws",
		UPGRADE VERSION KEY PROTOCOL "Origin: https://evil.example\r\n", 403);
	assert_handshake(f, "/ws", UPGRADE VERSION KEY PROTOCOL, 101);
	assert_int_equal(atomic_load(&opened), 1);
	net_fixture_stop(f);
	assert_int_equal(atomic_load(&closed_count), 1);
}

static void
messages_of_every_size_come_back(void **state)
{
	static const size_t sizes[] = {0, 1, 125, 126, 4096, 5000, 65000, MAX_FRAME - 1};
	struct net_fixture *f = start(NULL);
	int fd = client_websocket(f, "/ws");
	char text[MAX_FRAME];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(text, (int)('a' + i), sizes[i]);
		text[sizes[i]] = '\0';
		client_send_frame(fd, 0x81, true, text, sizes[i]);
		assert_text(fd, text);
	}
	close(fd);
	wait_for_closed(1);
	net_fixture_stop(f);
}

static void
fragments_are_put_together_around_pings(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_websocket(f, "/ws");
	char data[200];
	size_t length;

	(void)state;
	client_send_frame(fd, 0x01, true, "one ", 4);
	client_send_frame(fd, 0x89, true, "are you there", 13);
	client_send_frame(fd, 0x00, true, "two ", 4);
	client_send_frame(fd, 0x80, true, "three", 5);
	assert_int_equal(client_receive_frame(fd, data, sizeof(data), &length), 10);
	assert_string_equal(data, "are you there");
	assert_text(fd, "one two three");
	close(fd);
	net_fixture_stop(f);
}

static void
frames_may_follow_the_handshake_at_once(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_connect(f);
	struct net_reply reply;

	(void)state;
	client_send_bytes(fd,
		"GET /ws HTTP/1.1\r\nHost: a\r\n" UPGRADE KEY VERSION PROTOCOL "\r\n"
		"\x81\x82\0\0\0\0hi",
		sizeof("GET /ws HTTP/1.1\r\nHost: a\r\n" UPGRADE KEY VERSION PROTOCOL "\r\n") -
			1 + 8);
	client_receive(fd, &reply, true);
	assert_int_equal(reply.status, 101);
	net_reply_free(&reply);
	assert_text(fd, "hi");
	close(fd);
	net_fixture_stop(f);
}

static void
what_open_sends_follows_the_handshake(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_websocket(f, "/ws?greet");

	(void)state;
	assert_text(fd, "welcome");
	assert_text(fd, "writable");
	close(fd);
	fd = client_websocket(f, "/ws?reject");
	assert_int_equal(client_close_code(fd), 4001);
	close(fd);
	net_fixture_stop(f);
}

static void
assert_closed_with(struct net_fixture *f, int first_byte, bool masked, const char *data,
	size_t length, int code)
{
	int fd = client_websocket(f, "/ws");

	client_send_frame(fd, first_byte, masked, data, length);
	assert_int_equal(client_close_code(fd), code);
	assert_true(client_is_closed(fd));
	close(fd);
}

static void
what_is_not_allowed_closes_with_its_code(void **state)
{
	static char large[MAX_FRAME + 1];
	struct net_fixture *f = start(NULL);

	(void)state;
	memset(large, 'x', sizeof(large));
	assert_closed_with(f, 0x81, true, large, sizeof(large), 1009);
	assert_closed_with(f, 0x82, true, "binary", 6, 1003);
	assert_closed_with(f, 0x81, true, "\xff\xfe", 2, 1007);
	assert_closed_with(f, 0x81, false, "unmasked", 8, 1002);
	assert_closed_with(f, 0x88, true, "\x03\xe9", 2, 1001);
	assert_closed_with(f, 0x88, true, "", 0, 1000);
	wait_for_closed(6);
	net_fixture_stop(f);
}

static void
closing_comes_after_what_was_sent(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_websocket(f, "/ws");
	char data[200];
	size_t length;

	(void)state;
	client_send_frame(fd, 0x81, true, "bye", 3);
	assert_text(fd, "last words");
	assert_int_equal(client_receive_frame(fd, data, sizeof(data), &length), 8);
	assert_int_equal(length, 5);
	assert_memory_equal(data,
		"\x03\xe8"
		"bye",
		5);
	client_send_frame(fd, 0x81, true, "ignored", 7);
	client_send_frame(fd, 0x88, true, "\x03\xe8", 2);
	assert_true(client_is_closed(fd));
	close(fd);
	wait_for_closed(1);
	net_fixture_stop(f);
}

static void
a_peer_that_does_not_read_is_closed(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_websocket(f, "/ws");

	(void)state;
	client_send_frame(fd, 0x81, true, "flood", 5);
	wait_for_closed(1);
	close(fd);
	net_fixture_stop(f);
}

static void
writable_paces_the_sender(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_websocket(f, "/ws");
	char data[FLOOD_BYTES + 1];
	size_t length;

	(void)state;
	client_send_frame(fd, 0x81, true, "count", 5);
	usleep(50 * 1000);
	for (int i = FLOOD; i > 0; i--) {
		assert_int_equal(client_receive_frame(fd, data, sizeof(data), &length), 1);
		assert_int_equal(length, FLOOD_BYTES);
		assert_int_equal(strtol(data, NULL, 10), i);
	}
	close(fd);
	net_fixture_stop(f);
}

static void
a_paused_socket_keeps_its_messages(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_websocket(f, "/ws");
	char text[20];

	(void)state;
	client_send_frame(fd, 0x81, true, "pause", 5);
	for (int i = 0; i < 1000; i++) {
		client_send_frame(fd, 0x81, true, text, (size_t)sprintf(text, "message %d", i));
	}
	usleep(100 * 1000);
	wake_to(f, DO_RESUME);
	for (int i = 0; i < 1000; i++) {
		sprintf(text, "message %d", i);
		assert_text(fd, text);
	}
	close(fd);
	net_fixture_stop(f);
}

static void
other_threads_wake_the_loop(void **state)
{
	struct net_fixture *f = start(NULL);
	int fd = client_websocket(f, "/ws");

	(void)state;
	for (int i = 0; i < 100; i++) {
		wake_to(f, DO_SEND);
		assert_text(fd, "from another thread");
	}
	wake_to(f, DO_CLOSE);
	assert_int_equal(client_close_code(fd), 1001);
	close(fd);
	net_fixture_stop(f);
}

static void
silent_peers_are_pinged_and_then_dropped(void **state)
{
	static const char *const settings[] = {"server.ping=200ms", NULL};
	struct net_fixture *f = start(settings);
	int silent = client_websocket(f, "/ws");
	int alive = client_websocket(f, "/ws");
	char data[200];
	size_t length;
	int pings = 0;

	(void)state;
	while (pings < 6) {
		assert_int_equal(client_receive_frame(alive, data, sizeof(data), &length), 9);
		client_send_frame(alive, 0x8a, true, data, length);
		pings++;
	}
	assert_int_equal(atomic_load(&closed_count), 1);
	assert_true(client_is_closed(silent));
	close(silent);
	close(alive);
	net_fixture_stop(f);
}

static void
many_sockets_open_and_close(void **state)
{
	struct net_fixture *f = start(NULL);
	int fds[200];

	(void)state;
	for (int i = 0; i < 200; i++) {
		fds[i] = client_websocket(f, "/ws");
	}
	for (int i = 0; i < 200; i++) {
		client_send_frame(fds[i], 0x81, true, "hello", 5);
	}
	for (int i = 0; i < 200; i++) {
		assert_text(fds[i], "hello");
		close(fds[i]);
	}
	wait_for_closed(200);
	net_fixture_stop(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_proper_handshakes_reach_open),
		cmocka_unit_test(messages_of_every_size_come_back),
		cmocka_unit_test(fragments_are_put_together_around_pings),
		cmocka_unit_test(frames_may_follow_the_handshake_at_once),
		cmocka_unit_test(what_open_sends_follows_the_handshake),
		cmocka_unit_test(what_is_not_allowed_closes_with_its_code),
		cmocka_unit_test(closing_comes_after_what_was_sent),
		cmocka_unit_test(a_peer_that_does_not_read_is_closed),
		cmocka_unit_test(writable_paces_the_sender),
		cmocka_unit_test(a_paused_socket_keeps_its_messages),
		cmocka_unit_test(other_threads_wake_the_loop),
		cmocka_unit_test(silent_peers_are_pinged_and_then_dropped),
		cmocka_unit_test(many_sockets_open_and_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
