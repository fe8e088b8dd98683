/* Bounded queue of owned messages between threads. Items carry a struct queue_node. */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue_node {
	struct queue_node *next;
};
struct queue;

struct queue *queue_create(size_t limit);
void queue_destroy(struct queue *q); /* must be empty; NULL is fine */
bool queue_push(struct queue *q, struct queue_node *item); /* false: full or closed */
/* Ignores the limit: for what has been promised already (completions). */
void queue_push_always(struct queue *q, struct queue_node *item);
/* Takes up to `max` items as a chain; waits up to timeout_ms (-1 for ever, 0 not at all). */
struct queue_node *queue_take(struct queue *q, size_t max, int timeout_ms);
void
queue_close(struct queue *q); /* wakes all takers; push fails; take drains the rest */
bool queue_closed(const struct queue *q);
size_t queue_length(struct queue *q);

#endif
