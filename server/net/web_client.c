#include "net/web_client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "net/address.h"
#include "net/private_address.h"

enum {
	WAITING_MAX = 10000,
	AT_ONCE = 32,
	CONNECT_MS = 5000,
	DRAINED_MAX_BYTES = 1024 * 1024, /* of an answer; more than that is no answer */
	POLL_MS = 10000,
};

/* One call while it runs. */
struct transfer {
	struct web_client *client;
	struct web_call *call;
	CURL *easy;
	struct curl_slist *headers;
	struct buf answer;
	size_t received;
	int64_t began;
	bool secure;
	bool refused; /* by us: the address is not for the likes of us */
	char problem[CURL_ERROR_SIZE];
	struct transfer *next;
};

struct web_client {
	struct web_client_conf conf;
	struct network_list networks;
	pthread_t thread;
	CURLM *multi;
	struct queue *waiting;  /* struct web_call: loop → thread */
	struct queue *finished; /* struct web_call: thread → loop */
	web_client_wake *wake;
	void *ctx;
	struct transfer *running; /* of the thread */
	size_t count;
	atomic_bool stopping;
	bool stopped;
};

struct web_call *
web_call_create(void)
{
	struct arena *a = arena_create();
	struct web_call *call = arena_alloc(a, sizeof(*call));

	call->arena = a;
	call->answer = arena_strdup(a, "");
	return call;
}

void
web_call_destroy(struct web_call *call)
{
	if (call != NULL) {
		arena_destroy(call->arena);
	}
}

static void
finish(struct web_client *c, struct web_call *call)
{
	queue_push_always(c->finished, &call->node);
	c->wake(c->ctx);
}

/* --- what curl asks us --------------------------------------------------------------------- */

/* The last moment at which it is known where a connection goes. One that is used again was
 * looked at when it was made. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = ctx;
	struct address address;
	bool named;

	if (purpose != CURLSOCKTYPE_IPCXN ||
		(to->family != AF_INET && to->family != AF_INET6)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	address_from_socket(&to->addr, &address);
	named = network_list_has(&t->client->networks, &address);
	if (!named && (address_is_private(&address) || !t->secure)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t
take_answer(char *data, size_t size, size_t count, void *ctx)
{
	struct transfer *t = ctx;
	size_t length = size * count;
	size_t room = WEB_CALL_ANSWER_MAX - t->answer.length;

	t->received += length;
	if (t->received > DRAINED_MAX_BYTES) {
		return 0;
	}
	buf_append(&t->answer, data, length < room ? length : room);
	return length;
}

/* --- one call -------------------------------------------------------------------------------- */

static void
set_limits(CURL *easy, const struct web_client *c)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)c->conf.timeout_ms);
	if (!str_empty(c->conf.ca_file)) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, c->conf.ca_file);
	}
}

static void
set_request(struct transfer *t)
{
	struct web_call *call = t->call;

	for (size_t i = 0; call->headers[i] != NULL; i++) {
		t->headers = curl_slist_append(t->headers, call->headers[i]);
	}
	t->headers = curl_slist_append(t->headers, "Expect:");
	curl_easy_setopt(t->easy, CURLOPT_URL, call->url);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "Trunkline/1");
	if (call->body != NULL) {
		curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, call->body);
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)call->body_length);
	}
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->problem);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
}

static void
begin(struct web_client *c, struct web_call *call)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	t->client = c;
	t->call = call;
	t->began = clock_monotonic_ms();
	t->secure = strncasecmp(call->url, "https://", 8) == 0;
	buf_init(&t->answer, WEB_CALL_ANSWER_MAX + 1);
	t->easy = curl_easy_init();
	if (t->easy == NULL) {
		abort(); /* no memory */
	}
	set_limits(t->easy, c);
	set_request(t);
	t->next = c->running;
	c->running = t;
	c->count++;
	curl_multi_add_handle(c->multi, t->easy);
}

static void
describe(const struct transfer *t, CURLcode code, struct web_call *call)
{
	if (t->refused) {
		str_copy(call->error, sizeof(call->error),
			t->secure ? "its address is private, which the configuration does not allow"
					  : "it must be https, or in a private network that is allowed");
	} else if (code == CURLE_WRITE_ERROR) {
		str_copy(call->error, sizeof(call->error), "the answer has no end");
	} else {
		snprintf(call->error, sizeof(call->error), "%.150s",
			t->problem[0] != '\0' ? t->problem : curl_easy_strerror(code));
	}
}

static void
unlink_transfer(struct web_client *c, const struct transfer *t)
{
	struct transfer **at = &c->running;

	while (*at != t) {
		at = &(*at)->next;
	}
	*at = t->next;
	c->count--;
}

static void
end(struct transfer *t, CURLcode code)
{
	struct web_client *c = t->client;
	struct web_call *call = t->call;
	curl_off_t retry_after = 0;
	long status = 0;

	if (code == CURLE_OK) {
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry_after);
		call->answer = utf8_repair(call->arena,
			t->answer.data != NULL ? t->answer.data : "", t->answer.length, NULL);
	} else {
		describe(t, code, call);
	}
	call->status = (int)status;
	call->retry_after_ms = retry_after > 0 ? (int64_t)retry_after * 1000 : 0;
	call->took_ms = clock_monotonic_ms() - t->began;
	unlink_transfer(c, t);
	curl_multi_remove_handle(c->multi, t->easy);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	buf_fini(&t->answer);
	free(t);
	finish(c, call);
}

/* --- the thread -------------------------------------------------------------------------------- */

static void
take_calls(struct web_client *c)
{
	while (c->count < AT_ONCE) {
		struct queue_node *node = queue_take(c->waiting, 1, 0);

		if (node == NULL) {
			return;
		}
		begin(c, (struct web_call *)node); /* its first member */
	}
}

static void
take_results(struct web_client *c)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(c->multi, &left)) != NULL) {
		char *transfer = NULL;
		CURLcode code = message->data.result;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		end((struct transfer *)(void *)transfer, code);
	}
}

static void *
run(void *ctx)
{
	struct web_client *c = ctx;
	int running;

	while (!atomic_load(&c->stopping)) {
		take_calls(c);
		curl_multi_perform(c->multi, &running);
		take_results(c);
		if (c->count < AT_ONCE && queue_length(c->waiting) > 0) {
			continue;
		}
		curl_multi_poll(c->multi, NULL, 0, POLL_MS, NULL);
	}
	while (c->running != NULL) {
		end(c->running, CURLE_ABORTED_BY_CALLBACK);
	}
	return NULL;
}

enum err
web_client_create(struct web_client **out, const struct web_client_conf *conf,
	web_client_wake *wake, void *ctx, struct error *e)
{
	struct web_client *c = xcalloc(1, sizeof(*c));
	enum err rc;

	c->conf = *conf;
	c->wake = wake;
	c->ctx = ctx;
	rc = network_list_parse(&c->networks,
		conf->private_networks != NULL ? conf->private_networks : "", e);
	if (rc != ERR_OK) {
		free(c);
		return rc;
	}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
		(c->multi = curl_multi_init()) == NULL) {
		abort(); /* no memory */
	}
	c->waiting = queue_create(WAITING_MAX);
	c->finished = queue_create(WAITING_MAX);
	if (pthread_create(&c->thread, NULL, run, c) != 0) {
		c->stopped = true;
		web_client_destroy(c);
		return error_set(e, ERR_UNAVAILABLE, "cannot start a thread");
	}
	*out = c;
	return ERR_OK;
}

void
web_client_submit(struct web_client *c, struct web_call *call)
{
	if (c->stopped || !queue_push(c->waiting, &call->node)) {
		str_copy(call->error, sizeof(call->error), "too many calls wait already");
		finish(c, call);
		return;
	}
	curl_multi_wakeup(c->multi);
}

void
web_client_drain(struct web_client *c)
{
	struct queue_node *node;

	while ((node = queue_take(c->finished, 1, 0)) != NULL) {
		struct web_call *call = (struct web_call *)node; /* its first member */

		call->done(call);
	}
}

void
web_client_stop(struct web_client *c)
{
	struct queue_node *node;

	if (!c->stopped) {
		c->stopped = true;
		atomic_store(&c->stopping, true);
		curl_multi_wakeup(c->multi);
		pthread_join(c->thread, NULL);
	}
	while ((node = queue_take(c->waiting, 1, 0)) != NULL) {
		struct web_call *call = (struct web_call *)node;

		str_copy(call->error, sizeof(call->error), "the server is stopping");
		queue_push_always(c->finished, &call->node);
	}
	web_client_drain(c);
}

void
web_client_destroy(struct web_client *c)
{
	if (c == NULL) {
		return;
	}
	web_client_stop(c);
	curl_multi_cleanup(c->multi);
	queue_destroy(c->waiting);
	queue_destroy(c->finished);
	network_list_fini(&c->networks);
	free(c);
}
