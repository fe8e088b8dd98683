/* SHA-256 by OpenSSL's plain functions: the EVP ones take and give back memory for each hash,
 * which costs a quarter of what a message's hashes do. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdlib.h>

void
sha256_two(const void *a, size_t a_length, const void *b, size_t b_length,
	uint8_t out[static DIGEST_SIZE])
{
	SHA256_CTX context;

	if (SHA256_Init(&context) != 1 || SHA256_Update(&context, a, a_length) != 1 ||
		SHA256_Update(&context, b, b_length) != 1 || SHA256_Final(out, &context) != 1) {
		abort();
	}
}

void
sha256(const void *data, size_t length, uint8_t out[static DIGEST_SIZE])
{
	sha256_two(data, length, "", 0, out);
}

void
hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
	uint8_t out[static DIGEST_SIZE])
{
	assert(key_length <= INT_MAX);
	/* OpenSSL takes a NULL key for "the key of last time". */
	if (HMAC(EVP_sha256(), key_length > 0 ? key : "", (int)key_length, data, length, out,
			NULL) == NULL) {
		abort();
	}
}
