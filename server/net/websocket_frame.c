#include "net/websocket_frame.h"

#include <assert.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/str.h"

enum {
	OP_CONTINUATION = 0,
	OP_BINARY = 2,
	FINAL_BIT = 0x80,
	RESERVED_BITS = 0x70,
	OPCODE_BITS = 0x0f,
	CONTROL_BIT = 0x08,
	MASKED_BIT = 0x80,
	LENGTH_BITS = 0x7f,
	LENGTH_16 = 126,
	LENGTH_64 = 127,
	KEY_LENGTH = 24,
};

void
frame_reader_init(struct frame_reader *r, size_t max_message)
{
	*r = (struct frame_reader){.max_message = (uint32_t)max_message};
	buf_init(&r->message, max_message);
}

void
frame_reader_fini(struct frame_reader *r)
{
	buf_fini(&r->message);
}

static bool
is_control(const struct frame_reader *r)
{
	return (r->header[0] & CONTROL_BIT) != 0;
}

static bool
is_final(const struct frame_reader *r)
{
	return (r->header[0] & FINAL_BIT) != 0;
}

static size_t
extended_length_size(uint8_t second)
{
	switch (second & LENGTH_BITS) {
	case LENGTH_16:
		return 2;
	case LENGTH_64:
		return 8;
	default:
		return 0;
	}
}

/* Returns 0 or the code to close with. */
static int
check_opcode(const struct frame_reader *r)
{
	uint8_t opcode = r->header[0] & OPCODE_BITS;

	if ((r->header[0] & RESERVED_BITS) != 0) {
		return CLOSE_PROTOCOL; /* no extension was agreed upon */
	}
	switch (opcode) {
	case OP_CONTINUATION:
		return r->in_message ? 0 : CLOSE_PROTOCOL;
	case FRAME_OP_TEXT:
		return r->in_message ? CLOSE_PROTOCOL : 0;
	case OP_BINARY:
		return CLOSE_UNSUPPORTED;
	case FRAME_OP_CLOSE:
	case FRAME_OP_PING:
	case FRAME_OP_PONG:
		if (!is_final(r) || (r->header[1] & LENGTH_BITS) >= LENGTH_16) {
			return CLOSE_PROTOCOL;
		}
		return 0;
	default:
		return CLOSE_PROTOCOL;
	}
}

static int
begin_payload(struct frame_reader *r)
{
	size_t extended = extended_length_size(r->header[1]);
	uint64_t length = r->header[1] & LENGTH_BITS;

	if (extended > 0) {
		length = 0;
		for (size_t i = 0; i < extended; i++) {
			length = length << 8 | r->header[2 + i];
		}
		if (length < LENGTH_16 || (extended == 8 && length <= UINT16_MAX)) {
			return CLOSE_PROTOCOL; /* not the shortest form */
		}
	}
	if (!is_control(r) && length > r->max_message - r->message.length) {
		return CLOSE_TOO_LARGE;
	}
	memcpy(r->mask, r->header + 2 + extended, sizeof(r->mask));
	r->frame_left = length;
	r->control_length = 0;
	r->in_payload = true;
	return 0;
}

/* Takes what it can of the header. Returns 0, or the code to close with; r->in_payload tells
 * whether the header is complete. */
static int
read_header(struct frame_reader *r, char **data, size_t *length)
{
	while (*length > 0) {
		size_t wanted;
		int refused;

		r->header[r->header_length++] = (uint8_t)(*data)[0];
		(*data)++;
		(*length)--;
		if (r->header_length < 2) {
			continue;
		}
		if (r->header_length == 2) {
			refused = check_opcode(r);
			if (refused != 0) {
				return refused;
			}
			if ((r->header[1] & MASKED_BIT) == 0) {
				return CLOSE_PROTOCOL;
			}
		}
		wanted = 2 + extended_length_size(r->header[1]) + sizeof(r->mask);
		if (r->header_length == wanted) {
			return begin_payload(r);
		}
	}
	return 0;
}

static void
unmask(struct frame_reader *r, char *data, size_t length)
{
	uint8_t turned[sizeof(r->mask)] = {0};
	uint64_t mask;
	size_t i = 0;

	memcpy(&mask, r->mask, sizeof(r->mask));
	memcpy((char *)&mask + sizeof(r->mask), r->mask, sizeof(r->mask));
	for (; i + sizeof(mask) <= length; i += sizeof(mask)) {
		uint64_t word;

		memcpy(&word, data + i, sizeof(word));
		word ^= mask;
		memcpy(data + i, &word, sizeof(word));
	}
	for (; i < length; i++) {
		data[i] = (char)((uint8_t)data[i] ^ r->mask[i % sizeof(r->mask)]);
	}
	for (i = 0; i < sizeof(turned); i++) {
		turned[i] = r->mask[(i + length) % sizeof(turned)];
	}
	memcpy(r->mask, turned, sizeof(turned));
}

static bool
close_code_valid(int code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) ||
		(code >= 3000 && code <= 4999);
}

static enum frame_event
fail(int *close_code, int code)
{
	*close_code = code;
	return FRAME_ERROR;
}

static enum frame_event
end_control(struct frame_reader *r, const char **payload, size_t *payload_length,
	int *close_code)
{
	const char *text = (const char *)r->control;
	size_t length = r->control_length;

	*payload = text;
	*payload_length = length;
	switch (r->header[0] & OPCODE_BITS) {
	case FRAME_OP_PING:
		return FRAME_PING;
	case FRAME_OP_PONG:
		return FRAME_PONG;
	default:
		break;
	}
	if (length == 0) {
		*close_code = CLOSE_NONE;
		return FRAME_CLOSE;
	}
	if (length == 1 || !close_code_valid(r->control[0] << 8 | r->control[1])) {
		return fail(close_code, CLOSE_PROTOCOL);
	}
	if (!utf8_valid(text + 2, length - 2)) {
		return fail(close_code, CLOSE_NOT_UTF8);
	}
	*close_code = r->control[0] << 8 | r->control[1];
	return FRAME_CLOSE;
}

/* Takes what it can of the payload; FRAME_MORE when nothing was completed by it. */
static enum frame_event
read_payload(struct frame_reader *r, char **data, size_t *length, const char **payload,
	size_t *payload_length, int *close_code)
{
	size_t taken = r->frame_left < *length ? (size_t)r->frame_left : *length;
	char *bytes = *data;
	bool whole = !is_control(r) && is_final(r) && r->message.length == 0 &&
		taken == r->frame_left;

	unmask(r, bytes, taken);
	if (is_control(r)) {
		memcpy(r->control + r->control_length, bytes, taken);
		r->control_length = (uint8_t)(r->control_length + taken);
	} else if (!whole) {
		buf_append(&r->message, bytes, taken);
	}
	*data += taken;
	*length -= taken;
	r->frame_left -= taken;
	if (r->frame_left > 0) {
		return FRAME_MORE;
	}
	r->in_payload = false;
	r->header_length = 0;
	if (is_control(r)) {
		return end_control(r, payload, payload_length, close_code);
	}
	r->in_message = !is_final(r);
	if (r->in_message) {
		return FRAME_MORE;
	}
	*payload = whole ? bytes : r->message.data;
	*payload_length = whole ? taken : r->message.length;
	r->given_out = true;
	if (!utf8_valid(*payload, *payload_length)) {
		return fail(close_code, CLOSE_NOT_UTF8);
	}
	return FRAME_MESSAGE;
}

enum frame_event
frame_read(struct frame_reader *r, char **data, size_t *length, const char **payload,
	size_t *payload_length, int *close_code)
{
	if (r->given_out) {
		buf_fini(&r->message); /* an idle socket holds no memory */
		r->given_out = false;
	}
	while (*length > 0 || r->in_payload) {
		enum frame_event event;
		int refused = r->in_payload ? 0 : read_header(r, data, length);

		if (refused != 0) {
			return fail(close_code, refused);
		}
		if (!r->in_payload || (*length == 0 && r->frame_left > 0)) {
			return FRAME_MORE;
		}
		event = read_payload(r, data, length, payload, payload_length, close_code);
		if (event != FRAME_MORE) {
			return event;
		}
	}
	return FRAME_MORE;
}

size_t
frame_header(uint8_t out[static FRAME_HEADER_MAX], enum frame_opcode opcode,
	size_t length)
{
	out[0] = (uint8_t)(FINAL_BIT | opcode);
	if (length < LENGTH_16) {
		out[1] = (uint8_t)length;
		return 2;
	}
	if (length <= UINT16_MAX) {
		out[1] = LENGTH_16;
		out[2] = (uint8_t)(length >> 8);
		out[3] = (uint8_t)length;
		return 4;
	}
	out[1] = LENGTH_64;
	for (size_t i = 0; i < 8; i++) {
		out[2 + i] = (uint8_t)((uint64_t)length >> (56 - 8 * i));
	}
	return FRAME_HEADER_MAX;
}

bool
websocket_accept_key(const char *key, char out[static WEBSOCKET_ACCEPT_SIZE])
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	char text[KEY_LENGTH + sizeof(guid)];
	uint8_t nonce[KEY_LENGTH];
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_length = 0;

	/* 16 bytes in base64; OpenSSL counts the padding as bytes. */
	if (key == NULL || strlen(key) != KEY_LENGTH ||
		strcmp(key + KEY_LENGTH - 2, "==") != 0 ||
		EVP_DecodeBlock(nonce, (const uint8_t *)key, KEY_LENGTH) != KEY_LENGTH / 4 * 3) {
		return false;
	}
	memcpy(text, key, KEY_LENGTH);
	memcpy(text + KEY_LENGTH, guid, sizeof(guid));
	if (EVP_Digest(text, strlen(text), digest, &digest_length, EVP_sha1(), NULL) != 1) {
		return false;
	}
	assert(digest_length == 20);
	EVP_EncodeBlock((uint8_t *)out, digest, (int)digest_length);
	return true;
}
