/* SHA-256 and HMAC-SHA-256 (OpenSSL behind it). */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE 32

void sha256(const void *data, size_t length, uint8_t out[static DIGEST_SIZE]);
void sha256_two(const void *a, size_t a_length, const void *b, size_t b_length,
	uint8_t out[static DIGEST_SIZE]);
void hmac_sha256(const void *key, size_t key_length, const void *data, size_t length,
	uint8_t out[static DIGEST_SIZE]);

#endif
