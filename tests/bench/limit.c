/* The limit: the least that a server can do for a durable message. It receives a frame,
 * commits it together with all others that wait, then acknowledges it to the sender and
 * delivers it on the agent's open socket. No log-in, no JSON parser, no history: the ceiling
 * that Trunkline is measured against. The loop thread owns all sockets, the writer thread owns
 * the database, and messages cross on two queues.
 *
 *   limit PORT AGENTS sqlite FILE
 *   limit PORT AGENTS mysql SOCKET
 *
 * A socket says who it is in its address: /?role=c&id=N is the customer of conversation N,
 * /?role=a&id=N the agent of all conversations that are N modulo AGENTS. Ends by SIGKILL. */
#include <libwebsockets.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "limit_queue.h"
#include "limit_store.h"

#define PEER_MAX 40000
#define DIRECT_WRITE_MAX 2000

struct peer {
	struct lws *wsi;
	struct peer **place; /* in struct limit */
	char *partial;       /* the beginning of a frame that came in pieces */
	size_t partial_length;
	char *pending; /* frames that wait: length, LWS_PRE bytes, text */
	size_t pending_length;
	size_t pending_capacity;
	size_t pending_sent;
};

struct limit {
	struct lws_context *context;
	struct limit_store *store;
	struct queue incoming;
	struct queue committed;
	struct peer *customers[PEER_MAX];
	struct peer *agents[PEER_MAX];
	uint32_t agent_count;
	int64_t next_id;
};

static void *
writer_run(void *argument)
{
	struct limit *limit = argument;
	struct message *batch[BATCH_MAX];
	for (;;) {
		size_t count = queue_take_batch(&limit->incoming, batch);
		limit_store_write(limit->store, batch, count);
		for (size_t i = 0; i + 1 < count; i++) {
			batch[i]->next = batch[i + 1];
		}
		queue_put(&limit->committed, batch[0], batch[count - 1]);
		lws_cancel_service(limit->context);
	}
	return NULL;
}

static void
peer_enqueue(struct peer *p, const char *text, size_t length)
{
	size_t record = sizeof(length) + LWS_PRE + length;
	record = (record + 7) & ~(size_t)7;
	if (p->pending_length + record > p->pending_capacity) {
		p->pending_capacity = (p->pending_length + record) * 2;
		p->pending = realloc(p->pending, p->pending_capacity);
		if (!p->pending) {
			die("limit: out of memory");
		}
	}
	char *at = p->pending + p->pending_length;
	memcpy(at, &length, sizeof(length));
	memcpy(at + sizeof(length) + LWS_PRE, text, length);
	p->pending_length += record;
	lws_callback_on_writable(p->wsi);
}

/* Written at once while nothing waits, which spares the epoll_ctl calls of a WRITEABLE. */
static void
peer_send(struct peer *p, const char *text, size_t length)
{
	if (p->pending_length > 0 || length > DIRECT_WRITE_MAX ||
		lws_partial_buffered(p->wsi)) {
		peer_enqueue(p, text, length);
		return;
	}
	unsigned char frame[LWS_PRE + DIRECT_WRITE_MAX];
	memcpy(frame + LWS_PRE, text, length);
	if (lws_write(p->wsi, frame + LWS_PRE, length, LWS_WRITE_TEXT) < (int)length) {
		lws_set_timeout(p->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	}
}

static int
peer_flush(struct peer *p)
{
	while (p->pending_sent < p->pending_length) {
		char *at = p->pending + p->pending_sent;
		size_t length;
		memcpy(&length, at, sizeof(length));
		unsigned char *text = (unsigned char *)at + sizeof(length) + LWS_PRE;
		if (lws_write(p->wsi, text, length, LWS_WRITE_TEXT) < (int)length) {
			return -1;
		}
		p->pending_sent += (sizeof(length) + LWS_PRE + length + 7) & ~(size_t)7;
		if (p->pending_sent < p->pending_length && lws_send_pipe_choked(p->wsi)) {
			lws_callback_on_writable(p->wsi);
			return 0;
		}
	}
	p->pending_sent = 0;
	p->pending_length = 0;
	return 0;
}

static void
deliver_committed(struct limit *limit)
{
	struct message *m = queue_take_all(&limit->committed);
	while (m) {
		struct message *next = m->next;
		struct peer *agent = limit->agents[m->conversation % limit->agent_count];
		struct peer *customer = limit->customers[m->conversation];
		if (agent) {
			peer_send(agent, m->text, m->length);
		}
		if (customer) {
			char ack[96];
			int length = snprintf(ack, sizeof(ack),
				"{\"t\":\"ack\",\"seq\":%u,\"id\":%lld}", m->sequence, (long long)m->id);
			peer_send(customer, ack, (size_t)length);
		}
		free(m);
		m = next;
	}
}

static uint32_t
number_after(const char *text, const char *key)
{
	const char *at = strstr(text, key);
	return at ? (uint32_t)strtoul(at + strlen(key), NULL, 10) : 0;
}

static void
receive_message(struct limit *limit, const char *text, size_t length)
{
	struct message *m = malloc(sizeof(*m) + length + 1);
	if (!m) {
		die("limit: out of memory");
	}
	memcpy(m->text, text, length);
	m->text[length] = '\0';
	m->length = length;
	m->conversation = number_after(m->text, "\"conv\":") % PEER_MAX;
	m->sequence = number_after(m->text, "\"seq\":");
	const char *body = strstr(m->text, "\"body\":\"");
	m->body = body ? body + strlen("\"body\":\"") : m->text;
	m->body_length = strcspn(m->body, "\"");
	m->id = limit->next_id++;
	queue_put(&limit->incoming, m, m);
}

/* A frame that ends in the next packet comes in pieces. */
static void
receive(struct limit *limit, struct peer *p, const char *data, size_t length)
{
	bool is_whole = lws_is_final_fragment(p->wsi) &&
		!lws_remaining_packet_payload(p->wsi);
	if (is_whole && !p->partial) {
		receive_message(limit, data, length);
		return;
	}
	p->partial = realloc(p->partial, p->partial_length + length);
	if (!p->partial) {
		die("limit: out of memory");
	}
	memcpy(p->partial + p->partial_length, data, length);
	p->partial_length += length;
	if (is_whole) {
		receive_message(limit, p->partial, p->partial_length);
		free(p->partial);
		p->partial = NULL;
		p->partial_length = 0;
	}
}

static void
peer_open(struct limit *limit, struct peer *p, struct lws *wsi)
{
	char value[16];
	memset(p, 0, sizeof(*p));
	p->wsi = wsi;
	const char *role = lws_get_urlarg_by_name(wsi, "role=", value, sizeof(value));
	bool is_agent = role && *role == 'a';
	const char *id = lws_get_urlarg_by_name(wsi, "id=", value, sizeof(value));
	size_t number = id ? strtoul(id, NULL, 10) % PEER_MAX : 0;
	p->place = is_agent ? &limit->agents[number] : &limit->customers[number];
	*p->place = p;
}

static int
on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
	size_t length)
{
	struct peer *p = user;
	struct limit *limit = lws_context_user(lws_get_context(wsi));
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		peer_open(limit, p, wsi);
		break;
	case LWS_CALLBACK_CLOSED:
		if (*p->place == p) {
			*p->place = NULL;
		}
		free(p->partial);
		free(p->pending);
		break;
	case LWS_CALLBACK_RECEIVE:
		receive(limit, p, in, length);
		break;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return peer_flush(p);
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		deliver_committed(limit);
		break;
	default:
		break;
	}
	return 0;
}

/* A zeroed policy keeps libwebsockets from giving each socket a validity timer, which it
 * would insert into one sorted list. */
static const struct lws_protocols protocols[] = {
	{"chat", on_event, sizeof(struct peer), 1024, 0, NULL, 0},
	{NULL, NULL, 0, 0, 0, NULL, 0},
};
static const lws_retry_bo_t no_timers;

static void
listen_on(struct limit *limit, int port)
{
	struct lws_context_creation_info info = {
		.port = port,
		.iface = "127.0.0.1",
		.protocols = protocols,
		.user = limit,
		.gid = (gid_t)-1,
		.uid = (uid_t)-1,
		.retry_and_idle_policy = &no_timers,
		.options = LWS_SERVER_OPTION_VALIDATE_UTF8 | LWS_SERVER_OPTION_LIBEV,
	};
	lws_set_log_level(LLL_ERR | LLL_WARN, NULL);
	limit->context = lws_create_context(&info);
	if (!limit->context) {
		die("limit: cannot listen on port %d", port);
	}
}

int
main(int argc, char **argv)
{
	if (argc != 5) {
		die("usage: limit PORT AGENTS sqlite FILE | limit PORT AGENTS mysql SOCKET");
	}
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);

	struct limit *limit = calloc(1, sizeof(*limit));
	if (!limit) {
		die("limit: out of memory");
	}
	limit->next_id = 1;
	limit->agent_count = (uint32_t)strtoul(argv[2], NULL, 10);
	if (limit->agent_count == 0 || limit->agent_count > PEER_MAX) {
		die("limit: AGENTS must be 1 to %d", PEER_MAX);
	}
	queue_init(&limit->incoming);
	queue_init(&limit->committed);
	limit->store = strcmp(argv[3], "sqlite") == 0 ? limit_store_sqlite(argv[4])
												  : limit_store_mysql(argv[4]);
	listen_on(limit, (int)strtol(argv[1], NULL, 10));

	pthread_t writer;
	if (pthread_create(&writer, NULL, writer_run, limit) != 0) {
		die("limit: cannot start the writer");
	}
	while (lws_service(limit->context, 0) >= 0) {
	}
	return 0;
}
