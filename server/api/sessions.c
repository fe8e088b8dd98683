/* Tokens that were looked up lately are known for a while; then the store is asked again.
 * What is forgotten while a look-up is on its way must not come back with it, so each
 * forgetting has a number, and a look-up that sees another number starts again. */
#include "api/sessions.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/known_tokens.h"
#include "api/nonces.h"
#include "api/token.h"
#include "api/watches.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/seal.h"
#include "base/str.h"
#include "store/read.h"

enum {
	NONCES_MAX = 100000,
	SWEEP_MS = 10 * 1000,
	LOOKUPS_MAX = 3, /* of one request, when something is forgotten meanwhile */
};

/* What of a member of staff a live session stands on; when it changes its sockets end. */
struct standing {
	enum staff_role role;
	uint64_t unit;
	int64_t password_at;
	bool active;
};

struct sessions {
	struct app *app;
	struct known_tokens *known;
	uint64_t forgotten; /* counts forgettings */
	struct watches *watches;
	struct map standings; /* staff -> standing */
	struct nonces *nonces;
	struct timer sweep;
	uint8_t csrf_key[SEAL_SECRET_SIZE];
};

struct lookup {
	struct query query;
	struct sessions *sessions;
	struct arena *arena;
	uint8_t token_hash[DIGEST_SIZE];
	enum author_kind kind;
	char address[ADDRESS_SIZE];
	uint64_t forgotten;
	unsigned tries;
	struct session_row session;
	struct staff staff;
	struct api_key key;
	struct visitor visitor;
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

/* --- look-ups ----------------------------------------------------------------------------- */

static enum err
run_lookup(struct query *q, struct reader *r, struct error *e)
{
	struct lookup *l = (struct lookup *)q;

	/* Only now: thousands may wait for their turn. */
	l->arena = l->arena != NULL ? l->arena : arena_create();
	switch (l->kind) {
	case AUTHOR_STAFF:
		return read_session(r, l->token_hash, l->arena, &l->session, &l->staff, e);
	case AUTHOR_API:
		return read_api_key(r, l->token_hash, l->arena, &l->key, e);
	default:
		return read_visitor(r, l->token_hash, l->arena, &l->visitor, e);
	}
}

static bool
still_valid(const struct lookup *l)
{
	int64_t now = clock_now_ms();

	switch (l->kind) {
	case AUTHOR_STAFF:
		return l->session.expires_at > now && l->staff.active;
	case AUTHOR_API:
		return l->key.revoked_at == 0 &&
			(l->key.expires_at == 0 || l->key.expires_at > now);
	default:
		return l->visitor.expires_at > now;
	}
}

/* The texts are the look-up's. */
static struct known_token
token_of(const struct lookup *l)
{
	struct known_token token = {.kind = l->kind};

	memcpy(token.token_hash, l->token_hash, DIGEST_SIZE);
	switch (l->kind) {
	case AUTHOR_STAFF:
		token.id = l->session.staff;
		token.expires_at = l->session.expires_at;
		break;
	case AUTHOR_API:
		token.id = l->key.id;
		token.expires_at = l->key.expires_at;
		token.scopes = l->key.scopes;
		break;
	default:
		token.id = l->visitor.id;
		token.expires_at = l->visitor.expires_at;
		token.visitor = l->visitor;
		token.visitor.language = NULL;
		break;
	}
	return token;
}

static void
finish_lookup(struct lookup *l, enum err rc)
{
	if (rc != ERR_OK) {
		l->found(l->ctx, rc, NULL);
	} else {
		struct known_token token = token_of(l);

		/* A visitor gets her customer with her first entry: until then ask each time. */
		if (l->kind != AUTHOR_CUSTOMER || l->visitor.customer != 0) {
			known_tokens_add(l->sessions->known, &token);
		}
		answer(l->sessions, &token, l->address, l->found, l->ctx);
	}
	arena_destroy(l->arena);
	free(l);
}

static void start_lookup(struct lookup *l);

static void
lookup_done(struct query *q)
{
	struct lookup *l = (struct lookup *)q;

	if (q->code == ERR_NOT_FOUND) {
		finish_lookup(l, ERR_DENIED);
	} else if (q->code != ERR_OK) {
		finish_lookup(l, ERR_UNAVAILABLE);
	} else if (l->forgotten != l->sessions->forgotten) {
		start_lookup(l);
	} else {
		finish_lookup(l, still_valid(l) ? ERR_OK : ERR_DENIED);
	}
}

static void
start_lookup(struct lookup *l)
{
	if (l->tries++ == LOOKUPS_MAX) {
		finish_lookup(l, ERR_UNAVAILABLE);
		return;
	}
	if (l->arena != NULL) {
		arena_reset(l->arena);
	}
	l->forgotten = l->sessions->forgotten;
	memset(&l->query, 0, sizeof(l->query));
	l->query.run = run_lookup;
	l->query.done = lookup_done;
	if (store_query(l->sessions->app->store, &l->query) != ERR_OK) {
		finish_lookup(l, ERR_UNAVAILABLE);
	}
}

static void
look_up(struct sessions *s, enum author_kind kind, const uint8_t hash[static DIGEST_SIZE],
	const char *address, sessions_found *found, void *ctx)
{
	const struct known_token *known;
	struct lookup *l;

	directory_refresh(s->app->directory);
	known = known_tokens_find(s->known, hash);
	if (known != NULL) {
		/* The prefix is part of what is hashed: a token is always of one kind. */
		answer(s, known, address, found, ctx);
		return;
	}
	l = xcalloc(1, sizeof(*l));
	l->sessions = s;
	l->kind = kind;
	memcpy(l->token_hash, hash, DIGEST_SIZE);
	str_copy(l->address, sizeof(l->address), address);
	l->found = found;
	l->ctx = ctx;
	start_lookup(l);
}

void
sessions_of_request(struct sessions *s, const struct web_request *rq,
	sessions_found *found, void *ctx)
{
	uint8_t hash[DIGEST_SIZE];
	enum author_kind kind;

	if (token_of_request(rq, &kind, hash)) {
		look_up(s, kind, hash, rq->peer, found, ctx);
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
		look_up(s, AUTHOR_CUSTOMER, hash, peer, found, ctx);
	} else {
		found(ctx, ERR_DENIED, NULL);
	}
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

/* --- live sockets ------------------------------------------------------------------------- */

static bool
expired(const struct session_watch *w, const void *now)
{
	return w->expires_at != 0 && w->expires_at <= *(const int64_t *)now;
}

static void
sweep_due(struct timer *t)
{
	struct sessions *s = list_item(t, struct sessions, sweep);
	int64_t now = clock_now_ms();

	watches_revoke(s->watches, expired, &now);
	if (!watches_empty(s->watches)) {
		wheel_add(net_wheel(s->app->net), t, clock_monotonic_ms() + SWEEP_MS);
	}
}

void
sessions_watch(struct sessions *s, struct session_watch *w)
{
	watches_add(s->watches, w);
	if (!timer_pending(&s->sweep)) {
		wheel_add(net_wheel(s->app->net), &s->sweep, clock_monotonic_ms() + SWEEP_MS);
	}
}

void
sessions_unwatch(struct sessions *s, struct session_watch *w)
{
	watches_remove(s->watches, w);
}

/* --- forgetting --------------------------------------------------------------------------- */

static void
forget_known_of(struct sessions *s, enum author_kind kind, uint64_t id)
{
	s->forgotten++;
	known_tokens_drop_of(s->known, kind, id);
}

void
sessions_reread_token(struct sessions *s, const uint8_t token_hash[static DIGEST_SIZE])
{
	s->forgotten++;
	known_tokens_drop(s->known, token_hash);
}

void
sessions_forget_token(struct sessions *s, const uint8_t token_hash[static DIGEST_SIZE])
{
	sessions_reread_token(s, token_hash);
	watches_revoke_token(s->watches, token_hash);
}

static bool
of_staff(const struct session_watch *w, const void *staff)
{
	return w->staff == *(const uint64_t *)staff;
}

void
sessions_forget_staff(struct sessions *s, uint64_t staff)
{
	assert(staff != 0);
	forget_known_of(s, AUTHOR_STAFF, staff);
	watches_revoke(s->watches, of_staff, &staff);
}

struct other {
	uint64_t staff;
	const uint8_t *token_hash;
};

static bool
of_others(const struct session_watch *w, const void *what)
{
	const struct other *o = what;

	return w->staff == o->staff && memcmp(w->token_hash, o->token_hash, DIGEST_SIZE) != 0;
}

void
sessions_forget_others(struct sessions *s, uint64_t staff,
	const uint8_t token_hash[static DIGEST_SIZE])
{
	struct other other = {staff, token_hash};

	assert(staff != 0);
	forget_known_of(s, AUTHOR_STAFF, staff);
	watches_revoke(s->watches, of_others, &other);
}

static bool
of_visitor(const struct session_watch *w, const void *visitor)
{
	return w->visitor == *(const uint64_t *)visitor;
}

void
sessions_forget_visitor(struct sessions *s, uint64_t visitor)
{
	assert(visitor != 0);
	forget_known_of(s, AUTHOR_CUSTOMER, visitor);
	watches_revoke(s->watches, of_visitor, &visitor);
}

void
sessions_forget_api_key(struct sessions *s, uint64_t key)
{
	forget_known_of(s, AUTHOR_API, key);
}

/* --- life --------------------------------------------------------------------------------- */

static bool
same_standing(const struct standing *a, const struct staff *b)
{
	return a->role == b->role && a->unit == b->unit && a->password_at == b->password_at &&
		a->active == b->active;
}

/* A command beside the server may have changed rights: their sockets end like after a change
 * by the API. */
static void
directory_changed(void *ctx)
{
	struct sessions *s = ctx;
	const struct directory *d = s->app->directory;

	for (size_t i = 0; i < directory_staff_count(d); i++) {
		const struct staff *staff = directory_staff_at(d, i);
		struct standing *standing = map_get(&s->standings, staff->id);
		bool changed = standing != NULL && !same_standing(standing, staff);

		if (standing == NULL) {
			standing = xcalloc(1, sizeof(*standing));
			map_put(&s->standings, staff->id, standing);
		}
		*standing = (struct standing){staff->role, staff->unit, staff->password_at,
			staff->active};
		if (changed) {
			sessions_forget_staff(s, staff->id);
		}
	}
}

struct sessions *
sessions_create(struct app *app)
{
	struct sessions *s = xcalloc(1, sizeof(*s));

	s->app = app;
	s->known = known_tokens_create();
	s->watches = watches_create();
	map_init(&s->standings);
	timer_init(&s->sweep, sweep_due);
	s->nonces = nonces_create(NONCES_MAX);
	seal_derive(app->secret, "csrf", s->csrf_key);
	directory_on_reload(app->directory, directory_changed, s);
	directory_changed(s);
	return s;
}

void
sessions_destroy(struct sessions *s)
{
	size_t position = 0;
	uint64_t key;
	void *standing;

	if (s == NULL) {
		return;
	}
	timer_cancel(&s->sweep);
	while (map_next(&s->standings, &position, &key, &standing)) {
		free(standing);
	}
	nonces_destroy(s->nonces);
	known_tokens_destroy(s->known);
	watches_destroy(s->watches);
	map_fini(&s->standings);
	free(s);
}

struct nonces *
sessions_nonces(struct sessions *s)
{
	return s->nonces;
}
