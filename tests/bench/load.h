/* The load client: one thread, one epoll, many WebSockets. Customers send, agents receive, and
 * the time from when a message was meant to be sent until the agent's socket has it is the
 * latency. What differs between servers is a struct protocol. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample.h"

#define MESSAGE_MAX 1024
#define READ_SIZE 65536

enum client_state {
	CLIENT_UNOPENED,
	CLIENT_CONNECTING,
	CLIENT_UPGRADING,
	CLIENT_GREETING, /* WebSocket is open, the protocol's own greeting is not over */
	CLIENT_READY,
	CLIENT_DEAD,
};

struct bytes {
	char *data;
	size_t length;
	size_t capacity;
};
void bytes_append(struct bytes *b, const void *data, size_t length);
void bytes_free(struct bytes *b);

struct client {
	int fd;
	enum client_state state;
	bool is_agent;
	bool wants_write;
	uint32_t number; /* of the conversation, or of the agent */
	uint32_t sequence;
	struct bytes unread; /* the beginning of a frame whose end has not come */
	struct bytes unsent;
	/* Only with a plan, borrowed from it: */
	const char *path;
	const char *cookie;
	const char *hello;
};

struct load;

/* All slots are mandatory except greet. text is NUL-terminated and may be changed. */
struct protocol {
	const char *name;
	bool needs_plan;
	/* Writes path and query into path, extra header lines (each with CRLF) into headers. */
	void (*upgrade)(const struct client *c, char *path, size_t path_size, char *headers,
		size_t headers_size);
	/* The WebSocket is open. NULL: the client is ready at once. */
	void (*greet)(struct load *l, struct client *c);
	void (*receive)(struct load *l, struct client *c, char *text, size_t length);
	/* Writes a message of c that carries body; returns its length. */
	size_t (*message)(struct client *c, const char *body, char *out, size_t size);
};

const struct protocol *protocol_find(const char *name);

struct load_options {
	const struct protocol *protocol;
	const char *plan_path;
	int port;
	uint32_t customers;
	uint32_t agents;
	uint32_t outstanding; /* messages under way at once, while rate is 0 */
	double rate;          /* messages per second, sent whatever comes back */
	double warmup_s;
	double measure_s;
	double open_timeout_s;
	uint32_t opening_max;
	uint32_t sources;  /* 127.0.0.2 and following, so that ports suffice */
	bool idle;         /* open, report, hold until standard input ends */
	bool once;         /* one message of each customer, then the end */
	bool upgrade_only; /* ready as soon as the WebSocket is open */
	int server_pid;
	int database_pid; /* 0: none */
};

struct load {
	const struct load_options *options;
	struct client *clients; /* customers first, then agents */
	size_t client_count;
	size_t opening;
	size_t ready;
	size_t dead;
	size_t next_sender;
	int epoll;
	uint64_t last_input_ns;
	bool sending;
	bool measuring;
	uint64_t measure_start_ns;
	uint64_t sent;
	uint64_t delivered;
	uint64_t acknowledged;
	uint64_t refused;
	uint32_t refused_slots; /* of outstanding, to be used again */
	uint64_t retry_ns;
	struct sample_set *latencies;
	char *input; /* READ_SIZE bytes and one for the NUL */
};

/* load_options.c; ends the program when they are wrong */
struct load_options load_read_options(int argc, char **argv);

/* load_frame.c: WebSocket as a client speaks it. The first is called once connected. */
void client_upgrade(struct load *l, struct client *c);
void client_send_text(struct load *l, struct client *c, const char *text, size_t length);
/* Takes all that is whole, keeps the rest in c->unread. data may be changed and has room for
 * one byte more. */
void client_take_input(struct load *l, struct client *c, char *data, size_t length);

/* load_socket.c */
void client_open(struct load *l, struct client *c);
void client_ready(struct load *l, struct client *c);
void client_send_bytes(struct load *l, struct client *c, const char *data, size_t length);
void client_fail(struct load *l, struct client *c, const char *reason);
/* Handles what has happened, waiting at most wait_ns. Returns false when standard input, if it
 * is watched, has ended. */
bool load_pump(struct load *l, uint64_t wait_ns);

/* load.c, called by protocols */
void load_delivered(struct load *l, const char *text);
void load_refused(struct load *l); /* the server asked to send it again later */
void load_send_next(struct load *l, uint64_t intended_ns);

/* load_plan.c: fills path, cookie and hello of all clients */
void plan_read(struct load *l, const char *path);

#endif
