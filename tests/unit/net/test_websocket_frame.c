#include "net/websocket_frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "lib/test.h"

enum { MAX_MESSAGE = 1000 };

/* A masked frame at out; returns its length. */
static size_t
put_frame(char *out, int first_byte, const char *payload, size_t length)
{
	static const uint8_t mask[4] = {0xa1, 0x02, 0xfe, 0x7f};
	size_t n = 0;

	out[n++] = (char)first_byte;
	if (length < 126) {
		out[n++] = (char)(0x80 | length);
	} else {
		out[n++] = (char)(0x80 | 126);
		out[n++] = (char)(length >> 8);
		out[n++] = (char)length;
	}
	memcpy(out + n, mask, sizeof(mask));
	n += sizeof(mask);
	for (size_t i = 0; i < length; i++) {
		out[n++] = (char)((uint8_t)payload[i] ^ mask[i % 4]);
	}
	return n;
}

static enum frame_event
read_once(const char *bytes, size_t length, int *close_code)
{
	struct frame_reader r;
	char *copy = xmalloc(length + 1);
	char *data = memcpy(copy, bytes, length);
	const char *payload;
	size_t payload_length;
	enum frame_event event;

	frame_reader_init(&r, MAX_MESSAGE);
	*close_code = 0;
	event = frame_read(&r, &data, &length, &payload, &payload_length, close_code);
	frame_reader_fini(&r);
	free(copy);
	return event;
}

static void
assert_fails(const char *bytes, size_t length, int expected)
{
	int close_code;

	assert_int_equal(read_once(bytes, length, &close_code), FRAME_ERROR);
	assert_int_equal(close_code, expected);
}

static void
assert_frame_fails(int first_byte, const char *payload, size_t length, int expected)
{
	char frame[4096];

	assert_fails(frame, put_frame(frame, first_byte, payload, length), expected);
}

static void
a_message_is_the_same_however_it_is_cut(void **state)
{
	static char text[300];
	char stream[1024];
	size_t length = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = (char)('a' + i % 26);
	}
	length += put_frame(stream + length, 0x01, text, 100);
	length += put_frame(stream + length, 0x89, "ping", 4);
	length += put_frame(stream + length, 0x00, text + 100, 0);
	length += put_frame(stream + length, 0x80, text + 100, 200);
	length += put_frame(stream + length, 0x81, "next", 4);
	for (size_t step = 1; step <= length; step++) {
		struct frame_reader r;
		char copy[1024];
		const char *payload;
		size_t payload_length;
		int close_code;
		int pings = 0;
		int messages = 0;

		memcpy(copy, stream, length);
		frame_reader_init(&r, MAX_MESSAGE);
		for (size_t at = 0; at < length; at += step) {
			char *data = copy + at;
			size_t left = length - at < step ? length - at : step;
			enum frame_event event;

			while ((event = frame_read(&r, &data, &left, &payload, &payload_length,
						&close_code)) != FRAME_MORE) {
				if (event == FRAME_PING) {
					assert_int_equal(payload_length, 4);
					assert_memory_equal(payload, "ping", 4);
					pings++;
				} else if (messages++ == 0) {
					assert_int_equal(event, FRAME_MESSAGE);
					assert_int_equal(payload_length, sizeof(text));
					assert_memory_equal(payload, text, sizeof(text));
				} else {
					assert_int_equal(event, FRAME_MESSAGE);
					assert_int_equal(payload_length, 4);
					assert_memory_equal(payload, "next", 4);
				}
			}
			assert_int_equal(left, 0);
		}
		assert_int_equal(pings, 1);
		assert_int_equal(messages, 2);
		frame_reader_fini(&r);
	}
}

static void
an_idle_reader_holds_no_memory(void **state)
{
	struct frame_reader r;
	char stream[1024];
	size_t length = put_frame(stream, 0x01, "frag", 4);
	char *data = stream;
	const char *payload;
	size_t payload_length;
	int close_code;

	(void)state;
	length += put_frame(stream + length, 0x80, "ment", 4);
	frame_reader_init(&r, MAX_MESSAGE);
	assert_int_equal(frame_read(&r, &data, &length, &payload, &payload_length,
						 &close_code),
		FRAME_MESSAGE);
	assert_memory_equal(payload, "fragment", 8);
	assert_int_equal(frame_read(&r, &data, &length, &payload, &payload_length,
						 &close_code),
		FRAME_MORE);
	assert_null(r.message.data);
	frame_reader_fini(&r);
}

static void
what_breaks_the_protocol_is_an_error(void **state)
{
	char frame[200];
	size_t length = put_frame(frame, 0x81, "hello", 5);
	static const char unmasked[] = "\x81\x05hello";
	static const char overlong_16[] = "\x81\xfe\x00\x05mask";
	static const char overlong_64[] = "\x81\xff\0\0\0\0\0\0\x01\0mask";
	static const char negative_64[] = "\x81\xff\x80\0\0\0\0\0\0\0mask";

	(void)state;
	assert_true(length > 0);
	assert_fails(unmasked, sizeof(unmasked) - 1, CLOSE_PROTOCOL);
	assert_fails(overlong_16, sizeof(overlong_16) - 1, CLOSE_PROTOCOL);
	assert_fails(overlong_64, sizeof(overlong_64) - 1, CLOSE_PROTOCOL);
	assert_fails(negative_64, sizeof(negative_64) - 1, CLOSE_TOO_LARGE);
	assert_frame_fails(0xc1, "x", 1, CLOSE_PROTOCOL); /* a reserved bit */
	assert_frame_fails(0x80, "x", 1, CLOSE_PROTOCOL); /* continues nothing */
	assert_frame_fails(0x83, "x", 1, CLOSE_PROTOCOL); /* no such opcode */
	assert_frame_fails(0x8b, "x", 1, CLOSE_PROTOCOL);
	assert_frame_fails(0x09, "x", 1, CLOSE_PROTOCOL); /* a ping in fragments */
	assert_frame_fails(0x89, frame, 126, CLOSE_PROTOCOL);
	assert_frame_fails(0x82, "x", 1, CLOSE_UNSUPPORTED); /* binary */
	assert_frame_fails(0x02, "x", 1, CLOSE_UNSUPPORTED);
}

static void
a_new_message_inside_another_is_an_error(void **state)
{
	char stream[64];
	size_t length = put_frame(stream, 0x01, "a", 1);
	char *data = stream;
	struct frame_reader r;
	const char *payload;
	size_t payload_length;
	int close_code;

	(void)state;
	length += put_frame(stream + length, 0x81, "b", 1);
	frame_reader_init(&r, MAX_MESSAGE);
	assert_int_equal(frame_read(&r, &data, &length, &payload, &payload_length,
						 &close_code),
		FRAME_ERROR);
	assert_int_equal(close_code, CLOSE_PROTOCOL);
	frame_reader_fini(&r);
}

static void
a_message_beyond_the_limit_is_refused_by_its_header(void **state)
{
	static char large[MAX_MESSAGE + 1];
	char frame[MAX_MESSAGE + 20];
	int close_code;

	(void)state;
	memset(large, 'x', sizeof(large));
	assert_int_equal(read_once(frame, put_frame(frame, 0x81, large, MAX_MESSAGE),
						 &close_code),
		FRAME_MESSAGE);
	(void)put_frame(frame, 0x81, large, MAX_MESSAGE + 1);
	assert_fails(frame, 8, CLOSE_TOO_LARGE);
}

static void
fragments_together_stay_within_the_limit(void **state)
{
	static char half[MAX_MESSAGE / 2 + 1];
	char stream[2 * MAX_MESSAGE];
	size_t length;
	char *data = stream;
	struct frame_reader r;
	const char *payload;
	size_t payload_length;
	int close_code;

	(void)state;
	memset(half, 'x', sizeof(half));
	length = put_frame(stream, 0x01, half, sizeof(half));
	length += put_frame(stream + length, 0x80, half, sizeof(half));
	frame_reader_init(&r, MAX_MESSAGE);
	assert_int_equal(frame_read(&r, &data, &length, &payload, &payload_length,
						 &close_code),
		FRAME_ERROR);
	assert_int_equal(close_code, CLOSE_TOO_LARGE);
	frame_reader_fini(&r);
}

static void
text_must_be_utf8(void **state)
{
	int close_code;
	char frame[64];

	(void)state;
	assert_frame_fails(0x81, "\xff", 1, CLOSE_NOT_UTF8);
	assert_frame_fails(0x81, "\xe4\xbd", 2, CLOSE_NOT_UTF8);
	assert_int_equal(read_once(frame, put_frame(frame, 0x81, "你", 3), &close_code),
		FRAME_MESSAGE);
	assert_int_equal(read_once(frame, put_frame(frame, 0x81, "", 0), &close_code),
		FRAME_MESSAGE);
}

static void
closing_carries_a_valid_code(void **state)
{
	static const int invalid[] = {0, 999, 1004, 1005, 1006, 1012, 2999, 5000};
	char frame[64];
	int close_code;

	(void)state;
	assert_int_equal(read_once(frame, put_frame(frame, 0x88, "", 0), &close_code),
		FRAME_CLOSE);
	assert_int_equal(close_code, CLOSE_NONE);
	assert_int_equal(read_once(frame,
						 put_frame(frame, 0x88,
							 "\x03\xe8"
							 "bye",
							 5),
						 &close_code),
		FRAME_CLOSE);
	assert_int_equal(close_code, CLOSE_NORMAL);
	assert_frame_fails(0x88, "\x03", 1, CLOSE_PROTOCOL);
	assert_frame_fails(0x88, "\x03\xe8\xff", 3, CLOSE_NOT_UTF8);
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		char payload[2] = {(char)(invalid[i] >> 8), (char)invalid[i]};

		assert_frame_fails(0x88, payload, 2, CLOSE_PROTOCOL);
	}
}

static void
headers_take_the_shortest_form(void **state)
{
	uint8_t header[FRAME_HEADER_MAX];

	(void)state;
	assert_int_equal(frame_header(header, FRAME_OP_TEXT, 125), 2);
	assert_memory_equal(header, "\x81\x7d", 2);
	assert_int_equal(frame_header(header, FRAME_OP_TEXT, 126), 4);
	assert_memory_equal(header, "\x81\x7e\x00\x7e", 4);
	assert_int_equal(frame_header(header, FRAME_OP_CLOSE, 65535), 4);
	assert_memory_equal(header, "\x88\x7e\xff\xff", 4);
	assert_int_equal(frame_header(header, FRAME_OP_TEXT, 65536), 10);
	assert_memory_equal(header, "\x81\x7f\0\0\0\0\0\x01\0\0", 10);
}

static void
the_key_is_answered_as_the_rfc_says(void **state)
{
	char accept[WEBSOCKET_ACCEPT_SIZE];

	(void)state;
	assert_true(websocket_accept_key("dGhlIHNhbXBsZSBub25jZQ==", accept));
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	assert_false(websocket_accept_key(NULL, accept));
	assert_false(websocket_accept_key("", accept));
	assert_false(websocket_accept_key("dGhlIHNhbXBsZSBub25jZQ=", accept));
	assert_false(websocket_accept_key("dGhlIHNhbXBsZSBub25jZ!==", accept));
	assert_false(websocket_accept_key("dGhlIHNhbXBsZSBub25jZQAA", accept));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_the_same_however_it_is_cut),
		cmocka_unit_test(an_idle_reader_holds_no_memory),
		cmocka_unit_test(what_breaks_the_protocol_is_an_error),
		cmocka_unit_test(a_new_message_inside_another_is_an_error),
		cmocka_unit_test(a_message_beyond_the_limit_is_refused_by_its_header),
		cmocka_unit_test(fragments_together_stay_within_the_limit),
		cmocka_unit_test(text_must_be_utf8),
		cmocka_unit_test(closing_carries_a_valid_code),
		cmocka_unit_test(headers_take_the_shortest_form),
		cmocka_unit_test(the_key_is_answered_as_the_rfc_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
