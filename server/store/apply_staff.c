/* Members of staff and their sessions. A change of rights or password ends the sessions; who is
 * deactivated gives back his conversations in the same transaction. */
#include "base/arena.h"
#include "base/str.h"
#include "model/names.h"
#include "store/apply.h"
#include "store/records.h"

static enum err
check_login(struct batch *b, struct job *j, const char *login, uint64_t self)
{
	struct value args[] = {value_text(login)};
	struct rows r;

	if (str_empty(login)) {
		return job_refuse(j, ERR_INVALID, "a log-in name is missing");
	}
	if (batch_read(b, STATEMENT_STAFF_BY_LOGIN, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0 && value_as_id(rows_at(&r, 0)) != self) {
		return job_refuse(j, ERR_CONFLICT, "the log-in name %s is taken", login);
	}
	return ERR_OK;
}

static enum err
check_extension(struct batch *b, struct job *j, const char *extension, uint64_t self)
{
	struct value args[] = {value_text(extension)};
	struct staff owner;
	struct rows r;

	if (str_empty(extension)) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_STAFF_BY_EXTENSION, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return ERR_OK;
	}
	record_staff(rows_at(&r, 0), &owner);
	if (owner.id != self) {
		return job_refuse(j, ERR_CONFLICT, "extension %s belongs to %s", extension,
			owner.name);
	}
	return ERR_OK;
}

/* The house must not lock itself out. */
static enum err
check_last_administrator(struct batch *b, struct job *j, const struct staff *before,
	const struct staff *after)
{
	struct value args[] = {value_id(before->id)};
	struct rows r;

	if (before->role != ROLE_ADMINISTRATOR || !before->active ||
		(after->role == ROLE_ADMINISTRATOR && after->active)) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_STAFF_OTHER_ADMINISTRATORS, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (value_as_i64(rows_at(&r, 0)) == 0) {
		return job_refuse(j, ERR_CONFLICT, "this is the last administrator");
	}
	return ERR_OK;
}

static enum err
insert(struct batch *b, const struct staff *s)
{
	struct value args[] = {
		value_id(s->id),
		value_text(s->login),
		value_text(s->name),
		value_i64((int64_t)s->role),
		value_id(s->unit),
		value_text_or_null(s->extension),
		value_text(s->language),
		value_text(s->password_hash),
		value_i64(s->active),
		value_i64(s->demo),
		value_i64(s->created_at),
		value_i64(s->password_at),
		value_id(s->version),
	};

	return batch_run(b, STATEMENT_STAFF_INSERT, args, NULL);
}

static enum err
update(struct batch *b, const struct staff *s)
{
	struct value args[] = {
		value_text(s->login),
		value_text(s->name),
		value_i64((int64_t)s->role),
		value_id(s->unit),
		value_text_or_null(s->extension),
		value_text(s->language),
		value_text(s->password_hash),
		value_i64(s->active),
		value_i64(s->demo),
		value_i64(s->password_at),
		value_id(s->version),
		value_id(s->id),
	};

	return batch_run(b, STATEMENT_STAFF_UPDATE, args, NULL);
}

static enum err
add(struct batch *b, struct job *j)
{
	struct staff s = j->change->staff.staff;
	enum err err = check_login(b, j, s.login, 0);

	if (err == ERR_OK) {
		err = check_extension(b, j, s.extension, 0);
	}
	if (err != ERR_OK) {
		return err;
	}
	s.id = s.id != 0 ? s.id : batch_id(b);
	s.role = s.role != 0 ? s.role : ROLE_AGENT;
	s.unit = s.unit != 0 ? s.unit : UNIT_ROOT;
	s.language = str_empty(s.language) ? "zh-CN" : s.language;
	s.active = true;
	s.created_at = b->now;
	s.password_at = b->now;
	s.version = 1;
	j->outcome.id = s.id;
	batch_audit(b, j, "staff.created", "staff", s.id,
		arena_printf(b->arena, "%s, %s", s.login, staff_role_name(s.role)));
	return insert(b, &s);
}

static struct staff
merged(struct batch *b, const struct staff *now, const struct staff_change *change)
{
	const struct staff *wish = &change->staff;
	struct staff s = *now;

	s.login = str_empty(wish->login) ? s.login : wish->login;
	s.name = str_empty(wish->name) ? s.name : wish->name;
	s.role = wish->role != 0 ? wish->role : s.role;
	s.unit = wish->unit != 0 ? wish->unit : s.unit;
	s.language = str_empty(wish->language) ? s.language : wish->language;
	if (change->set_extension || wish->extension != NULL) {
		s.extension = wish->extension;
	}
	if (change->set_active) {
		s.active = wish->active;
	}
	if (change->action == ROW_REMOVE) {
		s.active = false;
	}
	if (!str_empty(wish->password_hash)) {
		s.password_hash = wish->password_hash;
		s.password_at = b->now;
	}
	s.version++;
	return s;
}

static enum err
end_sessions(struct batch *b, uint64_t staff)
{
	struct value args[] = {value_id(staff)};

	return batch_run(b, STATEMENT_SESSION_DELETE_ALL, args, NULL);
}

static enum err
follow(struct batch *b, struct job *j, const struct staff *before,
	const struct staff *after)
{
	bool new_password = !str_equals(before->password_hash, after->password_hash);
	enum err err = ERR_OK;

	if (new_password || before->role != after->role || before->unit != after->unit ||
		before->active != after->active) {
		err = end_sessions(b, after->id);
	}
	if (err == ERR_OK && before->active && !after->active) {
		err = release_all(b, j, after->id);
	}
	return err;
}

static const char *
audit_action(const struct staff *before, const struct staff *after)
{
	if (before->active != after->active) {
		return after->active ? "staff.activated" : "staff.deactivated";
	}
	if (before->role != after->role || before->unit != after->unit) {
		return "staff.rights";
	}
	if (!str_equals(before->password_hash, after->password_hash)) {
		return "staff.password";
	}
	return "staff.edited";
}

static enum err
edit(struct batch *b, struct job *j)
{
	const struct staff_change *change = &j->change->staff;
	struct staff before;
	struct staff after;
	bool found = false;
	enum err err = staff_find(b, change->staff.id, &before, &found);

	if (err != ERR_OK) {
		return err;
	}
	if (!found) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such member of staff");
	}
	if (change->staff.version != 0 && change->staff.version != before.version) {
		return job_refuse(j, ERR_CONFLICT, "this person was edited meanwhile");
	}
	after = merged(b, &before, change);
	err = check_login(b, j, after.login, after.id);
	if (err == ERR_OK) {
		err = check_extension(b, j, after.extension, after.id);
	}
	if (err == ERR_OK) {
		err = check_last_administrator(b, j, &before, &after);
	}
	if (err != ERR_OK) {
		return err;
	}
	j->outcome.id = after.id;
	batch_audit(b, j, audit_action(&before, &after), "staff", after.id,
		arena_printf(b->arena, "%s, %s", after.login, staff_role_name(after.role)));
	err = update(b, &after);
	return err == ERR_OK ? follow(b, j, &before, &after) : err;
}

enum err
apply_staff(struct batch *b, struct job *j)
{
	const struct actor *a = &j->change->actor;
	const struct staff_change *change = &j->change->staff;
	bool own = change->action == ROW_EDIT && change->staff.id == a->id;

	if (a->kind != AUTHOR_STAFF && a->kind != AUTHOR_SYSTEM) {
		return job_refuse(j, ERR_DENIED, "only an administrator can do this");
	}
	/* Everybody may set his own password and language, and nothing else of himself. */
	if (a->kind == AUTHOR_STAFF && a->role != ROLE_ADMINISTRATOR &&
		(!own || change->staff.role != 0 || change->staff.unit != 0 ||
			change->set_active || change->set_extension ||
			change->staff.extension != NULL || !str_empty(change->staff.login))) {
		return job_refuse(j, ERR_DENIED, "only an administrator can do this");
	}
	return change->action == ROW_ADD ? add(b, j) : edit(b, j);
}

static enum err
strengthen(struct batch *b, const struct session_change *s)
{
	struct value args[] = {value_text(s->password_hash), value_id(s->staff),
		value_text(s->outdated_hash)};

	return s->password_hash != NULL ? batch_run(b, STATEMENT_STAFF_STRENGTHEN, args, NULL)
									: ERR_OK;
}

static enum err
log_in(struct batch *b, struct job *j)
{
	const struct session_change *s = &j->change->session;
	struct value old[] = {value_id(s->staff), value_i64(b->now)};
	struct value args[] = {
		value_blob(s->token_hash, sizeof(s->token_hash)),
		value_id(s->staff),
		value_i64(b->now),
		value_i64(s->expires_at),
		value_text(j->change->actor.address),
		value_text(s->agent),
	};
	struct staff staff;
	bool found = false;

	if (staff_find(b, s->staff, &staff, &found) != ERR_OK) {
		return b->failed;
	}
	if (!found || !staff.active) {
		return job_refuse(j, ERR_DENIED, "this account is not active");
	}
	j->outcome.id = s->staff;
	batch_audit(b, j, "session.opened", "staff", s->staff, s->agent);
	if (strengthen(b, s) != ERR_OK ||
		batch_run(b, STATEMENT_SESSION_DELETE_OLD, old, NULL) != ERR_OK) {
		return b->failed;
	}
	return batch_run(b, STATEMENT_SESSION_INSERT, args, NULL);
}

static enum err
log_out(struct batch *b, struct job *j)
{
	const struct session_change *s = &j->change->session;
	struct value args[] = {value_blob(s->token_hash, sizeof(s->token_hash))};

	j->outcome.id = s->staff;
	batch_audit(b, j, "session.closed", "staff", s->staff, s->others ? "others" : NULL);
	if (s->all_of_staff) {
		return end_sessions(b, s->staff);
	}
	if (s->others) {
		struct value rest[] = {value_id(s->staff),
			value_blob(s->token_hash, sizeof(s->token_hash))};

		return batch_run(b, STATEMENT_SESSION_DELETE_OTHERS, rest, NULL);
	}
	return batch_run(b, STATEMENT_SESSION_DELETE, args, NULL);
}

enum err
apply_session(struct batch *b, struct job *j)
{
	return j->change->session.action == ROW_ADD ? log_in(b, j) : log_out(b, j);
}
