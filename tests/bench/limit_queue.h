/* How messages cross between the loop and the writer: a list under one lock. */
#ifndef BENCH_LIMIT_QUEUE_H
#define BENCH_LIMIT_QUEUE_H

#include <pthread.h>

#include "limit_store.h"

struct queue {
	pthread_mutex_t mutex;
	pthread_cond_t filled;
	struct message *first;
	struct message **last;
};

void queue_init(struct queue *q);
/* A chain of messages; the queue's from now on. */
void queue_put(struct queue *q, struct message *first, struct message *last);
/* Waits until there is one; takes BATCH_MAX at most. */
size_t queue_take_batch(struct queue *q, struct message **batch);
/* Never waits; NULL: empty. */
struct message *queue_take_all(struct queue *q);

#endif
