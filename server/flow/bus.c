/* Topics are lists of follows; a follow ties one subscription to one topic and hangs in the
 * lists of both. A published fact has a handful of topics; each subscription takes it once,
 * however many of them it follows. */
#include "flow/bus.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/map.h"
#include "model/fact.h"

enum {
	TOPICS_OF_FACT_MAX = 6,
	QUEUE_FIRST = 4, /* most subscriptions never have more than this waiting */
	QUEUE_KEPT = 16, /* a longer queue is freed once it is empty */
	/* What long entries may take besides the limits by number. */
	WINDOW_BYTES_MAX = 24 * 1024 * 1024,
	QUEUE_BYTES_MAX = 8 * 1024 * 1024,
	FACT_BYTES = 2048, /* of a fact and its frames without bodies */
};

struct topic_node {
	uint64_t number;
	struct list follows;
};

struct follow {
	struct list in_topic;
	struct list in_subscription;
	struct topic_node *topic;
	struct bus_subscription *subscription;
};

struct bus {
	struct map topics; /* number → topic_node */
	struct fact **window;
	size_t window_size;
	size_t window_count;
	size_t window_next;
	size_t window_bytes;
	size_t framed; /* so many of the newest may have frames */
	size_t queue_limit;
	size_t subscriptions;
	uint64_t newest;
};

struct bus_subscription {
	struct bus *bus;
	bus_wake *wake;
	void *ctx;
	struct list follows;
	struct fact **queue; /* ring */
	uint32_t capacity;
	uint32_t head;
	uint32_t count;
	size_t bytes;
	bool lost;
	bool woken;
	struct fact *current; /* lent by bus_next */
	uint64_t last_queued;
};

uint64_t
topic(enum topic_kind kind, uint64_t id)
{
	/* Entity ids use 63 bits, so that kind and id do not fit side by side: each kind
	 * permutes the ids in its own way. Who must be certain compares the fact itself. */
	uint64_t x = id + (uint64_t)kind * 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static size_t
topics_of(const struct fact *f, uint64_t out[static TOPICS_OF_FACT_MAX])
{
	size_t count = 0;

	out[count++] = topic(TOPIC_ALL, 0);
	out[count++] = topic(TOPIC_TIMELINE, f->timeline);
	if (f->customer != 0) {
		out[count++] = topic(TOPIC_CUSTOMER, f->customer);
	}
	if (!f->has_conversation) {
		return count;
	}
	if (f->after.assignee != 0) {
		out[count++] = topic(TOPIC_STAFF, f->after.assignee);
	}
	if (f->assignee_before != 0 && f->assignee_before != f->after.assignee) {
		out[count++] = topic(TOPIC_STAFF, f->assignee_before);
	}
	if (f->after.assignee == 0 || f->assignee_before == 0) {
		out[count++] = topic(TOPIC_UNASSIGNED, 0);
	}
	return count;
}

/* About what it keeps in memory: the body stands in it and in each of its two frames. */
static size_t
bytes_of(const struct fact *f)
{
	return FACT_BYTES + 3 * f->body_length;
}

struct bus *
bus_create(size_t window, size_t queue_limit)
{
	struct bus *b = xcalloc(1, sizeof(*b));

	assert(window > 0 && queue_limit > 0);
	map_init(&b->topics);
	b->window = xcalloc(window, sizeof(struct fact *));
	b->window_size = window;
	b->queue_limit = queue_limit;
	return b;
}

void
bus_destroy(struct bus *b)
{
	if (b == NULL) {
		return;
	}
	assert(b->subscriptions == 0);
	for (size_t i = 0; i < b->window_size; i++) {
		fact_put(b->window[i]);
	}
	free(b->window);
	map_fini(&b->topics);
	free(b);
}

uint64_t
bus_newest(const struct bus *b)
{
	return b->newest;
}

void
bus_set_newest(struct bus *b, uint64_t id)
{
	b->newest = id;
}

static void
queue_clear(struct bus_subscription *s)
{
	for (; s->count > 0; s->count--) {
		fact_put(s->queue[s->head]);
		s->head = (s->head + 1) % s->capacity;
	}
	free(s->queue);
	s->queue = NULL;
	s->capacity = 0;
	s->head = 0;
	s->bytes = 0;
}

static void
queue_grow(struct bus_subscription *s)
{
	uint32_t capacity = s->capacity == 0 ? QUEUE_FIRST : s->capacity * 2;
	struct fact **queue = xcalloc(capacity, sizeof(struct fact *));

	for (uint32_t i = 0; i < s->count; i++) {
		queue[i] = s->queue[(s->head + i) % s->capacity];
	}
	free(s->queue);
	s->queue = queue;
	s->capacity = capacity;
	s->head = 0;
}

static void
wake(struct bus_subscription *s)
{
	if (!s->woken) {
		s->woken = true;
		s->wake(s->ctx);
	}
}

/* False: the queue is full, and what was in it is gone. */
static bool
enqueue(struct bus_subscription *s, struct fact *f)
{
	if (s->count >= s->bus->queue_limit || s->bytes >= QUEUE_BYTES_MAX) {
		queue_clear(s);
		return false;
	}
	if (s->count == s->capacity) {
		queue_grow(s);
	}
	s->queue[(s->head + s->count) % s->capacity] = fact_get(f);
	s->count++;
	s->bytes += bytes_of(f);
	s->last_queued = f->id;
	return true;
}

static void
deliver(struct bus_subscription *s, struct fact *f)
{
	if (s->lost || s->last_queued == f->id) {
		return;
	}
	if (!enqueue(s, f)) {
		s->lost = true;
	}
	wake(s);
}

static size_t
window_first(const struct bus *b)
{
	return (b->window_next + b->window_size - b->window_count) % b->window_size;
}

static void
window_drop_oldest(struct bus *b)
{
	size_t first = window_first(b);

	b->window_bytes -= bytes_of(b->window[first]);
	fact_put(b->window[first]);
	b->window[first] = NULL;
	b->window_count--;
}

static void
window_put(struct bus *b, struct fact *f)
{
	while (b->window_count == b->window_size ||
		(b->window_count > 0 && b->window_bytes >= WINDOW_BYTES_MAX)) {
		window_drop_oldest(b);
	}
	b->window[b->window_next] = fact_get(f);
	b->window_next = (b->window_next + 1) % b->window_size;
	b->window_count++;
	b->window_bytes += bytes_of(f);
}

void
bus_publish(struct bus *b, struct fact *f)
{
	uint64_t topics[TOPICS_OF_FACT_MAX];
	size_t count = topics_of(f, topics);

	window_put(b, f);
	b->framed++;
	b->newest = f->id;
	for (size_t i = 0; i < count; i++) {
		struct topic_node *node = map_get(&b->topics, topics[i]);

		if (node == NULL) {
			continue;
		}
		list_each(&node->follows, link) {
			deliver(list_item(link, struct follow, in_topic)->subscription, f);
		}
	}
}

void
bus_delivery(struct bus *b, uint64_t fact, const struct delivery_state *d)
{
	for (size_t i = 0; i < b->window_count; i++) {
		struct fact *f = b->window[(window_first(b) + i) % b->window_size];

		if (f->id == fact) {
			free(f->delivery.text);
			f->delivery = *d;
			f->delivery.text = xstrdup(d->text != NULL ? d->text : "");
			fact_forget_frames(f);
		}
	}
}

void
bus_forget_frames(struct bus *b)
{
	size_t count = b->framed < b->window_count ? b->framed : b->window_count;

	for (size_t i = 1; i <= count; i++) {
		fact_forget_frames(
			b->window[(b->window_next + b->window_size - i) % b->window_size]);
	}
	b->framed = 0;
}

struct bus_subscription *
bus_subscribe(struct bus *b, bus_wake *wake_up, void *ctx)
{
	struct bus_subscription *s = xcalloc(1, sizeof(*s));

	s->bus = b;
	s->wake = wake_up;
	s->ctx = ctx;
	list_init(&s->follows);
	b->subscriptions++;
	return s;
}

static struct follow *
find_follow(const struct bus_subscription *s, uint64_t number)
{
	list_each(&s->follows, link) {
		struct follow *follow = list_item(link, struct follow, in_subscription);

		if (follow->topic->number == number) {
			return follow;
		}
	}
	return NULL;
}

static void
follow_start(struct bus_subscription *s, uint64_t number)
{
	struct topic_node *node = map_get(&s->bus->topics, number);
	struct follow *follow = xmalloc(sizeof(*follow));

	if (node == NULL) {
		node = xmalloc(sizeof(*node));
		node->number = number;
		list_init(&node->follows);
		map_put(&s->bus->topics, number, node);
	}
	follow->topic = node;
	follow->subscription = s;
	list_append(&node->follows, &follow->in_topic);
	list_append(&s->follows, &follow->in_subscription);
}

static void
follow_stop(struct follow *follow)
{
	struct topic_node *node = follow->topic;

	list_remove(&follow->in_topic);
	list_remove(&follow->in_subscription);
	if (list_empty(&node->follows)) {
		map_remove(&follow->subscription->bus->topics, node->number);
		free(node);
	}
	free(follow);
}

void
bus_follow(struct bus_subscription *s, uint64_t number, bool on)
{
	struct follow *follow = find_follow(s, number);

	if (on && follow == NULL) {
		follow_start(s, number);
	} else if (!on && follow != NULL) {
		follow_stop(follow);
	}
}

struct fact *
bus_next(struct bus_subscription *s)
{
	fact_put(s->current);
	s->current = NULL;
	if (s->lost || s->count == 0) {
		if (s->capacity > QUEUE_KEPT) {
			queue_clear(s);
		}
		s->woken = false;
		return NULL;
	}
	s->current = s->queue[s->head];
	s->head = (s->head + 1) % s->capacity;
	s->count--;
	s->bytes -= bytes_of(s->current);
	return s->current;
}

bool
bus_lost(const struct bus_subscription *s)
{
	return s->lost;
}

void
bus_recover(struct bus_subscription *s)
{
	queue_clear(s);
	s->lost = false;
	s->woken = false;
}

void
bus_unsubscribe(struct bus_subscription *s)
{
	if (s == NULL) {
		return;
	}
	list_each(&s->follows, link) {
		follow_stop(list_item(link, struct follow, in_subscription));
	}
	queue_clear(s);
	fact_put(s->current);
	s->bus->subscriptions--;
	free(s);
}

bool
bus_follows(const struct bus_subscription *s, const struct fact *f)
{
	uint64_t topics[TOPICS_OF_FACT_MAX];
	size_t count = topics_of(f, topics);

	for (size_t i = 0; i < count; i++) {
		if (find_follow(s, topics[i]) != NULL) {
			return true;
		}
	}
	return false;
}

bool
bus_replay(struct bus_subscription *s, uint64_t after_id)
{
	struct bus *b = s->bus;
	size_t first = window_first(b);

	if (after_id == b->newest) {
		return true;
	}
	/* Numbers are gap-free within a node, so the oldest fact tells whether one is missing.
	 * A cursor of another node or of a lost future cannot be continued here. */
	if (after_id > b->newest || b->window_count == 0 ||
		after_id + 1 < b->window[first]->id) {
		return false;
	}
	for (size_t i = 0; i < b->window_count; i++) {
		struct fact *f = b->window[(first + i) % b->window_size];

		if (f->id > after_id && bus_follows(s, f) && !enqueue(s, f)) {
			return false;
		}
	}
	if (s->count > 0) {
		wake(s);
	}
	return true;
}
