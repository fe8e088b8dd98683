#include "base/worker.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/arena.h"

struct workers {
	struct queue *waiting;
	struct queue *finished;
	workers_wake *wake;
	void *ctx;
	size_t thread_count;
	pthread_t threads[];
};

static void *
work(void *arg)
{
	struct workers *w = arg;
	struct job *job;

	pthread_setname_np(pthread_self(), "worker");
	/* A closed queue yields what is left in it and then nothing. */
	while ((job = (struct job *)queue_take(w->waiting, 1, -1)) != NULL) {
		job->run(job);
		queue_push_always(w->finished, &job->node);
		w->wake(w->ctx);
	}
	return NULL;
}

struct workers *
workers_create(size_t threads, size_t limit, workers_wake *wake, void *ctx)
{
	struct workers *w = xcalloc(1, sizeof(*w) + threads * sizeof(w->threads[0]));
	sigset_t all;
	sigset_t before;

	_Static_assert(offsetof(struct job, node) == 0, "a node is cast to its job");
	assert(threads > 0);
	w->waiting = queue_create(limit);
	w->finished = queue_create(limit);
	w->wake = wake;
	w->ctx = ctx;
	w->thread_count = threads;
	/* Signals belong to the loop thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (size_t i = 0; i < threads; i++) {
		if (pthread_create(&w->threads[i], NULL, work, w) != 0) {
			abort();
		}
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return w;
}

enum err
workers_submit(struct workers *w, struct job *job)
{
	return queue_push(w->waiting, &job->node) ? ERR_OK : ERR_BUSY;
}

void
workers_drain(struct workers *w)
{
	struct queue_node *chain = queue_take(w->finished, queue_length(w->finished), 0);

	while (chain != NULL) {
		struct job *job = (struct job *)chain;

		chain = chain->next; /* done() frees the job */
		job->done(job);
	}
}

void
workers_stop(struct workers *w)
{
	queue_close(w->waiting);
	for (size_t i = 0; i < w->thread_count; i++) {
		pthread_join(w->threads[i], NULL);
	}
	w->thread_count = 0;
	workers_drain(w);
}

void
workers_destroy(struct workers *w)
{
	if (w == NULL) {
		return;
	}
	workers_stop(w);
	queue_destroy(w->waiting);
	queue_destroy(w->finished);
	free(w);
}
