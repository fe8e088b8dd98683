#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

#define EVENT_MAX 256
#define FAILURES_SHOWN 5
#define FRAME_HEADER_MAX 8
#define REQUEST_MAX 8192

enum { OPCODE_TEXT = 1, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };

static void
bytes_append(struct bytes *b, const void *data, size_t length)
{
	if (b->length + length > b->capacity) {
		b->capacity = (b->length + length) * 2;
		b->data = realloc(b->data, b->capacity);
		if (!b->data) {
			fprintf(stderr, "load: out of memory\n");
			exit(1);
		}
	}
	memcpy(b->data + b->length, data, length);
	b->length += length;
}

static void
bytes_free(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){NULL, 0, 0};
}

void
client_fail(struct load *l, struct client *c, const char *reason)
{
	if (c->state == CLIENT_DEAD) {
		return;
	}
	if (l->dead < FAILURES_SHOWN) {
		fprintf(stderr, "load: %s %u: %s (errno %d)\n",
			c->is_agent ? "agent" : "customer", c->number, reason, errno);
	}
	if (c->state == CLIENT_READY) {
		l->ready--;
	} else {
		l->opening--;
	}
	c->state = CLIENT_DEAD;
	l->dead++;
	close(c->fd);
	bytes_free(&c->unread);
	bytes_free(&c->unsent);
}

void
client_ready(struct load *l, struct client *c)
{
	c->state = CLIENT_READY;
	l->opening--;
	l->ready++;
}

static void
want_write(struct load *l, struct client *c, bool wanted)
{
	if (c->wants_write == wanted) {
		return;
	}
	c->wants_write = wanted;
	struct epoll_event event = {
		.events = EPOLLIN | (wanted ? EPOLLOUT : 0),
		.data.ptr = c,
	};
	epoll_ctl(l->epoll, EPOLL_CTL_MOD, c->fd, &event);
}

static void
send_bytes(struct load *l, struct client *c, const char *data, size_t length)
{
	if (c->unsent.length == 0) {
		ssize_t sent = send(c->fd, data, length, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN) {
			client_fail(l, c, "send");
			return;
		}
		size_t done = sent > 0 ? (size_t)sent : 0;
		data += done;
		length -= done;
	}
	if (length > 0) {
		bytes_append(&c->unsent, data, length);
		want_write(l, c, true);
	}
}

static void
flush_unsent(struct load *l, struct client *c)
{
	if (c->unsent.length == 0) {
		want_write(l, c, false);
		return;
	}
	ssize_t sent = send(c->fd, c->unsent.data, c->unsent.length, MSG_NOSIGNAL);
	if (sent < 0) {
		if (errno != EAGAIN) {
			client_fail(l, c, "send");
		}
		return;
	}
	c->unsent.length -= (size_t)sent;
	memmove(c->unsent.data, c->unsent.data + sent, c->unsent.length);
	if (c->unsent.length == 0) {
		bytes_free(&c->unsent);
		want_write(l, c, false);
	}
}

static void
send_frame(struct load *l, struct client *c, int opcode, const char *data, size_t length)
{
	static const unsigned char mask[4] = {0x9e, 0x37, 0x79, 0xb9};
	unsigned char frame[FRAME_HEADER_MAX + MESSAGE_MAX];
	if (length > MESSAGE_MAX) {
		client_fail(l, c, "message too long");
		return;
	}
	size_t at = 0;
	frame[at++] = (unsigned char)(0x80 | opcode);
	if (length < 126) {
		frame[at++] = (unsigned char)(0x80 | length);
	} else {
		frame[at++] = 0x80 | 126;
		frame[at++] = (unsigned char)(length >> 8);
		frame[at++] = (unsigned char)length;
	}
	memcpy(frame + at, mask, sizeof(mask));
	at += sizeof(mask);
	for (size_t i = 0; i < length; i++) {
		frame[at + i] = (unsigned char)data[i] ^ mask[i % sizeof(mask)];
	}
	send_bytes(l, c, (char *)frame, at + length);
}

void
client_send_text(struct load *l, struct client *c, const char *text, size_t length)
{
	send_frame(l, c, OPCODE_TEXT, text, length);
}

static void
bind_source(struct load *l, struct client *c)
{
	uint32_t sources = l->options->sources;
	if (sources <= 1) {
		return;
	}
	int one = 1;
	setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	size_t index = (size_t)(c - l->clients) % sources;
	struct sockaddr_in source = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)index),
	};
	if (bind(c->fd, (struct sockaddr *)&source, sizeof(source)) != 0) {
		perror("load: bind");
		exit(1);
	}
}

void
client_open(struct load *l, struct client *c)
{
	int one = 1;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (c->fd < 0) {
		perror("load: socket");
		exit(1);
	}
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	bind_source(l, c);
	struct sockaddr_in server = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)l->options->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	c->state = CLIENT_CONNECTING;
	c->wants_write = true;
	l->opening++;
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
	int result = connect(c->fd, (struct sockaddr *)&server, sizeof(server));
	if ((result < 0 && errno != EINPROGRESS) ||
		epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0) {
		client_fail(l, c, "connect");
	}
}

static void
send_upgrade(struct load *l, struct client *c)
{
	char path[1024];
	char headers[4096];
	char request[REQUEST_MAX];
	int error = 0;
	socklen_t error_size = sizeof(error);
	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &error_size);
	if (error) {
		errno = error;
		client_fail(l, c, "connect");
		return;
	}
	l->options->protocol->upgrade(c, path, sizeof(path), headers, sizeof(headers));
	int length = snprintf(request, sizeof(request),
		"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:%d\r\n%s\r\n",
		path, l->options->port, l->options->port, headers);
	c->state = CLIENT_UPGRADING;
	want_write(l, c, false);
	send_bytes(l, c, request, (size_t)length);
}

/* Returns how many bytes of data the reply's head took; 0 while it is not whole. */
static size_t
take_upgrade_reply(struct load *l, struct client *c, char *data, size_t length)
{
	char *end = memmem(data, length, "\r\n\r\n", 4);
	if (!end) {
		return 0;
	}
	if (strncmp(data, "HTTP/1.1 101", 12) != 0) {
		char reason[128];
		snprintf(reason, sizeof(reason), "upgrade refused: %.*s",
			(int)strcspn(data, "\r"), data);
		client_fail(l, c, reason);
		return 0;
	}
	const struct protocol *protocol = l->options->protocol;
	c->state = CLIENT_GREETING;
	if (l->options->upgrade_only || !protocol->greet) {
		client_ready(l, c);
	} else {
		protocol->greet(l, c);
	}
	return (size_t)(end + 4 - data);
}

/* Returns how many bytes the frame at data takes; 0 while it is not whole. */
static size_t
take_frame(struct load *l, struct client *c, char *data, size_t length)
{
	const unsigned char *head = (unsigned char *)data;
	if (length < 2) {
		return 0;
	}
	size_t header = 2;
	size_t payload = head[1] & 127;
	if (payload == 126) {
		header = 4;
		if (length < header) {
			return 0;
		}
		payload = (size_t)head[2] << 8 | head[3];
	} else if (payload == 127) {
		client_fail(l, c, "frame of more than 64 KB");
		return 0;
	}
	if (length < header + payload) {
		return 0;
	}
	char *text = data + header;
	switch (head[0] & 15) {
	case OPCODE_CLOSE:
		client_fail(l, c, "closed by the server");
		return 0;
	case OPCODE_PING:
		send_frame(l, c, OPCODE_PONG, text, payload);
		break;
	case OPCODE_TEXT: {
		/* The frame behind this one begins where the text's NUL must stand. */
		char after = text[payload];
		text[payload] = '\0';
		l->options->protocol->receive(l, c, text, payload);
		text[payload] = after;
		break;
	}
	default:
		break;
	}
	return header + payload;
}

static void
take_input(struct load *l, struct client *c, char *data, size_t length)
{
	size_t done = 0;
	while (c->state != CLIENT_DEAD && done < length) {
		size_t taken = c->state == CLIENT_UPGRADING
			? take_upgrade_reply(l, c, data + done, length - done)
			: take_frame(l, c, data + done, length - done);
		if (taken == 0) {
			break;
		}
		done += taken;
	}
	if (c->state != CLIENT_DEAD && done < length) {
		bytes_append(&c->unread, data + done, length - done);
	}
}

static void
read_client(struct load *l, struct client *c)
{
	size_t kept = c->unread.length;
	if (kept >= READ_SIZE) {
		client_fail(l, c, "frame of more than 64 KB");
		return;
	}
	if (kept > 0) {
		memcpy(l->input, c->unread.data, kept);
		bytes_free(&c->unread);
	}
	ssize_t got = recv(c->fd, l->input + kept, READ_SIZE - kept, 0);
	if (got < 0 && errno == EAGAIN) {
		bytes_append(&c->unread, l->input, kept);
		return;
	}
	if (got <= 0) {
		client_fail(l, c, got == 0 ? "end of stream" : "recv");
		return;
	}
	take_input(l, c, l->input, kept + (size_t)got);
}

static void
handle_event(struct load *l, struct client *c, uint32_t events)
{
	if (c->state == CLIENT_CONNECTING) {
		send_upgrade(l, c);
		return;
	}
	if (c->state != CLIENT_DEAD && (events & EPOLLOUT)) {
		flush_unsent(l, c);
	}
	if (c->state != CLIENT_DEAD && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
		read_client(l, c);
	}
}

bool
load_pump(struct load *l, uint64_t wait_ns)
{
	struct epoll_event events[EVENT_MAX];
	struct timespec wait = {
		.tv_sec = (time_t)(wait_ns / 1000000000u),
		.tv_nsec = (long)(wait_ns % 1000000000u),
	};
	int count = epoll_pwait2(l->epoll, events, EVENT_MAX, &wait, NULL);
	bool input_open = true;
	for (int i = 0; i < count; i++) {
		if (!events[i].data.ptr) {
			char ignored[64];
			input_open = read(STDIN_FILENO, ignored, sizeof(ignored)) > 0;
		} else {
			handle_event(l, events[i].data.ptr, events[i].events);
		}
	}
	return input_open;
}
