/* A nonce is known by the first half of its SHA-256: nobody can make two that collide. They lie
 * in a list by the order of use; as all live about equally long, its head expires first. */
#include "api/nonces.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/list.h"
#include "base/map.h"

struct nonce {
	struct list link;
	uint64_t key;
	uint64_t check;
	int64_t expires_at;
};

struct nonces {
	struct map by_key;
	struct list by_use;
	size_t max;
};

struct nonces *
nonces_create(size_t max)
{
	struct nonces *n = xcalloc(1, sizeof(*n));

	map_init(&n->by_key);
	list_init(&n->by_use);
	n->max = max;
	return n;
}

static void
drop(struct nonces *n, struct nonce *old)
{
	list_remove(&old->link);
	map_remove(&n->by_key, old->key);
	free(old);
}

void
nonces_destroy(struct nonces *n)
{
	if (n == NULL) {
		return;
	}
	while (!list_empty(&n->by_use)) {
		drop(n, list_item(n->by_use.next, struct nonce, link));
	}
	map_fini(&n->by_key);
	free(n);
}

static void
drop_expired(struct nonces *n)
{
	int64_t now = clock_now_ms();

	while (!list_empty(&n->by_use)) {
		struct nonce *oldest = list_item(n->by_use.next, struct nonce, link);

		if (oldest->expires_at > now) {
			return;
		}
		drop(n, oldest);
	}
}

static void
halves_of(const char *nonce, uint64_t halves[2])
{
	uint8_t digest[DIGEST_SIZE];

	sha256(nonce, strlen(nonce), digest);
	memcpy(halves, digest, 2 * sizeof(halves[0]));
}

bool
nonces_seen(struct nonces *n, const char *nonce)
{
	uint64_t halves[2];
	const struct nonce *known;

	drop_expired(n);
	halves_of(nonce, halves);
	known = map_get(&n->by_key, halves[0]);
	return known != NULL && known->check == halves[1];
}

bool
nonces_use(struct nonces *n, const char *nonce, int64_t expires_at)
{
	uint64_t halves[2];
	struct nonce *added;

	drop_expired(n);
	halves_of(nonce, halves);
	if (map_get(&n->by_key, halves[0]) != NULL || n->by_key.count >= n->max) {
		return false;
	}
	added = xcalloc(1, sizeof(*added));
	list_init(&added->link);
	added->key = halves[0];
	added->check = halves[1];
	added->expires_at = expires_at;
	map_put(&n->by_key, added->key, added);
	list_append(&n->by_use, &added->link);
	return true;
}
