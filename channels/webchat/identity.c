#include "channels/webchat/identity.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/str.h"

enum {
	SUBJECT_MAX = 128,
	NONCE_MIN = 8,
	NONCE_MAX = 64,
	NAME_MAX_BYTES = 200,
	PHONE_MAX_BYTES = 40,
	EMAIL_MAX_BYTES = 190,
	SECOND_MS = 1000,
};
#define TIME_MAX_SECONDS INT64_C(253402300799) /* the end of the year 9999 */

struct parts {
	struct slice header;
	struct slice claims;
	struct slice signature;
};

static bool
split(const char *token, struct parts *out)
{
	const char *first = strchr(token, '.');
	const char *second = first != NULL ? strchr(first + 1, '.') : NULL;

	if (strlen(token) > IDENTITY_TOKEN_MAX || second == NULL ||
		strchr(second + 1, '.') != NULL) {
		return false;
	}
	out->header = (struct slice){token, (size_t)(first - token)};
	out->claims = (struct slice){first + 1, (size_t)(second - first - 1)};
	out->signature = slice_of(second + 1);
	return true;
}

/* A part is base64url of a JSON object. NULL: it is not. To be freed by json_free. */
static struct json *
parse_part(struct slice part)
{
	char bytes[IDENTITY_TOKEN_MAX];
	struct json *json;
	size_t length;

	if (base64url_decode(part.data, part.length, bytes, sizeof(bytes), &length) !=
			ERR_OK ||
		json_parse(bytes, length, &json, NULL) != ERR_OK) {
		return NULL;
	}
	if (!json_is_object(json)) {
		json_free(json);
		return NULL;
	}
	return json;
}

/* "crit" asks us to understand what we do not (RFC 7515 section 4.1.11). */
static const char *
kid_of(const struct json *header)
{
	const char *algorithm = json_string(header, "alg");
	const char *kid = json_string(header, "kid");

	if (!str_equals(algorithm, "HS256") || json_get(header, "crit") != NULL ||
		str_empty(kid) || strlen(kid) > IDENTITY_KID_MAX) {
		return NULL;
	}
	return kid;
}

const char *
identity_kid(const char *token, struct arena *a)
{
	const char *kid = NULL;
	struct json *header;
	struct parts parts;

	if (!split(token, &parts)) {
		return NULL;
	}
	header = parse_part(parts.header);
	if (header != NULL && kid_of(header) != NULL) {
		kid = arena_strdup(a, kid_of(header));
	}
	json_free(header);
	return kid;
}

static bool
signature_right(const char *token, const struct parts *parts,
	const struct identity_key *key)
{
	uint8_t expected[DIGEST_SIZE];
	uint8_t given[DIGEST_SIZE];
	size_t length;

	if (base64url_decode(parts->signature.data, parts->signature.length, given,
			sizeof(given), &length) != ERR_OK ||
		length != sizeof(given)) {
		return false;
	}
	hmac_sha256(key->secret, key->length, token,
		parts->header.length + 1 + parts->claims.length, expected);
	return equals_constant_time(given, expected, sizeof(expected));
}

/* `aud` may be one name or a list of them (RFC 7519 section 4.1.3). */
static bool
has_audience(const struct json *claims, const char *audience)
{
	const struct json *named = json_get(claims, "aud");

	for (size_t i = 0; json_is_array(named) && i < json_length(named); i++) {
		if (str_equals(json_string_value(json_at(named, i), NULL), audience)) {
			return true;
		}
	}
	return str_equals(json_string(claims, "aud"), audience);
}

static enum err
check_times(const struct json *claims, int64_t now_ms, struct signed_identity *out,
	struct error *e)
{
	int64_t now = now_ms / SECOND_MS;
	int64_t issued;
	int64_t expires;

	if (!json_i64(claims, "iat", &issued) || !json_i64(claims, "exp", &expires) ||
		issued < 0 || issued > TIME_MAX_SECONDS || expires < 0 ||
		expires > TIME_MAX_SECONDS) {
		return error_set(e, ERR_DENIED, "iat or exp is missing or no time");
	}
	if (expires <= issued || expires - issued > IDENTITY_LIFE_SECONDS) {
		return error_set(e, ERR_DENIED, "exp is not within %d seconds after iat",
			IDENTITY_LIFE_SECONDS);
	}
	if (issued > now + IDENTITY_LEEWAY_SECONDS) {
		return error_set(e, ERR_DENIED, "iat is in the future");
	}
	if (now >= expires) {
		return error_set(e, ERR_DENIED, "it has expired");
	}
	out->expires_at = expires * SECOND_MS;
	return ERR_OK;
}

static bool
has_controls(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f) {
			return true;
		}
	}
	return false;
}

static enum err
copy_claim(const struct json *claims, const char *name, size_t min, size_t max,
	struct arena *a, const char **out, struct error *e)
{
	const struct json *value = json_get(claims, name);
	const char *text;
	size_t length;

	*out = NULL;
	if (value == NULL && min == 0) {
		return ERR_OK;
	}
	text = json_string_value(value, &length);
	if (text == NULL || length < min || length > max || has_controls(text)) {
		return error_set(e, ERR_DENIED, "%s is missing, too long or no text", name);
	}
	*out = length > 0 ? arena_strdup(a, text) : NULL;
	return ERR_OK;
}

/* Some databases ignore spaces at the end: "u-1 " must not become "u-1". */
static enum err
check_subject(const char *subject, struct error *e)
{
	if (subject[0] == ' ' || subject[strlen(subject) - 1] == ' ') {
		return error_set(e, ERR_DENIED, "sub begins or ends with a space");
	}
	return ERR_OK;
}

static enum err
read_claims(const struct json *claims, const char *audience, int64_t now_ms,
	struct arena *a, struct signed_identity *out, struct error *e)
{
	const struct {
		const char *name;
		size_t min;
		size_t max;
		const char **out;
	} texts[] = {
		{"sub", 1, SUBJECT_MAX, &out->subject},
		{"jti", NONCE_MIN, NONCE_MAX, &out->nonce},
		{"name", 0, NAME_MAX_BYTES, &out->name},
		{"phone", 0, PHONE_MAX_BYTES, &out->phone},
		{"email", 0, EMAIL_MAX_BYTES, &out->email},
	};
	enum err rc;

	if (!has_audience(claims, audience)) {
		return error_set(e, ERR_DENIED, "aud is not the key of this channel");
	}
	rc = check_times(claims, now_ms, out, e);
	for (size_t i = 0; rc == ERR_OK && i < sizeof(texts) / sizeof(texts[0]); i++) {
		rc = copy_claim(claims, texts[i].name, texts[i].min, texts[i].max, a,
			texts[i].out, e);
	}
	return rc == ERR_OK ? check_subject(out->subject, e) : rc;
}

enum err
identity_verify(const char *token, const struct identity_key *key, const char *audience,
	int64_t now_ms, struct arena *a, struct signed_identity *out, struct error *e)
{
	struct signed_identity found = {0};
	struct json *claims;
	struct parts parts;
	enum err rc;

	found.kid = identity_kid(token, a);
	if (found.kid == NULL || !split(token, &parts)) {
		return error_set(e, ERR_DENIED, "it is no HS256 token with a kid");
	}
	if (key->length == 0 || !signature_right(token, &parts, key)) {
		return error_set(e, ERR_DENIED, "the signature is wrong");
	}
	/* Only now, signed by somebody we know, is anything in it read. */
	claims = parse_part(parts.claims);
	if (claims == NULL) {
		return error_set(e, ERR_DENIED, "the claims are no JSON object");
	}
	rc = read_claims(claims, audience, now_ms, a, &found, e);
	json_free(claims);
	if (rc == ERR_OK) {
		*out = found;
	}
	return rc;
}
