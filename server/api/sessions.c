/* Tokens that were looked up lately are known for a while; then the store is asked again. What
 * their bearers may is read from the directory each time. */
#include "api/sessions.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/known_tokens.h"
#include "api/nonces.h"
#include "api/standings.h"
#include "api/token.h"
#include "api/token_lookup.h"
#include "api/watches.h"
#include "base/arena.h"
#include "base/seal.h"
#include "base/str.h"

enum { NONCES_MAX = 100000 };

struct sessions {
	struct app *app;
	struct known_tokens *known;
	struct watches *watches;
	struct standings *standings;
	struct nonces *nonces;
	uint8_t csrf_key[SEAL_SECRET_SIZE];
};

/* Who asked for a token that is being looked up. */
struct asking {
	struct sessions *sessions;
	char address[ADDRESS_SIZE];
	sessions_found *found;
	void *ctx;
};

/* --- identities --------------------------------------------------------------------------- */

void
sessions_csrf(const struct sessions *s, const uint8_t token_hash[static DIGEST_SIZE],
	char out[static 44])
{
	uint8_t code[DIGEST_SIZE];

	hmac_sha256(s->csrf_key, sizeof(s->csrf_key), token_hash, DIGEST_SIZE, code);
	base64url_encode(code, sizeof(code), out);
}

bool
sessions_csrf_ok(const struct identity *who, const char *given)
{
	return given != NULL && who->csrf[0] != '\0' && strlen(given) == strlen(who->csrf) &&
		equals_constant_time(given, who->csrf, strlen(who->csrf));
}

bool
identity_has_scope(const struct identity *who, const char *scope)
{
	const char *p = who->scopes;
	size_t length = strlen(scope);

	while (*p != '\0') {
		size_t word = strcspn(p, " ");

		if (word == length && memcmp(p, scope, length) == 0) {
			return true;
		}
		p += word;
		p += strspn(p, " ");
	}
	return false;
}

/* Rights come from the directory at each request, so that a change of them counts at once. */
static enum err
fill_staff(const struct sessions *s, uint64_t id, struct identity *who)
{
	const struct staff *staff = directory_staff(s->app->directory, id);

	if (staff == NULL || !staff->active ||
		(staff->demo && !net_is_loopback(s->app->net))) {
		return ERR_DENIED;
	}
	who->actor.role = staff->role;
	who->actor.unit = staff->unit;
	sessions_csrf(s, who->token_hash, who->csrf);
	return ERR_OK;
}

static enum err
fill_visitor(const struct sessions *s, const struct known_token *k, struct identity *who)
{
	const struct channel_row *channel = directory_channel(s->app->directory,
		k->visitor.channel);

	if (channel == NULL || !channel->enabled) {
		return ERR_DENIED;
	}
	who->visitor = k->visitor;
	return ERR_OK;
}

static void
answer(const struct sessions *s, const struct known_token *k, const char *address,
	sessions_found *found, void *ctx)
{
	struct identity who = {0};
	enum err rc = ERR_OK;

	who.actor.kind = k->kind;
	who.actor.id = k->id;
	str_copy(who.actor.address, sizeof(who.actor.address), address);
	memcpy(who.token_hash, k->token_hash, DIGEST_SIZE);
	who.expires_at = k->expires_at;
	if (k->kind == AUTHOR_STAFF) {
		rc = fill_staff(s, k->id, &who);
	} else if (k->kind == AUTHOR_API) {
		who.actor.unit = UNIT_ROOT;
		str_copy(who.scopes, sizeof(who.scopes), k->scopes);
	} else {
		rc = fill_visitor(s, k, &who);
	}
	found(ctx, rc, rc == ERR_OK ? &who : NULL);
}

/* --- who is it? --------------------------------------------------------------------------- */

static void
looked_up(void *ctx, enum err rc, const struct known_token *token)
{
	struct asking *a = ctx;

	if (rc == ERR_OK) {
		answer(a->sessions, token, a->address, a->found, a->ctx);
	} else {
		a->found(a->ctx, rc, NULL);
	}
	free(a);
}

static void
identify(struct sessions *s, enum author_kind kind,
	const uint8_t hash[static DIGEST_SIZE], const char *address, sessions_found *found,
	void *ctx)
{
	const struct known_token *known;
	struct asking *a;

	directory_refresh(s->app->directory);
	known = known_tokens_find(s->known, hash);
	if (known != NULL) {
		/* The prefix is part of what is hashed: a token is always of one kind. */
		answer(s, known, address, found, ctx);
		return;
	}
	a = xcalloc(1, sizeof(*a));
	a->sessions = s;
	str_copy(a->address, sizeof(a->address), address);
	a->found = found;
	a->ctx = ctx;
	token_look_up(s->app->store, s->known, kind, hash, looked_up, a);
}

void
sessions_of_request(struct sessions *s, const struct web_request *rq,
	sessions_found *found, void *ctx)
{
	uint8_t hash[DIGEST_SIZE];
	enum author_kind kind;

	if (token_of_request(rq, &kind, hash)) {
		identify(s, kind, hash, rq->peer, found, ctx);
	} else {
		found(ctx, ERR_DENIED, NULL);
	}
}

void
sessions_of_visitor(struct sessions *s, const char *token, const char *peer,
	sessions_found *found, void *ctx)
{
	uint8_t hash[DIGEST_SIZE];

	if (token_hash(TOKEN_VISITOR, token, hash)) {
		identify(s, AUTHOR_CUSTOMER, hash, peer, found, ctx);
	} else {
		found(ctx, ERR_DENIED, NULL);
	}
}

/* --- live sockets ------------------------------------------------------------------------- */

void
sessions_watch(struct sessions *s, struct session_watch *w)
{
	watches_add(s->watches, w, net_wheel(s->app->net));
}

void
sessions_unwatch(struct sessions *s, struct session_watch *w)
{
	watches_remove(s->watches, w);
}

/* --- forgetting --------------------------------------------------------------------------- */

void
sessions_reread_token(struct sessions *s, const uint8_t token_hash[static DIGEST_SIZE])
{
	known_tokens_drop(s->known, token_hash);
}

void
sessions_forget_token(struct sessions *s, const uint8_t token_hash[static DIGEST_SIZE])
{
	sessions_reread_token(s, token_hash);
	watches_revoke_token(s->watches, token_hash);
}

void
sessions_forget_staff(struct sessions *s, uint64_t staff)
{
	assert(staff != 0);
	known_tokens_drop_of(s->known, AUTHOR_STAFF, staff);
	watches_revoke_staff(s->watches, staff, NULL);
}

void
sessions_forget_others(struct sessions *s, uint64_t staff,
	const uint8_t token_hash[static DIGEST_SIZE])
{
	assert(staff != 0);
	known_tokens_drop_of(s->known, AUTHOR_STAFF, staff);
	watches_revoke_staff(s->watches, staff, token_hash);
}

void
sessions_forget_api_key(struct sessions *s, uint64_t key)
{
	known_tokens_drop_of(s->known, AUTHOR_API, key);
}

/* --- life --------------------------------------------------------------------------------- */

static void
standing_has_changed(void *ctx, uint64_t staff)
{
	sessions_forget_staff(ctx, staff);
}

static void
directory_changed(void *ctx)
{
	struct sessions *s = ctx;

	standings_read(s->standings, s->app->directory, standing_has_changed, s);
}

struct sessions *
sessions_create(struct app *app)
{
	struct sessions *s = xcalloc(1, sizeof(*s));

	s->app = app;
	s->known = known_tokens_create();
	s->watches = watches_create();
	s->standings = standings_create();
	s->nonces = nonces_create(NONCES_MAX);
	seal_derive(app->secret, "csrf", s->csrf_key);
	directory_on_reload(app->directory, directory_changed, s);
	directory_changed(s);
	return s;
}

void
sessions_destroy(struct sessions *s)
{
	if (s == NULL) {
		return;
	}
	nonces_destroy(s->nonces);
	known_tokens_destroy(s->known);
	watches_destroy(s->watches);
	standings_destroy(s->standings);
	free(s);
}

struct nonces *
sessions_nonces(struct sessions *s)
{
	return s->nonces;
}
