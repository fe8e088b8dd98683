/* Tokens as they travel: "<prefix>" and 256 random bits as text; they are stored and looked up by
 * their hash only. Any thread. */
#ifndef API_TOKEN_H
#define API_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "model/types.h"

struct web_request;

#define TOKEN_STAFF "ts_"
#define TOKEN_API "tk_"
#define TOKEN_VISITOR "tv_"
#define TOKEN_LENGTH 46
#define SESSION_COOKIE "trunkline_session"

void
token_make(const char *prefix, char out[static 64], uint8_t hash[static DIGEST_SIZE]);
/* False: no token of ours looks like this. NULL is none. */
bool token_hash(const char *prefix, const char *token, uint8_t hash[static DIGEST_SIZE]);
/* What a request names, and of what kind its bearer is; false: nothing that could be ours. */
bool token_of_request(const struct web_request *rq, enum author_kind *kind,
	uint8_t hash[static DIGEST_SIZE]);

#endif
