#include "model/tag.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"

static const char *const kind_names[] = {
	[TAG_TAG] = "tag",
	[TAG_TOPIC] = "topic",
	[TAG_INTENT] = "intent",
};

static const char *const source_names[] = {
	[TAG_BY_RULE] = "rule",
	[TAG_BY_STAFF] = "staff",
	[TAG_BY_API] = "api",
};

const char *
tag_kind_name(enum tag_kind kind)
{
	return kind >= TAG_TAG && kind <= TAG_INTENT ? kind_names[kind] : "unknown";
}

const char *
tag_source_name(enum tag_source source)
{
	return source >= TAG_BY_RULE && source <= TAG_BY_API ? source_names[source]
														 : "unknown";
}

bool
tag_kind_parse(const char *name, enum tag_kind *out)
{
	for (int i = TAG_TAG; i <= TAG_INTENT; i++) {
		if (str_equals(name, kind_names[i])) {
			*out = (enum tag_kind)i;
			return true;
		}
	}
	return false;
}

bool
tag_valid(const char *text)
{
	size_t length = text == NULL ? 0 : strlen(text);

	if (length == 0 || length > TAG_BYTES_MAX || !utf8_valid(text, length) ||
		text[0] == ' ' || text[length - 1] == ' ') {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7F) {
			return false;
		}
	}
	return true;
}

void
tag_encode(const struct customer_tag *t, struct json_writer *w)
{
	jw_kstring(w, "kind", tag_kind_name(t->kind));
	jw_kstring(w, "text", t->text);
	jw_kstring(w, "source", tag_source_name(t->source));
	jw_kid(w, "rule", t->rule);
	jw_kid(w, "author", t->author);
	jw_ktime(w, "at", t->at);
}
