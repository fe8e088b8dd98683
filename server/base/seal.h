/* Secrets at rest. One key file outside the database, <data_dir>/keys/server.key, holds the
 * server's secret; everything else is derived from it by purpose. Sealed texts are AES-256-GCM
 * under such a key, bound to their context, so that one cannot be moved to another row. */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SEAL_SECRET_SIZE 32
#define SEAL_PLAIN_MAX 1024
#define SEAL_TEXT_SIZE (((SEAL_PLAIN_MAX + 29) * 4 + 2) / 3 + 1)

/* Reads the key file; makes it (0600, its folder 0700) when there is none yet. Blocks. */
MUST_CHECK enum err seal_secret_load(const char *data_dir,
	uint8_t secret[static SEAL_SECRET_SIZE], struct error *e);

/* A key for one purpose ("csrf", "seal"): knowing it tells nothing about the others. */
void seal_derive(const uint8_t secret[static SEAL_SECRET_SIZE], const char *purpose,
	uint8_t key[static SEAL_SECRET_SIZE]);

/* `context` names where the secret belongs ("identity_key:<channel public key>:<kid>"); opening
 * it under another context fails. `sealed` is base64url text. ERR_INVALID: too long. */
MUST_CHECK enum err
seal(const uint8_t secret[static SEAL_SECRET_SIZE], const char *context,
	const void *plain, size_t length, char sealed[static SEAL_TEXT_SIZE]);
/* ERR_CORRUPT: not sealed by this secret for this context, or changed since. */
MUST_CHECK enum err
seal_open(const uint8_t secret[static SEAL_SECRET_SIZE], const char *context,
	const char *sealed, void *plain, size_t plain_size, size_t *plain_length);

#endif
