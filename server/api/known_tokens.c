#include "api/known_tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/str.h"

enum {
	KNOWN_MS = 30 * 1000,
	KNOWN_MAX = 20000,
};

struct known {
	struct list link; /* oldest first */
	uint64_t key;
	int64_t stale_at_ms; /* monotonic */
	char *scopes;
	struct known_token token;
};

struct known_tokens {
	struct map by_key; /* the hash's first bytes */
	struct list by_age;
	uint64_t forgotten;
};

static uint64_t
key_of(const uint8_t hash[static DIGEST_SIZE])
{
	uint64_t key;

	memcpy(&key, hash, sizeof(key));
	return key;
}

static void
drop(struct known_tokens *k, struct known *one)
{
	list_remove(&one->link);
	map_remove(&k->by_key, one->key);
	free(one->scopes);
	free(one);
}

static struct known *
find(struct known_tokens *k, const uint8_t hash[static DIGEST_SIZE])
{
	struct known *one = map_get(&k->by_key, key_of(hash));
	int64_t expires_at;

	if (one == NULL || !equals_constant_time(one->token.token_hash, hash, DIGEST_SIZE)) {
		return NULL;
	}
	expires_at = one->token.expires_at;
	if (one->stale_at_ms <= clock_monotonic_ms() ||
		(expires_at != 0 && expires_at <= clock_now_ms())) {
		drop(k, one);
		return NULL;
	}
	return one;
}

const struct known_token *
known_tokens_find(struct known_tokens *k, const uint8_t hash[static DIGEST_SIZE])
{
	const struct known *one = find(k, hash);

	return one != NULL ? &one->token : NULL;
}

void
known_tokens_add(struct known_tokens *k, const struct known_token *token)
{
	uint64_t key = key_of(token->token_hash);
	struct known *one = map_get(&k->by_key, key);

	if (one != NULL) {
		drop(k, one);
	}
	if (k->by_key.count >= KNOWN_MAX) {
		drop(k, list_item(k->by_age.next, struct known, link));
	}
	one = xcalloc(1, sizeof(*one));
	list_init(&one->link);
	one->key = key;
	one->stale_at_ms = clock_monotonic_ms() + KNOWN_MS;
	one->token = *token;
	if (token->scopes != NULL) {
		one->scopes = xstrdup(token->scopes);
		one->token.scopes = one->scopes;
	}
	map_put(&k->by_key, key, one);
	list_append(&k->by_age, &one->link);
}

void
known_tokens_drop(struct known_tokens *k, const uint8_t hash[static DIGEST_SIZE])
{
	struct known *one = find(k, hash);

	k->forgotten++;
	if (one != NULL) {
		drop(k, one);
	}
}

void
known_tokens_drop_of(struct known_tokens *k, enum author_kind kind, uint64_t id)
{
	k->forgotten++;
	list_each(&k->by_age, node) {
		struct known *one = list_item(node, struct known, link);

		if (one->token.kind == kind && one->token.id == id) {
			drop(k, one);
		}
	}
}

uint64_t
known_tokens_forgotten(const struct known_tokens *k)
{
	return k->forgotten;
}

struct known_tokens *
known_tokens_create(void)
{
	struct known_tokens *k = xcalloc(1, sizeof(*k));

	map_init(&k->by_key);
	list_init(&k->by_age);
	return k;
}

void
known_tokens_destroy(struct known_tokens *k)
{
	if (k == NULL) {
		return;
	}
	while (!list_empty(&k->by_age)) {
		drop(k, list_item(k->by_age.next, struct known, link));
	}
	map_fini(&k->by_key);
	free(k);
}
