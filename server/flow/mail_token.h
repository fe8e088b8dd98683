/* The token in the reply address of mail about a conversation, support+TOKEN@broker.example: its
 * number, and proof that we wrote it. Letters of one case and digits only, for servers that do
 * not keep case. Pure. */
#ifndef FLOW_MAIL_TOKEN_H
#define FLOW_MAIL_TOKEN_H

#include <stdint.h>

#include "base/seal.h"

#define MAIL_TOKEN_SIZE 27 /* with its NUL */

void mail_token_make(const uint8_t secret[static SEAL_SECRET_SIZE], uint64_t conversation,
	char out[static MAIL_TOKEN_SIZE]);
/* The conversation; 0: not a token of ours. */
uint64_t
mail_token_read(const uint8_t secret[static SEAL_SECRET_SIZE], const char *token);

#endif
