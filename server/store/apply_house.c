/* API keys, channels, uploads, and what is only to be audited. */
#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/records.h"

static bool
is_administrator(const struct job *j)
{
	const struct actor *a = &j->change->actor;

	return a->kind == AUTHOR_SYSTEM ||
		(a->kind == AUTHOR_STAFF && a->role == ROLE_ADMINISTRATOR);
}

static enum err
add_api_key(struct batch *b, struct job *j)
{
	const struct api_key_change *k = &j->change->api_key;
	uint64_t id = k->key.id != 0 ? k->key.id : batch_id(b);
	struct value args[] = {
		value_id(id),
		value_text(k->key.name),
		value_blob(k->key_hash, sizeof(k->key_hash)),
		value_text(k->key.scopes),
		value_id(j->change->actor.kind == AUTHOR_STAFF ? j->change->actor.id : 0),
		value_i64(b->now),
		value_i64(k->key.expires_at),
	};

	j->outcome.id = id;
	batch_audit(b, j, "api_key.created", "api_key", id,
		arena_printf(b->arena, "%s: %s", k->key.name != NULL ? k->key.name : "",
			k->key.scopes != NULL ? k->key.scopes : ""));
	return batch_run(b, STATEMENT_API_KEY_INSERT, args, NULL);
}

static enum err
revoke_api_key(struct batch *b, struct job *j)
{
	uint64_t id = j->change->api_key.key.id;
	struct value key[] = {value_id(id)};
	struct value args[] = {value_i64(b->now), value_id(id)};
	struct rows r;

	if (batch_read(b, STATEMENT_API_KEY_BY_ID, key, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such key");
	}
	j->outcome.id = id;
	batch_audit(b, j, "api_key.revoked", "api_key", id, NULL);
	return batch_run(b, STATEMENT_API_KEY_REVOKE, args, NULL);
}

enum err
apply_api_key(struct batch *b, struct job *j)
{
	if (!is_administrator(j)) {
		return job_refuse(j, ERR_DENIED, "only an administrator can do this");
	}
	return j->change->api_key.action == ROW_ADD ? add_api_key(b, j)
												: revoke_api_key(b, j);
}

static enum err
check_public_key(struct batch *b, struct job *j, const char *key, uint64_t self)
{
	struct value args[] = {value_text(key)};
	struct rows r;

	if (batch_read(b, STATEMENT_CHANNEL_BY_KEY, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0 && value_as_id(rows_at(&r, 0)) != self) {
		return job_refuse(j, ERR_CONFLICT, "another channel has this key");
	}
	return ERR_OK;
}

static enum err
add_channel(struct batch *b, struct job *j)
{
	const struct channel_row *c = &j->change->channel.channel;
	uint64_t id = c->id != 0 ? c->id : batch_id(b);
	struct value args[] = {
		value_id(id),
		value_text(c->kind),
		value_text(c->name),
		value_text(c->public_key),
		value_text(str_empty(c->settings) ? "{}" : c->settings),
		value_id(c->unit != 0 ? c->unit : UNIT_ROOT),
		value_i64(c->enabled),
		value_i64(b->now),
	};
	enum err err;

	if (str_empty(c->kind) || str_empty(c->public_key)) {
		return job_refuse(j, ERR_INVALID, "a channel needs a kind and a key");
	}
	err = check_public_key(b, j, c->public_key, 0);
	if (err != ERR_OK) {
		return err;
	}
	j->outcome.id = id;
	batch_audit(b, j, "channel.created", "channel", id, c->name);
	err = batch_run(b, STATEMENT_CHANNEL_INSERT, args, NULL);
	if (err == ERR_OK && j->change->channel.set_outbox) {
		err = outbox_channel_set(b, id, j->change->channel.outbox);
	}
	return err;
}

static enum err
store_channel(struct batch *b, const struct channel_row *c)
{
	struct value args[] = {
		value_text(c->name),
		value_text(c->public_key),
		value_text(c->settings),
		value_id(c->unit),
		value_i64(c->enabled),
		value_id(c->version),
		value_id(c->id),
	};

	b->channel = 0; /* its unit may be another now */
	return batch_run(b, STATEMENT_CHANNEL_UPDATE, args, NULL);
}

static enum err
edit_channel(struct batch *b, struct job *j)
{
	const struct channel_row *wish = &j->change->channel.channel;
	struct value args[] = {value_id(wish->id)};
	struct channel_row c;
	struct rows r;
	enum err err;

	if (batch_read(b, STATEMENT_CHANNEL_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such channel");
	}
	record_channel(rows_at(&r, 0), &c);
	if (wish->version != 0 && wish->version != c.version) {
		return job_refuse(j, ERR_CONFLICT, "the channel was edited meanwhile");
	}
	c.name = str_empty(wish->name) ? c.name : wish->name;
	c.public_key = str_empty(wish->public_key) ? c.public_key : wish->public_key;
	c.settings = str_empty(wish->settings) ? c.settings : wish->settings;
	c.unit = wish->unit != 0 ? wish->unit : c.unit;
	c.enabled = j->change->channel.set_enabled ? wish->enabled : c.enabled;
	c.version++;
	err = check_public_key(b, j, c.public_key, c.id);
	if (err != ERR_OK) {
		return err;
	}
	j->outcome.id = c.id;
	batch_audit(b, j, "channel.edited", "channel", c.id, c.name);
	err = store_channel(b, &c);
	if (err == ERR_OK && j->change->channel.set_outbox) {
		err = outbox_channel_set(b, c.id, j->change->channel.outbox);
	}
	return err;
}

enum err
apply_channel(struct batch *b, struct job *j)
{
	if (!is_administrator(j)) {
		return job_refuse(j, ERR_DENIED, "only an administrator can do this");
	}
	switch (j->change->channel.action) {
	case ROW_ADD:
		return add_channel(b, j);
	case ROW_EDIT:
		return edit_channel(b, j);
	case ROW_REMOVE:
		break;
	}
	return job_refuse(j, ERR_INVALID, "channels are switched off, not removed");
}

enum err
apply_file(struct batch *b, struct job *j)
{
	const struct file_row *f = &j->change->file.file;
	uint64_t id = f->id != 0 ? f->id : batch_id(b);
	struct value args[] = {
		value_id(id),
		value_blob(f->digest, sizeof(f->digest)),
		value_i64(f->size),
		value_text(f->type),
		value_text(f->name),
		value_i64(f->width),
		value_i64(f->height),
		value_i64((int64_t)j->change->actor.kind),
		value_id(j->change->actor.id),
		value_id(0),
		value_id(0),
		value_i64(b->now),
		value_i64(0),
	};

	j->outcome.id = id;
	return batch_run(b, STATEMENT_FILE_INSERT, args, NULL);
}

/* Of her own, and only what went with nothing: else ERR_CONFLICT, as somebody needs it. */
enum err
apply_file_drop(struct batch *b, struct job *j)
{
	struct value args[] = {
		value_id(j->change->file.file.id),
		value_i64((int64_t)j->change->actor.kind),
		value_id(j->change->actor.id),
	};
	uint64_t affected = 0;
	enum err err = batch_run(b, STATEMENT_FILE_DROP, args, &affected);

	return err != ERR_OK || affected == 1
		? err
		: job_refuse(j, ERR_CONFLICT, "the file was sent, or is not yours");
}

enum err
apply_audit(struct batch *b, struct job *j)
{
	const struct audit_change *a = &j->change->audit;

	if (str_empty(a->action)) {
		return job_refuse(j, ERR_INVALID, "an audit row needs an action");
	}
	batch_audit(b, j, a->action, a->subject_kind, a->subject, a->detail);
	j->outcome.id = b->position.audit;
	return ERR_OK;
}
