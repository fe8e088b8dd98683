#include "net/mail_client.h"

#include <ctype.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "net/address.h"
#include "net/private_address.h"

enum {
	WAITING_MAX = 10000,
	AT_ONCE = 8,
	CONNECT_MS = 15000,
	POLL_MS = 10000,
	CODE_DIGITS = 3,
};

/* One mail while it goes. */
struct transfer {
	struct mail_client *client;
	struct mail_call *call;
	CURL *easy;
	struct curl_slist *recipients;
	size_t given;  /* of the body */
	bool whole;    /* curl has all of it, and says so to the server next */
	bool answered; /* ... to which the server said something */
	bool refused;  /* by us: the address is not for the likes of us */
	char problem[CURL_ERROR_SIZE];
	char words[MAIL_CALL_WORDS_SIZE];
	struct transfer *next;
};

struct mail_client {
	struct mail_client_conf conf;
	struct network_list networks;
	pthread_t thread;
	CURLM *multi;
	struct queue *waiting;  /* struct mail_call: loop → thread */
	struct queue *finished; /* struct mail_call: thread → loop */
	mail_client_wake *wake;
	void *ctx;
	struct transfer *running; /* of the thread */
	size_t count;
	size_t owed; /* submitted and not told yet; of the loop */
	atomic_bool stopping;
	bool stopped;
};

struct mail_call *
mail_call_create(void)
{
	struct arena *a = arena_create();
	struct mail_call *call = arena_alloc(a, sizeof(*call));

	call->arena = a;
	call->user = "";
	return call;
}

static void
wipe(struct mail_call *call)
{
	if (call->password != NULL) {
		explicit_bzero(call->password, strlen(call->password));
	}
}

void
mail_call_destroy(struct mail_call *call)
{
	if (call != NULL) {
		wipe(call);
		free(call->body);
		arena_destroy(call->arena);
	}
}

static void
finish(struct mail_client *c, struct mail_call *call)
{
	queue_push_always(c->finished, &call->node);
	c->wake(c->ctx);
}

/* --- what curl asks us --------------------------------------------------------------------- */

/* The last moment at which it is known where a connection goes. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = ctx;
	const struct mail_call *call = t->call;
	bool secure = call->starttls || str_starts_with(call->url, "smtps://");
	struct address address;
	bool named;

	if (purpose != CURLSOCKTYPE_IPCXN ||
		(to->family != AF_INET && to->family != AF_INET6)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	address_from_socket(&to->addr, &address);
	named = network_list_has(&t->client->networks, &address);
	if (!named && (address_is_private(&address) || !secure)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t
give_body(char *into, size_t size, size_t count, void *ctx)
{
	struct transfer *t = ctx;
	size_t left = t->call->body_length - t->given;
	size_t most = size * count;
	size_t length = left < most ? left : most;

	memcpy(into, t->call->body + t->given, length);
	t->given += length;
	t->whole = t->given == t->call->body_length;
	return length;
}

/* Every line that the server says. The last one is kept, but for its good-bye. */
static size_t
take_line(char *line, size_t size, size_t count, void *ctx)
{
	struct transfer *t = ctx;
	size_t length = size * count;
	size_t end = length;

	while (end > 0 && (line[end - 1] == '\r' || line[end - 1] == '\n')) {
		end--;
	}
	if (end > CODE_DIGITS && isdigit((unsigned char)line[0]) &&
		strncmp(line, "221", CODE_DIGITS) != 0) {
		size_t kept = end < sizeof(t->words) - 1 ? end : sizeof(t->words) - 1;

		memcpy(t->words, line, kept);
		t->words[kept] = '\0';
		t->answered = t->whole && line[CODE_DIGITS] != '-';
	}
	return length;
}

/* --- one mail -------------------------------------------------------------------------------- */

static void
set_security(CURL *easy, const struct mail_client *c, const struct mail_call *call)
{
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_USE_SSL,
		(long)(call->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	if (!str_empty(c->conf.ca_file)) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, c->conf.ca_file);
	}
	if (!str_empty(call->user)) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, call->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD,
			call->password != NULL ? call->password : "");
	}
}

static void
set_limits(CURL *easy, const struct mail_client *c)
{
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)c->conf.timeout_ms);
	/* One mail, one connection: what a server says to one is never taken for another. */
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
}

static void
set_mail(struct transfer *t)
{
	struct mail_call *call = t->call;

	for (size_t i = 0; i < call->to_count; i++) {
		t->recipients = curl_slist_append(t->recipients,
			arena_printf(call->arena, "<%s>", call->to[i]));
	}
	curl_easy_setopt(t->easy, CURLOPT_URL, call->url);
	curl_easy_setopt(t->easy, CURLOPT_MAIL_FROM,
		arena_printf(call->arena, "<%s>", call->from));
	curl_easy_setopt(t->easy, CURLOPT_MAIL_RCPT, t->recipients);
	curl_easy_setopt(t->easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, give_body);
	curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->body_length);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, take_line);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->problem);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
}

static void
begin(struct mail_client *c, struct mail_call *call)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	t->client = c;
	t->call = call;
	t->easy = curl_easy_init();
	if (t->easy == NULL) {
		abort(); /* no memory */
	}
	set_security(t->easy, c, call);
	set_limits(t->easy, c);
	set_mail(t);
	t->next = c->running;
	c->running = t;
	c->count++;
	curl_multi_add_handle(c->multi, t->easy);
}

static void
describe(const struct transfer *t, CURLcode code, struct mail_call *call)
{
	if (code == CURLE_OK) {
		return;
	}
	if (t->refused) {
		str_copy(call->error, sizeof(call->error),
			"the server's address is private, or it has no TLS, which the configuration "
			"does not allow");
	} else {
		snprintf(call->error, sizeof(call->error), "%.150s",
			t->problem[0] != '\0' ? t->problem : curl_easy_strerror(code));
	}
}

static void
unlink_transfer(struct mail_client *c, const struct transfer *t)
{
	struct transfer **at = &c->running;

	while (*at != t) {
		at = &(*at)->next;
	}
	*at = t->next;
	c->count--;
}

static int
code_of(const char *words)
{
	char digits[CODE_DIGITS + 1];
	int64_t code = 0;

	(void)str_copy(digits, sizeof(digits), words);
	return str_parse_i64(digits, &code) ? (int)code : 0;
}

static void
end(struct transfer *t, CURLcode code)
{
	struct mail_client *c = t->client;
	struct mail_call *call = t->call;
	const char *words = utf8_repair(call->arena, t->words, strlen(t->words), NULL);
	size_t length = utf8_truncate(words, strlen(words), sizeof(call->words) - 1);
	/* Only an answer to the whole mail settles what became of it. */
	bool said = code == CURLE_OK || t->answered || !t->whole;

	memcpy(call->words, words, length);
	call->words[length] = '\0';
	call->status = said ? code_of(t->words) : 0;
	call->uncertain = !said;
	describe(t, code, call);
	unlink_transfer(c, t);
	curl_multi_remove_handle(c->multi, t->easy);
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->recipients);
	free(t);
	wipe(call);
	finish(c, call);
}

/* --- the thread -------------------------------------------------------------------------------- */

static void
take_calls(struct mail_client *c)
{
	while (c->count < AT_ONCE) {
		struct queue_node *node = queue_take(c->waiting, 1, 0);

		if (node == NULL) {
			return;
		}
		begin(c, (struct mail_call *)node); /* its first member */
	}
}

static void
take_results(struct mail_client *c)
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
	struct mail_client *c = ctx;
	int running;

	pthread_setname_np(pthread_self(), "mail-client");
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
mail_client_create(struct mail_client **out, const struct mail_client_conf *conf,
	mail_client_wake *wake, void *ctx, struct error *e)
{
	struct mail_client *c = xcalloc(1, sizeof(*c));
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
		mail_client_destroy(c);
		return error_set(e, ERR_UNAVAILABLE, "cannot start a thread");
	}
	*out = c;
	return ERR_OK;
}

void
mail_client_submit(struct mail_client *c, struct mail_call *call)
{
	c->owed++;
	if (c->stopped || !queue_push(c->waiting, &call->node)) {
		str_copy(call->error, sizeof(call->error), "too many mails wait already");
		finish(c, call);
		return;
	}
	curl_multi_wakeup(c->multi);
}

void
mail_client_drain(struct mail_client *c)
{
	struct queue_node *node;

	while ((node = queue_take(c->finished, 1, 0)) != NULL) {
		struct mail_call *call = (struct mail_call *)node; /* its first member */

		c->owed--;
		call->done(call);
	}
}

bool
mail_client_busy(const struct mail_client *c)
{
	return c->owed > 0;
}

void
mail_client_stop(struct mail_client *c)
{
	struct queue_node *node;

	if (!c->stopped) {
		c->stopped = true;
		atomic_store(&c->stopping, true);
		curl_multi_wakeup(c->multi);
		pthread_join(c->thread, NULL);
	}
	while ((node = queue_take(c->waiting, 1, 0)) != NULL) {
		struct mail_call *call = (struct mail_call *)node;

		str_copy(call->error, sizeof(call->error), "the server is stopping");
		queue_push_always(c->finished, &call->node);
	}
	mail_client_drain(c);
}

void
mail_client_destroy(struct mail_client *c)
{
	if (c == NULL) {
		return;
	}
	mail_client_stop(c);
	curl_multi_cleanup(c->multi);
	queue_destroy(c->waiting);
	queue_destroy(c->finished);
	network_list_fini(&c->networks);
	free(c);
}
