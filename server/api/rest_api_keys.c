/* /api/v1/api-keys: keys of integrators, for administrators. */
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/reading.h"
#include "api/routes.h"
#include "api/rows.h"
#include "api/token.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "model/change.h"
#include "store/read.h"

enum {
	NAME_MAX_CHARS = 60,
	BODY_MAX = 16 * 1024,
};

static const char *const known_scopes[] = {
	"calls:write",
	"customers:export",
	"customers:read",
	"customers:write",
	"entries:read",
	"entries:write",
};
#define SCOPE_COUNT (sizeof(known_scopes) / sizeof(known_scopes[0]))

static void
write_keys(struct reading *r, const struct api_key *keys, size_t count)
{
	reading_items(r);
	for (size_t i = 0; i < count; i++) {
		jw_object(&r->json);
		api_key_encode(&keys[i], &r->json);
		jw_object_end(&r->json);
	}
	reading_items_end(r);
}

static enum err
run_list(struct reading *r, struct reader *reader, struct error *e)
{
	struct api_key *keys;
	size_t count;
	enum err rc = read_api_keys(reader, r->arena, &keys, &count, e);

	if (rc == ERR_OK) {
		write_keys(r, keys, count);
	}
	return rc;
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_ADMINISTRATOR};

	reading_route(rq, app, &access, run_list);
}

/* --- making one, and revoking --------------------------------------------------------------- */

struct key_request {
	uint64_t id;
	char token[64];
};

static enum err
run_made(struct reading *r, struct reader *reader, struct error *e)
{
	const struct key_request *made = r->parameters;
	struct api_key *keys;
	size_t count;
	enum err rc = read_api_keys(reader, r->arena, &keys, &count, e);

	if (rc != ERR_OK) {
		return rc;
	}
	for (size_t i = 0; i < count; i++) {
		if (keys[i].id == made->id) {
			jw_object(&r->json);
			jw_key(&r->json, "api_key");
			jw_object(&r->json);
			api_key_encode(&keys[i], &r->json);
			jw_object_end(&r->json);
			jw_kstring(&r->json, "key", made->token);
			jw_object_end(&r->json);
			return ERR_OK;
		}
	}
	return error_set(e, ERR_NOT_FOUND, "the key was removed again");
}

static void
made(struct exchange *x, const struct outcome *o)
{
	const struct key_request *request = x->state;
	struct reading *r = reading_create(x, sizeof(*request));

	*(struct key_request *)r->parameters = *request;
	((struct key_request *)r->parameters)->id = o->id;
	r->run = run_made;
	reading_start(r);
}

static bool
is_known(const char *scope)
{
	for (size_t i = 0; i < SCOPE_COUNT; i++) {
		if (str_equals(scope, known_scopes[i])) {
			return true;
		}
	}
	return false;
}

static const char *
read_scopes(struct input *in)
{
	const struct json *list = json_get(in->object, "scopes");
	const char *scopes = "";

	if (!json_is_array(list) || json_length(list) == 0 ||
		json_length(list) > SCOPE_COUNT) {
		input_wrong(in, "scopes", "must be a list of scopes");
		return scopes;
	}
	for (size_t i = 0; i < json_length(list); i++) {
		const char *scope = json_string_value(json_at(list, i), NULL);

		if (!is_known(scope)) {
			input_wrong(in, "scopes",
				"may be calls:write, customers:read, customers:write, entries:read, entries:write");
			return scopes;
		}
		scopes = arena_printf(in->arena, "%s%s%s", scopes, scopes[0] != '\0' ? " " : "",
			scope);
	}
	return scopes;
}

static void
mark(struct change *c, enum row_action action, uint64_t id)
{
	c->api_key.action = action;
	c->api_key.key.id = id;
}

static void
read_key(struct exchange *x, struct input *in, struct change *c)
{
	struct key_request *request = arena_alloc(x->arena, sizeof(*request));
	struct api_key *key = &c->api_key.key;

	x->state = request;
	key->name = input_required_line(in, "name", NAME_MAX_CHARS);
	key->scopes = read_scopes(in);
	key->expires_at = input_time(in, "expires_at");
	key->created_by = x->who.actor.id;
	if (key->expires_at != 0 && key->expires_at <= clock_now_ms()) {
		input_wrong(in, "expires_at", "must be in the future");
	}
	token_make(TOKEN_API, request->token, c->api_key.key_hash);
}

static void
revoked(struct exchange *x, const struct outcome *o)
{
	sessions_forget_api_key(x->app->sessions, o->id);
	exchange_reply_empty(x);
}

static const struct row_resource api_keys = {
	.kind = CHANGE_API_KEY,
	.role = ROLE_ADMINISTRATOR,
	.mark = mark,
	.read = read_key,
	.stored = made,
	.removed = revoked,
};

static void
create(struct http_request *rq, void *app)
{
	rows_create(rq, app, &api_keys);
}

static void
revoke(struct http_request *rq, void *app)
{
	rows_remove(rq, app, &api_keys);
}

const struct http_route api_key_routes[] = {
	{"GET", "/api/v1/api-keys", list, 0},
	{"POST", "/api/v1/api-keys", create, BODY_MAX},
	{"DELETE", "/api/v1/api-keys/:id", revoke, 0},
	{0},
};
