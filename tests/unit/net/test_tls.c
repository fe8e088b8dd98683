/* TLS by certificate files; the certificate is made here. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "lib/net_fixture.h"
#include "lib/test.h"

enum { LARGE = 3 * 1024 * 1024 };

static long serial; /* of the certificate that was made last */
static char certificate_path[64];
static char key_path[64];
static char certificate_setting[100];
static char key_setting[100];
static const char *const settings[] = {certificate_setting, key_setting, NULL};

static void
hello(struct http_request *rq, void *ctx)
{
	const char *text = http_is_tls(rq) ? "secret" : "open";

	(void)ctx;
	http_reply(rq, 200, "text/plain", text, strlen(text));
}

static void
large(struct http_request *rq, void *ctx)
{
	char *body = xmalloc(LARGE);

	(void)ctx;
	memset(body, 'L', LARGE);
	http_reply(rq, 200, "application/octet-stream", body, LARGE);
	free(body);
}

static void
take(struct http_request *rq, void *ctx)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%zu", http_request(rq)->body_length);

	(void)ctx;
	http_reply(rq, 200, "text/plain", text, (size_t)n);
}

static const struct http_route routes[] = {
	{"GET", "/hello", hello, 0},
	{"GET", "/large", large, 0},
	{"POST", "/take", take, LARGE},
	{0},
};

static void *
open_session(struct websocket *ws, const struct web_request *rq, void *ctx)
{
	(void)rq;
	(void)ctx;
	return ws;
}

static void
on_message(void *session, const char *data, size_t length)
{
	websocket_send(session, data, length);
}

static void
on_closed(void *session)
{
	(void)session;
}

static const struct websocket_handler handler = {"/ws", 1024 * 1024, open_session,
	on_message, NULL, on_closed};

static FILE *
create(char *path, const char *pattern)
{
	int fd;

	strcpy(path, pattern);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	return fdopen(fd, "w");
}

static int
make_certificate(void **state)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	FILE *file;

	(void)state;
	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"localhost", -1,
		-1, 0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	file = certificate_path[0] == '\0'
		? create(certificate_path, "/tmp/trunkline-certificate-XXXXXX")
		: fopen(certificate_path, "w");
	assert_int_equal(PEM_write_X509(file, x), 1);
	assert_int_equal(fclose(file), 0);
	file = key_path[0] == '\0' ? create(key_path, "/tmp/trunkline-key-XXXXXX")
							   : fopen(key_path, "w");
	assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(file), 0);
	X509_free(x);
	EVP_PKEY_free(key);
	snprintf(certificate_setting, sizeof(certificate_setting),
		"server.tls_certificate=%s", certificate_path);
	snprintf(key_setting, sizeof(key_setting), "server.tls_key=%s", key_path);
	return 0;
}

static int
drop_certificate(void **state)
{
	(void)state;
	return unlink(certificate_path) | unlink(key_path);
}

/* --- client --------------------------------------------------------------------------- */

struct client {
	SSL_CTX *context;
	SSL *ssl;
	int fd;
};

static struct client
secure_connect(struct net_fixture *f)
{
	static const uint8_t protocols[] = "\x02h2\x08http/1.1";
	struct client c = {.context = SSL_CTX_new(TLS_client_method()),
		.fd = client_connect(f)};
	const uint8_t *chosen = NULL;
	unsigned chosen_length = 0;

	c.ssl = SSL_new(c.context);
	SSL_set_alpn_protos(c.ssl, protocols, sizeof(protocols) - 1);
	SSL_set_fd(c.ssl, c.fd);
	assert_int_equal(SSL_connect(c.ssl), 1);
	SSL_get0_alpn_selected(c.ssl, &chosen, &chosen_length);
	assert_int_equal(chosen_length, 8);
	assert_memory_equal(chosen, "http/1.1", 8);
	return c;
}

static void
secure_close(struct client *c)
{
	SSL_free(c->ssl);
	SSL_CTX_free(c->context);
	close(c->fd);
}

static void
secure_send(struct client *c, const void *data, size_t length)
{
	size_t sent;

	assert_int_equal(SSL_write_ex(c->ssl, data, length, &sent), 1);
	assert_int_equal(sent, length);
}

/* Reads until `until` has come; returns all. */
static char *
secure_receive(struct client *c, const char *until)
{
	static char data[64 * 1024];
	size_t length = 0;

	memset(data, 0, sizeof(data));
	while (strstr(data, until) == NULL) {
		size_t n;

		assert_true(length < sizeof(data) - 1);
		assert_int_equal(SSL_read_ex(c->ssl, data + length, sizeof(data) - 1 - length,
							 &n),
			1);
		length += n;
	}
	return data;
}

static void
secure_receive_exactly(struct client *c, size_t length)
{
	static char data[16 * 1024];

	while (length > 0) {
		size_t n;

		assert_int_equal(SSL_read_ex(c->ssl, data,
							 length < sizeof(data) ? length : sizeof(data), &n),
			1);
		length -= n;
	}
}

static struct net_fixture *
start(const char *const *with)
{
	struct net_fixture_plan plan = {.settings = with,
		.routes = routes,
		.socket = &handler};

	return net_fixture_start(&plan);
}

static void
requests_work_over_tls(void **state)
{
	struct net_fixture *f = start(settings);
	struct client c = secure_connect(f);
	const char *reply;

	(void)state;
	for (int i = 0; i < 3; i++) {
		static const char request[] = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

		secure_send(&c, request, sizeof(request) - 1);
		reply = secure_receive(&c, "secret");
		assert_non_null(strstr(reply, "HTTP/1.1 200"));
		assert_non_null(strstr(reply, "Strict-Transport-Security: max-age=31536000"));
	}
	secure_close(&c);
	net_fixture_stop(f);
}

static void
large_bodies_pass_both_ways(void **state)
{
	static const char post[] =
		"POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 3145728\r\n\r\n";
	static const char get[] =
		"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	struct net_fixture *f = start(settings);
	struct client c = secure_connect(f);
	char *body = xcalloc(1, LARGE);
	char rest[10];

	(void)state;
	secure_send(&c, post, sizeof(post) - 1);
	secure_send(&c, body, LARGE);
	assert_non_null(strstr(secure_receive(&c, "\r\n\r\n3145728"), "HTTP/1.1 200"));
	secure_send(&c, get, sizeof(get) - 1);
	usleep(100 * 1000); /* until the server has to wait for us */
	{
		const char *head = secure_receive(&c, "\r\n\r\n");
		size_t extra = strlen(strstr(head, "\r\n\r\n") + 4);

		secure_receive_exactly(&c, LARGE - extra);
	}
	assert_int_equal(SSL_read(c.ssl, rest, sizeof(rest)), 0);
	assert_int_equal(SSL_get_error(c.ssl, 0), SSL_ERROR_ZERO_RETURN); /* a proper end */
	free(body);
	secure_close(&c);
	net_fixture_stop(f);
}

static void
websockets_work_over_tls(void **state)
{
	static const char handshake[] =
		"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		"Sec-WebSocket-Protocol: trunkline.v1\r\n\r\n";
	struct net_fixture *f = start(settings);
	struct client c = secure_connect(f);

	(void)state;
	secure_send(&c, handshake, sizeof(handshake) - 1);
	assert_non_null(strstr(secure_receive(&c, "\r\n\r\n"), "101 Switching"));
	for (int i = 0; i < 50; i++) {
		secure_send(&c, "\x81\x85\0\0\0\0hello", 11);
		assert_string_equal(secure_receive(&c, "hello"), "\x81\x05hello");
	}
	secure_close(&c);
	net_fixture_stop(f);
}

static void
the_handshakes_time_out_does_not_end_the_connection(void **state)
{
	static const char *const with[] = {certificate_setting, key_setting,
		"server.header_timeout=500ms", "server.idle_timeout=1h", NULL};
	static const char request[] = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
	struct net_fixture *f = start(with);
	struct client c = secure_connect(f);
	int silent = client_connect(f);

	(void)state;
	secure_send(&c, request, sizeof(request) - 1);
	secure_receive(&c, "secret");
	assert_true(client_is_closed(silent)); /* it never shook hands */
	usleep(1500 * 1000);
	secure_send(&c, request, sizeof(request) - 1);
	secure_receive(&c, "secret");
	close(silent);
	secure_close(&c);
	net_fixture_stop(f);
}

static long
served_serial(struct net_fixture *f)
{
	struct client c = secure_connect(f);
	X509 *certificate = SSL_get1_peer_certificate(c.ssl);
	long number;

	assert_non_null(certificate);
	number = ASN1_INTEGER_get(X509_get0_serialNumber(certificate));
	X509_free(certificate);
	secure_close(&c);
	return number;
}

static void
hang_up_until(struct net_fixture *f, long expected)
{
	for (int tries = 0; served_serial(f) != expected; tries++) {
		assert_true(tries < 200);
		kill(getpid(), SIGHUP);
		usleep(20 * 1000);
	}
}

static void
new_certificate_is_taken_without_dropping_anybody(void **state)
{
	static const char request[] = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
	struct net_fixture *f = start(settings);
	struct client c = secure_connect(f);
	long before = served_serial(f);
	FILE *file;

	assert_int_equal(make_certificate(state), 0);
	hang_up_until(f, before + 1);
	secure_send(&c, request, sizeof(request) - 1);
	secure_receive(&c, "secret");
	/* Half written, as a renewal may leave it for a moment: the one in use stays. */
	file = fopen(certificate_path, "w");
	assert_non_null(file);
	fputs("-----BEGIN CERTIFICATE-----\nMIIB", file);
	fclose(file);
	kill(getpid(), SIGHUP);
	usleep(100 * 1000);
	assert_int_equal(served_serial(f), before + 1);
	assert_int_equal(make_certificate(state), 0);
	hang_up_until(f, before + 2);
	secure_send(&c, request, sizeof(request) - 1);
	secure_receive(&c, "secret");
	secure_close(&c);
	net_fixture_stop(f);
}

static void
plain_text_gets_nowhere(void **state)
{
	struct net_fixture *f = start(settings);
	int fd = client_connect(f);
	char data[200];

	(void)state;
	client_send(fd, "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
	while (true) {
		ssize_t n = recv(fd, data, sizeof(data), 0);

		if (n <= 0) {
			break;
		}
		assert_null(memmem(data, (size_t)n, "HTTP", 4));
	}
	close(fd);
	net_fixture_stop(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_work_over_tls),
		cmocka_unit_test(large_bodies_pass_both_ways),
		cmocka_unit_test(websockets_work_over_tls),
		cmocka_unit_test(the_handshakes_time_out_does_not_end_the_connection),
		cmocka_unit_test(new_certificate_is_taken_without_dropping_anybody),
		cmocka_unit_test(plain_text_gets_nowhere),
	};

	return cmocka_run_group_tests(tests, make_certificate, drop_certificate);
}
