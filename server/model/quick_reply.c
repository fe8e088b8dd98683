#include "model/quick_reply.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"

static const char *const scope_names[] = {
	[QUICK_PERSONAL] = "personal",
	[QUICK_TEAM] = "team",
	[QUICK_GLOBAL] = "global",
};

const char *
quick_scope_name(enum quick_scope scope)
{
	return scope >= QUICK_PERSONAL && scope <= QUICK_GLOBAL ? scope_names[scope]
															: "unknown";
}

bool
quick_scope_parse(const char *name, enum quick_scope *out)
{
	for (int i = QUICK_PERSONAL; i <= QUICK_GLOBAL; i++) {
		if (str_equals(name, scope_names[i])) {
			*out = (enum quick_scope)i;
			return true;
		}
	}
	return false;
}

uint64_t
quick_place_of(const struct actor *a, enum quick_scope scope)
{
	switch (scope) {
	case QUICK_PERSONAL:
		return a->id;
	case QUICK_TEAM:
		return a->unit;
	case QUICK_GLOBAL:
		break;
	}
	return 0;
}

static bool
supervises(const struct actor *a, uint64_t unit)
{
	struct scope s = actor_scope(a);

	return a->role >= ROLE_SUPERVISOR && unit >= s.unit_low && unit <= s.unit_high;
}

bool
quick_may_edit(const struct actor *a, enum quick_scope scope, uint64_t place)
{
	if (a->kind == AUTHOR_SYSTEM) {
		return true;
	}
	if (a->kind != AUTHOR_STAFF) {
		return false;
	}
	switch (scope) {
	case QUICK_PERSONAL:
		return place == a->id;
	case QUICK_TEAM:
		return supervises(a, place);
	case QUICK_GLOBAL:
		return a->role >= ROLE_SUPERVISOR;
	}
	return false;
}

bool
quick_may_see(const struct actor *a, enum quick_scope scope, uint64_t place)
{
	if (quick_may_edit(a, scope, place)) {
		return true;
	}
	if (a->kind != AUTHOR_STAFF) {
		return false;
	}
	return scope == QUICK_GLOBAL ||
		(scope == QUICK_TEAM && a->unit >= place && a->unit <= unit_high(place));
}

bool
quick_shortcut_valid(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_")] == '\0';
}

void
quick_reply_encode(const struct quick_reply *q, bool editable, struct json_writer *w)
{
	jw_kid(w, "id", q->id);
	jw_kstring(w, "scope", quick_scope_name(q->scope));
	jw_kid(w, "place", q->place);
	jw_kbool(w, "removed", q->removed);
	jw_kbool(w, "editable", editable);
	jw_kstring(w, "folder", q->folder);
	jw_kstring(w, "title", q->title);
	jw_kstring(w, "shortcut", q->shortcut);
	jw_kstring(w, "body", q->body);
	jw_key(w, "files");
	if (q->files != NULL) {
		jw_raw(w, q->files, strlen(q->files));
	} else {
		jw_array(w);
		jw_array_end(w);
	}
	jw_ki64(w, "used", q->used);
	jw_ki64(w, "used_by_me", q->used_by_me);
	jw_ktime(w, "used_at", q->used_at);
	jw_kid(w, "updated_by", q->updated_by);
	jw_ktime(w, "created_at", q->created_at);
	jw_ktime(w, "updated_at", q->updated_at);
	jw_ki64(w, "version", (int64_t)q->version);
}
