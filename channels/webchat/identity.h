/* A customer's identity as the integrator's server signs it: a JWT (RFC 7519) in the one form
 * that we take, HS256 with the key that its kid names. Pure; everything in it comes from outside.
 * Whatever is wrong refuses the whole: a bad identity is never treated as an anonymous one. */
#ifndef CHANNELS_WEBCHAT_IDENTITY_H
#define CHANNELS_WEBCHAT_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define IDENTITY_TOKEN_MAX 4096
#define IDENTITY_KEY_MAX 256
#define IDENTITY_KID_MAX 32
#define IDENTITY_LIFE_SECONDS 300
#define IDENTITY_LEEWAY_SECONDS 60 /* how far their clock may be ahead of ours */

struct arena;

/* The key id named by the token, not yet believed: to look the key up. NULL: no such form. */
const char *identity_kid(const char *token, struct arena *a);

struct identity_key {
	const void *secret;
	size_t length;
};

/* What was proven. Texts live in the arena; name, phone and email may be NULL, and are claims
 * of the integrator, not proof. */
struct signed_identity {
	const char *kid;
	const char *subject;
	const char *nonce;
	const char *name;
	const char *phone;
	const char *email;
	int64_t expires_at; /* ms */
};

/* audience: the public key of the channel that asks. ERR_DENIED with the reason for the log of
 * the server; outsiders are told only that it was refused. */
MUST_CHECK enum err
identity_verify(const char *token, const struct identity_key *key, const char *audience,
	int64_t now_ms, struct arena *a, struct signed_identity *out, struct error *e);

#endif
