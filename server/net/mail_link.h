/* One line to a mail server, logged in: libcurl resolves, connects, secures and logs in, and then
 * leaves the bytes to us. As with mail_client.h TLS is verified, and an address that is not
 * public is refused when the connection is made, unless the configuration names its network;
 * only there a server may be without TLS.
 *
 * Opening blocks for as long as the time-out says: never on the loop. A link belongs to one
 * thread at a time. */
#ifndef NET_MAIL_LINK_H
#define NET_MAIL_LINK_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct mail_link;
struct network_list;

enum mail_secure { MAIL_SECURE_TLS = 0, MAIL_SECURE_STARTTLS = 1, MAIL_SECURE_NONE = 2 };

/* As far as it came, and the next thing failed. */
enum mail_step {
	MAIL_STEP_CONNECT,
	MAIL_STEP_SECURE,
	MAIL_STEP_LOGIN,
	MAIL_STEP_FOLDER,
	MAIL_STEP_READY,
};
const char *mail_step_name(enum mail_step step);

/* What a person may do about it. */
enum mail_advice {
	MAIL_ADVICE_NONE,
	MAIL_ADVICE_NAME,        /* there is no such host */
	MAIL_ADVICE_UNREACHABLE, /* nobody answers there: host, port, firewall */
	MAIL_ADVICE_PRIVATE,     /* a private network that the configuration does not name */
	MAIL_ADVICE_ENCRYPTION,  /* the other kind of encryption, or the other port */
	MAIL_ADVICE_CERTIFICATE,
	MAIL_ADVICE_PASSWORD, /* user, password, authorisation code, IMAP switched off */
	MAIL_ADVICE_FOLDER,
	MAIL_ADVICE_REFUSED,
};
const char *mail_advice_name(enum mail_advice advice);

#define MAIL_WORDS_SIZE 240

struct mail_trouble {
	enum mail_step step; /* MAIL_STEP_READY: there was none */
	enum mail_advice advice;
	char words[MAIL_WORDS_SIZE]; /* the server's or curl's, valid UTF-8 */
};

struct mail_place {
	const char *scheme; /* "imap" or "smtp" */
	const char *host;   /* IPv6 in brackets */
	int64_t port;
	enum mail_secure secure;
	const char *user; /* "": no log-in */
	const char *password;
	int64_t timeout_ms;
	const struct network_list *private_networks;
	const char *ca_file;     /* "": the system's */
	const atomic_bool *stop; /* gives up when it becomes true; NULL: never */
};

/* ERR_UNAVAILABLE: *trouble says why. */
MUST_CHECK enum err mail_link_open(const struct mail_place *place, struct mail_link **out,
	struct mail_trouble *trouble);
void mail_link_close(struct mail_link *l); /* NULL is fine */
int mail_link_socket(const struct mail_link *l);

/* ERR_OK with how many bytes went (0: not now), ERR_UNAVAILABLE: the line is gone. Receive until
 * it says 0 before waiting for the socket: TLS may hold some back. */
MUST_CHECK enum err
mail_link_send(struct mail_link *l, const void *bytes, size_t length, size_t *sent);
MUST_CHECK enum err
mail_link_receive(struct mail_link *l, void *bytes, size_t size, size_t *length);

/* Asks an SMTP server for nothing and waits for its answer. */
MUST_CHECK enum err
mail_link_noop(struct mail_link *l, int64_t timeout_ms, struct mail_trouble *trouble);

#endif
