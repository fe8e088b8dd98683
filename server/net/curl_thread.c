#include "net/curl_thread.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/str.h"
#include "net/address.h"
#include "net/private_address.h"

enum {
	WAITING_MAX = 10000,
	POLL_MS = 10000,
};

struct curl_thread {
	const struct curl_thread_kind *kind;
	struct curl_thread_conf conf;
	struct network_list networks;
	pthread_t thread;
	CURLM *multi;
	struct queue *waiting;  /* jobs: loop → thread */
	struct queue *finished; /* jobs: thread → loop */
	curl_thread_wake *wake;
	void *ctx;
	struct curl_transfer *running; /* of the thread */
	size_t count;
	size_t owed; /* submitted and not told yet; of the loop */
	atomic_bool stopping;
	bool stopped;
};

static void
finish(struct curl_thread *c, struct queue_node *job)
{
	queue_push_always(c->finished, job);
	c->wake(c->ctx);
}

/* --- one transfer ---------------------------------------------------------------------------- */

/* The last moment at which it is known where a connection goes. One that is used again was
 * looked at when it was made. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct curl_transfer *t = ctx;
	struct address address;
	bool named;

	if (purpose != CURLSOCKTYPE_IPCXN ||
		(to->family != AF_INET && to->family != AF_INET6)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	address_from_socket(&to->addr, &address);
	named = network_list_has(&t->thread->networks, &address);
	if (!named && (address_is_private(&address) || !t->secure)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static void
set_limits(const struct curl_thread *c, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, c->kind->protocols);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)c->kind->connect_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)c->conf.timeout_ms);
	if (!str_empty(c->conf.ca_file)) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, c->conf.ca_file);
	}
}

static void
begin(struct curl_thread *c, struct queue_node *job)
{
	struct curl_transfer *t = xcalloc(1, c->kind->transfer_size);

	t->thread = c;
	t->job = job;
	t->easy = curl_easy_init();
	if (t->easy == NULL) {
		abort(); /* no memory */
	}
	set_limits(c, t->easy);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->problem);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	c->kind->begin(t);
	t->next = c->running;
	c->running = t;
	c->count++;
	curl_multi_add_handle(c->multi, t->easy);
}

const char *
curl_transfer_problem(const struct curl_transfer *t, CURLcode code)
{
	return t->problem[0] != '\0' ? t->problem : curl_easy_strerror(code);
}

static void
unlink_transfer(struct curl_thread *c, const struct curl_transfer *t)
{
	struct curl_transfer **at = &c->running;

	while (*at != t) {
		at = &(*at)->next;
	}
	*at = t->next;
	c->count--;
}

static void
end(struct curl_thread *c, struct curl_transfer *t, CURLcode code)
{
	struct queue_node *job = t->job;

	c->kind->end(t, code);
	unlink_transfer(c, t);
	curl_multi_remove_handle(c->multi, t->easy);
	curl_easy_cleanup(t->easy);
	c->kind->release(t);
	free(t);
	finish(c, job);
}

/* --- the thread ------------------------------------------------------------------------------ */

static void
take_jobs(struct curl_thread *c)
{
	while (c->count < c->kind->at_once) {
		struct queue_node *job = queue_take(c->waiting, 1, 0);

		if (job == NULL) {
			return;
		}
		begin(c, job);
	}
}

static void
take_results(struct curl_thread *c)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(c->multi, &left)) != NULL) {
		char *transfer = NULL;
		CURLcode code = message->data.result;

		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		end(c, (struct curl_transfer *)(void *)transfer, code);
	}
}

static void *
run(void *ctx)
{
	struct curl_thread *c = ctx;
	int running;

	pthread_setname_np(pthread_self(), c->kind->name);
	while (!atomic_load(&c->stopping)) {
		take_jobs(c);
		curl_multi_perform(c->multi, &running);
		take_results(c);
		if (c->count < c->kind->at_once && queue_length(c->waiting) > 0) {
			continue;
		}
		curl_multi_poll(c->multi, NULL, 0, POLL_MS, NULL);
	}
	while (c->running != NULL) {
		end(c, c->running, CURLE_ABORTED_BY_CALLBACK);
	}
	return NULL;
}

/* --- the loop's side ------------------------------------------------------------------------- */

enum err
curl_thread_create(struct curl_thread **out, const struct curl_thread_kind *kind,
	const struct curl_thread_conf *conf, curl_thread_wake *wake, void *ctx,
	struct error *e)
{
	struct curl_thread *c = xcalloc(1, sizeof(*c));
	enum err rc;

	c->kind = kind;
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
		curl_thread_destroy(c);
		return error_set(e, ERR_UNAVAILABLE, "cannot start a thread");
	}
	*out = c;
	return ERR_OK;
}

void
curl_thread_submit(struct curl_thread *c, const struct curl_thread_kind *kind,
	struct queue_node *job)
{
	assert(c->kind == kind);
	c->owed++;
	if (c->stopped || !queue_push(c->waiting, job)) {
		kind->refuse(job, kind->too_many);
		finish(c, job);
		return;
	}
	curl_multi_wakeup(c->multi);
}

void
curl_thread_drain(struct curl_thread *c)
{
	struct queue_node *job;

	while ((job = queue_take(c->finished, 1, 0)) != NULL) {
		assert(c->owed > 0);
		c->owed--;
		c->kind->done(job);
	}
}

bool
curl_thread_busy(const struct curl_thread *c)
{
	return c->owed > 0;
}

void
curl_thread_stop(struct curl_thread *c)
{
	struct queue_node *job;

	if (!c->stopped) {
		c->stopped = true;
		atomic_store(&c->stopping, true);
		curl_multi_wakeup(c->multi);
		pthread_join(c->thread, NULL);
	}
	while ((job = queue_take(c->waiting, 1, 0)) != NULL) {
		c->kind->refuse(job, "the server is stopping");
		queue_push_always(c->finished, job);
	}
	curl_thread_drain(c);
}

void
curl_thread_destroy(struct curl_thread *c)
{
	if (c == NULL) {
		return;
	}
	curl_thread_stop(c);
	curl_multi_cleanup(c->multi);
	queue_destroy(c->waiting);
	queue_destroy(c->finished);
	network_list_fini(&c->networks);
	free(c);
}
