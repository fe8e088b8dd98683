/* The algorithm is fetched once and each thread keeps one context: fetching and
 * allocating for each call would cost more than hashing a short message. */
#include "base/digest.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t context_key;
static EVP_MD *algorithm;

static void
free_context(void *context)
{
	EVP_MD_CTX_free(context);
}

static void
set_up(void)
{
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (algorithm == NULL || pthread_key_create(&context_key, free_context) != 0) {
		abort();
	}
}

static EVP_MD_CTX *
context_of_thread(void)
{
	EVP_MD_CTX *context;

	pthread_once(&once, set_up);
	context = pthread_getspecific(context_key);
	if (context == NULL) {
		context = EVP_MD_CTX_new();
		if (context == NULL || pthread_setspecific(context_key, context) != 0) {
			abort();
		}
	}
	return context;
}

void
sha256_two(const void *a, size_t a_length, const void *b, size_t b_length,
	uint8_t out[static DIGEST_SIZE])
{
	EVP_MD_CTX *context = context_of_thread();

	if (EVP_DigestInit_ex2(context, algorithm, NULL) != 1 ||
		EVP_DigestUpdate(context, a, a_length) != 1 ||
		EVP_DigestUpdate(context, b, b_length) != 1 ||
		EVP_DigestFinal_ex(context, out, NULL) != 1) {
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
