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

void
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

void
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

void
client_send_bytes(struct load *l, struct client *c, const char *data, size_t length)
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
	l->last_input_ns = now_ns();
	client_take_input(l, c, l->input, kept + (size_t)got);
}

static void
finish_connect(struct load *l, struct client *c)
{
	int error = 0;
	socklen_t error_size = sizeof(error);
	getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &error_size);
	if (error) {
		errno = error;
		client_fail(l, c, "connect");
		return;
	}
	want_write(l, c, false);
	client_upgrade(l, c);
}

static void
handle_event(struct load *l, struct client *c, uint32_t events)
{
	if (c->state == CLIENT_CONNECTING) {
		finish_connect(l, c);
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
