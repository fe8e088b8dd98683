/* A server of net/ on a thread of its own, and a blocking client to try it with. */
#ifndef TEST_NET_FIXTURE_H
#define TEST_NET_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/net.h"

struct net_fixture;

/* What to start; all members but routes may be left out. */
struct net_fixture_plan {
	const char *const *settings; /* "server.ping=1s", ...; ends with NULL */
	const struct http_route *routes;
	const struct websocket_handler *socket;
	void *ctx; /* for the handlers */
	void (*woken)(void *ctx);
	void (*stopping)(void *ctx);
	bool (*stopped)(void *ctx);
	bool (*page)(struct http_request *rq, void *ctx);
};

struct net_fixture *net_fixture_start(const struct net_fixture_plan *plan);
void net_fixture_stop(struct net_fixture *f);       /* gracefully; waits and frees */
void net_fixture_ask_stop(struct net_fixture *f);   /* as SIGTERM would; does not wait */
struct net *net_fixture_net(struct net_fixture *f); /* net_wake() may be called on it */
int net_fixture_port(const struct net_fixture *f);

/* --- client; every wait is bounded, and what fails fails the test ------------------------ */

struct net_reply {
	int status;
	char *head; /* with its empty line */
	char *body; /* NUL-terminated besides its length */
	size_t body_length;
};

int client_connect(const struct net_fixture *f);
void client_send(int fd, const char *text);
void client_send_bytes(int fd, const void *data, size_t length);
/* Reads one reply by its Content-Length; `head_only` after HEAD. */
void client_receive(int fd, struct net_reply *out, bool head_only);
bool client_is_closed(int fd); /* waits for the end, discarding what comes before it */
void net_reply_free(struct net_reply *r);
/* Value of a reply's header, in a static buffer; NULL when absent. */
const char *net_reply_header(const struct net_reply *r, const char *name);
/* One request on a connection of its own; the path may be followed by more header lines. */
void client_get(const struct net_fixture *f, const char *path, const char *headers,
	struct net_reply *out);

/* A WebSocket after its handshake. */
int client_websocket(const struct net_fixture *f, const char *path);
void
client_send_frame(int fd, int first_byte, bool masked, const void *data, size_t length);
/* Returns the opcode; data holds up to size - 1 bytes and a NUL. -1: the end. */
int client_receive_frame(int fd, char *data, size_t size, size_t *length);
/* Waits for a close frame, skipping others; returns its code, -1 without one. */
int client_close_code(int fd);

#endif
