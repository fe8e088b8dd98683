#include "api/token.h"

#include <assert.h>
#include <string.h>

#include "base/id.h"
#include "base/str.h"
#include "net/net.h"

enum { RANDOM_SIZE = 32, PREFIX_SIZE = 3 };

void
token_make(const char *prefix, char out[static 64], uint8_t hash[static DIGEST_SIZE])
{
	uint8_t bytes[RANDOM_SIZE];

	assert(strlen(prefix) == PREFIX_SIZE);
	random_bytes(bytes, sizeof(bytes));
	memcpy(out, prefix, PREFIX_SIZE);
	base64url_encode(bytes, sizeof(bytes), out + PREFIX_SIZE);
	sha256(out, strlen(out), hash);
}

bool
token_hash(const char *prefix, const char *token, uint8_t hash[static DIGEST_SIZE])
{
	if (token == NULL || !str_starts_with(token, prefix) ||
		strlen(token) != TOKEN_LENGTH) {
		return false;
	}
	sha256(token, TOKEN_LENGTH, hash);
	return true;
}

/* The value of our cookie, copied into out; "" when it is absent or too long. */
static void
read_cookie(const char *header, char *out, size_t out_size)
{
	static const char name[] = SESSION_COOKIE "=";
	const char *p = header;

	out[0] = '\0';
	while (p != NULL) {
		size_t length;

		p += strspn(p, " ;");
		length = strcspn(p, ";");
		if (strncmp(p, name, sizeof(name) - 1) == 0) {
			length -= sizeof(name) - 1;
			if (length < out_size) {
				memcpy(out, p + sizeof(name) - 1, length);
				out[length] = '\0';
			}
			return;
		}
		p = strchr(p, ';');
	}
}

/* Who names a key is judged by it, never by a cookie that came along. */
static bool
bearer_token(const char *authorization, enum author_kind *kind,
	uint8_t hash[static DIGEST_SIZE])
{
	static const char bearer[] = "Bearer ";
	const char *token = authorization + sizeof(bearer) - 1;

	if (strncasecmp(authorization, bearer, sizeof(bearer) - 1) != 0) {
		return false;
	}
	*kind = str_starts_with(token, TOKEN_API) ? AUTHOR_API : AUTHOR_CUSTOMER;
	return token_hash(*kind == AUTHOR_API ? TOKEN_API : TOKEN_VISITOR, token, hash);
}

bool
token_of_request(const struct web_request *rq, enum author_kind *kind,
	uint8_t hash[static DIGEST_SIZE])
{
	const char *authorization = web_header(rq, "authorization");
	char cookie[TOKEN_LENGTH + 1];

	if (authorization != NULL) {
		return bearer_token(authorization, kind, hash);
	}
	*kind = AUTHOR_STAFF;
	read_cookie(web_header(rq, "cookie"), cookie, sizeof(cookie));
	return token_hash(TOKEN_STAFF, cookie, hash);
}
