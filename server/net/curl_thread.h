/* A thread that drives transfers of libcurl to servers of other people, woken by whoever has a
 * job. What a job is, its kind says (net/web_client.h, net/mail_client.h); what holds for all of
 * them is here: TLS is verified, proxies and log-ins of the environment are not asked, every
 * connection and transfer has a deadline, and an address that is not public is refused when the
 * connection is made, whatever the name said before: only networks that the configuration names
 * may be private, and only they may be spoken to without TLS.
 *
 * Every job that is submitted is told by its kind's `done` exactly once: when its transfer ended,
 * when there was no room for it, or when the thread was stopped.
 *
 * Threads: all of curl_thread_ belongs to the loop thread; a kind's begin, end and
 * release are called by the thread. */
#ifndef NET_CURL_THREAD_H
#define NET_CURL_THREAD_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/queue.h"

struct curl_thread;

/* A job while it goes: the first member of its kind's own transfer. Owned by the thread. */
struct curl_transfer {
	struct curl_thread *thread;
	struct queue_node *job;
	CURL *easy;
	bool secure;  /* set by begin: it never goes without TLS */
	bool refused; /* by us: the address is not for the likes of us */
	char problem[CURL_ERROR_SIZE];
	struct curl_transfer *next;
};

/* What the jobs of a thread are. All slots are mandatory. */
struct curl_thread_kind {
	const char *name;      /* of the thread, at most 15 bytes */
	const char *protocols; /* as CURLOPT_PROTOCOLS_STR wants them */
	const char *too_many;  /* told when there is no room */
	size_t transfer_size;  /* of its own transfer; zeroed before begin */
	size_t at_once;
	int64_t connect_ms;
	/* The thread's: sets on t->easy what is to be done. */
	void (*begin)(struct curl_transfer *t);
	/* The thread's: notes in the job what became of it. */
	void (*end)(struct curl_transfer *t, CURLcode code);
	/* The thread's: frees what begin made, once curl has let go of it. */
	void (*release)(struct curl_transfer *t);
	/* Loop thread: notes why the job never began. */
	void (*refuse)(struct queue_node *job, const char *why);
	/* Loop thread: owns the job again, and tells it. */
	void (*done)(struct queue_node *job);
};

struct curl_thread_conf {
	int64_t timeout_ms;           /* of a whole transfer */
	const char *private_networks; /* NULL: none */
	const char *ca_file;          /* "": the system's */
};
typedef void curl_thread_wake(void *ctx); /* any thread: call curl_thread_drain soon */

/* What `kind` and `conf` name outlives the thread. */
MUST_CHECK enum err curl_thread_create(struct curl_thread **out,
	const struct curl_thread_kind *kind, const struct curl_thread_conf *conf,
	curl_thread_wake *wake, void *ctx, struct error *e);
/* Ends the transfers that go, tells all jobs that wait and takes no more. */
void curl_thread_stop(struct curl_thread *c);
void curl_thread_destroy(struct curl_thread *c); /* stops it first; NULL is fine */
/* Owns the job, which is of `kind`; it is always told, and never before this returns. */
void curl_thread_submit(struct curl_thread *c, const struct curl_thread_kind *kind,
	struct queue_node *job);
void curl_thread_drain(struct curl_thread *c);
/* A job is on its way, and what becomes of it is not known yet. */
bool curl_thread_busy(const struct curl_thread *c);

/* Why a transfer failed, in curl's words; lives as long as the transfer. */
const char *curl_transfer_problem(const struct curl_transfer *t, CURLcode code);

#endif
