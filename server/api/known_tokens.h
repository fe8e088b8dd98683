/* Tokens that were looked up lately, and whose they are, by their hashes: known for half a minute,
 * and the oldest make room for others. Loop thread only. */
#ifndef API_KNOWN_TOKENS_H
#define API_KNOWN_TOKENS_H

#include <stdint.h>

#include "base/digest.h"
#include "model/actor.h"
#include "model/staff.h"

struct known_tokens;

struct known_token {
	uint8_t token_hash[DIGEST_SIZE];
	enum author_kind kind;
	uint64_t id;            /* staff, API key or visitor */
	int64_t expires_at;     /* UTC ms; 0: never */
	const char *scopes;     /* of an API key, else NULL */
	struct visitor visitor; /* of a visitor; its language points nowhere (NULL) */
};

struct known_tokens *known_tokens_create(void);
void known_tokens_destroy(struct known_tokens *k); /* NULL is fine */
/* NULL: not known, or not any more. Valid until the next function that adds or drops. */
const struct known_token *
known_tokens_find(struct known_tokens *k, const uint8_t hash[static DIGEST_SIZE]);
/* Copies it, in the place of what was known of this token. */
void known_tokens_add(struct known_tokens *k, const struct known_token *token);
/* Both forget, and count it. */
void known_tokens_drop(struct known_tokens *k, const uint8_t hash[static DIGEST_SIZE]);
void known_tokens_drop_of(struct known_tokens *k, enum author_kind kind, uint64_t id);
/* How often that was, whether there was anything to forget or not: who asked the store before it
 * may have an answer that is out of date. */
uint64_t known_tokens_forgotten(const struct known_tokens *k);

#endif
