#include "api/rule_wire.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

void
rule_use_add(struct rule_use *use, const struct rule_day *day, int64_t today)
{
	int64_t ago = today - day->day;

	if (ago < 0 || ago >= RULE_HIT_DAYS) {
		return;
	}
	use->daily[RULE_HIT_DAYS - 1 - ago] += day->hits;
	use->hits += day->hits;
	use->helped += day->helped;
	use->failed += day->failed;
	use->last_at = day->last_at > use->last_at ? day->last_at : use->last_at;
}

static void
encode_use(const struct rule_use *use, struct json_writer *w)
{
	jw_ki64(w, "hits", use->hits);
	jw_key(w, "daily");
	jw_array(w);
	for (size_t i = 0; use->hits > 0 && i < RULE_HIT_DAYS; i++) {
		jw_i64(w, use->daily[i]);
	}
	jw_array_end(w);
	jw_ki64(w, "helped", use->helped);
	jw_ki64(w, "failed", use->failed);
	jw_ktime(w, "hit_at", use->last_at);
}

static void
columns_of(const struct rule_row *row, struct rule *out)
{
	out->id = row->id;
	out->title = row->title;
	out->folder = row->folder;
	out->enabled = row->enabled;
	out->priority = row->priority;
	out->version = row->version;
	out->updated_at = row->updated_at;
}

/* What cannot be read is shown as far as its row goes: somebody has to mend it. */
void
rule_row_encode(const struct rule_row *row, const struct rule_use *use,
	struct json_writer *w)
{
	struct arena *scratch = arena_create();
	struct rule rule;

	if (rule_from_row(row, scratch, &rule, NULL) != ERR_OK) {
		rule = (struct rule){.match = RULE_CONTAINS};
		columns_of(row, &rule);
	}
	jw_object(w);
	rule_encode(&rule, w);
	jw_kbool(w, "removed", row->removed);
	jw_kid(w, "updated_by", row->updated_by);
	encode_use(use, w);
	jw_object_end(w);
	arena_destroy(scratch);
}

enum err
rule_from_row(const struct rule_row *row, struct arena *a, struct rule *out,
	struct error *e)
{
	struct json *body = NULL;
	enum err rc = json_parse(row->body, strlen(row->body), &body, e);

	if (rc == ERR_OK) {
		rc = rule_decode(body, a, out, e);
	}
	json_free(body);
	if (rc != ERR_OK) {
		return error_set(e, ERR_CORRUPT, "rule %llu cannot be read",
			(unsigned long long)row->id);
	}
	columns_of(row, out);
	return ERR_OK;
}

/* Ids, versions and times are those of the row, so that equal rules have equal bodies. */
enum err
rule_row_of(const struct rule *rule, struct arena *a, struct rule_row *out,
	struct error *e)
{
	struct rule plain = *rule;
	struct json_writer w;
	struct buf body;
	enum err rc = rule_check(rule, e);

	if (rc != ERR_OK) {
		return rc;
	}
	plain.id = 0;
	plain.version = 0;
	plain.updated_at = 0;
	buf_init(&body, RULE_ROW_BODY_MAX);
	jw_init(&w, &body);
	jw_object(&w);
	rule_encode(&plain, &w);
	jw_object_end(&w);
	if (body.overflowed) {
		buf_fini(&body);
		return error_set(e, ERR_INVALID, "the rule is too long");
	}
	*out = (struct rule_row){
		.id = rule->id,
		.enabled = rule->enabled,
		.priority = rule->priority,
		.folder = arena_strdup(a, rule->folder != NULL ? rule->folder : ""),
		.title = arena_strdup(a, rule->title),
		.body = arena_strndup(a, body.data, body.length),
		.version = rule->version,
	};
	buf_fini(&body);
	return ERR_OK;
}

/* --- from a client ------------------------------------------------------------------------ */

/* Those of the row, not of the body. */
static bool
ours(const char *name)
{
	return str_equals(name, "id") || str_equals(name, "version") ||
		str_equals(name, "updated_at");
}

static bool
column(const char *name)
{
	return str_equals(name, "title") || str_equals(name, "folder") ||
		str_equals(name, "enabled") || str_equals(name, "priority");
}

static bool
given(const struct json *object, const char *name)
{
	const struct json *value;
	void *at = NULL;
	const char *key;

	while (object != NULL && (key = json_iterate(object, &at, &value)) != NULL) {
		if (str_equals(key, name)) {
			return true;
		}
	}
	return false;
}

/* Members of `from` that `over` does not have, null among them: that is the default. */
static void
copy_members(const struct json *from, const struct json *over, struct json_writer *w)
{
	const struct json *value;
	void *at = NULL;
	const char *key;
	struct buf text;

	buf_init(&text, RULE_ROW_BODY_MAX);
	while (from != NULL && (key = json_iterate(from, &at, &value)) != NULL) {
		if (ours(key) || (over != NULL && column(key)) || given(over, key) ||
			json_get(from, key) == NULL) {
			continue;
		}
		buf_clear(&text);
		json_dump(value, &text);
		if (text.overflowed) {
			w->out->overflowed = true;
			break;
		}
		jw_key_any(w, key);
		jw_raw(w, text.data, text.length);
	}
	buf_fini(&text);
}

static void
copy_columns(const struct rule_row *row, const struct json *over, struct json_writer *w)
{
	if (!given(over, "title")) {
		jw_kstring(w, "title", row->title);
	}
	if (!given(over, "folder")) {
		jw_kstring(w, "folder", row->folder);
	}
	if (!given(over, "enabled")) {
		jw_kbool(w, "enabled", row->enabled);
	}
	if (!given(over, "priority")) {
		jw_ki64(w, "priority", row->priority);
	}
}

static enum err
merge(const struct json *sent, const struct rule_row *stored, struct json **out,
	struct error *e)
{
	struct json *before = NULL;
	struct json_writer w;
	struct buf both;
	enum err rc = ERR_OK;

	if (stored != NULL) {
		rc = json_parse(stored->body, strlen(stored->body), &before, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	buf_init(&both, 2 * RULE_ROW_BODY_MAX);
	jw_init(&w, &both);
	jw_object(&w);
	if (stored != NULL) {
		copy_columns(stored, sent, &w);
	}
	copy_members(before, sent, &w);
	copy_members(sent, NULL, &w);
	jw_object_end(&w);
	if (both.overflowed) {
		rc = error_set(e, ERR_INVALID, "the rule is too long");
	} else {
		rc = json_parse(both.data, both.length, out, e);
	}
	buf_fini(&both);
	json_free(before);
	return rc;
}

enum err
rule_from_wire(const struct json *sent, const struct rule_row *stored, struct arena *a,
	struct rule *out, struct error *e)
{
	struct json *whole = NULL;
	enum err rc = merge(sent, stored, &whole, e);

	if (rc == ERR_OK) {
		rc = rule_decode(whole, a, out, e);
	}
	json_free(whole);
	if (rc == ERR_OK) {
		rc = rule_check(out, e);
	}
	return rc;
}

const char *
rule_problem(const struct error *e, char *field, size_t field_size)
{
	const char *colon = strstr(e->text, ": ");
	size_t length = colon != NULL ? (size_t)(colon - e->text) : 0;

	field[0] = '\0';
	if (length == 0 || length >= field_size ||
		strspn(e->text, "abcdefghijklmnopqrstuvwxyz_.[]0123456789") < length) {
		return e->text;
	}
	memcpy(field, e->text, length);
	field[length] = '\0';
	return colon + 2;
}
