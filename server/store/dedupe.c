#include "store/dedupe.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digits.h"
#include "base/str.h"
#include "model/change.h"

enum {
	ORDER_SIZE = 8,
	DEDUPE_DIGEST_SIZE = DEDUPE_KEY_SIZE - ORDER_SIZE,
	ULID_LENGTH = 26,
	ULID_TIME_FROM =
		2, /* ten digits of milliseconds; the first two take 34 years a step */
	SCOPE_SIZE = 64,
	RECENT_SLOTS = 8192,
};

struct recent {
	uint8_t key[DEDUPE_KEY_SIZE];
	uint64_t fact;
};

struct dedupe_recent {
	struct recent slots[RECENT_SLOTS];
};

/* Half of a SHA-256 is far more than keeps keys apart, and nobody gains by finding two of his own
 * that are the same: the scope names him. */
static void
digest_of(const char *scope, const char *id, uint8_t out[static DEDUPE_DIGEST_SIZE])
{
	uint8_t digest[DIGEST_SIZE];

	/* The NUL of the scope keeps ("ab", "c") and ("a", "bc") apart. */
	sha256_two(scope, strlen(scope) + 1, id, strlen(id), digest);
	memcpy(out, digest, DEDUPE_DIGEST_SIZE);
}

/* `order` is a part of the id that grows with time: it keeps neighbours in time neighbours in the
 * index. */
static void
key_of_text(const char *order, const char *scope, const char *id,
	uint8_t out[static DEDUPE_KEY_SIZE])
{
	size_t length = strlen(order);

	memset(out, 0, ORDER_SIZE);
	memcpy(out, order, length < ORDER_SIZE ? length : ORDER_SIZE);
	digest_of(scope, id, out + ORDER_SIZE);
}

/* Of a ULID, which clients make, to the millisecond: what is written in one second would else be
 * in no order, and each message would touch a page of its own. */
static const char *
order_of_ref(const char *ref)
{
	return strlen(ref) == ULID_LENGTH ? ref + ULID_TIME_FROM : ref;
}

bool
dedupe_key(const struct change *c, uint8_t out[static DEDUPE_KEY_SIZE])
{
	static const char prefix[] = "ref:";
	char text[SCOPE_SIZE];
	char *scope = text + sizeof(text) - 1;

	if (!str_empty(c->dedupe_scope) && !str_empty(c->dedupe_id)) {
		/* Providers' ids mostly begin with a number or a time. */
		key_of_text(c->dedupe_id, c->dedupe_scope, c->dedupe_id, out);
		return true;
	}
	if (c->ref[0] == '\0') {
		return false;
	}
	/* ref:KIND:ID, from its end */
	*scope = '\0';
	scope = digits_before(c->actor.id, scope);
	*--scope = ':';
	scope = digits_before((uint64_t)c->actor.kind, scope);
	scope -= sizeof(prefix) - 1;
	memcpy(scope, prefix, sizeof(prefix) - 1);
	key_of_text(order_of_ref(c->ref), scope, c->ref, out);
	return true;
}

void
dedupe_key_of(uint64_t order, const char *scope, const char *id,
	uint8_t out[static DEDUPE_KEY_SIZE])
{
	for (int i = ORDER_SIZE - 1; i >= 0; i--) {
		out[i] = (uint8_t)order;
		order >>= 8;
	}
	digest_of(scope, id, out + ORDER_SIZE);
}

struct dedupe_recent *
dedupe_recent_create(void)
{
	return xcalloc(1, sizeof(struct dedupe_recent));
}

void
dedupe_recent_destroy(struct dedupe_recent *r)
{
	free(r);
}

/* The digest part is random already. */
static size_t
slot_of(const uint8_t *key)
{
	uint32_t number;

	memcpy(&number, key + ORDER_SIZE, sizeof(number));
	return number % RECENT_SLOTS;
}

void
dedupe_recent_put(struct dedupe_recent *r, const uint8_t *key, uint64_t fact)
{
	struct recent *slot = &r->slots[slot_of(key)];

	memcpy(slot->key, key, DEDUPE_KEY_SIZE);
	slot->fact = fact;
}

uint64_t
dedupe_recent_get(const struct dedupe_recent *r, const uint8_t *key)
{
	const struct recent *slot = &r->slots[slot_of(key)];

	return memcmp(slot->key, key, DEDUPE_KEY_SIZE) == 0 ? slot->fact : 0;
}
