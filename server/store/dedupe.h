/* What makes a change come in once: the client's ref with its author, or the provider's id in
 * its scope. */
#ifndef STORE_DEDUPE_H
#define STORE_DEDUPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/job.h"

struct change;
struct dedupe_recent;

/* False when the change carries neither. */
bool dedupe_key(const struct change *c, uint8_t out[static DEDUPE_KEY_SIZE]);
/* For keys that the store makes itself: `order` grows with time. */
void dedupe_key_of(uint64_t order, const char *scope, const char *id,
	uint8_t out[static DEDUPE_KEY_SIZE]);

/* The newest committed keys, so that a client that repeats itself right after a reconnect
 * costs no rollback. Writer thread. */
struct dedupe_recent *dedupe_recent_create(void);
void dedupe_recent_destroy(struct dedupe_recent *r);
void dedupe_recent_put(struct dedupe_recent *r, const uint8_t *key, uint64_t fact);
uint64_t
dedupe_recent_get(const struct dedupe_recent *r, const uint8_t *key); /* 0: unknown */

#endif
