#include "flow/mail_token.h"

#include <ctype.h>
#include <string.h>

#include "base/digest.h"
#include "base/str.h"

enum { NUMBER_BYTES = 8, PROOF_BYTES = 8, TOKEN_BYTES = NUMBER_BYTES + PROOF_BYTES };

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

static void
prove(const uint8_t secret[static SEAL_SECRET_SIZE], uint8_t token[static TOKEN_BYTES])
{
	uint8_t key[SEAL_SECRET_SIZE];
	uint8_t digest[DIGEST_SIZE];

	seal_derive(secret, "mail_token", key);
	hmac_sha256(key, sizeof(key), token, NUMBER_BYTES, digest);
	memcpy(token + NUMBER_BYTES, digest, PROOF_BYTES);
	explicit_bzero(key, sizeof(key));
}

void
mail_token_make(const uint8_t secret[static SEAL_SECRET_SIZE], uint64_t conversation,
	char out[static MAIL_TOKEN_SIZE])
{
	uint8_t token[TOKEN_BYTES + 1] = {0}; /* padded to whole groups of five bits */

	for (size_t i = 0; i < NUMBER_BYTES; i++) {
		token[i] = (uint8_t)(conversation >> (8 * (NUMBER_BYTES - 1 - i)));
	}
	prove(secret, token);
	for (size_t i = 0; i < MAIL_TOKEN_SIZE - 1; i++) {
		size_t bit = i * 5;
		unsigned two = (unsigned)token[bit / 8] << 8 | token[bit / 8 + 1];

		out[i] = alphabet[two >> (11 - bit % 8) & 31];
	}
	out[MAIL_TOKEN_SIZE - 1] = '\0';
}

uint64_t
mail_token_read(const uint8_t secret[static SEAL_SECRET_SIZE], const char *token)
{
	uint8_t proof[TOKEN_BYTES] = {0};
	char right[MAIL_TOKEN_SIZE];
	char lower[MAIL_TOKEN_SIZE];
	uint64_t conversation = 0;

	if (token == NULL || strlen(token) != MAIL_TOKEN_SIZE - 1) {
		return 0;
	}
	for (size_t i = 0; i < MAIL_TOKEN_SIZE; i++) {
		lower[i] = (char)tolower((unsigned char)token[i]);
	}
	for (size_t i = 0; i < MAIL_TOKEN_SIZE - 1; i++) {
		const char *letter = strchr(alphabet, lower[i]);

		for (size_t bit = i * 5; letter != NULL && bit < i * 5 + 5; bit++) {
			bool set = ((letter - alphabet) >> (4 - bit % 5) & 1) != 0;

			if (bit < sizeof(proof) * 8 && set) {
				proof[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
			}
		}
	}
	for (size_t i = 0; i < NUMBER_BYTES; i++) {
		conversation = conversation << 8 | proof[i];
	}
	mail_token_make(secret, conversation, right);
	return equals_constant_time(lower, right, sizeof(right)) ? conversation : 0;
}
