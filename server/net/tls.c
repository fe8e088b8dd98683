#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/loop.h"

static int64_t
ends_at(SSL_CTX *context)
{
	const X509 *certificate = SSL_CTX_get0_certificate(context);
	struct tm end;

	if (certificate == NULL ||
		ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) {
		return 0;
	}
	return (int64_t)timegm(&end) * 1000;
}

static bool
load(SSL_CTX *context, const struct net_conf *conf)
{
	return SSL_CTX_use_certificate_chain_file(context, conf->tls_certificate) == 1 &&
		SSL_CTX_use_PrivateKey_file(context, conf->tls_key, SSL_FILETYPE_PEM) == 1 &&
		SSL_CTX_check_private_key(context) == 1;
}

static void
log_certificate(const struct net *n, const char *event)
{
	char end[TIME_TEXT_SIZE];

	time_format(n->stats.certificate_ends_at, end);
	log_event(LOG_INFO, event, "file=%s ends=%s", n->conf->tls_certificate, end);
}

void
tls_begin(struct net *n, SSL_CTX *context)
{
	n->tls_context = context;
	n->stats.certificate_ends_at = ends_at(context);
}

/* Tried in a context of its own first: half of a new pair must not meet half of the old. */
void
tls_reload(struct net *n)
{
	SSL_CTX *trial;
	struct log_quoted q;
	char reason[200];

	if (n->tls_context == NULL) {
		log_event(LOG_INFO, "nothing_to_reload", "tls=false");
		return;
	}
	ERR_clear_error();
	trial = SSL_CTX_new(TLS_server_method());
	if (trial != NULL && load(trial, n->conf) && load(n->tls_context, n->conf)) {
		n->stats.certificate_ends_at = ends_at(n->tls_context);
		log_certificate(n, "certificate_reloaded");
	} else {
		ERR_error_string_n(ERR_get_error(), reason, sizeof(reason));
		log_event(LOG_ERROR, "certificate_refused", "file=%s reason=%s",
			n->conf->tls_certificate, log_quote(&q, reason));
	}
	SSL_CTX_free(trial);
	ERR_clear_error();
}
