/* Token buckets by name and key (address, account, visitor). Bounded memory: the least recently
 * used are forgotten. Loop thread only. */
#ifndef API_LIMITS_H
#define API_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limits;

struct limits *limits_create(size_t max_keys);
void limits_destroy(struct limits *l);
/* Takes one token; false and *retry_ms (may be NULL) when none is left. per_minute 0: no limit. */
bool limits_take(struct limits *l, const char *name, const char *key, int64_t per_minute,
	int64_t *retry_ms);
/* Returns a token that was taken for something that turned out to be harmless: a log-in takes
 * one before the password is looked at, and gets it back when it was right. */
void
limits_give_back(struct limits *l, const char *name, const char *key, int64_t per_minute);

#endif
