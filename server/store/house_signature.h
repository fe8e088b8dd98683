/* The house's signature under what leaves it, by the Ed25519 key of its signed heads. Reads the
 * key's file: never on the loop thread. */
#ifndef STORE_HOUSE_SIGNATURE_H
#define STORE_HOUSE_SIGNATURE_H

#include <stddef.h>

#include "base/err.h"

#define HOUSE_KEY_SIZE 256
#define HOUSE_SIGNATURE_SIZE 96

struct house_signature {
	char key[HOUSE_KEY_SIZE];             /* the public half, PEM as in heads.pub */
	char signature[HOUSE_SIGNATURE_SIZE]; /* base64url */
};

/* ERR_NOT_FOUND: the house has no key. */
MUST_CHECK enum err house_sign(const char *data_dir, const void *data, size_t length,
	struct house_signature *out, struct error *e);

#endif
