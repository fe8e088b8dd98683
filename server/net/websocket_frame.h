/* WebSocket framing (RFC 6455), server side, without I/O: bytes in, messages out. */
#ifndef NET_WEBSOCKET_FRAME_H
#define NET_WEBSOCKET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	CLOSE_NORMAL = 1000,
	CLOSE_GOING_AWAY = 1001,
	CLOSE_PROTOCOL = 1002,
	CLOSE_UNSUPPORTED = 1003,
	CLOSE_NONE = 1005, /* never sent: the peer gave no code */
	CLOSE_NOT_UTF8 = 1007,
	CLOSE_POLICY = 1008,
	CLOSE_TOO_LARGE = 1009,
};

enum frame_event {
	FRAME_MORE,    /* all input is used up */
	FRAME_MESSAGE, /* a whole text message, valid UTF-8 */
	FRAME_PING,    /* to be answered with the same bytes */
	FRAME_PONG,
	FRAME_CLOSE, /* the peer closes: close_code */
	FRAME_ERROR, /* close the connection with close_code */
};

struct frame_reader {
	struct buf message;  /* fragments so far, or the start of a frame that was cut */
	uint64_t frame_left; /* payload bytes of the present frame still to come */
	uint8_t mask[4];     /* turned to where the next byte is */
	uint32_t max_message;
	uint8_t header[14];
	uint8_t header_length; /* bytes of it that have arrived */
	uint8_t control_length;
	uint8_t control[125]; /* payload of a control frame */
	bool in_payload;
	bool in_message; /* between a first fragment and the final one */
	bool given_out;  /* the message has been, and can go */
};

void frame_reader_init(struct frame_reader *r, size_t max_message);
void frame_reader_fini(struct frame_reader *r);

/* Reads from *data on, advancing it. Unmasks in place, so that a message that lies whole in
 * the input is given out without a copy. *payload is valid until the next call and until
 * the input goes. */
enum frame_event frame_read(struct frame_reader *r, char **data, size_t *length,
	const char **payload, size_t *payload_length, int *close_code);

#define FRAME_HEADER_MAX 10
enum frame_opcode {
	FRAME_OP_TEXT = 1,
	FRAME_OP_CLOSE = 8,
	FRAME_OP_PING = 9,
	FRAME_OP_PONG = 10
};
/* Writes the header of an unmasked final frame; returns its length. */
size_t frame_header(uint8_t out[static FRAME_HEADER_MAX], enum frame_opcode opcode,
	size_t length);

/* The answer to Sec-WebSocket-Key; false when the key is not one. */
#define WEBSOCKET_ACCEPT_SIZE 29
bool websocket_accept_key(const char *key, char out[static WEBSOCKET_ACCEPT_SIZE]);

#endif
