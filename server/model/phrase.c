#include "model/phrase.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"

static const char *const names[] = {
	[PHRASE_RULE_FLAG] = "flag",
	[PHRASE_RULE_WARN] = "warn",
	[PHRASE_RULE_BLOCK] = "block",
};

const char *
phrase_rule_name(enum phrase_rule action)
{
	return action >= PHRASE_RULE_FLAG && action <= PHRASE_RULE_BLOCK ? names[action]
																	 : "unknown";
}

bool
phrase_rule_parse(const char *name, enum phrase_rule *out)
{
	for (int i = PHRASE_RULE_FLAG; i <= PHRASE_RULE_BLOCK; i++) {
		if (str_equals(name, names[i])) {
			*out = (enum phrase_rule)i;
			return true;
		}
	}
	return false;
}

void
phrase_encode(const struct phrase_row *p, struct json_writer *w)
{
	jw_kid(w, "id", p->id);
	jw_kstring(w, "text", p->text);
	jw_kstring(w, "action", phrase_rule_name(p->action));
	jw_kstring(w, "advice", p->advice);
	jw_key(w, "exceptions");
	jw_array(w);
	for (size_t i = 0; i < p->exception_count; i++) {
		jw_string(w, p->exceptions[i]);
	}
	jw_array_end(w);
	jw_ki64(w, "hits", (int64_t)p->hits);
	jw_ktime(w, "hit_at", p->hit_at);
	jw_kid(w, "updated_by", p->updated_by);
	jw_ktime(w, "updated_at", p->updated_at);
	jw_ki64(w, "version", (int64_t)p->version);
	jw_kbool(w, "removed", p->removed);
}

/* How many UTF-16 units the first `bytes` of a text are. */
static int64_t
units(const char *text, size_t bytes)
{
	int64_t count = 0;

	for (size_t i = 0; i < bytes && text[i] != '\0'; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c & 0xc0) != 0x80) {
			count += c >= 0xf0 ? 2 : 1;
		}
	}
	return count;
}

void
phrase_found_encode(const struct phrase_found *hit, const char *text,
	struct json_writer *w)
{
	jw_kid(w, "phrase", hit->phrase);
	jw_kstring(w, "text", hit->text);
	jw_kstring(w, "action", phrase_rule_name(hit->action));
	jw_kstring(w, "advice", hit->advice);
	jw_ki64(w, "begin", units(text, hit->begin));
	jw_ki64(w, "end", units(text, hit->end));
}

void
phrases_found_write(const struct phrase_found *found, size_t count, const char *text,
	struct json_writer *w)
{
	jw_key(w, "hits");
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_object(w);
		phrase_found_encode(&found[i], text, w);
		jw_object_end(w);
	}
	jw_array_end(w);
}
