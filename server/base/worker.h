/* Threads for what must not run on the loop: hashing passwords, files, imports.
 * `run` is called on a worker, then `done` on the loop thread (by workers_drain). */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include <stddef.h>

#include "base/err.h"
#include "base/queue.h"

struct job;
typedef void job_step(struct job *job);
struct job {
	struct queue_node node;
	job_step *run;
	job_step *done; /* frees the job */
};
struct workers;
typedef void workers_wake(void *ctx); /* any thread: make the loop call workers_drain */

struct workers *
workers_create(size_t threads, size_t limit, workers_wake *wake, void *ctx);
/* Finishes what is queued, drains it, and takes no more: ERR_BUSY from now on. */
void workers_stop(struct workers *w);
void workers_destroy(struct workers *w); /* stops them first; NULL is fine */
MUST_CHECK enum err workers_submit(struct workers *w, struct job *job); /* ERR_BUSY */
void workers_drain(struct workers *w);

#endif
