/* Committed facts, fanned out. Only the store's completion publishes; subscribers pull when
 * their socket is writable. A slow reader costs a short queue of references, never copies:
 * when it is full the subscription is `lost` and must resume from the store by its cursor.
 * Loop thread only. */
#ifndef FLOW_BUS_H
#define FLOW_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bus;
struct bus_subscription;
struct delivery_state;
struct fact;

/* What one may follow. The topic number is made of kind and id. */
enum topic_kind {
	TOPIC_STAFF =
		1, /* conversations assigned to this member of staff, or just taken away */
	TOPIC_UNASSIGNED, /* open conversations without assignee, and those that just got one */
	TOPIC_CUSTOMER,   /* everything of this customer (primary id) */
	TOPIC_TIMELINE,   /* one timeline: what a visitor follows */
	TOPIC_ALL,        /* everything in scope */
};
uint64_t topic(enum topic_kind kind, uint64_t id);

typedef void
bus_wake(void *ctx); /* something to pull; at most once until bus_next gave NULL */

struct bus *bus_create(size_t window, size_t queue_limit); /* facts kept for replay */
void bus_destroy(struct bus *b); /* after all subscriptions; NULL is fine */
/* The cursor of whoever connects now. At start it is told from the store. */
uint64_t bus_newest(const struct bus *b);
void bus_set_newest(struct bus *b, uint64_t id);
void bus_publish(struct bus *b, struct fact *f); /* takes its own reference */

/* An entry that may be replayed got further on its way out. */
void bus_delivery(struct bus *b, uint64_t fact, const struct delivery_state *d);

/* Frees the frames of what was published since: to be called when all that listen had their
 * turn. Whoever is slower or resumes has them made again; the memory of thousands of facts
 * would otherwise go round through the processor's cache. */
void bus_forget_frames(struct bus *b);

struct bus_subscription *bus_subscribe(struct bus *b, bus_wake *wake, void *ctx);
void bus_follow(struct bus_subscription *s, uint64_t topic_number, bool on);
struct fact *
bus_next(struct bus_subscription *s); /* borrowed until the next call; NULL: none */
bool bus_lost(const struct bus_subscription *s);
void bus_recover(struct bus_subscription *s); /* forget the loss and what is queued */
void bus_unsubscribe(struct bus_subscription *s);
/* Replays from the window what these topics had after the cursor; false: the window does not
 * reach back to it, or it is more than the queue takes. To be called right after the first
 * bus_follow, before anything live is queued. */
bool bus_replay(struct bus_subscription *s, uint64_t after_id);
/* Whether a fact read from the store has a topic that is followed here. */
bool bus_follows(const struct bus_subscription *s, const struct fact *f);

#endif
