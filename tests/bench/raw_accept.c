/* Accepts WebSockets with nothing but epoll: the least CPU that an accepted socket can cost.
 * Answers the upgrade and then ignores what it reads.    raw_accept PORT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 4096
#define EVENT_MAX 256
#define KEY_LENGTH 24
#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

static void
check(bool good, const char *what)
{
	if (!good) {
		perror(what);
		exit(1);
	}
}

static int
listen_on(int port)
{
	int one = 1;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	check(listener >= 0, "socket");
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	check(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0, "bind");
	check(listen(listener, 4096) == 0, "listen");
	return listener;
}

static void
accept_all(int epoll, int listener)
{
	int one = 1;
	int fd;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
		check(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
	}
}

/* The client sends its whole request in one packet; a partial one is refused. */
static bool
answer_upgrade(int fd, char *request)
{
	static const char header[] = "Sec-WebSocket-Key: ";
	const char *key = strcasestr(request, header);
	if (!key || !strstr(request, "\r\n\r\n")) {
		return false;
	}
	key += strlen(header);
	if (strcspn(key, "\r") != KEY_LENGTH) {
		return false;
	}
	char source[KEY_LENGTH + sizeof(ACCEPT_GUID)];
	memcpy(source, key, KEY_LENGTH);
	memcpy(source + KEY_LENGTH, ACCEPT_GUID, sizeof(ACCEPT_GUID));
	unsigned char digest[SHA_DIGEST_LENGTH];
	unsigned char proof[32];
	SHA1((unsigned char *)source, sizeof(source) - 1, digest);
	EVP_EncodeBlock(proof, digest, sizeof(digest));
	char reply[256];
	int length = snprintf(reply, sizeof(reply),
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		(char *)proof);
	return send(fd, reply, (size_t)length, MSG_NOSIGNAL) == length;
}

static void
serve_socket(int fd)
{
	char request[REQUEST_MAX];
	ssize_t length = recv(fd, request, sizeof(request) - 1, 0);
	if (length <= 0) {
		close(fd);
		return;
	}
	request[length] = '\0';
	if (strncmp(request, "GET ", 4) == 0 && !answer_upgrade(fd, request)) {
		close(fd);
	}
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: raw_accept PORT\n");
		return 1;
	}
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);

	int listener = listen_on((int)strtol(argv[1], NULL, 10));
	int epoll = epoll_create1(0);
	check(epoll >= 0, "epoll_create1");
	struct epoll_event interest = {.events = EPOLLIN, .data.fd = listener};
	check(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &interest) == 0, "epoll_ctl");
	for (;;) {
		struct epoll_event events[EVENT_MAX];
		int count = epoll_wait(epoll, events, EVENT_MAX, -1);
		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == listener) {
				accept_all(epoll, listener);
			} else {
				serve_socket(events[i].data.fd);
			}
		}
	}
}
