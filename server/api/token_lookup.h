/* Whose a token is that is not known: the store is asked, and what it says is known from then on.
 * What is forgotten while a look-up is on its way must not come back with it: a look-up that sees
 * that something was forgotten starts again. Private to sessions.c. Loop thread only. */
#ifndef API_TOKEN_LOOKUP_H
#define API_TOKEN_LOOKUP_H

#include <stdint.h>

#include "api/known_tokens.h"
#include "base/err.h"

struct store;

/* rc: ERR_OK, ERR_DENIED (nobody's, or not valid any more: token is NULL), ERR_UNAVAILABLE. The
 * token is there for the call. */
typedef void token_found(void *ctx, enum err rc, const struct known_token *token);
/* Calls back once; at once when the store takes no more. */
void token_look_up(struct store *store, struct known_tokens *known, enum author_kind kind,
	const uint8_t hash[static DIGEST_SIZE], token_found *found, void *ctx);

#endif
