/* Logging in and out: /api/v1/session. A log-in name that nobody has, a wrong password, a
 * deactivated account and a demo account from outside take the same time and get the same
 * answer; the audit alone tells them apart. */
#include "api/rest_session.h"
#include "api/reading.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/export_right.h"
#include "api/input.h"
#include "api/limits.h"
#include "api/origin.h"
#include "api/password.h"
#include "api/password_job.h"
#include "api/routes.h"
#include "api/token.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "model/change.h"
#include "store/read.h"

enum {
	LOGIN_MAX = 64,
	AGENT_MAX_BYTES = 200,
	BODY_MAX = 4096,
	/* One address may be a whole office. */
	ADDRESS_FACTOR = 5,
};

struct login {
	const char *login;
	const char *password;
	char account_key[LOGIN_MAX * 4 + 1]; /* lower case: "Anna" and "anna" share a limit */
	struct staff staff;                  /* id 0: nobody */
	const char *hash;                    /* as it is stored */
	const char *stronger; /* to be stored instead; NULL: it is as it should be */
	uint64_t opened;
	bool whole;
	uint8_t token_hash[DIGEST_SIZE];
};

/* --- the answer --------------------------------------------------------------------------- */

static void
write_config(const struct app *app, const struct staff *staff, struct json_writer *w)
{
	jw_key(w, "config");
	jw_object(w);
	jw_kstring(w, "home_region", app->conf->home_region);
	jw_kstring(w, "home_area", app->conf->home_area);
	jw_ki64(w, "max_upload", app->conf->upload_max);
	jw_kbool(w, "may_export",
		export_allowed(app, &(struct actor){.kind = AUTHOR_STAFF, .role = staff->role}));
	jw_object_end(w);
}

static void
reply_session(struct exchange *x, const struct staff *staff, const char *csrf)
{
	struct buf out;
	struct json_writer w;

	exchange_open(&out, &w);
	if (staff != NULL) {
		jw_key(&w, "staff");
		jw_object(&w);
		staff_encode(staff, &w);
		jw_object_end(&w);
		write_config(x->app, staff, &w);
	}
	jw_kstring(&w, "csrf", csrf);
	exchange_close(x, &out, &w);
}

static bool
cookie_secure(const struct exchange *x)
{
	return http_is_tls(x->http) ||
		str_starts_with(x->app->conf->net.public_url, "https://");
}

static void
set_cookie(struct exchange *x, const char *token, int64_t seconds)
{
	char cookie[200];

	snprintf(cookie, sizeof(cookie),
		SESSION_COOKIE "=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s", token,
		(long long)seconds, cookie_secure(x) ? "; Secure" : "");
	http_set_header(x->http, "set-cookie", cookie);
}

/* --- opening a session -------------------------------------------------------------------- */

static void
reply_opened(void *ctx)
{
	struct exchange *x = ctx;
	struct login *l = x->state;
	const struct staff *staff = directory_staff(x->app->directory, l->opened);
	char csrf[44];

	sessions_csrf(x->app->sessions, l->token_hash, csrf);
	if (l->whole && staff == NULL) {
		exchange_fail(x, ERR_UNAVAILABLE, NULL, "the database is away; try again soon");
		return;
	}
	reply_session(x, l->whole ? staff : NULL, csrf);
}

static void
session_opened(struct exchange *x, const struct outcome *o)
{
	struct login *l = x->state;

	(void)o;
	/* A command may have made the account a moment ago. */
	if (directory_staff(x->app->directory, l->opened) == NULL) {
		directory_reload(x->app->directory, reply_opened, x);
		return;
	}
	reply_opened(x);
}

static const char *
browser_of(const struct exchange *x, struct arena *a)
{
	const char *agent = web_header(http_request(x->http), "user-agent");
	size_t length;
	char *text;

	if (agent == NULL) {
		return "";
	}
	text = utf8_repair(a, agent, strlen(agent), &length);
	text[utf8_truncate(text, length, AGENT_MAX_BYTES)] = '\0';
	return text;
}

void
session_open(struct exchange *x, uint64_t staff, bool whole)
{
	struct login *l = x->state != NULL ? x->state : arena_alloc(x->arena, sizeof(*l));
	struct change *c;
	char token[64];

	x->state = l;
	l->opened = staff;
	l->whole = whole;
	x->who.actor.kind = AUTHOR_STAFF;
	x->who.actor.id = staff;
	token_make(TOKEN_STAFF, token, l->token_hash);
	set_cookie(x, token, x->app->conf->session_ms / 1000);
	explicit_bzero(token, sizeof(token));
	c = exchange_change(x, CHANGE_SESSION);
	c->session.action = ROW_ADD;
	memcpy(c->session.token_hash, l->token_hash, DIGEST_SIZE);
	c->session.staff = staff;
	c->session.expires_at = clock_now_ms() + x->app->conf->session_ms;
	c->session.agent = browser_of(x, c->arena);
	if (l->stronger != NULL) {
		c->session.outdated_hash = arena_strdup(c->arena, l->hash);
		c->session.password_hash = arena_strdup(c->arena, l->stronger);
	}
	exchange_submit(x, c, session_opened, NULL);
}

/* --- log-in ------------------------------------------------------------------------------- */

static const char *
refusal(const struct exchange *x, const struct staff *staff, bool right)
{
	if (staff->id == 0) {
		return "nobody of that name";
	}
	if (!right) {
		return "wrong password";
	}
	if (!staff->active) {
		return "deactivated";
	}
	if (staff->demo && !net_is_loopback(x->app->net)) {
		return "demo account from outside";
	}
	return NULL;
}

static void
refused_login(struct exchange *x, const struct outcome *o)
{
	(void)o; /* without a database the answer is the same */
	exchange_unauthenticated(x, "the log-in name or the password is wrong");
}

static void
refuse(struct exchange *x, uint64_t staff, const char *reason)
{
	struct change *c = exchange_change(x, CHANGE_AUDIT);

	log_event(LOG_WARN, "login_refused", "address=%s", x->who.actor.address);
	c->audit.action = "session.refused";
	c->audit.subject_kind = "staff";
	c->audit.subject = staff;
	c->audit.detail = reason;
	exchange_submit(x, c, refused_login, refused_login);
}

static void
give_back(struct exchange *x, const struct login *l)
{
	int64_t per_minute = x->app->conf->logins_per_minute;

	limits_give_back(x->app->limits, "login", l->account_key, per_minute);
	limits_give_back(x->app->limits, "login_address", x->who.actor.address,
		per_minute * ADDRESS_FACTOR);
}

static void
password_known(struct exchange *x, bool right, const char *stronger)
{
	struct login *l = x->state;
	const char *reason = refusal(x, &l->staff, right);

	if (reason != NULL) {
		refuse(x, l->staff.id, reason);
		return;
	}
	give_back(x, l);
	l->stronger = stronger != NULL ? arena_strdup(x->arena, stronger) : NULL;
	session_open(x, l->staff.id, true);
}

static enum err
run_find(struct reading *r, struct reader *reader, struct error *e)
{
	struct login *l = r->parameters;
	enum err rc = read_staff_by_login(reader, l->login, r->arena, &l->staff, e);

	if (rc == ERR_NOT_FOUND) {
		memset(&l->staff, 0, sizeof(l->staff));
		return ERR_OK;
	}
	return rc;
}

static void
found(struct reading *r)
{
	struct exchange *x = r->exchange;
	struct login *l = x->state;

	l->staff = ((struct login *)r->parameters)->staff;
	l->hash = l->staff.password_hash != NULL
		? arena_strdup(x->arena, l->staff.password_hash)
		: NULL;
	exchange_check_password(x, l->hash, l->password, password_known);
	reading_destroy(r); /* the row's texts go with it; its numbers are copied */
}

/* Whom the one limit refuses costs nothing of the other: neither can an address that is blocked
 * lock accounts, nor an account that is locked block its office. */
static bool
login_limited(struct exchange *x, const struct login *l)
{
	int64_t per_minute = x->app->conf->logins_per_minute;
	int64_t retry_ms = 0;

	if (limits_take(x->app->limits, "login", l->account_key, per_minute, &retry_ms)) {
		if (limits_take(x->app->limits, "login_address", x->who.actor.address,
				per_minute * ADDRESS_FACTOR, &retry_ms)) {
			return false;
		}
		limits_give_back(x->app->limits, "login", l->account_key, per_minute);
	}
	exchange_wait(x, retry_ms, "too many log-ins failed; wait a little");
	return true;
}

static void
start_login(struct exchange *x)
{
	struct login *l = arena_alloc(x->arena, sizeof(*l));
	struct login *wanted;
	struct reading *r;
	struct input in;

	x->state = l;
	input_init(&in, x, x->arena);
	l->login = input_required_line(&in, "login", LOGIN_MAX);
	l->password = input_secret(&in, "password", PASSWORD_MAX);
	if (in.field == NULL && l->password == NULL) {
		input_wrong(&in, "password", "is missing");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	if (!request_is_same_site(x->app, http_request(x->http))) {
		exchange_fail(x, ERR_DENIED, NULL, "log-ins from other sites are refused");
		return;
	}
	str_copy(l->account_key, sizeof(l->account_key), l->login);
	for (char *p = l->account_key; *p != '\0'; p++) {
		*p = (char)tolower((unsigned char)*p);
	}
	if (login_limited(x, l)) {
		return;
	}
	r = reading_create(x, sizeof(*wanted));
	wanted = r->parameters;
	wanted->login = arena_strdup(r->arena, l->login);
	r->run = run_find;
	r->done = found;
	reading_start(r);
}

static void
log_in(struct http_request *rq, void *app)
{
	exchange_begin_open(rq, app, true, start_login);
}

/* --- who am I, log out -------------------------------------------------------------------- */

static void
start_show(struct exchange *x)
{
	reply_session(x, directory_staff(x->app->directory, x->who.actor.id), x->who.csrf);
}

static void
show(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_show);
}

static void
logged_out(struct exchange *x, const struct outcome *o)
{
	(void)o;
	sessions_forget_token(x->app->sessions, x->who.token_hash);
	set_cookie(x, "", 0);
	exchange_reply_empty(x);
}

static void
start_log_out(struct exchange *x)
{
	struct change *c = exchange_change(x, CHANGE_SESSION);

	c->session.action = ROW_REMOVE;
	memcpy(c->session.token_hash, x->who.token_hash, DIGEST_SIZE);
	c->session.staff = x->who.actor.id;
	exchange_submit(x, c, logged_out, NULL);
}

static void
log_out(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_log_out);
}

const struct http_route session_routes[] = {
	{"POST", "/api/v1/session", log_in, BODY_MAX},
	{"GET", "/api/v1/session", show, 0},
	{"DELETE", "/api/v1/session", log_out, 0},
	{0},
};
