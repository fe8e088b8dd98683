#include "limit_queue.h"

#include <stdbool.h>

void
queue_init(struct queue *q)
{
	pthread_mutex_init(&q->mutex, NULL);
	pthread_cond_init(&q->filled, NULL);
	q->first = NULL;
	q->last = &q->first;
}

void
queue_put(struct queue *q, struct message *first, struct message *last)
{
	last->next = NULL;
	pthread_mutex_lock(&q->mutex);
	bool was_empty = !q->first;
	*q->last = first;
	q->last = &last->next;
	if (was_empty) {
		pthread_cond_signal(&q->filled);
	}
	pthread_mutex_unlock(&q->mutex);
}

size_t
queue_take_batch(struct queue *q, struct message **batch)
{
	size_t count = 0;
	pthread_mutex_lock(&q->mutex);
	while (!q->first) {
		pthread_cond_wait(&q->filled, &q->mutex);
	}
	while (q->first && count < BATCH_MAX) {
		batch[count++] = q->first;
		q->first = q->first->next;
	}
	if (!q->first) {
		q->last = &q->first;
	}
	pthread_mutex_unlock(&q->mutex);
	return count;
}

struct message *
queue_take_all(struct queue *q)
{
	pthread_mutex_lock(&q->mutex);
	struct message *first = q->first;
	q->first = NULL;
	q->last = &q->first;
	pthread_mutex_unlock(&q->mutex);
	return first;
}
