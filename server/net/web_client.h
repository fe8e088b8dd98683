/* Calls to servers of other people: one thread with libcurl, woken by whoever has a call. TLS is
 * verified, redirects are not followed, proxies of the environment are not asked, and an address
 * that is not public is refused when the connection is made, whatever the name said before:
 * only networks that the configuration names may be private, and only they may go without TLS.
 *
 * Threads: submit and drain: loop thread. */
#ifndef NET_WEB_CLIENT_H
#define NET_WEB_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/queue.h"

struct arena;
struct web_client;

#define WEB_CALL_ANSWER_MAX 4096
#define WEB_CALL_HEADERS_MAX 12

/* Lies in its arena with all that it names; the arena is ended by web_call_destroy. */
struct web_call {
	struct queue_node node; /* first */
	struct arena *arena;
	const char *url;
	const char *headers[WEB_CALL_HEADERS_MAX + 1]; /* "Name: value", ends with NULL */
	const char *body;                              /* posted; NULL: GET */
	size_t body_length;
	void (*done)(struct web_call *call); /* loop thread; destroys the call */
	void *ctx;

	int status;      /* what was answered; 0: nothing */
	char *answer;    /* its first bytes, valid UTF-8; "" */
	char error[160]; /* why there is no answer; "" */
	int64_t retry_after_ms;
	int64_t took_ms;
};

struct web_call *web_call_create(void);
void web_call_destroy(struct web_call *call); /* NULL is fine */

struct web_client_conf {
	int64_t timeout_ms;
	const char *private_networks;
	const char *ca_file; /* "": the system's */
};
typedef void web_client_wake(void *ctx); /* any thread: call web_client_drain soon */

MUST_CHECK enum err
web_client_create(struct web_client **out, const struct web_client_conf *conf,
	web_client_wake *wake, void *ctx, struct error *e);
/* Ends the calls that run, tells all that wait (status 0) and takes no more. */
void web_client_stop(struct web_client *c);
void web_client_destroy(struct web_client *c); /* stops it first; NULL is fine */
/* Owns the call; `done` always comes, later. */
void web_client_submit(struct web_client *c, struct web_call *call);
void web_client_drain(struct web_client *c);

#endif
