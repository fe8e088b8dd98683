/* /api/v1/staff: who works here. All staff may look, administrators change, everybody changes
 * her own password and language. */
#include <string.h>

#include "api/app.h"
#include "api/directory.h"
#include "api/exchange.h"
#include "api/input.h"
#include "api/limits.h"
#include "api/password.h"
#include "api/password_job.h"
#include "api/rest_session.h"
#include "api/routes.h"
#include "base/arena.h"
#include "base/str.h"
#include "model/change.h"
#include "model/names.h"
#include "store/read.h"

enum {
	LOGIN_MIN = 2,
	LOGIN_MAX = 64,
	NAME_MAX_CHARS = 60,
	EXTENSION_MAX_CHARS = 16,
	BODY_MAX = 16 * 1024,
};

/* A change on its way; in the request's arena. */
struct staff_request {
	uint64_t id;
	char generated[PASSWORD_GENERATED_SIZE]; /* "" when a password was given */
	bool rights_changed;                     /* sessions end */
	const char *old_password;
	const char *new_password;
};

/* --- the list ----------------------------------------------------------------------------- */

static void
start_list(struct exchange *x)
{
	const struct directory *d = x->app->directory;
	struct buf out;
	struct json_writer w;

	exchange_open(&out, &w);
	jw_key(&w, "items");
	jw_array(&w);
	for (size_t i = 0; i < directory_staff_count(d); i++) {
		jw_object(&w);
		staff_encode(directory_staff_at(d, i), &w);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	exchange_close(x, &out, &w);
}

static void
list(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT};

	exchange_begin(rq, app, &access, start_list);
}

/* --- what is common to changes ------------------------------------------------------------ */

static void
reply_staff(void *ctx)
{
	struct exchange *x = ctx;
	const struct staff_request *request = x->state;
	const struct staff *staff = directory_staff(x->app->directory, request->id);
	struct buf out;
	struct json_writer w;

	if (staff == NULL) {
		exchange_fail(x, ERR_UNAVAILABLE, NULL, "stored, but it cannot be read back now");
		return;
	}
	exchange_open(&out, &w);
	jw_key(&w, "staff");
	jw_object(&w);
	staff_encode(staff, &w);
	jw_object_end(&w);
	if (request->generated[0] != '\0') {
		jw_kstring(&w, "password", request->generated);
	}
	exchange_close(x, &out, &w);
}

static void
stored(struct exchange *x, const struct outcome *o)
{
	struct staff_request *request = x->state;

	if (request->id == 0) {
		request->id = o->id;
	}
	if (request->rights_changed) {
		sessions_forget_staff(x->app->sessions, request->id);
	}
	directory_reload(x->app->directory, reply_staff, x);
}

static void
hashed(struct exchange *x, const char *hash)
{
	struct change *c = x->pending;

	c->staff.staff.password_hash = arena_strdup(c->arena, hash);
	exchange_submit(x, c, stored, NULL);
}

static const char *
read_extension(struct input *in)
{
	const char *extension = input_clearable(in, "extension", EXTENSION_MAX_CHARS);

	if (!str_empty(extension) && extension[strspn(extension, "0123456789*#")] != '\0') {
		input_wrong(in, "extension", "must be of digits, * and #");
	}
	return extension;
}

static enum staff_role
read_role(struct input *in)
{
	const char *name = input_line(in, "role", 20);
	enum staff_role role = 0;

	if (name != NULL && !staff_role_parse(name, &role)) {
		input_wrong(in, "role", "must be agent, supervisor or administrator");
	}
	return role;
}

/* A password that was given is checked, for null one is made up. NULL: none wanted. */
static const char *
read_password(struct input *in, struct staff_request *request, const char *login)
{
	const char *password = input_secret(in, "password", PASSWORD_MAX);
	struct error e = {0};

	if (in->field != NULL) {
		return NULL;
	}
	if (password == NULL) {
		password_generate(request->generated);
		return request->generated;
	}
	if (password_acceptable(password, login, &e) != ERR_OK) {
		input_wrong(in, "password", "%.150s", e.text);
		return NULL;
	}
	return password;
}

static void
continue_with_password(struct exchange *x, const char *password)
{
	if (password == NULL) {
		exchange_submit(x, x->pending, stored, NULL);
	} else {
		exchange_hash_password(x, password, hashed);
	}
}

/* --- creating ----------------------------------------------------------------------------- */

static const char *
read_login(struct input *in)
{
	const char *login = input_required_line(in, "login", LOGIN_MAX);

	if (login != NULL &&
		(strlen(login) < LOGIN_MIN ||
			login[strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._@-")] != '\0')) {
		input_wrong(in, "login",
			"must be 2 to 64 lower-case letters, digits, dots, dashes, _ or @");
	}
	return login;
}

static void
start_create(struct exchange *x)
{
	struct staff_request *request = arena_alloc(x->arena, sizeof(*request));
	struct change *c = exchange_change(x, CHANGE_STAFF);
	struct staff *staff = &c->staff.staff;
	const char *password;
	struct input in;

	x->state = request;
	input_init(&in, x, c->arena);
	c->staff.action = ROW_ADD;
	staff->login = read_login(&in);
	staff->name = input_required_line(&in, "name", NAME_MAX_CHARS);
	staff->role = read_role(&in);
	staff->extension = read_extension(&in);
	staff->language = input_language(&in, "language");
	staff->unit = x->who.actor.unit;
	staff->active = true;
	password = read_password(&in, request, staff->login);
	if (staff->role == 0) {
		input_wrong(&in, "role", "is missing");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	staff->language = staff->language != NULL ? staff->language : "zh-CN";
	staff->extension = str_empty(staff->extension) ? NULL : staff->extension;
	x->status = 201;
	continue_with_password(x, password);
}

static void
create(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_ADMINISTRATOR, .json = true};

	exchange_begin(rq, app, &access, start_create);
}

/* --- editing ------------------------------------------------------------------------------ */

static bool
last_administrator(const struct directory *d, uint64_t id)
{
	const struct staff *staff = directory_staff(d, id);

	if (staff == NULL || staff->role != ROLE_ADMINISTRATOR || !staff->active) {
		return false;
	}
	for (size_t i = 0; i < directory_staff_count(d); i++) {
		const struct staff *other = directory_staff_at(d, i);

		if (other->id != id && other->active && other->role == ROLE_ADMINISTRATOR) {
			return false;
		}
	}
	return true;
}

/* Nobody locks herself out by mistake, and the house keeps an administrator. */
static bool
locks_out(const struct exchange *x, const struct staff *now, struct input *in,
	const struct change *c)
{
	bool demoted = c->staff.staff.role != 0 && c->staff.staff.role != now->role;
	bool deactivated = c->staff.set_active && !c->staff.staff.active;

	if (!demoted && !deactivated) {
		return false;
	}
	if (now->id == x->who.actor.id) {
		input_wrong(in, demoted ? "role" : "active", "cannot be taken from yourself");
	} else if (last_administrator(x->app->directory, now->id)) {
		input_wrong(in, demoted ? "role" : "active",
			"cannot be taken from the last administrator");
	}
	return in->field != NULL;
}

static void
read_edit(struct input *in, const struct staff *now, struct change *c)
{
	struct staff *staff = &c->staff.staff;
	const char *extension;

	staff->id = now->id;
	staff->name = input_line(in, "name", NAME_MAX_CHARS);
	staff->role = read_role(in);
	staff->language = input_language(in, "language");
	staff->version = input_version(in);
	extension = read_extension(in);
	c->staff.set_extension = extension != NULL;
	staff->extension = str_empty(extension) ? NULL : extension;
	c->staff.set_active = json_get(in->object, "active") != NULL;
	staff->active = input_flag(in, "active", now->active);
	if (staff->name != NULL && staff->name[0] == '\0') {
		input_wrong(in, "name", "must not be empty");
	}
}

static void
start_edit(struct exchange *x)
{
	uint64_t id = exchange_id(x, "id");
	const struct staff *now = directory_staff(x->app->directory, id);
	struct staff_request *request = arena_alloc(x->arena, sizeof(*request));
	const char *password = NULL;
	struct change *c;
	struct input in;

	if (id == 0) {
		return;
	}
	if (now == NULL) {
		exchange_fail(x, ERR_NOT_FOUND, NULL, "there is no such member of staff");
		return;
	}
	c = exchange_change(x, CHANGE_STAFF);
	c->staff.action = ROW_EDIT;
	request->id = id;
	x->state = request;
	input_init(&in, x, c->arena);
	read_edit(&in, now, c);
	if (input_given(&in, "password")) {
		password = read_password(&in, request, now->login);
	}
	locks_out(x, now, &in, c);
	if (exchange_refused(x, &in)) {
		return;
	}
	if (c->staff.set_active && !c->staff.staff.active) {
		c->staff.action = ROW_REMOVE;
	}
	request->rights_changed = password != NULL || c->staff.action == ROW_REMOVE ||
		(c->staff.staff.role != 0 && c->staff.staff.role != now->role);
	continue_with_password(x, password);
}

static void
edit(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_ADMINISTRATOR, .json = true};

	exchange_begin(rq, app, &access, start_edit);
}

/* --- oneself ------------------------------------------------------------------------------ */

static void
start_edit_self(struct exchange *x)
{
	struct staff_request *request = arena_alloc(x->arena, sizeof(*request));
	struct change *c = exchange_change(x, CHANGE_STAFF);
	struct input in;

	request->id = x->who.actor.id;
	x->state = request;
	input_init(&in, x, c->arena);
	c->staff.action = ROW_EDIT;
	c->staff.staff.id = x->who.actor.id;
	c->staff.staff.language = input_language(&in, "language");
	if (c->staff.staff.language == NULL) {
		input_wrong(&in, "language", "is missing");
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	exchange_submit(x, c, stored, NULL);
}

static void
edit_self(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_edit_self);
}

static void
open_new_session(void *ctx)
{
	struct exchange *x = ctx;

	x->state = NULL;
	session_open(x, x->who.actor.id, false);
}

static void
password_stored(struct exchange *x, const struct outcome *o)
{
	(void)o;
	sessions_forget_staff(x->app->sessions, x->who.actor.id);
	/* The directory first: that it sees the new password ends what stood on the old one. */
	directory_reload(x->app->directory, open_new_session, x);
}

static void
new_password_hashed(struct exchange *x, const char *hash)
{
	struct change *c = exchange_change(x, CHANGE_STAFF);

	c->staff.action = ROW_EDIT;
	c->staff.staff.id = x->who.actor.id;
	c->staff.staff.password_hash = arena_strdup(c->arena, hash);
	exchange_submit(x, c, password_stored, NULL);
}

static void
old_password_checked(struct exchange *x, bool right, const char *stronger)
{
	const struct staff_request *request = x->state;
	const struct staff *me = directory_staff(x->app->directory, x->who.actor.id);

	(void)stronger; /* the new one will be */
	if (!right || me == NULL) {
		exchange_fail(x, ERR_INVALID, "old", "is wrong");
		return;
	}
	limits_give_back(x->app->limits, "password", me->login,
		x->app->conf->logins_per_minute);
	exchange_hash_password(x, request->new_password, new_password_hashed);
}

static void
start_password(struct exchange *x)
{
	const struct staff *me = directory_staff(x->app->directory, x->who.actor.id);
	struct staff_request *request = arena_alloc(x->arena, sizeof(*request));
	int64_t retry_ms = 0;
	struct error e = {0};
	struct input in;

	x->state = request;
	input_init(&in, x, x->arena);
	request->old_password = input_secret(&in, "old", PASSWORD_MAX);
	request->new_password = input_secret(&in, "new", PASSWORD_MAX);
	if (in.field == NULL && request->old_password == NULL) {
		input_wrong(&in, "old", "is missing");
	} else if (in.field == NULL && request->new_password == NULL) {
		input_wrong(&in, "new", "is missing");
	} else if (in.field == NULL &&
		password_acceptable(request->new_password, me->login, &e) != ERR_OK) {
		input_wrong(&in, "new", "%.150s", e.text);
	}
	if (exchange_refused(x, &in)) {
		return;
	}
	if (!limits_take(x->app->limits, "password", me->login,
			x->app->conf->logins_per_minute, &retry_ms)) {
		exchange_wait(x, retry_ms, "too many wrong passwords; wait a little");
		return;
	}
	exchange_check_password(x, me->password_hash, request->old_password,
		old_password_checked);
}

static void
change_password(struct http_request *rq, void *app)
{
	static const struct access access = {.role = ROLE_AGENT, .json = true};

	exchange_begin(rq, app, &access, start_password);
}

const struct http_route staff_routes[] = {
	{"GET", "/api/v1/staff", list, 0},
	{"POST", "/api/v1/staff", create, BODY_MAX},
	{"PATCH", "/api/v1/staff/me", edit_self, BODY_MAX},
	{"POST", "/api/v1/staff/me/password", change_password, BODY_MAX},
	{"PATCH", "/api/v1/staff/:id", edit, BODY_MAX},
	{0},
};
