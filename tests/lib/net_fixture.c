#include "lib/net_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/worker.h"
#include "lib/test.h"

enum {
	WAIT_SECONDS = 10,
	HEAD_SIZE = 32 * 1024,
	REPLY_MAX = 64 * 1024 * 1024,
	WORKERS = 2,
	JOBS_MAX = 64,
};

struct net_fixture {
	struct net_fixture_plan plan;
	struct net_conf conf;
	struct option_set *options;
	struct workers *workers;
	_Atomic(struct net *) net;
	const struct http_route *tables[2];
	const struct websocket_handler *sockets[2];
	pthread_t thread;
	atomic_bool stop_wanted;
};

static void
wake_net(void *ctx)
{
	struct net_fixture *f = ctx;

	net_wake(atomic_load(&f->net));
}

static void
woken(void *ctx)
{
	struct net_fixture *f = ctx;

	if (atomic_load(&f->stop_wanted)) {
		net_stop(f->net);
	}
	if (f->plan.woken != NULL) {
		f->plan.woken(f->plan.ctx);
	}
}

static void
stopping(void *ctx)
{
	struct net_fixture *f = ctx;

	if (f->plan.stopping != NULL) {
		f->plan.stopping(f->plan.ctx);
	}
}

static bool
stopped(void *ctx)
{
	struct net_fixture *f = ctx;

	return f->plan.stopped == NULL || f->plan.stopped(f->plan.ctx);
}

static bool
page(struct http_request *rq, void *ctx)
{
	struct net_fixture *f = ctx;

	return f->plan.page == NULL || f->plan.page(rq, f->plan.ctx);
}

static void *
run(void *ctx)
{
	struct net_fixture *f = ctx;
	struct error e;

	assert_int_equal(net_run(f->net, &e), ERR_OK);
	return NULL;
}

struct net_fixture *
net_fixture_start(const struct net_fixture_plan *plan)
{
	static const struct option *const tables[] = {net_options, NULL};
	struct net_fixture *f = xcalloc(1, sizeof(*f));
	struct net_hooks hooks = {
		.woken = woken,
		.stopping = stopping,
		.stopped = stopped,
		.page = page,
		.ctx = f,
	};
	struct net *net = NULL;
	struct error e = {0};

	f->plan = *plan;
	f->options = options_create(tables, &f->conf);
	assert_int_equal(options_set(f->options, "server.listen=127.0.0.1:0", &e), ERR_OK);
	for (const char *const *s = plan->settings; s != NULL && *s != NULL; s++) {
		if (options_set(f->options, *s, &e) != ERR_OK) {
			fail_msg("%s", e.text);
		}
	}
	f->tables[0] = plan->routes;
	f->sockets[0] = plan->socket;
	f->workers = workers_create(WORKERS, JOBS_MAX, wake_net, f);
	if (net_create(&net, &f->conf, f->tables, plan->ctx, f->sockets, plan->ctx, &hooks,
			f->workers, &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
	atomic_store(&f->net, net);
	assert_int_equal(pthread_create(&f->thread, NULL, run, f), 0);
	return f;
}

void
net_fixture_ask_stop(struct net_fixture *f)
{
	atomic_store(&f->stop_wanted, true);
	net_wake(f->net);
}

void
net_fixture_stop(struct net_fixture *f)
{
	net_fixture_ask_stop(f);
	pthread_join(f->thread, NULL);
	workers_destroy(f->workers);
	net_destroy(f->net);
	options_destroy(f->options);
	free(f);
}

struct net *
net_fixture_net(struct net_fixture *f)
{
	return f->net;
}

int
net_fixture_port(const struct net_fixture *f)
{
	return net_port(f->net, 0);
}

/* --- client --------------------------------------------------------------------------- */

int
client_connect(const struct net_fixture *f)
{
	struct sockaddr_in where = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)net_fixture_port(f)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct timeval patience = {.tv_sec = WAIT_SECONDS};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	return fd;
}

void
client_send_bytes(int fd, const void *data, size_t length)
{
	const char *at = data;

	while (length > 0) {
		ssize_t n = send(fd, at, length, MSG_NOSIGNAL);

		if (n <= 0) {
			fail_msg("the server does not take what it is sent");
		}
		at += n;
		length -= (size_t)n;
	}
}

void
client_send(int fd, const char *text)
{
	client_send_bytes(fd, text, strlen(text));
}

static bool
receive_exactly(int fd, char *out, size_t length)
{
	while (length > 0) {
		ssize_t n = recv(fd, out, length, 0);

		if (n <= 0) {
			return false;
		}
		out += n;
		length -= (size_t)n;
	}
	return true;
}

const char *
net_reply_header(const struct net_reply *r, const char *name)
{
	static char value[1024];
	size_t length = strlen(name);

	for (const char *line = strstr(r->head, "\r\n"); line != NULL;
		 line = strstr(line, "\r\n")) {
		line += 2;
		if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
			const char *from = line + length + 1 + strspn(line + length + 1, " ");

			snprintf(value, sizeof(value), "%.*s", (int)strcspn(from, "\r"), from);
			return value;
		}
	}
	return NULL;
}

void
client_receive(int fd, struct net_reply *out, bool head_only)
{
	const char *length;
	size_t got = 0;

	*out = (struct net_reply){.head = xcalloc(1, HEAD_SIZE)};
	while (got < 4 || memcmp(out->head + got - 4, "\r\n\r\n", 4) != 0) {
		if (got + 1 >= HEAD_SIZE || recv(fd, out->head + got, 1, 0) != 1) {
			fail_msg("no whole reply came, but \"%s\"", out->head);
		}
		got++;
	}
	assert_int_equal(sscanf(out->head, "HTTP/1.1 %d", &out->status), 1);
	length = net_reply_header(out, "content-length");
	out->body_length = length != NULL && !head_only ? strtoul(length, NULL, 10) : 0;
	assert_true(out->body_length <= REPLY_MAX);
	out->body = xcalloc(1, out->body_length + 1);
	assert_true(receive_exactly(fd, out->body, out->body_length));
}

bool
client_is_closed(int fd)
{
	char rubbish[4096];
	ssize_t n;

	do {
		n = recv(fd, rubbish, sizeof(rubbish), 0);
	} while (n > 0);
	return n == 0;
}

void
net_reply_free(struct net_reply *r)
{
	free(r->head);
	free(r->body);
	*r = (struct net_reply){0};
}

void
client_get(const struct net_fixture *f, const char *path, const char *headers,
	struct net_reply *out)
{
	struct buf request;
	int fd = client_connect(f);

	buf_init(&request, HEAD_SIZE);
	buf_printf(&request, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path, headers);
	client_send_bytes(fd, request.data, request.length);
	client_receive(fd, out, false);
	buf_fini(&request);
	close(fd);
}

/* --- WebSocket ------------------------------------------------------------------------ */

int
client_websocket(const struct net_fixture *f, const char *path)
{
	int fd = client_connect(f);
	struct net_reply reply;
	char request[512];

	snprintf(request, sizeof(request),
		"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\n"
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Protocol: other, trunkline.v1\r\n\r\n",
		path);
	client_send(fd, request);
	client_receive(fd, &reply, true);
	assert_int_equal(reply.status, 101);
	assert_string_equal(net_reply_header(&reply, "sec-websocket-accept"),
		"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	assert_string_equal(net_reply_header(&reply, "sec-websocket-protocol"),
		"trunkline.v1");
	net_reply_free(&reply);
	return fd;
}

void
client_send_frame(int fd, int first_byte, bool masked, const void *data, size_t length)
{
	static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
	uint8_t *frame = xmalloc(length + 14);
	size_t n = 0;

	frame[n++] = (uint8_t)first_byte;
	frame[n] = masked ? 0x80 : 0;
	if (length < 126) {
		frame[n++] |= (uint8_t)length;
	} else if (length < 65536) {
		frame[n++] |= 126;
		frame[n++] = (uint8_t)(length >> 8);
		frame[n++] = (uint8_t)length;
	} else {
		frame[n++] |= 127;
		for (int shift = 56; shift >= 0; shift -= 8) {
			frame[n++] = (uint8_t)(length >> shift);
		}
	}
	if (masked) {
		memcpy(frame + n, mask, sizeof(mask));
		n += sizeof(mask);
	}
	for (size_t i = 0; i < length; i++) {
		frame[n++] = ((const uint8_t *)data)[i] ^ (masked ? mask[i % 4] : 0);
	}
	client_send_bytes(fd, frame, n);
	free(frame);
}

int
client_receive_frame(int fd, char *data, size_t size, size_t *length)
{
	uint8_t header[2];
	uint8_t more[8];
	uint64_t n;

	if (!receive_exactly(fd, (char *)header, sizeof(header))) {
		return -1;
	}
	assert_int_equal(header[0] & 0xf0, 0x80); /* final, nothing reserved */
	assert_int_equal(header[1] & 0x80, 0);    /* a server does not mask */
	n = header[1];
	if (n >= 126) {
		size_t count = n == 126 ? 2 : 8;

		assert_true(receive_exactly(fd, (char *)more, count));
		n = 0;
		for (size_t i = 0; i < count; i++) {
			n = n << 8 | more[i];
		}
	}
	assert_true(n < size);
	assert_true(receive_exactly(fd, data, (size_t)n));
	data[n] = '\0';
	*length = (size_t)n;
	return header[0] & 0x0f;
}

int
client_close_code(int fd)
{
	static char data[256 * 1024];
	size_t length;
	int opcode;

	do {
		opcode = client_receive_frame(fd, data, sizeof(data), &length);
	} while (opcode >= 0 && opcode != 8);
	if (opcode < 0 || length < 2) {
		return -1;
	}
	return (uint8_t)data[0] << 8 | (uint8_t)data[1];
}
