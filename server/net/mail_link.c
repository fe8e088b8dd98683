#include "net/mail_link.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "net/address.h"
#include "net/private_address.h"

struct mail_link {
	CURL *easy;
	curl_socket_t socket;
	const struct mail_place *place; /* while it opens */
	bool refused;                   /* by us */
	bool private;
	char problem[CURL_ERROR_SIZE];
	char words[MAIL_WORDS_SIZE]; /* the last line that the server said */
};

const char *
mail_step_name(enum mail_step step)
{
	static const char *const names[] = {"connect", "secure", "login", "folder", "ready"};

	return names[step];
}

const char *
mail_advice_name(enum mail_advice advice)
{
	static const char *const names[] = {"none", "name", "unreachable", "private",
		"encryption", "certificate", "password", "folder", "refused"};

	return names[advice];
}

/* --- what curl asks us ---------------------------------------------------------------------- */

/* The last moment at which it is known where a connection goes. */
static curl_socket_t
open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct mail_link *l = ctx;
	const struct mail_place *place = l->place;
	struct address address;
	bool named;

	if (purpose != CURLSOCKTYPE_IPCXN ||
		(to->family != AF_INET && to->family != AF_INET6)) {
		l->refused = true;
		return CURL_SOCKET_BAD;
	}
	address_from_socket(&to->addr, &address);
	named = network_list_has(place->private_networks, &address);
	l->private = address_is_private(&address);
	if (!named && (l->private || place->secure == MAIL_SECURE_NONE)) {
		l->refused = true;
		return CURL_SOCKET_BAD;
	}
	l->refused = false;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* Any bytes of the server, for people. */
static void
copy_words(char out[static MAIL_WORDS_SIZE], const char *text, size_t length)
{
	struct arena *a = arena_create();
	const char *fine = utf8_repair(a, text, length, &length);
	size_t end = utf8_truncate(fine, length, MAIL_WORDS_SIZE - 1);

	for (size_t i = 0; i < end; i++) {
		out[i] = (unsigned char)fine[i] < 0x20 || fine[i] == 0x7f ? ' ' : fine[i];
	}
	while (end > 0 && out[end - 1] == ' ') {
		end--;
	}
	out[end] = '\0';
	arena_destroy(a);
}

/* Lists of abilities say nothing to people; good-byes come after what they are about. */
static size_t
take_line(char *line, size_t size, size_t count, void *ctx)
{
	struct mail_link *l = ctx;
	size_t length = size * count;

	if (length > 2 && !(length > 4 && strncmp(line, "221 ", 4) == 0) &&
		!(length > 12 && strncasecmp(line, "* CAPABILITY", 12) == 0) && line[0] != '+') {
		copy_words(l->words, line, length);
	}
	return length;
}

static int
go_on_opening(void *ctx, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
	curl_off_t up)
{
	const struct mail_link *l = ctx;

	(void)down_total;
	(void)down;
	(void)up_total;
	(void)up;
	return l->place != NULL && l->place->stop != NULL && atomic_load(l->place->stop);
}

/* --- opening ---------------------------------------------------------------------------------- */

static void
set_limits(struct mail_link *l, const struct mail_place *place)
{
	CURL *easy = l->easy;

	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "imap,imaps,smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)place->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)place->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_USE_SSL,
		place->secure == MAIL_SECURE_NONE ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	if (!str_empty(place->ca_file)) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, place->ca_file);
	}
}

static void
set_place(struct mail_link *l, const struct mail_place *place)
{
	char url[400];

	snprintf(url, sizeof(url), "%s%s://%s:%d/", place->scheme,
		place->secure == MAIL_SECURE_TLS ? "s" : "", place->host, (int)place->port);
	curl_easy_setopt(l->easy, CURLOPT_URL, url);
	if (!str_empty(place->user)) {
		curl_easy_setopt(l->easy, CURLOPT_USERNAME, place->user);
		curl_easy_setopt(l->easy, CURLOPT_PASSWORD, place->password);
	}
	curl_easy_setopt(l->easy, CURLOPT_ERRORBUFFER, l->problem);
	curl_easy_setopt(l->easy, CURLOPT_HEADERFUNCTION, take_line);
	curl_easy_setopt(l->easy, CURLOPT_HEADERDATA, l);
	curl_easy_setopt(l->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(l->easy, CURLOPT_OPENSOCKETDATA, l);
	curl_easy_setopt(l->easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(l->easy, CURLOPT_XFERINFOFUNCTION, go_on_opening);
	curl_easy_setopt(l->easy, CURLOPT_XFERINFODATA, l);
}

static void
trouble_set(struct mail_trouble *t, enum mail_step step, enum mail_advice advice,
	const char *words)
{
	t->step = step;
	t->advice = advice;
	copy_words(t->words, words, strlen(words));
}

static void
describe_refusal(const struct mail_link *l, struct mail_trouble *t)
{
	if (l->private) {
		trouble_set(t, MAIL_STEP_CONNECT, MAIL_ADVICE_PRIVATE,
			"its address is private, which the configuration does not allow");
	} else {
		trouble_set(t, MAIL_STEP_SECURE, MAIL_ADVICE_ENCRYPTION,
			"without TLS only servers in networks that the configuration names");
	}
}

/* A connection that was made but led nowhere: mostly the wrong port or kind of encryption. */
static void
describe_silence(const struct mail_link *l, const char *words, struct mail_trouble *t)
{
	curl_off_t connected = 0;

	curl_easy_getinfo(l->easy, CURLINFO_CONNECT_TIME_T, &connected);
	if (connected == 0) {
		trouble_set(t, MAIL_STEP_CONNECT, MAIL_ADVICE_UNREACHABLE, words);
	} else if (l->words[0] == '\0') {
		trouble_set(t, MAIL_STEP_SECURE, MAIL_ADVICE_ENCRYPTION, words);
	} else {
		trouble_set(t, MAIL_STEP_LOGIN, MAIL_ADVICE_REFUSED, l->words);
	}
}

static void
describe(const struct mail_link *l, CURLcode code, struct mail_trouble *t)
{
	const char *words = l->problem[0] != '\0' ? l->problem : curl_easy_strerror(code);

	if (l->refused) {
		describe_refusal(l, t);
		return;
	}
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		trouble_set(t, MAIL_STEP_CONNECT, MAIL_ADVICE_NAME, words);
		return;
	case CURLE_COULDNT_CONNECT:
		trouble_set(t, MAIL_STEP_CONNECT, MAIL_ADVICE_UNREACHABLE, words);
		return;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		trouble_set(t, MAIL_STEP_SECURE, MAIL_ADVICE_CERTIFICATE, words);
		return;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_USE_SSL_FAILED:
		trouble_set(t, MAIL_STEP_SECURE, MAIL_ADVICE_ENCRYPTION, words);
		return;
	case CURLE_LOGIN_DENIED:
		trouble_set(t, MAIL_STEP_LOGIN, MAIL_ADVICE_PASSWORD,
			l->words[0] != '\0' ? l->words : words);
		return;
	default:
		describe_silence(l, words, t);
		return;
	}
}

enum err
mail_link_open(const struct mail_place *place, struct mail_link **out,
	struct mail_trouble *trouble)
{
	struct mail_link *l = xcalloc(1, sizeof(*l));
	CURLcode code;

	l->place = place;
	l->easy = curl_easy_init();
	if (l->easy == NULL) {
		abort(); /* no memory */
	}
	set_limits(l, place);
	set_place(l, place);
	code = curl_easy_perform(l->easy);
	l->place = NULL;
	if (code == CURLE_OK) {
		code = curl_easy_getinfo(l->easy, CURLINFO_ACTIVESOCKET, &l->socket);
	}
	if (code != CURLE_OK || l->socket == CURL_SOCKET_BAD) {
		describe(l, code, trouble);
		mail_link_close(l);
		return ERR_UNAVAILABLE;
	}
	trouble->step = MAIL_STEP_READY;
	trouble->advice = MAIL_ADVICE_NONE;
	str_copy(trouble->words, sizeof(trouble->words), l->words);
	*out = l;
	return ERR_OK;
}

void
mail_link_close(struct mail_link *l)
{
	if (l != NULL) {
		curl_easy_cleanup(l->easy);
		free(l);
	}
}

/* --- bytes ------------------------------------------------------------------------------------ */

int
mail_link_socket(const struct mail_link *l)
{
	return l->socket;
}

enum err
mail_link_send(struct mail_link *l, const void *bytes, size_t length, size_t *sent)
{
	CURLcode code = curl_easy_send(l->easy, bytes, length, sent);

	if (code == CURLE_AGAIN) {
		*sent = 0;
		return ERR_OK;
	}
	return code == CURLE_OK ? ERR_OK : ERR_UNAVAILABLE;
}

enum err
mail_link_receive(struct mail_link *l, void *bytes, size_t size, size_t *length)
{
	CURLcode code = curl_easy_recv(l->easy, bytes, size, length);

	if (code == CURLE_AGAIN) {
		*length = 0;
		return ERR_OK;
	}
	return code == CURLE_OK && *length > 0 ? ERR_OK : ERR_UNAVAILABLE;
}

enum err
mail_link_noop(struct mail_link *l, int64_t timeout_ms, struct mail_trouble *trouble)
{
	int64_t until = clock_monotonic_ms() + timeout_ms;
	char answer[MAIL_WORDS_SIZE] = "";
	size_t length = 0;
	size_t got = 0;
	enum err rc = mail_link_send(l, "NOOP\r\n", 6, &length);

	while (rc == ERR_OK && got < sizeof(answer) && memchr(answer, '\n', got) == NULL) {
		int64_t left = until - clock_monotonic_ms();
		struct pollfd wait = {.fd = l->socket, .events = POLLIN};

		if (left <= 0) {
			rc = ERR_UNAVAILABLE;
			break;
		}
		rc = mail_link_receive(l, answer + got, sizeof(answer) - got, &length);
		got += rc == ERR_OK ? length : 0;
		if (rc == ERR_OK && length == 0) {
			poll(&wait, 1, (int)left);
		}
	}
	if (rc == ERR_OK && got > 0 && answer[0] == '2') {
		return ERR_OK;
	}
	trouble->step = MAIL_STEP_LOGIN;
	trouble->advice = MAIL_ADVICE_REFUSED;
	copy_words(trouble->words, answer, got);
	return ERR_UNAVAILABLE;
}
