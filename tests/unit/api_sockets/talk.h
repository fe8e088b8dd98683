/* Clients of the two WebSockets, on the house of the REST tests. Every wait is bounded by the
 * receive time-out of the connection; what does not come fails the test. */
#ifndef TEST_TALK_H
#define TEST_TALK_H

#include "base/id.h"
#include "unit/api/rest_fixture.h"

struct talk {
	int fd;
	bool open; /* the handshake was accepted */
	struct buf in;
	struct json *heard; /* the newest frame that was waited for */
};

static inline void
talk_send_all(int fd, const char *data, size_t length)
{
	for (size_t sent = 0; sent < length;) {
		ssize_t n = send(fd, data + sent, length - sent, MSG_NOSIGNAL);

		assert_true(n > 0);
		sent += (size_t)n;
	}
}

/* More bytes; false at the end. */
static inline bool
talk_receive(struct talk *t)
{
	char chunk[16384];
	ssize_t got = recv(t->fd, chunk, sizeof(chunk), 0);

	if (got > 0) {
		buf_append(&t->in, chunk, (size_t)got);
	}
	return got > 0;
}

static inline void
talk_drop(struct talk *t, size_t length)
{
	memmove(t->in.data, t->in.data + length, t->in.length - length);
	t->in.length -= length;
}

/* headers: further lines, each with its \r\n. */
static inline struct talk
talk_connect(const struct house *h, const char *path, const char *headers)
{
	struct talk t = {.fd = open_connection(h)};
	struct buf request;
	char *end;

	assert_true(t.fd >= 0);
	buf_init(&t.in, REPLY_BYTES_MAX);
	buf_init(&request, 4096);
	buf_printf(&request,
		"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
		path, h->port, headers);
	talk_send_all(t.fd, request.data, request.length);
	buf_fini(&request);
	while (t.in.length == 0 || strstr(t.in.data, "\r\n\r\n") == NULL) {
		assert_true(talk_receive(&t));
	}
	end = strstr(t.in.data, "\r\n\r\n");
	t.open = strncmp(t.in.data, "HTTP/1.1 101 ", 13) == 0;
	talk_drop(&t, (size_t)(end + 4 - t.in.data));
	return t;
}

static inline void
talk_close(struct talk *t)
{
	json_free(t->heard);
	buf_fini(&t->in);
	close(t->fd);
	*t = (struct talk){.fd = -1};
}

__attribute__((format(printf, 2, 3))) static inline void
say(struct talk *t, const char *fmt, ...)
{
	static const unsigned char mask[4] = {1, 2, 3, 4};
	char text[30000];
	char frame[30100];
	size_t header = 6;
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	assert_true(length > 0 && length < (int)sizeof(text));
	frame[0] = (char)0x81;
	frame[1] = (char)(0x80 | (length < 126 ? length : 126));
	if (length >= 126) {
		frame[2] = (char)(length >> 8);
		frame[3] = (char)length;
		header = 8;
	}
	memcpy(frame + header - 4, mask, 4);
	for (int i = 0; i < length; i++) {
		frame[header + (size_t)i] = (char)(text[i] ^ mask[i % 4]);
	}
	talk_send_all(t->fd, frame, header + (size_t)length);
}

/* The next frame of the server; false at the end of the connection or on a close frame. */
static inline bool
hear_any(struct talk *t)
{
	for (;;) {
		const unsigned char *p = (const unsigned char *)t->in.data;
		size_t header = 2;
		size_t length = 0;

		if (t->in.length >= 2) {
			length = p[1];
			if (length == 126 && t->in.length >= 4) {
				header = 4;
				length = (size_t)p[2] << 8 | p[3];
			} else if (length == 127 && t->in.length >= 10) {
				header = 10;
				length = (size_t)p[6] << 24 | (size_t)p[7] << 16 | (size_t)p[8] << 8 |
					p[9];
			} else if (length >= 126) {
				length = REPLY_BYTES_MAX;
			}
		}
		if (t->in.length >= 2 && t->in.length >= header + length) {
			int opcode = p[0] & 15;

			json_free(t->heard);
			t->heard = NULL;
			if (opcode == 1) {
				assert_int_equal(json_parse(t->in.data + header, length, &t->heard, NULL),
					ERR_OK);
			}
			talk_drop(t, header + length);
			if (opcode == 8) {
				return false;
			}
			if (opcode == 1) {
				return true;
			}
			continue;
		}
		if (!talk_receive(t)) {
			return false;
		}
	}
}

static inline bool
heard_is(const struct talk *t, const char *type)
{
	return str_equals(json_string(t->heard, "t"), type);
}

/* Waits for a frame of this type, passing others by. */
static inline const struct json *
hear(struct talk *t, const char *type)
{
	while (hear_any(t)) {
		if (heard_is(t, type)) {
			return t->heard;
		}
	}
	fail_msg("the connection ended before %s came", type);
	return NULL;
}

/* Waits for an entry of this kind and gives it. */
static inline const struct json *
hear_entry(struct talk *t, const char *kind)
{
	for (;;) {
		const struct json *entry = json_get(hear(t, "entry"), "entry");

		if (str_equals(json_string(entry, "kind"), kind)) {
			return entry;
		}
	}
}

/* All that was sent before this answer has come: fails if one of this type was among it. */
static inline void
hears_no(struct talk *t, const char *type)
{
	say(t, "{\"t\":\"ping\"}");
	for (;;) {
		assert_true(hear_any(t));
		if (heard_is(t, "pong")) {
			return;
		}
		if (heard_is(t, type)) {
			fail_msg("%s came, but should not", type);
		}
	}
}

static inline void
hears_the_end(struct talk *t)
{
	while (hear_any(t)) {
		;
	}
}

static inline int64_t
number_in(const struct json *object, const char *key)
{
	int64_t value = -1;

	assert_true(json_i64(object, key, &value));
	return value;
}

static inline bool
flag_in(const struct json *object, const char *key)
{
	bool value = false;

	assert_true(json_bool(object, key, &value));
	return value;
}

/* --- people -------------------------------------------------------------------------------- */

#define WIDGET_HEADERS \
	"Sec-WebSocket-Protocol: trunkline.v1\r\nOrigin: https://shop.example\r\n"

static inline struct talk
console_connect(const struct client *c)
{
	char headers[700];

	snprintf(headers, sizeof(headers),
		"Sec-WebSocket-Protocol: trunkline.v1\r\nOrigin: http://127.0.0.1:%d\r\n%s",
		c->house->port, c->headers);
	return talk_connect(c->house, "/ws/console", headers);
}

static inline const char *
csrf_of(const struct client *c, char *out, size_t size)
{
	struct answer as_header = {.head = (char *)c->headers};

	return answer_header(&as_header, "X-CSRF-Token", out, size);
}

/* more: further members of hello, beginning with a comma. */
static inline struct talk
console_hello_with(const struct client *c, const char *more)
{
	struct talk t = console_connect(c);
	char csrf[100];

	assert_true(t.open);
	say(&t, "{\"t\":\"hello\",\"csrf\":\"%s\"%s}", csrf_of(c, csrf, sizeof(csrf)), more);
	hear(&t, "welcome");
	return t;
}

static inline void
visitor_token(const struct house *h, char out[static 64])
{
	struct client c = anybody(h);
	struct answer a;

	assert_int_equal(ask(&c, "POST", "/api/v1/widget/session",
						 "{\"key\":\"" PUBLIC_KEY "\",\"language\":\"en\"}", &a),
		200);
	assert_true(str_copy(out, 64, answer_text(&a, "token")));
	answer_free(&a);
}

static inline struct talk
widget_hello_at(const struct house *h, const char *token, const char *pub)
{
	struct talk t = talk_connect(h, "/ws/widget", WIDGET_HEADERS);

	assert_true(t.open);
	say(&t, "{\"t\":\"hello\",\"token\":\"%s\",\"pub\":%s,\"language\":\"en\"}", token,
		pub);
	hear(&t, "welcome");
	return t;
}

/* The server goes and comes back on the same data. */
static inline void
house_restart(struct house *h)
{
	kill(getpid(), SIGTERM);
	pthread_join(h->thread, NULL);
	assert_true(h->served);
	assert_int_equal(pthread_create(&h->thread, NULL, run_house, h), 0);
	wait_until_ready(h);
}

/* Says a text and waits until it is taken; returns her number of it. */
static inline int64_t
widget_says(struct talk *t, const char *text)
{
	char ref[REF_SIZE];
	const struct json *ack;

	ref_make(ref);
	say(t, "{\"t\":\"send\",\"ref\":\"%s\",\"text\":\"%s\"}", ref, text);
	ack = hear(t, "ack");
	assert_string_equal(json_string(ack, "ref"), ref);
	return number_in(ack, "pub");
}

/* Where the newest entry stands, as the console was told. */
struct thread {
	uint64_t customer;
	uint64_t timeline;
	uint64_t conversation;
	uint64_t fact;
	int64_t seq;
};

static inline struct thread
thread_of(const struct json *entry)
{
	struct thread th = {.seq = number_in(entry, "seq")};

	assert_true(json_id(entry, "customer", &th.customer));
	assert_true(json_id(entry, "timeline", &th.timeline));
	assert_true(json_id(entry, "conversation", &th.conversation));
	assert_true(json_id(entry, "id", &th.fact));
	return th;
}

/* Sends and waits for the answer, an ack or a nack. */
static inline const struct json *
console_asks(struct talk *t, const char *members)
{
	char ref[REF_SIZE];

	ref_make(ref);
	say(t, "{\"ref\":\"%s\",%s}", ref, members);
	while (hear_any(t)) {
		if (str_equals(json_string(t->heard, "ref"), ref) &&
			(heard_is(t, "ack") || heard_is(t, "nack"))) {
			return t->heard;
		}
	}
	fail_msg("the connection ended before the answer came");
	return NULL;
}

static inline const struct json *
console_acts(struct talk *t, const struct thread *th, const char *action)
{
	char members[200];

	snprintf(members, sizeof(members),
		"\"t\":\"act\",\"conversation\":\"%llu\",\"action\":\"%s\"",
		(unsigned long long)th->conversation, action);
	return console_asks(t, members);
}

static inline const struct json *
console_writes(struct talk *t, const struct thread *th, const char *kind,
	const char *text)
{
	char members[400];

	snprintf(members, sizeof(members),
		"\"t\":\"send\",\"conversation\":\"%llu\",\"kind\":\"%s\",\"text\":\"%s\"",
		(unsigned long long)th->conversation, kind, text);
	return console_asks(t, members);
}

static inline void
console_watches(struct talk *t, const struct thread *th)
{
	say(t, "{\"t\":\"watch\",\"customers\":[\"%llu\"]}",
		(unsigned long long)th->customer);
}

#endif
