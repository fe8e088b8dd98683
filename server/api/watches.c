/* Those of one token hang together in a chain, as several tabs share one. */
#include "api/watches.h"

#include <stdlib.h>
#include <string.h>

#include "api/sessions.h"
#include "base/arena.h"
#include "base/map.h"

struct watches {
	struct map chains; /* by the first bytes of the token's hash */
};

struct watches *
watches_create(void)
{
	struct watches *w = xcalloc(1, sizeof(*w));

	map_init(&w->chains);
	return w;
}

void
watches_destroy(struct watches *w)
{
	if (w != NULL) {
		map_fini(&w->chains);
		free(w);
	}
}

bool
watches_empty(const struct watches *w)
{
	return w->chains.count == 0;
}

static uint64_t
key_of(const uint8_t token_hash[static DIGEST_SIZE])
{
	uint64_t key;

	memcpy(&key, token_hash, sizeof(key));
	return key;
}

void
watches_add(struct watches *w, struct session_watch *watch)
{
	uint64_t key = key_of(watch->token_hash);

	watch->previous = NULL;
	watch->next = map_get(&w->chains, key);
	if (watch->next != NULL) {
		watch->next->previous = watch;
	}
	map_put(&w->chains, key, watch);
}

void
watches_remove(struct watches *w, struct session_watch *watch)
{
	uint64_t key = key_of(watch->token_hash);

	if (watch->previous != NULL) {
		watch->previous->next = watch->next;
	} else if (map_get(&w->chains, key) != watch) {
		return;
	} else if (watch->next != NULL) {
		map_put(&w->chains, key, watch->next);
	} else {
		map_remove(&w->chains, key);
	}
	if (watch->next != NULL) {
		watch->next->previous = watch->previous;
	}
	watch->next = NULL;
	watch->previous = NULL;
}

/* The chain is looked at anew after each, as telling one may have ended others. */
static void
revoke_chain(struct watches *w, uint64_t key, watch_matches *matches, const void *what)
{
	struct session_watch *watch = map_get(&w->chains, key);

	while (watch != NULL) {
		if (matches(watch, what)) {
			watches_remove(w, watch);
			watch->revoked(watch);
			watch = map_get(&w->chains, key);
		} else {
			watch = watch->next;
		}
	}
}

void
watches_revoke(struct watches *w, watch_matches *matches, const void *what)
{
	uint64_t *keys = xmalloc((w->chains.count + 1) * sizeof(*keys));
	size_t count = 0;
	size_t position = 0;
	void *first;

	while (map_next(&w->chains, &position, &keys[count], &first)) {
		count++;
	}
	for (size_t i = 0; i < count; i++) {
		revoke_chain(w, keys[i], matches, what);
	}
	free(keys);
}

static bool
has_token(const struct session_watch *watch, const void *token_hash)
{
	return memcmp(watch->token_hash, token_hash, DIGEST_SIZE) == 0;
}

void
watches_revoke_token(struct watches *w, const uint8_t token_hash[static DIGEST_SIZE])
{
	uint64_t key = key_of(token_hash);

	for (struct session_watch *each = map_get(&w->chains, key); each != NULL;
		 each = each->next) {
		each->logged_out = has_token(each, token_hash);
	}
	revoke_chain(w, key, has_token, token_hash);
}
