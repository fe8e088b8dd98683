#include "channels/webchat/identity.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "lib/test.h"

#define NOW_MS INT64_C(1700000000000)
#define HEADER "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}"
#define AUDIENCE "wk_public"
#define CLAIMS \
	"{\"aud\":\"wk_public\",\"sub\":\"u-17\",\"iat\":1700000000,\"exp\":1700000300," \
	"\"jti\":\"nonce-0001\",\"name\":\"林若溪\",\"phone\":\"13800138000\"}"

static const char secret[] = "a secret of the integrator";
static const struct identity_key key = {secret, sizeof(secret) - 1};

static int
set_up(void **state)
{
	*state = arena_create();
	return 0;
}

static int
tear_down(void **state)
{
	arena_destroy(*state);
	return 0;
}

static char *
encode(struct arena *a, const char *text)
{
	char *out = arena_alloc(a, strlen(text) * 4 / 3 + 4);

	base64url_encode(text, strlen(text), out);
	return out;
}

static char *
sign(struct arena *a, const char *header, const char *claims)
{
	char *signed_part = arena_printf(a, "%s.%s", encode(a, header), encode(a, claims));
	uint8_t code[DIGEST_SIZE];
	char signature[44];

	hmac_sha256(key.secret, key.length, signed_part, strlen(signed_part), code);
	base64url_encode(code, sizeof(code), signature);
	return arena_printf(a, "%s.%s", signed_part, signature);
}

static enum err
verify_at(struct arena *a, const char *token, int64_t now_ms, struct signed_identity *out)
{
	struct error e = {0};
	enum err rc = identity_verify(token, &key, AUDIENCE, now_ms, a, out, &e);

	/* Every refusal says why, for the log. */
	assert_true(rc == ERR_OK || (rc == ERR_DENIED && e.text[0] != '\0'));
	return rc;
}

static void
refuse_claims(struct arena *a, const char *claims)
{
	struct signed_identity identity = {.subject = "untouched"};

	assert_int_equal(verify_at(a, sign(a, HEADER, claims), NOW_MS, &identity),
		ERR_DENIED);
	assert_string_equal(identity.subject, "untouched");
}

static void
a_good_token_proves_its_subject(void **state)
{
	struct signed_identity identity = {0};
	const char *token = sign(*state, HEADER, CLAIMS);

	assert_string_equal(identity_kid(token, *state), "k1");
	assert_int_equal(verify_at(*state, token, NOW_MS, &identity), ERR_OK);
	assert_string_equal(identity.kid, "k1");
	assert_string_equal(identity.subject, "u-17");
	assert_string_equal(identity.nonce, "nonce-0001");
	assert_string_equal(identity.name, "林若溪");
	assert_string_equal(identity.phone, "13800138000");
	assert_null(identity.email);
	assert_int_equal(identity.expires_at, INT64_C(1700000300000));
}

/* RFC 7515 appendix A.1: its key and its signature, so that both sides are not only ours. Its
 * claims are not our form, so what is refused is the content, after the signature held. */
static void
the_signature_is_that_of_rfc_7515(void **state)
{
	static const char token[] =
		"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
		".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb2"
		"90Ijp0cnVlfQ";
	static const char jwk[] =
		"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0"
		"iPS4hcgUuTwjAzZr1Z9CAow";
	uint8_t bytes[64];
	uint8_t code[DIGEST_SIZE];
	char signature[44];
	size_t length;

	(void)state;
	assert_int_equal(base64url_decode(jwk, strlen(jwk), bytes, sizeof(bytes), &length),
		ERR_OK);
	hmac_sha256(bytes, length, token, strlen(token), code);
	base64url_encode(code, sizeof(code), signature);
	assert_string_equal(signature, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

static void
a_changed_token_is_refused(void **state)
{
	struct signed_identity identity = {0};
	char *token = sign(*state, HEADER, CLAIMS);
	size_t length = strlen(token);

	for (size_t i = 0; i < length; i++) {
		char before = token[i];

		token[i] = before == 'A' ? 'B' : 'A';
		assert_int_equal(verify_at(*state, token, NOW_MS, &identity), ERR_DENIED);
		token[i] = before;
	}
	for (size_t i = 0; i < length; i++) {
		char before = token[i];

		token[i] = '\0';
		assert_int_equal(verify_at(*state, token, NOW_MS, &identity), ERR_DENIED);
		token[i] = before;
	}
	assert_int_equal(verify_at(*state, token, NOW_MS, &identity), ERR_OK);
}

static void
another_key_is_refused(void **state)
{
	struct identity_key other = {"another", 7};
	struct identity_key none = {"", 0};
	const char *token = sign(*state, HEADER, CLAIMS);
	struct signed_identity identity;

	assert_int_equal(identity_verify(token, &other, AUDIENCE, NOW_MS, *state, &identity,
						 NULL),
		ERR_DENIED);
	assert_int_equal(identity_verify(token, &none, AUDIENCE, NOW_MS, *state, &identity,
						 NULL),
		ERR_DENIED);
}

/* What attackers of JWT libraries try: no algorithm, another one, what we should understand. */
static void
only_hs256_with_a_kid_is_taken(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"none\",\"kid\":\"k1\"}",
		"{\"alg\":\"HS512\",\"kid\":\"k1\"}",
		"{\"alg\":\"RS256\",\"kid\":\"k1\"}",
		"{\"alg\":\"hs256\",\"kid\":\"k1\"}",
		"{\"alg\":\"HS256\"}",
		"{\"alg\":\"HS256\",\"kid\":\"\"}",
		"{\"alg\":\"HS256\",\"kid\":7}",
		"{\"alg\":\"HS256\",\"kid\":\"0123456789012345678901234567890123\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"crit\":[\"exp\"]}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\",\"alg\":\"none\"}",
		"[\"HS256\"]",
		"",
	};
	struct signed_identity identity = {0};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const char *token = sign(*state, headers[i], CLAIMS);

		assert_null(identity_kid(token, *state));
		assert_int_equal(verify_at(*state, token, NOW_MS, &identity), ERR_DENIED);
	}
}

static void
the_audience_is_this_channel(void **state)
{
	struct signed_identity identity = {0};

	refuse_claims(*state,
		"{\"aud\":\"wk_other\",\"sub\":\"u\",\"iat\":1700000000,\"exp\":1700000300,"
		"\"jti\":\"12345678\"}");
	refuse_claims(*state,
		"{\"sub\":\"u\",\"iat\":1700000000,\"exp\":1700000300,\"jti\":\"12345678\"}");
	refuse_claims(*state,
		"{\"aud\":[\"wk_other\"],\"sub\":\"u\",\"iat\":1700000000,\"exp\":1700000300,"
		"\"jti\":\"12345678\"}");
	assert_int_equal(
		verify_at(*state,
			sign(*state, HEADER,
				"{\"aud\":[\"wk_other\",\"wk_public\"],\"sub\":\"u\",\"iat\":1700000000,"
				"\"exp\":1700000300,\"jti\":\"12345678\"}"),
			NOW_MS, &identity),
		ERR_OK);
}

static void
it_lives_for_five_minutes_at_most(void **state)
{
	const char *token = sign(*state, HEADER, CLAIMS);
	struct signed_identity identity = {0};

	refuse_claims(*state,
		"{\"aud\":\"wk_public\",\"sub\":\"u\",\"iat\":1700000000,\"exp\":1700000301,"
		"\"jti\":\"12345678\"}");
	refuse_claims(*state,
		"{\"aud\":\"wk_public\",\"sub\":\"u\",\"iat\":1700000000,\"exp\":1700000000,"
		"\"jti\":\"12345678\"}");
	refuse_claims(*state,
		"{\"aud\":\"wk_public\",\"sub\":\"u\",\"exp\":1700000300,\"jti\":\"12345678\"}");
	refuse_claims(*state,
		"{\"aud\":\"wk_public\",\"sub\":\"u\",\"iat\":1700000000,\"jti\":\"12345678\"}");
	refuse_claims(*state,
		"{\"aud\":\"wk_public\",\"sub\":\"u\",\"iat\":-9223372036854775807,"
		"\"exp\":9223372036854775807,\"jti\":\"12345678\"}");
	assert_int_equal(verify_at(*state, token, NOW_MS + 299999, &identity), ERR_OK);
	assert_int_equal(verify_at(*state, token, NOW_MS + 300000, &identity), ERR_DENIED);
	/* Their clock may be a minute ahead of ours. */
	assert_int_equal(verify_at(*state, token, NOW_MS - 60000, &identity), ERR_OK);
	assert_int_equal(verify_at(*state, token, NOW_MS - 61000, &identity), ERR_DENIED);
}

static void
subject_and_nonce_are_bounded(void **state)
{
	static const char form[] =
		"{\"aud\":\"wk_public\",\"sub\":%s,\"iat\":1700000000,\"exp\":1700000300,"
		"\"jti\":%s}";
	static const char *const wrong[][2] = {
		{"\"\"", "\"12345678\""},
		{"17", "\"12345678\""},
		{"\"a\\u0000b\"", "\"12345678\""},
		{"\"a\\nb\"", "\"12345678\""},
		{"\"u \"", "\"12345678\""},
		{"\" u\"", "\"12345678\""},
		{"\"u\"", "\"1234567\""},
		{"\"u\"", "12345678"},
		{"\"u\"",
			"\"123456789012345678901234567890123456789012345678901234567890123456\""},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		refuse_claims(*state, arena_printf(*state, form, wrong[i][0], wrong[i][1]));
	}
}

static void
a_token_that_is_too_long_is_refused(void **state)
{
	char long_token[IDENTITY_TOKEN_MAX + 2];
	struct signed_identity identity = {0};

	memset(long_token, 'A', sizeof(long_token) - 1);
	long_token[10] = '.';
	long_token[20] = '.';
	long_token[sizeof(long_token) - 1] = '\0';
	assert_null(identity_kid(long_token, *state));
	assert_int_equal(verify_at(*state, long_token, NOW_MS, &identity), ERR_DENIED);
	assert_int_equal(verify_at(*state, "", NOW_MS, &identity), ERR_DENIED);
	assert_int_equal(verify_at(*state, "..", NOW_MS, &identity), ERR_DENIED);
	assert_int_equal(verify_at(*state, "a.b.c.d", NOW_MS, &identity), ERR_DENIED);
}

#define identity_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		identity_test(a_good_token_proves_its_subject),
		identity_test(the_signature_is_that_of_rfc_7515),
		identity_test(a_changed_token_is_refused),
		identity_test(another_key_is_refused),
		identity_test(only_hs256_with_a_kid_is_taken),
		identity_test(the_audience_is_this_channel),
		identity_test(it_lives_for_five_minutes_at_most),
		identity_test(subject_and_nonce_are_bounded),
		identity_test(a_token_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
