#include "base/queue.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct queue_node *first;
	struct queue_node **last; /* where the next item is hung */
	size_t length;
	size_t limit;
	size_t waiting; /* takers asleep: nobody to wake, no system call */
	bool closed;
};

struct queue *
queue_create(size_t limit)
{
	struct queue *q = xcalloc(1, sizeof(*q));
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	if (pthread_mutex_init(&q->lock, NULL) != 0 ||
		pthread_cond_init(&q->filled, &attributes) != 0) {
		abort();
	}
	pthread_condattr_destroy(&attributes);
	q->last = &q->first;
	q->limit = limit;
	return q;
}

void
queue_destroy(struct queue *q)
{
	if (q == NULL) {
		return;
	}
	assert(q->first == NULL);
	pthread_cond_destroy(&q->filled);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static void
append_and_unlock(struct queue *q, struct queue_node *item)
{
	bool wake = q->waiting > 0;

	item->next = NULL;
	*q->last = item;
	q->last = &item->next;
	q->length++;
	/* Signalled under the lock: a taker that drains and destroys must not overtake us. */
	if (wake) {
		pthread_cond_signal(&q->filled);
	}
	pthread_mutex_unlock(&q->lock);
}

bool
queue_push(struct queue *q, struct queue_node *item)
{
	pthread_mutex_lock(&q->lock);
	if (q->closed || q->length >= q->limit) {
		pthread_mutex_unlock(&q->lock);
		return false;
	}
	append_and_unlock(q, item);
	return true;
}

void
queue_push_always(struct queue *q, struct queue_node *item)
{
	pthread_mutex_lock(&q->lock);
	append_and_unlock(q, item);
}

static struct timespec
deadline_after(int timeout_ms)
{
	struct timespec t;

	/* The real clock, not base/clock.h: a virtual one would never wake a sleeper. */
	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += timeout_ms / 1000;
	t.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

static void
wait_filled(struct queue *q, int timeout_ms)
{
	struct timespec deadline = {0};
	int rc = 0;

	if (timeout_ms > 0) {
		deadline = deadline_after(timeout_ms);
	}
	q->waiting++;
	while (q->first == NULL && !q->closed && rc != ETIMEDOUT) {
		if (timeout_ms < 0) {
			pthread_cond_wait(&q->filled, &q->lock);
		} else {
			rc = pthread_cond_timedwait(&q->filled, &q->lock, &deadline);
		}
	}
	q->waiting--;
}

struct queue_node *
queue_take(struct queue *q, size_t max, int timeout_ms)
{
	struct queue_node *chain;
	struct queue_node **end = &chain;

	pthread_mutex_lock(&q->lock);
	if (q->first == NULL && !q->closed && timeout_ms != 0) {
		wait_filled(q, timeout_ms);
	}
	chain = q->first;
	while (*end != NULL && max > 0) {
		end = &(*end)->next;
		max--;
		q->length--;
	}
	q->first = *end;
	*end = NULL;
	if (q->first == NULL) {
		q->last = &q->first;
	} else if (q->waiting > 0) {
		pthread_cond_signal(&q->filled);
	}
	pthread_mutex_unlock(&q->lock);
	return chain;
}

void
queue_close(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->filled);
	pthread_mutex_unlock(&q->lock);
}

bool
queue_closed(const struct queue *q)
{
	struct queue *mutable = (struct queue *)q;
	bool closed;

	pthread_mutex_lock(&mutable->lock);
	closed = q->closed;
	pthread_mutex_unlock(&mutable->lock);
	return closed;
}

size_t
queue_length(struct queue *q)
{
	size_t length;

	pthread_mutex_lock(&q->lock);
	length = q->length;
	pthread_mutex_unlock(&q->lock);
	return length;
}
