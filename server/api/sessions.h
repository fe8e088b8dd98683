/* Who is behind a request or a socket. Staff: cookie trunkline_session = 256 random bits,
 * stored as SHA-256; CSRF token = HMAC of it under the server's secret. Integrators: API keys
 * "tk_...". Visitors: tokens "tv_...". Known ones are answered from memory, others are read
 * from the store. Loop thread only. */
#ifndef API_SESSIONS_H
#define API_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "model/actor.h"
#include "model/staff.h"

struct app;
struct nonces;
struct sessions;
struct web_request;

struct sessions *
sessions_create(struct app *app); /* after the directory and the secret */
void sessions_destroy(struct sessions *s);

struct identity {
	struct actor actor;
	uint8_t token_hash[DIGEST_SIZE];
	int64_t expires_at;     /* of the token; 0: never */
	char csrf[44];          /* staff only */
	char scopes[400];       /* API keys only: "calls:write customers:read" */
	struct visitor visitor; /* visitors only; language points nowhere (NULL) */
};
typedef void sessions_found(void *ctx, enum err rc, const struct identity *who);
/* Calls back at once when known, else after a read. rc: ERR_OK, ERR_DENIED (no or wrong
 * credentials), ERR_UNAVAILABLE. */
void sessions_of_request(struct sessions *s, const struct web_request *rq,
	sessions_found *found, void *ctx);
/* By a visitor token as it came in a frame. */
void sessions_of_visitor(struct sessions *s, const char *token, const char *peer,
	sessions_found *found, void *ctx);

void sessions_csrf(const struct sessions *s, const uint8_t token_hash[static DIGEST_SIZE],
	char out[static 44]);
bool sessions_csrf_ok(const struct identity *who, const char *given); /* constant time */
bool identity_has_scope(const struct identity *who, const char *scope);

/* Live sockets register here, so that log-out, deactivation or a rotated token closes them. */
struct session_watch {
	uint64_t staff; /* or 0 */
	uint8_t token_hash[DIGEST_SIZE];
	int64_t expires_at; /* of the identity: revoked then; 0: never */
	bool
		logged_out; /* when revoked() comes: by her own wish, not by a change of rights */
	void (*revoked)(
		struct session_watch *w); /* must close the socket; is unwatched already */
	struct session_watch *next;
	struct session_watch *previous;
};
void sessions_watch(struct sessions *s, struct session_watch *w);
void sessions_unwatch(struct sessions *s, struct session_watch *w);
/* After the commit of a log-out, password change, deactivation, rotation. */
void
sessions_forget_token(struct sessions *s, const uint8_t token_hash[static DIGEST_SIZE]);
/* What is remembered of a token that stays valid is out of date: it is read again. */
void
sessions_reread_token(struct sessions *s, const uint8_t token_hash[static DIGEST_SIZE]);
void sessions_forget_staff(struct sessions *s, uint64_t staff);
/* All of hers but this one. */
void sessions_forget_others(struct sessions *s, uint64_t staff,
	const uint8_t token_hash[static DIGEST_SIZE]);
void sessions_forget_api_key(struct sessions *s, uint64_t key);

/* Nonces of signed identities that changed nothing in the store: api/nonces.h. */
struct nonces *sessions_nonces(struct sessions *s);

#endif
