/* A whole server on a thread of its own, on a fresh embedded database, and a blocking client.
 * The house: administrator "root", agents "anna" and "bert" and a demo account "demo", all with
 * the password "password-1"; a webchat channel "wk_test" of https://shop.example and a phone
 * channel. For the tests of this folder only. */
#ifndef TEST_REST_FIXTURE_H
#define TEST_REST_FIXTURE_H

#include <arpa/inet.h>
#include <ftw.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "api/app.h"
#include "api/password.h"
#include "api/serve.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/option.h"
#include "base/str.h"
#include "lib/test.h"
#include "model/change.h"
#include "model/conversation.h"
#include "store/read.h"
#include "store/store.h"

#define PASSWORD "password-1"
#define PUBLIC_KEY "wk_test"
#define OTHER_UNIT 0x01020000u

enum { REPLY_BYTES_MAX = 8 * 1024 * 1024 };

struct house {
	char folder[64];
	struct app_settings *settings;
	const struct app_conf *conf;
	pthread_t thread;
	int port;
	bool served;
	uint64_t root;
	uint64_t anna;
	uint64_t bert; /* of another unit, and in the end of another view */
};

/* --- replies ------------------------------------------------------------------------------- */

struct answer {
	int status;
	char *head;
	char *body;
	struct json *json; /* NULL: no JSON */
};

static inline void
answer_free(struct answer *a)
{
	json_free(a->json);
	free(a->head);
	free(a->body);
	*a = (struct answer){0};
}

/* Of the form "error.field" or "customer.id"; NULL: absent or no text. */
static inline const char *
answer_text(const struct answer *a, const char *path)
{
	const struct json *node = a->json;
	char name[60];

	for (;;) {
		size_t length = strcspn(path, ".");

		assert_true(length < sizeof(name));
		memcpy(name, path, length);
		name[length] = '\0';
		if (path[length] == '\0') {
			return node != NULL ? json_string(node, name) : NULL;
		}
		node = node != NULL ? json_get(node, name) : NULL;
		path += length + 1;
	}
}

static inline const char *
answer_header(const struct answer *a, const char *name, char *out, size_t size)
{
	const char *p = strcasestr(a->head, name);
	size_t length;

	if (p == NULL) {
		return NULL;
	}
	p += strlen(name);
	p += strspn(p, ": ");
	length = strcspn(p, "\r");
	assert_true(length < size);
	memcpy(out, p, length);
	out[length] = '\0';
	return out;
}

/* --- client -------------------------------------------------------------------------------- */

/* Who asks: what goes into the headers. */
struct client {
	const struct house *house;
	char headers[400];
};

static inline int
open_connection(const struct house *h)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)h->port),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	struct timeval limit = {20, 0};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static inline void
receive_all(int fd, struct buf *in)
{
	char chunk[16384];
	ssize_t got;

	while ((got = recv(fd, chunk, sizeof(chunk), 0)) > 0) {
		buf_append(in, chunk, (size_t)got);
	}
	assert_int_equal(got, 0); /* the server closes, and in time */
}

/* One request on a connection of its own. `more`: further header lines, each with its \r\n. */
static inline void
ask_bytes(const struct client *c, const char *method, const char *path, const char *more,
	const void *body, size_t length, struct answer *out)
{
	struct buf request;
	struct buf in;
	char *end;
	int fd = open_connection(c->house);

	assert_true(fd >= 0);
	*out = (struct answer){0};
	buf_init(&request, REPLY_BYTES_MAX);
	buf_printf(&request,
		"%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n"
		"Content-Length: %zu\r\n%s%s\r\n",
		method, path, c->house->port, length, c->headers, more);
	buf_append(&request, body, length);
	for (size_t sent = 0; sent < request.length;) {
		ssize_t n = send(fd, request.data + sent, request.length - sent, MSG_NOSIGNAL);

		assert_true(n > 0);
		sent += (size_t)n;
	}
	buf_fini(&request);
	buf_init(&in, REPLY_BYTES_MAX);
	receive_all(fd, &in);
	close(fd);
	assert_true(in.length > 12);
	assert_int_equal(sscanf(in.data, "HTTP/1.1 %d", &out->status), 1);
	end = strstr(in.data, "\r\n\r\n");
	assert_non_null(end);
	out->head = strndup(in.data, (size_t)(end - in.data) + 2);
	out->body = strdup(end + 4);
	if (json_parse(out->body, strlen(out->body), &out->json, NULL) != ERR_OK) {
		out->json = NULL;
	}
	buf_fini(&in);
}

/* The status, for what needs nothing else of the answer. A body is sent as JSON. */
static inline int
ask(const struct client *c, const char *method, const char *path, const char *body,
	struct answer *out)
{
	struct answer unused;
	struct answer *answer = out != NULL ? out : &unused;
	int status;

	ask_bytes(c, method, path, body != NULL ? "Content-Type: application/json\r\n" : "",
		body != NULL ? body : "", body != NULL ? strlen(body) : 0, answer);
	status = answer->status;
	if (out == NULL) {
		answer_free(&unused);
	}
	return status;
}

static inline struct client
anybody(const struct house *h)
{
	return (struct client){.house = h};
}

static inline struct client
bearer(const struct house *h, const char *token)
{
	struct client c = {.house = h};

	snprintf(c.headers, sizeof(c.headers), "Authorization: Bearer %s\r\n", token);
	return c;
}

static inline void
take_session(struct client *c, const struct answer *a)
{
	char cookie[200];

	assert_non_null(answer_header(a, "set-cookie", cookie, sizeof(cookie)));
	cookie[strcspn(cookie, ";")] = '\0';
	snprintf(c->headers, sizeof(c->headers),
		"Cookie: other=1; %s\r\nX-CSRF-Token: %s\r\n", cookie, answer_text(a, "csrf"));
}

static inline struct client
logged_in(const struct house *h, const char *login, const char *password)
{
	struct client c = {.house = h};
	struct answer a;
	char body[300];

	snprintf(body, sizeof(body), "{\"login\":\"%s\",\"password\":\"%s\"}", login,
		password);
	assert_int_equal(ask(&c, "POST", "/api/v1/session", body, &a), 200);
	take_session(&c, &a);
	answer_free(&a);
	return c;
}

/* --- a visitor's socket -------------------------------------------------------------------- */

static inline void
frame_send(int fd, const char *text)
{
	uint8_t head[8] = {0x81};
	size_t length = strlen(text);
	size_t size;

	/* Masked with zeros, which is allowed and leaves the text as it is. */
	assert_true(length < 65536);
	if (length < 126) {
		head[1] = (uint8_t)(0x80 | length);
		size = 2;
	} else {
		head[1] = 0x80 | 126;
		head[2] = (uint8_t)(length >> 8);
		head[3] = (uint8_t)length;
		size = 4;
	}
	assert_int_equal(send(fd, head, size + 4, MSG_NOSIGNAL), (ssize_t)size + 4);
	assert_int_equal(send(fd, text, length, MSG_NOSIGNAL), (ssize_t)length);
}

static inline void
receive_exactly(int fd, void *out, size_t length)
{
	for (size_t have = 0; have < length;) {
		ssize_t got = recv(fd, (char *)out + have, length - have, 0);

		assert_true(got > 0);
		have += (size_t)got;
	}
}

/* Reads frames until one has `sign` in it. */
static inline void
frame_wait(int fd, const char *sign)
{
	static char text[65536];
	uint8_t head[4];
	size_t length;

	do {
		receive_exactly(fd, head, 2);
		length = head[1] & 0x7f;
		if (length == 126) {
			receive_exactly(fd, head + 2, 2);
			length = (size_t)head[2] << 8 | head[3];
		}
		assert_true(length < sizeof(text));
		receive_exactly(fd, text, length);
		text[length] = '\0';
	} while (strstr(text, sign) == NULL);
}

/* A visitor writes one message with files ("" or "\"id\"") and waits for its ack. */
static inline void
visitor_writes(const struct house *h, const char *token, const char *ref,
	const char *files)
{
	char text[500];
	int fd = open_connection(h);
	char byte = 0;

	snprintf(text, sizeof(text),
		"GET /ws/widget HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Protocol: trunkline.v1\r\nOrigin: http://127.0.0.1:%d\r\n\r\n",
		h->port, h->port);
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
	for (int line_ends = 0; line_ends < 4;) {
		receive_exactly(fd, &byte, 1);
		line_ends = byte == '\r' || byte == '\n' ? line_ends + 1 : 0;
	}
	snprintf(text, sizeof(text),
		"{\"t\":\"hello\",\"token\":\"%s\",\"pub\":0,\"language\":\"en\"}", token);
	frame_send(fd, text);
	frame_wait(fd, "\"welcome\"");
	snprintf(text, sizeof(text),
		"{\"t\":\"send\",\"ref\":\"%s\",\"text\":\"hello\",\"files\":[%s]}", ref, files);
	frame_send(fd, text);
	frame_wait(fd, "\"ack\"");
	close(fd);
}

/* --- the house ----------------------------------------------------------------------------- */

static inline void
wake_nobody(void *ctx)
{
	(void)ctx;
}

static inline uint64_t
store_one(struct store *s, struct change *c)
{
	struct outcome *outcome;
	struct error e = {0};
	uint64_t id;

	if (store_call(s, c, &outcome, &e) != ERR_OK || outcome->code != ERR_OK) {
		fail_msg("the house could not be filled: %s", e.text);
	}
	id = outcome->id;
	outcome_release(outcome);
	return id;
}

static inline uint64_t
add_staff(struct store *s, const char *login, enum staff_role role, uint64_t unit,
	bool demo, const char *hash)
{
	struct actor system = {.kind = AUTHOR_SYSTEM};
	struct change *c = change_create(CHANGE_STAFF, &system);

	c->staff.action = ROW_ADD;
	c->staff.staff = (struct staff){
		.login = login,
		.name = login,
		.role = role,
		.unit = unit,
		.language = "en",
		.password_hash = hash,
		.active = true,
		.demo = demo,
	};
	return store_one(s, c);
}

static inline void
add_channel(struct store *s, const char *kind, const char *key, const char *settings)
{
	struct actor system = {.kind = AUTHOR_SYSTEM};
	struct change *c = change_create(CHANGE_CHANNEL, &system);

	c->channel.action = ROW_ADD;
	c->channel.channel = (struct channel_row){
		.kind = kind,
		.name = kind,
		.public_key = key,
		.settings = settings,
		.unit = UNIT_ROOT,
		.enabled = true,
	};
	store_one(s, c);
}

static inline void
fill_house(struct house *h)
{
	struct store_hooks hooks = {.wake = wake_nobody};
	char hash[PASSWORD_HASH_SIZE];
	struct error e = {0};
	struct store *s;

	if (store_open(&s, &h->conf->store, &hooks, true, &e) != ERR_OK) {
		fail_msg("the store did not open: %s", e.text);
	}
	password_hash(PASSWORD, 1024, 1, hash);
	h->root = add_staff(s, "root", ROLE_ADMINISTRATOR, UNIT_ROOT, false, hash);
	h->anna = add_staff(s, "anna", ROLE_AGENT, UNIT_ROOT, false, hash);
	h->bert = add_staff(s, "bert", ROLE_AGENT, OTHER_UNIT, false, hash);
	add_staff(s, "demo", ROLE_AGENT, UNIT_ROOT, true, hash);
	add_channel(s, "webchat", PUBLIC_KEY, "{\"origins\":[\"https://shop.example\"]}");
	add_channel(s, "phone", "pk_test", "{}");
	store_close(s);
}

static inline int
free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static inline void *
run_house(void *arg)
{
	struct house *h = arg;

	h->served = serve(h->conf);
	return NULL;
}

static inline void
wait_until_ready(struct house *h)
{
	struct timespec pause = {0, 10 * 1000 * 1000};
	struct client c = anybody(h);

	for (int i = 0; i < 2000; i++) {
		int fd = open_connection(h);

		if (fd >= 0) {
			close(fd);
			assert_int_equal(ask(&c, "GET", "/readyz", NULL, NULL), 200);
			return;
		}
		nanosleep(&pause, NULL);
	}
	fail_msg("the server did not start");
}

/* `extra`: settings that this test needs; ends with NULL. */
static inline struct house *
house_open(const char *listen, const char *const *extra)
{
	static const char *const usual[] = {"security.argon2_memory_kib=1024",
		"security.argon2_passes=1", "security.logins_per_minute=0",
		"server.log_level=error", NULL};
	struct house *h = calloc(1, sizeof(*h));
	struct option_set *options;
	struct error e = {0};
	char setting[120];

	strcpy(h->folder, "/tmp/trunkline-rest-XXXXXX");
	assert_non_null(mkdtemp(h->folder));
	h->port = free_port();
	h->settings = app_settings_create();
	options = app_settings_options(h->settings);
	snprintf(setting, sizeof(setting), "server.data_dir=%s", h->folder);
	assert_int_equal(options_set(options, setting, &e), ERR_OK);
	snprintf(setting, sizeof(setting), "server.listen=%s:%d", listen, h->port);
	assert_int_equal(options_set(options, setting, &e), ERR_OK);
	for (size_t i = 0; usual[i] != NULL; i++) {
		assert_int_equal(options_set(options, usual[i], &e), ERR_OK);
	}
	for (size_t i = 0; extra != NULL && extra[i] != NULL; i++) {
		assert_int_equal(options_set(options, extra[i], &e), ERR_OK);
	}
	assert_int_equal(app_settings_check(h->settings, &e), ERR_OK);
	h->conf = app_settings_conf(h->settings);
	fill_house(h);
	assert_int_equal(pthread_create(&h->thread, NULL, run_house, h), 0);
	wait_until_ready(h);
	return h;
}

static inline int
remove_one(const char *path, const struct stat *status, int flag, struct FTW *walk)
{
	(void)status;
	(void)flag;
	(void)walk;
	return remove(path);
}

static inline void
house_close(struct house *h)
{
	kill(getpid(), SIGTERM);
	pthread_join(h->thread, NULL);
	assert_true(h->served);
	app_settings_destroy(h->settings);
	nftw(h->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(h);
}

/* --- looking into the database ------------------------------------------------------------- */

/* How often an action stands in the audit, about `subject` (0: anybody). */
static inline size_t
audited(const struct house *h, const char *action, uint64_t subject)
{
	struct arena *a = arena_create();
	struct audit_row *rows;
	struct reader *reader;
	struct error e = {0};
	size_t found = 0;
	size_t count;

	assert_int_equal(store_reader_open(&h->conf->store, &reader, &e), ERR_OK);
	assert_int_equal(read_audit(reader, 0, 0, 0, READ_LIMIT_MAX, a, &rows, &count, &e),
		ERR_OK);
	for (size_t i = 0; i < count; i++) {
		found += str_equals(rows[i].action, action) &&
			(subject == 0 || rows[i].subject == subject);
	}
	store_reader_close(reader);
	arena_destroy(a);
	return found;
}

static inline uint64_t
id_of(const char *text)
{
	uint64_t id;

	assert_non_null(text);
	assert_true(str_parse_u64(text, &id));
	return id;
}

#endif
