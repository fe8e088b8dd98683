/* A signed identity as a browser hands it over, under its right key: the input is signed first,
 * so that what comes after the signature is reached too. The first byte says whether. */
#include "channels/webchat/identity.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"

#define NOW_MS INT64_C(1700000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct identity_key key = {"secret", 6};

/* "header.claims" of the raw bytes, split at the first NUL, encoded and signed. */
static const char *
signed_token(struct arena *a, const char *data, size_t size)
{
	size_t header = strnlen(data, size);
	size_t claims = header < size ? size - header - 1 : 0;
	char *first = arena_alloc(a, header * 4 / 3 + 4);
	char *second = arena_alloc(a, claims * 4 / 3 + 4);
	uint8_t code[DIGEST_SIZE];
	char signature[44];
	char *body;

	base64url_encode(data, header, first);
	base64url_encode(data + header + 1, claims, second);
	body = arena_printf(a, "%s.%s", first, second);
	hmac_sha256(key.secret, key.length, body, strlen(body), code);
	base64url_encode(code, sizeof(code), signature);
	return arena_printf(a, "%s.%s", body, signature);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct signed_identity out = {0};
	struct error e = {0};
	struct arena *a;
	const char *token;

	if (size < 2) {
		return 0;
	}
	a = arena_create();
	token = (data[0] & 1) != 0 ? signed_token(a, (const char *)data + 1, size - 1)
							   : arena_strndup(a, (const char *)data + 1, size - 1);
	if (identity_verify(token, &key, "wk_1", NOW_MS, a, &out, &e) == ERR_OK) {
		assert(out.kid != NULL && out.subject != NULL && strlen(out.subject) <= 128);
		assert(strlen(out.nonce) >= 8 && strlen(out.nonce) <= 64);
		assert(utf8_valid(out.subject, strlen(out.subject)));
		assert(out.expires_at > NOW_MS);
		assert(out.expires_at <= NOW_MS + (IDENTITY_LIFE_SECONDS + 60) * 1000);
	} else {
		assert(out.subject == NULL && e.code == ERR_DENIED && e.text[0] != '\0');
	}
	arena_destroy(a);
	return 0;
}
