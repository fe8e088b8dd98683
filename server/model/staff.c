#include "model/staff.h"

#include "base/json.h"
#include "base/str.h"
#include "model/names.h"

void
staff_encode(const struct staff *s, struct json_writer *w)
{
	jw_kid(w, "id", s->id);
	jw_kstring(w, "login", s->login);
	jw_kstring(w, "name", s->name);
	jw_kstring(w, "role", staff_role_name(s->role));
	jw_kid(w, "unit", s->unit);
	jw_kstring(w, "extension", s->extension);
	jw_kstring(w, "language", s->language);
	jw_kbool(w, "active", s->active);
	jw_kbool(w, "demo", s->demo);
	jw_ktime(w, "created_at", s->created_at);
	jw_ki64(w, "version", (int64_t)s->version);
}

void
api_key_encode(const struct api_key *k, struct json_writer *w)
{
	jw_kid(w, "id", k->id);
	jw_kstring(w, "name", k->name);
	jw_kstring(w, "scopes", k->scopes);
	jw_kid(w, "created_by", k->created_by);
	jw_ktime(w, "created_at", k->created_at);
	jw_ktime(w, "expires_at", k->expires_at);
	jw_ktime(w, "revoked_at", k->revoked_at);
}

void
channel_encode(const struct channel_row *c, struct json_writer *w)
{
	jw_kid(w, "id", c->id);
	jw_kstring(w, "kind", c->kind);
	jw_kstring(w, "name", c->name);
	jw_kstring(w, "public_key", c->public_key);
	jw_kid(w, "unit", c->unit);
	jw_kbool(w, "enabled", c->enabled);
	jw_ktime(w, "created_at", c->created_at);
	jw_ki64(w, "version", (int64_t)c->version);
}

void
file_encode(const struct file_row *f, struct json_writer *w)
{
	char digest[2 * DIGEST_SIZE + 1];

	hex_encode(f->digest, sizeof(f->digest), digest);
	jw_kid(w, "id", f->id);
	jw_kstring(w, "name", f->name);
	jw_kstring(w, "type", f->type);
	jw_ki64(w, "size", f->size);
	jw_kstring(w, "sha256", digest);
	jw_ki64(w, "width", f->width);
	jw_ki64(w, "height", f->height);
}

void
audit_encode(const struct audit_row *r, struct json_writer *w)
{
	jw_kid(w, "id", r->id);
	jw_ktime(w, "at", r->at);
	jw_key(w, "actor");
	jw_object(w);
	jw_kstring(w, "kind", author_kind_name(r->actor_kind));
	jw_kid(w, "id", r->actor);
	jw_object_end(w);
	jw_kstring(w, "action", r->action);
	jw_kstring(w, "subject_kind", r->subject_kind);
	jw_kid(w, "subject", r->subject);
	jw_kstring(w, "address", r->address);
	jw_kstring(w, "detail", r->detail);
}
