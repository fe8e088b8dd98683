/* Handing mail to servers by SMTP, on a curl thread of its own (net/curl_thread.h, which also
 * says where a mail may go, and that it goes without TLS only where the configuration says so).
 *
 * Threads: loop thread only. */
#ifndef NET_MAIL_CLIENT_H
#define NET_MAIL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/queue.h"
#include "net/curl_thread.h"

struct arena;

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

MUST_CHECK enum err
mail_client_create(struct curl_thread **out, const struct curl_thread_conf *conf,
	curl_thread_wake *wake, void *ctx, struct error *e);
/* Owns the call; `done` always comes, later. */
void mail_client_submit(struct curl_thread *c, struct mail_call *call);

#endif
