#include <stdio.h>
#include <string.h>

#include "load.h"

#define FRAME_HEADER_MAX 8
#define REQUEST_MAX 8192

enum { OPCODE_TEXT = 1, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };

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
	client_send_bytes(l, c, (char *)frame, at + length);
}

void
client_send_text(struct load *l, struct client *c, const char *text, size_t length)
{
	send_frame(l, c, OPCODE_TEXT, text, length);
}

void
client_upgrade(struct load *l, struct client *c)
{
	char path[1024];
	char headers[4096];
	char request[REQUEST_MAX];
	l->options->protocol->upgrade(c, path, sizeof(path), headers, sizeof(headers));
	int length = snprintf(request, sizeof(request),
		"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Version: 13\r\nOrigin: http://127.0.0.1:%d\r\n%s\r\n",
		path, l->options->port, l->options->port, headers);
	c->state = CLIENT_UPGRADING;
	client_send_bytes(l, c, request, (size_t)length);
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

void
client_take_input(struct load *l, struct client *c, char *data, size_t length)
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
