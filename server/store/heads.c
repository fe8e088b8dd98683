#include "store/heads.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"

struct heads {
	struct map by_timeline;
	/* Conversation → timeline, as the value itself. Entries may be out of date: a find is
	 * checked against the head. */
	struct map by_conversation;
	struct list recency; /* oldest first */
	struct list touched;
	struct list passed;
	struct list loaded; /* heads of this batch, by `recency` of their own */
	size_t limit;
};

struct heads *
heads_create(size_t limit)
{
	struct heads *h = xcalloc(1, sizeof(*h));

	map_init(&h->by_timeline);
	map_init(&h->by_conversation);
	list_init(&h->recency);
	list_init(&h->touched);
	list_init(&h->passed);
	list_init(&h->loaded);
	h->limit = limit;
	return h;
}

static void
unindex_conversation(struct heads *h, const struct head *head, uint64_t conversation)
{
	if (conversation != 0 &&
		(uint64_t)(uintptr_t)map_get(&h->by_conversation, conversation) ==
			head->timeline) {
		map_remove(&h->by_conversation, conversation);
	}
}

static void
forget(struct heads *h, struct head *head)
{
	unindex_conversation(h, head, head->state.conversation.id);
	if (!list_empty(&head->touched)) {
		unindex_conversation(h, head, head->before.conversation.id);
		list_remove(&head->touched);
	}
	list_remove(&head->passed);
	list_remove(&head->recency);
	map_remove(&h->by_timeline, head->timeline);
	free(head);
}

static void
forget_list(struct heads *h, struct list *l)
{
	while (!list_empty(l)) {
		forget(h, list_item(l->next, struct head, recency));
	}
}

void
heads_destroy(struct heads *h)
{
	if (h == NULL) {
		return;
	}
	forget_list(h, &h->recency);
	forget_list(h, &h->loaded);
	map_fini(&h->by_timeline);
	map_fini(&h->by_conversation);
	free(h);
}

static struct head *
used(struct heads *h, struct head *head)
{
	if (head != NULL && !head->loaded_in_batch) {
		list_remove(&head->recency);
		list_append(&h->recency, &head->recency);
	}
	return head;
}

struct head *
heads_get(struct heads *h, uint64_t timeline)
{
	return used(h, map_get(&h->by_timeline, timeline));
}

struct head *
heads_get_by_conversation(struct heads *h, uint64_t conversation)
{
	uint64_t timeline = (uint64_t)(uintptr_t)map_get(&h->by_conversation, conversation);
	struct head *head = timeline != 0 ? map_get(&h->by_timeline, timeline) : NULL;

	if (head == NULL || !head->state.has_conversation ||
		head->state.conversation.id != conversation) {
		return NULL;
	}
	return used(h, head);
}

struct head *
heads_add(struct heads *h, uint64_t timeline, const struct head_state *state)
{
	struct head *head = xcalloc(1, sizeof(*head));

	assert(map_get(&h->by_timeline, timeline) == NULL);
	head->timeline = timeline;
	head->state = *state;
	head->loaded_in_batch = true;
	list_init(&head->touched);
	list_init(&head->passed);
	list_init(&head->recency);
	list_append(&h->loaded, &head->recency);
	map_put(&h->by_timeline, timeline, head);
	heads_index_conversation(h, head);
	return head;
}

void
heads_index_conversation(struct heads *h, struct head *head)
{
	if (!head->state.has_conversation) {
		return;
	}
	if (h->by_conversation.count > h->limit * 4) {
		map_fini(&h->by_conversation); /* they come again when they are looked for */
		map_init(&h->by_conversation);
	}
	map_put(&h->by_conversation, head->state.conversation.id,
		(void *)(uintptr_t)head->timeline);
}

void
heads_touch(struct heads *h, struct head *head)
{
	if (!list_empty(&head->touched)) {
		return;
	}
	head->before = head->state;
	head->conversation_moved = false;
	list_append(&h->touched, &head->touched);
}

void
heads_forget(struct heads *h, uint64_t timeline)
{
	struct head *head = map_get(&h->by_timeline, timeline);

	if (head != NULL) {
		forget(h, head);
	}
}

void
heads_each_touched(struct heads *h, heads_visit *visit, void *ctx)
{
	list_each(&h->touched, node) {
		visit(ctx, list_item(node, struct head, touched));
	}
}

static void
pass(struct heads *h, struct head *head)
{
	list_remove(&head->passed);
	list_append(&h->passed, &head->passed);
}

void
heads_pass(struct heads *h)
{
	while (!list_empty(&h->touched)) {
		struct head *head = list_item(h->touched.next, struct head, touched);

		if (head->before.has_conversation &&
			head->before.conversation.id != head->state.conversation.id) {
			unindex_conversation(h, head, head->before.conversation.id);
		}
		list_remove(&head->touched);
		pass(h, head);
	}
	while (!list_empty(&h->loaded)) {
		struct head *head = list_item(h->loaded.next, struct head, recency);

		head->loaded_in_batch = false;
		list_remove(&head->recency);
		list_append(&h->recency, &head->recency);
		pass(h, head);
	}
	while (h->by_timeline.count > h->limit) {
		forget(h, list_item(h->recency.next, struct head, recency));
	}
}

void
heads_commit(struct heads *h)
{
	while (!list_empty(&h->passed)) {
		list_remove(h->passed.next);
	}
}

void
heads_restore(struct heads *h)
{
	forget_list(h, &h->loaded);
	while (!list_empty(&h->touched)) {
		struct head *head = list_item(h->touched.next, struct head, touched);

		unindex_conversation(h, head, head->state.conversation.id);
		head->state = head->before;
		list_remove(&head->touched);
		heads_index_conversation(h, head);
	}
}

void
heads_drop(struct heads *h)
{
	forget_list(h, &h->loaded);
	while (!list_empty(&h->touched)) {
		forget(h, list_item(h->touched.next, struct head, touched));
	}
	while (!list_empty(&h->passed)) {
		forget(h, list_item(h->passed.next, struct head, passed));
	}
}
