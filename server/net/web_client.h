/* Calls to web servers of other people, on a curl thread of their own (net/curl_thread.h, which
 * also says where a call may go). Redirects are not followed.
 *
 * Threads: loop thread only. */
#ifndef NET_WEB_CLIENT_H
#define NET_WEB_CLIENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/queue.h"
#include "net/curl_thread.h"

struct arena;

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

MUST_CHECK enum err
web_client_create(struct curl_thread **out, const struct curl_thread_conf *conf,
	curl_thread_wake *wake, void *ctx, struct error *e);
/* Owns the call; `done` always comes, later: after an answer, or with status 0. */
void web_client_submit(struct curl_thread *c, struct web_call *call);

#endif
