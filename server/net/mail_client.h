/* Handing mail to servers by SMTP: one thread with libcurl, woken by whoever has a mail. TLS is
 * verified, and as with web calls (net/web_client.h) an address that is not public is refused
 * when the connection is made, unless the configuration names its network; only there a mail may
 * go without TLS.
 *
 * Threads: submit and drain: loop thread. */
#ifndef NET_MAIL_CLIENT_H
#define NET_MAIL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/queue.h"

struct arena;
struct mail_client;

#define MAIL_CALL_WORDS_SIZE 401

/* Lies in its arena with all that it names; the arena is ended by mail_call_destroy. */
struct mail_call {
	struct queue_node node; /* first */
	struct arena *arena;
	const char *url;  /* smtp://host:port or smtps://host:port */
	bool starttls;    /* else, with smtp://, in the clear */
	const char *user; /* "": without a log-in */
	char *password;   /* wiped when the call ends */
	const char *from; /* of the envelope: bounces come there */
	const char *const *to;
	size_t to_count;
	char *body; /* malloc'ed, freed with the call; CRLF line ends */
	size_t body_length;
	void (*done)(struct mail_call *call); /* loop thread; destroys the call */
	void *ctx;

	int status;                       /* of the server's last answer; 0: none */
	char words[MAIL_CALL_WORDS_SIZE]; /* that answer, valid UTF-8 */
	char error[160];                  /* why it was not sent; "": it was */
	bool uncertain; /* all of it was given away, and no answer came: nobody knows */
};

struct mail_call *mail_call_create(void);
void mail_call_destroy(struct mail_call *call); /* NULL is fine */

struct mail_client_conf {
	int64_t timeout_ms;
	const char *private_networks;
	const char *ca_file; /* "": the system's */
};
typedef void mail_client_wake(void *ctx); /* any thread: call mail_client_drain soon */

MUST_CHECK enum err
mail_client_create(struct mail_client **out, const struct mail_client_conf *conf,
	mail_client_wake *wake, void *ctx, struct error *e);
/* Ends the calls that run, tells all that wait and takes no more. */
void mail_client_stop(struct mail_client *c);
void mail_client_destroy(struct mail_client *c); /* stops it first; NULL is fine */
/* Owns the call; `done` always comes, later. */
void mail_client_submit(struct mail_client *c, struct mail_call *call);
void mail_client_drain(struct mail_client *c);
/* Mail is on its way, and what becomes of it is not known yet. */
bool mail_client_busy(const struct mail_client *c);

#endif
