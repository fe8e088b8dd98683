#include "desk/rooms.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"

enum { COMPOSING_MS = 6000 };

struct room {
	uint64_t customer;
	uint64_t unit; /* hers, once somebody of the house is there */
	uint64_t owner;
	struct list places;
	unsigned visits; /* going on: it must not be freed */
};

struct rooms {
	struct map by_customer;
};

struct rooms *
rooms_create(void)
{
	struct rooms *r = xmalloc(sizeof(*r));

	map_init(&r->by_customer);
	return r;
}

void
rooms_destroy(struct rooms *r)
{
	if (r == NULL) {
		return;
	}
	assert(r->by_customer.count == 0);
	map_fini(&r->by_customer);
	free(r);
}

void
rooms_enter(struct rooms *r, struct place *p, uint64_t customer, uint64_t staff,
	void *owner)
{
	struct room *room = map_get(&r->by_customer, customer);

	if (room == NULL) {
		room = xcalloc(1, sizeof(*room));
		room->customer = customer;
		list_init(&room->places);
		map_put(&r->by_customer, customer, room);
	}
	p->room = room;
	p->staff = staff;
	p->composing_until = 0;
	p->owner = owner;
	list_append(&room->places, &p->link);
}

static void
free_when_empty(struct rooms *r, struct room *room)
{
	if (list_empty(&room->places) && room->visits == 0) {
		map_remove(&r->by_customer, room->customer);
		free(room);
	}
}

void
rooms_leave(struct rooms *r, struct place *p)
{
	struct room *room = p->room;

	if (room == NULL) {
		return;
	}
	list_remove(&p->link);
	p->room = NULL;
	free_when_empty(r, room);
}

uint64_t
place_customer(const struct place *p)
{
	return p->room != NULL ? p->room->customer : 0;
}

void
place_composing(struct place *p, bool on)
{
	p->composing_until = on ? clock_monotonic_ms() + COMPOSING_MS : 0;
}

void
rooms_belong(struct rooms *r, uint64_t customer, uint64_t unit, uint64_t owner)
{
	struct room *room = map_get(&r->by_customer, customer);

	if (room != NULL) {
		room->unit = unit;
		room->owner = owner;
	}
}

bool
rooms_belongs(const struct rooms *r, uint64_t customer, uint64_t *unit, uint64_t *owner)
{
	const struct room *room = map_get(&r->by_customer, customer);

	if (room == NULL) {
		return false;
	}
	*unit = room->unit;
	*owner = room->owner;
	return true;
}

void
rooms_each(struct rooms *r, uint64_t customer, room_visit *visit, void *ctx)
{
	struct room *room = map_get(&r->by_customer, customer);

	if (room == NULL) {
		return;
	}
	room->visits++;
	list_each(&room->places, link) {
		visit(ctx, list_item(link, struct place, link));
	}
	room->visits--;
	free_when_empty(r, room);
}

static struct room_viewer *
find_viewer(struct room_viewer *viewers, size_t count, uint64_t staff)
{
	for (size_t i = 0; i < count; i++) {
		if (viewers[i].staff == staff) {
			return &viewers[i];
		}
	}
	return NULL;
}

size_t
rooms_viewers(const struct rooms *r, uint64_t customer, struct room_viewer *out,
	size_t max)
{
	const struct room *room = map_get(&r->by_customer, customer);
	int64_t now = clock_monotonic_ms();
	size_t count = 0;

	if (room == NULL) {
		return 0;
	}
	list_each(&room->places, link) {
		const struct place *p = list_item(link, struct place, link);
		struct room_viewer *viewer = find_viewer(out, count, p->staff);

		if (p->staff == 0 || (viewer == NULL && count == max)) {
			continue;
		}
		if (viewer == NULL) {
			viewer = &out[count++];
			*viewer = (struct room_viewer){p->staff, false};
		}
		viewer->composing = viewer->composing || p->composing_until > now;
	}
	return count;
}
