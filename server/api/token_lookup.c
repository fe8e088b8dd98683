#include "api/token_lookup.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "store/read.h"
#include "store/store.h"

enum { TRIES_MAX = 3 /* when something is forgotten meanwhile */ };

struct lookup {
	struct query query;
	struct store *store;
	struct known_tokens *known;
	struct arena *arena;
	uint8_t token_hash[DIGEST_SIZE];
	enum author_kind kind;
	uint64_t forgotten; /* when it was asked */
	unsigned tries;
	struct session_row session;
	struct staff staff;
	struct api_key key;
	struct visitor visitor;
	token_found *found;
	void *ctx;
};

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
			known_tokens_add(l->known, &token);
		}
		l->found(l->ctx, ERR_OK, &token);
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
	} else if (l->forgotten != known_tokens_forgotten(l->known)) {
		start_lookup(l);
	} else {
		finish_lookup(l, still_valid(l) ? ERR_OK : ERR_DENIED);
	}
}

static void
start_lookup(struct lookup *l)
{
	if (l->tries++ == TRIES_MAX) {
		finish_lookup(l, ERR_UNAVAILABLE);
		return;
	}
	if (l->arena != NULL) {
		arena_reset(l->arena);
	}
	l->forgotten = known_tokens_forgotten(l->known);
	memset(&l->query, 0, sizeof(l->query));
	l->query.run = run_lookup;
	l->query.done = lookup_done;
	if (store_query(l->store, &l->query) != ERR_OK) {
		finish_lookup(l, ERR_UNAVAILABLE);
	}
}

void
token_look_up(struct store *store, struct known_tokens *known, enum author_kind kind,
	const uint8_t hash[static DIGEST_SIZE], token_found *found, void *ctx)
{
	struct lookup *l = xcalloc(1, sizeof(*l));

	l->store = store;
	l->known = known;
	l->kind = kind;
	memcpy(l->token_hash, hash, DIGEST_SIZE);
	l->found = found;
	l->ctx = ctx;
	start_lookup(l);
}
