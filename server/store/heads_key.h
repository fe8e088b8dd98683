/* The Ed25519 key of the signed heads: <data_dir>/keys/heads.key, made at the first start and
 * readable by the server alone; heads.pub beside it is for those who verify elsewhere. */
#ifndef STORE_HEADS_KEY_H
#define STORE_HEADS_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { HEADS_SIGNATURE_SIZE = 64, HEADS_PEM_SIZE = 256 };

struct heads_key;

MUST_CHECK enum err heads_key_open(const char *data_dir, struct heads_key **out,
	struct error *e); /* makes it when there is none */
/* The whole key, never a new one. ERR_NOT_FOUND: there is none. */
MUST_CHECK enum err
heads_key_load(const char *data_dir, struct heads_key **out, struct error *e);
/* The public half is enough. ERR_NOT_FOUND: there is neither. */
MUST_CHECK enum err
heads_key_open_public(const char *data_dir, struct heads_key **out, struct error *e);
void heads_key_close(struct heads_key *k); /* NULL is fine */
void heads_key_sign(const struct heads_key *k, const void *data, size_t length,
	uint8_t out[static HEADS_SIGNATURE_SIZE]);
/* What heads.pub holds. */
void heads_key_public_pem(const struct heads_key *k, char out[static HEADS_PEM_SIZE]);
bool heads_key_verifies(const struct heads_key *k, const void *data, size_t length,
	const uint8_t signature[static HEADS_SIGNATURE_SIZE]);

#endif
