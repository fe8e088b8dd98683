#include "net/peers.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"

enum {
	PEERS_MAX = 100000, /* beyond, addresses without connections are not told apart */
	MINUTE_US = 60 * 1000 * 1000,
};

struct peer {
	struct address address;
	struct peer *next; /* of the same hash */
	int64_t connections;
	int64_t tokens_us; /* each request costs MINUTE_US / requests_per_minute */
	int64_t refilled_ms;
};

struct peers {
	struct map by_hash;
	size_t count;
	int64_t max_connections;
	int64_t requests_per_minute;
};

struct peers *
peers_create(int64_t max_connections, int64_t requests_per_minute)
{
	struct peers *p = xcalloc(1, sizeof(*p));

	map_init(&p->by_hash);
	p->max_connections = max_connections;
	p->requests_per_minute = requests_per_minute;
	return p;
}

void
peers_destroy(struct peers *p)
{
	size_t position = 0;
	void *value;
	uint64_t key;

	if (p == NULL) {
		return;
	}
	while (map_next(&p->by_hash, &position, &key, &value)) {
		struct peer *peer = value;

		while (peer != NULL) {
			struct peer *next = peer->next;

			free(peer);
			peer = next;
		}
	}
	map_fini(&p->by_hash);
	free(p);
}

static struct address
group_of(const struct address *a)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct address group = *a;

	if (memcmp(a->bytes, mapped, sizeof(mapped)) != 0) {
		memset(group.bytes + 8, 0, 8);
	}
	return group;
}

static struct peer *
find(const struct peers *p, const struct address *group)
{
	struct peer *peer = map_get(&p->by_hash,
		map_hash(group->bytes, sizeof(group->bytes)));

	while (peer != NULL && !address_equals(&peer->address, group)) {
		peer = peer->next;
	}
	return peer;
}

static struct peer *
find_or_add(struct peers *p, const struct address *group)
{
	struct peer *peer = find(p, group);

	if (peer != NULL) {
		return peer;
	}
	peer = xcalloc(1, sizeof(*peer));
	peer->address = *group;
	peer->tokens_us = MINUTE_US;
	peer->next = map_put(&p->by_hash, map_hash(group->bytes, sizeof(group->bytes)), peer);
	p->count++;
	return peer;
}

bool
peers_connect(struct peers *p, const struct address *a)
{
	struct address group = group_of(a);
	struct peer *peer = find_or_add(p, &group);

	if (p->max_connections > 0 && peer->connections >= p->max_connections) {
		return false;
	}
	peer->connections++;
	return true;
}

void
peers_disconnect(struct peers *p, const struct address *a)
{
	struct address group = group_of(a);
	struct peer *peer = find(p, &group);

	if (peer != NULL && peer->connections > 0) {
		peer->connections--;
	}
}

static void
refill(struct peer *peer, int64_t now_ms)
{
	int64_t tokens_us = peer->tokens_us + (now_ms - peer->refilled_ms) * 1000;

	peer->tokens_us = tokens_us < MINUTE_US ? tokens_us : MINUTE_US;
	peer->refilled_ms = now_ms;
}

bool
peers_request(struct peers *p, const struct address *a, int64_t now_ms)
{
	struct address group = group_of(a);
	struct peer *peer;
	int64_t cost_us;

	if (p->requests_per_minute <= 0) {
		return true;
	}
	if (p->count >= PEERS_MAX && find(p, &group) == NULL) {
		memset(&group, 0, sizeof(group));
	}
	peer = find_or_add(p, &group);
	refill(peer, now_ms);
	cost_us = MINUTE_US / p->requests_per_minute;
	if (peer->tokens_us < cost_us) {
		return false;
	}
	peer->tokens_us -= cost_us;
	return true;
}

/* The chain without those that are as good as new. */
static struct peer *
sweep(struct peers *p, struct peer *chain, int64_t now_ms)
{
	struct peer *kept = NULL;

	while (chain != NULL) {
		struct peer *next = chain->next;

		refill(chain, now_ms);
		if (chain->connections == 0 && chain->tokens_us >= MINUTE_US) {
			free(chain);
			p->count--;
		} else {
			chain->next = kept;
			kept = chain;
		}
		chain = next;
	}
	return kept;
}

void
peers_forget_idle(struct peers *p, int64_t now_ms)
{
	struct map kept;
	size_t position = 0;
	uint64_t key;
	void *value;

	map_init(&kept);
	while (map_next(&p->by_hash, &position, &key, &value)) {
		struct peer *chain = sweep(p, value, now_ms);

		if (chain != NULL) {
			map_put(&kept, key, chain);
		}
	}
	map_fini(&p->by_hash);
	p->by_hash = kept;
}
