/* Those of one token hang together in a chain, as several tabs share one. */
#include "api/watches.h"

#include <stdlib.h>
#include <string.h>

#include "api/sessions.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/wheel.h"

enum { SWEEP_MS = 10 * 1000 };

struct watches {
	struct map chains; /* by the first bytes of the token's hash */
	struct wheel *wheel;
	struct timer sweep;
};

/* --- who is there -------------------------------------------------------------------------- */

static uint64_t
key_of(const uint8_t token_hash[static DIGEST_SIZE])
{
	uint64_t key;

	memcpy(&key, token_hash, sizeof(key));
	return key;
}

void
watches_add(struct watches *w, struct session_watch *watch, struct wheel *wheel)
{
	uint64_t key = key_of(watch->token_hash);

	w->wheel = wheel;
	if (!timer_pending(&w->sweep)) {
		wheel_add(wheel, &w->sweep, clock_monotonic_ms() + SWEEP_MS);
	}
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

/* --- who has to go ------------------------------------------------------------------------- */

typedef bool watch_matches(const struct session_watch *watch, const void *what);

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

static void
revoke_all(struct watches *w, watch_matches *matches, const void *what)
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

struct staff_but {
	uint64_t staff;
	const uint8_t *stays;
};

static bool
is_of_staff(const struct session_watch *watch, const void *what)
{
	const struct staff_but *who = what;

	return watch->staff == who->staff &&
		(who->stays == NULL || !has_token(watch, who->stays));
}

void
watches_revoke_staff(struct watches *w, uint64_t staff, const uint8_t *stays)
{
	struct staff_but who = {staff, stays};

	revoke_all(w, is_of_staff, &who);
}

static bool
has_expired(const struct session_watch *watch, const void *now)
{
	return watch->expires_at != 0 && watch->expires_at <= *(const int64_t *)now;
}

static void
sweep_due(struct timer *t)
{
	struct watches *w = list_item(t, struct watches, sweep);
	int64_t now = clock_now_ms();

	revoke_all(w, has_expired, &now);
	if (w->chains.count > 0) {
		wheel_add(w->wheel, t, clock_monotonic_ms() + SWEEP_MS);
	}
}

/* --- life ---------------------------------------------------------------------------------- */

struct watches *
watches_create(void)
{
	struct watches *w = xcalloc(1, sizeof(*w));

	map_init(&w->chains);
	timer_init(&w->sweep, sweep_due);
	return w;
}

void
watches_destroy(struct watches *w)
{
	if (w != NULL) {
		timer_cancel(&w->sweep);
		map_fini(&w->chains);
		free(w);
	}
}
