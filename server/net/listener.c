#include "net/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "net/connection.h"
#include "net/loop.h"

enum {
	BACKLOG = 4096,
	ACCEPT_BATCH = 64, /* so that a flood of connections does not starve those we have */
	PORT_MAX = 65535,
};

static const double pause_seconds = 0.1;

static bool
parse_endpoint(const char *text, size_t length, struct address *address, int *port)
{
	char copy[80];
	char *colon;
	int64_t number;

	if (length >= sizeof(copy)) {
		return false;
	}
	memcpy(copy, text, length);
	copy[length] = '\0';
	colon = strrchr(copy, ':');
	if (colon == NULL || !str_parse_i64(colon + 1, &number) || number < 0 ||
		number > PORT_MAX) {
		return false;
	}
	*colon = '\0';
	*port = (int)number;
	if (copy[0] == '\0' || strcmp(copy, "*") == 0) {
		return address_parse("::", address);
	}
	if (strcmp(copy, "localhost") == 0) {
		return address_parse("127.0.0.1", address);
	}
	/* An IPv6 address without brackets would be ambiguous. */
	return (strchr(copy, ':') == NULL || copy[0] == '[') && address_parse(copy, address);
}

bool
listener_is_endpoint(const char *text)
{
	struct address address;
	int port;

	return parse_endpoint(text, strlen(text), &address, &port);
}

static socklen_t
to_socket_address(const struct address *a, int port, struct sockaddr_storage *out)
{
	char text[ADDRESS_TEXT_SIZE];

	memset(out, 0, sizeof(*out));
	address_format(a, text);
	if (strchr(text, ':') == NULL) {
		struct sockaddr_in *in = (struct sockaddr_in *)out;

		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		memcpy(&in->sin_addr, a->bytes + 12, 4);
		return sizeof(*in);
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons((uint16_t)port);
	memcpy(&in6->sin6_addr, a->bytes, sizeof(in6->sin6_addr));
	return sizeof(*in6);
}

static int
bind_socket(const struct address *a, int port)
{
	struct sockaddr_storage where;
	socklen_t length = to_socket_address(a, port, &where);
	int fd = socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;
	int off = 0;

	if (fd < 0) {
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* Inherited by what is accepted: Nagle's wait would add 40 ms to every second write. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (where.ss_family == AF_INET6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	}
	if (bind(fd, (struct sockaddr *)&where, length) != 0 || listen(fd, BACKLOG) != 0) {
		int reason = errno;

		close(fd);
		errno = reason;
		return -1;
	}
	return fd;
}

static int
bound_port(int fd)
{
	struct sockaddr_storage where;
	socklen_t length = sizeof(where);

	if (getsockname(fd, (struct sockaddr *)&where, &length) != 0) {
		return 0;
	}
	return where.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&where)->sin_port)
									  : ntohs(((struct sockaddr_in6 *)&where)->sin6_port);
}

static void
accept_some(struct ev_loop *loop, struct ev_io *watcher, int events)
{
	struct listener *l = watcher->data;

	(void)events;
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		struct sockaddr_storage from;
		socklen_t length = sizeof(from);
		struct address address;
		int fd = accept4(l->fd, (struct sockaddr *)&from, &length,
			SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			address_from_socket((struct sockaddr *)&from, &address);
			connection_adopt(l->net, fd, &address, l->monitoring);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			log_event(LOG_ERROR, "accept_failed", "reason=\"%s\"", strerror(errno));
			ev_io_stop(loop, &l->accepting);
			ev_timer_start(loop, &l->pause);
		}
		if (errno != EINTR && errno != ECONNABORTED) {
			return;
		}
	}
}

static void
accept_again(struct ev_loop *loop, struct ev_timer *watcher, int events)
{
	struct listener *l = watcher->data;

	(void)events;
	ev_timer_stop(loop, watcher);
	ev_timer_set(watcher, pause_seconds, 0);
	ev_io_start(loop, &l->accepting);
}

static enum err
open_one(struct net *n, const char *setting, const char *text, size_t length,
	bool monitoring, struct error *e)
{
	struct listener *l = &n->listeners[n->listener_count];

	if (n->listener_count == LISTENERS_MAX) {
		return error_set(e, ERR_INVALID, "%s: at most %d addresses", setting,
			LISTENERS_MAX);
	}
	*l = (struct listener){.net = n, .monitoring = monitoring};
	if (!parse_endpoint(text, length, &l->address, &l->port)) {
		return error_set(e, ERR_INVALID,
			"%s: \"%.*s\" is not ADDRESS:PORT (127.0.0.1:8080, [::1]:8080, *:8080)",
			setting, (int)length, text);
	}
	l->fd = bind_socket(&l->address, l->port);
	if (l->fd < 0) {
		return error_set(e, ERR_UNAVAILABLE, "cannot listen on %.*s: %s", (int)length,
			text, strerror(errno));
	}
	l->port = bound_port(l->fd);
	ev_io_init(&l->accepting, accept_some, l->fd, EV_READ);
	l->accepting.data = l;
	ev_timer_init(&l->pause, accept_again, pause_seconds, 0);
	l->pause.data = l;
	ev_io_start(n->loop, &l->accepting);
	n->listener_count++;
	return ERR_OK;
}

enum err
listeners_open(struct net *n, const char *setting, const char *list, bool monitoring,
	struct error *e)
{
	size_t before = n->listener_count;

	while (*(list += strspn(list, ", \t\n")) != '\0') {
		size_t length = strcspn(list, ", \t\n");
		enum err err = open_one(n, setting, list, length, monitoring, e);

		if (err != ERR_OK) {
			listeners_close(n);
			n->listener_count = 0;
			return err;
		}
		list += length;
	}
	if (n->listener_count == before && !monitoring) {
		return error_set(e, ERR_INVALID, "%s names no address", setting);
	}
	return ERR_OK;
}

void
listeners_close(struct net *n)
{
	for (size_t i = 0; i < n->listener_count; i++) {
		struct listener *l = &n->listeners[i];

		if (l->fd >= 0) {
			ev_io_stop(n->loop, &l->accepting);
			ev_timer_stop(n->loop, &l->pause);
			close(l->fd);
			l->fd = -1;
		}
	}
}
