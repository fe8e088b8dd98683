/* How a customer and an agent speak to each of the servers that are compared. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "load.h"

#define REF_LENGTH 26
#define REF_TIME_LENGTH 10

/* pairs: the limit program and the peers on plain WebSockets. */

static void
pairs_upgrade(const struct client *c, char *path, size_t path_size, char *headers,
	size_t headers_size)
{
	snprintf(path, path_size, "/?role=%s&id=%u", c->is_agent ? "a" : "c", c->number);
	snprintf(headers, headers_size, "%s", "");
}

static void
pairs_receive(struct load *l, struct client *c, char *text, size_t length)
{
	(void)length;
	if (c->is_agent) {
		load_delivered(l, text);
	} else {
		l->acknowledged++;
	}
}

static size_t
pairs_message(struct client *c, const char *body, char *out, size_t size)
{
	return (size_t)snprintf(out, size,
		"{\"t\":\"msg\",\"conv\":%u,\"seq\":%u,\"body\":\"%s\"}", c->number, c->sequence,
		body);
}

/* socketio: the same messages inside engine.io packets, WebSocket only. */

static void
socketio_upgrade(const struct client *c, char *path, size_t path_size, char *headers,
	size_t headers_size)
{
	snprintf(path, path_size, "/socket.io/?EIO=4&transport=websocket&role=%s&id=%u",
		c->is_agent ? "a" : "c", c->number);
	snprintf(headers, headers_size, "%s", "");
}

static void
socketio_greet(struct load *l, struct client *c)
{
	(void)l;
	(void)c; /* the server speaks first */
}

static void
socketio_receive(struct load *l, struct client *c, char *text, size_t length)
{
	if (text[0] == '0') {
		client_send_text(l, c, "40", 2);
	} else if (text[0] == '4' && text[1] == '0' && c->state == CLIENT_GREETING) {
		client_ready(l, c);
	} else if (text[0] == '2' && length == 1) {
		client_send_text(l, c, "3", 1);
	} else {
		pairs_receive(l, c, text, length);
	}
}

static size_t
socketio_message(struct client *c, const char *body, char *out, size_t size)
{
	return (size_t)snprintf(out, size,
		"42[\"msg\",{\"t\":\"msg\",\"conv\":%u,\"seq\":%u,\"body\":\"%s\"}]", c->number,
		c->sequence, body);
}

/* trunkline: docs/protocol.md. The plan holds each socket's cookie or token. */

static void
trunkline_upgrade(const struct client *c, char *path, size_t path_size, char *headers,
	size_t headers_size)
{
	snprintf(path, path_size, "%s", c->path);
	snprintf(headers, headers_size, "Sec-WebSocket-Protocol: trunkline.v1\r\n%s%s%s",
		*c->cookie ? "Cookie: " : "", c->cookie, *c->cookie ? "\r\n" : "");
}

static void
trunkline_greet(struct load *l, struct client *c)
{
	client_send_text(l, c, c->hello, strlen(c->hello));
}

/* The server writes the type first in each frame; the client relies on it only for speed: an
 * entry that is not recognised would be reported as undelivered. */
static bool
is_frame(const char *text, const char *type)
{
	static const char start[] = "{\"t\":\"";
	size_t length = strlen(type);
	return strncmp(text, start, sizeof(start) - 1) == 0 &&
		strncmp(text + sizeof(start) - 1, type, length) == 0 &&
		text[sizeof(start) - 1 + length] == '"';
}

static void
trunkline_receive(struct load *l, struct client *c, char *text, size_t length)
{
	(void)length;
	if (is_frame(text, "entry")) {
		if (c->is_agent) {
			load_delivered(l, text);
		}
	} else if (is_frame(text, "ack")) {
		l->acknowledged++;
	} else if (is_frame(text, "nack")) {
		load_refused(l);
	} else if (is_frame(text, "welcome")) {
		if (c->state == CLIENT_GREETING) {
			client_ready(l, c);
		}
	} else if (is_frame(text, "error") || is_frame(text, "bye")) {
		client_fail(l, c, text);
	}
}

/* A ULID: 48 bits of time, then what makes it unique, here the socket and its count. */
static void
write_ref(const struct client *c, char out[static REF_LENGTH + 1])
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	uint64_t time_ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
	uint64_t unique = (uint64_t)c->number << 32 | c->sequence;
	for (int i = REF_TIME_LENGTH - 1; i >= 0; i--) {
		out[i] = digits[time_ms & 31];
		time_ms >>= 5;
	}
	for (int i = REF_LENGTH - 1; i >= REF_TIME_LENGTH; i--) {
		out[i] = digits[unique & 31];
		unique >>= 5;
	}
	out[REF_LENGTH] = '\0';
}

static size_t
trunkline_message(struct client *c, const char *body, char *out, size_t size)
{
	char ref[REF_LENGTH + 1];
	write_ref(c, ref);
	return (size_t)snprintf(out, size, "{\"t\":\"send\",\"ref\":\"%s\",\"text\":\"%s\"}",
		ref, body);
}

static const struct protocol protocols[] = {
	{"pairs", false, pairs_upgrade, NULL, pairs_receive, pairs_message},
	{"socketio", false, socketio_upgrade, socketio_greet, socketio_receive,
		socketio_message},
	{"trunkline", true, trunkline_upgrade, trunkline_greet, trunkline_receive,
		trunkline_message},
};

const struct protocol *
protocol_find(const char *name)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (strcmp(protocols[i].name, name) == 0) {
			return &protocols[i];
		}
	}
	return NULL;
}
